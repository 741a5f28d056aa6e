//! What the reading of a submission asked of definitions that change often: forms, and the names of units. A reading stands
//! as long as they would answer the same, so that a new spelling costs the reading of those files alone that it concerns.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::identify::{claim_of, stem_of};
use crate::extract::{FormTexts, SheetTable};
use crate::geography::ReporterClaim;
use crate::plan::{Answering, Plan, combined_hash};

/// What a reading asked, and what it was told.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Asked {
    /// What may name a form.
    pub(super) texts: FormTexts,
    /// The names by which units were looked for.
    names: BTreeSet<Name>,
    /// Hash of all forms and that of those that concern it, in their order.
    forms: (String, Vec<(String, String)>),
    /// Hash of all names, and that of the answers.
    answers: (String, String),
}

/// What a table says of the unit that reports, and of the sheet it stands in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Name {
    reporter: Option<String>,
    code: Option<String>,
    sheet: Option<String>,
}

impl Asked {
    /// Puts down which units a table asked for.
    pub(super) fn unit_of(&mut self, table: &SheetTable) {
        let claim = claim_of(table);
        self.names.insert(Name {
            reporter: claim.reporter,
            code: claim.code,
            sheet: table.sheet.clone(),
        });
    }

    /// Puts down what the plan answered.
    pub(super) fn close(&mut self, plan: &Plan, file_name: &str) {
        self.forms = (hash_of(&plan.answering), self.forms_of(plan));
        let answers = self.answers_of(plan, file_name);
        self.answers = (plan.answering.names.clone(), answers);
    }

    /// Whether a plan would answer what was answered.
    pub(super) fn is_answered_alike(&self, plan: &Plan, file_name: &str) -> bool {
        let forms = self.forms.0 == hash_of(&plan.answering) || self.forms.1 == self.forms_of(plan);
        forms
            && (self.answers.0 == plan.answering.names
                || self.answers.1 == self.answers_of(plan, file_name))
    }

    fn forms_of(&self, plan: &Plan) -> Vec<(String, String)> {
        let forms = plan.vocabulary.forms.iter().zip(&plan.answering.forms);
        forms
            .filter(|(form, _)| self.texts.concern(form))
            .map(|(_, hashed)| hashed.clone())
            .collect()
    }

    fn answers_of(&self, plan: &Plan, file_name: &str) -> String {
        let (geography, folder) = (&plan.geography, &plan.vocabulary.folder);
        let answers: Vec<String> = self
            .names
            .iter()
            .map(|name| {
                let claim = ReporterClaim {
                    reporter: name.reporter.clone(),
                    code: name.code.clone(),
                };
                let identified = geography.identify(&claim, &plan.reporters, folder);
                let said = claim.reporter.or(claim.code);
                let nearest = said
                    .as_ref()
                    .filter(|_| identified.units.is_empty())
                    .map(|text| geography.nearest_names(text, &plan.reporters, folder));
                // Without words of its own a table goes by the names around it.
                let around = said.is_none().then(|| {
                    [name.sheet.as_deref(), Some(stem_of(file_name))]
                        .map(|text| text.map(|text| geography.mentioned(text, folder)))
                });
                format!("{identified:?} {nearest:?} {around:?}")
            })
            .collect();
        combined_hash(&answers)
    }
}

fn hash_of(answering: &Answering) -> String {
    let forms = answering.forms.iter();
    combined_hash(
        &forms
            .map(|(code, hash)| format!("{code} {hash}"))
            .collect::<Vec<_>>(),
    )
}
