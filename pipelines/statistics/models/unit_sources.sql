-- unit_sources: the observations behind each row of unit_values.
-- grain: entity × key × part × observation; n is the number of the observation
-- runs: once
-- A figure that was made of shorter periods has the observations of all its parts.
WITH behind AS (
    SELECT entity, key, n, value FROM counted
    UNION ALL
    SELECT entity, key, n, value FROM shorter_parts
),
weights AS (
    SELECT w.entity, r.key, w.n, w.value
    FROM related_keys r
    JOIN behind w ON w.key = r.related
    WHERE r.relation = 'weight'
)
SELECT c.entity, c.key, 'value' AS part, c.n, v.weight
FROM counted c
JOIN unit_values v ON v.entity = c.entity AND v.key = c.key
UNION ALL
SELECT c.entity, c.key, 'weight' AS part, w.n, CAST(NULL AS DECIMAL(38, 6)) AS weight
FROM counted c
JOIN weights w ON w.entity = c.entity AND w.key = c.key
WHERE c.value IS NOT NULL AND w.value IS NOT NULL
UNION ALL
SELECT p.entity, p.key, 'value' AS part, p.n, p.weight
FROM shorter_parts p
JOIN unit_values v ON v.entity = p.entity AND v.key = p.key
UNION ALL
SELECT p.entity, p.key, 'weight' AS part, p.n, CAST(NULL AS DECIMAL(38, 6)) AS weight
FROM (SELECT entity, key, weight_n AS n FROM shorter_parts WHERE weight_n IS NOT NULL
      UNION
      SELECT p.entity, p.key, w.n FROM shorter_parts p JOIN weights w ON w.entity = p.entity AND w.key = p.key) p
JOIN unit_values v ON v.entity = p.entity AND v.key = p.key
UNION ALL
SELECT v.entity, v.key, r.relation AS part, s.n, CAST(NULL AS DECIMAL(38, 6)) AS weight
FROM unit_values v
JOIN related_keys r ON r.key = v.key AND r.relation IN ('numerator', 'denominator')
JOIN behind s ON s.entity = v.entity AND s.key = r.related
