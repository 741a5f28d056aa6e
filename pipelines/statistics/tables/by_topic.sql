-- Topics of the country over the years: how many, and with how much money of whom. A topic is a section of the catalogue; its
-- indicators without a breakdown count, the one with a breakdown is money. A topic that counts two things has two rows.
-- grain: counted indicator × column × year. There is a cell for every combination; without a figure its value is NULL.
WITH listed AS (
    SELECT i.indicator, i.section, i.name_vi, i.name_en, i.unit, i.decimals, o.position, i.breakdowns IS NOT NULL AS is_money,
           row_number() OVER (PARTITION BY i.section, i.breakdowns IS NOT NULL ORDER BY o.position) AS place
    FROM indicators i
    JOIN official_order o ON o.list = 'indicator' AND o.code = i.indicator
    WHERE i.indicator IN ({indicators})
),
lines AS (
    SELECT position AS row_order, section, place, CASE WHEN place = 1 THEN section ELSE indicator END AS row_id, indicator, decimals, unit,
           CASE WHEN place = 1 THEN CAST(NULL AS VARCHAR) ELSE name_vi END AS label_vi,
           CASE WHEN place = 1 THEN CAST(NULL AS VARCHAR) ELSE name_en END AS label_en
    FROM listed
    WHERE NOT is_money
),
cells AS (
    SELECT l.row_id, 'quantity' AS column_id, l.indicator, '_T' AS fund, l.decimals FROM lines l
    UNION ALL
    SELECT l.row_id, 'total' AS column_id, m.indicator, '_T' AS fund, m.decimals
    FROM lines l
    JOIN listed m ON m.is_money AND m.section = l.section
    WHERE l.place = 1
    UNION ALL
    SELECT l.row_id, f.fund_code AS column_id, m.indicator, f.fund_code AS fund, m.decimals
    FROM lines l
    JOIN listed m ON m.is_money AND m.section = l.section
    JOIN funds f ON f.fund_code IN ({column_ids})
    WHERE l.place = 1
),
every_figure AS (
    SELECT period, indicator, '_T' AS fund, value, status, estimated, units_reported, units_expected
    FROM figures
    WHERE geography = {geography} AND code = {country} AND sector = '_T' AND scenario = {scenario}
    UNION ALL
    SELECT period, indicator, fund, value, status, estimated, units_reported, units_expected
    FROM fund_figures
    WHERE geography = {geography} AND code = {country} AND scenario = {scenario}
),
every_gap AS (
    SELECT period, indicator, '_T' AS fund, missing_vi, missing_en
    FROM gaps
    WHERE geography = {geography} AND code = {country} AND sector = '_T' AND scenario = {scenario}
    UNION ALL
    SELECT period, indicator, fund, missing_vi, missing_en
    FROM fund_gaps
    WHERE geography = {geography} AND code = {country} AND scenario = {scenario}
)
SELECT l.row_order, l.row_id, CASE WHEN l.place = 1 THEN CAST(0 AS BIGINT) ELSE CAST(1 AS BIGINT) END AS level, 'plain' AS style,
       l.label_vi, l.label_en, l.unit AS unit_vi, {geography} AS of_geography, {country} AS of_code, c.indicator AS of_indicator,
       CASE WHEN c.fund = '_T' THEN '_T' ELSE '_T:' || c.fund END AS of_members, c.column_id, y.period, f.value, f.status, f.estimated, c.decimals,
       f.units_reported, f.units_expected,
       CASE WHEN f.value IS NULL AND coalesce(f.status, 'O') <> 'M' THEN {country_vi} ELSE g.missing_vi END AS missing_vi,
       CASE WHEN f.value IS NULL AND coalesce(f.status, 'O') <> 'M' THEN {country_en} ELSE g.missing_en END AS missing_en
FROM lines l
CROSS JOIN years y
JOIN cells c ON c.row_id = l.row_id
LEFT JOIN every_figure f ON f.period = y.period AND f.indicator = c.indicator AND f.fund = c.fund
LEFT JOIN every_gap g ON g.period = y.period AND g.indicator = c.indicator AND g.fund = c.fund
WHERE c.column_id || '-' || y.period IN ({columns})
