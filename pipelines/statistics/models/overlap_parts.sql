-- overlap_parts: what each former unit has for a key that the unit it was merged into states itself.
-- grain: unit × key × former unit
-- runs: all vintages
-- Whatever report states them. A former unit whose report was set aside is compared as if that report counted.
WITH own AS (
    SELECT m.to_unit AS unit, c.key
    FROM counted c
    JOIN (SELECT DISTINCT to_entity, to_unit FROM entity_merges) m ON m.to_entity = c.entity
    WHERE c.value IS NOT NULL OR c.status = 'M'
),
set_aside AS (
    SELECT m.from_unit AS unit, s.key, s.value, s.weight, s.numerator, s.status, CAST(NULL AS DECIMAL(38, 6)) AS share_estimated
    FROM set_aside_values s
    JOIN entity_merges m ON m.from_entity = s.entity
    JOIN own o ON o.unit = m.to_unit AND o.key = s.key
),
parts AS (
    SELECT f.unit, f.key, f.value, f.weight, f.numerator, f.status, f.share_estimated
    FROM all_facts f
    JOIN entity_merges m ON m.from_unit = f.unit
    JOIN own o ON o.unit = m.to_unit AND o.key = f.key
    LEFT JOIN set_aside s ON s.unit = f.unit AND s.key = f.key
    WHERE s.unit IS NULL
    UNION ALL
    SELECT unit, key, value, weight, numerator, status, share_estimated FROM set_aside
),
contributions AS ({contributions.sql})
SELECT m.to_unit AS unit, c.key, c.unit AS former_unit, c.cannot_exist, c.enters, c.complete, c.imputed, c.estimated, c.share_estimated,
       c.value, c.weight, c.numerator
FROM contributions c
JOIN entity_merges m ON m.from_unit = c.unit
