-- facts: every figure of every unit on every geography, keys and units spelled out.
-- grain: geography × unit × period × indicator × breakdowns × scenario
-- runs: all vintages
SELECT u.vintage AS geography, u.unit_code, k.period, k.indicator, {k.breakdowns}, k.scenario, f.value, f.weight, f.status,
       f.basis, f.sources, f.expected
FROM all_facts f
JOIN unit_entities u ON u.unit = f.unit
JOIN keys k ON k.key = f.key
