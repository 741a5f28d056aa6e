-- fact_sources_of_vintage: the observations behind each fact on one geography, {vintage}.
-- grain: unit_code × key × part × observation
-- reads `facts_of_vintage`, `unit_sources`, and for what was restated `parts` (the facts on the vintage
-- before), `sources_before` (theirs) and `members` (predecessors by successor).
SELECT '{vintage}' AS geography, u.unit_code, s.period, s.indicator, s.sector, s.fund, s.scenario, s.part, s.report_id,
       s.observed_indicator, s.observed_scenario, s.sheet, s.cell, s.value, s.weight
FROM unit_entities u
JOIN unit_sources s ON s.entity = u.entity
WHERE u.vintage = '{vintage}'
UNION ALL
SELECT '{vintage}' AS geography, f.unit_code, s.period, s.indicator, s.sector, s.fund, s.scenario, s.part, s.report_id,
       s.observed_indicator, s.observed_scenario, s.sheet, s.cell, s.value, s.weight
FROM facts_of_vintage f
JOIN members m ON m.group_id = f.unit_code
JOIN parts p
  ON p.geography = m.geography AND p.unit_code = m.member AND p.period = f.period AND p.indicator = f.indicator
 AND p.sector = f.sector AND p.fund = f.fund AND p.scenario = f.scenario
JOIN sources_before s
  ON s.geography = p.geography AND s.unit_code = p.unit_code AND s.period = p.period AND s.indicator = p.indicator
 AND s.sector = p.sector AND s.fund = p.fund AND s.scenario = p.scenario
WHERE NOT f.own
  AND p.status <> 'M'
  AND CASE p.measure WHEN 'mean' THEN p.value IS NOT NULL AND p.weight IS NOT NULL
                     WHEN 'ratio' THEN p.numerator IS NOT NULL AND p.weight IS NOT NULL
                     ELSE p.value IS NOT NULL END
