-- A unit that reports a form and period which units merged into it report too; in a table whose rows are units, each
-- of these does. A unit that changes left as it was is one entity on all its vintages: a chain is looked through.
WITH sent AS (
    SELECT r.report_id, r.form, r.period, u.unit_vintage, u.unit_code, e.entity
    FROM reports r
    JOIN (SELECT report_id, unit_vintage, unit_code FROM reports
          UNION
          SELECT report_id, unit_vintage, unit_code FROM observations) u ON u.report_id = r.report_id
    JOIN unit_entities e ON e.vintage = u.unit_vintage AND e.unit_code = u.unit_code
    WHERE r.is_current
),
senders AS (
    SELECT DISTINCT form, period, entity FROM sent
),
former AS (
    SELECT to_entity, from_entity, name_vi, name_en, count(*) OVER (PARTITION BY to_entity) AS units FROM entity_merges
)
SELECT r.report_id, r.unit_code, r.unit_vintage AS vintage, CAST(count(*) AS VARCHAR) AS count, CAST(max(f.units) AS VARCHAR) AS "all",
       string_agg(f.name_vi, ', ' ORDER BY f.from_entity) AS units_vi,
       string_agg(f.name_en, ', ' ORDER BY f.from_entity) AS units_en
FROM sent r
JOIN former f ON f.to_entity = r.entity
JOIN senders s ON s.form = r.form AND s.period = r.period AND s.entity = f.from_entity
GROUP BY r.report_id, r.unit_code, r.unit_vintage
