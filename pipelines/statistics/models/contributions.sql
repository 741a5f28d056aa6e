-- contributions: what each part adds to the whole it belongs to. The one place that says which part counts.
-- grain: unit × key of `parts`
-- runs: each vintage, all vintages
-- A part with a value enters a sum, a part with value and weight a mean, a part with numerator and denominator a ratio.
-- Status M means that the figure cannot exist: it is no part at all, and nobody waits for it. A part that is partial
-- itself (P) enters with what it has, but is not complete; `share_estimated` says how much of a part rests on estimates. The flags are 1 or 0, so that they can be added up.
SELECT unit, key,
       CASE WHEN status = 'M' THEN 1 ELSE 0 END AS cannot_exist,
       CASE WHEN enters THEN 1 ELSE 0 END AS enters,
       CASE WHEN enters AND status <> 'P' THEN 1 ELSE 0 END AS complete,
       CASE WHEN enters AND status = 'I' THEN 1 ELSE 0 END AS imputed,
       CASE WHEN enters AND status = 'E' THEN 1 ELSE 0 END AS estimated,
       CASE WHEN enters THEN share_estimated END AS share_estimated,
       CASE WHEN enters THEN value END AS value,
       CASE WHEN enters THEN weight END AS weight,
       CASE WHEN enters THEN numerator END AS numerator
FROM (
    SELECT p.unit, p.key, p.status, p.share_estimated, p.value, p.weight, p.numerator,
           CASE k.measure WHEN 'mean' THEN p.value IS NOT NULL AND p.weight IS NOT NULL
                          WHEN 'ratio' THEN p.numerator IS NOT NULL AND p.weight IS NOT NULL
                          ELSE p.value IS NOT NULL END AND p.status <> 'M' AS enters
    FROM parts p
    JOIN keys k ON k.key = p.key
) AS judged
