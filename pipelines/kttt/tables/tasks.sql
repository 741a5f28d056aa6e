-- Tasks by document and section at the end of the last year, by how far they are.
-- grain: document or section × state; each cell names the tasks that it counts, with the lines that say how far they are
WITH lines AS (
    SELECT s.task_id, s.role, string_agg(s.report_id || '@' || CAST(s."row" AS VARCHAR), ',' ORDER BY s.report_id, s."row") AS said
    FROM task_states s
    WHERE s.period = {last_year} AND s.role IS NOT NULL
    GROUP BY s.task_id, s.role
), judged AS (
    SELECT p.task_id, p.document, p.section_vi, p.place, p.state,
           p.task_id || '=' || coalesce(l.said, '') AS item
    FROM task_progress p
    LEFT JOIN lines l ON l.task_id = p.task_id AND l.role = CASE WHEN p.said_by = 'lead' THEN 1 WHEN p.said_by = 'cooperating' THEN 2 END
    WHERE p.period = {last_year}
), documents AS (
    SELECT document, row_number() OVER (ORDER BY min(task_id)) AS place FROM tasks GROUP BY document
), sections AS (
    SELECT t.document, t.section_vi, row_number() OVER (ORDER BY d.place, min(t.task_id)) AS place
    FROM tasks t
    JOIN documents d ON d.document = t.document
    GROUP BY d.place, t.document, t.section_vi
), states AS (
    SELECT column1 AS column_id FROM (VALUES ('all'), ('done'), ('in_progress'), ('not_begun'), ('overdue'), ('not_reported'))
), listed AS (
    SELECT 0 AS row_order, 'all' AS row_id, 0 AS level, 'total' AS style, CAST(NULL AS VARCHAR) AS label_vi, j.state, j.item
    FROM judged j
    UNION ALL
    SELECT d.place * 1000 AS row_order, j.document AS row_id, 0 AS level, 'group' AS style, j.document AS label_vi, j.state, j.item
    FROM judged j
    JOIN documents d ON d.document = j.document
    UNION ALL
    SELECT d.place * 1000 + s.place AS row_order, j.document || ' ' || j.section_vi AS row_id, 1 AS level, 'plain' AS style,
           j.section_vi AS label_vi, j.state, j.item
    FROM judged j
    JOIN documents d ON d.document = j.document
    JOIN sections s ON s.document = j.document AND s.section_vi = j.section_vi
), rows_listed AS (
    SELECT DISTINCT row_order, row_id, level, style, label_vi FROM listed
), counted AS (
    SELECT l.row_id, s.column_id, count(*) AS tasks, string_agg(l.item, '|' ORDER BY l.item) AS items
    FROM listed l
    JOIN states s ON s.column_id = 'all' OR s.column_id = l.state
    GROUP BY l.row_id, s.column_id
)
SELECT CAST(r.row_order AS BIGINT) AS row_order, r.row_id, CAST(r.level AS BIGINT) AS level, r.style, r.label_vi,
       r.label_vi AS label_en, s.column_id, CAST(NULL AS VARCHAR) AS period,
       CAST(coalesce(c.tasks, 0) AS DECIMAL(38, 6)) AS value, 'A' AS status, CAST(0 AS BIGINT) AS decimals,
       CAST(NULL AS BIGINT) AS units_reported, CAST(NULL AS BIGINT) AS units_expected, CAST(NULL AS VARCHAR) AS missing_vi,
       CAST(NULL AS VARCHAR) AS missing_en, coalesce(c.items, '') AS of_items
FROM rows_listed r
CROSS JOIN states s
LEFT JOIN counted c ON c.row_id = r.row_id AND c.column_id = s.column_id
