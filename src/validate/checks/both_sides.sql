-- Units that report a form for a period that units merged into them report too.
WITH sent AS (
    SELECT DISTINCT form, period, entity FROM senders WHERE NOT set_aside
),
former_units AS (
    SELECT to_entity, from_entity, name_vi, name_en, count(*) OVER (PARTITION BY to_entity) AS units FROM entity_merges
)
SELECT r.report_id, r.unit_code, r.unit_vintage AS vintage, CAST(count(*) AS VARCHAR) AS count, CAST(max(f.units) AS VARCHAR) AS "all",
       string_agg(f.name_vi, ', ' ORDER BY f.from_entity) AS units_vi,
       string_agg(f.name_en, ', ' ORDER BY f.from_entity) AS units_en
FROM senders r
JOIN former_units f ON f.to_entity = r.entity
JOIN sent s ON s.form = r.form AND s.period = r.period AND s.entity = f.from_entity
WHERE NOT r.set_aside
GROUP BY r.report_id, r.unit_code, r.unit_vintage
