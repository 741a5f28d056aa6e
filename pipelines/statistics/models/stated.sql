-- stated: every observation with a number, its key and the reporting unit that stated it.
-- grain: observation
-- runs: once
-- A reporting unit (entity) is a unit in all vintages that left it unchanged.
SELECT o.n, e.entity, e.unit, k.key, o.report_id, o.form, o.value, o.status, o.sheet, o.cell
FROM (SELECT *, CAST(row_number() OVER () AS BIGINT) AS n FROM observations) o
JOIN unit_entities e ON e.vintage = o.unit_vintage AND e.unit_code = o.unit_code
JOIN keys k
  ON k.period = o.period AND k.indicator = o.indicator AND {k.breakdowns = o.breakdowns}
 AND k.scenario = o.scenario
