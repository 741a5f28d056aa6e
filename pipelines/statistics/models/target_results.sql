-- target_results: how far each target is reached, year by year, in the place that it is for.
-- grain: target × year × geography × place
-- runs: all vintages
-- A year counts if something was reported or estimated for it; the figure is that of `best`. The country and each unit are
-- judged on every geography that had not ended by the end of the year, a named region or unit on its own. A target for each
-- unit also has a row for the country: how many units reach it, of how many. The first known value is that of the first
-- complete year, where a published figure stands for a year without one; a growth begins at the year that it names. A straight
-- line leads from there to the target: a figure that keeps to it is on the way.
WITH best AS (
    SELECT k.key, k.period, k.indicator, p.ends, CAST(substr(k.period, 1, 4) AS BIGINT) AS year_number
    FROM keys k
    JOIN periods p ON p.period = k.period AND p.months = 12
    WHERE k.scenario = 'best' AND {k.breakdowns = '_T'}
),
years AS (
    SELECT DISTINCT period, ends, year_number FROM best
),
-- The figures of the country, of regions and of units. `scheme` is empty but for regions.
figures AS (
    SELECT g.geography, coalesce(g.scheme, '') AS scheme, g.code, b.period, b.year_number, b.indicator, a.value, a.status,
           a.reported AS units_reported, a.expected AS units_expected
    FROM aggregated a
    JOIN groups g ON g.group_id = a.group_id
    JOIN best b ON b.key = a.key
    WHERE a.value IS NOT NULL
    UNION ALL
    SELECT u.vintage AS geography, '' AS scheme, u.unit_code AS code, b.period, b.year_number, b.indicator, f.value, f.status,
           CAST(CASE WHEN f.status = 'P' THEN 0 ELSE 1 END AS BIGINT) AS units_reported, CAST(1 AS BIGINT) AS units_expected
    FROM all_facts f
    JOIN unit_entities u ON u.unit = f.unit
    JOIN best b ON b.key = f.key
    WHERE f.value IS NOT NULL
),
-- The day on which the territory of a place was merged into another; of the country, the day its geography ended.
merged AS (
    SELECT from_vintage AS geography, '' AS scheme, from_code AS code, min(effective_date) AS since
    FROM unit_changes
    WHERE change <> 'unchanged'
    GROUP BY from_vintage, from_code
    UNION ALL
    SELECT r.vintage AS geography, r.scheme, r.region_code AS code, min(c.effective_date) AS since
    FROM regions r
    JOIN unit_changes c ON c.from_vintage = r.vintage AND c.from_code = r.unit_code AND c.change <> 'unchanged'
    GROUP BY r.vintage, r.scheme, r.region_code
),
ended AS (
    SELECT from_vintage AS geography, min(effective_date) AS since FROM unit_changes GROUP BY from_vintage
),
-- Whom each target is for.
addressed AS (
    SELECT t.target_id, g.geography, '' AS scheme, g.code, FALSE AS of_each, e.since AS ended
    FROM targets t
    JOIN groups g ON t.scope = 'national' AND g.scheme IS NULL
    LEFT JOIN ended e ON e.geography = g.geography
    UNION ALL
    SELECT t.target_id, u.vintage AS geography, '' AS scheme, u.unit_code AS code, TRUE AS of_each, e.since AS ended
    FROM targets t
    JOIN unit_entities u ON t.scope = 'each province'
    LEFT JOIN ended e ON e.geography = u.vintage
    UNION ALL
    SELECT t.target_id, u.vintage AS geography, '' AS scheme, u.unit_code AS code, FALSE AS of_each, CAST(NULL AS VARCHAR) AS ended
    FROM targets t
    JOIN unit_entities u ON t.scope = 'province' AND t.scope_code = u.vintage || ':' || u.unit_code
    UNION ALL
    SELECT t.target_id, g.geography, g.scheme, g.code, FALSE AS of_each, CAST(NULL AS VARCHAR) AS ended
    FROM targets t
    JOIN groups g ON t.scope = 'region' AND t.scope_code = g.scheme || ':' || g.code
),
judged AS (
    SELECT a.target_id, a.geography, a.scheme, a.code, a.of_each, y.period, y.year_number, t.comparator, t.value AS target, t.indicator,
           t.base_year, TRY_CAST(t.year AS BIGINT) AS due, coalesce(m.since <= y.ends, FALSE) AS is_merged
    FROM addressed a
    JOIN targets t ON t.target_id = a.target_id
    JOIN years y ON t.year = 'yearly' OR y.period <= t.year
    LEFT JOIN merged m ON m.geography = a.geography AND m.scheme = a.scheme AND m.code = a.code
    WHERE a.ended IS NULL OR a.ended > y.ends
),
-- What is known of a place in a year: the complete figure, or a published one where there is none.
known AS (
    SELECT a.target_id, a.geography, a.scheme, a.code, f.period, f.year_number, f.value, 'reported' AS basis
    FROM addressed a
    JOIN targets t ON t.target_id = a.target_id
    JOIN figures f ON f.geography = a.geography AND f.scheme = a.scheme AND f.code = a.code AND f.indicator = t.indicator
    WHERE f.status <> 'P'
),
known_or_published AS (
    SELECT * FROM known
    UNION ALL
    SELECT a.target_id, a.geography, a.scheme, a.code, h.period, CAST(substr(h.period, 1, 4) AS BIGINT) AS year_number, h.value, 'published' AS basis
    FROM addressed a
    JOIN targets t ON t.target_id = a.target_id
    JOIN (SELECT * FROM history WHERE length(period) = 4) h
      ON h.code = a.code AND coalesce(h.geography, a.geography) = a.geography AND coalesce(h.scheme, '') = a.scheme
     AND h.indicator = t.indicator
    LEFT JOIN known k
      ON k.target_id = a.target_id AND k.geography = a.geography AND k.scheme = a.scheme AND k.code = a.code AND k.period = h.period
    WHERE k.period IS NULL
),
starts AS (
    SELECT target_id, geography, scheme, code, period, year_number, value, basis
    FROM (
        SELECT k.*, row_number() OVER (PARTITION BY k.target_id, k.geography, k.scheme, k.code ORDER BY k.year_number) AS place
        FROM known_or_published k
        JOIN targets t ON t.target_id = k.target_id
        WHERE t.base_year IS NULL OR t.base_year = k.period
    ) AS in_order
    WHERE place = 1
),
-- A growth is the figure over that of its first year, and was 1 in that year.
measured AS (
    SELECT j.*, f.value AS figure, f.status, f.units_reported, f.units_expected, s.period AS start_period, s.year_number AS start_year,
           s.value AS start_value, s.basis AS start_basis,
           CASE WHEN j.base_year IS NULL THEN f.value ELSE CAST(f.value / nullif(s.value, 0) AS DECIMAL(38, 6)) END AS value,
           CASE WHEN j.base_year IS NULL THEN s.value WHEN s.value IS NOT NULL THEN CAST(1 AS DECIMAL(38, 6)) END AS line_from
    FROM judged j
    LEFT JOIN figures f
      ON f.geography = j.geography AND f.scheme = j.scheme AND f.code = j.code AND f.period = j.period AND f.indicator = j.indicator
    LEFT JOIN starts s
      ON s.target_id = j.target_id AND s.geography = j.geography AND s.scheme = j.scheme AND s.code = j.code AND s.year_number < j.year_number
),
met AS (
    SELECT *, CASE comparator WHEN '>=' THEN value >= target WHEN '>' THEN value > target WHEN '<=' THEN value <= target
                              WHEN '<' THEN value < target ELSE value = target END AS is_met
    FROM measured
),
-- How many units reach a target that is for each of them, and the first year in which all of them had a figure.
counts AS (
    SELECT m.target_id, m.geography, m.period, m.year_number, max(m.due) AS due,
           sum(CASE WHEN m.is_met THEN 1 ELSE 0 END) AS reached_by, count(m.value) AS with_value, count(*) AS units
    FROM met m
    WHERE m.of_each
    GROUP BY m.target_id, m.geography, m.period, m.year_number
),
first_counts AS (
    SELECT target_id, geography, period, year_number, reached_by
    FROM (
        SELECT *, row_number() OVER (PARTITION BY target_id, geography ORDER BY year_number) AS place
        FROM counts
        WHERE with_value = units
    ) AS in_order
    WHERE place = 1
),
results AS (
    SELECT target_id, geography, code, period, year_number, due, comparator, target, value, figure IS NOT NULL AS has_figure, is_met,
           base_year IS NOT NULL AS is_growth, is_merged AND (figure IS NULL OR status = 'P') AS is_gone, status, units_reported, units_expected,
           start_period, start_year, start_value, start_basis, line_from
    FROM met
    UNION ALL
    SELECT c.target_id, c.geography, g.code, c.period, c.year_number, c.due, '>=' AS comparator, CAST(c.units AS DECIMAL(38, 6)) AS target,
           CASE WHEN c.with_value > 0 THEN CAST(c.reached_by AS DECIMAL(38, 6)) END AS value, c.with_value > 0 AS has_figure,
           c.reached_by = c.units AS is_met, FALSE AS is_growth, FALSE AS is_gone,
           CASE WHEN c.with_value = 0 THEN NULL WHEN c.with_value < c.units THEN 'P' ELSE 'A' END AS status, c.with_value AS units_reported,
           c.units AS units_expected, s.period AS start_period, s.year_number AS start_year,
           CAST(s.reached_by AS DECIMAL(38, 6)) AS start_value, CASE WHEN s.period IS NOT NULL THEN 'reported' END AS start_basis,
           CAST(s.reached_by AS DECIMAL(38, 6)) AS line_from
    FROM counts c
    JOIN groups g ON g.geography = c.geography AND g.scheme IS NULL
    LEFT JOIN first_counts s ON s.target_id = c.target_id AND s.geography = c.geography AND s.year_number < c.year_number
),
-- What should be reached by now, times the years of the line: no division, so nothing is rounded.
compared AS (
    SELECT *, due IS NOT NULL OR is_growth AS has_start,
           CAST((value - line_from) * CAST(due - start_year AS DECIMAL(4, 0)) AS DECIMAL(38, 6)) AS covered,
           CAST((target - line_from) * CAST(year_number - start_year AS DECIMAL(4, 0)) AS DECIMAL(38, 6)) AS line
    FROM results
)
SELECT target_id, period, geography, code, CASE WHEN is_gone THEN NULL ELSE value END AS value, CASE WHEN has_start THEN start_value END AS baseline, target,
       CASE WHEN is_gone OR value IS NULL THEN NULL
            WHEN comparator IN ('>=', '>') THEN CAST(value * 100 / nullif(target, 0) AS DECIMAL(38, 6))
            WHEN (comparator IN ('<=', '<') AND line_from > target) OR (comparator = '=' AND line_from <> target)
            THEN CAST((value - line_from) * 100 / nullif(target - line_from, 0) AS DECIMAL(38, 6)) END AS reached,
       CASE WHEN is_gone OR value IS NULL OR due IS NULL THEN NULL
            WHEN is_met THEN CAST(0 AS DECIMAL(38, 6))
            WHEN due > year_number THEN CAST((target - value) / CAST(due - year_number AS DECIMAL(4, 0)) AS DECIMAL(38, 6)) END AS needed_a_year,
       CASE WHEN is_gone THEN 'territory no longer reported apart'
            WHEN NOT has_figure THEN 'no data'
            WHEN value IS NULL THEN CASE WHEN is_growth THEN 'no baseline' ELSE 'no data' END
            WHEN is_met THEN 'reached'
            WHEN due IS NULL OR due <= year_number THEN 'behind'
            WHEN line_from IS NULL THEN 'no baseline'
            WHEN CASE WHEN comparator IN ('>=', '>') OR (comparator = '=' AND target >= line_from) THEN covered >= line ELSE covered <= line END
            THEN 'on the way'
            ELSE 'behind' END AS verdict,
       CASE WHEN is_gone THEN NULL ELSE status END AS status, CASE WHEN is_gone THEN NULL ELSE units_reported END AS units_reported,
       CASE WHEN is_gone THEN NULL ELSE units_expected END AS units_expected, CASE WHEN has_start THEN start_period END AS baseline_period, CASE WHEN has_start THEN start_basis END AS baseline_basis
FROM compared
