-- aggregated: parts put together to a whole. The one place that says how statistics add up.
-- grain: group_id × key
-- runs: each vintage, all vintages
-- Stocks and flows are summed. A mean is Σ value × weight / Σ weight and a ratio is Σ numerator / Σ denominator × scale,
-- each over the parts that have both. The whole is partial (P) when a part is missing. `members` says which units make
-- a group, and how many (`size`).
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
       reported, entered, expected
FROM (
    SELECT m.group_id, c.key, max(m.size) - sum(c.cannot_exist) AS expected, sum(c.complete) AS reported,
           sum(c.enters) AS entered, sum(c.imputed) AS imputed, sum(c.estimated) AS estimated, sum(c.value) AS value,
           sum(c.weight) AS weight, sum(c.numerator) AS numerator
    FROM members m
    JOIN contributions c ON c.unit = m.member
    GROUP BY m.group_id, c.key
) AS s
JOIN keys k ON k.key = s.key
WHERE entered > 0 OR expected = 0
