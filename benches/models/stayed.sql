-- Organisations that are there in one year and the next, by unit.
SELECT a.unit_code, a.period, count(*) AS stayed
FROM organisations a JOIN organisations b
  ON b.tax_code = a.tax_code AND CAST(b.period AS BIGINT) = CAST(a.period AS BIGINT) + 1
GROUP BY a.unit_code, a.period ORDER BY a.unit_code, a.period
