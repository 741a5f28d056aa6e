-- Organisations, members and workers by period, unit and kind.
SELECT period, unit_code, kind, count(*) AS n, sum(members) AS members, sum(workers) AS workers
FROM organisations GROUP BY period, unit_code, kind ORDER BY period, unit_code, kind
