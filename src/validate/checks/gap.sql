-- Territory that no part of a national figure on the newest geography covers. One row for each form, period and
-- scenario: how many figures have such a gap, and the figure with the largest.
-- Territory is counted in units of the first vintage, of which all later units are made (`unit_atoms`).
WITH newest_geography AS (
    SELECT vintage FROM units GROUP BY vintage ORDER BY min(valid_from) DESC LIMIT 1
),
territory AS (
    SELECT a.unit_code, a.name_vi, a.name_en, a.size, a.atom, a.atom_vi, a.atom_en
    FROM unit_atoms a
    JOIN newest_geography n ON n.vintage = a.vintage
),
national_figures AS (
    SELECT a.key, k.period, k.scenario, a.status = 'P' AS is_partial
    FROM aggregated a
    JOIN groups g ON g.group_id = a.group_id AND g.scheme IS NULL
    JOIN newest_geography n ON n.vintage = g.geography
    JOIN keys k ON k.key = a.key
    WHERE k.scenario <> 'best' AND a.status <> 'M' AND a.expected > 0
),
-- Only a partial total can have a gap.
partial_figures AS (
    SELECT key FROM national_figures WHERE is_partial
),
-- The territory of the parts that entered each figure. A mean without its weight does not enter, nor does a mean or a
-- ratio over zero.
covered_by_parts AS (
    SELECT DISTINCT s.key, a.atom
    FROM all_sources s
    JOIN unit_entities u ON u.unit = s.unit
    JOIN newest_geography n ON n.vintage = u.vintage
    JOIN partial_figures p ON p.key = s.key
    JOIN all_facts f ON f.unit = s.unit AND f.key = s.key AND f.status <> 'M'
    JOIN keys k ON k.key = s.key
    JOIN stated o ON o.n = s.n
    JOIN unit_atoms a ON a.unit = o.unit
    WHERE o.value IS NOT NULL
      AND (s.part = 'numerator' OR (s.part = 'value' AND (k.measure <> 'mean' OR s.weight IS NOT NULL)))
),
-- Blanks in whose place the figures of former units count.
filled AS (
    SELECT u.entity, f.key
    FROM all_facts f
    JOIN unit_entities u ON u.unit = f.unit
    WHERE f.fills_blank
),
-- The territory of units that have answered themselves. One side of a ratio counts as an answer for the ratio.
answered AS (
    SELECT DISTINCT s.key, a.vintage, a.atom
    FROM (SELECT key, entity, unit FROM counted
          UNION ALL
          SELECT r.key, c.entity, c.unit
          FROM counted c
          JOIN related_keys r ON r.related = c.key AND r.relation IN ('numerator', 'denominator')) AS s
    JOIN partial_figures p ON p.key = s.key
    JOIN unit_atoms a ON a.unit = s.unit
    LEFT JOIN filled f ON f.entity = s.entity AND f.key = s.key
    WHERE f.entity IS NULL
),
-- A figure that cannot exist leaves no gap, unless a later unit of the same territory has answered: then that answer
-- decides.
covered AS (
    SELECT key, atom FROM covered_by_parts
    UNION
    SELECT f.key, a.atom
    FROM all_facts f
    JOIN partial_figures p ON p.key = f.key
    JOIN unit_atoms a ON a.unit = f.unit
    LEFT JOIN answered s ON s.key = f.key AND s.atom = a.atom AND s.vintage > a.vintage
    WHERE f.status = 'M' AND s.atom IS NULL
),
form_of_key AS (
    SELECT k.key, coalesce(max(CASE WHEN {k.breakdowns = '_T'} THEN k.home_form END), min(s.form), max(k.home_form)) AS form
    FROM keys k
    LEFT JOIN stated s ON s.key = k.key
    GROUP BY k.key
),
-- A ratio belongs to the form of its numerator.
figures AS (
    SELECT f.key, f.period, f.scenario, f.is_partial, t.form
    FROM national_figures f
    LEFT JOIN related_keys r ON r.key = f.key AND r.relation = 'numerator'
    JOIN form_of_key t ON t.key = coalesce(r.related, f.key)
),
uncovered AS (
    SELECT f.form, f.key, t.unit_code, t.name_vi, t.name_en, t.size, t.atom_vi, t.atom_en, t.atom
    FROM figures f
    CROSS JOIN territory t
    LEFT JOIN covered s ON s.key = f.key AND s.atom = t.atom
    WHERE f.is_partial AND s.atom IS NULL
),
-- A unit without any territory covered is named alone. Otherwise the former units that are not covered follow its name.
named_units AS (
    SELECT form, key, unit_code,
           max(name_vi) || CASE WHEN count(*) = max(size) THEN '' ELSE ' (' || string_agg(atom_vi, ', ' ORDER BY atom) || ')' END AS name_vi,
           max(name_en) || CASE WHEN count(*) = max(size) THEN '' ELSE ' (' || string_agg(atom_en, ', ' ORDER BY atom) || ')' END AS name_en,
           1 AS units
    FROM uncovered
    GROUP BY form, key, unit_code
),
gaps AS (
    SELECT form, key, sum(units) AS missing,
           array_to_string(array_slice(array_agg(name_vi ORDER BY unit_code), 1, 12), ', ')
             || CASE WHEN count(*) > 12 THEN ', …' ELSE '' END AS units_vi,
           array_to_string(array_slice(array_agg(name_en ORDER BY unit_code), 1, 12), ', ')
             || CASE WHEN count(*) > 12 THEN ', …' ELSE '' END AS units_en
    FROM named_units
    GROUP BY form, key
),
figures_by_form AS (
    SELECT form, period, scenario, count(*) AS figures FROM figures GROUP BY form, period, scenario
),
ranked AS (
    SELECT l.form, k.period, k.scenario, k.indicator, k.sector, l.missing, l.units_vi, l.units_en, c.figures,
           count(*) OVER (PARTITION BY l.form, k.period, k.scenario) AS figures_with_gap,
           row_number() OVER (PARTITION BY l.form, k.period, k.scenario
                              ORDER BY l.missing DESC, k.indicator, {k.breakdowns}) AS place
    FROM gaps l
    JOIN keys k ON k.key = l.key
    JOIN figures_by_form c ON c.form = l.form AND c.period = k.period AND c.scenario = k.scenario
)
SELECT form, period, period AS of_period, scenario, indicator, sector, CAST(figures_with_gap AS VARCHAR) AS count,
       CAST(figures AS VARCHAR) AS "all", CAST(missing AS VARCHAR) AS missing, units_vi, units_en
FROM ranked
WHERE place = 1
