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
-- Whose figures stand beside each other; only territory that two of them share can be covered twice.
beside AS (
    SELECT DISTINCT geography, period, scenario, unit_vintage, unit_code FROM parts
),
shared AS (
    SELECT b.geography, b.period, b.scenario, a.atom, max(a.atom_vi) AS atom_vi, max(a.atom_en) AS atom_en
    FROM beside b
    JOIN unit_atoms a ON a.vintage = b.unit_vintage AND a.unit_code = b.unit_code
    GROUP BY b.geography, b.period, b.scenario, a.atom
    HAVING min(a.vintage) <> max(a.vintage) OR min(a.unit_code) <> max(a.unit_code)
),
suspects AS (
    SELECT b.geography, b.period, b.scenario, b.unit_vintage AS vintage, b.unit_code, s.atom, s.atom_vi, s.atom_en
    FROM beside b
    JOIN unit_atoms a ON a.vintage = b.unit_vintage AND a.unit_code = b.unit_code
    JOIN shared s ON s.geography = b.geography AND s.period = b.period AND s.scenario = b.scenario AND s.atom = a.atom
),
twice AS (
    SELECT p.geography, p.period, p.indicator, p.sector, p.fund, p.scenario, a.atom, max(a.atom_vi) AS unit_vi,
           max(a.atom_en) AS unit_en
    FROM parts p
    JOIN suspects a
      ON a.geography = p.geography AND a.period = p.period AND a.scenario = p.scenario AND a.vintage = p.unit_vintage
     AND a.unit_code = p.unit_code
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
