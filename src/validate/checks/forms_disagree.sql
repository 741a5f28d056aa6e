-- Totals on another form that differ from the home form of the same unit for the same report period.
SELECT o.report_id, o.unit_code, o.cell, o.indicator, o.sector, o.scenario, o.value AS stated,
       h.value AS home, i.home_form, o.period AS of_period
FROM observations o
JOIN indicators i ON i.indicator = o.indicator AND i.home_form <> o.form
JOIN reports r ON r.report_id = o.report_id AND r.is_current
JOIN reports q ON q.form = i.home_form AND q.period = r.period AND q.is_current
JOIN observations h
  ON h.report_id = q.report_id AND h.unit_vintage = o.unit_vintage AND h.unit_code = o.unit_code AND h.indicator = o.indicator AND {h.breakdowns = o.breakdowns}
 AND h.scenario = o.scenario AND h.period = o.period
WHERE {o.breakdowns = '_T'} AND o.value <> h.value
