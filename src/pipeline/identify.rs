//! Who a table is of, from its words, its rows, or the names around it, with the evidence.

use std::collections::{BTreeMap, BTreeSet};

use super::Plan;
use super::assemble::Submission;
use crate::diagnostic::{Finding, Place};
use crate::extract::{LocatedCell, SheetTable, Stated};
use crate::geography::{Claim, Evidence, Identified, Report, UnitKey};

pub(super) fn claim_of(table: &SheetTable) -> Claim {
    Claim {
        reporter: table.title.reporter.as_ref().map(|s| s.text.clone()),
        code: table.title.unit_code.as_ref().map(|s| s.text.clone()),
    }
}

/// The name of a file without folders and ending.
pub(super) fn stem_of(file_name: &str) -> &str {
    let name = file_name.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// Rows that a message names one by one.
const NAMED_ROWS: usize = 5;

/// A table whose rows are units is the country's. Its rows say on which geographies it may stand: those in which
/// each of them is a unit; if they are all units of one geography alone, it is that.
pub(super) fn identify_by_rows(
    plan: &Plan,
    table: &SheetTable,
    report: &mut Report,
) -> Result<(), Box<Finding>> {
    let geography = &plan.geography;
    identify_sender(plan, table, report);
    let form = &plan.vocabulary.forms[table.form];
    let rows: BTreeMap<usize, &LocatedCell> =
        table.cells.iter().rev().map(|c| (c.row, c)).collect();
    let lacking = |vintage: &str| -> Vec<&LocatedCell> {
        let has = |c: &LocatedCell| c.area.as_ref().is_some_and(|a| a.contains_key(vintage));
        let mut lacking: Vec<_> = rows.values().copied().filter(|c| !has(c)).collect();
        lacking.sort_by_key(|c| c.at);
        lacking
    };
    let named = |cells: &[&LocatedCell]| -> String {
        let mut names: Vec<String> = cells
            .iter()
            .take(NAMED_ROWS)
            .map(|c| format!("`{}` ({})", form.rows[c.row].label, c.at))
            .collect();
        if cells.len() > NAMED_ROWS {
            names.push(format!("… (+{})", cells.len() - NAMED_ROWS));
        }
        names.join(", ")
    };
    let sides: Vec<(&str, Vec<&LocatedCell>)> = geography
        .vintages
        .iter()
        .map(|(vintage, _)| (vintage.as_str(), lacking(vintage)))
        .collect();
    report.candidates = sides
        .iter()
        .filter(|(_, lacking)| lacking.is_empty())
        .map(|(vintage, _)| geography.country(vintage))
        .collect();
    // The names of a later geography may all have been names before; a table of all its units is of that one.
    let all_of = |country: &&UnitKey| rows.len() == geography.units_of(&country.vintage).len();
    let mut complete = report.candidates.iter().filter(all_of);
    let is_told = report.stated_vintage.is_some() || report.decided_vintage.is_some();
    if let (Some(only), None, false) = (complete.next(), complete.next(), is_told) {
        report.candidates = BTreeSet::from([only.clone()]);
    }
    let first = rows.values().map(|c| c.at).min();
    let evidence = |basis| Evidence {
        cell: first.map(|at| at.to_string()),
        ..told("unit", None, basis, None)
    };
    if report.held {
        report.evidence.push(evidence("rows"));
        return Ok(());
    }
    let at = |cells: &[&LocatedCell]| Place {
        cell: cells.first().map(|c| c.at.to_string()),
        ..report.place()
    };
    let stated = report
        .stated_vintage
        .as_deref()
        .filter(|_| report.decided_vintage.is_none());
    let against = sides
        .iter()
        .find(|(vintage, lacking)| Some(*vintage) == stated && !lacking.is_empty());
    let finding = match against {
        Some((vintage, lacking)) => {
            let args = [("vintage", *vintage), ("rows", &named(lacking))];
            Finding::new("TH432", at(lacking), &args)
        }
        None if report.candidates.is_empty() => {
            let all: Vec<String> = sides
                .iter()
                .map(|(vintage, lacking)| format!("{vintage}: {}", named(lacking)))
                .collect();
            // The row at fault is more likely one of the few than of the many.
            let fewest = sides.iter().min_by_key(|(_, lacking)| lacking.len());
            let place = at(fewest.map_or(&[], |(_, lacking)| lacking.as_slice()));
            Finding::new("TH430", place, &[("rows", &all.join("; "))])
        }
        None => {
            report.evidence.push(evidence("rows"));
            return Ok(());
        }
    };
    report.evidence.push(evidence("contradiction"));
    Err(Box::new(finding))
}

/// One answer with the words that gave it.
pub(super) fn told(
    aspect: &'static str,
    value: Option<String>,
    basis: &'static str,
    stated: Option<&Stated>,
) -> Evidence {
    Evidence {
        aspect,
        answer: value,
        basis,
        text: stated.map(|s| one_line(&s.text)),
        cell: stated.map(|s| s.at.to_string()),
    }
}

/// Who sent the report, and what it says of its geography and its sending.
fn identify_sender(plan: &Plan, table: &SheetTable, report: &mut Report) -> Identified {
    let title = &table.title;
    let identified =
        plan.geography
            .identify(&claim_of(table), &plan.reporters, &plan.vocabulary.folder);
    report.reporter.clone_from(&identified.reporter);
    let sender = if report.reporter.is_some() {
        "words"
    } else {
        "unnamed"
    };
    report.evidence.push(told(
        "reporter",
        report.reporter.clone(),
        sender,
        title.reporter.as_ref(),
    ));
    let stated = title.geography.as_ref().map(|(stated, _)| stated);
    report.evidence.push(told("vintage", None, "open", stated));
    let sending = title.sending.as_ref().map(|(stated, _)| stated);
    report.evidence.push(told(
        "sending",
        Some(report.sending.to_string()),
        sending.map_or("unstated", |_| "words"),
        sending,
    ));
    identified
}

/// Finds out which units the report may be of, from the sheet, else from the names of sheet and file,
/// else from the other forms of the file. Fails with the finding that holds it back.
pub(super) fn identify(
    plan: &Plan,
    submission: &Submission,
    table: &SheetTable,
    siblings: &[&BTreeSet<UnitKey>],
    report: &mut Report,
) -> Result<(), Box<Finding>> {
    let geography = &plan.geography;
    let folder = &plan.vocabulary.folder;
    let claim = claim_of(table);
    let title = &table.title;
    let identified = identify_sender(plan, table, report);
    if identified.contradiction {
        let text = claim.reporter.unwrap_or_default();
        let code = identified.code.unwrap_or_default();
        let finding = Finding::new(
            "TH411",
            report.unit_place(),
            &[("text", &text), ("code", &code)],
        );
        let both = title.reporter.as_ref();
        report
            .evidence
            .push(told("unit", None, "contradiction", both));
        return Err(Box::new(finding));
    }
    report.candidates = identified.units;
    if !report.candidates.is_empty() {
        let basis = match (&claim.reporter, &identified.code) {
            (Some(_), Some(_)) => "name-and-code",
            (None, Some(_)) => "code",
            _ => "name",
        };
        let stated = title.reporter.as_ref().or(title.unit_code.as_ref());
        report.evidence.push(told("unit", None, basis, stated));
        return Ok(());
    }
    if report.held {
        return Ok(());
    }
    if let Some(text) = claim.reporter.or(claim.code) {
        let nearest = geography.nearest_names(&text, &plan.reporters, folder);
        let finding = Finding::new(
            "TH410",
            report.unit_place(),
            &[("text", &text), ("nearest", &nearest)],
        );
        let stated = title.reporter.as_ref().or(title.unit_code.as_ref());
        report.evidence.push(told("unit", None, "unknown", stated));
        return Err(Box::new(finding));
    }
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
    let (units, basis, whence) = if !from_sheet.is_empty() {
        let sheet = table.sheet.clone().unwrap_or_default();
        (from_sheet, "name-of-the-sheet", sheet)
    } else if let Some(units) = agreed_sibling {
        let file = submission.file_name.clone();
        (units, "other-form-of-the-file", file)
    } else {
        let units = geography.mentioned(file_stem, folder);
        (units, "name-of-the-file", file_stem.to_owned())
    };
    if units.is_empty() {
        report.evidence.push(told("unit", None, "unstated", None));
        return Err(Box::new(Finding::new("TH416", report.place(), &[])));
    }
    report.candidates = units;
    let finding = Finding::new("TH415", report.place(), &[("whence", &whence)]);
    report.findings.push(finding);
    report.evidence.push(Evidence {
        text: Some(whence),
        ..told("unit", None, basis, None)
    });
    Ok(())
}

/// A text on one line.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
