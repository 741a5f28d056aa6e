-- What the figures on the newest geography lack: territory that no part covers. One row a form, period and scenario:
-- how many figures lack some, and the one that lacks most.
-- Territory is told in units of the first vintage, of which all later ones are made (`unit_atoms`).
WITH newest AS (
    SELECT vintage FROM units GROUP BY vintage ORDER BY min(valid_from) DESC LIMIT 1
),
territory AS (
    SELECT a.unit_code, a.name_vi, a.name_en, a.size, a.atom, a.atom_vi, a.atom_en
    FROM unit_atoms a
    JOIN newest n ON n.vintage = a.vintage
),
national_figures AS (
    SELECT f.period, f.indicator, f.sector, f.fund, f.scenario, f.status = 'P' AS is_partial
    FROM national f
    JOIN newest n ON n.vintage = f.geography
    WHERE f.scenario <> 'best' AND f.status <> 'M'
),
-- Only totals that are partial can lack a part.
partial AS (
    SELECT period, indicator, sector, fund, scenario FROM national_figures WHERE is_partial
),
-- The parts behind each figure; a mean without its weight is none, nor is a mean or a ratio over zero.
used AS (
    SELECT DISTINCT s.period, s.indicator, s.sector, s.fund, s.scenario, a.atom
    FROM fact_sources s
    JOIN newest n ON n.vintage = s.geography
    JOIN partial p
      ON p.period = s.period AND p.indicator = s.indicator AND p.sector = s.sector AND p.fund = s.fund AND p.scenario = s.scenario
    JOIN facts f
      ON f.geography = s.geography AND f.unit_code = s.unit_code AND f.period = s.period AND f.indicator = s.indicator
     AND f.sector = s.sector AND f.fund = s.fund AND f.scenario = s.scenario AND f.status <> 'M'
    JOIN indicators i ON i.indicator = s.indicator
    JOIN observations o ON o.report_id = s.report_id AND o.cell = s.cell
    JOIN unit_atoms a ON a.vintage = o.unit_vintage AND a.unit_code = o.unit_code
    WHERE s.value IS NOT NULL
      AND (s.part = 'numerator' OR (s.part = 'value' AND (i.measure <> 'mean' OR s.weight IS NOT NULL)))
),
-- What units say themselves, one side of a ratio for the ratio too.
spoken AS (
    SELECT c.period, c.indicator, c.sector, c.fund, c.scenario, c.unit_vintage, a.atom
    FROM counted c
    JOIN partial p
      ON p.period = c.period AND p.indicator = c.indicator AND p.sector = c.sector AND p.fund = c.fund AND p.scenario = c.scenario
    JOIN unit_atoms a ON a.vintage = c.unit_vintage AND a.unit_code = c.unit_code
    UNION
    SELECT c.period, i.indicator, c.sector, c.fund, c.scenario, c.unit_vintage, a.atom
    FROM counted c
    JOIN indicators i ON i.numerator = c.indicator OR i.denominator = c.indicator
    JOIN partial p
      ON p.period = c.period AND p.indicator = i.indicator AND p.sector = c.sector AND p.fund = c.fund AND p.scenario = c.scenario
    JOIN unit_atoms a ON a.vintage = c.unit_vintage AND a.unit_code = c.unit_code
),
-- What cannot exist leaves no gap, unless a later unit of the same territory speaks of it: then it is that one's to say.
settled AS (
    SELECT period, indicator, sector, fund, scenario, atom FROM used
    UNION
    SELECT f.period, f.indicator, f.sector, f.fund, f.scenario, a.atom
    FROM facts f
    JOIN partial p
      ON p.period = f.period AND p.indicator = f.indicator AND p.sector = f.sector AND p.fund = f.fund AND p.scenario = f.scenario
    JOIN unit_atoms a ON a.vintage = f.geography AND a.unit_code = f.unit_code
    LEFT JOIN spoken s
      ON s.period = f.period AND s.indicator = f.indicator AND s.sector = f.sector AND s.fund = f.fund
     AND s.scenario = f.scenario AND s.atom = a.atom AND s.unit_vintage > f.geography
    WHERE f.status = 'M' AND s.atom IS NULL
),
stated AS (
    SELECT o.period, o.indicator, o.sector, o.fund, o.scenario,
           coalesce(max(CASE WHEN o.sector = '_T' AND o.fund = '_T' THEN i.home_form END), min(o.form)) AS form
    FROM observations o
    JOIN indicators i ON i.indicator = o.indicator
    GROUP BY o.period, o.indicator, o.sector, o.fund, o.scenario
),
-- A ratio is of the form of its numerator.
figures AS (
    SELECT u.period, u.indicator, u.sector, u.fund, u.scenario, u.is_partial, t.form
    FROM national_figures u
    JOIN indicators i ON i.indicator = u.indicator
    JOIN stated t
      ON t.period = u.period AND t.indicator = coalesce(i.numerator, u.indicator) AND t.sector = u.sector
     AND t.fund = u.fund AND t.scenario = u.scenario
),
uncovered AS (
    SELECT f.form, f.period, f.indicator, f.sector, f.fund, f.scenario, t.unit_code, t.name_vi, t.name_en, t.size,
           t.atom_vi, t.atom_en, t.atom
    FROM figures f
    CROSS JOIN territory t
    LEFT JOIN settled s
      ON s.period = f.period AND s.indicator = f.indicator AND s.sector = f.sector AND s.fund = f.fund
     AND s.scenario = f.scenario AND s.atom = t.atom
    WHERE f.is_partial AND s.atom IS NULL
),
-- A unit that lacks all its territory is named itself; else the former units that it lacks are named behind it.
named AS (
    SELECT form, period, indicator, sector, fund, scenario, unit_code,
           max(name_vi) || CASE WHEN count(*) = max(size) THEN '' ELSE ' (' || string_agg(atom_vi, ', ' ORDER BY atom) || ')' END AS name_vi,
           max(name_en) || CASE WHEN count(*) = max(size) THEN '' ELSE ' (' || string_agg(atom_en, ', ' ORDER BY atom) || ')' END AS name_en,
           1 AS units
    FROM uncovered
    GROUP BY form, period, indicator, sector, fund, scenario, unit_code
),
lacking AS (
    SELECT form, period, indicator, sector, fund, scenario, sum(units) AS missing,
           array_to_string(array_slice(array_agg(name_vi ORDER BY unit_code), 1, 12), ', ')
             || CASE WHEN count(*) > 12 THEN ', …' ELSE '' END AS units_vi,
           array_to_string(array_slice(array_agg(name_en ORDER BY unit_code), 1, 12), ', ')
             || CASE WHEN count(*) > 12 THEN ', …' ELSE '' END AS units_en
    FROM named
    GROUP BY form, period, indicator, sector, fund, scenario
),
counted_figures AS (
    SELECT form, period, scenario, count(*) AS figures FROM figures GROUP BY form, period, scenario
),
ranked AS (
    SELECT l.*, c.figures, count(*) OVER (PARTITION BY l.form, l.period, l.scenario) AS lacking_figures,
           row_number() OVER (PARTITION BY l.form, l.period, l.scenario ORDER BY l.missing DESC, l.indicator, l.sector, l.fund) AS place
    FROM lacking l
    JOIN counted_figures c ON c.form = l.form AND c.period = l.period AND c.scenario = l.scenario
)
SELECT form, period, period AS of_period, scenario, indicator, sector, CAST(lacking_figures AS VARCHAR) AS count,
       CAST(figures AS VARCHAR) AS "all", CAST(missing AS VARCHAR) AS missing, units_vi, units_en
FROM ranked
WHERE place = 1
