-- overlaps: a unit's own figure beside what its former units have together, whatever report states it.
-- grain: unit × observation; only where all former units have a value or cannot have one, or those that have one suffice
-- runs: all vintages
-- An actual is compared with actuals, an estimate with estimates. Where some former unit has none of that scenario, `best`
-- is compared with `best`. Former units that are not all there are compared with a nil, and with a stock that is less than
-- theirs: the missing ones could only add to the difference.
WITH members AS (
    SELECT to_unit AS group_id, from_unit AS member, count(*) OVER (PARTITION BY to_unit) AS size FROM entity_merges
),
contributions AS (
    SELECT former_unit AS unit, key, cannot_exist, enters, complete, imputed, estimated, share_estimated, value, weight, numerator
    FROM overlap_parts
),
aggregated AS ({aggregated.sql}),
compared AS (
    SELECT a.group_id AS unit, a.key, c.n, c.value AS own, a.value AS merged, k.scenario,
           CASE WHEN a.reported = a.expected THEN 0 ELSE 2 END + CASE WHEN k.scenario = 'best' THEN 1 ELSE 0 END AS place
    FROM aggregated a
    JOIN unit_entities u ON u.unit = a.group_id
    JOIN counted c ON c.entity = u.entity AND c.key = a.key
    JOIN keys k ON k.key = a.key
    WHERE a.value IS NOT NULL AND (c.value IS NOT NULL OR c.status = 'M')
      AND (a.reported = a.expected
           OR (k.measure IN ('stock', 'flow') AND coalesce(c.value, 0) = 0)
           OR (k.measure = 'stock' AND c.value < a.value))
),
first_of_cell AS (
    SELECT unit, n, min(place) AS place FROM compared GROUP BY unit, n
),
-- Units that sent a form for a period that all their former units sent too.
sent AS (
    SELECT DISTINCT form, period, entity FROM senders
),
sent_by_all AS (
    SELECT s.report_id, m.to_unit AS unit
    FROM senders s
    JOIN (SELECT *, count(*) OVER (PARTITION BY to_unit) AS size FROM entity_merges) m ON m.to_entity = s.entity
    JOIN sent f ON f.form = s.form AND f.period = s.period AND f.entity = m.from_entity
    GROUP BY s.report_id, m.to_unit
    HAVING count(*) = max(m.size)
)
SELECT c.unit, c.key, c.n, c.own, c.merged,
       c.scenario = 'best' OR (c.scenario = 'plan' AND b.report_id IS NULL) AS stated_before
FROM compared c
JOIN first_of_cell f ON f.unit = c.unit AND f.n = c.n AND f.place = c.place
JOIN stated s ON s.n = c.n
LEFT JOIN sent_by_all b ON b.report_id = s.report_id AND b.unit = c.unit
