-- Named parts (CTEs) that every query of this folder can read. They are computed once for all tables.
-- Names in braces come from the edition and the definition of the table, as literals.

-- The periods of the edition: its years, or its period with the one before and the same a year ago.
years AS (
    SELECT unnest(make_array({periods})) AS period
),
-- The name of each unit of each geography in force at the end of the last year. Before its vintage began a unit has its
-- first name, after its vintage ended the last.
unit_labels AS (
    SELECT geography, unit_code, name_vi, name_en
    FROM (
        SELECT vintage AS geography, unit_code, name_vi, name_en,
               row_number() OVER (
                   PARTITION BY vintage, unit_code
                   ORDER BY CASE WHEN valid_from <= {last_day} THEN 0 ELSE 1 END,
                            CASE WHEN valid_from <= {last_day} THEN valid_from END DESC NULLS LAST,
                            valid_from
               ) AS place
        FROM unit_names
    ) AS names
    WHERE place = 1
),
-- The rows of a table by place on the edition's geography, in official order: country → region → province.
places AS (
    SELECT CAST(0 AS BIGINT) AS row_order, {country} AS code, CAST(0 AS BIGINT) AS level, 'total' AS style,
           {country_vi} AS label_vi, {country_en} AS label_en
    UNION ALL
    SELECT DISTINCT o.position * 1000 AS row_order, r.region_code AS code, CAST(0 AS BIGINT) AS level, 'group' AS style,
           r.region_name_vi AS label_vi, r.region_name_en AS label_en
    FROM regions r
    JOIN official_order o ON o.list = 'region' AND o.scope = r.scheme AND o.code = r.region_code
    WHERE r.scheme = {scheme}
    UNION ALL
    SELECT o.position * 1000 + row_number() OVER (PARTITION BY r.region_code ORDER BY r.unit_code) AS row_order,
           r.unit_code AS code, CAST(1 AS BIGINT) AS level, 'plain' AS style, l.name_vi AS label_vi, l.name_en AS label_en
    FROM regions r
    JOIN official_order o ON o.list = 'region' AND o.scope = r.scheme AND o.code = r.region_code
    JOIN unit_labels l ON l.geography = r.vintage AND l.unit_code = r.unit_code
    WHERE r.scheme = {scheme}
),
-- Every figure of the country, of the edition's regions and of the units, on every geography. `estimated` says that some of
-- it is made of estimates, also where a part is missing (P).
figures AS (
    SELECT geography, code, period, indicator, sector, scenario, value, weight, status, share_estimated IS NOT NULL AS estimated,
           units_reported, units_expected
    FROM national
    WHERE {breakdowns except sector = '_T'} AND period IN ({periods})
    UNION ALL
    SELECT geography, code, period, indicator, sector, scenario, value, weight, status, share_estimated IS NOT NULL AS estimated,
           units_reported, units_expected
    FROM regional
    WHERE {breakdowns except sector = '_T'} AND period IN ({periods}) AND scheme = {scheme}
    UNION ALL
    SELECT geography, code, period, indicator, sector, scenario, value, weight, status, share_estimated IS NOT NULL AS estimated,
           units_reported, units_expected
    FROM provincial
    WHERE {breakdowns except sector = '_T'} AND period IN ({periods})
),
-- The units that a figure of several units is made of: those of the country, of each region and, as its former units,
-- of a merged unit.
parts_of AS (
    SELECT geography, {country} AS code, geography AS part_geography, unit_code AS part_code, name_vi, name_en
    FROM unit_labels
    UNION ALL
    SELECT r.vintage AS geography, r.region_code AS code, r.vintage AS part_geography, r.unit_code AS part_code,
           l.name_vi, l.name_en
    FROM regions r
    JOIN unit_labels l ON l.geography = r.vintage AND l.unit_code = r.unit_code
    WHERE r.scheme = {scheme}
    UNION ALL
    SELECT c.to_vintage AS geography, c.to_code AS code, c.from_vintage AS part_geography, c.from_code AS part_code,
           l.name_vi || ' (cũ)' AS name_vi, l.name_en || ' (former)' AS name_en
    FROM unit_changes c
    JOIN unit_labels l ON l.geography = c.from_vintage AND l.unit_code = c.from_code
    WHERE c.change <> 'unchanged'
),
-- Facts that leave no gap in the figure they belong to: complete ones, and those that cannot exist (M). The models say
-- the same in `contributions`.
complete_facts AS (
    SELECT f.geography, f.unit_code, f.period, f.indicator, f.sector, f.scenario
    FROM facts f
    JOIN indicators i ON i.indicator = f.indicator
    WHERE {f.breakdowns except sector = '_T'} AND f.period IN ({periods})
      AND (f.status = 'M'
           OR (f.status IN ('A', 'E', 'I') AND f.value IS NOT NULL AND (i.measure <> 'mean' OR f.weight IS NOT NULL)))
),
-- Figures that lack a part.
partial_figures AS (
    SELECT geography, code, period, indicator, sector, scenario
    FROM figures
    WHERE units_reported < units_expected
),
-- The names of the units that are missing in a figure, by code, with | between them.
gaps AS (
    SELECT k.geography, k.code, k.period, k.indicator, k.sector, k.scenario,
           string_agg(p.name_vi, '|' ORDER BY p.part_code) AS missing_vi,
           string_agg(p.name_en, '|' ORDER BY p.part_code) AS missing_en
    FROM partial_figures k
    JOIN parts_of p ON p.geography = k.geography AND p.code = k.code
    LEFT ANTI JOIN complete_facts w
      ON w.geography = p.part_geography AND w.unit_code = p.part_code AND w.period = k.period
     AND w.indicator = k.indicator AND w.sector = k.sector AND w.scenario = k.scenario
    GROUP BY k.geography, k.code, k.period, k.indicator, k.sector, k.scenario
),
-- The country's figures by source of funds, whatever years they are of.
fund_figures AS (
    SELECT geography, code, period, indicator, fund, scenario, value, status, share_estimated IS NOT NULL AS estimated,
           units_reported, units_expected
    FROM national
    WHERE {breakdowns except fund = '_T'} AND fund <> '_T' AND length(period) = 4
),
-- Facts by source of funds that leave no gap in the figure they belong to.
complete_fund_facts AS (
    SELECT geography, unit_code, period, indicator, fund, scenario
    FROM facts
    WHERE {breakdowns except fund = '_T'} AND fund <> '_T' AND length(period) = 4
      AND (status = 'M' OR (status IN ('A', 'E', 'I') AND value IS NOT NULL))
),
-- The names of the units that are missing in such a figure, by code, with | between them.
fund_gaps AS (
    SELECT k.geography, k.code, k.period, k.indicator, k.fund, k.scenario,
           string_agg(p.name_vi, '|' ORDER BY p.part_code) AS missing_vi,
           string_agg(p.name_en, '|' ORDER BY p.part_code) AS missing_en
    FROM fund_figures k
    JOIN parts_of p ON p.geography = k.geography AND p.code = k.code
    LEFT ANTI JOIN complete_fund_facts w
      ON w.geography = p.part_geography AND w.unit_code = p.part_code AND w.period = k.period
     AND w.indicator = k.indicator AND w.fund = k.fund AND w.scenario = k.scenario
    WHERE k.units_reported < k.units_expected
    GROUP BY k.geography, k.code, k.period, k.indicator, k.fund, k.scenario
)
