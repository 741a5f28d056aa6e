-- Blank cells of a unit in whose place the figures of the units merged into it count, because all of them have one. One row
-- for each report and unit, with the first of these cells.
WITH filled AS (
    SELECT u.entity, f.key, f.value, row_number() OVER (PARTITION BY u.entity, f.key ORDER BY f.unit) AS place
    FROM all_facts f
    JOIN unit_entities u ON u.unit = f.unit
    WHERE f.fills_blank
),
-- A cell may be filled under its own scenario and under `best`.
cells AS (
    SELECT c.n, f.value, row_number() OVER (PARTITION BY c.n ORDER BY CASE WHEN c.key = s.key THEN 0 ELSE 1 END) AS place
    FROM filled f
    JOIN counted c ON c.entity = f.entity AND c.key = f.key
    JOIN stated s ON s.n = c.n
    WHERE f.place = 1
),
ranked AS (
    SELECT s.report_id, s.unit, s.cell, k.indicator, k.sector, k.scenario, k.period, c.value,
           count(*) OVER (PARTITION BY s.report_id, s.unit) AS cells,
           row_number() OVER (PARTITION BY s.report_id, s.unit ORDER BY k.period, k.scenario, i.row_code, k.indicator, {k.breakdowns}) AS place
    FROM cells c
    JOIN stated s ON s.n = c.n
    JOIN keys k ON k.key = s.key
    JOIN indicators i ON i.indicator = k.indicator
    WHERE c.place = 1
)
SELECT r.report_id, u.unit_code, r.cell, r.indicator, r.sector, r.scenario, r.period AS of_period, r.value AS merged, r.cells AS count
FROM ranked r
JOIN unit_entities u ON u.unit = r.unit
WHERE r.place = 1
