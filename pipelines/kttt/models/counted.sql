-- counted: the observation that counts for each reporting unit and key, and `best` made of them.
-- grain: entity × period × indicator × sector × fund × scenario
-- An entity is a reporting unit: all vintages of a unit that changes left as it was are one.
-- Of several reports that state a key, the home form's goes first, then the one whose period ends last,
-- then the longer. Another form's total counts only where the unit has not sent the home form for that period.
-- Which goes first is one number, `preference`, that the observation's own number makes unlike all others: the least
-- of a key is found without sorting.
WITH numbered AS (
    SELECT *, CAST(row_number() OVER () AS BIGINT) AS n FROM observations
),
report_places AS (
    SELECT r.report_id, r.period AS report_period,
           CAST(row_number() OVER (ORDER BY p.ends DESC, p.months DESC, r.unit_vintage DESC, r.form, r.report_id)
                AS BIGINT) AS place
    FROM reports r
    JOIN periods p ON p.period = r.period
    WHERE r.is_current
),
stated AS (
    SELECT e.entity, o.unit_vintage, o.unit_code, o.report_id, o.form, o.period, o.indicator, o.sector, o.fund,
           o.scenario, o.value, o.status, o.sheet, o.cell, o.n, r.report_period,
           coalesce(i.home_form, o.form) AS home_form,
           (CASE WHEN o.form = i.home_form OR i.home_form IS NULL THEN r.place
                 ELSE 1000000000 + r.place END) * 1000000000 + o.n AS preference
    FROM numbered o
    JOIN report_places r ON r.report_id = o.report_id
    JOIN unit_entities e ON e.vintage = o.unit_vintage AND e.unit_code = o.unit_code
    JOIN indicators i ON i.indicator = o.indicator
),
home_sent AS (
    -- A table whose rows are units was sent for each unit that it has a row of.
    SELECT DISTINCT e.entity, r.form, r.period
    FROM reports r
    JOIN (SELECT report_id, unit_vintage, unit_code FROM reports
          UNION
          SELECT report_id, unit_vintage, unit_code FROM observations) u ON u.report_id = r.report_id
    JOIN unit_entities e ON e.vintage = u.unit_vintage AND e.unit_code = u.unit_code
    WHERE r.is_current
),
eligible AS (
    SELECT s.*
    FROM stated s
    LEFT JOIN home_sent h ON h.entity = s.entity AND h.form = s.home_form AND h.period = s.report_period
    WHERE s.form = s.home_form OR s.sector <> '_T' OR s.fund <> '_T' OR h.entity IS NULL
),
chosen AS (
    SELECT e.entity, e.unit_vintage, e.unit_code, e.report_id, e.form, e.home_form, e.period, e.indicator, e.sector,
           e.fund, e.scenario, e.scenario AS observed_scenario, e.value, e.status, e.sheet, e.cell, e.n
    FROM eligible e
    JOIN (SELECT min(preference) % 1000000000 AS n
          FROM eligible
          GROUP BY entity, period, indicator, sector, fund, scenario) AS first_of_key ON first_of_key.n = e.n
),
best AS (
    SELECT c.entity, c.unit_vintage, c.unit_code, c.report_id, c.form, c.home_form, c.period, c.indicator, c.sector,
           c.fund, 'best' AS scenario, c.observed_scenario, c.value, c.status, c.sheet, c.cell
    FROM chosen c
    JOIN (SELECT min(CASE WHEN scenario = 'actual' AND value IS NOT NULL THEN n
                          WHEN scenario = 'estimate' THEN 1000000000 + n
                          ELSE 2000000000 + n END) % 1000000000 AS n
          FROM chosen
          WHERE scenario IN ('actual', 'estimate')
          GROUP BY entity, period, indicator, sector, fund) AS first_of_key ON first_of_key.n = c.n
)
SELECT entity, unit_vintage, unit_code, report_id, form, home_form, period, indicator, sector, fund, scenario,
       observed_scenario, value, status, sheet, cell
FROM chosen
UNION ALL
SELECT entity, unit_vintage, unit_code, report_id, form, home_form, period, indicator, sector, fund, scenario,
       observed_scenario, value, status, sheet, cell
FROM best
