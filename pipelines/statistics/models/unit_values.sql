-- unit_values: the value of each reporting unit for each key, with what a mean or a ratio is made of.
-- grain: entity × key; unit is the one that stated it
-- runs: once
-- weight is the weight of a mean or the denominator of a ratio. numerator is value × weight of a mean or the numerator of
-- a ratio. Both are NULL for stocks and flows. A ratio with one side missing has no row. A mean or a ratio over zero
-- cannot exist: its status is M and it has no value.
WITH weights AS (
    SELECT w.entity, r.key, w.value
    FROM related_keys r
    JOIN counted w ON w.key = r.related
    WHERE r.relation = 'weight'
),
stated_values AS (
    SELECT c.entity, c.unit, c.key,
           CASE WHEN w.value = 0 THEN NULL ELSE c.value END AS value,
           CASE WHEN c.value IS NOT NULL THEN w.value END AS weight,
           CASE WHEN c.value IS NOT NULL AND w.value = 0 THEN 'M' ELSE c.status END AS status
    FROM counted c
    LEFT JOIN weights w ON w.entity = c.entity AND w.key = c.key
),
ratios AS (
    -- Units of later vintages have greater numbers, so the ratio belongs to the later unit.
    SELECT n.entity, greatest(n.unit, d.unit) AS unit, k.key, k.scale,
           CASE WHEN n.status = 'M' OR d.status = 'M' THEN NULL ELSE n.value END AS numerator,
           CASE WHEN n.status = 'M' OR d.status = 'M' THEN NULL ELSE d.value END AS denominator,
           CASE WHEN n.status = 'M' OR d.status = 'M' OR d.value = 0 THEN 'M'
                WHEN n.status = 'I' OR d.status = 'I' THEN 'I'
                WHEN n.status = 'E' OR d.status = 'E' THEN 'E'
                ELSE 'A' END AS status
    FROM keys k
    JOIN related_keys numerator_key ON numerator_key.key = k.key AND numerator_key.relation = 'numerator'
    JOIN related_keys denominator_key ON denominator_key.key = k.key AND denominator_key.relation = 'denominator'
    JOIN counted n ON n.key = numerator_key.related
    JOIN counted d ON d.key = denominator_key.related AND d.entity = n.entity
    WHERE n.status = 'M' OR d.status = 'M' OR (n.value IS NOT NULL AND d.value IS NOT NULL)
)
SELECT entity, unit, key, value, weight, CAST(value * weight AS DECIMAL(38, 6)) AS numerator, status,
       CASE WHEN status = 'E' THEN CAST(1 AS DECIMAL(38, 6)) END AS share_estimated
FROM stated_values
UNION ALL
SELECT entity, unit, key,
       CASE WHEN status <> 'M' THEN CAST(numerator * scale / nullif(denominator, 0) AS DECIMAL(38, 6)) END AS value,
       denominator AS weight, numerator, status,
       CASE WHEN status = 'E' THEN CAST(1 AS DECIMAL(38, 6)) END AS share_estimated
FROM ratios
