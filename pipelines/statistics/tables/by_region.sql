-- Indicators of the last year in the country and each region of the edition.
-- grain: country or region × indicator, for each column of the table. There is a cell for every combination; without a
-- figure its value is NULL.
SELECT *
FROM ({by_place.sql}) AS of_places
WHERE level = 0 AND period = {last_year}
