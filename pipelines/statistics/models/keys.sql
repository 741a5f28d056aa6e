-- keys: a number for every combination of period, indicator, sector, fund and scenario that can have a figure.
-- grain: period × indicator × breakdowns × scenario
-- runs: once
-- Combinations come from what was reported, from the scenario `best` that a reported figure may fill, from the
-- longer periods that it may be a part of, and from the ratios that a numerator belongs to. home_form is the form that gives the total for periods of that length. All later models join and group by this number; only the tables of the
-- lake spell it out again.
WITH reported AS (
    SELECT DISTINCT period, indicator, {breakdowns}, scenario FROM observations
),
with_best AS (
    SELECT period, indicator, {breakdowns}, scenario FROM reported
    UNION
    SELECT period, indicator, {breakdowns}, 'best' AS scenario FROM reported WHERE scenario IN ('actual', 'estimate')
),
-- Longer periods that may be made of these: only of lengths for which a form gives the total.
with_longer AS (
    SELECT period, indicator, {breakdowns}, scenario FROM with_best
    UNION
    SELECT p.period, k.indicator, {k.breakdowns}, k.scenario
    FROM with_best k
    JOIN shorter_periods p ON p.part = k.period
    JOIN home_forms h ON h.indicator = k.indicator AND h.months = p.months
),
with_ratios AS (
    SELECT period, indicator, {breakdowns}, scenario FROM with_longer
    UNION
    SELECT k.period, i.indicator, {k.breakdowns}, k.scenario
    FROM with_longer k
    JOIN indicators i ON i.measure = 'ratio' AND i.numerator = k.indicator
)
SELECT CAST(row_number() OVER () AS BIGINT) AS key, k.period, k.indicator, {k.breakdowns}, k.scenario, i.measure,
       coalesce(i.scale, 1) AS scale, h.home_form
FROM with_ratios k
JOIN indicators i ON i.indicator = k.indicator
JOIN periods p ON p.period = k.period
LEFT JOIN home_forms h ON h.indicator = k.indicator AND h.months = p.months
