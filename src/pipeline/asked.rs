//! What the reading of a submission asked of definitions that change often: forms, and the names of units. A reading stands
//! as long as they would answer the same, so that a new spelling costs the reading of those files alone that it concerns.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Plan;
use super::identify::{claim_of, stem_of};
use crate::extract::{Form, FormTexts, SheetTable};
use crate::geography::{Claim, Geography};
use crate::intake::hex;
use crate::normalize::IndicatorFacts;

/// Hashes of what changes often, kept with the plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answering {
    /// Of each form, in their order: its code, and the hash of all that reading goes by.
    forms: Vec<(String, String)>,
    /// Of all names of all units.
    names: String,
}

impl Answering {
    /// The hashes of a pipeline's forms and names.
    pub(super) fn of(
        forms: &[Form],
        facts: &BTreeMap<String, IndicatorFacts>,
        geography: &Geography,
    ) -> Self {
        let names: Vec<String> = geography
            .bearers()
            .map(|(name, units)| format!("{name} {units:?}"))
            .collect();
        Self {
            forms: forms
                .iter()
                .map(|form| (form.code.clone(), fingerprint(form, facts)))
                .collect(),
            names: hash(&names),
        }
    }
}

/// The hash of what a reading goes by in a form: what it says, not how its file is written, and its indicators.
fn fingerprint(form: &Form, facts: &BTreeMap<String, IndicatorFacts>) -> String {
    let Form {
        code,
        folded_code,
        folded_title,
        title_vi,
        title_en,
        frequencies,
        dimension,
        label_heads,
        stub,
        sections,
        columns,
        comparisons,
        rows,
        sums,
        records,
        written: _,
    } = form;
    let members = rows.iter().map(|row| Some(&row.member));
    let indicators: BTreeSet<&String> = members
        .chain(columns.iter().map(|column| column.indicator.as_ref()))
        .flatten()
        .collect();
    let facts: Vec<_> = indicators.iter().map(|i| facts.get(*i)).collect();
    hash(&[
        format!("{code} {folded_code} {folded_title} {title_vi} {title_en}"),
        format!("{frequencies:?} {dimension:?} {label_heads:?} {stub:?} {sections:?}"),
        format!("{columns:?} {comparisons:?}"),
        format!("{rows:?} {sums:?} {records:?}"),
        format!("{facts:?}"),
    ])
}

/// A hash of texts.
fn hash(texts: &[String]) -> String {
    let mut hasher = Sha256::new();
    for text in texts {
        hasher.update(text.as_bytes());
        hasher.update([0]);
    }
    hex(&hasher.finalize())[..16].to_owned()
}

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
                let claim = Claim {
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
        hash(&answers)
    }
}

fn hash_of(answering: &Answering) -> String {
    let forms = answering.forms.iter();
    hash(
        &forms
            .map(|(code, hash)| format!("{code} {hash}"))
            .collect::<Vec<_>>(),
    )
}
