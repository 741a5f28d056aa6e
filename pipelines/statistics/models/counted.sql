-- counted: the one observation that counts for each reporting unit and key, and the scenario `best` made from them.
-- grain: entity × key; unit is the one that stated it, n is the number of the observation
-- runs: once
-- Where several reports state a key, the report on the home form comes first, then the one whose period ends last, then
-- the one with the longer period. A blank cell comes after every answer on its form. The total on another form counts
-- only if the unit has not sent the home form for that period. All of this is one number, `preference`. It contains the
-- observation's own number, so no two are equal, and the smallest one for a key is found without sorting.
WITH counting_reports AS (
    SELECT report_id, report_period, place FROM report_ranks WHERE NOT set_aside
),
home_form_sent AS (
    SELECT DISTINCT s.entity, s.form, s.period FROM senders s JOIN counting_reports r ON r.report_id = s.report_id
),
eligible AS (
    SELECT s.entity, s.unit, s.key, s.n, s.value, s.status, k.scenario,
           (CASE WHEN s.form = k.home_form OR k.home_form IS NULL THEN 0 ELSE 2000000000 END
            + CASE WHEN s.status = 'O' THEN 1000000000 ELSE 0 END + r.place) * 1000000000 + s.n AS preference
    FROM stated s
    JOIN counting_reports r ON r.report_id = s.report_id
    JOIN keys k ON k.key = s.key
    LEFT JOIN home_form_sent h
      ON h.entity = s.entity AND h.form = coalesce(k.home_form, s.form) AND h.period = r.report_period
    WHERE s.form = coalesce(k.home_form, s.form) OR NOT ({k.breakdowns = '_T'}) OR h.entity IS NULL
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
