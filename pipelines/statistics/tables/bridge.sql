-- The bridge between two geographies in one year: each unit of the edition's geography, and under it the units of the
-- geography before that were merged into it.
-- grain: unit × column
-- `reported` is a former unit's own figure. For a new unit and for the country it is what the former units come to
-- together, as the models `contributions` and `aggregated` say. `restated` is the figure on the edition's geography. A
-- former unit has none, so no cell is delivered.
WITH chosen_indicators AS (
    SELECT indicator, decimals, measure FROM indicators WHERE indicator IN ({indicators})
),
changes AS (
    SELECT from_code, to_code, change FROM unit_changes WHERE from_vintage = {bridge_geography} AND to_vintage = {geography}
),
former_figures AS (
    SELECT c.to_code, c.from_code, c.change, l.name_vi, l.name_en, f.value, f.weight, f.status, f.estimated,
           f.units_reported, f.units_expected, i.indicator, i.decimals
    FROM changes c
    CROSS JOIN chosen_indicators i
    JOIN unit_labels l ON l.geography = {bridge_geography} AND l.unit_code = c.from_code
    LEFT JOIN figures f
      ON f.geography = {bridge_geography} AND f.code = c.from_code AND f.period = {bridge_year}
     AND f.indicator = i.indicator AND f.sector = '_T' AND f.scenario = {scenario}
),
-- What the models read: the former units as parts of their new unit and of the country. The numerator of a ratio is
-- value × denominator here, which has the scale of the ratio in it already.
keys AS (
    SELECT indicator AS key, measure, 1 AS scale FROM chosen_indicators
),
parts AS (
    SELECT from_code AS unit, indicator AS key, value, weight, CAST(value * weight AS DECIMAL(38, 6)) AS numerator, status,
           CASE WHEN estimated THEN CAST(1 AS DECIMAL(38, 6)) END AS share_estimated
    FROM former_figures
    WHERE status IS NOT NULL
),
members AS (
    SELECT group_id, member, count(*) OVER (PARTITION BY group_id) AS size
    FROM (SELECT to_code AS group_id, from_code AS member FROM changes WHERE change <> 'unchanged'
          UNION ALL
          SELECT {country} AS group_id, from_code AS member FROM changes) AS both_levels
),
contributions AS ({../models/contributions.sql}),
aggregated AS ({../models/aggregated.sql}),
-- A former unit is missing where its figure is not complete, unless the figure cannot exist.
former_units AS (
    SELECT f.to_code, f.from_code, f.change, f.name_vi, f.name_en, f.value, f.status, f.estimated,
           f.units_reported, f.units_expected, f.indicator, f.decimals, coalesce(c.complete + c.cannot_exist, 0) = 0 AS is_missing
    FROM former_figures f
    LEFT JOIN contributions c ON c.unit = f.from_code AND c.key = f.indicator
),
missing_units AS (
    SELECT m.group_id, f.indicator, count(*) AS units, string_agg(f.name_vi, '|' ORDER BY f.from_code) AS missing_vi,
           string_agg(f.name_en, '|' ORDER BY f.from_code) AS missing_en
    FROM members m
    JOIN former_units f ON f.from_code = m.member
    WHERE f.is_missing
    GROUP BY m.group_id, f.indicator
),
reported_figures AS (
    SELECT g.group_id AS code, i.decimals, a.value, a.status, a.share_estimated IS NOT NULL AS estimated, coalesce(a.reported, 0) AS units_reported,
           -- Where nothing was reported, every part that is expected is missing.
           coalesce(a.expected, n.units) AS units_expected, n.missing_vi, n.missing_en, i.indicator,
           CASE WHEN g.group_id = {country} THEN g.group_id END AS own_code,
           CASE WHEN g.group_id <> {country} THEN g.parts END AS parts
    FROM (SELECT group_id, string_agg({bridge_geography} || ':' || member, '|' ORDER BY member) AS parts
          FROM members
          GROUP BY group_id) AS g
    CROSS JOIN chosen_indicators i
    LEFT JOIN aggregated a ON a.group_id = g.group_id AND a.key = i.indicator
    LEFT JOIN missing_units n ON n.group_id = g.group_id AND n.indicator = i.indicator
    UNION ALL
    -- A unit that the change left as it was has its own figure, even a mean without its weight.
    SELECT to_code AS code, decimals, value, status, estimated, units_reported, units_expected,
           CASE WHEN is_missing THEN name_vi END AS missing_vi, CASE WHEN is_missing THEN name_en END AS missing_en,
           indicator, from_code AS own_code, CAST(NULL AS VARCHAR) AS parts
    FROM former_units
    WHERE change = 'unchanged'
),
new_units AS (
    SELECT CAST(0 AS BIGINT) AS row_order, {country} AS code, 'total' AS style, {country_vi} AS label_vi, {country_en} AS label_en
    UNION ALL
    SELECT row_number() OVER (ORDER BY unit_code) * 100 AS row_order, unit_code AS code, 'group' AS style,
           name_vi AS label_vi, name_en AS label_en
    FROM unit_labels
    WHERE geography = {geography}
)
SELECT u.row_order, u.code AS row_id, CAST(0 AS BIGINT) AS level, u.style, u.label_vi, u.label_en,
       {bridge_geography} AS of_geography, r.own_code AS of_code, r.indicator AS of_indicator, '_T' AS of_sector,
       {bridge_year} AS of_period, r.parts AS of_parts,
       'reported' AS column_id, CAST(NULL AS VARCHAR) AS period, r.value, r.status, r.estimated, r.decimals,
       r.units_reported, r.units_expected, r.missing_vi, r.missing_en
FROM new_units u
JOIN reported_figures r ON r.code = u.code
UNION ALL
SELECT u.row_order, u.code AS row_id, CAST(0 AS BIGINT) AS level, u.style, u.label_vi, u.label_en,
       {geography} AS of_geography, u.code AS of_code, i.indicator AS of_indicator, '_T' AS of_sector, {bridge_year} AS of_period,
       CAST(NULL AS VARCHAR) AS of_parts, 'restated' AS column_id, CAST(NULL AS VARCHAR) AS period, f.value, f.status, f.estimated, i.decimals,
       f.units_reported, f.units_expected,
       coalesce(g.missing_vi, CASE WHEN f.status = 'P' OR (f.value IS NULL AND coalesce(f.status, 'O') <> 'M') THEN u.label_vi END) AS missing_vi,
       coalesce(g.missing_en, CASE WHEN f.status = 'P' OR (f.value IS NULL AND coalesce(f.status, 'O') <> 'M') THEN u.label_en END) AS missing_en
FROM new_units u
CROSS JOIN chosen_indicators i
LEFT JOIN figures f
  ON f.geography = {geography} AND f.code = u.code AND f.period = {bridge_year} AND f.indicator = i.indicator
 AND f.sector = '_T' AND f.scenario = {scenario}
LEFT JOIN gaps g
  ON g.geography = {geography} AND g.code = u.code AND g.period = {bridge_year} AND g.indicator = i.indicator
 AND g.sector = '_T' AND g.scenario = {scenario}
UNION ALL
SELECT u.row_order + row_number() OVER (PARTITION BY u.code ORDER BY f.from_code) AS row_order,
       {bridge_geography} || ':' || f.from_code AS row_id, CAST(1 AS BIGINT) AS level, 'plain' AS style,
       f.name_vi AS label_vi, f.name_en AS label_en,
       {bridge_geography} AS of_geography, f.from_code AS of_code, f.indicator AS of_indicator, '_T' AS of_sector,
       {bridge_year} AS of_period, CAST(NULL AS VARCHAR) AS of_parts, 'reported' AS column_id, CAST(NULL AS VARCHAR) AS period,
       f.value, f.status, f.estimated, f.decimals, f.units_reported, f.units_expected,
       CASE WHEN f.is_missing THEN f.name_vi END AS missing_vi, CASE WHEN f.is_missing THEN f.name_en END AS missing_en
FROM new_units u
JOIN former_units f ON f.to_code = u.code AND f.change <> 'unchanged'
