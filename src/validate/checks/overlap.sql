-- A unit's own report beside the reports of all units that were merged into it, same form and report period.
-- A unit that changes left as it was is one entity on all its vintages: a chain is looked through.
WITH heard AS (
    SELECT DISTINCT form, period, entity FROM senders
),
-- Only units on both sides of a change that sent the same form for the same period are looked at.
both_sides AS (
    SELECT n.form, n.period, m.to_entity, m.from_entity
    FROM heard n
    JOIN entity_merges m ON m.to_entity = n.entity
    JOIN heard f ON f.form = n.form AND f.period = n.period AND f.entity = m.from_entity
),
concerned AS (
    SELECT form, period, to_entity AS entity FROM both_sides
    UNION
    SELECT form, period, from_entity AS entity FROM both_sides
),
stated AS (
    SELECT r.report_id, r.form, r.period AS report_period, e.entity, o.unit_vintage, o.unit_code, o.period, o.indicator,
           o.sector, o.fund, o.scenario, o.value, o.status, o.sheet, o.cell,
           row_number() OVER (PARTITION BY e.entity, r.form, r.period, o.period, o.indicator, o.sector, o.fund, o.scenario
                              ORDER BY o.unit_vintage DESC, r.report_id) AS turn
    FROM reports r
    JOIN observations o ON o.report_id = r.report_id
    JOIN unit_entities e ON e.vintage = o.unit_vintage AND e.unit_code = o.unit_code
    JOIN concerned c ON c.form = r.form AND c.period = r.period AND c.entity = e.entity
    -- What cannot exist (M) is no part, and keeps none from being complete.
    WHERE r.is_current AND (o.value IS NOT NULL OR o.status = 'M')
),
own AS (
    SELECT * FROM stated WHERE turn = 1
),
needed AS (
    SELECT to_entity, count(*) AS parts FROM entity_merges GROUP BY to_entity
),
merged AS (
    SELECT u.to_entity, p.form, p.report_period, p.period, p.indicator, p.sector, p.fund, p.scenario,
           sum(p.value) AS total, count(p.value) AS valued, count(CASE WHEN p.value IS NOT NULL THEN w.value END) AS weighted,
           sum(CAST(p.value * w.value AS DECIMAL(38, 6))) AS numerator,
           sum(CASE WHEN p.value IS NOT NULL THEN w.value END) AS weight,
           count(*) AS parts
    FROM own p
    JOIN entity_merges u ON u.from_entity = p.entity
    JOIN indicators i ON i.indicator = p.indicator
    LEFT JOIN own w
      ON w.report_id = p.report_id AND w.entity = p.entity AND w.indicator = i.weight_indicator AND w.period = p.period
     AND w.sector = p.sector AND w.fund = p.fund AND w.scenario = p.scenario
    GROUP BY u.to_entity, p.form, p.report_period, p.period, p.indicator, p.sector, p.fund, p.scenario
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
      ON m.to_entity = o.entity AND m.form = o.form AND m.report_period = o.report_period AND m.period = o.period
     AND m.indicator = o.indicator AND m.sector = o.sector AND m.fund = o.fund AND m.scenario = o.scenario
    JOIN needed n ON n.to_entity = m.to_entity AND n.parts = m.parts
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
