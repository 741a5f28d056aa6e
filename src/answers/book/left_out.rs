//! Why a table is left out of an edition, told from what the lake holds.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{Array, AsArray};

use crate::engine::{Engine, TextColumn};
use crate::reading::RunError;
use crate::tables::{Edition, Text};

/// What a lake holds of each form: the periods of its reports, and whether a report of that period counts. A report that is
/// held back before its period is known has none.
#[derive(Debug, Default)]
pub(super) struct ReceivedForms(BTreeMap<String, BTreeMap<Option<String>, bool>>);

/// What an edition can print of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Received {
    Nothing,
    /// Reports came, and none counts.
    Held,
    /// Reports count, of periods that the edition does not print.
    OtherPeriods,
    Figures,
}

impl ReceivedForms {
    pub(super) async fn read(engine: &Engine) -> Result<Self, RunError> {
        let (_, batches) = engine
            .query("SELECT form, period, bool_or(is_current) AS counts FROM reports GROUP BY form, period")
            .await?;
        let mut forms = Self::default();
        for batch in &batches {
            let [form, period] = ["form", "period"].map(|name| TextColumn::read(batch, name));
            let counts = batch.column(2).as_boolean();
            for row in 0..batch.num_rows() {
                let periods = forms.0.entry(form.text(row).to_owned()).or_default();
                let counts = counts.is_valid(row) && counts.value(row);
                periods.insert(period.owned(row), counts);
            }
        }
        Ok(forms)
    }

    /// The periods of a form whose reports count.
    fn counted(&self, form: &str) -> impl Iterator<Item = &String> {
        let periods = self.0.get(form).into_iter().flatten();
        periods.filter_map(|(period, counts)| period.as_ref().filter(|_| *counts))
    }

    fn received(&self, form: &str, edition: &Edition) -> Received {
        let is_printed = |period: &String| edition.periods.iter().any(|p| p.to_string() == *period);
        if self.counted(form).any(is_printed) {
            Received::Figures
        } else if self.counted(form).next().is_some() {
            Received::OtherPeriods
        } else if self.0.contains_key(form) {
            Received::Held
        } else {
            Received::Nothing
        }
    }

    /// Why a table of these forms is not printed. `is_defined` says whether the pipeline has its definition.
    pub(super) fn reason(&self, forms: &[String], is_defined: bool, edition: &Edition) -> Text {
        let phrases = &edition.words.phrases;
        let mut kinds: BTreeMap<Received, Vec<&str>> = BTreeMap::new();
        for form in forms {
            let kind = self.received(form, edition);
            kinds.entry(kind).or_default().push(form);
        }
        let lacks_forms = kinds.keys().any(|kind| *kind != Received::Figures);
        let said = kinds.into_iter().filter_map(|(kind, forms)| {
            let phrase = match kind {
                Received::Nothing => &phrases.form_awaited,
                Received::Held => &phrases.form_held,
                Received::OtherPeriods => &phrases.form_other_period,
                // The forms that came are no reason, unless all did.
                Received::Figures if lacks_forms && is_defined => return None,
                Received::Figures if is_defined => &phrases.without_figures,
                Received::Figures => &phrases.table_awaited,
            };
            let periods: BTreeSet<&str> = forms
                .iter()
                .flat_map(|form| self.counted(form))
                .map(String::as_str)
                .collect();
            let periods: Vec<&str> = periods.into_iter().collect();
            Some(phrase.filled(&[
                ("forms", Text::same(&forms.join(", "))),
                ("periods", Text::same(&periods.join(", "))),
            ]))
        });
        let said: Vec<Text> = said.collect();
        Text::joined(&said, " ")
    }
}
