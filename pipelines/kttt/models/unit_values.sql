-- unit_values: what each reporting unit has for each key, with what stands behind a mean or a ratio.
-- grain: entity × period × indicator × sector × fund × scenario
-- numerator is Σ value·weight of a mean, the numerator of a ratio; NULL for stocks and flows. weight is the
-- weight of a mean, the denominator of a ratio. A ratio with one part missing has no row; a mean or ratio over
-- zero cannot exist: M, without a value.
WITH measured AS (
    SELECT c.entity, c.unit_vintage, c.period, c.indicator, c.sector, c.fund, c.scenario, i.measure,
           CASE WHEN i.measure = 'mean' AND w.value = 0 THEN NULL ELSE c.value END AS value,
           CASE WHEN i.measure = 'mean' AND c.value IS NOT NULL THEN w.value END AS weight,
           CASE WHEN i.measure = 'mean' AND c.value IS NOT NULL AND w.value = 0 THEN 'M' ELSE c.status END AS status
    FROM counted c
    JOIN indicators i ON i.indicator = c.indicator
    LEFT JOIN counted w
      ON w.entity = c.entity AND w.period = c.period AND w.indicator = i.weight_indicator
     AND w.sector = c.sector AND w.fund = c.fund AND w.scenario = c.scenario
),
ratios AS (
    SELECT n.entity, n.unit_vintage, d.unit_vintage AS denominator_vintage, n.period, i.indicator, n.sector, n.fund,
           n.scenario, i.scale,
           CASE WHEN n.status = 'M' OR d.status = 'M' THEN NULL ELSE n.value END AS numerator,
           CASE WHEN n.status = 'M' OR d.status = 'M' THEN NULL ELSE d.value END AS denominator,
           CASE WHEN n.status = 'M' OR d.status = 'M' OR d.value = 0 THEN 'M'
                WHEN n.status = 'I' OR d.status = 'I' THEN 'I'
                WHEN n.status = 'E' OR d.status = 'E' THEN 'E'
                ELSE 'A' END AS status
    FROM indicators i
    JOIN counted n ON n.indicator = i.numerator
    JOIN counted d
      ON d.indicator = i.denominator AND d.entity = n.entity AND d.period = n.period AND d.sector = n.sector
     AND d.fund = n.fund AND d.scenario = n.scenario
    WHERE i.measure = 'ratio'
      AND (n.status = 'M' OR d.status = 'M' OR (n.value IS NOT NULL AND d.value IS NOT NULL))
)
SELECT entity, unit_vintage, period, indicator, sector, fund, scenario, measure, CAST(1 AS BIGINT) AS scale, value,
       weight, CAST(value * weight AS DECIMAL(38, 6)) AS numerator, status
FROM measured
UNION ALL
SELECT entity, greatest(unit_vintage, denominator_vintage) AS unit_vintage, period, indicator, sector, fund, scenario, 'ratio' AS measure, scale,
       CASE WHEN status <> 'M' THEN CAST(numerator * scale / nullif(denominator, 0) AS DECIMAL(38, 6)) END AS value,
       denominator AS weight, numerator, status
FROM ratios
