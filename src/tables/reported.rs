//! How many units sent the forms that a table stands on.

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::Int64Type;

use super::edition::Edition;
use super::parameters::literal;

/// Units that reported the forms of a table, and units there are, for a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reported {
    /// The year.
    pub(super) period: String,
    /// Units that sent every form.
    pub(super) units: i64,
    /// Units of the geography they reported on.
    pub(super) expected: i64,
}

/// How many units sent the table's forms, each year on the geography that most of them reported on. A form whose
/// rows are units was sent for each unit that it has a row of.
pub(super) fn reported_sql(forms: &[String], edition: &Edition) -> String {
    let list = |values: Vec<String>| {
        values
            .iter()
            .map(|v| literal(v))
            .collect::<Vec<_>>()
            .join(", ")
    };
    format!(
        "WITH sent AS ( \
             SELECT r.period, u.unit_vintage, u.unit_code FROM reports r \
             JOIN (SELECT report_id, unit_vintage, unit_code FROM reports \
                   UNION SELECT report_id, unit_vintage, unit_code FROM observations) u ON u.report_id = r.report_id \
             JOIN (SELECT DISTINCT vintage, unit_code FROM units) k ON k.vintage = u.unit_vintage AND k.unit_code = u.unit_code \
             WHERE r.is_current AND r.form IN ({forms}) AND r.period IN ({years}) \
             GROUP BY r.period, u.unit_vintage, u.unit_code HAVING count(DISTINCT r.form) = {n}), \
         there AS (SELECT vintage, count(DISTINCT unit_code) AS units FROM units GROUP BY vintage) \
         SELECT s.period, count(*) AS units, max(t.units) AS expected FROM sent s JOIN there t ON t.vintage = s.unit_vintage \
         GROUP BY s.period, s.unit_vintage ORDER BY s.period, units DESC",
        forms = list(forms.to_vec()),
        years = list(edition.years.iter().map(ToString::to_string).collect()),
        n = forms.len(),
    )
}

/// What [`reported_sql`] delivers.
pub(super) fn reported_in(batches: &[RecordBatch]) -> Vec<Reported> {
    let mut found: Vec<Reported> = Vec::new();
    for batch in batches {
        let (period, units) = (
            batch.column(0).as_string::<i32>(),
            batch.column(1).as_primitive::<Int64Type>(),
        );
        let expected = batch.column(2).as_primitive::<Int64Type>();
        for row in 0..batch.num_rows() {
            if found.last().is_none_or(|r| r.period != period.value(row)) {
                found.push(Reported {
                    period: period.value(row).to_owned(),
                    units: units.value(row),
                    expected: expected.value(row),
                });
            }
        }
    }
    found
}
