-- provincial: the facts with the names in force at the end of the period.
-- grain: geography × unit × period × indicator × sector × fund × scenario
SELECT f.geography, CAST(NULL AS VARCHAR) AS scheme, f.unit_code AS code, n.name_vi, n.name_en, f.period, f.indicator,
       f.sector, f.fund, f.scenario, f.value, f.weight, f.status,
       CASE WHEN f.status IN ('P', 'L', 'M', 'O') THEN 0
            ELSE 1 END AS units_reported,
       CASE WHEN f.status = 'M' THEN 0 ELSE 1 END AS units_expected
FROM all_facts f
JOIN unit_names n ON n.geography = f.geography AND n.unit_code = f.unit_code AND n.period = f.period
