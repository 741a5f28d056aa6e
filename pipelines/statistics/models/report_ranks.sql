-- report_ranks: the order in which reports of one unit take precedence, the first place first.
-- grain: report; current reports and those set aside
-- runs: once
-- The report whose period ends last goes first, then the one with the longer period.
SELECT r.report_id, r.form, r.period AS report_period, ro.set_aside,
       CAST(row_number() OVER (ORDER BY p.ends DESC, p.months DESC, r.unit_vintage DESC, r.form, r.report_id) AS BIGINT) AS place
FROM reports r
JOIN report_order ro ON ro.report_id = r.report_id
JOIN periods p ON p.period = r.period
WHERE r.is_current OR ro.set_aside
