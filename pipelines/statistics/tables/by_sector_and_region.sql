-- Indicators of the last year by sector, in the country and each region of the edition.
-- grain: sector × indicator × country or region; a column is `<indicator>-<code of the place>`.
WITH listed_sectors AS (
    SELECT CAST(0 AS BIGINT) AS row_order, '_T' AS sector, CAST(0 AS BIGINT) AS level, 'total' AS style,
           CAST(NULL AS VARCHAR) AS label_vi, CAST(NULL AS VARCHAR) AS label_en
    UNION ALL
    SELECT o.position AS row_order, s.sector_code AS sector, s.level, CASE WHEN s.level = 0 THEN 'group' ELSE 'plain' END AS style,
           s.name_vi AS label_vi, s.name_en AS label_en
    FROM sectors s
    JOIN official_order o ON o.list = 'sector' AND o.code = s.sector_code
)
SELECT l.row_order, l.sector AS row_id, l.level, l.style, l.label_vi, l.label_en,
       {geography} AS of_geography, p.code AS of_code, i.indicator AS of_indicator, l.sector AS of_sector, {last_year} AS of_period,
       i.indicator || '-' || p.code AS column_id, CAST(NULL AS VARCHAR) AS period, f.value, f.status, f.estimated, i.decimals,
       f.units_reported, f.units_expected,
       CASE WHEN f.value IS NULL AND coalesce(f.status, 'O') <> 'M' THEN p.label_vi ELSE g.missing_vi END AS missing_vi,
       CASE WHEN f.value IS NULL AND coalesce(f.status, 'O') <> 'M' THEN p.label_en ELSE g.missing_en END AS missing_en
FROM listed_sectors l
CROSS JOIN (SELECT code, label_vi, label_en FROM places WHERE level = 0) AS p
CROSS JOIN (SELECT indicator, decimals FROM indicators WHERE indicator IN ({indicators})) AS i
LEFT JOIN figures f
  ON f.geography = {geography} AND f.code = p.code AND f.period = {last_year} AND f.indicator = i.indicator
 AND f.sector = l.sector AND f.scenario = {scenario}
LEFT JOIN gaps g
  ON g.geography = {geography} AND g.code = p.code AND g.period = {last_year} AND g.indicator = i.indicator
 AND g.sector = l.sector AND g.scenario = {scenario}
WHERE i.indicator || '-' || p.code IN ({columns})
