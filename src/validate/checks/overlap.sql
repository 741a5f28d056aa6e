-- Units whose own report differs from the reports of all units merged into them, on the same form and for the same
-- period (the model `overlaps`). One row for each report and unit, with the largest difference.
WITH compared AS (
    SELECT o.report_id, u.unit_code, s.cell, k.indicator, k.sector, k.scenario, k.period, o.own, o.merged,
           -- Unless the catalogue says otherwise, 1 % and at least 1 unit.
           coalesce(i.tolerance, CAST(0.01 AS DECIMAL(38, 6))) AS tolerance,
           coalesce(i.tolerance_units, CAST(1 AS DECIMAL(38, 6))) AS tolerance_units
    FROM overlaps o
    JOIN stated s ON s.n = o.n
    JOIN unit_entities u ON u.unit = o.unit
    JOIN keys k ON k.key = o.key
    JOIN indicators i ON i.indicator = k.indicator
),
differing AS (
    SELECT *, count(*) OVER (PARTITION BY report_id, unit_code) AS differences,
           row_number() OVER (PARTITION BY report_id, unit_code ORDER BY abs(own - merged) DESC, indicator, sector, scenario, period) AS place
    FROM compared
    WHERE abs(own - merged) > greatest(tolerance_units, CAST(abs(own) * tolerance AS DECIMAL(38, 6)))
)
SELECT report_id, unit_code, cell, indicator, sector, scenario, own, merged, period AS of_period, differences AS count
FROM differing
WHERE place = 1
