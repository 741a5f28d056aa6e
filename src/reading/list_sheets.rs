//! A list over several sheets of a file, and lists below or beside other tables: the block above the first one may speak for
//! all.

use crate::diagnostic::{Finding, findings};
use crate::extract::{PeriodClaim, SheetTable};
use crate::geography::{Aspect, Basis, ClaimedReport, NameLookup};
use crate::period::Frequency;

/// Completes the block above a list that names no sender from an earlier table: a list of the same form, or a table of the same
/// sheet. Its period is taken if it has one of the `frequencies` of the list. Returns the questions that it answers. A sheet whose name names a unit speaks for itself.
pub(super) fn continue_list(
    table: &mut SheetTable,
    earlier: &SheetTable,
    names: NameLookup<'_>,
    frequencies: &[Frequency],
) -> Vec<Aspect> {
    let own = table.title.clone();
    let names_unit = table
        .sheet
        .as_deref()
        .is_some_and(|name| !names.mentioned(name).is_empty());
    if own.reporter.is_some() || own.unit_code.is_some() || names_unit {
        return Vec::new();
    }
    table.title.complete_from(earlier.title.clone());
    let mut aspects = vec![Aspect::Unit, Aspect::Reporter];
    if own.geography.is_none() {
        aspects.push(Aspect::Vintage);
    }
    if own.sending.is_none() {
        aspects.push(Aspect::Sending);
    }
    let is_open = matches!(table.period, PeriodClaim::Unstated);
    let fits = |period: &PeriodClaim| matches!(period, PeriodClaim::Agreed(period) if frequencies.contains(&period.frequency));
    if is_open && fits(&earlier.period) {
        table.period = earlier.period.clone();
        aspects.push(Aspect::Period);
    }
    aspects
}

/// Marks the answers that an earlier sheet gave: their cells are not on the sheet of the report.
pub(super) fn mark_continued(report: &mut ClaimedReport, aspects: &[Aspect]) {
    let dossier = &mut report.dossier;
    for evidence in &mut dossier.evidence {
        if aspects.contains(&evidence.aspect) && evidence.cell.take().is_some() {
            evidence.basis = Basis::OtherFormOfTheFile;
        }
    }
    let own_cell = dossier
        .unit_claim
        .cell
        .take_if(|_| aspects.contains(&Aspect::Unit));
    let mut elsewhere = |finding: &mut Finding| {
        if own_cell.is_some() && finding.place.cell == own_cell {
            finding.place.cell = None;
        }
    };
    dossier.findings.iter_mut().for_each(&mut elsewhere);
    if let (Some(period), true) = (report.period, aspects.contains(&Aspect::Period)) {
        let period = period.to_string();
        let note = findings::TH314 { period }.at(report.place());
        report.dossier.findings.push(note);
    }
}
