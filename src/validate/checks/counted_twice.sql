-- Territory that two parts of one figure cover: the parts used for a figure must never overlap.
WITH used AS (
    SELECT DISTINCT s.geography, s.period, s.indicator, s.sector, s.fund, s.scenario, o.unit_vintage, o.unit_code, a.atom,
           a.atom_vi, a.atom_en
    FROM fact_sources s
    JOIN observations o ON o.report_id = s.report_id AND o.cell = s.cell
    JOIN unit_atoms a ON a.vintage = o.unit_vintage AND a.unit_code = o.unit_code
    WHERE s.part IN ('value', 'numerator') AND s.value IS NOT NULL
),
twice AS (
    SELECT geography, period, indicator, sector, fund, scenario, atom, max(atom_vi) AS unit_vi, max(atom_en) AS unit_en
    FROM used
    GROUP BY geography, period, indicator, sector, fund, scenario, atom
    HAVING count(*) > 1
),
ranked AS (
    SELECT *, count(*) OVER (PARTITION BY geography, period, scenario, atom) AS figures,
           row_number() OVER (PARTITION BY geography, period, scenario, atom ORDER BY indicator, sector, fund) AS place
    FROM twice
)
SELECT period, period AS of_period, scenario, indicator, sector, geography AS vintage, geography AS unit_vintage,
       unit_vi, unit_en, CAST(figures AS VARCHAR) AS count
FROM ranked
WHERE place = 1
