-- A unit that reports a form and period which units merged into it report too.
WITH sent AS (
    SELECT DISTINCT form, period, unit_vintage, unit_code FROM reports WHERE is_current AND unit_code IS NOT NULL
),
former AS (
    SELECT c.to_vintage, c.to_code, c.from_vintage, c.from_code, a.name_vi, a.name_en,
           count(*) OVER (PARTITION BY c.to_vintage, c.to_code) AS units
    FROM unit_changes c
    JOIN (SELECT DISTINCT vintage, unit_code, name_vi, name_en FROM unit_atoms) a
      ON a.vintage = c.from_vintage AND a.unit_code = c.from_code
    WHERE c.change <> 'unchanged'
)
SELECT r.report_id, r.unit_vintage AS vintage, CAST(count(*) AS VARCHAR) AS count, CAST(max(f.units) AS VARCHAR) AS "all",
       string_agg(f.name_vi, ', ' ORDER BY f.from_code) AS units_vi,
       string_agg(f.name_en, ', ' ORDER BY f.from_code) AS units_en
FROM reports r
JOIN former f ON f.to_vintage = r.unit_vintage AND f.to_code = r.unit_code
JOIN sent s ON s.form = r.form AND s.period = r.period AND s.unit_vintage = f.from_vintage AND s.unit_code = f.from_code
WHERE r.is_current
GROUP BY r.report_id, r.unit_vintage
