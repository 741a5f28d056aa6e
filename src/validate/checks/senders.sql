-- Which units sent a form for a period, by the reports that count; in a table whose rows are units, each of these did. A
-- unit that changes left as it was is one entity on all its vintages, so that a chain is looked through.
SELECT r.report_id, r.form, r.period, u.unit_vintage, u.unit_code, e.entity
FROM reports r
JOIN (SELECT report_id, unit_vintage, unit_code FROM reports
      UNION
      SELECT report_id, unit_vintage, unit_code FROM observations) u ON u.report_id = r.report_id
JOIN unit_entities e ON e.vintage = u.unit_vintage AND e.unit_code = u.unit_code
WHERE r.is_current
