-- The bridge between two geographies in one year: each unit of the edition's geography, under it the units of
-- the geography before that were merged into it.
-- grain: unit × column. `reported` is the former units' own figure, for a new unit and the country what theirs come
-- to together: a sum, or for means and ratios Σ value·weight / Σ weight over those that have both, as in the model
-- `aggregated`. `restated` is the figure on the edition's geography, which a former unit has not: no cell is delivered.
WITH chosen AS (
    SELECT indicator, decimals, measure FROM indicators WHERE indicator IN ({indicators})
),
former AS (
    SELECT c.to_code, c.from_code, c.change, l.name_vi, l.name_en, f.value, f.weight, f.status, f.units_reported,
           f.units_expected, i.indicator, i.decimals, i.measure,
           w.unit_code IS NULL AND coalesce(f.status, 'O') <> 'M' AS lacking,
           f.value IS NOT NULL AND f.status <> 'M' AND (i.measure NOT IN ('mean', 'ratio') OR f.weight IS NOT NULL) AS enters
    FROM unit_changes c
    CROSS JOIN chosen i
    JOIN unit_labels l ON l.geography = c.from_vintage AND l.unit_code = c.from_code
    LEFT JOIN figures f
      ON f.geography = c.from_vintage AND f.code = c.from_code AND f.period = {bridge_year}
     AND f.indicator = i.indicator AND f.sector = '_T' AND f.scenario = {scenario}
    LEFT JOIN whole w
      ON w.geography = c.from_vintage AND w.unit_code = c.from_code AND w.period = {bridge_year}
     AND w.indicator = i.indicator AND w.sector = '_T' AND w.scenario = {scenario}
    WHERE c.from_vintage = {bridge_geography} AND c.to_vintage = {geography}
),
-- Former units put together: for each new unit (its code), and for the country. What cannot exist (M) is no part.
summed AS (
    SELECT code, indicator, decimals, measure,
           sum(CASE WHEN enters THEN 1 ELSE 0 END) AS entered,
           sum(CASE WHEN enters AND NOT lacking THEN 1 ELSE 0 END) AS reported,
           sum(CASE WHEN status = 'M' THEN 0 ELSE 1 END) AS expected,
           sum(CASE WHEN enters THEN value END) AS total,
           sum(CASE WHEN enters THEN CAST(value * weight AS DECIMAL(38, 6)) END) AS weighted,
           sum(CASE WHEN enters THEN weight END) AS weight,
           sum(CASE WHEN enters AND status = 'I' THEN 1 ELSE 0 END) AS imputed,
           sum(CASE WHEN enters AND status = 'E' THEN 1 ELSE 0 END) AS estimated,
           string_agg({bridge_geography} || ':' || from_code, '|' ORDER BY from_code) AS parts,
           string_agg(CASE WHEN lacking THEN name_vi END, '|' ORDER BY from_code) AS missing_vi,
           string_agg(CASE WHEN lacking THEN name_en END, '|' ORDER BY from_code) AS missing_en
    FROM (
        SELECT to_code AS code, from_code, indicator, decimals, measure, value, weight, status, lacking, enters, name_vi, name_en
        FROM former
        WHERE change <> 'unchanged'
        UNION ALL
        SELECT {country} AS code, from_code, indicator, decimals, measure, value, weight, status, lacking, enters, name_vi, name_en
        FROM former
    ) AS both_levels
    GROUP BY code, indicator, decimals, measure
),
together AS (
    SELECT code, decimals,
           CASE WHEN measure IN ('mean', 'ratio') THEN CAST(weighted / nullif(weight, 0) AS DECIMAL(38, 6))
                ELSE CAST(total AS DECIMAL(38, 6)) END AS value,
           CASE WHEN expected = 0 THEN 'M'
                WHEN entered = 0 THEN NULL
                WHEN measure IN ('mean', 'ratio') AND weight = 0 THEN 'M'
                WHEN reported < expected THEN 'P'
                WHEN imputed > 0 THEN 'I'
                WHEN estimated > 0 THEN 'E'
                ELSE 'A' END AS status,
           reported AS units_reported, expected AS units_expected, missing_vi, missing_en, indicator,
           CASE WHEN code = {country} THEN code END AS own_code, CASE WHEN code <> {country} THEN parts END AS parts
    FROM summed
    UNION ALL
    -- A unit that the change left as it was has its own figure, a mean without its weight too.
    SELECT to_code AS code, decimals, value, status, units_reported, units_expected,
           CASE WHEN lacking THEN name_vi END AS missing_vi, CASE WHEN lacking THEN name_en END AS missing_en,
           indicator, from_code AS own_code, CAST(NULL AS VARCHAR) AS parts
    FROM former
    WHERE change = 'unchanged'
),
listed AS (
    SELECT CAST(0 AS BIGINT) AS row_order, {country} AS code, 'total' AS style, {country_vi} AS label_vi, {country_en} AS label_en
    UNION ALL
    SELECT row_number() OVER (ORDER BY unit_code) * 100 AS row_order, unit_code AS code, 'group' AS style,
           name_vi AS label_vi, name_en AS label_en
    FROM unit_labels
    WHERE geography = {geography}
)
SELECT l.row_order, l.code AS row_id, CAST(0 AS BIGINT) AS level, l.style, l.label_vi, l.label_en,
       {bridge_geography} AS of_geography, t.own_code AS of_code, t.indicator AS of_indicator, '_T' AS of_sector,
       {bridge_year} AS of_period, t.parts AS of_parts,
       'reported' AS column_id, CAST(NULL AS VARCHAR) AS period, t.value, t.status, t.decimals,
       t.units_reported, t.units_expected, t.missing_vi, t.missing_en
FROM listed l
JOIN together t ON t.code = l.code
UNION ALL
SELECT l.row_order, l.code AS row_id, CAST(0 AS BIGINT) AS level, l.style, l.label_vi, l.label_en,
       {geography} AS of_geography, l.code AS of_code, i.indicator AS of_indicator, '_T' AS of_sector, {bridge_year} AS of_period,
       CAST(NULL AS VARCHAR) AS of_parts, 'restated' AS column_id, CAST(NULL AS VARCHAR) AS period, f.value, f.status, i.decimals,
       f.units_reported, f.units_expected,
       coalesce(g.missing_vi, CASE WHEN f.status = 'P' OR (f.value IS NULL AND coalesce(f.status, 'O') <> 'M') THEN l.label_vi END) AS missing_vi,
       coalesce(g.missing_en, CASE WHEN f.status = 'P' OR (f.value IS NULL AND coalesce(f.status, 'O') <> 'M') THEN l.label_en END) AS missing_en
FROM listed l
CROSS JOIN chosen i
LEFT JOIN figures f
  ON f.geography = {geography} AND f.code = l.code AND f.period = {bridge_year} AND f.indicator = i.indicator
 AND f.sector = '_T' AND f.scenario = {scenario}
LEFT JOIN gaps g
  ON g.geography = {geography} AND g.code = l.code AND g.period = {bridge_year} AND g.indicator = i.indicator
 AND g.sector = '_T' AND g.scenario = {scenario}
UNION ALL
SELECT l.row_order + row_number() OVER (PARTITION BY l.code ORDER BY m.from_code) AS row_order,
       {bridge_geography} || ':' || m.from_code AS row_id, CAST(1 AS BIGINT) AS level, 'plain' AS style,
       m.name_vi AS label_vi, m.name_en AS label_en,
       {bridge_geography} AS of_geography, m.from_code AS of_code, m.indicator AS of_indicator, '_T' AS of_sector,
       {bridge_year} AS of_period, CAST(NULL AS VARCHAR) AS of_parts, 'reported' AS column_id, CAST(NULL AS VARCHAR) AS period, m.value, m.status, m.decimals, m.units_reported, m.units_expected,
       CASE WHEN m.lacking THEN m.name_vi END AS missing_vi, CASE WHEN m.lacking THEN m.name_en END AS missing_en
FROM listed l
JOIN former m ON m.to_code = l.code AND m.change <> 'unchanged'
