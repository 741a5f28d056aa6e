-- facts_of_vintage: every key on one geography, {vintage}: a unit's own value, else its predecessors' together.
-- grain: unit_code × period × indicator × sector × fund × scenario
-- reads `aggregated` over the predecessors' facts on the vintage before. sources are the parts used: one that is P
-- itself is used, and makes the whole P.
WITH own AS (
    SELECT u.unit_code, v.period, v.indicator, v.sector, v.fund, v.scenario, v.measure, v.scale, v.value, v.weight,
           v.numerator, v.status,
           CASE WHEN v.unit_vintage = '{vintage}' THEN 'reported' ELSE 'restated' END AS basis,
           CASE WHEN v.value IS NOT NULL THEN 1 ELSE 0 END AS sources,
           CASE WHEN v.status = 'M' THEN 0 ELSE 1 END AS expected
    FROM unit_entities u
    JOIN unit_values v ON v.entity = u.entity
    WHERE u.vintage = '{vintage}'
),
-- What a unit has said something about is not restated: its own keys, and ratios of which it has one side.
spoken AS (
    SELECT unit_code, period, indicator, sector, fund, scenario FROM own
    UNION
    SELECT o.unit_code, o.period, i.indicator, o.sector, o.fund, o.scenario
    FROM own o
    JOIN indicators i ON i.numerator = o.indicator OR i.denominator = o.indicator
),
restated AS (
    SELECT a.group_id AS unit_code, a.period, a.indicator, a.sector, a.fund, a.scenario, a.measure, a.scale, a.value,
           a.weight, a.numerator, a.status, 'restated' AS basis, a.entered AS sources, a.expected
    FROM aggregated a
    LEFT JOIN spoken o
      ON o.unit_code = a.group_id AND o.period = a.period AND o.indicator = a.indicator AND o.sector = a.sector
     AND o.fund = a.fund AND o.scenario = a.scenario
    WHERE o.unit_code IS NULL
)
SELECT '{vintage}' AS geography, unit_code, period, indicator, sector, fund, scenario, measure, scale, value, weight,
       numerator, status, basis, sources, expected, TRUE AS own
FROM own
UNION ALL
SELECT '{vintage}' AS geography, unit_code, period, indicator, sector, fund, scenario, measure, scale, value, weight,
       numerator, status, basis, sources, expected, FALSE AS own
FROM restated
