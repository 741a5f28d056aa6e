-- Targets of decisions, by document: first known figure, last figure, target, and what follows from them.
-- grain: target (each year of a yearly one, the indicator of a growth) × column
-- `reached` and `needed` are computed in print from the cells of their row, as every comparison is. A target for each unit
-- counts the units that reach it, and remarks name those that do not.
WITH listed AS (
    SELECT t.*, o.position, i.name_vi, i.name_en, i.unit AS indicator_unit, coalesce(i.decimals, 0) AS decimals,
           regexp_replace(t.document, '\) .*$', ')') AS section
    FROM targets t
    JOIN official_order o ON o.list = 'target' AND o.code = t.target_id
    LEFT JOIN indicators i ON i.indicator = t.indicator
),
-- The rows of results that can be printed: for the country on the edition's geography, for a named place on its own.
results AS (
    SELECT r.*
    FROM target_results r
    JOIN targets t ON t.target_id = r.target_id
    WHERE r.period <= {last_year}
      AND (t.scope IN ('province', 'region') OR (r.geography = {geography} AND r.code = {country}))
),
chosen AS (
    SELECT target_id, coalesce(max(CASE WHEN verdict LIKE 'territory%' THEN period END), max(CASE WHEN value IS NOT NULL THEN period END),
                               max(period)) AS period
    FROM results
    GROUP BY target_id
),
units_of_each AS (
    SELECT r.target_id, r.period, string_agg(r.geography || ':' || r.code, '|' ORDER BY r.code) AS parts,
           string_agg(CASE WHEN r.value IS NULL THEN u.name_vi END, '|' ORDER BY r.code) AS missing_vi,
           string_agg(CASE WHEN r.value IS NULL THEN u.name_en END, '|' ORDER BY r.code) AS missing_en,
           string_agg(CASE WHEN r.value IS NOT NULL AND r.verdict <> 'reached' THEN u.name_vi END, ', ' ORDER BY r.code) AS short_vi,
           string_agg(CASE WHEN r.value IS NOT NULL AND r.verdict <> 'reached' THEN u.name_en END, ', ' ORDER BY r.code) AS short_en
    FROM target_results r
    JOIN targets t ON t.target_id = r.target_id AND t.scope = 'each province'
    JOIN unit_labels u ON u.geography = r.geography AND u.unit_code = r.code
    WHERE r.geography = {geography} AND r.code <> {country}
    GROUP BY r.target_id, r.period
),
-- A line is a row of the table; `kind` says what stands in it.
lines AS (
    SELECT min(position) * 1000 - 500 AS row_order, section AS row_id, CAST(0 AS BIGINT) AS level, 'section' AS style,
           section AS label_vi, section AS label_en, CAST(NULL AS VARCHAR) AS unit_vi, 'none' AS kind, min(target_id) AS target_id,
           CAST(NULL AS VARCHAR) AS period
    FROM listed
    GROUP BY section
    UNION ALL
    SELECT l.position * 1000 AS row_order, l.target_id AS row_id, 0 AS level, 'plain' AS style, l.text_vi AS label_vi, l.text_en AS label_en, CASE WHEN l.scope <> 'each province' THEN l.unit END AS unit_vi,
           CASE WHEN l.year = 'yearly' THEN 'none' WHEN l.scope = 'each province' THEN 'count' WHEN l.base_year IS NOT NULL THEN 'growth'
                ELSE 'figure' END AS kind,
           l.target_id AS target_id, c.period
    FROM listed l
    LEFT JOIN chosen c ON c.target_id = l.target_id
    UNION ALL
    SELECT l.position * 1000 + row_number() OVER (PARTITION BY l.target_id ORDER BY r.period) AS row_order, l.target_id || '-' || r.period AS row_id,
           1 AS level, 'plain' AS style, r.period AS label_vi, r.period AS label_en, l.unit AS unit_vi, 'yearly' AS kind, l.target_id AS target_id, r.period
    FROM listed l
    JOIN results r ON r.target_id = l.target_id
    JOIN years y ON y.period = r.period
    WHERE l.year = 'yearly'
    UNION ALL
    SELECT l.position * 1000 + 1 AS row_order, l.target_id || '-' || l.indicator AS row_id, 1 AS level, 'plain' AS style, l.name_vi AS label_vi,
           l.name_en AS label_en, l.indicator_unit AS unit_vi, 'base' AS kind, l.target_id AS target_id, c.period
    FROM listed l
    LEFT JOIN chosen c ON c.target_id = l.target_id
    WHERE l.base_year IS NOT NULL
),
filled AS (
    SELECT n.*, l.indicator, l.comparator, l.value AS stated, l.document, l.decimals, l.year AS due, r.geography, r.code, r.value, r.status,
           r.units_reported, r.units_expected, r.baseline, r.baseline_period, r.baseline_basis, r.target, r.verdict, r.reached IS NOT NULL AS has_reached,
           r.needed_a_year, TRY_CAST(l.year AS BIGINT) - TRY_CAST(n.period AS BIGINT) AS years_left, f.value AS figure, coalesce(f.estimated, FALSE) AS estimated,
           h.source, h.url, h.printed_value, h.printed_unit, e.parts, e.short_vi, e.short_en,
           coalesce(e.missing_vi, g.missing_vi) AS missing_vi, coalesce(e.missing_en, g.missing_en) AS missing_en
    FROM lines n
    JOIN listed l ON l.target_id = n.target_id
    LEFT JOIN results r ON r.target_id = n.target_id AND r.period = n.period AND n.kind <> 'none'
    LEFT JOIN figures f
      ON f.geography = r.geography AND f.code = r.code AND f.period = r.period AND f.indicator = l.indicator AND f.sector = '_T'
     AND f.scenario = {scenario} AND n.kind <> 'count'
    LEFT JOIN gaps g
      ON g.geography = r.geography AND g.code = r.code AND g.period = r.period AND g.indicator = l.indicator AND g.sector = '_T'
     AND g.scenario = {scenario} AND n.kind <> 'count'
    LEFT JOIN history h
      ON r.baseline_basis = 'published' AND h.code = r.code AND h.period = r.baseline_period AND h.indicator = l.indicator
     AND coalesce(h.geography, r.geography) = r.geography AND h.scheme IS NULL
    LEFT JOIN units_of_each e ON e.target_id = n.target_id AND e.period = n.period AND n.kind = 'count'
),
-- Which cells a line has.
cells AS (
    SELECT f.*, c.column_id
    FROM filled f
    JOIN (SELECT unnest(make_array('base_year', 'baseline', 'year', 'value', 'due', 'target', 'reached', 'needed', 'verdict')) AS column_id) AS c
      ON CASE c.column_id
             WHEN 'base_year' THEN f.baseline IS NOT NULL AND f.kind <> 'growth'
             WHEN 'baseline' THEN f.baseline IS NOT NULL AND f.kind <> 'growth'
             WHEN 'year' THEN f.period IS NOT NULL AND f.kind <> 'yearly' AND f.kind <> 'none'
             WHEN 'value' THEN f.verdict IS NOT NULL AND f.verdict NOT LIKE 'territory%' AND (f.kind <> 'growth' OR f.baseline IS NOT NULL)
             WHEN 'due' THEN f.kind IN ('figure', 'growth', 'count') OR f.style = 'plain' AND f.kind = 'none'
             WHEN 'target' THEN f.kind IN ('figure', 'growth', 'count') OR f.style = 'plain' AND f.kind = 'none'
             WHEN 'reached' THEN f.kind <> 'base' AND f.has_reached
             WHEN 'needed' THEN f.kind NOT IN ('base', 'yearly') AND f.value IS NOT NULL AND f.years_left > 0
             WHEN 'verdict' THEN f.kind <> 'base' AND f.verdict IS NOT NULL
         END
)
SELECT row_order, row_id, level, style, label_vi, label_en, unit_vi, column_id, CAST(NULL AS VARCHAR) AS period,
       CASE column_id WHEN 'value' THEN CASE WHEN kind = 'base' THEN figure ELSE value END WHEN 'baseline' THEN baseline
                      WHEN 'target' THEN coalesce(target, stated) END AS value,
       CASE column_id WHEN 'base_year' THEN baseline_period WHEN 'year' THEN cells.period WHEN 'due' THEN due
                      WHEN 'verdict' THEN verdict END AS words,
       CASE WHEN column_id IN ('value', 'verdict') THEN status END AS status,
       CASE WHEN column_id IN ('value', 'verdict') THEN estimated ELSE FALSE END AS estimated,
       CAST(CASE WHEN column_id = 'reached' THEN 1
                 WHEN column_id IN ('target', 'value', 'baseline') AND kind = 'growth' THEN 2
                 WHEN column_id = 'target' THEN CASE WHEN stated = round(stated) THEN 0 ELSE decimals END
                 WHEN column_id = 'needed' AND kind = 'growth' THEN 2
                 WHEN column_id = 'needed' THEN greatest(decimals, 1)
                 WHEN kind = 'count' THEN 0
                 ELSE decimals END AS BIGINT) AS decimals,
       CASE WHEN column_id IN ('value', 'verdict') THEN units_reported END AS units_reported,
       CASE WHEN column_id IN ('value', 'verdict') THEN units_expected END AS units_expected,
       CASE WHEN column_id IN ('value', 'verdict') AND (status = 'P' OR value IS NULL) THEN missing_vi END AS missing_vi,
       CASE WHEN column_id IN ('value', 'verdict') AND (status = 'P' OR value IS NULL) THEN missing_en END AS missing_en,
       CASE WHEN (column_id = 'value' AND kind IN ('figure', 'yearly', 'base'))
              OR (column_id = 'baseline' AND kind IN ('figure', 'base') AND baseline_basis = 'reported')
              OR (column_id = 'verdict' AND kind <> 'count') THEN geography END AS of_geography,
       CASE WHEN (column_id = 'value' AND kind IN ('figure', 'yearly', 'base'))
              OR (column_id = 'baseline' AND kind IN ('figure', 'base') AND baseline_basis = 'reported')
              OR (column_id = 'verdict' AND kind <> 'count') THEN code END AS of_code,
       CASE WHEN column_id IN ('value', 'baseline', 'verdict') THEN indicator END AS of_indicator, '_T' AS of_sector,
       CASE WHEN column_id IN ('value', 'verdict') THEN cells.period WHEN column_id = 'baseline' THEN baseline_period END AS of_period,
       CASE WHEN kind = 'count' AND column_id IN ('value', 'baseline', 'verdict') THEN parts END AS of_parts,
       CASE WHEN column_id = 'target' THEN document
            WHEN column_id = 'baseline' AND baseline_basis = 'published' THEN source || ', ' || url END AS of_source,
       CASE WHEN column_id IN ('value', 'baseline', 'verdict') AND kind = 'count'
            THEN 'count ' || comparator || ' ' || CAST(stated AS VARCHAR)
            WHEN column_id = 'value' AND kind = 'growth' THEN 'ratio'
            WHEN column_id = 'reached' THEN CASE WHEN comparator IN ('>=', '>') OR kind = 'count' THEN 'share' ELSE 'way' END
            WHEN column_id = 'needed' THEN CASE WHEN target >= value OR comparator IN ('>=', '>') OR kind = 'count' THEN 'rise ' ELSE 'fall ' END
                                           || CAST(years_left AS VARCHAR) END AS of_computation,
       CASE WHEN column_id = 'value' AND kind = 'growth' THEN row_id || '-' || indicator || '/value|' || row_id || '-' || indicator || '/baseline'
            WHEN column_id = 'reached' THEN CASE WHEN comparator IN ('>=', '>') OR kind = 'count' THEN 'value|' || CASE WHEN kind = 'yearly' THEN target_id || '/' ELSE '' END || 'target'
                                                 ELSE 'baseline|value|target' END
            WHEN column_id = 'needed' THEN 'target|value' END AS of_cells,
       CASE WHEN column_id = 'value' AND short_vi IS NOT NULL THEN 'not_reached'
            WHEN column_id = 'baseline' AND baseline_basis = 'published' THEN 'published' END AS remark,
       CASE WHEN column_id = 'value' THEN short_vi ELSE baseline_period || ': ' || source END AS remark_vi,
       CASE WHEN column_id = 'value' THEN short_en ELSE baseline_period || ': ' || source END AS remark_en
FROM cells
UNION ALL
SELECT row_order, row_id, level, style, label_vi, label_en, unit_vi, CAST(NULL AS VARCHAR) AS column_id, CAST(NULL AS VARCHAR) AS period,
       CAST(NULL AS DECIMAL(38, 6)) AS value, CAST(NULL AS VARCHAR) AS words, CAST(NULL AS VARCHAR) AS status, FALSE AS estimated,
       CAST(NULL AS BIGINT) AS decimals, CAST(NULL AS BIGINT) AS units_reported, CAST(NULL AS BIGINT) AS units_expected,
       CAST(NULL AS VARCHAR) AS missing_vi, CAST(NULL AS VARCHAR) AS missing_en, CAST(NULL AS VARCHAR) AS of_geography,
       CAST(NULL AS VARCHAR) AS of_code, CAST(NULL AS VARCHAR) AS of_indicator, CAST(NULL AS VARCHAR) AS of_sector,
       CAST(NULL AS VARCHAR) AS of_period, CAST(NULL AS VARCHAR) AS of_parts, CAST(NULL AS VARCHAR) AS of_source,
       CAST(NULL AS VARCHAR) AS of_computation, CAST(NULL AS VARCHAR) AS of_cells, CAST(NULL AS VARCHAR) AS remark,
       CAST(NULL AS VARCHAR) AS remark_vi, CAST(NULL AS VARCHAR) AS remark_en
FROM lines
