-- A unit's own report beside the reports of all units that were merged into it, same form and report period.
WITH own AS (
    SELECT r.report_id, r.form, r.period AS report_period, o.unit_vintage, o.unit_code, o.period, o.indicator, o.sector,
           o.fund, o.scenario, o.value, o.status, o.sheet, o.cell
    FROM reports r
    JOIN observations o ON o.report_id = r.report_id
    -- What cannot exist (M) is no part, and keeps none from being complete.
    WHERE r.is_current AND (o.value IS NOT NULL OR o.status = 'M')
),
needed AS (
    SELECT to_vintage, to_code, count(*) AS parts
    FROM unit_changes
    WHERE change <> 'unchanged'
    GROUP BY to_vintage, to_code
),
merged AS (
    SELECT u.to_vintage, u.to_code, p.form, p.report_period, p.period, p.indicator, p.sector, p.fund, p.scenario,
           sum(p.value) AS total, count(p.value) AS valued, count(CASE WHEN p.value IS NOT NULL THEN w.value END) AS weighted,
           sum(CAST(p.value * w.value AS DECIMAL(38, 6))) AS numerator,
           sum(CASE WHEN p.value IS NOT NULL THEN w.value END) AS weight,
           count(*) AS parts
    FROM own p
    JOIN unit_changes u ON u.from_vintage = p.unit_vintage AND u.from_code = p.unit_code AND u.change <> 'unchanged'
    JOIN indicators i ON i.indicator = p.indicator
    LEFT JOIN own w
      ON w.report_id = p.report_id AND w.unit_code = p.unit_code AND w.indicator = i.weight_indicator AND w.period = p.period AND w.sector = p.sector
     AND w.fund = p.fund AND w.scenario = p.scenario
    GROUP BY u.to_vintage, u.to_code, p.form, p.report_period, p.period, p.indicator, p.sector, p.fund, p.scenario
),
compared AS (
    SELECT o.report_id, o.form, o.report_period, o.unit_vintage, o.unit_code, o.indicator, o.sector, o.scenario, o.period,
           o.sheet, o.cell, o.value,
           -- Unless the catalogue says otherwise, 1 % and at least 1 unit.
           coalesce(i.tolerance, CAST(0.01 AS DECIMAL(38, 6))) AS tolerance,
           coalesce(i.tolerance_units, CAST(1 AS DECIMAL(38, 6))) AS tolerance_units,
           CASE WHEN i.measure = 'mean' THEN CASE WHEN m.weighted = m.valued THEN CAST(m.numerator / nullif(m.weight, 0) AS DECIMAL(38, 6)) END
                WHEN i.measure <> 'ratio' THEN m.total END AS merged
    FROM own o
    JOIN merged m
      ON m.to_vintage = o.unit_vintage AND m.to_code = o.unit_code AND m.form = o.form
     AND m.report_period = o.report_period AND m.period = o.period AND m.indicator = o.indicator
     AND m.sector = o.sector AND m.fund = o.fund AND m.scenario = o.scenario
    JOIN needed n ON n.to_vintage = m.to_vintage AND n.to_code = m.to_code AND n.parts = m.parts
    JOIN indicators i ON i.indicator = o.indicator
),
apart AS (
    SELECT *, count(*) OVER (PARTITION BY report_id, unit_code) AS differences,
           row_number() OVER (PARTITION BY report_id, unit_code ORDER BY abs(value - merged) DESC, indicator, sector, scenario, period) AS place
    FROM compared
    WHERE abs(value - merged) > greatest(tolerance_units, CAST(abs(value) * tolerance AS DECIMAL(38, 6)))
)
SELECT report_id, unit_code, cell, indicator, sector, scenario, value AS own, merged, period AS of_period, differences AS count
FROM apart
WHERE place = 1
