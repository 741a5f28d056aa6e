-- task_states: what counts of each sender for a task at the end of each period of reports: its last line, judged against the
-- register.
-- grain: task × period × sender
-- runs: once
-- lake: yes
--
-- A task to be done once keeps what was said last; of a recurring or ongoing one only lines of the same year count. Unfinished
-- after its deadline is overdue, whoever says otherwise; nobody is overdue before it.
WITH reported AS (
    SELECT DISTINCT l.period, l.ends FROM task_lines l
), last_lines AS (
    SELECT q.period, q.ends, l.task_id, l.sender, l.role, l.unit_vintage, l.unit_code, l.report_id, l.sheet, l."row", l.said,
           l.period AS said_in, t.recurrence, t.due,
           row_number() OVER (
               PARTITION BY q.period, l.task_id, l.sender
               ORDER BY l.ends DESC, l.months DESC, l.own_name DESC, l.report_id, l."row"
           ) AS place
    FROM reported q
    JOIN task_lines l ON l.ends <= q.ends
    JOIN tasks t ON t.task_id = l.task_id
    WHERE l.role IS NOT NULL
      AND (t.recurrence = 'once' OR substr(l.ends, 1, 4) = substr(q.ends, 1, 4))
)
SELECT task_id, period, ends, sender, role, unit_vintage, unit_code, report_id, sheet, "row", said, said_in,
       CASE WHEN said = 'done' THEN 'done'
            WHEN recurrence = 'once' AND due || '-12-31' < ends THEN 'overdue'
            WHEN said = 'overdue' AND (recurrence = 'ongoing' OR (recurrence = 'once' AND due IS NOT NULL)) THEN 'in_progress'
            ELSE said END AS state
FROM last_lines
WHERE place = 1
