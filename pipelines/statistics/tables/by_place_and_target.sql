-- Indicators of the last year by place: country → region → province, and what a target of each unit asks of a place: its
-- value times the units of the place. `unit_target` of the edition names the target.
-- grain: place × indicator, and place for the column `target`
SELECT *, CAST(NULL AS VARCHAR) AS of_source
FROM ({by_place.sql}) AS of_places
WHERE period = {last_year}
UNION ALL
SELECT p.row_order, p.code AS row_id, p.level, p.style, p.label_vi, p.label_en,
       CAST(NULL AS VARCHAR) AS of_geography, CAST(NULL AS VARCHAR) AS of_code, CAST(NULL AS VARCHAR) AS of_indicator,
       CAST(NULL AS VARCHAR) AS of_sector, 'target' AS column_id, {last_year} AS period,
       CAST(t.value * coalesce(u.units, 1) AS DECIMAL(38, 6)) AS value, 'A' AS status, FALSE AS estimated, CAST(0 AS BIGINT) AS decimals,
       CAST(NULL AS BIGINT) AS units_reported, CAST(NULL AS BIGINT) AS units_expected,
       CAST(NULL AS VARCHAR) AS missing_vi, CAST(NULL AS VARCHAR) AS missing_en,
       t.document AS of_source
FROM places p
CROSS JOIN (SELECT value, document FROM targets WHERE target_id = {unit_target}) AS t
LEFT JOIN (
    SELECT code, count(DISTINCT part_code) AS units
    FROM parts_of
    WHERE geography = {geography} AND part_geography = {geography}
    GROUP BY code
) AS u ON u.code = p.code
