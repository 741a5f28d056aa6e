//! How many units sent the forms of a table.

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::Int64Type;

use super::edition::Edition;
use super::parameters::literals;
use crate::engine::TextColumn;
use crate::geography::AGENCY;

/// How many units reported the forms of a table, for a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reported {
    /// The period.
    pub(super) period: String,
    /// Units that sent every form.
    pub(super) units: i64,
    /// Units of the geography that they reported on; 0 if only agencies reported.
    pub(super) expected: i64,
}

/// The query for how many units sent a set of forms, each period on the geography that most of them reported on. A form
/// whose rows are units counts as sent for each unit with a row.
pub(super) fn reported_sql(forms: &[String], edition: &Edition) -> String {
    let periods: Vec<String> = edition.periods.iter().map(ToString::to_string).collect();
    format!(
        "WITH sent AS ( \
             SELECT r.period, u.unit_vintage, u.unit_code FROM reports r \
             JOIN (SELECT report_id, unit_vintage, unit_code FROM reports \
                   UNION SELECT report_id, unit_vintage, unit_code FROM observations) u ON u.report_id = r.report_id \
             LEFT JOIN units k ON k.vintage = u.unit_vintage AND k.unit_code = u.unit_code \
             WHERE (k.unit_code IS NOT NULL OR u.unit_vintage = '{AGENCY}') AND r.is_current AND r.form IN ({forms}) AND r.period IN ({periods}) \
             GROUP BY r.period, u.unit_vintage, u.unit_code HAVING count(DISTINCT r.form) = {n}), \
         there AS (SELECT vintage, count(*) AS units FROM units GROUP BY vintage UNION ALL SELECT '{AGENCY}', 0) \
         SELECT s.period, count(*) AS units, max(t.units) AS expected FROM sent s JOIN there t ON t.vintage = s.unit_vintage \
         GROUP BY s.period, s.unit_vintage ORDER BY s.period, s.unit_vintage = '{AGENCY}', units DESC",
        forms = literals(forms),
        periods = literals(&periods),
        n = forms.len(),
    )
}

/// The answer of [`reported_sql`].
pub(super) fn reported_in(batches: &[RecordBatch]) -> Vec<Reported> {
    let mut found: Vec<Reported> = Vec::new();
    for batch in batches {
        let units = batch.column(1).as_primitive::<Int64Type>();
        let expected = batch.column(2).as_primitive::<Int64Type>();
        let periods = TextColumn::read(batch, "period");
        for row in 0..batch.num_rows() {
            let period = periods.text(row);
            // The geography of most units comes first.
            if found.last().is_none_or(|r| r.period != period) {
                found.push(Reported {
                    period: period.to_owned(),
                    units: units.value(row),
                    expected: expected.value(row),
                });
            }
        }
    }
    found
}
