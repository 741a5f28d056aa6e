//! The cases of rules that add up sectors.
//!
//! A sector that the report has no row for counts 0. A row without a value leaves the sum undecided: the cell is blank, or
//! it was held back.

/// The sectors that each unit of a report has rows for.
const PRESENT: &str = "
    present AS (
        SELECT DISTINCT c.report_id, c.unit_code, o.sector, s.level, s.parent
        FROM judged o
        JOIN report_columns c ON c.number = o.number
        JOIN sectors s ON s.sector_code = o.sector
    )";

/// Cases: the total of each indicator against the sum of its sectors. A sector of the second level stands for itself if
/// its own sector has no row.
pub(super) fn sum_of_sectors() -> String {
    format!(
        "WITH {PRESENT},
         parts AS (
             SELECT p.report_id, p.unit_code, p.sector
             FROM present p
             LEFT JOIN present q ON q.report_id = p.report_id AND q.unit_code = p.unit_code AND q.sector = p.parent
             WHERE p.level = 0 OR (p.level = 1 AND q.sector IS NULL)
         )
         SELECT t.number,
                CASE WHEN count(s.value) = count(p.sector) THEN max(t.value) = coalesce(sum(s.value), 0) END AS ok,
                min(t.seq) AS seq, max(t.sheet) AS sheet, max(t.cell) AS cell, t.indicator, '_T' AS sector,
                max(t.value) AS v0, max(t.cell) AS c0, coalesce(sum(s.value), 0) AS v1,
                coalesce(string_agg(s.cell, ', ' ORDER BY s.seq), '-') AS c1
         FROM judged t
         JOIN report_columns c ON c.number = t.number
         LEFT JOIN parts p ON p.report_id = c.report_id AND p.unit_code = c.unit_code
         LEFT JOIN judged s ON s.number = t.number AND s.indicator = t.indicator AND s.sector = p.sector
         WHERE t.sector = '_T'
         GROUP BY t.number, t.indicator"
    )
}

/// Cases: each sector of the first level against the sum of its parts, if it has any.
pub(super) fn parts_of_sectors() -> String {
    format!(
        "WITH {PRESENT}
         SELECT t.number, CASE WHEN count(s.value) = count(*) THEN sum(s.value) <= max(t.value) END AS ok,
                min(t.seq) AS seq, max(t.sheet) AS sheet, max(t.cell) AS cell, t.indicator, t.sector,
                max(t.value) AS v0, max(t.cell) AS c0, sum(s.value) AS v1, string_agg(s.cell, ', ' ORDER BY s.seq) AS c1
         FROM judged t
         JOIN report_columns c ON c.number = t.number
         JOIN present p ON p.report_id = c.report_id AND p.unit_code = c.unit_code AND p.level = 1 AND p.parent = t.sector
         LEFT JOIN judged s ON s.number = t.number AND s.indicator = t.indicator AND s.sector = p.sector
         GROUP BY t.number, t.indicator, t.sector"
    )
}
