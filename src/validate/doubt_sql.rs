//! The cases of rules that doubt a column because of what else is known: copies, empty columns, shares of the country,
//! figures far from others.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rust_decimal::Decimal;

use super::rule::Against;
use crate::extract::Scenario;

/// The column `f` of the unit's own report of the year before that stands where the column `c` does.
const OWN_YEAR_BEFORE: &str = "
    LEFT JOIN counterparts q
      ON q.report_id = c.report_id AND q.entity = c.entity AND q.form = c.form AND q.report_period = c.year_before
    LEFT JOIN report_columns f
      ON f.report_id = q.counterpart AND f.entity = c.entity AND f.scenario = c.scenario AND f.period = c.period_before";

/// Cases: whether a column is a copy. The first figure is that of the first cell with its cell; the second how many there
/// are, with the first cell of the other column. `name_vi`, `name_en` and `file` say whose the other column is.
///
/// Columns are the same if their contents have the same number, so the cost grows with the columns, not with their pairs.
pub(super) fn copy(
    form: &str,
    of: Against,
    scenario: Option<Scenario>,
    at_least: Decimal,
    above: Decimal,
) -> String {
    let only = scenario.map_or_else(String::new, |s| {
        format!(" AND c.scenario = '{}'", s.as_str())
    });
    // `found`: pairs of a judged column and one that it may be a copy of. `there`: the judged columns that could have been.
    let (found, there) = match of {
        // A unit and those it was merged from have territory in common; what they have in common is compared elsewhere.
        Against::OtherUnits => (
            "FROM own a
             JOIN filled b ON b.report_period = a.report_period AND b.scenario = a.scenario AND b.period = a.period
                          AND b.contents = a.contents AND b.entity <> a.entity
             LEFT JOIN kin k ON k.entity = a.entity AND k.other = b.entity
             WHERE k.other IS NULL",
            "SELECT a.number
             FROM own a
             JOIN (SELECT report_period, scenario, period, count(DISTINCT entity) AS units
                   FROM filled GROUP BY report_period, scenario, period) n
               ON n.report_period = a.report_period AND n.scenario = a.scenario AND n.period = a.period
             WHERE n.units > 1"
                .to_owned(),
        ),
        Against::YearBefore => (
            "FROM own a
             JOIN there t ON t.number = a.number
             JOIN filled b ON b.number = t.other AND b.contents = a.contents",
            format!(
                "SELECT c.number, f.number AS other FROM own c {OWN_YEAR_BEFORE} WHERE f.number IS NOT NULL"
            ),
        ),
        Against::ColumnBefore => (
            "FROM own a
             JOIN filled b ON b.number = a.base AND b.contents = a.contents",
            "SELECT number FROM own WHERE base IS NOT NULL".to_owned(),
        ),
    };
    format!(
        "WITH sizes AS (
             SELECT number, count(*) AS figures, sum(CASE WHEN abs(value) > {above} THEN 1 ELSE 0 END) AS large, min(seq) AS seq
             FROM judged
             WHERE value <> 0
             GROUP BY number
         ),
         filled AS (
             SELECT c.*, s.figures, s.large, s.seq FROM report_columns c JOIN sizes s ON s.number = c.number WHERE c.form = '{form}'
         ),
         own AS (
             SELECT c.*, sum(c.large) OVER (PARTITION BY c.report_id, c.entity) AS of_report FROM filled c WHERE TRUE{only}
         ),
         territory AS (
             SELECT h.vintage || ':' || h.unit_code AS entity, a.atom
             FROM unit_atoms a
             JOIN unit_entities e ON e.unit = a.unit
             JOIN unit_entities h ON h.unit = e.entity
         ),
         kin AS (
             SELECT DISTINCT x.entity, y.entity AS other FROM territory x JOIN territory y ON y.atom = x.atom
         ),
         there AS ({there}),
         found AS (
             SELECT a.number, b.number AS other, sum(a.large) OVER (PARTITION BY a.report_id, a.entity, b.report_id, b.entity) AS together
             {found}
         ),
         copies AS (
             SELECT number, min(other) AS other FROM found WHERE together >= {at_least} GROUP BY number
         )
         SELECT c.number,
                CASE WHEN k.other IS NOT NULL THEN FALSE WHEN t.number IS NOT NULL AND c.of_report >= {at_least} THEN TRUE END AS ok,
                c.seq, o.sheet, o.cell, o.indicator, o.members, o.value AS v0, o.cell AS c0,
                CAST(c.figures AS DECIMAL(38, 6)) AS v1, p.cell AS c1, b.file_name AS file, u.name_vi, u.name_en
         FROM own c
         JOIN judged o ON o.number = c.number AND o.seq = c.seq
         LEFT JOIN (SELECT DISTINCT number FROM there) t ON t.number = c.number
         LEFT JOIN copies k ON k.number = c.number
         LEFT JOIN filled b ON b.number = k.other
         LEFT JOIN judged p ON p.number = b.number AND p.seq = b.seq
         LEFT JOIN units u ON u.vintage = b.unit_vintage AND u.unit_code = b.unit_code"
    )
}

/// Cases: whether a column has only zero and nil. The figure is that of its first value; the second how many there are.
pub(super) fn empty(at_least: Decimal) -> String {
    format!(
        "SELECT s.number, CASE WHEN s.filled > 0 THEN TRUE WHEN s.stated >= {at_least} THEN FALSE END AS ok,
                s.seq, o.sheet, o.cell, o.indicator, o.members, o.value AS v0, o.cell AS c0,
                CAST(s.stated AS DECIMAL(38, 6)) AS v1, o.cell AS c1
         FROM (SELECT number, count(*) AS stated, sum(CASE WHEN value <> 0 THEN 1 ELSE 0 END) AS filled, min(seq) AS seq
               FROM judged WHERE value IS NOT NULL GROUP BY number) s
         JOIN judged o ON o.number = s.number AND o.seq = s.seq"
    )
}

/// Cases: a figure against the country's best total of the year before the report's. `v1` is that total, `v2` the share in
/// per cent; `v3` is the year of the total, if it was published and not reported.
///
/// Units that are missing only make the total smaller. So a figure within its share of what was reported passes, but it
/// fails only against a total without gaps, or against the one last published.
pub(super) fn share(
    form: &str,
    indicator: &str,
    at_most: Decimal,
    published: &BTreeMap<i16, Decimal>,
) -> String {
    let last = |of: &dyn Fn(i16, Decimal) -> String| {
        let mut sql = "CASE".to_owned();
        for (year, value) in published.iter().rev() {
            let _ = write!(
                sql,
                " WHEN c.last_year >= '{year}' THEN {}",
                of(*year, *value)
            );
        }
        sql + " WHEN FALSE THEN 0 END"
    };
    let value = last(&|_, value| value.to_string());
    let year = last(&|year, _| year.to_string());
    format!(
        "WITH best AS (
             SELECT c.entity, c.period, coalesce(max(CASE WHEN c.scenario = 'actual' THEN o.value END), max(o.value)) AS value
             FROM report_columns c
             JOIN judged o ON o.number = c.number AND o.indicator = '{indicator}' AND o.members = '_T'
             WHERE c.form = '{form}' AND c.scenario IN ('actual', 'estimate') AND o.value IS NOT NULL
             GROUP BY c.entity, c.period
         ),
         members AS (
             SELECT e.vintage, h.vintage || ':' || h.unit_code AS entity
             FROM unit_entities e
             JOIN unit_entities h ON h.unit = e.entity
         ),
         totals AS (
             SELECT b.period, m.vintage, sum(b.value) AS total, count(*) AS units
             FROM members m
             JOIN best b ON b.entity = m.entity
             GROUP BY b.period, m.vintage
         ),
         country AS (
             SELECT t.period, max(t.total) AS stated, max(CASE WHEN t.units = n.units THEN t.total END) AS total
             FROM totals t
             JOIN (SELECT vintage, count(*) AS units FROM members GROUP BY vintage) n ON n.vintage = t.vintage
             GROUP BY t.period
         ),
         compared AS (
             SELECT c.number, o.seq, o.sheet, o.cell, o.indicator, o.members, o.value, y.stated, y.total,
                    CAST({value} AS DECIMAL(38, 6)) AS published, {year} AS published_in
             FROM report_columns c
             JOIN judged o ON o.number = c.number AND o.indicator = '{indicator}' AND o.members = '_T'
             LEFT JOIN country y ON y.period = c.last_year
             WHERE c.form = '{form}'
         ),
         measured AS (
             SELECT *, coalesce(total, published) AS whole FROM compared
         )
         SELECT number,
                CASE WHEN value <= {at_most} * stated OR value <= {at_most} * whole THEN TRUE
                     WHEN value IS NOT NULL AND whole > 0 THEN FALSE END AS ok,
                seq, sheet, cell, indicator, members, value AS v0, cell AS c0, whole AS v1, cell AS c1,
                CAST(100 * value / nullif(whole, 0) AS DECIMAL(38, 1)) AS v2, cell AS c2,
                CASE WHEN total IS NULL THEN CAST(published_in AS DECIMAL(38, 6)) END AS v3, cell AS c3
         FROM measured"
    )
}

/// Cases: each indicator against another figure. `v1` is that figure and `c1` its cell; `v2` the number of units, if the
/// other figure is their median. It is undecided if the other figure is not positive.
pub(super) fn factor(
    form: &str,
    of: Against,
    indicators: &[String],
    factor: Decimal,
    units: Decimal,
) -> String {
    let listed = indicators
        .iter()
        .map(|indicator| format!("'{indicator}'"))
        .collect::<Vec<_>>()
        .join(", ");
    let own_base = "LEFT JOIN judged b ON b.number = c.base AND b.indicator = i.indicator AND b.members = '_T'";
    let (joins, other, cell, count) = match of {
        Against::OtherUnits => (
            format!(
                "LEFT JOIN (
                     SELECT c.report_period, c.scenario, c.period, o.indicator, median(o.value) AS middle, count(DISTINCT c.entity) AS units
                     FROM report_columns c
                     JOIN judged o ON o.number = c.number AND o.indicator IN ({listed}) AND o.members = '_T'
                     WHERE c.form = '{form}' AND o.value IS NOT NULL
                     GROUP BY c.report_period, c.scenario, c.period, o.indicator
                 ) m ON m.report_period = c.report_period AND m.scenario = c.scenario AND m.period = c.period
                    AND m.indicator = i.indicator AND m.units >= {units}"
            ),
            "m.middle",
            "o.cell",
            "CAST(m.units AS DECIMAL(38, 6))",
        ),
        Against::YearBefore => (
            format!(
                "{OWN_YEAR_BEFORE}
                 LEFT JOIN judged y ON y.number = f.number AND y.indicator = i.indicator AND y.members = '_T'
                 {own_base}"
            ),
            "coalesce(y.value, b.value)",
            "CASE WHEN y.value IS NOT NULL THEN f.file_name || ' › ' || y.cell ELSE b.cell END",
            "CAST(NULL AS DECIMAL(38, 6))",
        ),
        Against::ColumnBefore => (
            own_base.to_owned(),
            "b.value",
            "b.cell",
            "CAST(NULL AS DECIMAL(38, 6))",
        ),
    };
    format!(
        "SELECT c.number,
                CASE WHEN {other} > 0 THEN o.value <= {factor} * {other} AND {factor} * o.value >= {other} END AS ok,
                o.seq, o.sheet, o.cell, i.indicator, '_T' AS members, o.value AS v0, o.cell AS c0,
                CAST({other} AS DECIMAL(38, 6)) AS v1, {cell} AS c1, {count} AS v2, o.cell AS c2
         FROM report_columns c
         JOIN indicators i ON i.indicator IN ({listed})
         LEFT JOIN judged o ON o.number = c.number AND o.indicator = i.indicator AND o.members = '_T'
         {joins}
         WHERE c.form = '{form}'"
    )
}
