-- provincial: the facts with the names in force at the end of the period.
-- grain: geography × unit × period × indicator × breakdowns × scenario
-- runs: all vintages
SELECT u.vintage AS geography, CAST(NULL AS VARCHAR) AS scheme, u.unit_code AS code, n.name_vi, n.name_en, k.period, k.indicator,
       {k.breakdowns}, k.scenario, f.value, f.share_estimated, f.weight, f.status,
       CASE WHEN f.status IN ('P', 'L', 'M', 'O') THEN 0
            ELSE 1 END AS units_reported,
       CASE WHEN f.status = 'M' THEN 0 ELSE 1 END AS units_expected
FROM all_facts f
JOIN unit_entities u ON u.unit = f.unit
JOIN keys k ON k.key = f.key
JOIN names_in_force n ON n.geography = u.vintage AND n.unit_code = u.unit_code AND n.period = k.period
