-- Totals on another form that count because the unit has not sent their home form.
SELECT s.report_id, u.unit_code, max(k.home_form) AS home_form, string_agg(DISTINCT k.indicator, ',' ORDER BY k.indicator) AS indicators
FROM counted c
JOIN stated s ON s.n = c.n
JOIN keys k ON k.key = c.key
JOIN unit_entities u ON u.unit = c.unit
WHERE s.form <> k.home_form AND {k.breakdowns = '_T'} AND k.scenario <> 'best' AND c.value IS NOT NULL
GROUP BY s.report_id, u.unit_code
