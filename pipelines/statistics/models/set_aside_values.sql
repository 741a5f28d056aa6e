-- set_aside_values: what units whose report was set aside would have said, had that report counted.
-- grain: entity × key
-- runs: once
-- Such a report counts nowhere. Its figures are compared with those of the unit's successor.
WITH set_aside_entities AS (
    SELECT DISTINCT entity FROM senders WHERE set_aside
),
stated AS (
    SELECT s.* FROM stated s JOIN set_aside_entities e ON e.entity = s.entity
),
report_ranks AS (
    SELECT report_id, form, report_period, FALSE AS set_aside, place FROM report_ranks
),
counted AS ({counted.sql}),
-- Nothing is made of its shorter periods.
shorter_parts AS (
    SELECT * FROM shorter_parts LIMIT 0
),
all_values AS ({unit_values.sql})
SELECT entity, key, value, weight, numerator, status FROM all_values
