-- aggregated: parts put together to a whole, the one place where the statistics of adding up stand.
-- grain: group_id × key
-- reads `parts` (unit_values on one geography) and `members` (group_id, member, size: parts a whole needs).
-- Sums for stocks and flows, Σ value·weight / Σ weight for means, Σ numerator / Σ denominator × scale for
-- ratios, each over the parts that have all of it. M is no part; a part that is P enters with what it has and
-- is not counted as reported; the whole is P when a part is missing.
WITH entering AS (
    SELECT p.unit, p.key, p.status, p.value, p.weight, p.numerator,
           CASE k.measure WHEN 'mean' THEN p.value IS NOT NULL AND p.weight IS NOT NULL
                          WHEN 'ratio' THEN p.numerator IS NOT NULL AND p.weight IS NOT NULL
                          ELSE p.value IS NOT NULL END AND p.status <> 'M' AS enters
    FROM parts p
    JOIN keys k ON k.key = p.key
),
parted AS (
    SELECT unit, key,
           CASE WHEN status = 'M' THEN 1 ELSE 0 END AS is_none,
           CASE WHEN enters AND status <> 'P' THEN 1 ELSE 0 END AS reported,
           CASE WHEN enters THEN 1 ELSE 0 END AS entered,
           CASE WHEN enters AND status = 'I' THEN 1 ELSE 0 END AS imputed,
           CASE WHEN enters AND status = 'E' THEN 1 ELSE 0 END AS estimated,
           CASE WHEN enters THEN value END AS value,
           CASE WHEN enters THEN weight END AS weight,
           CASE WHEN enters THEN numerator END AS numerator
    FROM entering
),
summed AS (
    SELECT m.group_id, p.key, max(m.size) - sum(p.is_none) AS expected, sum(p.reported) AS reported,
           sum(p.entered) AS entered, sum(p.imputed) AS imputed, sum(p.estimated) AS estimated, sum(p.value) AS value,
           sum(p.weight) AS weight, sum(p.numerator) AS numerator
    FROM members m
    JOIN parted p ON p.unit = m.member
    GROUP BY m.group_id, p.key
)
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
FROM summed s
JOIN keys k ON k.key = s.key
WHERE entered > 0 OR expected = 0
