//! The lists that other definition files take codes from.

use toml::Spanned;

use super::breakdowns::{Breakdown, breakdown_index};
use super::file_errors::FileErrors;
use super::indicators::Indicator;
use super::tasks::Task;
use crate::extract::{DocumentWords, Form};
use crate::geography::Geography;
use crate::normalize::Measures;
use crate::query::Country;

/// The code lists of a pipeline.
#[derive(Debug, Clone, Copy)]
pub(super) struct CodeLists<'a> {
    pub(super) indicators: &'a [Indicator],
    pub(super) breakdowns: &'a [Breakdown],
    pub(super) words: &'a DocumentWords,
    pub(super) tasks: &'a [Task],
    pub(super) geography: &'a Geography,
    pub(super) country: &'a Country,
    pub(super) measures: &'a Measures,
}

impl CodeLists<'_> {
    /// The index of a breakdown that the pipeline declares.
    pub(super) fn breakdown(&self, id: &str) -> Option<usize> {
        let declared = |at: &usize| !self.breakdowns[*at].members.is_empty();
        breakdown_index(self.breakdowns, id).filter(declared)
    }

    pub(super) fn has_indicator(&self, id: &str) -> bool {
        self.indicators.iter().any(|i| i.id == id)
    }

    /// Checks a name of an indicator.
    pub(super) fn check_indicator(&self, name: &Spanned<String>, wrong: &mut FileErrors<'_>) {
        if !self.has_indicator(name.get_ref()) {
            wrong.at(
                name,
                format!("`{}` is not an indicator of indicators.csv", name.get_ref()),
                "correct the name, or add the indicator to indicators.csv",
            );
        }
    }
}

/// Whether one of the forms has a code.
pub(super) fn has_form(forms: &[Form], code: &str) -> bool {
    forms.iter().any(|form| form.code == code)
}
