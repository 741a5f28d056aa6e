//! Compares the printed cells of two editions and gives the reasons for each difference.
//!
//! The reasons come from the sources of the figures behind a cell: which observations only one of the two snapshots has,
//! and how their reports relate to each other.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use arrow::array::RecordBatch;
use serde::Serialize;

use super::edition_contents::EditionContents;
use super::lock::Lock;
use super::locked::LockedTable;
use crate::engine::{Engine, TextColumn};
use crate::geography::{Geography, UnitKey};
use crate::lake::Snapshot;
use crate::plan::Plan;
use crate::query::engine_over;
use crate::reading::RunError;
use crate::tables::{FigureKey, Origin, Table};
use crate::text::{BreakdownColumns, members_sql};

/// Why a printed cell differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A later report states the figure again, such as the actual value after the estimate.
    Revision,
    /// A report was sent again, or a decision changed which report counts.
    Correction,
    /// The figure is made from other units: another geography, or the unit's own report instead of its predecessors' reports.
    Restated,
    /// A form came that was missing before.
    NewForm,
    /// A reported value no longer counts.
    Withdrawn,
    /// The sources are the same, but the definitions or the program changed.
    Definition,
    /// Only this edition prints the cell.
    Added,
    /// Only the earlier edition printed the cell.
    Removed,
    /// The snapshot of the earlier edition is no longer in the lake, so the reason is not known.
    Unknown,
}

impl Reason {
    /// Its code.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Revision => "revision",
            Self::Correction => "correction",
            Self::Restated => "restated",
            Self::NewForm => "new_form",
            Self::Withdrawn => "withdrawn",
            Self::Definition => "definition",
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.as_str().replace('_', " "))
    }
}

/// A printed cell that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CellDifference {
    /// The table.
    pub table: String,
    /// The row's code.
    pub row: String,
    /// Its Vietnamese label, if this edition has the row.
    pub label: Option<String>,
    /// The column's code.
    pub column: String,
    /// Text in the earlier edition.
    pub before: Option<String>,
    /// Text in this edition.
    pub after: Option<String>,
    /// The reasons, in the order of [`Reason`].
    pub reasons: Vec<Reason>,
    /// The names of the files that caused the change.
    pub files: Vec<String>,
}

/// The tables of both snapshots that give the reasons.
const COMPARED: [&str; 4] = ["fact_sources", "reports", "submissions", "observations"];

/// The printed cells that differ between `contents` and the edition of `lock`, in the order of the tables. `earlier` is the
/// snapshot of that edition, if it still exists.
///
/// # Errors
/// If a query fails.
pub async fn differences(
    plan: &Plan,
    contents: &EditionContents,
    lock: &Lock,
    earlier: Option<&Snapshot>,
) -> Result<Vec<CellDifference>, RunError> {
    let changes = match earlier {
        Some(earlier) => {
            let compared = engine_over(earlier, &contents.snapshot, &COMPARED)?;
            Some(Changes::read(compared, &plan.geography).await?)
        }
        None => None,
    };
    let edition = &plan.edition;
    let asked = Causes {
        changes,
        groups: groups(plan),
        other_geography: lock.geography != edition.geography || lock.scheme != edition.scheme,
    };
    let mut found = Vec::new();
    for table in contents.book.tables() {
        let definition = plan.tables.iter().find(|t| t.id == table.id);
        let scenario = definition.map_or("", |definition| definition.scenario());
        let locked = lock.tables.iter().find(|t| t.id == table.id);
        let mut before: BTreeMap<(&str, &str), &str> = locked
            .into_iter()
            .flat_map(LockedTable::printed)
            .map(|(row, column, text)| ((row, column), text))
            .collect();
        for (r, row) in table.rows.iter().enumerate() {
            for (c, (head, cell)) in table.columns.iter().zip(&row.cells).enumerate() {
                let Some(cell) = cell else { continue };
                let printed = before.remove(&(row.id.as_str(), head.id.as_str()));
                if printed == Some(cell.text.as_str()) {
                    continue;
                }
                let why = match printed {
                    Some(_) => asked.why(table, scenario, (r, c)),
                    None => Why::just(Reason::Added),
                };
                found.push(CellDifference {
                    table: table.id.clone(),
                    row: row.id.clone(),
                    label: Some(row.label.vi.clone()),
                    column: head.id.clone(),
                    before: printed.map(str::to_owned),
                    after: Some(cell.text.clone()),
                    reasons: why.reasons.into_iter().collect(),
                    files: why.files.into_iter().collect(),
                });
            }
        }
        let gone = before.into_iter();
        found.extend(gone.map(|(place, text)| removed(&table.id, place, text)));
    }
    for locked in &lock.tables {
        if !contents.book.tables().any(|t| t.id == locked.id) {
            let gone = locked.printed();
            found.extend(gone.map(|(row, column, text)| removed(&locked.id, (row, column), text)));
        }
    }
    Ok(found)
}

/// The reasons for a difference, and the files that caused it.
#[derive(Default)]
struct Why {
    reasons: BTreeSet<Reason>,
    files: BTreeSet<String>,
}

impl Why {
    fn just(reason: Reason) -> Self {
        Self {
            reasons: BTreeSet::from([reason]),
            files: BTreeSet::new(),
        }
    }
}

/// Finds the reasons for a difference.
struct Causes<'a> {
    /// None if the earlier snapshot is gone.
    changes: Option<Changes<'a>>,
    groups: Groups,
    other_geography: bool,
}

impl Causes<'_> {
    /// The reasons for a difference in a cell that both editions print.
    fn why(&self, table: &Table, scenario: &str, (row, column): (usize, usize)) -> Why {
        let Some(changes) = &self.changes else {
            return Why::just(Reason::Unknown);
        };
        let mut why = Why::default();
        for key in figures_behind(table, row, column) {
            changes.explain(&key, scenario, &self.groups, &mut why);
        }
        if self.other_geography {
            why.reasons.insert(Reason::Restated);
        } else if why.reasons.is_empty() {
            why.reasons.insert(Reason::Definition);
        }
        why
    }
}

fn removed(table: &str, (row, column): (&str, &str), text: &str) -> CellDifference {
    CellDifference {
        table: table.to_owned(),
        row: row.to_owned(),
        label: None,
        column: column.to_owned(),
        before: Some(text.to_owned()),
        after: None,
        reasons: vec![Reason::Removed],
        files: Vec::new(),
    }
}

/// The figures of the lake behind a cell, directly or through the cells it is computed from.
fn figures_behind(table: &Table, row: usize, column: usize) -> Vec<FigureKey> {
    let Some(cell) = table.rows[row].cells[column].as_ref() else {
        return Vec::new();
    };
    match &cell.origin {
        // No cell is computed from itself, so the recursion ends.
        Origin::Cells(_, operands) => operands
            .iter()
            .flat_map(|(row, column)| figures_behind(table, *row, *column))
            .collect(),
        origin => origin.figures().to_vec(),
    }
}

/// The units of the country and of each region: geography and code to codes.
type Groups = BTreeMap<(String, String), Vec<String>>;

fn groups(plan: &Plan) -> Groups {
    let mut groups = Groups::new();
    for (vintage, _) in &plan.geography.vintages {
        let units = plan.geography.units_of(vintage);
        let codes = units.into_iter().map(|unit| unit.code.clone()).collect();
        groups.insert((vintage.clone(), plan.country.code.clone()), codes);
    }
    let members = plan.geography.tables.regions.iter();
    for member in members.filter(|m| m.scheme == plan.edition.scheme) {
        let key = (member.unit.vintage.clone(), member.region.clone());
        groups
            .entry(key)
            .or_default()
            .push(member.unit.code.clone());
    }
    groups
}

/// A source that only one of the snapshots has.
struct ChangedSource {
    part: String,
    /// The scenario of its observation, value and weight.
    says: [String; 3],
    report_id: String,
    form: String,
    report_period: String,
    unit: UnitKey,
    file: String,
}

/// The sources that were added and removed, by fact.
struct Changes<'a> {
    geography: &'a Geography,
    /// By the fact: geography, unit, indicator, members, scenario, period.
    by_fact: BTreeMap<[String; 6], (Vec<ChangedSource>, Vec<ChangedSource>)>,
}

/// The sources that only one of the snapshots has, with data of their reports.
const MOVED: &str = "
WITH before AS (
    SELECT geography, unit_code, period, indicator, {breakdowns or '_T'}, scenario, part, report_id, observed_scenario, cell, value, weight
    FROM before_fact_sources
),
after AS (
    SELECT geography, unit_code, period, indicator, {breakdowns or '_T'}, scenario, part, report_id, observed_scenario, cell, value, weight
    FROM after_fact_sources
),
apart AS (
    SELECT 'came' AS side, * FROM ((SELECT * FROM after) EXCEPT (SELECT * FROM before)) AS came
    UNION ALL
    SELECT 'went' AS side, * FROM ((SELECT * FROM before) EXCEPT (SELECT * FROM after)) AS went
),
every_report AS (
    SELECT 'came' AS side, r.report_id, r.form, r.period, r.submission_id FROM after_reports r
    UNION ALL
    SELECT 'went' AS side, r.report_id, r.form, r.period, r.submission_id FROM before_reports r
),
files AS (
    SELECT 'came' AS side, submission_id, min(file_name) AS file_name FROM after_submissions WHERE outcome <> 'duplicate' GROUP BY submission_id
    UNION ALL
    SELECT 'went' AS side, submission_id, min(file_name) AS file_name FROM before_submissions WHERE outcome <> 'duplicate' GROUP BY submission_id
),
told AS (
    SELECT DISTINCT 'came' AS side, report_id, cell, unit_vintage, unit_code FROM after_observations
    UNION ALL
    SELECT DISTINCT 'went' AS side, report_id, cell, unit_vintage, unit_code FROM before_observations
)
SELECT DISTINCT a.side, a.geography, a.unit_code, a.indicator, {members} AS members, a.scenario, a.period, a.part, a.report_id, r.form,
       a.observed_scenario, a.value, a.weight, r.period AS report_period, t.unit_vintage AS told_vintage, t.unit_code AS told_code, f.file_name
FROM apart a
JOIN every_report r ON r.side = a.side AND r.report_id = a.report_id
JOIN told t ON t.side = a.side AND t.report_id = a.report_id AND t.cell = a.cell
LEFT JOIN files f ON f.side = a.side AND f.submission_id = r.submission_id
ORDER BY a.side, a.geography, a.unit_code, a.indicator, members, a.scenario, a.period, a.part, a.report_id
";

impl<'a> Changes<'a> {
    async fn read(
        (engine, breakdowns): (Engine, BreakdownColumns),
        geography: &'a Geography,
    ) -> Result<Self, RunError> {
        let columns = breakdowns.all().iter().map(|id| format!("a.{id}"));
        let members = members_sql(&columns.collect::<Vec<_>>());
        let sql = breakdowns.fill(MOVED).replace("{members}", &members);
        let (_, batches) = engine.query(&sql).await?;
        let mut changes = Self {
            geography,
            by_fact: BTreeMap::new(),
        };
        for batch in &batches {
            changes.add(batch);
        }
        Ok(changes)
    }

    fn add(&mut self, batch: &RecordBatch) {
        let column = |name: &str| TextColumn::read(batch, name);
        let names = [
            "geography",
            "unit_code",
            "indicator",
            "members",
            "scenario",
            "period",
        ];
        let key = names.map(column);
        let says = ["observed_scenario", "value", "weight"].map(column);
        let [side, part, report_id, form] = ["side", "part", "report_id", "form"].map(column);
        let [period, vintage, code, file] =
            ["report_period", "told_vintage", "told_code", "file_name"].map(column);
        for i in 0..batch.num_rows() {
            let text = |column: &TextColumn| column.text(i).to_owned();
            let source = ChangedSource {
                part: text(&part),
                says: says.each_ref().map(text),
                report_id: text(&report_id),
                form: text(&form),
                report_period: text(&period),
                unit: UnitKey {
                    vintage: text(&vintage),
                    code: text(&code),
                },
                file: text(&file),
            };
            let fact = key.each_ref().map(text);
            let (came, went) = self.by_fact.entry(fact).or_default();
            if side.text(i) == "came" {
                came.push(source);
            } else {
                went.push(source);
            }
        }
    }

    /// Adds the reasons why a figure may differ, and the files that caused it.
    fn explain(&self, key: &FigureKey, scenario: &str, groups: &Groups, why: &mut Why) {
        let own = [key.code.clone()];
        let group = groups.get(&(key.geography.clone(), key.code.clone()));
        for unit in group.map_or(own.as_slice(), Vec::as_slice) {
            let fact: [&str; 6] = [
                &key.geography,
                unit,
                &key.indicator,
                &key.members,
                scenario,
                &key.period,
            ];
            let Some((came, went)) = self.by_fact.get(&fact.map(str::to_owned)) else {
                continue;
            };
            let (came, went) = without_repeated(came, went);
            for source in &came {
                why.reasons.insert(self.reason(source, &went));
                why.files.insert(source.file.clone());
            }
            if came.is_empty() && !went.is_empty() {
                why.reasons.insert(Reason::Withdrawn);
                why.files
                    .extend(went.iter().map(|source| source.file.clone()));
            }
        }
    }

    /// The reason why a source was added.
    fn reason(&self, came: &ChangedSource, went: &[&ChangedSource]) -> Reason {
        let same_unit = |w: &&ChangedSource| {
            self.geography.entity(&w.unit) == self.geography.entity(&came.unit)
        };
        let before: Vec<&ChangedSource> = went.iter().copied().filter(same_unit).collect();
        if before.is_empty() {
            return if went.is_empty() {
                Reason::NewForm
            } else {
                Reason::Restated
            };
        }
        let same =
            |w: &&ChangedSource| w.form == came.form && w.report_period == came.report_period;
        match before.iter().copied().find(same) {
            Some(w) if w.report_id == came.report_id && w.part == came.part => Reason::Definition,
            Some(_) => Reason::Correction,
            None => Reason::Revision,
        }
    }
}

/// Added and removed sources, without those that a report states again unchanged.
fn without_repeated<'s>(
    came: &'s [ChangedSource],
    went: &'s [ChangedSource],
) -> (Vec<&'s ChangedSource>, Vec<&'s ChangedSource>) {
    let mut went: Vec<&ChangedSource> = went.iter().collect();
    let mut new = Vec::new();
    for source in came {
        let same = |w: &&ChangedSource| {
            w.part == source.part && w.says == source.says && w.unit == source.unit
        };
        match went.iter().position(same) {
            Some(at) => drop(went.remove(at)),
            None => new.push(source),
        }
    }
    (new, went)
}
