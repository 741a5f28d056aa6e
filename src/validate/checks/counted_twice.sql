-- Territory that two parts of one figure cover: the parts used for a figure must never overlap.
WITH parts AS (
    SELECT s.geography, s.period, s.indicator, s.sector, s.fund, s.scenario, r.unit_vintage, r.unit_code
    FROM fact_sources s
    JOIN reports r ON r.report_id = s.report_id
    WHERE s.part IN ('value', 'numerator') AND s.value IS NOT NULL
    UNION ALL
    -- In a table whose rows are units the row says which; the report's own unit, the country, is none of these.
    SELECT s.geography, s.period, s.indicator, s.sector, s.fund, s.scenario, o.unit_vintage, o.unit_code
    FROM fact_sources s
    JOIN observations o ON o.report_id = s.report_id AND o.cell = s.cell
    JOIN reports r ON r.report_id = o.report_id AND r.unit_code <> o.unit_code
    WHERE s.part IN ('value', 'numerator') AND s.value IS NOT NULL
),
twice AS (
    SELECT p.geography, p.period, p.indicator, p.sector, p.fund, p.scenario, a.atom, max(a.atom_vi) AS unit_vi,
           max(a.atom_en) AS unit_en
    FROM parts p
    JOIN unit_atoms a ON a.vintage = p.unit_vintage AND a.unit_code = p.unit_code
    GROUP BY p.geography, p.period, p.indicator, p.sector, p.fund, p.scenario, a.atom
    HAVING min(a.vintage) <> max(a.vintage) OR min(a.unit_code) <> max(a.unit_code)
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
