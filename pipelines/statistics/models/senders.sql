-- senders: which units sent a form for a period, counting current reports and those set aside.
-- grain: report × unit
-- runs: once
-- A table whose rows are units was sent by each unit that has a row in it.
SELECT r.report_id, r.form, r.period, u.vintage AS unit_vintage, u.unit_code, u.entity, k.set_aside
FROM reports r
JOIN report_ranks k ON k.report_id = r.report_id
JOIN (SELECT n.report_id, e.unit
      FROM reports n
      JOIN unit_entities e ON e.vintage = n.unit_vintage AND e.unit_code = n.unit_code
      UNION
      SELECT report_id, unit FROM stated) s ON s.report_id = r.report_id
JOIN unit_entities u ON u.unit = s.unit
