-- Indicators of the country over the years, by section, in the order of the catalogue: those that the table names, else all
-- of its forms. A ratio belongs to the form of its numerator; an indicator without a home form is printed too.
-- grain: section or indicator × year; the row of a section has no cells
WITH listed_indicators AS (
    SELECT i.indicator, i.section, i.level, i.name_vi, i.name_en, i.unit, i.decimals, o.position
    FROM indicators i
    JOIN official_order o ON o.list = 'indicator' AND o.code = i.indicator
    LEFT JOIN indicators n ON n.indicator = i.numerator
    WHERE i.indicator IN ({indicators})
       OR (coalesce({indicators}) IS NULL
           AND (coalesce(i.home_form, n.home_form) IS NULL OR coalesce(i.home_form, n.home_form) IN ({forms})))
)
SELECT min(l.position) * 10 - 5 AS row_order, l.section AS row_id, CAST(0 AS BIGINT) AS level, 'section' AS style,
       CAST(NULL AS VARCHAR) AS label_vi, CAST(NULL AS VARCHAR) AS label_en, CAST(NULL AS VARCHAR) AS unit_vi,
       CAST(NULL AS VARCHAR) AS of_geography, CAST(NULL AS VARCHAR) AS of_code, CAST(NULL AS VARCHAR) AS of_indicator,
       CAST(NULL AS VARCHAR) AS of_sector, CAST(NULL AS VARCHAR) AS column_id, CAST(NULL AS VARCHAR) AS period, CAST(NULL AS DECIMAL(38, 6)) AS value,
       CAST(NULL AS VARCHAR) AS status, FALSE AS estimated, CAST(NULL AS BIGINT) AS decimals, CAST(NULL AS BIGINT) AS units_reported,
       CAST(NULL AS BIGINT) AS units_expected, CAST(NULL AS VARCHAR) AS missing_vi, CAST(NULL AS VARCHAR) AS missing_en
FROM listed_indicators l
GROUP BY l.section
UNION ALL
SELECT l.position * 10 AS row_order, l.indicator AS row_id, l.level, 'plain' AS style, l.name_vi AS label_vi,
       l.name_en AS label_en, l.unit AS unit_vi, {geography} AS of_geography, {country} AS of_code,
       l.indicator AS of_indicator, '_T' AS of_sector, 'figure' AS column_id, y.period, f.value, f.status, f.estimated, l.decimals,
       f.units_reported, f.units_expected,
       CASE WHEN f.value IS NULL AND coalesce(f.status, 'O') <> 'M' THEN {country_vi} ELSE g.missing_vi END AS missing_vi,
       CASE WHEN f.value IS NULL AND coalesce(f.status, 'O') <> 'M' THEN {country_en} ELSE g.missing_en END AS missing_en
FROM listed_indicators l
CROSS JOIN years y
LEFT JOIN figures f
  ON f.geography = {geography} AND f.code = {country} AND f.period = y.period AND f.indicator = l.indicator
 AND f.sector = '_T' AND f.scenario = {scenario}
LEFT JOIN gaps g
  ON g.geography = {geography} AND g.code = {country} AND g.period = y.period AND g.indicator = l.indicator
 AND g.sector = '_T' AND g.scenario = {scenario}
