-- task_lines: what the current reports say of tasks, each line with the body that sent it and its role in the task.
-- grain: line of a report that names a task of the register
-- runs: once
-- lake: yes
WITH named AS (
    SELECT task_id, 1 AS role, unnest(string_to_array(lead, ';')) AS named FROM tasks
    UNION ALL
    SELECT task_id, 2 AS role, unnest(string_to_array(cooperating, ';')) AS named FROM tasks WHERE cooperating IS NOT NULL
), roles AS (
    SELECT n.task_id, n.role, trim(n.named) AS named, b.members, b.body
    FROM named n
    LEFT JOIN task_bodies b ON b.agency_id = trim(n.named)
), lines AS (
    SELECT r.task_id, r.report_id, r.unit_vintage, r.unit_code, r.period, p.ends, p.months, r.state AS said, r.completion, r.sheet, r."row",
           CASE WHEN r.unit_vintage = 'agency' THEN 'agency:' || b.body
                ELSE 'unit:' || CAST(e.entity AS VARCHAR) END AS sender,
           b.body, a.kind,
           coalesce(r.unit_code = b.body, TRUE) AS own_name
    FROM task_reports r
    JOIN periods p ON p.period = r.period
    LEFT JOIN task_bodies b ON r.unit_vintage = 'agency' AND b.agency_id = r.unit_code
    LEFT JOIN agencies a ON r.unit_vintage = 'agency' AND a.agency_id = r.unit_code
    LEFT JOIN unit_entities e ON e.vintage = r.unit_vintage AND e.unit_code = r.unit_code
    WHERE r.task_id IS NOT NULL AND r.state IS NOT NULL
)
SELECT l.task_id, l.period, l.ends, l.months, l.sender, l.unit_vintage, l.unit_code, l.report_id, l.sheet, l."row", l.said, l.completion, l.own_name,
       min(r.role) AS role
FROM lines l
LEFT JOIN roles r
  ON r.task_id = l.task_id
 AND (r.named = '*'
      OR (r.members IS NULL AND r.body = l.body)
      OR (r.members = 'each-unit' AND l.body IS NULL)
      OR (r.members NOT IN ('each-unit', 'unnamed') AND ';' || r.members || ';' LIKE '%;' || l.kind || ';%'))
GROUP BY l.task_id, l.period, l.ends, l.months, l.sender, l.unit_vintage, l.unit_code, l.report_id, l.sheet, l."row", l.said, l.completion, l.own_name
