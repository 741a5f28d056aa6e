-- sources_of_vintage: the observations behind each fact on one geography, {vintage}.
-- grain: unit × key × part × observation
-- reads `facts_of_vintage`, `unit_sources`, and for what was restated `parts` (the facts on the vintage
-- before), `sources_before` (theirs) and `members` (predecessors by successor).
SELECT u.unit, s.key, s.part, s.n, s.weight
FROM unit_entities u
JOIN unit_sources s ON s.entity = u.entity
WHERE u.vintage = '{vintage}'
UNION ALL
SELECT f.unit, s.key, s.part, s.n, s.weight
FROM facts_of_vintage f
JOIN keys k ON k.key = f.key
JOIN members m ON m.group_id = f.unit
JOIN parts p ON p.unit = m.member AND p.key = f.key
JOIN sources_before s ON s.unit = p.unit AND s.key = p.key
WHERE NOT f.own
  AND p.status <> 'M'
  AND CASE k.measure WHEN 'mean' THEN p.value IS NOT NULL AND p.weight IS NOT NULL
                     WHEN 'ratio' THEN p.numerator IS NOT NULL AND p.weight IS NOT NULL
                     ELSE p.value IS NOT NULL END
