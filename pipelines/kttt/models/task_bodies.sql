-- task_bodies: the body that answers for each body of the register, and whom a collective name stands for.
-- grain: body
-- runs: once
--
-- A body that was merged is the one that took over from it (at most three steps), so that its tasks and its reports flow to
-- the successor. The departments of the Cooperative Alliance report through it.
SELECT a.agency_id,
       CASE WHEN a.kind = 'unit_of_alliance' THEN 'VCA'
            ELSE coalesce(s3.agency_id, s2.agency_id, s1.agency_id, a.agency_id) END AS body,
       CASE WHEN a.kind <> 'unit_of_alliance' OR a.members = 'each-unit' THEN a.members END AS members
FROM agencies a
LEFT JOIN agencies s1 ON s1.agency_id = a.successor
LEFT JOIN agencies s2 ON s2.agency_id = s1.successor
LEFT JOIN agencies s3 ON s3.agency_id = s2.successor
