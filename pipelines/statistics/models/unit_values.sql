-- unit_values: the value of each reporting unit for each key, with what a mean or a ratio is made of.
-- grain: entity × key; unit is the one that stated it
-- runs: once
-- weight is the weight of a mean or the denominator of a ratio. numerator is value × weight of a mean or the numerator of
-- a ratio. Both are NULL for stocks and flows. A ratio with one side missing has no row. A mean or a ratio over zero
-- cannot exist: its status is M and it has no value. `shorter` counts the shorter periods that a figure was made of, because
-- no report gives it; NULL for what was reported. Such a figure is an estimate, and a mean without its weight is not made.
WITH figures AS (
    SELECT entity, unit, key, value, status, CAST(NULL AS BIGINT) AS shorter FROM counted
    UNION ALL
    SELECT p.entity, max(p.unit) AS unit, p.key,
           CAST(CASE k.measure WHEN 'mean' THEN sum(CAST(p.value * p.weight AS DECIMAL(38, 6))) / nullif(sum(p.weight), 0)
                               ELSE sum(p.value) END AS DECIMAL(38, 6)) AS value,
           'E' AS status, count(*) AS shorter
    FROM shorter_parts p
    JOIN keys k ON k.key = p.key
    GROUP BY p.entity, p.key, k.measure
),
weights AS (
    SELECT w.entity, r.key, w.value
    FROM related_keys r
    JOIN figures w ON w.key = r.related
    WHERE r.relation = 'weight'
),
stated_values AS (
    SELECT c.entity, c.unit, c.key, c.shorter,
           CASE WHEN w.value = 0 THEN NULL ELSE c.value END AS value,
           CASE WHEN c.value IS NOT NULL THEN w.value END AS weight,
           CASE WHEN c.value IS NOT NULL AND w.value = 0 THEN 'M' ELSE c.status END AS status
    FROM figures c
    JOIN keys k ON k.key = c.key
    LEFT JOIN weights w ON w.entity = c.entity AND w.key = c.key
    WHERE c.shorter IS NULL OR k.measure <> 'mean' OR (c.value IS NOT NULL AND w.value IS NOT NULL)
),
ratios AS (
    -- Units of later vintages have greater numbers, so the ratio belongs to the later unit.
    SELECT n.entity, greatest(n.unit, d.unit) AS unit, k.key, k.scale,
           CASE WHEN n.status = 'M' OR d.status = 'M' THEN NULL ELSE n.value END AS numerator,
           CASE WHEN n.status = 'M' OR d.status = 'M' THEN NULL ELSE d.value END AS denominator,
           CASE WHEN n.status = 'M' OR d.status = 'M' OR d.value = 0 THEN 'M'
                WHEN n.status = 'I' OR d.status = 'I' THEN 'I'
                WHEN n.status = 'E' OR d.status = 'E' THEN 'E'
                ELSE 'A' END AS status,
           greatest(n.shorter, d.shorter) AS shorter
    FROM keys k
    JOIN related_keys numerator_key ON numerator_key.key = k.key AND numerator_key.relation = 'numerator'
    JOIN related_keys denominator_key ON denominator_key.key = k.key AND denominator_key.relation = 'denominator'
    JOIN figures n ON n.key = numerator_key.related
    JOIN figures d ON d.key = denominator_key.related AND d.entity = n.entity
    WHERE n.status = 'M' OR d.status = 'M' OR (n.value IS NOT NULL AND d.value IS NOT NULL)
)
SELECT entity, unit, key, value, weight, CAST(value * weight AS DECIMAL(38, 6)) AS numerator, status,
       CASE WHEN status = 'E' THEN CAST(1 AS DECIMAL(38, 6)) END AS share_estimated, shorter
FROM stated_values
UNION ALL
SELECT entity, unit, key,
       CASE WHEN status <> 'M' THEN CAST(numerator * scale / nullif(denominator, 0) AS DECIMAL(38, 6)) END AS value,
       denominator AS weight, numerator, status,
       CASE WHEN status = 'E' THEN CAST(1 AS DECIMAL(38, 6)) END AS share_estimated, shorter
FROM ratios
