-- Territory that two parts of one figure cover. The parts used for a figure must never overlap.
WITH used_parts AS (
    SELECT g.vintage AS geography, s.key, k.period, k.scenario, o.entity AS unit
    FROM all_sources s
    JOIN stated o ON o.n = s.n
    JOIN unit_entities g ON g.unit = s.unit
    JOIN keys k ON k.key = s.key
    WHERE s.part IN ('value', 'numerator') AND o.value IS NOT NULL
),
-- Units whose figures are used on the same geography, for the same period and scenario.
used_units AS (
    SELECT DISTINCT geography, period, scenario, unit FROM used_parts
),
-- Only territory that two of these units share can be covered twice.
shared_atoms AS (
    SELECT b.geography, b.period, b.scenario, a.atom, max(a.atom_vi) AS atom_vi, max(a.atom_en) AS atom_en
    FROM used_units b
    JOIN unit_atoms a ON a.unit = b.unit
    GROUP BY b.geography, b.period, b.scenario, a.atom
    HAVING min(a.unit) <> max(a.unit)
),
units_of_shared_atoms AS (
    SELECT b.geography, b.period, b.scenario, b.unit, s.atom, s.atom_vi, s.atom_en
    FROM used_units b
    JOIN unit_atoms a ON a.unit = b.unit
    JOIN shared_atoms s ON s.geography = b.geography AND s.period = b.period AND s.scenario = b.scenario AND s.atom = a.atom
),
covered_twice AS (
    SELECT p.geography, p.key, a.atom, max(a.atom_vi) AS unit_vi, max(a.atom_en) AS unit_en
    FROM used_parts p
    JOIN units_of_shared_atoms a
      ON a.geography = p.geography AND a.period = p.period AND a.scenario = p.scenario AND a.unit = p.unit
    GROUP BY p.geography, p.key, a.atom
    HAVING min(a.unit) <> max(a.unit)
),
ranked AS (
    SELECT t.geography, t.unit_vi, t.unit_en, k.period, k.indicator, k.sector, k.scenario,
           count(*) OVER (PARTITION BY t.geography, k.period, k.scenario, t.atom) AS figures,
           row_number() OVER (PARTITION BY t.geography, k.period, k.scenario, t.atom
                              ORDER BY k.indicator, {k.breakdowns}) AS place
    FROM covered_twice t
    JOIN keys k ON k.key = t.key
)
SELECT period, period AS of_period, scenario, indicator, sector, geography AS vintage, geography AS unit_vintage,
       unit_vi, unit_en, CAST(figures AS VARCHAR) AS count
FROM ranked
WHERE place = 1
