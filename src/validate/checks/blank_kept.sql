-- Blank cells that would count if a blank could withdraw a figure: an earlier report of the unit on the same form states it.
-- One row for each report and unit, with the first of these cells.
WITH blanks AS (
    SELECT s.report_id, s.unit, s.cell, k.indicator, k.sector, k.scenario, k.period, c.value, a.report_period,
           count(*) OVER (PARTITION BY s.report_id, s.unit) AS cells,
           row_number() OVER (PARTITION BY s.report_id, s.unit ORDER BY k.period, k.scenario, i.row_code, k.indicator, {k.breakdowns}) AS place
    FROM stated s
    JOIN report_ranks b ON b.report_id = s.report_id AND NOT b.set_aside
    JOIN counted c ON c.entity = s.entity AND c.key = s.key
    JOIN stated o ON o.n = c.n AND o.form = s.form
    JOIN report_ranks a ON a.report_id = o.report_id
    JOIN keys k ON k.key = s.key
    JOIN indicators i ON i.indicator = k.indicator
    WHERE s.status = 'O' AND c.value IS NOT NULL AND b.place < a.place
)
SELECT b.report_id, u.unit_code, b.cell, b.indicator, b.sector, b.scenario, b.period AS of_period, b.value AS stated,
       b.report_period AS of_report, b.cells AS count
FROM blanks b
JOIN unit_entities u ON u.unit = b.unit
WHERE b.place = 1
