//! Which forms and unit names the reading of a submission used. A cached reading stays valid as long as these give the same
//! answers, so a new spelling costs a second reading of only those files that it concerns.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::extract::{FormTexts, SheetTable};
use crate::geography::{ReporterClaim, file_stem};
use crate::plan::{Answering, Plan, combined_hash};

/// The definitions that a reading used, and hashes of their answers.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct UsedDefinitions {
    /// Texts of the file that may name a form.
    pub(super) texts: FormTexts,
    /// The names by which units were looked up.
    lookups: BTreeSet<UnitLookup>,
    /// A unit was looked up by words of a sheet that may be personal. They are not kept: any other name means a new reading.
    looked_up_in_private: bool,
    /// Hash of all forms.
    all_forms: String,
    /// Code and hash of each form that concerns the file, in the order of the forms.
    forms: Vec<(String, String)>,
    /// Hash of all names of units.
    all_names: String,
    /// Hash of the answers to the lookups.
    answers: String,
}

/// What a table says about the unit that reports, and the name of its sheet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct UnitLookup {
    reporter: Option<String>,
    beside: Option<String>,
    code: Option<String>,
    sheet: Option<String>,
}

impl UsedDefinitions {
    /// Records that the unit of a table was looked up. If its sheet is `personal`, its words are not kept.
    pub(super) fn record_lookup(&mut self, table: &SheetTable, personal: bool) {
        if personal {
            self.looked_up_in_private = true;
            return;
        }
        let claim = ReporterClaim::of(&table.title);
        self.lookups.insert(UnitLookup {
            reporter: claim.reporter,
            beside: claim.beside,
            code: claim.code,
            sheet: table.sheet.clone(),
        });
    }

    /// Records the answers of the plan, once the whole file has been read.
    pub(super) fn record_answers(&mut self, plan: &Plan, file_name: &str, on: Date) {
        self.all_forms = hash_of_forms(&plan.answering);
        self.forms = self.forms_of(plan);
        self.all_names.clone_from(&plan.answering.names);
        self.answers = self.answers_of(plan, file_name, on);
    }

    /// Whether a plan still gives the recorded answers.
    pub(super) fn have_same_answers(&self, plan: &Plan, file_name: &str, on: Date) -> bool {
        let same_forms =
            self.all_forms == hash_of_forms(&plan.answering) || self.forms == self.forms_of(plan);
        same_forms
            && (self.all_names == plan.answering.names
                || (!self.looked_up_in_private
                    && self.answers == self.answers_of(plan, file_name, on)))
    }

    fn forms_of(&self, plan: &Plan) -> Vec<(String, String)> {
        let forms = plan.vocabulary.forms.iter().zip(&plan.answering.forms);
        forms
            .filter(|(form, _)| self.texts.concern(form))
            .map(|(_, hashed)| hashed.clone())
            .collect()
    }

    fn answers_of(&self, plan: &Plan, file_name: &str, on: Date) -> String {
        let names = plan.name_lookup();
        let answers: Vec<String> = self
            .lookups
            .iter()
            .map(|lookup| {
                let claim = ReporterClaim {
                    reporter: lookup.reporter.clone(),
                    beside: lookup.beside.clone(),
                    code: lookup.code.clone(),
                };
                let identified = names.identify(&claim, on);
                let said = claim.reporter.or(claim.code);
                let nearest = said
                    .as_ref()
                    .filter(|_| identified.units.is_empty())
                    .map(|text| names.nearest(text));
                // A table that names no unit takes it from the names around it; they may contradict one that does.
                let around = [lookup.sheet.as_deref(), Some(file_stem(file_name))];
                let around = around.map(|text| text.map(|text| names.named_in(text, on)));
                format!("{identified:?} {nearest:?} {around:?}")
            })
            .collect();
        combined_hash(&answers)
    }
}

fn hash_of_forms(answering: &Answering) -> String {
    let forms = answering.forms.iter();
    combined_hash(
        &forms
            .map(|(code, hash)| format!("{code} {hash}"))
            .collect::<Vec<_>>(),
    )
}
