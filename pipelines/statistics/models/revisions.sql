-- revisions: where a later report of a unit states another figure than the report before it.
-- grain: reporting unit × key × pair of consecutive reports; unit_vintage and unit_code are the later report's
-- runs: once
-- Within a scenario, statements are ordered by the end and the length of their report's period, then by revision. In
-- scenario `best` the actual follows the estimate.
WITH statements AS (
    SELECT s.entity, s.unit, s.key, s.value, s.status, s.report_id, p.ends, p.months, r.revision
    FROM stated s
    JOIN keys k ON k.key = s.key AND (k.home_form = s.form OR NOT ({k.breakdowns = '_T'}) OR k.home_form IS NULL)
    JOIN reports r ON r.report_id = s.report_id
    JOIN report_order ro ON ro.report_id = s.report_id AND NOT ro.outranked AND NOT ro.set_aside
    JOIN periods p ON p.period = r.period
),
-- Only a key that was stated more than once can have been revised. These are few. A blank revises nothing where an answer
-- of another report counts.
repeated_statements AS (
    SELECT s.*
    FROM statements s
    JOIN (SELECT entity, key FROM statements GROUP BY entity, key HAVING count(*) > 1) k ON k.entity = s.entity AND k.key = s.key
    LEFT JOIN counted c ON c.entity = s.entity AND c.key = s.key
    WHERE s.status <> 'O' OR c.status = 'O'
),
within_scenario AS (
    SELECT unit, key, lag(value) OVER w AS value_before, value AS value_after, lag(report_id) OVER w AS report_before,
           report_id AS report_after
    FROM repeated_statements
    -- Units of later vintages have greater numbers.
    WINDOW w AS (PARTITION BY entity, key ORDER BY ends, months, unit, revision, report_id)
),
between_scenarios AS (
    SELECT a.unit, b.related AS key, e.value AS value_before, a.value AS value_after, e.n AS n_before, a.n AS n_after
    FROM counted a
    JOIN keys k ON k.key = a.key AND k.scenario = 'actual'
    JOIN related_keys b ON b.key = a.key AND b.relation = 'best'
    JOIN related_keys of_estimate ON of_estimate.related = b.related AND of_estimate.relation = 'best' AND of_estimate.key <> a.key
    JOIN counted e ON e.entity = a.entity AND e.key = of_estimate.key
    WHERE a.value IS NOT NULL AND e.value IS NOT NULL
),
changed AS (
    SELECT unit, key, value_before, value_after, report_before, report_after
    FROM within_scenario
    WHERE report_before IS NOT NULL AND value_before IS DISTINCT FROM value_after
    UNION ALL
    SELECT c.unit, c.key, c.value_before, c.value_after, e.report_id AS report_before, a.report_id AS report_after
    FROM between_scenarios c
    JOIN stated e ON e.n = c.n_before
    JOIN stated a ON a.n = c.n_after
    WHERE c.value_before IS DISTINCT FROM c.value_after
)
SELECT u.vintage AS unit_vintage, u.unit_code, k.period, k.indicator, {k.breakdowns}, k.scenario, c.value_before,
       c.value_after, c.report_before, c.report_after
FROM changed c
JOIN unit_entities u ON u.unit = c.unit
JOIN keys k ON k.key = c.key
