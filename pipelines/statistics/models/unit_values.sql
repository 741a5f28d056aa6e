-- unit_values: what each reporting unit has for each key, with what stands behind a mean or a ratio.
-- grain: entity × key; unit is the one that stated it
-- numerator is Σ value·weight of a mean, the numerator of a ratio; NULL for stocks and flows. weight is the
-- weight of a mean, the denominator of a ratio. A ratio with one part missing has no row; a mean or ratio over
-- zero cannot exist: M, without a value.
WITH weights AS (
    SELECT w.entity, r.key, w.value
    FROM related_keys r
    JOIN counted w ON w.key = r.related
    WHERE r.relation = 'weight'
),
measured AS (
    SELECT c.entity, c.unit, c.key,
           CASE WHEN w.value = 0 THEN NULL ELSE c.value END AS value,
           CASE WHEN c.value IS NOT NULL THEN w.value END AS weight,
           CASE WHEN c.value IS NOT NULL AND w.value = 0 THEN 'M' ELSE c.status END AS status
    FROM counted c
    LEFT JOIN weights w ON w.entity = c.entity AND w.key = c.key
),
ratios AS (
    -- Later vintages have greater numbers.
    SELECT n.entity, greatest(n.unit, d.unit) AS unit, k.key, k.scale,
           CASE WHEN n.status = 'M' OR d.status = 'M' THEN NULL ELSE n.value END AS numerator,
           CASE WHEN n.status = 'M' OR d.status = 'M' THEN NULL ELSE d.value END AS denominator,
           CASE WHEN n.status = 'M' OR d.status = 'M' OR d.value = 0 THEN 'M'
                WHEN n.status = 'I' OR d.status = 'I' THEN 'I'
                WHEN n.status = 'E' OR d.status = 'E' THEN 'E'
                ELSE 'A' END AS status
    FROM keys k
    JOIN related_keys over ON over.key = k.key AND over.relation = 'numerator'
    JOIN related_keys under ON under.key = k.key AND under.relation = 'denominator'
    JOIN counted n ON n.key = over.related
    JOIN counted d ON d.key = under.related AND d.entity = n.entity
    WHERE n.status = 'M' OR d.status = 'M' OR (n.value IS NOT NULL AND d.value IS NOT NULL)
)
SELECT entity, unit, key, value, weight, CAST(value * weight AS DECIMAL(38, 6)) AS numerator, status
FROM measured
UNION ALL
SELECT entity, unit, key,
       CASE WHEN status <> 'M' THEN CAST(numerator * scale / nullif(denominator, 0) AS DECIMAL(38, 6)) END AS value,
       denominator AS weight, numerator, status
FROM ratios
