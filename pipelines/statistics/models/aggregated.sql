-- aggregated: parts put together to a whole. The one place that says how statistics add up.
-- grain: group_id × key
-- runs: each vintage, all vintages
-- Stocks and flows are summed. A mean is Σ value × weight / Σ weight and a ratio is Σ numerator / Σ denominator × scale,
-- each over the parts that have both. The whole is partial (P) when a part is missing. `members` says which units make
-- a group, and how many (`size`). share_estimated is how much of the whole rests on estimates: of the sum of the values, or
-- of the weights; NULL where nothing does.
SELECT s.group_id, s.key,
       CAST(CASE WHEN entered = 0 THEN NULL
            WHEN measure = 'mean' THEN numerator / nullif(weight, 0)
            WHEN measure = 'ratio' THEN numerator * scale / nullif(weight, 0)
            ELSE value END AS DECIMAL(38, 6)) AS value,
       CASE WHEN measure IN ('mean', 'ratio') THEN CAST(weight AS DECIMAL(38, 6)) END AS weight,
       CASE WHEN measure IN ('mean', 'ratio') THEN CAST(numerator AS DECIMAL(38, 6)) END AS numerator,
       CASE WHEN entered = 0 THEN 'M'
            WHEN measure IN ('mean', 'ratio') AND weight = 0 THEN 'M'
            WHEN reported < expected THEN 'P'
            WHEN imputed > 0 THEN 'I'
            WHEN estimated > 0 THEN 'E'
            ELSE 'A' END AS status,
       -- Where all parts are nil, or have no weight, each counts the same.
       CASE WHEN entered = 0 OR (measure IN ('mean', 'ratio') AND weight = 0) THEN NULL
            WHEN measure IN ('mean', 'ratio') THEN CAST(weight_estimated / weight_size AS DECIMAL(38, 6))
            WHEN value_size > 0 THEN CAST(value_estimated / value_size AS DECIMAL(38, 6))
            ELSE CAST(parts_estimated / entered AS DECIMAL(38, 6)) END AS share_estimated,
       reported, entered, expected
FROM (
    SELECT m.group_id, c.key, max(m.size) - sum(c.cannot_exist) AS expected, sum(c.complete) AS reported,
           sum(c.enters) AS entered, sum(c.imputed) AS imputed, sum(c.estimated) AS estimated, sum(c.value) AS value,
           sum(c.weight) AS weight, sum(c.numerator) AS numerator, sum(c.share_estimated) AS parts_estimated,
           sum(abs(c.value)) AS value_size, sum(CAST(abs(c.value) * c.share_estimated AS DECIMAL(38, 6))) AS value_estimated,
           sum(abs(c.weight)) AS weight_size, sum(CAST(abs(c.weight) * c.share_estimated AS DECIMAL(38, 6))) AS weight_estimated
    FROM members m
    JOIN contributions c ON c.unit = m.member
    GROUP BY m.group_id, c.key
) AS s
JOIN keys k ON k.key = s.key
WHERE entered > 0 OR expected = 0
