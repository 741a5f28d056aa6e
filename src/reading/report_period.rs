//! The period of a report: what its table states, else what the other forms of the file state.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::diagnostic::{Finding, Message, Place, findings};
use crate::extract::{PeriodClaim, SheetTable};
use crate::geography::{Aspect, Basis, Evidence, FoundPeriod};
use crate::period::{Frequency, Period};
use crate::text::one_line;

/// The period that a table states; if it states none, the only one among the `agreed` periods of the file that has one of the
/// form's `frequencies`.
///
/// # Errors
/// A finding, without place but for its cell, if the table contradicts itself or the file leaves the period open.
pub(super) fn claimed_period(
    table: &SheetTable,
    agreed: &BTreeSet<Period>,
    frequencies: &[Frequency],
) -> Result<FoundPeriod, Box<Finding>> {
    match &table.period {
        PeriodClaim::Agreed(period) => {
            let in_title = table.title.periods.iter().any(|(_, p)| p == period);
            Ok((*period, if in_title { Basis::Title } else { Basis::Heads }))
        }
        PeriodClaim::Unstated => {
            let mut fitting = agreed.iter().filter(|p| frequencies.contains(&p.frequency));
            match (fitting.next(), fitting.next()) {
                (Some(only), None) => Ok((*only, Basis::OtherFormOfTheFile)),
                _ => Err(Box::new(findings::TH312.at(Place::default()))),
            }
        }
        PeriodClaim::Unusable(stated) => {
            let place = Place {
                cell: Some(stated.at.to_string()),
                ..Place::default()
            };
            let words = one_line(&stated.text);
            Err(Box::new(findings::TH340 { words }.at(place)))
        }
        PeriodClaim::Contradiction(first, second) => {
            let place = Place {
                cell: Some(second.at.to_string()),
                ..Place::default()
            };
            let contradiction = findings::TH313 {
                first: &first.text,
                first_cell: first.at.to_string(),
                second: &second.text,
            };
            Err(Box::new(contradiction.at(place)))
        }
    }
}

/// The evidence for the period of a report.
pub(super) fn period_evidence(table: &SheetTable, (period, basis): FoundPeriod) -> Evidence {
    let in_title = table.title.periods.iter().find(|(_, p)| *p == period);
    let stated = match basis {
        Basis::Title => in_title.map(|(stated, _)| stated),
        Basis::Heads => table.year_head.as_ref(),
        _ => None,
    };
    Evidence::of(Aspect::Period, Some(period.to_string()), basis, stated)
}

/// The finding about a period that had not begun on the day when the report came, if so.
pub(super) fn not_begun(period: Period, received: Date) -> Option<Message> {
    let message = findings::TH341 {
        period: period.to_string(),
        received: received.to_string(),
    };
    (period.start() > received).then(|| message.into())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_period_has_begun_on_its_first_day() {
        let second_half = Period::half(2025, 2);
        assert!(not_begun(second_half, date(2025, 6, 30)).is_some());
        assert!(not_begun(second_half, date(2025, 7, 1)).is_none());
        assert!(not_begun(Period::annual(2568), date(2025, 12, 20)).is_some());
    }
}
