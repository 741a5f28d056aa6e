-- regional: each region from the units of the same geography.
-- grain: geography × scheme × region × period × indicator × breakdowns × scenario
-- runs: all vintages
SELECT g.geography, g.scheme, g.code, g.name_vi, g.name_en, k.period, k.indicator, {k.breakdowns}, k.scenario, a.value, a.share_estimated, a.weight,
       a.status, a.reported AS units_reported, a.expected AS units_expected
FROM aggregated a
JOIN groups g ON g.group_id = a.group_id
JOIN keys k ON k.key = a.key
WHERE g.scheme IS NOT NULL AND a.expected > 0
