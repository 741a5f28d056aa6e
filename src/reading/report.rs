//! One report from one table: its period, its values, its unit, and what people decided about it.

use std::collections::{BTreeMap, BTreeSet};

use super::decided::{Decided, FoundPeriod, period_evidence};
use super::identify::{identify, identify_by_rows, identify_sender};
use super::submission::{Records, RecordsAt, Submission};
use crate::diagnostic::{Finding, Place, findings};
use crate::extract::{ColumnRef, Dimension, PeriodClaim, SheetTable};
use crate::geography::{Basis, ClaimedReport, Docket, Dossier, ReportSource, UnitClaim, UnitKey};
use crate::lake::own_columns;
use crate::normalize::{LocaleVerdict, Normalized, RecordList, normalize};
use crate::period::{Frequency, Period};
use crate::plan::Plan;

/// What the report of a table depends on besides the table.
#[derive(Clone, Copy)]
pub(super) struct ReportContext<'a> {
    pub(super) plan: &'a Plan,
    pub(super) docket: &'a Docket,
    pub(super) submission: &'a Submission,
    /// Periods that tables of the submission state.
    pub(super) periods: &'a BTreeSet<Period>,
}

/// Reads the `n`th report of a submission from its table. `siblings` are the units that the other tables name. Returns the
/// report and how its columns write numbers.
pub(super) fn read_report(
    context: ReportContext<'_>,
    n: usize,
    table: &SheetTable,
    siblings: &[&BTreeSet<UnitKey>],
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
        sheet: table.sheet.clone(),
        form: form.code.clone(),
    };
    let (decided, rulings) = Decided::of(&source, docket);
    let by_unit = form.dimension == Dimension::Unit;
    let mut report = ClaimedReport::new(Dossier {
        unit_claim: unit_claim(table, by_unit),
        sending: sending(table),
        findings: table.findings.clone(),
        rulings,
        ..Dossier::new(source)
    });
    note_unknown_geography(table, &mut report);
    let mut locales = BTreeMap::new();
    let (counted, explained) = body_cells(table);
    report.dossier.content.cells_total = counted + explained;
    let claimed = claimed_period(table, periods, &form.frequencies);
    match decided.period(&mut report, docket, claimed, form) {
        Ok(found) => {
            let period = found.0;
            report.period = Some(period);
            if found.1 == Basis::OtherFormOfTheFile {
                let period = period.to_string();
                let note = findings::TH314 { period }.at(report.place());
                report.dossier.findings.push(note);
            }
            let mut normalized = normalize(table, period.year, &plan.vocabulary, &plan.conventions);
            locales = std::mem::take(&mut normalized.locales);
            load(&mut report, normalized, explained);
            report.dossier.evidence.push(period_evidence(table, found));
        }
        Err(finding) => {
            let place = Place {
                cell: finding.place.cell.clone(),
                ..report.place()
            };
            report.hold(Finding { place, ..*finding });
        }
    }
    let sender = identify_sender(plan, table, &mut report);
    let identification = if by_unit {
        identify_by_rows(plan, table, &report)
    } else {
        identify(plan, submission, table, siblings, &report, sender)
    };
    let dossier = &mut report.dossier;
    dossier.unit_claim.candidates = identification.candidates;
    dossier.evidence.extend(identification.evidence);
    dossier.findings.extend(identification.note);
    decided.unit(&mut report, docket, identification.fault);
    if let Some(decision) = decided.withdraw {
        report.withdraw(docket, decision);
    }
    (report, locales)
}

/// What the title block says of the unit; the units it may mean are found later.
fn unit_claim(table: &SheetTable, by_unit: bool) -> UnitClaim {
    let title = &table.title;
    let statement = title.reporter.as_ref().or(title.unit_code.as_ref());
    let geography = title.geography.as_ref();
    UnitClaim {
        candidates: BTreeSet::new(),
        stated_vintage: geography.and_then(|(_, vintage)| vintage.clone()),
        by_unit,
        cell: statement.map(|s| s.at.to_string()),
    }
}

/// The number of the sending, 1 unless the title block says more.
fn sending(table: &SheetTable) -> i64 {
    let stated = table.title.sending.as_ref().and_then(|(_, n)| *n);
    stated.unwrap_or(1).max(1)
}

/// A statement of the geography that names no vintage is a finding.
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

/// Number of body cells: those that hold values, and those that are explained because they are derived or held back.
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

/// The period of a table, and how it is told: its own, else that of the other forms of the file.
fn claimed_period(
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

/// Takes the values of a table into its report. Cells that are neither loaded nor explained are a finding.
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

/// Takes the cell counts of a list into its report. Returns its records.
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
    let table = crate::lake::table(&shape.table)?;
    let rows = own_columns(table, &list.records).ok()?;
    Some(Records {
        report_id: report.dossier.source.report_id.clone(),
        table: shape.table.clone(),
        rows: RecordsAt::Memory(rows),
    })
}
