-- sources_of_vintage: the observations behind each figure of one vintage, {vintage}.
-- grain: unit × key × part × observation
-- runs: each vintage
-- A unit's own figure has its own sources. A restated figure has the sources of the predecessors that entered it, also
-- where it stands for a blank cell of the unit.
SELECT u.unit, s.key, s.part, s.n, s.weight
FROM unit_entities u
JOIN unit_sources s ON s.entity = u.entity
LEFT JOIN (SELECT unit, key FROM facts_of_vintage WHERE fills_blank) b ON b.unit = u.unit AND b.key = s.key
WHERE u.vintage = '{vintage}' AND b.unit IS NULL
UNION ALL
SELECT f.unit, s.key, s.part, s.n, s.weight
FROM facts_of_vintage f
JOIN members m ON m.group_id = f.unit
JOIN contributions c ON c.unit = m.member AND c.key = f.key AND c.enters = 1
JOIN sources_before s ON s.unit = c.unit AND s.key = c.key
WHERE NOT f.own
