-- facts: every key on every geography, spelled out.
-- grain: geography × unit × period × indicator × sector × fund × scenario
SELECT u.vintage AS geography, u.unit_code, k.period, k.indicator, k.sector, k.fund, k.scenario, f.value, f.weight, f.status,
       f.basis, f.sources, f.expected
FROM all_facts f
JOIN unit_entities u ON u.unit = f.unit
JOIN keys k ON k.key = f.key
