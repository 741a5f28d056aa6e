-- fact_sources: the observations behind each fact, keys and units spelled out.
-- grain: geography × unit × key × part × observation
-- runs: all vintages
SELECT u.vintage AS geography, u.unit_code, k.period, k.indicator, {k.breakdowns}, k.scenario, s.part, o.report_id,
       ok.indicator AS observed_indicator, ok.scenario AS observed_scenario, o.sheet, o.cell, o.value, s.weight
FROM all_sources s
JOIN unit_entities u ON u.unit = s.unit
JOIN keys k ON k.key = s.key
JOIN stated o ON o.n = s.n
JOIN keys ok ON ok.key = o.key
