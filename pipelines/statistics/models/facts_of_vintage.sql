-- facts_of_vintage: the figures of all units of one vintage, {vintage}: a unit's own, else its predecessors' together.
-- grain: unit × key
-- runs: each vintage
-- sources counts the parts that were used; a part that is partial itself is used too, and makes the whole partial.
WITH own AS (
    SELECT u.unit, v.key, v.value, v.weight, v.numerator, v.status,
           CASE WHEN v.unit = u.unit THEN 'reported' ELSE 'restated' END AS basis,
           CASE WHEN v.value IS NOT NULL THEN 1 ELSE 0 END AS sources,
           CASE WHEN v.status = 'M' THEN 0 ELSE 1 END AS expected
    FROM unit_entities u
    JOIN unit_values v ON v.entity = u.entity
    WHERE u.vintage = '{vintage}'
),
-- A key that the unit has answered itself is not restated. Nor is a ratio of which the unit has answered one side.
answered AS (
    SELECT unit, key FROM own
    UNION
    SELECT o.unit, r.key
    FROM own o
    JOIN related_keys r ON r.related = o.key AND r.relation IN ('numerator', 'denominator')
),
restated AS (
    SELECT a.group_id AS unit, a.key, a.value, a.weight, a.numerator, a.status, 'restated' AS basis, a.entered AS sources,
           a.expected
    FROM aggregated a
    LEFT JOIN answered o ON o.unit = a.group_id AND o.key = a.key
    WHERE o.unit IS NULL
)
SELECT unit, key, value, weight, numerator, status, basis, sources, expected, TRUE AS own
FROM own
UNION ALL
SELECT unit, key, value, weight, numerator, status, basis, sources, expected, FALSE AS own
FROM restated
