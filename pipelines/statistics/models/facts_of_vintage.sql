-- facts_of_vintage: the figures of all units of one vintage, {vintage}: a unit's own, else its predecessors' together.
-- grain: unit × key
-- runs: each vintage
-- sources counts the parts that were used; a part that is partial itself is used too, and makes the whole partial. A
-- figure made of shorter periods is like a blank of a merged unit: all its predecessors together go before it.
WITH own AS (
    SELECT u.unit, v.key, v.value, v.weight, v.numerator, v.status, v.share_estimated,
           CASE WHEN v.shorter IS NOT NULL THEN 'shorter' WHEN v.unit = u.unit THEN 'reported' ELSE 'restated' END AS basis,
           CASE WHEN v.value IS NOT NULL THEN coalesce(v.shorter, 1) ELSE 0 END AS sources,
           CASE WHEN v.status = 'M' THEN 0 ELSE coalesce(v.shorter, 1) END AS expected
    FROM unit_entities u
    JOIN unit_values v ON v.entity = u.entity
    WHERE u.vintage = '{vintage}'
),
-- The keys that the unit has stated itself, by a value, a sign or a blank cell. A ratio is stated by its sides: it counts
-- as blank if one of them is and the other is no sign (M, L).
said AS (
    SELECT o.unit, o.key, o.status = 'O' OR (o.basis = 'shorter' AND m.to_unit IS NOT NULL) AS is_blank
    FROM own o
    LEFT JOIN (SELECT DISTINCT to_unit FROM entity_merges) m ON m.to_unit = o.unit
    UNION ALL
    SELECT o.unit, r.key, max(CASE WHEN o.status IN ('L', 'M') THEN 2 WHEN o.status = 'O' THEN 1 ELSE 0 END) = 1 AS is_blank
    FROM own o
    JOIN related_keys r ON r.related = o.key AND r.relation IN ('numerator', 'denominator')
    GROUP BY o.unit, r.key
),
-- What the unit has stated is not restated, except a blank for which all its predecessors' parts have values.
restated AS (
    SELECT a.group_id AS unit, a.key, a.value, a.weight, a.numerator, a.status, a.share_estimated, a.entered AS sources, a.expected,
           s.unit IS NOT NULL AS fills_blank
    FROM aggregated a
    LEFT JOIN said s ON s.unit = a.group_id AND s.key = a.key
    WHERE s.unit IS NULL OR (s.is_blank AND a.reported = a.expected AND a.value IS NOT NULL)
),
filled AS (
    SELECT unit, key FROM restated WHERE fills_blank
)
SELECT o.unit, o.key, o.value, o.weight, o.numerator, o.status, o.share_estimated, o.basis, o.sources, o.expected, TRUE AS own, FALSE AS fills_blank
FROM own o
LEFT JOIN filled f ON f.unit = o.unit AND f.key = o.key
WHERE f.unit IS NULL
UNION ALL
SELECT unit, key, value, weight, numerator, status, share_estimated, 'restated' AS basis, sources, expected, FALSE AS own, fills_blank
FROM restated
