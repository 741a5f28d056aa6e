-- overlaps: a unit's own figure beside what its former units state together, on the same form for the same period.
-- grain: form × report period × entity × key; only where all former units have answered
-- runs: once
-- A unit that a change left as it was is one entity in all its vintages, so chains of changes need nothing special here.
WITH sent_by_both AS (
    -- A unit and a unit merged into it, with the forms and periods that both have sent.
    SELECT DISTINCT n.form, n.period, m.to_entity, m.from_entity
    FROM senders n
    JOIN entity_merges m ON m.to_entity = n.entity
    JOIN senders f ON f.form = n.form AND f.period = n.period AND f.entity = m.from_entity
),
numbered_senders AS (
    SELECT form, period, entity, row_number() OVER (ORDER BY form, period, entity) AS sender
    FROM (SELECT form, period, to_entity AS entity FROM sent_by_both
          UNION
          SELECT form, period, from_entity AS entity FROM sent_by_both) AS either_side
),
-- Where several current reports of a sender state a key, the one of the later vintage is compared.
figures AS (
    SELECT sender, entity, unit, key, n, report_id, value, status
    FROM (SELECT c.sender, s.entity, s.unit, s.key, s.n, s.report_id, s.value, s.status,
                 row_number() OVER (PARTITION BY c.sender, s.key ORDER BY s.unit DESC, s.report_id) AS place
          FROM stated s
          JOIN reports r ON r.report_id = s.report_id
          JOIN numbered_senders c ON c.form = s.form AND c.period = r.period AND c.entity = s.entity
          WHERE r.is_current AND (s.value IS NOT NULL OR s.status = 'M')) AS candidates
    WHERE place = 1
),
members AS (
    SELECT t.sender AS group_id, f.sender AS member, a.units AS size
    FROM sent_by_both b
    JOIN numbered_senders t ON t.form = b.form AND t.period = b.period AND t.entity = b.to_entity
    JOIN numbered_senders f ON f.form = b.form AND f.period = b.period AND f.entity = b.from_entity
    JOIN (SELECT to_entity, count(*) AS units FROM entity_merges GROUP BY to_entity) a ON a.to_entity = b.to_entity
),
parts AS (
    SELECT f.sender AS unit, f.key, f.value, w.value AS weight, CAST(f.value * w.value AS DECIMAL(38, 6)) AS numerator, f.status
    FROM figures f
    LEFT JOIN related_keys r ON r.key = f.key AND r.relation = 'weight'
    LEFT JOIN figures w ON w.sender = f.sender AND w.key = r.related AND w.report_id = f.report_id
),
contributions AS ({contributions.sql}),
aggregated AS ({aggregated.sql})
SELECT f.report_id, f.unit, f.key, f.n, f.value AS own, a.value AS merged
FROM figures f
JOIN aggregated a ON a.group_id = f.sender AND a.key = f.key
WHERE a.reported = a.expected AND a.value IS NOT NULL
