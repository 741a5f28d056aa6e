//! `tonghop status`: the state of every expected report of every open collection, from the lake alone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use super::asked::{AskedUnits, NameError, QuestionError, check_period, form_code};
use super::came::{CameFile, FileState, file_stem, files_that_came, fits_name, likely_period};
use super::delivered::{DeliveredReport, lacking, rejected, sent};
use crate::geography::{UnitKey, due_date, fulfilled_by, owing_vintage};
use crate::lake::{Snapshot, check_owner};
use crate::period::Period;
use crate::plan::Plan;
use crate::query::open_engine;
use crate::run::read_findings;

/// The state of a report that a unit owes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Accepted; the first revision came by the due date.
    OnTime,
    /// Accepted; the first revision came after the due date.
    Late,
    /// Received and held back.
    Held,
    /// A file with the unit's name came and could not be used.
    Rejected,
    /// Missing, not due yet.
    Missing,
    /// Missing, past the due date.
    Overdue,
}

impl State {
    /// All states, best first.
    pub const ALL: [Self; 6] = [
        Self::OnTime,
        Self::Late,
        Self::Held,
        Self::Rejected,
        Self::Missing,
        Self::Overdue,
    ];

    /// The word in CSV and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OnTime => "on_time",
            Self::Late => "late",
            Self::Held => "held",
            Self::Rejected => "rejected",
            Self::Missing => "missing",
            Self::Overdue => "overdue",
        }
    }

    /// Whether the report counts.
    #[must_use]
    pub fn is_accepted(self) -> bool {
        matches!(self, Self::OnTime | Self::Late)
    }
}

/// A report that a unit owes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Owed {
    /// Form.
    pub form: String,
    /// Period.
    pub period: String,
    /// The due date, if a duty sets one.
    pub due: Option<String>,
    /// Vintage of the unit's geography.
    pub vintage: String,
    /// Code of the unit.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its state.
    pub state: State,
    /// When the current revision was received. For a held back or rejected report: when that was received.
    pub received_at: Option<String>,
    /// Its file.
    pub file_name: Option<String>,
    /// Number of the revision, from 1.
    pub revision: Option<i64>,
    /// Who sent it.
    pub reporter: Option<String>,
    /// Findings of severity error.
    pub errors: Option<i64>,
    /// Findings of severity warning.
    pub warnings: Option<i64>,
    /// Every file that came for it, in the order in which they came.
    pub files: Vec<CameFile>,
}

/// A file that came for a unit and belongs to none of the collections shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OtherFile {
    /// Vintage of the unit's geography.
    pub vintage: String,
    /// Code of the unit.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The file.
    #[serde(flatten)]
    pub file: CameFile,
}

/// A form and a period for which reports are owed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CollectionStatus {
    /// Form.
    pub form: String,
    /// Period.
    pub period: String,
    /// The due date.
    pub due: Option<String>,
    /// Units whose report counts.
    pub accepted: usize,
    /// Units that owe one.
    pub expected: usize,
    /// Units by state.
    pub states: BTreeMap<&'static str, usize>,
}

/// The state of all open collections.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Status {
    /// The snapshot.
    pub snapshot: String,
    /// The time at which reports are judged overdue.
    pub at: String,
    /// The open collections.
    pub collections: Vec<CollectionStatus>,
    /// Every expected report, by collection and unit.
    pub owed: Vec<Owed>,
    /// Files of a unit that are held back or could not be used, and that belong to none of the collections.
    pub other_files: Vec<OtherFile>,
    /// Files that could not be used and that no unit's name matches.
    pub rejected: Vec<String>,
    /// The collections that are open and were not asked for: form and period.
    #[serde(skip)]
    pub also_open: Vec<(String, String)>,
}

/// Which collections to show.
#[derive(Debug, Clone, Default)]
pub struct StatusQuestion {
    /// Only this form.
    pub form: Option<String>,
    /// Only this period.
    pub period: Option<String>,
    /// Only this unit, by code, name, or vintage and code.
    pub unit: Option<String>,
}

impl StatusQuestion {
    /// The question with the form as the pipeline writes it and the units that are meant.
    fn checked(&self, plan: &Plan) -> Result<(Self, Option<BTreeSet<UnitKey>>), NameError> {
        let form = self.form.as_deref().map(|form| form_code(plan, form));
        if let Some(asked) = &self.period {
            check_period(plan, asked)?;
        }
        let units = self.unit.as_deref().map(|unit| {
            // A unit that ended owes what its own periods ask for, its successor of the same name the rest.
            Ok(AskedUnits::find(plan, unit)?.all())
        });
        let question = Self {
            form: form.transpose()?,
            ..self.clone()
        };
        Ok((question, units.transpose()?))
    }
}

/// Reads the state of all open collections from the current snapshot of a lake. Needs no lock on the lake.
///
/// # Errors
/// If there is no lake, it belongs to another pipeline, or it cannot be read.
pub async fn status(
    plan: &Plan,
    lake: &Path,
    at: Timestamp,
    question: &StatusQuestion,
) -> Result<Status, QuestionError> {
    let (question, units) = question.checked(plan)?;
    let is_asked = |unit: &UnitKey| units.as_ref().is_none_or(|units| units.contains(unit));
    let snapshot = Snapshot::current(lake)?;
    check_owner(lake, &plan.id)?;
    let engine = open_engine(&snapshot)?;
    let mut sent = sent(&engine).await?;
    let lacking = lacking(&engine).await?;
    let mut rejected = rejected(&engine).await?;
    let listed = snapshot
        .about()?
        .map(|about| about.collections)
        .unwrap_or_default();
    let all = open_collections(&sent, &lacking, &listed);
    let mut came = files_that_came(plan, &snapshot, &read_findings(&snapshot)?)?;
    let placed = place_open_reports(plan, &all, &mut came);
    sent.extend(placed);
    let (open, also_open): (BTreeSet<_>, BTreeSet<_>) = all.into_iter().partition(|of| {
        let form = question.form.as_ref().is_none_or(|form| *form == of.0);
        form && question
            .period
            .as_ref()
            .is_none_or(|period| *period == of.2)
    });

    let mut owed = Vec::new();
    let mut collections = Vec::new();
    let mut accounted = BTreeSet::new();
    let mut shown_files = BTreeSet::new();
    for (form, period, written) in open {
        let due = due_date(&form, period, &plan.duties);
        let vintage = owing_vintage(&form, period, &plan.duties, &plan.geography);
        let own: Vec<&DeliveredReport> = sent
            .iter()
            .filter(|s| s.form == form && s.period == written)
            .collect();
        let from = owed.len();
        let of_collection: Vec<(usize, &CameFile)> = came
            .iter()
            .enumerate()
            .filter(|(_, c)| c.is_for(&form, &written))
            .collect();
        let owing = plan.geography.units_of(vintage).into_iter();
        for unit in owing.filter(|unit| is_asked(unit)) {
            let lacks = lacking.contains(&(form.clone(), written.clone(), unit.clone()));
            let mut row = Owed {
                form: form.clone(),
                period: written.clone(),
                due: due.map(|d| d.to_string()),
                ..Owed::missing(unit, plan.geography.name(unit, period.end()))
            };
            for (n, file) in of_collection
                .iter()
                .filter(|(_, c)| c.may_be_of(plan, unit))
            {
                shown_files.insert(*n);
                row.files.push((*file).clone());
            }
            let by_name = lacks
                .then(|| named(plan, &rejected, unit, period))
                .flatten();
            settle(plan, &mut row, unit, &own, lacks, due, at);
            if let (Some((name, received_at)), true) = (
                by_name,
                matches!(row.state, State::Missing | State::Overdue),
            ) {
                accounted.insert(name.clone());
                let file = came.iter().find(|c| c.file_name == name);
                row.files.extend(file.cloned());
                row.state = State::Rejected;
                row.file_name = Some(name);
                row.received_at = Some(received_at.to_string());
            }
            owed.push(row);
        }
        let rows = &owed[from..];
        if rows.is_empty() && units.is_some() {
            // The unit owes nothing to this collection.
            continue;
        }
        let mut states: BTreeMap<&'static str, usize> = BTreeMap::new();
        for row in rows {
            *states.entry(row.state.as_str()).or_default() += 1;
        }
        collections.push(CollectionStatus {
            form,
            period: written,
            due: due.map(|d| d.to_string()),
            accepted: rows.iter().filter(|r| r.state.is_accepted()).count(),
            expected: rows.len(),
            states,
        });
    }
    let is_shown =
        |n: usize, file: &CameFile| shown_files.contains(&n) || accounted.contains(&file.file_name);
    let left = came.iter().enumerate().filter(|(n, c)| !is_shown(*n, c));
    let left = left.map(|(_, file)| file);
    let other_files = other_files(plan, left, &question, units.as_ref());
    let named: BTreeSet<&str> = other_files
        .iter()
        .map(|o| o.file.file_name.as_str())
        .collect();
    rejected.retain(|(name, _)| !accounted.contains(name) && !named.contains(name.as_str()));
    // A file of no known unit is nothing about one unit.
    rejected.retain(|_| units.is_none());
    Ok(Status {
        snapshot: snapshot.id,
        at: at.to_string(),
        collections,
        owed,
        rejected: rejected.into_iter().map(|(name, _)| name).collect(),
        other_files,
        also_open: also_open
            .into_iter()
            .map(|(form, _, period)| (form, period))
            .collect(),
    })
}

impl Owed {
    /// What a unit of this name owes, when nothing has come.
    fn missing(unit: &UnitKey, name: &str) -> Self {
        Self {
            form: String::new(),
            period: String::new(),
            due: None,
            vintage: unit.vintage.clone(),
            code: unit.code.clone(),
            name: name.to_owned(),
            state: State::Missing,
            received_at: None,
            file_name: None,
            revision: None,
            reporter: None,
            errors: None,
            warnings: None,
            files: Vec::new(),
        }
    }
}

/// The files of `left` that count nowhere, of units and collections that are asked for.
fn other_files<'c>(
    plan: &Plan,
    left: impl Iterator<Item = &'c CameFile>,
    question: &StatusQuestion,
    units: Option<&BTreeSet<UnitKey>>,
) -> Vec<OtherFile> {
    // What a file does not say may be what is asked for.
    let may_be = |asked: Option<&String>, own: Option<&String>| {
        asked.is_none_or(|asked| own.is_none_or(|own| own == asked))
    };
    let others = left.filter(|file| {
        let counts = matches!(file.state, FileState::Counts | FileState::Superseded);
        !counts
            && may_be(question.form.as_ref(), file.form.as_ref())
            && may_be(question.period.as_ref(), file.period.as_ref())
    });
    others
        .filter_map(|file| {
            let unit = unit_of(plan, file, units)?;
            Some(OtherFile {
                name: plan.geography.name(&unit, Date::MAX).to_owned(),
                vintage: unit.vintage,
                code: unit.code,
                file: file.clone(),
            })
        })
        .collect()
}

/// The unit that a file is of; none if that is not known, or it is none of those asked for. Of several vintages, that in
/// force when the file came.
fn unit_of(plan: &Plan, file: &CameFile, asked: Option<&BTreeSet<UnitKey>>) -> Option<UnitKey> {
    let day = file.received.to_zoned(plan.zone.clone()).date();
    let vintage = plan.geography.vintage_on(day);
    let units = || file.units.iter();
    let unit = units().find(|u| u.vintage == vintage).or(units().next())?;
    let is_asked = asked.is_none_or(|asked| units().any(|u| asked.contains(u)));
    is_asked.then(|| unit.clone())
}

/// Gives each held report whose period or vintage is open to the collection that it most likely is for, and returns what
/// that is for the units it may be of.
fn place_open_reports(
    plan: &Plan,
    collections: &BTreeSet<(String, Period, String)>,
    came: &mut [CameFile],
) -> Vec<DeliveredReport> {
    let mut placed = Vec::new();
    for file in came.iter_mut().filter(|c| c.state == FileState::Held) {
        let Some(form) = file.form.clone() else {
            continue;
        };
        let known: Option<Period> = file.period.as_ref().and_then(|p| p.parse().ok());
        let periods = collections.iter().filter(|(of, ..)| *of == form);
        let periods = periods.map(|(_, period, _)| *period);
        let Some(period) = known.or_else(|| likely_period(plan, &form, file, periods)) else {
            continue;
        };
        let is_settled = file.period.is_some() && file.units.len() == 1;
        file.collection = Some(period.to_string());
        if is_settled {
            continue;
        }
        let vintage = owing_vintage(&form, period, &plan.duties, &plan.geography);
        for unit in file.units.iter().filter(|unit| unit.vintage == vintage) {
            placed.push(DeliveredReport {
                form: form.clone(),
                period: period.to_string(),
                unit: unit.clone(),
                is_current: false,
                is_held: true,
                received_at: file.received,
                file_name: file.file_name.clone(),
                revision: None,
                reporter: None,
                errors: i64::try_from(file.why.len()).unwrap_or(i64::MAX),
                warnings: 0,
            });
        }
    }
    placed
}

/// The open collections: form, period, and the period as text. A collection is open if a current report,
/// a missing report or the list of collections names it.
fn open_collections(
    sent: &[DeliveredReport],
    lacking: &BTreeSet<(String, String, UnitKey)>,
    listed: &[(String, String)],
) -> BTreeSet<(String, Period, String)> {
    let current = sent.iter().filter(|s| s.is_current);
    let current = current.map(|s| (&s.form, &s.period));
    let missing = lacking.iter().map(|(form, period, _)| (form, period));
    let listed = listed.iter().map(|(form, period)| (form, period));
    current
        .chain(missing)
        .chain(listed)
        .filter_map(|(form, period)| Some((form.clone(), period.parse().ok()?, period.clone())))
        .collect()
}

/// Sets the state of a report that a unit owes, from the reports of the collection.
fn settle(
    plan: &Plan,
    row: &mut Owed,
    unit: &UnitKey,
    reports: &[&DeliveredReport],
    lacks: bool,
    due: Option<Date>,
    at: Timestamp,
) {
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

/// A rejected file whose name mentions the unit, and no year except that of the period.
fn named(
    plan: &Plan,
    rejected: &[(String, Timestamp)],
    unit: &UnitKey,
    period: Period,
) -> Option<(String, Timestamp)> {
    let fits = |name: &str| {
        let stem: String = file_stem(name).replace(['_', '-'], " ");
        fits_name(name, period)
            && plan
                .geography
                .mentioned(&stem, &plan.vocabulary.folder)
                .contains(unit)
    };
    rejected.iter().find(|(name, _)| fits(name)).cloned()
}
