//! Reads one report from one table: its period, its values, its unit, and the decisions about it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::report_period::{claimed_period, not_begun, period_evidence};
use super::submission::{Records, RecordsAt, Submission};
use crate::diagnostic::{Finding, Place, findings};
use crate::extract::{ColumnRef, Dimension, Form, SenderKind, Sending, SheetTable};
use crate::geography::{
    AGENCY, Basis, ClaimedReport, Contradiction, Docket, Dossier, FoundPeriod, Identified,
    ReportDecisions, ReportSource, Surroundings, UnitClaim, candidates_by_rows,
    candidates_by_words, record_sender,
};
use crate::lake::own_columns;
use crate::normalize::{LocaleVerdict, Normalized, RecordList, normalize};
use crate::period::Period;
use crate::plan::Plan;
use crate::text::one_line;

/// What the report of a table depends on besides the table.
#[derive(Clone, Copy)]
pub(super) struct ReportContext<'a> {
    pub(super) plan: &'a Plan,
    pub(super) docket: &'a Docket,
    pub(super) submission: &'a Submission,
    /// The periods that the tables of the submission state.
    pub(super) periods: &'a BTreeSet<Period>,
}

/// Reads the `n`th report of a submission from its table. `siblings` says whom each other table names. Returns the
/// report and how its columns write numbers.
pub(super) fn read_report(
    context: ReportContext<'_>,
    n: usize,
    table: &SheetTable,
    siblings: &[(&Identified, String)],
) -> (ClaimedReport, BTreeMap<ColumnRef, LocaleVerdict>) {
    let ReportContext {
        plan,
        docket,
        submission,
        periods,
    } = context;
    let form = &plan.vocabulary.forms[table.form];
    let source = ReportSource {
        report_id: format!("{}-{n}", submission.submission_id),
        submission_id: submission.submission_id.clone(),
        file_name: submission.file_name.clone(),
        received_at: submission.received_at,
        sent_again_at: submission.sent_again_at,
        sheet: table.sheet.clone(),
        form: form.code.clone(),
    };
    let (decisions, rulings) = ReportDecisions::of(&source, docket);
    let mut report = ClaimedReport::new(Dossier {
        unit_claim: unit_claim(table, form.dimension == Dimension::Unit),
        stated_sending: sending(table),
        findings: table.findings.clone(),
        rulings,
        ..Dossier::new(source)
    });
    note_unknown_geography(table, &mut report);
    note_unclear_sending(table, &mut report);
    let (counted, explained) = body_cells(table);
    report.dossier.content.cells_total = counted + explained;
    let claimed = claimed_period(table, periods, &form.frequencies);
    let locales = match decisions.period(&mut report, docket, claimed, &form.frequencies) {
        Ok(found) => load_for_period(plan, table, found, explained, &mut report),
        Err(finding) => {
            let place = Place {
                cell: finding.place.cell.clone(),
                ..report.place()
            };
            report.hold(Finding { place, ..*finding });
            BTreeMap::new()
        }
    };
    if table.title.consolidated.is_some() && !report.is_held() {
        report.set_apart_as_consolidated();
        return (report, locales);
    }
    hold_what_has_not_begun(plan, table, &mut report);
    let fault = find_unit(context, table, siblings, &mut report);
    decisions.unit(&mut report, docket, fault);
    hold_what_is_not_for_its_sender(plan, form, &mut report);
    note_contradiction(&mut report);
    decisions.withdraw(&mut report, docket);
    (report, locales)
}

/// Gives the report its period and the values of its table. Returns how its columns write numbers.
fn load_for_period(
    plan: &Plan,
    table: &SheetTable,
    found: FoundPeriod,
    explained: i64,
    report: &mut ClaimedReport,
) -> BTreeMap<ColumnRef, LocaleVerdict> {
    let (period, basis) = found;
    report.period = Some(period);
    if basis == Basis::OtherFormOfTheFile {
        let period = period.to_string();
        let note = findings::TH314 { period }.at(report.place());
        report.dossier.findings.push(note);
    }
    let mut normalized = normalize(table, period, &plan.vocabulary, &plan.conventions);
    let locales = std::mem::take(&mut normalized.locales);
    load(report, normalized, explained);
    report.dossier.evidence.push(period_evidence(table, found));
    locales
}

/// Holds a report back whose period had not begun when it came.
fn hold_what_has_not_begun(plan: &Plan, table: &SheetTable, report: &mut ClaimedReport) {
    let received = report.dossier.source.received_on(&plan.zone);
    let Some(period) = report.period else { return };
    if let Some(message) = not_begun(period, received) {
        let in_title = table.title.periods.iter().find(|(_, p)| *p == period);
        let stated = in_title
            .map(|(stated, _)| stated)
            .or(table.year_head.as_ref());
        let place = Place {
            cell: stated.map(|stated| stated.at.to_string()),
            ..report.place()
        };
        report.hold(message.at(place));
    }
}

/// Holds a report back whose form is not for a sender of its kind.
fn hold_what_is_not_for_its_sender(plan: &Plan, form: &Form, report: &mut ClaimedReport) {
    let decided = report.unit.as_ref();
    let Some(unit) = decided
        .or(report.dossier.unit_claim.candidates.first())
        .cloned()
    else {
        return;
    };
    let (kind, why) = if unit.vintage == AGENCY {
        (SenderKind::Agencies, findings::th467::ForTerritory.words())
    } else {
        (SenderKind::Territory, findings::th467::ForAgencies.words())
    };
    if report.is_held() || form.senders.contains(&kind) {
        return;
    }
    let day = report.period.map_or(Date::MAX, Period::end);
    let not_for = findings::TH467 {
        form: form.code.as_str(),
        name: plan.geography.name(&unit, day),
        why,
    };
    let finding = not_for.at(report.unit_place());
    report.hold(finding);
}

/// Gives the report its sender and the units that it may be of. Returns why it has to be held back, if it has.
fn find_unit(
    context: ReportContext<'_>,
    table: &SheetTable,
    siblings: &[(&Identified, String)],
    report: &mut ClaimedReport,
) -> Option<Finding> {
    let plan = context.plan;
    let names = plan.name_lookup();
    let received_on = report.dossier.source.received_on(&plan.zone);
    let identified = record_sender(names, &table.title, received_on, report);
    let found = if report.dossier.unit_claim.by_unit {
        let form = &plan.vocabulary.forms[table.form];
        candidates_by_rows(&plan.geography, form, table, report)
    } else {
        let surroundings = Surroundings {
            file_name: &context.submission.file_name,
            sheet: table.sheet.as_deref(),
            siblings,
            received_on,
            is_list: plan.vocabulary.forms[table.form].records.is_some(),
        };
        candidates_by_words(names, table, surroundings, report, identified)
    };
    let dossier = &mut report.dossier;
    dossier.unit_claim.candidates = found.units;
    if let Some((code, named)) = found.beside_code {
        dossier.unit_claim.code = Some(code);
        dossier.unit_claim.named = named;
    }
    dossier.evidence.extend(found.evidence);
    dossier.findings.extend(found.note);
    dossier.contradiction = found.contradiction;
    let fault = found
        .vintage
        .and_then(|vintage| state_vintage(table, vintage, report));
    found.fault.or(fault)
}

/// Gives the report the vintage that words beside the name of its unit mean. Returns a finding if its sheet states another
/// one, unless a decision settled that.
fn state_vintage(
    table: &SheetTable,
    (vintage, text): (String, String),
    report: &mut ClaimedReport,
) -> Option<Finding> {
    let stated = report.dossier.unit_claim.stated_vintage.as_ref();
    if let (Some(stated), Some((line, _))) = (stated, &table.title.geography) {
        let is_open = *stated != vintage && report.dossier.rulings.vintage.is_none();
        let contradiction = is_open.then(|| findings::TH454 {
            text: one_line(&text),
            vintage,
            line: one_line(&line.text),
            stated,
        });
        return contradiction.map(|finding| finding.at(report.unit_place()));
    }
    report.dossier.unit_claim.stated_vintage = Some(vintage);
    None
}

/// Warns if the name of the sheet or file contradicts what the sheet states, unless a decision gave the report its unit.
fn note_contradiction(report: &mut ClaimedReport) {
    if report.unit.is_some() || report.is_held() {
        report.dossier.contradiction = None;
    }
    let Some(contradiction) = &report.dossier.contradiction else {
        return;
    };
    let whose = contradiction.whose();
    let Contradiction {
        name,
        other,
        stated,
        ..
    } = contradiction;
    let contradicted = findings::TH452 {
        whose,
        name,
        other,
        stated,
    };
    let warning = contradicted.at(report.unit_place());
    report.dossier.findings.push(warning);
}

/// What the title block says about the unit. The units that it may mean are found later.
fn unit_claim(table: &SheetTable, by_unit: bool) -> UnitClaim {
    let title = &table.title;
    let statement = title.reporter.as_ref().or(title.unit_code.as_ref());
    let geography = title.geography.as_ref();
    UnitClaim {
        stated_vintage: geography.and_then(|(_, vintage)| vintage.clone()),
        by_unit,
        cell: statement.map(|s| s.at.to_string()),
        ..UnitClaim::default()
    }
}

/// The number of the sending that the title block states.
fn sending(table: &SheetTable) -> Option<i64> {
    match table.title.sending {
        Some((_, Sending::Number(number))) => Some(number),
        Some((_, Sending::Blank | Sending::Unclear)) | None => None,
    }
}

/// Adds a finding if the title block speaks of the sending without saying which one it is.
fn note_unclear_sending(table: &SheetTable, report: &mut ClaimedReport) {
    if let Some((stated, Sending::Unclear)) = &table.title.sending {
        let place = Place {
            cell: Some(stated.at.to_string()),
            ..report.place()
        };
        let text = one_line(&stated.text);
        let unclear = findings::TH332 { text }.at(place);
        report.dossier.findings.push(unclear);
    }
}

/// Adds a finding if the title block states a geography but names no known vintage.
fn note_unknown_geography(table: &SheetTable, report: &mut ClaimedReport) {
    if let Some((stated, None)) = &table.title.geography {
        let place = Place {
            cell: Some(stated.at.to_string()),
            ..report.place()
        };
        let text = &stated.text;
        report
            .dossier
            .findings
            .push(findings::TH414 { text }.at(place));
    }
}

/// Numbers of body cells: those with values, and those explained because they are derived or held back.
fn body_cells(table: &SheetTable) -> (i64, i64) {
    let values = table
        .cells
        .iter()
        .filter(|c| matches!(c.column, ColumnRef::Value(_)))
        .count() as i64;
    let compared = table
        .cells
        .iter()
        .filter(|c| matches!(c.column, ColumnRef::Comparison(_)) && c.content.is_some())
        .count() as i64;
    (values, compared + table.cells_held)
}

/// Moves the values of a table into its report. Adds a finding if some cells are neither loaded nor explained.
fn load(report: &mut ClaimedReport, normalized: Normalized, explained: i64) {
    let dossier = &mut report.dossier;
    let content = &mut dossier.content;
    content.cells_loaded = normalized.observations.len() as i64;
    content.cells_explained = explained + normalized.held;
    content.observations = normalized.observations;
    content.comparisons = normalized.comparisons;
    let count = content.cells_total - content.cells_loaded - content.cells_explained;
    dossier.findings.extend(normalized.findings);
    if count != 0 {
        let unaccounted = findings::TH299 { count }.at(report.place());
        report.dossier.findings.push(unaccounted);
    }
}

/// Adds a list to the report of the table of values of its form. The report stays one of values: versions of it are compared
/// by them. Returns the records.
pub(super) fn complete_with_list(
    plan: &Plan,
    list: &RecordList,
    report: &mut ClaimedReport,
) -> Option<Records> {
    let findings = list.table.findings.iter().map(|finding| {
        let mut finding = finding.clone();
        finding.place = Place {
            sheet: list.table.sheet.clone(),
            cell: finding.place.cell.clone(),
            ..report.place()
        };
        finding
    });
    let findings: Vec<Finding> = findings.collect();
    report.dossier.findings.extend(findings);
    let content = &mut report.dossier.content;
    content.cells_total += list.cells_total;
    content.cells_explained += list.cells_explained;
    content.cells_loaded += list.cells_loaded;
    content.records += list.records.num_rows() as i64;
    content.heads.clone_from(&list.heads);
    let shape = plan.vocabulary.forms[list.table.form].records.as_ref()?;
    let rows = own_columns(plan.lake.table(&shape.table)?, &list.records).ok()?;
    Some(Records {
        report_id: report.dossier.source.report_id.clone(),
        table: shape.table.clone(),
        sheet: list.table.sheet.clone(),
        rows: RecordsAt::Memory(rows),
    })
}

/// Copies the cell counts of a record list into its report. Returns the records.
pub(super) fn take_list(
    plan: &Plan,
    list: &RecordList,
    report: &mut ClaimedReport,
) -> Option<Records> {
    let content = &mut report.dossier.content;
    content.cells_total = list.cells_total;
    content.cells_explained = list.cells_explained;
    content.cells_loaded = list.cells_loaded;
    content.records = list.records.num_rows() as i64;
    let shape = plan.vocabulary.forms[list.table.form].records.as_ref()?;
    content.marks = Some(list.marks.clone());
    content.heads.clone_from(&list.heads);
    let table = plan.lake.table(&shape.table)?;
    let rows = own_columns(table, &list.records).ok()?;
    Some(Records {
        report_id: report.dossier.source.report_id.clone(),
        table: shape.table.clone(),
        sheet: list.table.sheet.clone(),
        rows: RecordsAt::Memory(rows),
    })
}
