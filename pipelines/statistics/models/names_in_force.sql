-- names_in_force: the name of each unit in force at the end of each period.
-- grain: geography × unit × period
-- runs: once
-- Before its vintage began a unit has its first name, after its vintage ended the last.
SELECT geography, unit_code, period, name_vi, name_en
FROM (
    SELECT u.vintage AS geography, u.unit_code, p.period, u.name_vi, u.name_en,
           row_number() OVER (
               PARTITION BY u.vintage, u.unit_code, p.period
               ORDER BY CASE WHEN u.valid_from <= p.ends THEN 0 ELSE 1 END,
                        CASE WHEN u.valid_from <= p.ends THEN u.valid_from END DESC NULLS LAST,
                        u.valid_from
           ) AS place
    FROM unit_names u
    CROSS JOIN periods p
) AS names
WHERE place = 1
