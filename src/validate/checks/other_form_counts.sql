-- Totals that count although they do not stand in their home form, because the unit has not sent it.
SELECT c.report_id, c.unit_code, max(c.home_form) AS home_form, string_agg(DISTINCT c.indicator, ',' ORDER BY c.indicator) AS indicators
FROM counted c
WHERE c.form <> c.home_form AND c.sector = '_T' AND c.fund = '_T' AND c.scenario <> 'best' AND c.value IS NOT NULL
GROUP BY c.report_id, c.unit_code
