-- aggregated: parts put together to a whole, the one place where the statistics of adding up stand.
-- grain: group_id × period × indicator × sector × fund × scenario
-- reads `parts` (unit_values on one geography) and `members` (group_id, member, size: parts a whole needs).
-- Sums for stocks and flows, Σ value·weight / Σ weight for means, Σ numerator / Σ denominator × scale for
-- ratios, each over the parts that have all of it. M is no part; a part that is P enters with what it has and
-- is not counted as reported; the whole is P when a part is missing.
WITH entering AS (
    SELECT m.group_id, m.size, p.period, p.indicator, p.sector, p.fund, p.scenario, p.measure, p.scale, p.status,
           CASE p.measure WHEN 'mean' THEN p.value IS NOT NULL AND p.weight IS NOT NULL
                          WHEN 'ratio' THEN p.numerator IS NOT NULL AND p.weight IS NOT NULL
                          ELSE p.value IS NOT NULL END AND p.status <> 'M' AS enters,
           p.value, p.weight, p.numerator
    FROM members m
    JOIN parts p ON p.unit_code = m.member AND p.geography = m.geography
),
summed AS (
    SELECT group_id, period, indicator, sector, fund, scenario, measure, scale,
           max(size) - sum(CASE WHEN status = 'M' THEN 1 ELSE 0 END) AS expected,
           sum(CASE WHEN enters AND status <> 'P' THEN 1 ELSE 0 END) AS reported,
           sum(CASE WHEN enters THEN 1 ELSE 0 END) AS entered,
           sum(CASE WHEN enters AND status = 'I' THEN 1 ELSE 0 END) AS imputed,
           sum(CASE WHEN enters AND status = 'E' THEN 1 ELSE 0 END) AS estimated,
           sum(CASE WHEN enters THEN value END) AS value,
           sum(CASE WHEN enters THEN weight END) AS weight,
           sum(CASE WHEN enters THEN numerator END) AS numerator
    FROM entering
    GROUP BY group_id, period, indicator, sector, fund, scenario, measure, scale
)
SELECT group_id, period, indicator, sector, fund, scenario, measure, scale,
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
FROM summed
WHERE entered > 0 OR expected = 0
