-- revisions: where a later report of a unit says another figure than the one before it did.
-- grain: reporting unit × key × pair of reports that follow each other; unit_vintage and unit_code are the later report's
-- Within a scenario the statements follow by the end and length of their report's period, then by sending;
-- in scenario best the actual follows the estimate.
WITH stated AS (
    SELECT e.entity, o.unit_vintage, o.unit_code, o.period, o.indicator, o.sector, o.fund, o.scenario, o.value, o.report_id,
           p.ends, p.months, r.revision
    FROM observations o
    JOIN unit_entities e ON e.vintage = o.unit_vintage AND e.unit_code = o.unit_code
    JOIN reports r ON r.report_id = o.report_id
    JOIN report_order ro ON ro.report_id = o.report_id AND NOT ro.outranked
    JOIN periods p ON p.period = r.period
    JOIN indicators i ON i.indicator = o.indicator AND (i.home_form = o.form OR o.sector <> '_T' OR i.home_form IS NULL)
),
-- Only what was stated more than once can have been revised: of all keys a few.
stated_again AS (
    SELECT s.*
    FROM stated s
    JOIN (SELECT entity, period, indicator, sector, fund, scenario
          FROM stated
          GROUP BY entity, period, indicator, sector, fund, scenario
          HAVING count(*) > 1) k
      ON k.entity = s.entity AND k.period = s.period AND k.indicator = s.indicator AND k.sector = s.sector
     AND k.fund = s.fund AND k.scenario = s.scenario
),
in_scenario AS (
    SELECT unit_vintage, unit_code, period, indicator, sector, fund, scenario,
           lag(value) OVER w AS value_before, value AS value_after, lag(report_id) OVER w AS report_before,
           report_id AS report_after
    FROM stated_again
    WINDOW w AS (PARTITION BY entity, period, indicator, sector, fund, scenario
                 ORDER BY ends, months, unit_vintage, revision, report_id)
),
between_scenarios AS (
    SELECT a.unit_vintage, a.unit_code, a.period, a.indicator, a.sector, a.fund, 'best' AS scenario,
           e.value AS value_before, a.value AS value_after, e.report_id AS report_before, a.report_id AS report_after
    FROM counted a
    JOIN counted e
      ON e.entity = a.entity AND e.period = a.period AND e.indicator = a.indicator AND e.sector = a.sector
     AND e.fund = a.fund AND e.scenario = 'estimate'
    WHERE a.scenario = 'actual' AND a.value IS NOT NULL AND e.value IS NOT NULL
)
SELECT unit_vintage, unit_code, period, indicator, sector, fund, scenario, value_before, value_after, report_before,
       report_after
FROM in_scenario
WHERE report_before IS NOT NULL AND value_before IS DISTINCT FROM value_after
UNION ALL
SELECT unit_vintage, unit_code, period, indicator, sector, fund, scenario, value_before, value_after, report_before,
       report_after
FROM between_scenarios
WHERE value_before IS DISTINCT FROM value_after
