-- Figures of a reporter that does not count that differ from the report that counts, or that it leaves blank: same form,
-- period and unit. One row for each report and unit, with the largest difference; a blank comes after all differences.
WITH outranked_reports AS (
    SELECT r.report_id, r.form, r.period, r.unit_vintage, r.unit_code, coalesce(r.reporter, '-') AS reporter, r.revision,
           max(r.revision) OVER (PARTITION BY r.form, r.period, r.unit_vintage, r.unit_code, r.reporter) AS last_revision
    FROM reports r
    JOIN report_order ro ON ro.report_id = r.report_id AND ro.outranked
    WHERE r.unit_code IS NOT NULL
),
pairs AS (
    SELECT u.report_id, q.report_id AS counting, u.reporter
    FROM outranked_reports u
    JOIN reports q
      ON q.form = u.form AND q.period = u.period AND q.unit_vintage = u.unit_vintage AND q.unit_code = u.unit_code
     AND q.is_current
    WHERE u.revision = u.last_revision
),
differing AS (
    SELECT p.report_id, o.unit_code, p.reporter, o.cell, o.indicator, o.sector, o.scenario, o.period AS of_period, o.value AS stated,
           h.value AS counted,
           count(h.value) OVER (PARTITION BY p.report_id, o.unit_code) AS differ,
           count(*) OVER (PARTITION BY p.report_id, o.unit_code) AS all_told,
           row_number() OVER (PARTITION BY p.report_id, o.unit_code
                              ORDER BY abs(o.value - h.value) DESC NULLS LAST, o.indicator, o.sector, o.scenario, o.period) AS place
    FROM pairs p
    JOIN observations o ON o.report_id = p.report_id
    LEFT JOIN observations h
      ON h.report_id = p.counting AND h.unit_code = o.unit_code AND h.indicator = o.indicator AND {h.breakdowns = o.breakdowns}
     AND h.scenario = o.scenario AND h.period = o.period
    WHERE o.value IS NOT NULL AND (h.value IS NULL AND (h.status IS NULL OR h.status = 'O') OR o.value <> h.value)
)
SELECT report_id, unit_code, cell, indicator, sector, scenario, of_period, reporter, stated, counted, differ AS count,
       all_told - differ AS blank,
       CASE WHEN counted IS NULL THEN 'blank' WHEN all_told > differ THEN 'both' ELSE 'differ' END AS what
FROM differing
WHERE place = 1
