-- unit_sources: the observations behind each row of unit_values.
-- grain: entity × key × part; n is the number of the observation
-- runs: once
WITH weights AS (
    SELECT w.entity, r.key, w.n, w.value
    FROM related_keys r
    JOIN counted w ON w.key = r.related
    WHERE r.relation = 'weight'
)
SELECT c.entity, c.key, 'value' AS part, c.n, CASE WHEN c.value IS NOT NULL THEN w.value END AS weight
FROM counted c
LEFT JOIN weights w ON w.entity = c.entity AND w.key = c.key
UNION ALL
SELECT c.entity, c.key, 'weight' AS part, w.n, CAST(NULL AS DECIMAL(38, 6)) AS weight
FROM counted c
JOIN weights w ON w.entity = c.entity AND w.key = c.key
WHERE c.value IS NOT NULL AND w.value IS NOT NULL
UNION ALL
SELECT v.entity, v.key, r.relation AS part, s.n, CAST(NULL AS DECIMAL(38, 6)) AS weight
FROM unit_values v
JOIN related_keys r ON r.key = v.key AND r.relation IN ('numerator', 'denominator')
JOIN counted s ON s.entity = v.entity AND s.key = r.related
