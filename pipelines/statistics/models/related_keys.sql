-- related_keys: which key is the weight of a mean, the numerator or denominator of a ratio, or the `best` of a scenario.
-- grain: key × relation
-- runs: once
SELECT k.key, 'weight' AS relation, r.key AS related
FROM keys k
JOIN indicators i ON i.indicator = k.indicator AND i.measure = 'mean'
JOIN keys r
  ON r.indicator = i.weight_indicator AND r.period = k.period AND {r.breakdowns = k.breakdowns}
 AND r.scenario = k.scenario
UNION ALL
SELECT k.key, s.side AS relation, r.key AS related
FROM keys k
JOIN (SELECT indicator, 'numerator' AS side, numerator AS of FROM indicators WHERE measure = 'ratio'
      UNION ALL
      SELECT indicator, 'denominator' AS side, denominator AS of FROM indicators WHERE measure = 'ratio') s
  ON s.indicator = k.indicator
JOIN keys r
  ON r.indicator = s.of AND r.period = k.period AND {r.breakdowns = k.breakdowns} AND r.scenario = k.scenario
UNION ALL
SELECT k.key, 'best' AS relation, r.key AS related
FROM keys k
JOIN keys r
  ON r.period = k.period AND r.indicator = k.indicator AND {r.breakdowns = k.breakdowns} AND r.scenario = 'best'
WHERE k.scenario IN ('actual', 'estimate')
