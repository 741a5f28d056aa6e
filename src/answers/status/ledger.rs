//! What each unit owes to the open collections, entered one collection at a time.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::answer::{CollectionStatus, Owed, State};
use crate::answers::came::{CameFile, FileState, fits_name};
use crate::answers::delivered::DeliveredReport;
use crate::geography::{AGENCY, Owing, UnitKey, fulfilled_by};
use crate::period::Period;
use crate::plan::Plan;

/// A form and a period for which reports are owed.
pub(super) struct OpenCollection<'a> {
    pub(super) form: String,
    pub(super) period: Period,
    /// The period as the lake writes it.
    pub(super) written: String,
    /// Who owes reports.
    pub(super) owing: Owing,
    /// The reports that came for it.
    pub(super) sent: Vec<&'a DeliveredReport>,
    /// Form, period and unit of all reports that the run missed.
    pub(super) lacking: &'a BTreeSet<(String, String, UnitKey)>,
}

/// What the units owe, with the files that came for it.
pub(super) struct Ledger<'a> {
    plan: &'a Plan,
    at: Timestamp,
    came: &'a [CameFile],
    /// The files that stand beside what is owed, by their places in `came`.
    shown: BTreeSet<usize>,
    pub(super) owed: Vec<Owed>,
}

impl<'a> Ledger<'a> {
    /// An empty ledger. Reports are overdue by the time `at`.
    pub(super) fn new(plan: &'a Plan, at: Timestamp, came: &'a [CameFile]) -> Self {
        Self {
            plan,
            at,
            came,
            shown: BTreeSet::new(),
            owed: Vec::new(),
        }
    }

    /// Enters what some senders, or those of them that are asked for, owe to a collection. None if they owe it nothing.
    pub(super) fn enter(
        &mut self,
        collection: &OpenCollection<'_>,
        asked: Option<&BTreeSet<UnitKey>>,
    ) -> Option<CollectionStatus> {
        let owing = collection.owing.senders.iter();
        let mut states: BTreeMap<&'static str, usize> = BTreeMap::new();
        let (mut accepted, mut expected) = (0, 0);
        for unit in owing.filter(|unit| asked.is_none_or(|asked| asked.contains(unit))) {
            let row = self.row(collection, unit);
            *states.entry(row.state.as_str()).or_default() += 1;
            accepted += usize::from(row.state.is_accepted());
            expected += 1;
            self.owed.push(row);
        }
        (expected > 0 || asked.is_none()).then(|| CollectionStatus {
            form: collection.form.clone(),
            period: collection.written.clone(),
            of_agencies: collection.owing.vintage == AGENCY,
            due: collection.owing.due.map(|d| d.to_string()),
            accepted,
            expected,
            states,
        })
    }

    /// The files that stand beside nothing that is owed.
    pub(super) fn left(&self) -> Vec<&'a CameFile> {
        let all = self.came.iter().enumerate();
        let left = all.filter(|(place, _)| !self.shown.contains(place));
        left.map(|(_, file)| file).collect()
    }

    /// What a unit owes to a collection.
    fn row(&mut self, collection: &OpenCollection<'_>, unit: &UnitKey) -> Owed {
        let (plan, period) = (self.plan, collection.period);
        let mut row = Owed {
            form: collection.form.clone(),
            period: collection.written.clone(),
            due: collection.owing.due.map(|d| d.to_string()),
            vintage: unit.vintage.clone(),
            code: unit.code.clone(),
            name: plan.geography.name(unit, period.end()).to_owned(),
            state: State::Missing,
            received_at: None,
            file_name: None,
            revision: None,
            reporter: None,
            errors: None,
            warnings: None,
            files: Vec::new(),
        };
        for (place, file) in self.came.iter().enumerate() {
            if file.is_for(&row.form, &row.period) && file.may_be_of(plan, unit) {
                self.shown.insert(place);
                row.files.push(file.clone());
            }
        }
        let key = (row.form.clone(), row.period.clone(), unit.clone());
        let lacks = collection.lacking.contains(&key);
        settle((plan, self.at), &mut row, unit, collection, lacks);
        if lacks && matches!(row.state, State::Missing | State::Overdue) {
            self.blame_rejected(&mut row, unit, period);
        }
        row
    }

    /// If a file that could not be used names the unit, and no year except that of the period, the report has come with it.
    fn blame_rejected(&mut self, row: &mut Owed, unit: &UnitKey, period: Period) {
        let mut files = self.came.iter().enumerate();
        let found = files.find(|(_, file)| {
            let is_useless = file.form.is_none() && file.state == FileState::Rejected;
            is_useless && fits_name(&file.file_name, period) && file.units.contains(unit)
        });
        if let Some((place, file)) = found {
            self.shown.insert(place);
            row.files.push(file.clone());
            row.state = State::Rejected;
            row.file_name = Some(file.file_name.clone());
            row.received_at = Some(file.received_at.clone());
        }
    }
}

/// Sets the state of a report that a unit owes, from the reports of the collection. `lacks` says that the run found none.
fn settle(
    (plan, at): (&Plan, Timestamp),
    row: &mut Owed,
    unit: &UnitKey,
    collection: &OpenCollection<'_>,
    lacks: bool,
) {
    let (reports, due) = (&collection.sent, collection.owing.due);
    let day = |time: Timestamp| time.to_zoned(plan.zone.clone()).date();
    let entity = plan.geography.entity(unit);
    let own: Vec<&&DeliveredReport> = reports
        .iter()
        .filter(|s| plan.geography.entity(&s.unit) == entity)
        .collect();
    // A table whose rows are units reports for all units.
    let country = plan.geography.country(&unit.vintage);
    let of_all = reports
        .iter()
        .filter(|s| s.is_current && s.unit.code == country.code);
    let instead = if lacks || own.iter().any(|s| !s.is_held) {
        Vec::new()
    } else {
        reports_instead(plan, unit, reports)
    };
    let counts = if lacks {
        None
    } else {
        let current = own.iter().copied().filter(|s| s.is_current);
        let other = instead.iter().max_by_key(|s| s.received_at);
        current
            .max_by_key(|s| s.received_at)
            .or(of_all.max_by_key(|s| s.received_at))
            .or(other)
    };
    let shown = counts.or_else(|| own.iter().copied().max_by_key(|s| s.received_at));
    row.state = match (lacks, shown) {
        (false, _) => {
            // Former units have sent a report when the last one has.
            let first = instead.iter().map(|s| s.received_at).max();
            let first = first.or(own.iter().map(|s| s.received_at).min());
            let first = first.or(shown.map(|s| s.received_at));
            match (first, due) {
                (Some(first), Some(due)) if day(first) > due => State::Late,
                _ => State::OnTime,
            }
        }
        (true, Some(_)) => State::Held,
        (true, None) if due.is_some_and(|due| due < day(at)) => State::Overdue,
        (true, None) => State::Missing,
    };
    if let Some(sent) = shown {
        row.received_at = Some(sent.received_at.to_string());
        row.file_name = Some(sent.file_name.clone());
        row.revision = sent.revision;
        row.reporter.clone_from(&sent.reporter);
        // A list may come in parts, and all of them count.
        let is_part = sent.is_current && plan.geography.entity(&sent.unit) == entity;
        let parts: Vec<&DeliveredReport> = if plan.is_list(&row.form) && is_part {
            own.iter().map(|s| **s).filter(|s| s.is_current).collect()
        } else {
            vec![sent]
        };
        row.errors = Some(parts.iter().map(|s| s.errors).sum());
        row.warnings = Some(parts.iter().map(|s| s.warnings).sum());
    }
}

/// The reports of other units that fulfil the duty of a unit: the first one of each of those units.
fn reports_instead<'r>(
    plan: &Plan,
    unit: &UnitKey,
    reports: &[&'r DeliveredReport],
) -> Vec<&'r DeliveredReport> {
    let of = |s: &DeliveredReport| plan.geography.entity(&s.unit).clone();
    let accepted = || reports.iter().copied().filter(|s| !s.is_held);
    let sent: BTreeSet<UnitKey> = accepted().map(of).collect();
    let units = fulfilled_by(unit, &sent, &plan.geography).into_iter();
    let first = |entity: &UnitKey| {
        let of_unit = accepted().filter(|s| of(s) == *entity);
        of_unit.min_by_key(|s| (s.received_at, s.file_name.clone()))
    };
    units.filter_map(first).collect()
}
