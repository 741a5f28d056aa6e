-- Indicators of the country by source of funds, over the years that the columns name.
-- grain: indicator × source × year, for each column of the table. There is a cell for every combination; without a figure
-- its value is NULL.
WITH wanted AS (
    SELECT i.indicator, i.decimals, o.position, m.fund_code AS fund, y.period
    FROM indicators i
    JOIN official_order o ON o.list = 'indicator' AND o.code = i.indicator
    CROSS JOIN funds m
    CROSS JOIN (SELECT DISTINCT right(id, 4) AS period FROM (SELECT unnest(make_array({columns})) AS id) AS listed) AS y
    WHERE i.indicator IN ({indicators}) AND m.fund_code IN ({column_ids}) AND m.fund_code || '-' || y.period IN ({columns})
)
SELECT w.position AS row_order, w.indicator AS row_id, CAST(0 AS BIGINT) AS level, 'plain' AS style, CAST(NULL AS VARCHAR) AS label_vi,
       CAST(NULL AS VARCHAR) AS label_en, {geography} AS of_geography, {country} AS of_code, w.indicator AS of_indicator,
       '_T:' || w.fund AS of_members, w.fund AS column_id, w.period, f.value, f.status, f.estimated, w.decimals, f.units_reported, f.units_expected,
       CASE WHEN f.value IS NULL AND coalesce(f.status, 'O') <> 'M' THEN {country_vi} ELSE g.missing_vi END AS missing_vi,
       CASE WHEN f.value IS NULL AND coalesce(f.status, 'O') <> 'M' THEN {country_en} ELSE g.missing_en END AS missing_en
FROM wanted w
LEFT JOIN fund_figures f
  ON f.geography = {geography} AND f.code = {country} AND f.period = w.period AND f.indicator = w.indicator
 AND f.fund = w.fund AND f.scenario = {scenario}
LEFT JOIN fund_gaps g
  ON g.geography = {geography} AND g.code = {country} AND g.period = w.period AND g.indicator = w.indicator
 AND g.fund = w.fund AND g.scenario = {scenario}
