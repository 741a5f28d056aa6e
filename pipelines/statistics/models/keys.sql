-- keys: every combination of period, indicator, sector, fund and scenario that something may be known of, numbered.
-- grain: period × indicator × sector × fund × scenario
-- What is stated, what scenario `best` takes from it, and the ratios of which a numerator is. From here on a key is one
-- number, that is joined and grouped by; only the tables of the lake spell it out.
WITH stated AS (
    SELECT DISTINCT period, indicator, sector, fund, scenario FROM observations
),
known AS (
    SELECT period, indicator, sector, fund, scenario FROM stated
    UNION
    SELECT period, indicator, sector, fund, 'best' AS scenario FROM stated WHERE scenario IN ('actual', 'estimate')
),
with_ratios AS (
    SELECT period, indicator, sector, fund, scenario FROM known
    UNION
    SELECT k.period, i.indicator, k.sector, k.fund, k.scenario
    FROM known k
    JOIN indicators i ON i.measure = 'ratio' AND i.numerator = k.indicator
)
SELECT CAST(row_number() OVER () AS BIGINT) AS key, k.period, k.indicator, k.sector, k.fund, k.scenario, i.measure,
       coalesce(i.scale, 1) AS scale, i.home_form
FROM with_ratios k
JOIN indicators i ON i.indicator = k.indicator
