//! The cases of rules that add up the members of a breakdown.
//!
//! A member that the report has no row for counts 0. One without a value leaves the sum undecided: the cell is blank, or it was
//! held back. So does one whose column is not on the sheet: nobody said that there is nothing of it.

use rust_decimal::Decimal;

use super::rule::RuleBreakdown;

/// The members that each unit of a report has rows or columns for.
fn present(breakdown: &RuleBreakdown) -> String {
    let RuleBreakdown { id, list, .. } = breakdown;
    format!(
        "present AS (
            SELECT DISTINCT c.report_id, c.unit_code, o.{id} AS member, m.level, m.parent
            FROM judged o
            JOIN report_columns c ON c.number = o.number
            JOIN {list} m ON m.{id}_code = o.{id}
        )"
    )
}

/// The condition that two rows of `judged` are of the same members in all other breakdowns.
fn of_the_same(breakdown: &RuleBreakdown) -> String {
    let others = breakdown.others.iter();
    let same: Vec<String> = others.map(|id| format!(" AND s.{id} = t.{id}")).collect();
    same.concat()
}

/// The units of each report that have all members that are columns of the form.
fn whole(breakdown: &RuleBreakdown) -> String {
    let columns = &breakdown.columns;
    let codes: Vec<String> = columns.iter().map(|code| format!("'{code}'")).collect();
    let codes = codes.join(", ");
    format!(
        "whole AS (
            SELECT report_id, unit_code FROM present WHERE member IN ({codes}) GROUP BY report_id, unit_code
            HAVING count(DISTINCT member) = {}
        )",
        columns.len()
    )
}

/// Cases: the total of each indicator against the sum of its members. A member of the second level stands for itself if
/// its own has no row. An indicator that the form does not break down has no case.
pub(super) fn sum_of_members(breakdown: &RuleBreakdown, tolerance: Decimal) -> String {
    let id = &breakdown.id;
    let (present, same) = (present(breakdown), of_the_same(breakdown));
    let (whole, is_whole, join) = if breakdown.columns.is_empty() {
        (String::new(), "", "")
    } else {
        (
            format!("{},", whole(breakdown)),
            " AND max(w.report_id) IS NOT NULL",
            "LEFT JOIN whole w ON w.report_id = c.report_id AND w.unit_code = c.unit_code",
        )
    };
    let indicators = breakdown.indicators.iter().map(|i| format!("'{i}'"));
    let indicators = indicators.collect::<Vec<_>>().join(", ");
    format!(
        "WITH {present},
         {whole}
         parts AS (
             SELECT p.report_id, p.unit_code, p.member
             FROM present p
             LEFT JOIN present q ON q.report_id = p.report_id AND q.unit_code = p.unit_code AND q.member = p.parent
             WHERE p.level = 0 OR (p.level = 1 AND q.member IS NULL)
         )
         SELECT t.number,
                CASE WHEN count(s.value) = count(p.member){is_whole} THEN abs(max(t.value) - coalesce(sum(s.value), 0)) <= {tolerance} END AS ok,
                min(t.seq) AS seq, max(t.sheet) AS sheet, max(t.cell) AS cell, t.indicator, t.members,
                max(t.value) AS v0, max(t.cell) AS c0, coalesce(sum(s.value), 0) AS v1,
                coalesce(string_agg(s.cell, ', ' ORDER BY s.seq), '-') AS c1
         FROM judged t
         JOIN report_columns c ON c.number = t.number
         {join}
         LEFT JOIN parts p ON p.report_id = c.report_id AND p.unit_code = c.unit_code
         LEFT JOIN judged s ON s.number = t.number AND s.indicator = t.indicator AND s.{id} = p.member{same}
         WHERE t.{id} = '_T' AND t.indicator IN ({indicators})
         GROUP BY t.number, t.indicator, t.members"
    )
}

/// Cases: each member of the first level against the sum of its parts, if it has any.
pub(super) fn parts_of_members(breakdown: &RuleBreakdown) -> String {
    let id = &breakdown.id;
    let (present, same) = (present(breakdown), of_the_same(breakdown));
    format!(
        "WITH {present}
         SELECT t.number, CASE WHEN count(s.value) = count(*) THEN sum(s.value) <= max(t.value) END AS ok,
                min(t.seq) AS seq, max(t.sheet) AS sheet, max(t.cell) AS cell, t.indicator, t.members,
                max(t.value) AS v0, max(t.cell) AS c0, sum(s.value) AS v1, string_agg(s.cell, ', ' ORDER BY s.seq) AS c1
         FROM judged t
         JOIN report_columns c ON c.number = t.number
         JOIN present p ON p.report_id = c.report_id AND p.unit_code = c.unit_code AND p.level = 1 AND p.parent = t.{id}
         LEFT JOIN judged s ON s.number = t.number AND s.indicator = t.indicator AND s.{id} = p.member{same}
         GROUP BY t.number, t.indicator, t.members"
    )
}
