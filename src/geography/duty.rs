//! Which reports are owed, by when, and which are missing or late.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::agencies::{AGENCY, Agency};
use super::report::JudgedReport;
use super::territory::Geography;
use super::unit::UnitKey;
use crate::diagnostic::{Finding, Place, findings};
use crate::period::{Frequency, Period};
use crate::text::Bilingual;

/// A duty to report.
#[derive(Debug, Clone)]
pub struct Duty {
    /// Identifier.
    pub id: String,
    /// Who has it.
    pub owed_by: OwedBy,
    /// Frequency.
    pub frequency: Frequency,
    /// For half-years: the only half that it is for.
    pub half: Option<i8>,
    /// Month of the last day; none for the last month of the period.
    pub due_month: Option<i8>,
    /// Day of the month.
    pub due_day: i8,
    /// Years after the year of the period.
    pub year_offset: i16,
    /// Forms.
    pub forms: Vec<String>,
}

/// Who has a duty to report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OwedBy {
    /// The reporter of this rank in each unit of the territory.
    Units {
        /// The rank.
        rank: i64,
    },
    /// The agencies of these kinds that are in force on the due date.
    Agencies {
        /// The kinds.
        kinds: Vec<String>,
    },
}

impl OwedBy {
    /// The rank of the reporter, if units have the duty.
    #[must_use]
    pub fn rank(&self) -> Option<i64> {
        match self {
            Self::Units { rank } => Some(*rank),
            Self::Agencies { .. } => None,
        }
    }
}

impl Duty {
    fn is_of(&self, form: &str, period: Period) -> bool {
        self.frequency == period.frequency
            && self.half.is_none_or(|half| half == period.number)
            && self.forms.iter().any(|f| f == form)
    }

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

/// The senders that owe a form for a period, all by the same day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owing {
    /// Last day, if a duty gives one.
    pub due: Option<Date>,
    /// The vintage of the units; [`AGENCY`] for agencies.
    pub vintage: String,
    /// The senders.
    pub senders: BTreeSet<UnitKey>,
}

/// Who owes a form for a period: the units of a vintage, unless only agencies have a duty to send the form; and the agencies
/// that have one.
#[must_use]
pub fn owing(form: &str, period: Period, duties: &[Duty], geography: &Geography) -> Vec<Owing> {
    let mut all = Vec::new();
    if units_owe(form, duties) {
        let vintage = owing_vintage(form, period, duties, geography);
        all.push(Owing {
            due: due_date(form, period, duties),
            vintage: vintage.to_owned(),
            senders: geography.units_of(vintage).into_iter().cloned().collect(),
        });
    }
    let of_agencies = duties.iter().filter(|d| d.is_of(form, period));
    for duty in of_agencies {
        let (OwedBy::Agencies { kinds }, Some(due)) = (&duty.owed_by, duty.due(period)) else {
            continue;
        };
        let senders = geography.agencies.owing(kinds, due).into_iter();
        all.push(Owing {
            due: Some(due),
            vintage: AGENCY.to_owned(),
            senders: senders.map(Agency::key).collect(),
        });
    }
    all
}

/// Whether units of the territory owe a form. They owe every form for which nobody else has a duty.
fn units_owe(form: &str, duties: &[Duty]) -> bool {
    let mut of_form = duties.iter().filter(|d| d.forms.iter().any(|f| f == form));
    let is_of_units = |duty: &Duty| duty.owed_by.rank().is_some();
    of_form.clone().next().is_none() || of_form.any(is_of_units)
}

/// The collections that are open: those of accepted reports and those `listed`, each with those who owe a report.
fn open_collections(
    reports: &[JudgedReport],
    listed: &[(String, Period)],
    duties: &[Duty],
    geography: &Geography,
) -> Vec<(Collection, BTreeSet<UnitKey>)> {
    let accepted = reports
        .iter()
        .filter(|r| !r.is_held())
        .map(|r| (r.form().to_owned(), r.report.period));
    let open: BTreeSet<(String, Period)> = accepted.chain(listed.iter().cloned()).collect();
    let owed = |(form, period): (String, Period)| {
        let all = owing(&form, period, duties, geography);
        all.into_iter().map(move |owing| {
            let collection = Collection {
                form: form.clone(),
                period,
                due: owing.due,
                vintage: owing.vintage,
            };
            (collection, owing.senders)
        })
    };
    open.into_iter().flat_map(owed).collect()
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
    if unit.vintage == AGENCY {
        let agencies = geography
            .agencies
            .fulfilled_by(unit, |key| sent.contains(key));
        let ids: BTreeSet<&str> = agencies.iter().map(|a| a.id.as_str()).collect();
        return geography
            .agencies
            .keys()
            .filter(|key| ids.contains(key.code.as_str()))
            .collect();
    }
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

/// The due date of a form for units, from the duty of the reporter with the first rank.
#[must_use]
pub fn due_date(form: &str, period: Period, duties: &[Duty]) -> Option<Date> {
    let of_form = duties.iter().filter(|d| d.is_of(form, period));
    of_form
        .filter_map(|d| Some((d.owed_by.rank()?, d.id.as_str(), d)))
        .min_by_key(|(rank, id, _)| (*rank, *id))
        .and_then(|(.., d)| d.due(period))
}

/// The due date of a form for a sender.
#[must_use]
pub fn due_date_of(
    sender: &UnitKey,
    form: &str,
    period: Period,
    duties: &[Duty],
    geography: &Geography,
) -> Option<Date> {
    let Some(agency) = geography.agencies.of(sender) else {
        return due_date(form, period, duties);
    };
    let mut of_form = duties.iter().filter(|d| d.is_of(form, period));
    let of_kind = |d: &&Duty| matches!(&d.owed_by, OwedBy::Agencies { kinds } if kinds.contains(&agency.kind));
    of_form.find(of_kind)?.due(period)
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
    for (collection, senders) in open_collections(reports, listed, duties, geography) {
        // A superseded table by units no longer counts as the report of its units.
        let sent: BTreeSet<UnitKey> = reports
            .iter()
            .filter(|r| !r.is_held() && r.form() == collection.form)
            .filter(|r| r.report.period == collection.period)
            .filter(|r| r.is_current() || !r.dossier().unit_claim.by_unit)
            .flat_map(|r| r.report.units())
            .map(|u| geography.entity(&u).clone())
            .collect();
        for unit in &senders {
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

/// A due date as findings write it; nothing where none is known.
fn due_text(due: Option<Date>) -> Bilingual {
    due.map_or_else(Bilingual::default, |date| {
        findings::th404::Due {
            date: date.to_string(),
        }
        .words()
    })
}

/// Warns about each report whose first version was received after its due date.
pub fn reports_after_their_due_date(
    reports: &mut [JudgedReport],
    duties: &[Duty],
    geography: &Geography,
    zone: &TimeZone,
) {
    let accepted = reports.iter_mut().filter(|r| !r.is_held());
    for judged in accepted.filter(|r| r.revision == 1) {
        let (sender, period) = (&judged.report.unit, judged.report.period);
        let Some(due) = due_date_of(sender, judged.form(), period, duties, geography) else {
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
