-- counted: the observation that counts for each reporting unit and key, and `best` made of them.
-- grain: entity × period × indicator × sector × fund × scenario
-- An entity is a reporting unit: all vintages of a unit that changes left as it was are one.
-- Of several reports that state a key, the home form's goes first, then the one whose period ends last,
-- then the longer. Another form's total counts only where the unit has not sent the home form for that period.
WITH stated AS (
    SELECT e.entity, o.unit_vintage, o.unit_code, o.report_id, o.form, o.period, o.indicator, o.sector, o.fund,
           o.scenario, o.value, o.status, o.sheet, o.cell,
           r.period AS report_period, p.ends, p.months,
           coalesce(i.home_form, o.form) AS home_form
    FROM observations o
    JOIN reports r ON r.report_id = o.report_id
    JOIN unit_entities e ON e.vintage = o.unit_vintage AND e.unit_code = o.unit_code
    JOIN indicators i ON i.indicator = o.indicator
    JOIN periods p ON p.period = r.period
    WHERE r.is_current
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
ranked AS (
    SELECT *, row_number() OVER (
        PARTITION BY entity, period, indicator, sector, fund, scenario
        ORDER BY CASE WHEN form = home_form THEN 0 ELSE 1 END, ends DESC, months DESC, unit_vintage DESC, form, report_id
    ) AS place
    FROM eligible
),
chosen AS (
    SELECT entity, unit_vintage, unit_code, report_id, form, home_form, period, indicator, sector, fund, scenario,
           scenario AS observed_scenario, value, status, sheet, cell
    FROM ranked
    WHERE place = 1
),
best AS (
    SELECT entity, unit_vintage, unit_code, report_id, form, home_form, period, indicator, sector, fund,
           'best' AS scenario, observed_scenario, value, status, sheet, cell
    FROM (
        SELECT *, row_number() OVER (
            PARTITION BY entity, period, indicator, sector, fund
            ORDER BY CASE WHEN scenario = 'actual' AND value IS NOT NULL THEN 0
                          WHEN scenario = 'estimate' THEN 1
                          ELSE 2 END
        ) AS place
        FROM chosen
        WHERE scenario IN ('actual', 'estimate')
    ) AS candidates
    WHERE place = 1
)
SELECT entity, unit_vintage, unit_code, report_id, form, home_form, period, indicator, sector, fund, scenario,
       observed_scenario, value, status, sheet, cell
FROM chosen
UNION ALL
SELECT entity, unit_vintage, unit_code, report_id, form, home_form, period, indicator, sector, fund, scenario,
       observed_scenario, value, status, sheet, cell
FROM best
