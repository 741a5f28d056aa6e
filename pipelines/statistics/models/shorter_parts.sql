-- shorter_parts: the figures of shorter periods that a longer one is made of, where no report of the unit gives that.
-- grain: entity × key of the longer period × part; n is the number of the observation, weight_n that of its weight
-- runs: once
-- Only where the pipeline says so (`shorter_periods`). Of periods within each other the longest is a part; together they
-- are the whole period, else nothing is made. Flows are summed, a stock is that of the last part, and a mean is weighed:
-- only parts with a weight count. A ratio is made of its two sides.
WITH weights AS (
    SELECT w.entity, r.key, w.n, w.value
    FROM related_keys r
    JOIN counted w ON w.key = r.related
    WHERE r.relation = 'weight' AND w.value IS NOT NULL
),
candidates AS (
    SELECT c.entity, c.unit, k.key, c.n, c.value, w.n AS weight_n, w.value AS weight, k.measure, p.part, p.first_month,
           p.last_month, p.months
    FROM shorter_periods p
    JOIN keys k ON k.period = p.period AND k.measure IN ('stock', 'flow', 'mean')
    JOIN keys s
      ON s.period = p.part AND s.indicator = k.indicator AND {s.breakdowns = k.breakdowns} AND s.scenario = k.scenario
    JOIN counted c ON c.key = s.key
    LEFT JOIN weights w ON w.entity = c.entity AND w.key = c.key
    LEFT JOIN counted said ON said.entity = c.entity AND said.key = k.key
    WHERE said.entity IS NULL AND c.value IS NOT NULL AND (k.measure <> 'mean' OR w.value IS NOT NULL)
),
longest AS (
    SELECT c.*
    FROM candidates c
    LEFT JOIN candidates l
      ON l.entity = c.entity AND l.key = c.key AND l.part <> c.part
     AND l.first_month <= c.first_month AND l.last_month >= c.last_month
    WHERE l.entity IS NULL
),
complete AS (
    SELECT entity, key
    FROM longest
    GROUP BY entity, key
    HAVING sum(last_month - first_month + 1) = max(months)
)
SELECT l.entity, l.unit, l.key, l.n, l.value, l.weight_n, l.weight
FROM longest l
JOIN complete c ON c.entity = l.entity AND c.key = l.key
WHERE l.measure <> 'stock' OR l.last_month = l.months
