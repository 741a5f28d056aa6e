//! Which reports are owed, by when, and which are missing or late.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::report::JudgedReport;
use super::territory::Geography;
use super::unit::UnitKey;
use crate::diagnostic::{Finding, Place, findings};
use crate::period::{Frequency, Period};

/// A duty to report.
#[derive(Debug, Clone)]
pub struct Duty {
    /// Identifier.
    pub id: String,
    /// Rank of the reporter that has the duty.
    pub rank: i64,
    /// Frequency.
    pub frequency: Frequency,
    /// Month of the last day; none for the last month of the period.
    pub due_month: Option<i8>,
    /// Day of the month.
    pub due_day: i8,
    /// Years after the year of the period.
    pub year_offset: i16,
    /// Forms.
    pub forms: Vec<String>,
}

impl Duty {
    fn due(&self, period: Period) -> Option<Date> {
        let month = self.due_month.unwrap_or_else(|| period.end().month());
        Date::new(period.year + self.year_offset, month, self.due_day).ok()
    }
}

/// A form and a period for which reports are owed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Collection {
    /// Form.
    pub form: String,
    /// Period.
    pub period: Period,
    /// Last day, if a duty gives one.
    pub due: Option<Date>,
    /// Vintage whose units owe a report.
    pub vintage: String,
}

/// A report that is owed and missing.
#[derive(Debug, Clone)]
pub struct Missing {
    /// The collection.
    pub collection: Collection,
    /// The unit.
    pub unit: UnitKey,
}

/// The collections that are open: those of accepted reports and those `listed`.
fn open_collections(
    reports: &[JudgedReport],
    listed: &[(String, Period)],
    duties: &[Duty],
    geography: &Geography,
) -> BTreeSet<Collection> {
    let accepted = reports
        .iter()
        .filter(|r| !r.is_held())
        .map(|r| (r.form().to_owned(), r.report.period));
    accepted
        .chain(listed.iter().cloned())
        .map(|(form, period)| Collection {
            due: due_date(&form, period, duties),
            vintage: owing_vintage(&form, period, duties, geography).to_owned(),
            form,
            period,
        })
        .collect()
}

/// The vintage whose units owe a form for a period: the one that the period belongs to; if the period holds the day of a
/// change, the one in force on the due date.
#[must_use]
pub fn owing_vintage<'a>(
    form: &str,
    period: Period,
    duties: &[Duty],
    geography: &'a Geography,
) -> &'a str {
    let on_due_date = || {
        let due = due_date(form, period, duties);
        geography.vintage_on(due.unwrap_or_else(|| period.end()))
    };
    let of_period = geography.vintage_of_period(period);
    of_period.unwrap_or_else(on_due_date)
}

/// The reporting units whose reports fulfil the duty of a unit: its own; else a unit that it became part of; else all its
/// former units together, each by itself or by its own former units. `sent` are the reporting units that reported. Empty if
/// the report is missing.
#[must_use]
pub fn fulfilled_by<'a>(
    unit: &'a UnitKey,
    sent: &BTreeSet<UnitKey>,
    geography: &'a Geography,
) -> BTreeSet<&'a UnitKey> {
    let later = geography.successors(unit).into_iter();
    let later = later.map(|change| geography.entity(&change.to));
    let mut one = std::iter::once(geography.entity(unit)).chain(later);
    match one.find(|entity| sent.contains(*entity)) {
        Some(entity) => BTreeSet::from([entity]),
        None => former_units_that_sent(unit, sent, geography).unwrap_or_default(),
    }
}

/// The former units of a unit that reported in its place; `None` if one of them is missing.
fn former_units_that_sent<'a>(
    unit: &'a UnitKey,
    sent: &BTreeSet<UnitKey>,
    geography: &'a Geography,
) -> Option<BTreeSet<&'a UnitKey>> {
    let former = geography.former_units(unit);
    if former.is_empty() {
        return None;
    }
    let mut all = BTreeSet::new();
    for unit in former {
        let entity = geography.entity(unit);
        if sent.contains(entity) {
            all.insert(entity);
        } else {
            all.extend(former_units_that_sent(unit, sent, geography)?);
        }
    }
    Some(all)
}

/// The due date of a form, from the duty of the reporter with the first rank.
#[must_use]
pub fn due_date(form: &str, period: Period, duties: &[Duty]) -> Option<Date> {
    duties
        .iter()
        .filter(|d| d.frequency == period.frequency && d.forms.iter().any(|f| f == form))
        .min_by_key(|d| (d.rank, d.id.clone()))
        .and_then(|d| d.due(period))
}

/// The reports that are owed and were not accepted. What was reported on another vintage counts as sent.
#[must_use]
pub fn missing_reports(
    reports: &[JudgedReport],
    listed: &[(String, Period)],
    duties: &[Duty],
    geography: &Geography,
) -> Vec<Missing> {
    let mut missing = Vec::new();
    for collection in open_collections(reports, listed, duties, geography) {
        // A superseded table by units no longer counts as the report of its units.
        let sent: BTreeSet<UnitKey> = reports
            .iter()
            .filter(|r| !r.is_held() && r.form() == collection.form)
            .filter(|r| r.report.period == collection.period)
            .filter(|r| r.is_current() || !r.dossier().unit_claim.by_unit)
            .flat_map(|r| r.report.units())
            .map(|u| geography.entity(&u).clone())
            .collect();
        for unit in geography.units_of(&collection.vintage) {
            if fulfilled_by(unit, &sent, geography).is_empty() {
                missing.push(Missing {
                    collection: collection.clone(),
                    unit: unit.clone(),
                });
            }
        }
    }
    missing
}

impl Missing {
    /// The finding that the report is missing.
    #[must_use]
    pub fn finding(&self, geography: &Geography) -> Finding {
        let place = Place {
            form: Some(self.collection.form.clone()),
            unit_vintage: Some(self.unit.vintage.clone()),
            unit_code: Some(self.unit.code.clone()),
            period: Some(self.collection.period.to_string()),
            ..Place::default()
        };
        let name = geography.name(&self.unit, self.collection.period.end());
        let missing = findings::TH404 {
            name,
            form: &self.collection.form,
            period: self.collection.period.to_string(),
            due: due_text(self.collection.due),
        };
        missing.at(place)
    }
}

/// A due date as findings write it.
fn due_text(due: Option<Date>) -> String {
    due.map_or_else(|| "-".to_owned(), |due| due.to_string())
}

/// Warns about each report whose first version was received after its due date.
pub fn reports_after_their_due_date(
    reports: &mut [JudgedReport],
    duties: &[Duty],
    zone: &TimeZone,
) {
    let accepted = reports.iter_mut().filter(|r| !r.is_held());
    for judged in accepted.filter(|r| r.revision == 1) {
        let Some(due) = due_date(judged.form(), judged.report.period, duties) else {
            continue;
        };
        let received = judged.dossier().source.received_on(zone);
        if received > due {
            let late = findings::TH405 {
                received: received.to_string(),
                due: due.to_string(),
            };
            let finding = late.at(judged.report.place());
            judged.add_finding(finding);
        }
    }
}
