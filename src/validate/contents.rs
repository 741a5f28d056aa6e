//! Which columns hold exactly the same figures.

use std::collections::{BTreeMap, HashMap};

use rust_decimal::Decimal;

use crate::geography::PlacedReport;

/// A figure of a column: its indicator, members and value.
type Figure<'r> = (&'r str, &'r str, Decimal);

/// Gives columns with the same figures the same number, so that copies are found without comparing column with column.
#[derive(Default)]
pub(super) struct Contents<'r>(HashMap<Vec<Figure<'r>>, i64>);

impl<'r> Contents<'r> {
    /// The number of what each column of a report holds, by the number of the column. `column` is the column of a value.
    /// Zero, nil and blank cells do not count; a column of nothing else has no number.
    pub(super) fn of(
        &mut self,
        report: &'r PlacedReport,
        column: impl Fn(&'r crate::normalize::Observation) -> Option<i64>,
    ) -> BTreeMap<i64, i64> {
        let mut held: BTreeMap<i64, Vec<Figure<'r>>> = BTreeMap::new();
        for o in &report.dossier.content.observations {
            let value = o.value.filter(|value| !value.is_zero());
            if let Some((value, column)) = value.zip(column(o)) {
                let figure = (o.indicator.as_str(), o.members.as_str(), value.normalize());
                held.entry(column).or_default().push(figure);
            }
        }
        let numbered = held.into_iter().map(|(column, mut figures)| {
            figures.sort_unstable();
            let next = self.0.len() as i64;
            (column, *self.0.entry(figures).or_insert(next))
        });
        numbered.collect()
    }
}
