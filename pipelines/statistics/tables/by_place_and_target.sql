-- Indicators of the last year by place: country → region → province, and what a target of each unit asks of a place: its
-- value times the units of the place. `unit_target` of the edition names the target.
-- grain: place × indicator, and place for the column `target`
SELECT p.row_order, p.code AS row_id, p.level, p.style, p.label_vi, p.label_en,
       {geography} AS of_geography, p.code AS of_code, i.indicator AS of_indicator, '_T' AS of_sector,
       i.indicator AS column_id, y.period, f.value, f.status, f.estimated, i.decimals, f.units_reported, f.units_expected,
       coalesce(g.missing_vi, CASE WHEN f.status = 'P' OR (f.value IS NULL AND coalesce(f.status, 'O') <> 'M') THEN p.label_vi END) AS missing_vi,
       coalesce(g.missing_en, CASE WHEN f.status = 'P' OR (f.value IS NULL AND coalesce(f.status, 'O') <> 'M') THEN p.label_en END) AS missing_en
FROM places p
CROSS JOIN (SELECT {last_year} AS period) AS y
CROSS JOIN (SELECT indicator, decimals FROM indicators WHERE indicator IN ({indicators})) AS i
LEFT JOIN figures f
  ON f.geography = {geography} AND f.code = p.code AND f.period = y.period AND f.indicator = i.indicator
 AND f.sector = '_T' AND f.scenario = {scenario}
LEFT JOIN gaps g
  ON g.geography = {geography} AND g.code = p.code AND g.period = y.period AND g.indicator = i.indicator
 AND g.sector = '_T' AND g.scenario = {scenario}
WHERE i.indicator || '-' || y.period IN ({columns})
UNION ALL
SELECT p.row_order, p.code AS row_id, p.level, p.style, p.label_vi, p.label_en,
       CAST(NULL AS VARCHAR) AS of_geography, CAST(NULL AS VARCHAR) AS of_code, CAST(NULL AS VARCHAR) AS of_indicator,
       CAST(NULL AS VARCHAR) AS of_sector, 'target' AS column_id, {last_year} AS period,
       CAST(t.value * coalesce(u.units, 1) AS DECIMAL(38, 6)) AS value, 'A' AS status, FALSE AS estimated, CAST(0 AS BIGINT) AS decimals,
       CAST(NULL AS BIGINT) AS units_reported, CAST(NULL AS BIGINT) AS units_expected,
       CAST(NULL AS VARCHAR) AS missing_vi, CAST(NULL AS VARCHAR) AS missing_en
FROM places p
CROSS JOIN (SELECT value FROM targets WHERE target_id = {unit_target}) AS t
LEFT JOIN (
    SELECT code, count(DISTINCT part_code) AS units
    FROM parts_of
    WHERE geography = {geography} AND part_geography = {geography}
    GROUP BY code
) AS u ON u.code = p.code
