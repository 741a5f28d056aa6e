//! The cases of rules that add up the members of a breakdown.
//!
//! A member that the report has no row or column for counts 0. One without a value leaves the sum undecided: the cell is
//! blank, or it was held back.

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

/// Cases: the total of each indicator against the sum of its members. A member of the second level stands for itself if
/// its own has no row. An indicator that the form does not break down has no case.
pub(super) fn sum_of_members(breakdown: &RuleBreakdown, tolerance: Decimal) -> String {
    let id = &breakdown.id;
    let (present, same) = (present(breakdown), of_the_same(breakdown));
    let indicators = breakdown.indicators.iter().map(|i| format!("'{i}'"));
    let indicators = indicators.collect::<Vec<_>>().join(", ");
    format!(
        "WITH {present},
         parts AS (
             SELECT p.report_id, p.unit_code, p.member
             FROM present p
             LEFT JOIN present q ON q.report_id = p.report_id AND q.unit_code = p.unit_code AND q.member = p.parent
             WHERE p.level = 0 OR (p.level = 1 AND q.member IS NULL)
         )
         SELECT t.number,
                CASE WHEN count(s.value) = count(p.member) THEN abs(max(t.value) - coalesce(sum(s.value), 0)) <= {tolerance} END AS ok,
                min(t.seq) AS seq, max(t.sheet) AS sheet, max(t.cell) AS cell, t.indicator, t.members,
                max(t.value) AS v0, max(t.cell) AS c0, coalesce(sum(s.value), 0) AS v1,
                coalesce(string_agg(s.cell, ', ' ORDER BY s.seq), '-') AS c1
         FROM judged t
         JOIN report_columns c ON c.number = t.number
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
