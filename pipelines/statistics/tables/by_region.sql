-- Indicators of the last year in the country and each region of the edition.
-- grain: country or region × indicator, for each column of the table. There is a cell for every combination; without a
-- figure its value is NULL.
SELECT p.row_order, p.code AS row_id, p.level, p.style, p.label_vi, p.label_en,
       {geography} AS of_geography, p.code AS of_code, i.indicator AS of_indicator, '_T' AS of_sector,
       i.indicator AS column_id, y.period, f.value, f.status, f.estimated, i.decimals, f.units_reported, f.units_expected,
       coalesce(g.missing_vi, CASE WHEN f.status = 'P' OR (f.value IS NULL AND coalesce(f.status, 'O') <> 'M') THEN p.label_vi END) AS missing_vi,
       coalesce(g.missing_en, CASE WHEN f.status = 'P' OR (f.value IS NULL AND coalesce(f.status, 'O') <> 'M') THEN p.label_en END) AS missing_en
FROM (SELECT * FROM places WHERE level = 0) p
CROSS JOIN (SELECT {last_year} AS period) AS y
CROSS JOIN (SELECT indicator, decimals FROM indicators WHERE indicator IN ({indicators})) AS i
LEFT JOIN figures f
  ON f.geography = {geography} AND f.code = p.code AND f.period = y.period AND f.indicator = i.indicator
 AND f.sector = '_T' AND f.scenario = {scenario}
LEFT JOIN gaps g
  ON g.geography = {geography} AND g.code = p.code AND g.period = y.period AND g.indicator = i.indicator
 AND g.sector = '_T' AND g.scenario = {scenario}
WHERE i.indicator || '-' || y.period IN ({columns})
