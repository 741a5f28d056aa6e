-- counted: the observation that counts for each reporting unit and key, and `best` made of them.
-- grain: entity × key; unit is the one that stated it, n the observation
-- Of several reports that state a key, the home form's goes first, then the one whose period ends last,
-- then the longer. Another form's total counts only where the unit has not sent the home form for that period.
-- Which goes first is one number, `preference`, that the observation's own number makes unlike all others: the least
-- of a key is found without sorting.
WITH report_places AS (
    SELECT r.report_id, r.period AS report_period,
           CAST(row_number() OVER (ORDER BY p.ends DESC, p.months DESC, r.unit_vintage DESC, r.form, r.report_id)
                AS BIGINT) AS place
    FROM reports r
    JOIN periods p ON p.period = r.period
    WHERE r.is_current
),
home_sent AS (
    -- A table whose rows are units was sent for each unit that it has a row of.
    SELECT e.entity, r.form, r.period
    FROM reports r
    JOIN unit_entities e ON e.vintage = r.unit_vintage AND e.unit_code = r.unit_code
    WHERE r.is_current
    UNION
    SELECT s.entity, r.form, r.period
    FROM reports r
    JOIN (SELECT DISTINCT entity, report_id FROM stated) s ON s.report_id = r.report_id
    WHERE r.is_current
),
eligible AS (
    SELECT s.entity, s.unit, s.key, s.n, s.value, s.status, k.scenario,
           (CASE WHEN s.form = k.home_form OR k.home_form IS NULL THEN r.place
                 ELSE 1000000000 + r.place END) * 1000000000 + s.n AS preference
    FROM stated s
    JOIN report_places r ON r.report_id = s.report_id
    JOIN keys k ON k.key = s.key
    LEFT JOIN home_sent h ON h.entity = s.entity AND h.form = coalesce(k.home_form, s.form) AND h.period = r.report_period
    WHERE s.form = coalesce(k.home_form, s.form) OR k.sector <> '_T' OR k.fund <> '_T' OR h.entity IS NULL
),
chosen AS (
    SELECT e.entity, e.unit, e.key, e.n, e.value, e.status, e.scenario
    FROM eligible e
    JOIN (SELECT min(preference) % 1000000000 AS n FROM eligible GROUP BY entity, key) AS first_of_key
      ON first_of_key.n = e.n
),
best AS (
    SELECT c.entity, c.unit, b.related AS key, c.n, c.value, c.status
    FROM chosen c
    JOIN related_keys b ON b.key = c.key AND b.relation = 'best'
    JOIN (SELECT min(CASE WHEN c.scenario = 'actual' AND c.value IS NOT NULL THEN c.n
                          WHEN c.scenario = 'estimate' THEN 1000000000 + c.n
                          ELSE 2000000000 + c.n END) % 1000000000 AS n
          FROM chosen c
          JOIN related_keys b ON b.key = c.key AND b.relation = 'best'
          GROUP BY c.entity, b.related) AS first_of_key ON first_of_key.n = c.n
)
SELECT entity, unit, key, n, value, status FROM chosen
UNION ALL
SELECT entity, unit, key, n, value, status FROM best
