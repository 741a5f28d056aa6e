//! Nothing of a sheet that may hold personal data is quoted. Everything that is read from a file leaves this stage through
//! [`close`], so that no later stage, no cache and no table gets a text that it could quote.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::submission::{Submission, SubmissionContents, TableReading};
use crate::diagnostic::Finding;
use crate::extract::{PeriodClaim, SheetTable, Stated, may_be_personal};
use crate::geography::{Basis, Dossier, Sender, file_stem};
use crate::intake::hex;
use crate::plan::Plan;
use crate::read::Sheet;

/// The sheets of a file of which nothing is quoted.
#[derive(Debug, Default)]
pub(super) struct PersonalSheets {
    /// Sheets that are, or look like, a list with personal columns; a text file is none.
    personal: BTreeSet<Option<String>>,
    /// Sheets without any form: nobody knows what they hold.
    unknown: BTreeSet<Option<String>>,
}

impl PersonalSheets {
    /// Notes a sheet with the tables that were found in it. Returns whether it may be personal.
    pub(super) fn note(&mut self, plan: &Plan, sheet: &Sheet, tables: &[SheetTable]) -> bool {
        let forms = &plan.vocabulary.forms;
        let has_list = tables.iter().any(|table| forms[table.form].is_personal());
        let personal = has_list || may_be_personal(sheet, &plan.vocabulary);
        if personal {
            self.personal.insert(sheet.name.clone());
        } else if tables.is_empty() {
            self.unknown.insert(sheet.name.clone());
        }
        personal
    }

    /// Whether nothing of the place of a finding is quoted: its sheet or, without one, its file.
    fn hold(&self, sheet: Option<&String>) -> bool {
        match sheet {
            None => !self.personal.is_empty() || self.unknown.contains(&None),
            name => {
                let name = name.cloned();
                self.personal.contains(&name) || self.unknown.contains(&name)
            }
        }
    }
}

/// Takes every text of the sheets that may be personal out of what was read: from the findings, the evidence, the values
/// and the title blocks.
pub(super) fn close(
    plan: &Plan,
    submission: &Submission,
    sheets: &PersonalSheets,
    contents: &mut SubmissionContents,
) {
    let is_personal = |finding: &Finding| sheets.hold(finding.place.sheet.as_ref());
    without_quotations(&mut contents.findings, is_personal);
    let mut readings = contents.tables.iter_mut();
    for report in &mut contents.reports {
        let reading = readings.next();
        let dossier = &mut report.dossier;
        if !sheets.hold(dossier.source.sheet.as_ref()) {
            without_quotations(&mut dossier.findings, |_| false);
            continue;
        }
        without_quotations(&mut dossier.findings, |_| true);
        close_dossier(plan, submission, dossier);
        if let Some(reading) = reading {
            close_reading(reading);
        }
    }
}

fn without_quotations(findings: &mut [Finding], is_personal: impl Fn(&Finding) -> bool) {
    for finding in findings {
        if is_personal(finding) {
            *finding = finding.clone().unquoted();
        }
        finding.settle();
    }
}

fn close_dossier(plan: &Plan, submission: &Submission, dossier: &mut Dossier) {
    let sheet = dossier.source.sheet.clone().unwrap_or_default();
    let file = submission.file_name.as_str();
    // Names of files and sheets are in the tables anyway.
    let names = [sheet.as_str(), file, file_stem(file)];
    if let Sender::Unknown(words) = &mut dossier.sender {
        *words = mark_of(words);
    }
    let sender = dossier.sender.clone();
    for evidence in &mut dossier.evidence {
        let is_name = |text: &String| names.contains(&text.as_str());
        evidence.text = evidence.text.take().filter(is_name);
        // Versions of a report are told apart by the words for a body that nobody knows.
        if let (Basis::Unknown, crate::geography::Aspect::Reporter, Sender::Unknown(mark)) =
            (evidence.basis, evidence.aspect, &sender)
        {
            evidence.text = Some(mark.clone());
        }
    }
    if let Some(contradiction) = &mut dossier.contradiction {
        let day = submission.received_on(&plan.zone);
        let unit = dossier.unit_claim.candidates.first();
        let name = unit.map(|unit| plan.geography.name(unit, day));
        name.unwrap_or_default()
            .clone_into(&mut contradiction.stated);
    }
    let content = &mut dossier.content;
    let values = content.observations.iter_mut();
    for value in values.chain(&mut content.held_values) {
        (value.raw, value.unit_read) = (None, None);
    }
}

/// What stands for a text that is only compared: equal for equal texts.
fn mark_of(text: &str) -> String {
    let hash = hex(&Sha256::digest(text.as_bytes()));
    format!("#{}", &hash[..12])
}

/// Leaves of a title block the cells alone.
fn close_reading(reading: &mut TableReading) {
    let TableReading {
        title,
        period,
        locales,
        ..
    } = reading;
    let clear = |stated: &mut Stated| stated.text.clear();
    let single = [
        &mut title.form,
        &mut title.reporter,
        &mut title.unit_code,
        &mut title.measure,
    ];
    single.into_iter().flatten().for_each(clear);
    title.geography.iter_mut().for_each(|(s, _)| clear(s));
    title.sending.iter_mut().for_each(|(s, _)| clear(s));
    title.periods.iter_mut().for_each(|(s, _)| clear(s));
    title.other_periods.iter_mut().for_each(clear);
    title.beside_reporter = None;
    title.lines.clear();
    match period {
        PeriodClaim::Unusable(stated) => clear(stated),
        PeriodClaim::Contradiction(first, second) => {
            clear(first);
            clear(second);
        }
        PeriodClaim::Agreed(_) | PeriodClaim::Unstated => {}
    }
    locales.clear();
}
