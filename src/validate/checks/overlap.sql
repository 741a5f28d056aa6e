-- Units whose own figures differ from what all units merged into them have (the model `overlaps`). One row for each report
-- and unit, with the largest difference, and the former units whose figures alone come to the own one.
WITH compared AS (
    SELECT s.report_id, u.unit_code, s.cell, k.indicator, k.sector, k.scenario, k.period, k.measure, o.unit, o.key, o.n,
           o.own, o.merged, o.stated_before, coalesce(o.own, 0) = 0 AS is_nil,
           abs(coalesce(o.own, 0) - o.merged) AS difference,
           -- Unless the catalogue says otherwise, 1 % and at least 1 unit.
           greatest(coalesce(i.tolerance_units, CAST(1 AS DECIMAL(38, 6))),
                    CAST(abs(coalesce(o.own, 0)) * coalesce(i.tolerance, CAST(0.01 AS DECIMAL(38, 6))) AS DECIMAL(38, 6))) AS same,
           -- An actual beside estimates and a plan beside those of a year before differ as figures of a year do that are
           -- revised: by up to 10 %, or 5 units. A nil does not.
           greatest(coalesce(i.tolerance_units, CAST(5 AS DECIMAL(38, 6))), CAST(5 AS DECIMAL(38, 6)),
                    CAST(abs(o.merged) * greatest(coalesce(i.tolerance, CAST(0.1 AS DECIMAL(38, 6))), CAST(0.1 AS DECIMAL(38, 6)))
                         AS DECIMAL(38, 6))) AS revised
    FROM overlaps o
    JOIN stated s ON s.n = o.n
    JOIN unit_entities u ON u.unit = s.unit
    JOIN keys k ON k.key = s.key
    JOIN indicators i ON i.indicator = k.indicator
),
apart AS (
    SELECT *, difference > CASE WHEN stated_before AND NOT is_nil THEN revised ELSE same END AS differs
    FROM compared
    WHERE difference > same
),
-- Every choice of some, not all, of the units merged into one. Of more than eight there are too many: each alone.
numbered AS (
    SELECT to_unit, from_unit, name_vi, name_en, row_number() OVER (PARTITION BY to_unit ORDER BY from_unit) - 1 AS place,
           count(*) OVER (PARTITION BY to_unit) AS size
    FROM entity_merges
),
choices AS (
    SELECT to_unit, unnest(range(1, CAST(power(2, size) AS BIGINT) - 1)) AS choice
    FROM numbered
    WHERE place = 0 AND size BETWEEN 2 AND 8
    UNION ALL
    SELECT to_unit, CAST(power(2, place) AS BIGINT) AS choice FROM numbered WHERE size > 8
),
chosen AS (
    SELECT c.to_unit, c.choice, n.from_unit, n.name_vi, n.name_en
    FROM choices c
    JOIN numbered n ON n.to_unit = c.to_unit AND CAST(c.choice / CAST(power(2, n.place) AS BIGINT) AS BIGINT) % 2 = 1
),
added AS (
    SELECT a.report_id, a.unit, a.n, c.choice,
           CAST(CASE a.measure WHEN 'mean' THEN sum(p.numerator) / nullif(sum(p.weight), 0) ELSE sum(p.value) END AS DECIMAL(38, 6)) AS part
    FROM apart a
    JOIN chosen c ON c.to_unit = a.unit
    JOIN overlap_parts p ON p.unit = a.unit AND p.former_unit = c.from_unit AND p.key = a.key AND p.enters = 1
    GROUP BY a.report_id, a.unit, a.n, a.measure, c.choice
),
matching AS (
    SELECT d.report_id, d.unit, d.n, d.choice, d.part, abs(a.own - d.part) AS off,
           -- How many figures of the report these units explain, and how many to the digit although units that say more
           -- than a revision were left out.
           count(*) OVER (PARTITION BY d.report_id, d.unit, d.choice) AS matches,
           sum(CASE WHEN a.own = d.part AND a.difference > 5 THEN 1 ELSE 0 END) OVER (PARTITION BY d.report_id, d.unit, d.choice) AS exact
    FROM added d
    JOIN apart a ON a.unit = d.unit AND a.n = d.n
    WHERE abs(a.own - d.part) <= a.same
),
explained AS (
    SELECT *, row_number() OVER (PARTITION BY unit, n ORDER BY matches DESC, off, choice) AS place FROM matching
),
-- A small unit left out changes little. Three figures that are those of the others to the digit show it all the same.
differing AS (
    SELECT a.*, e.choice, e.part,
           count(*) OVER (PARTITION BY a.report_id, a.unit) AS differences,
           row_number() OVER (PARTITION BY a.report_id, a.unit
                              ORDER BY a.difference DESC, a.indicator, a.sector, a.scenario, a.period) AS place
    FROM apart a
    LEFT JOIN explained e ON e.unit = a.unit AND e.n = a.n AND e.place = 1
    WHERE a.differs OR (e.exact >= 3 AND a.own = e.part AND a.difference > 5)
),
named AS (
    SELECT to_unit, choice, string_agg(name_vi, ' + ' ORDER BY from_unit) AS units_vi,
           string_agg(name_en, ' + ' ORDER BY from_unit) AS units_en
    FROM chosen
    GROUP BY to_unit, choice
)
SELECT d.report_id, d.unit_code, d.cell, d.indicator, d.sector, d.scenario, d.period AS of_period, coalesce(d.own, CAST(0 AS DECIMAL(38, 6))) AS own,
       d.merged, d.differences AS count, n.units_vi, n.units_en, d.part,
       CASE WHEN d.own IS NULL THEN 'cannot_exist' WHEN d.choice IS NOT NULL THEN 'alone' WHEN d.is_nil THEN 'nil' ELSE 'unexplained' END AS what
FROM differing d
LEFT JOIN named n ON n.to_unit = d.unit AND n.choice = d.choice
WHERE d.place = 1
