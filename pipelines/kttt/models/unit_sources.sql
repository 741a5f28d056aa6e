-- unit_sources: the observations behind each of unit_values.
-- grain: entity × key × part
SELECT c.entity, c.period, c.indicator, c.sector, c.fund, c.scenario, 'value' AS part, c.report_id,
       c.indicator AS observed_indicator, c.observed_scenario, c.sheet, c.cell, c.value,
       CASE WHEN i.measure = 'mean' AND c.value IS NOT NULL THEN w.value END AS weight
FROM counted c
JOIN indicators i ON i.indicator = c.indicator
LEFT JOIN counted w
  ON w.entity = c.entity AND w.period = c.period AND w.indicator = i.weight_indicator
 AND w.sector = c.sector AND w.fund = c.fund AND w.scenario = c.scenario
UNION ALL
SELECT c.entity, c.period, i.indicator, c.sector, c.fund, c.scenario, 'weight' AS part, w.report_id,
       w.indicator AS observed_indicator, w.observed_scenario, w.sheet, w.cell, w.value,
       CAST(NULL AS DECIMAL(38, 6)) AS weight
FROM counted c
JOIN indicators i ON i.indicator = c.indicator AND i.measure = 'mean'
JOIN counted w
  ON w.entity = c.entity AND w.period = c.period AND w.indicator = i.weight_indicator
 AND w.sector = c.sector AND w.fund = c.fund AND w.scenario = c.scenario
WHERE c.value IS NOT NULL AND w.value IS NOT NULL
UNION ALL
SELECT v.entity, v.period, v.indicator, v.sector, v.fund, v.scenario, 'numerator' AS part, n.report_id,
       n.indicator AS observed_indicator, n.observed_scenario, n.sheet, n.cell, n.value,
       CAST(NULL AS DECIMAL(38, 6)) AS weight
FROM unit_values v
JOIN indicators i ON i.indicator = v.indicator AND i.measure = 'ratio'
JOIN counted n
  ON n.entity = v.entity AND n.period = v.period AND n.indicator = i.numerator
 AND n.sector = v.sector AND n.fund = v.fund AND n.scenario = v.scenario
UNION ALL
SELECT v.entity, v.period, v.indicator, v.sector, v.fund, v.scenario, 'denominator' AS part, d.report_id,
       d.indicator AS observed_indicator, d.observed_scenario, d.sheet, d.cell, d.value,
       CAST(NULL AS DECIMAL(38, 6)) AS weight
FROM unit_values v
JOIN indicators i ON i.indicator = v.indicator AND i.measure = 'ratio'
JOIN counted d
  ON d.entity = v.entity AND d.period = v.period AND d.indicator = i.denominator
 AND d.sector = v.sector AND d.fund = v.fund AND d.scenario = v.scenario
