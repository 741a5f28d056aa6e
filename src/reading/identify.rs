//! Who a table is of: from its words, its rows, or the names around it, with the evidence.

use std::collections::{BTreeMap, BTreeSet};

use super::submission::Submission;
use crate::diagnostic::{Finding, Message, Place, findings};
use crate::extract::{LocatedCell, SheetTable, Stated};
use crate::geography::{
    Aspect, Basis, ClaimedReport, Evidence, Geography, Identified, ReporterClaim, UnitKey,
};
use crate::plan::Plan;
use crate::text::one_line;

/// Which units a report may be of, and why.
#[derive(Default)]
pub(super) struct Identification {
    /// The units that may be meant.
    pub(super) candidates: BTreeSet<UnitKey>,
    /// The evidence for them.
    pub(super) evidence: Option<Evidence>,
    /// A finding that is worth knowing.
    pub(super) note: Option<Finding>,
    /// Why the report has to be held back.
    pub(super) fault: Option<Finding>,
}

/// What a table says of its unit.
pub(super) fn claim_of(table: &SheetTable) -> ReporterClaim {
    ReporterClaim {
        reporter: table.title.reporter.as_ref().map(|s| s.text.clone()),
        code: table.title.unit_code.as_ref().map(|s| s.text.clone()),
    }
}

/// The name of a file without folders and ending.
pub(super) fn stem_of(file_name: &str) -> &str {
    let name = file_name.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// One answer with the words that gave it.
pub(super) fn evidence(
    aspect: Aspect,
    answer: Option<String>,
    basis: Basis,
    stated: Option<&Stated>,
) -> Evidence {
    Evidence {
        aspect,
        answer,
        basis,
        text: stated.map(|s| one_line(&s.text)),
        cell: stated.map(|s| s.at.to_string()),
    }
}

/// Records who sent the report, and what it says of its vintage and its sending. Returns whom its words name.
pub(super) fn identify_sender(
    plan: &Plan,
    table: &SheetTable,
    report: &mut ClaimedReport,
) -> Identified {
    let title = &table.title;
    let (reporters, folder) = (&plan.reporters, &plan.vocabulary.folder);
    let identified = plan.geography.identify(&claim_of(table), reporters, folder);
    let dossier = &mut report.dossier;
    dossier.reporter.clone_from(&identified.reporter);
    let basis = match dossier.reporter {
        Some(_) => Basis::Words,
        None => Basis::Unnamed,
    };
    let (reporter, stated) = (dossier.reporter.clone(), title.reporter.as_ref());
    let of_reporter = evidence(Aspect::Reporter, reporter, basis, stated);
    let vintage = title.geography.as_ref().map(|(stated, _)| stated);
    let of_vintage = evidence(Aspect::Vintage, None, Basis::Open, vintage);
    let sending = title.sending.as_ref().map(|(stated, _)| stated);
    let basis = sending.map_or(Basis::Unstated, |_| Basis::Words);
    let number = Some(dossier.sending.to_string());
    let of_sending = evidence(Aspect::Sending, number, basis, sending);
    let all = [of_reporter, of_vintage, of_sending];
    dossier.evidence.extend(all);
    identified
}

/// Finds the units that a report may be of: from its words, else from the name of the sheet, the other forms of the file,
/// or the name of the file.
pub(super) fn identify(
    plan: &Plan,
    submission: &Submission,
    table: &SheetTable,
    siblings: &[&BTreeSet<UnitKey>],
    report: &ClaimedReport,
    identified: Identified,
) -> Identification {
    let claim = claim_of(table);
    let title = &table.title;
    let of_unit = |basis, stated| Some(evidence(Aspect::Unit, None, basis, stated));
    if identified.contradiction {
        let text = claim.reporter.unwrap_or_default();
        let code = identified.code.unwrap_or_default();
        let contradiction = findings::TH411 { text, code };
        return Identification {
            evidence: of_unit(Basis::Contradiction, title.reporter.as_ref()),
            fault: Some(contradiction.at(report.unit_place())),
            ..Identification::default()
        };
    }
    let stated = title.reporter.as_ref().or(title.unit_code.as_ref());
    if !identified.units.is_empty() {
        let basis = match (&claim.reporter, &identified.code) {
            (Some(_), Some(_)) => Basis::NameAndCode,
            (None, Some(_)) => Basis::Code,
            _ => Basis::Name,
        };
        return Identification {
            candidates: identified.units,
            evidence: of_unit(basis, stated),
            ..Identification::default()
        };
    }
    if report.is_held() {
        return Identification::default();
    }
    if let Some(text) = claim.reporter.or(claim.code) {
        let folder = &plan.vocabulary.folder;
        let nearest = plan.geography.nearest_names(&text, &plan.reporters, folder);
        let unknown = findings::TH410 { text, nearest };
        return Identification {
            evidence: of_unit(Basis::Unknown, stated),
            fault: Some(unknown.at(report.unit_place())),
            ..Identification::default()
        };
    }
    identify_by_surroundings(plan, submission, table, siblings, report.place())
}

/// Finds the units from the name of the sheet, else the other forms of the file if they agree, else the name of the file.
fn identify_by_surroundings(
    plan: &Plan,
    submission: &Submission,
    table: &SheetTable,
    siblings: &[&BTreeSet<UnitKey>],
    place: Place,
) -> Identification {
    let (geography, folder) = (&plan.geography, &plan.vocabulary.folder);
    let file_stem = stem_of(&submission.file_name);
    let from_sheet = table
        .sheet
        .as_deref()
        .map(|name| geography.mentioned(name, folder))
        .unwrap_or_default();
    let agreed_sibling = siblings
        .first()
        .filter(|first| siblings.iter().all(|s| s == *first))
        .map(|s| (*s).clone());
    let (candidates, basis, source) = if !from_sheet.is_empty() {
        let sheet = table.sheet.clone().unwrap_or_default();
        (from_sheet, Basis::NameOfTheSheet, sheet)
    } else if let Some(units) = agreed_sibling {
        let file = submission.file_name.clone();
        (units, Basis::OtherFormOfTheFile, file)
    } else {
        let units = geography.mentioned(file_stem, folder);
        (units, Basis::NameOfTheFile, file_stem.to_owned())
    };
    if candidates.is_empty() {
        return Identification {
            evidence: Some(evidence(Aspect::Unit, None, Basis::Unstated, None)),
            fault: Some(findings::TH416.at(place)),
            ..Identification::default()
        };
    }
    Identification {
        candidates,
        note: Some(findings::TH415 { whence: &source }.at(place)),
        evidence: Some(Evidence {
            text: Some(source),
            ..evidence(Aspect::Unit, None, basis, None)
        }),
        fault: None,
    }
}

/// Rows that a message names one by one.
const NAMED_ROWS: usize = 5;

/// The rows of a table whose rows are units, and the vintages in which they are units.
struct UnitRows<'a> {
    /// A cell of each row, by the number of the row in the form.
    rows: BTreeMap<usize, &'a LocatedCell>,
    /// The labels of the form's rows.
    labels: Vec<&'a str>,
}

impl<'a> UnitRows<'a> {
    fn of(plan: &'a Plan, table: &'a SheetTable) -> Self {
        let form = &plan.vocabulary.forms[table.form];
        Self {
            rows: table.cells.iter().rev().map(|c| (c.row, c)).collect(),
            labels: form.rows.iter().map(|row| row.label.as_str()).collect(),
        }
    }

    /// The rows that are no unit of a vintage, in the order of the sheet.
    fn lacking(&self, vintage: &str) -> Vec<&'a LocatedCell> {
        let has = |c: &LocatedCell| c.area.as_ref().is_some_and(|a| a.contains_key(vintage));
        let mut lacking: Vec<_> = self.rows.values().copied().filter(|c| !has(c)).collect();
        lacking.sort_by_key(|c| c.at);
        lacking
    }

    /// Rows by label and cell, the first few of them.
    fn named(&self, cells: &[&LocatedCell]) -> String {
        let mut names: Vec<String> = cells
            .iter()
            .take(NAMED_ROWS)
            .map(|c| format!("`{}` ({})", self.labels[c.row], c.at))
            .collect();
        if cells.len() > NAMED_ROWS {
            names.push(format!("… (+{})", cells.len() - NAMED_ROWS));
        }
        names.join(", ")
    }
}

/// Finds the vintages on which a table whose rows are units may stand: those in which each of its rows is a unit. The table
/// is the country's; if its rows are all units of one vintage alone, it is that vintage's.
pub(super) fn identify_by_rows(
    plan: &Plan,
    table: &SheetTable,
    report: &ClaimedReport,
) -> Identification {
    let geography = &plan.geography;
    let unit_rows = UnitRows::of(plan, table);
    let vintages: Vec<(&str, Vec<&LocatedCell>)> = geography
        .vintages
        .iter()
        .map(|(vintage, _)| (vintage.as_str(), unit_rows.lacking(vintage)))
        .collect();
    let claim = &report.dossier.unit_claim;
    let stated = claim.stated_vintage.as_deref();
    let decided = report.dossier.rulings.vintage.is_some();
    let mut candidates: BTreeSet<UnitKey> = vintages
        .iter()
        .filter(|(_, lacking)| lacking.is_empty())
        .map(|(vintage, _)| geography.country(vintage))
        .collect();
    if stated.is_none() && !decided {
        narrow_to_complete(&mut candidates, unit_rows.rows.len(), geography);
    }
    let first = unit_rows.rows.values().map(|c| c.at).min();
    let of_rows = |basis| {
        Some(Evidence {
            cell: first.map(|at| at.to_string()),
            ..evidence(Aspect::Unit, None, basis, None)
        })
    };
    let contradicted = stated.filter(|_| !decided).and_then(|stated| {
        let mut all = vintages.iter();
        all.find(|(vintage, lacking)| *vintage == stated && !lacking.is_empty())
    });
    let fault: Option<(Message, &[&LocatedCell])> = match contradicted {
        _ if report.is_held() => None,
        Some((vintage, lacking)) => {
            let rows = unit_rows.named(lacking);
            let vintage = *vintage;
            Some((findings::TH432 { vintage, rows }.into(), lacking))
        }
        None if candidates.is_empty() => {
            let all: Vec<String> = vintages
                .iter()
                .map(|(vintage, lacking)| format!("{vintage}: {}", unit_rows.named(lacking)))
                .collect();
            let rows = all.join("; ");
            // The row at fault is more likely one of the few than of the many.
            let fewest = vintages.iter().min_by_key(|(_, lacking)| lacking.len());
            let at_fault = fewest.map_or(&[][..], |(_, lacking)| lacking);
            Some((findings::TH430 { rows }.into(), at_fault))
        }
        None => None,
    };
    let basis = match fault {
        Some(_) => Basis::Contradiction,
        None => Basis::Rows,
    };
    Identification {
        candidates,
        evidence: of_rows(basis),
        note: None,
        fault: fault.map(|(message, cells)| {
            message.at(Place {
                cell: cells.first().map(|c| c.at.to_string()),
                ..report.place()
            })
        }),
    }
}

/// Keeps the one candidate of whose vintage the table has all units: names of a later vintage may all have been names
/// before.
fn narrow_to_complete(candidates: &mut BTreeSet<UnitKey>, rows: usize, geography: &Geography) {
    let all_of = |country: &&UnitKey| rows == geography.units_of(&country.vintage).len();
    let mut complete = candidates.iter().filter(all_of);
    if let (Some(only), None) = (complete.next(), complete.next()) {
        *candidates = BTreeSet::from([only.clone()]);
    }
}
