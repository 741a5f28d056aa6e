//! The cases of rules that compare a period with the shorter ones within it.

use std::collections::BTreeSet;

use arrow::array::RecordBatch;
use arrow::error::ArrowError;
use rust_decimal::Decimal;

use crate::engine::columns::{batch, displayed, flags, integers};
use crate::period::{Frequency, Period};

/// Cases: each actual figure of a form against those of the shorter periods that the unit has reported, on whatever form. Flows
/// add up; a stock is that at the end of the last shorter period. Of several lengths whose periods are all there, the
/// longest is compared; where none is, the case is undecided.
pub(super) fn shorter_periods(form: &str, tolerance: Decimal, at_least: Decimal) -> String {
    format!(
        "WITH stated AS (
             SELECT entity, period, indicator, members, value, cell
             FROM (
                 SELECT c.entity, c.period, o.indicator, o.members, o.value, o.cell,
                        row_number() OVER (PARTITION BY c.entity, c.period, o.indicator, o.members
                                           ORDER BY c.report_period DESC, c.report_id, o.seq) AS place
                 FROM judged o
                 JOIN report_columns c ON c.number = o.number
                 WHERE c.scenario = 'actual' AND o.value IS NOT NULL
             ) AS said
             WHERE place = 1
         ),
         wholes AS (
             SELECT t.number, t.seq, t.sheet, t.cell, t.indicator, t.members, t.value, c.entity, c.period, i.measure
             FROM judged t
             JOIN report_columns c ON c.number = t.number
             JOIN indicators i ON i.indicator = t.indicator AND i.measure IN ('stock', 'flow')
             WHERE c.form = '{form}' AND c.scenario = 'actual'
         ),
         added AS (
             SELECT w.number, w.seq, p.months, sum(s.value) AS value,
                    string_agg(p.part || ' (' || s.cell || ')', ', ' ORDER BY p.part) AS cells
             FROM wholes w
             JOIN period_parts p ON p.whole = w.period AND (w.measure = 'flow' OR p.is_last)
             JOIN stated s ON s.entity = w.entity AND s.period = p.part AND s.indicator = w.indicator AND s.members = w.members
             GROUP BY w.number, w.seq, w.measure, p.months, p.parts
             HAVING count(*) = CASE w.measure WHEN 'flow' THEN p.parts ELSE 1 END
         ),
         longest AS (
             SELECT number, seq, max(months) AS months FROM added GROUP BY number, seq
         )
         SELECT w.number,
                abs(w.value - a.value) <= {at_least} OR abs(w.value - a.value) <= {tolerance} * abs(w.value) AS ok,
                w.seq, w.sheet, w.cell, w.indicator, w.members, w.value AS v0, w.cell AS c0, a.value AS v1, a.cells AS c1
         FROM wholes w
         LEFT JOIN longest l ON l.number = w.number AND l.seq = w.seq
         LEFT JOIN added a ON a.number = l.number AND a.seq = l.seq AND a.months = l.months"
    )
}

/// The table `period_parts`: the shorter periods within each period, their length in months, how many of that length there
/// are, and whether one ends with the whole.
///
/// # Errors
/// If the columns do not make a table.
pub(super) fn period_parts(periods: &BTreeSet<Period>) -> Result<RecordBatch, ArrowError> {
    let mut rows: Vec<(Period, Period, i64)> = Vec::new();
    for whole in periods {
        for frequency in Frequency::ALL {
            let parts = whole.parts(frequency);
            let count = parts.len() as i64;
            rows.extend(parts.into_iter().map(|part| (*whole, part, count)));
        }
    }
    batch([
        ("whole", displayed(rows.iter().map(|row| Some(row.0)))),
        ("part", displayed(rows.iter().map(|row| Some(row.1)))),
        (
            "months",
            integers(rows.iter().map(|row| i64::from(row.1.months()))),
        ),
        ("parts", integers(rows.iter().map(|row| row.2))),
        (
            "is_last",
            flags(rows.iter().map(|row| Some(row.0.end() == row.1.end()))),
        ),
    ])
}
