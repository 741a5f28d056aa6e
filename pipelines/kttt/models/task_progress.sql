-- task_progress: how far each task of the register is at the end of each period of reports.
-- grain: task × period
-- runs: once
-- lake: yes
--
-- The bodies that lead a task say how far it is; where none of them reported, those that cooperate do. A collective name is
-- judged over all whom it stands for: the task is done when all of them are done. Tasks of documents that are later than the
-- period are left out, unless somebody reported on them.
WITH reported AS (
    SELECT DISTINCT l.period, l.ends FROM task_lines l
), dated AS (
    SELECT t.*, coalesce(m.parts[3] || '-' || lpad(m.parts[2], 2, '0') || '-' || lpad(m.parts[1], 2, '0'), '') AS adopted
    FROM tasks t
    JOIN (SELECT task_id, regexp_match(document, '\(([0-9]+)/([0-9]+)/([0-9]{4})\)') AS parts FROM tasks) m
      ON m.task_id = t.task_id
), leads AS (
    SELECT n.task_id, b.agency_id, b.members, b.body
    FROM (SELECT task_id, unnest(string_to_array(lead, ';')) AS named FROM tasks) n
    JOIN task_bodies b ON b.agency_id = trim(n.named)
), vintages AS (
    SELECT vintage, min(valid_from) AS begins FROM units GROUP BY vintage
), vintage_of AS (
    SELECT q.period, max(v.begins) AS begins
    FROM reported q
    JOIN vintages v ON v.begins <= q.ends
    GROUP BY q.period
), in_force AS (
    SELECT q.period, a.agency_id, a.kind
    FROM reported q
    JOIN agencies a ON coalesce(a.valid_from, '') <= q.ends AND coalesce(a.valid_to, '9999') > q.ends AND a.members IS NULL
), expected AS (
    SELECT DISTINCT q.period, l.task_id, 'agency:' || l.body AS sender
    FROM reported q
    JOIN leads l ON l.members IS NULL
    UNION
    SELECT f.period, l.task_id, 'agency:' || b.body
    FROM in_force f
    JOIN leads l ON l.members NOT IN ('each-unit', 'unnamed') AND ';' || l.members || ';' LIKE '%;' || f.kind || ';%'
    JOIN task_bodies b ON b.agency_id = f.agency_id
    UNION
    SELECT o.period, l.task_id, 'unit:' || CAST(e.entity AS VARCHAR)
    FROM vintage_of o
    JOIN vintages v ON v.begins = o.begins
    JOIN units u ON u.vintage = v.vintage
    JOIN unit_entities e ON e.vintage = u.vintage AND e.unit_code = u.unit_code
    JOIN leads l ON l.members = 'each-unit'
), by_lead AS (
    SELECT x.period, x.task_id, count(*) AS expected, count(s.state) AS reported,
           sum(CASE WHEN s.state = 'done' THEN 1 ELSE 0 END) AS done,
           sum(CASE WHEN s.state = 'in_progress' THEN 1 ELSE 0 END) AS in_progress,
           sum(CASE WHEN s.state = 'not_begun' THEN 1 ELSE 0 END) AS not_begun,
           sum(CASE WHEN s.state = 'overdue' THEN 1 ELSE 0 END) AS overdue
    FROM expected x
    LEFT JOIN task_states s ON s.period = x.period AND s.task_id = x.task_id AND s.sender = x.sender AND s.role = 1
    GROUP BY x.period, x.task_id
), by_others AS (
    SELECT s.period, s.task_id, count(*) AS expected, count(*) AS reported,
           sum(CASE WHEN s.state = 'done' THEN 1 ELSE 0 END) AS done,
           sum(CASE WHEN s.state = 'in_progress' THEN 1 ELSE 0 END) AS in_progress,
           sum(CASE WHEN s.state = 'not_begun' THEN 1 ELSE 0 END) AS not_begun,
           sum(CASE WHEN s.state = 'overdue' THEN 1 ELSE 0 END) AS overdue
    FROM task_states s
    WHERE s.role = 2
    GROUP BY s.period, s.task_id
), counted AS (
    SELECT q.period, q.ends, t.task_id, t.document, t.place, t.section_vi, t.title_vi, t.title_en, t.lead, t.recurrence, t.due, t.adopted,
           CASE WHEN coalesce(l.reported, 0) > 0 THEN 'lead' WHEN o.reported > 0 THEN 'cooperating' END AS said_by,
           coalesce(l.expected, 0) AS lead_expected,
           CASE WHEN coalesce(l.reported, 0) > 0 THEN l.expected ELSE coalesce(o.expected, l.expected, 0) END AS expected,
           CASE WHEN coalesce(l.reported, 0) > 0 THEN l.reported ELSE coalesce(o.reported, 0) END AS reported,
           CASE WHEN coalesce(l.reported, 0) > 0 THEN l.done ELSE coalesce(o.done, 0) END AS done,
           CASE WHEN coalesce(l.reported, 0) > 0 THEN l.in_progress ELSE coalesce(o.in_progress, 0) END AS in_progress,
           CASE WHEN coalesce(l.reported, 0) > 0 THEN l.not_begun ELSE coalesce(o.not_begun, 0) END AS not_begun,
           CASE WHEN coalesce(l.reported, 0) > 0 THEN l.overdue ELSE coalesce(o.overdue, 0) END AS overdue
    FROM reported q
    CROSS JOIN dated t
    LEFT JOIN by_lead l ON l.period = q.period AND l.task_id = t.task_id
    LEFT JOIN by_others o ON o.period = q.period AND o.task_id = t.task_id
    WHERE t.adopted <= q.ends OR coalesce(l.reported, 0) + coalesce(o.reported, 0) > 0
)
SELECT task_id, period, document, place, section_vi, title_vi, title_en, lead, recurrence, due,
       CASE WHEN reported = 0 THEN 'not_reported'
            WHEN done = expected THEN 'done'
            WHEN overdue > 0 OR (recurrence = 'once' AND due || '-12-31' < ends) THEN 'overdue'
            WHEN in_progress + done > 0 THEN 'in_progress'
            ELSE 'not_begun' END AS state,
       said_by, expected, reported, done, in_progress, not_begun, overdue
FROM counted
