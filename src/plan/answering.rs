//! Hashes of the definitions that change often: forms and the names of units.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use crate::extract::Form;
use crate::geography::Geography;
use crate::intake::hex;
use crate::normalize::IndicatorFacts;

/// Hashes of the definitions that change often. A reading that is kept records those it depends on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answering {
    /// Code and hash of each form, in their order. The hash covers all that reading uses.
    pub(crate) forms: Vec<(String, String)>,
    /// The hash of all names of all units.
    pub(crate) names: String,
}

impl Answering {
    /// The hashes of a pipeline's forms and names.
    pub(crate) fn of(
        forms: &[Form],
        facts: &BTreeMap<String, IndicatorFacts>,
        geography: &Geography,
    ) -> Self {
        let units = geography.names_with_units();
        let units = units.map(|(name, units)| format!("{name} {units:?}"));
        // Days and collectives too: they decide whether a name means a sender.
        let agencies = geography.agencies.names();
        let agencies =
            agencies.map(|(name, a)| format!("{name} {} {:?} {:?}", a.id, a.valid_from, a.members));
        let names: Vec<String> = units.chain(agencies).collect();
        Self {
            forms: forms
                .iter()
                .map(|form| (form.code.clone(), fingerprint(form, facts)))
                .collect(),
            names: combined_hash(&names),
        }
    }
}

/// The hash of what reading uses of a form: its content and indicators, not how its file is written.
fn fingerprint(form: &Form, facts: &BTreeMap<String, IndicatorFacts>) -> String {
    let Form {
        code,
        folded_code,
        folded_title,
        title_vi,
        title_en,
        frequencies,
        senders,
        dimension,
        row_breakdown,
        label_heads,
        stub,
        sections,
        columns,
        comparisons,
        rows,
        sums,
        records,
        totals: _,
        written: _,
    } = form;
    let members = rows.iter().map(|row| Some(&row.member));
    let indicators: BTreeSet<&String> = members
        .chain(columns.iter().map(|column| column.indicator.as_ref()))
        .flatten()
        .collect();
    let facts: Vec<_> = indicators.iter().map(|i| facts.get(*i)).collect();
    combined_hash(&[
        format!("{code} {folded_code} {folded_title} {title_vi} {title_en}"),
        format!(
            "{frequencies:?} {senders:?} {dimension:?} {row_breakdown:?} {label_heads:?} {stub:?} {sections:?}"
        ),
        format!("{columns:?} {comparisons:?}"),
        format!("{rows:?} {sums:?} {records:?}"),
        format!("{facts:?}"),
    ])
}

/// The hash of several texts.
pub(crate) fn combined_hash(texts: &[String]) -> String {
    let mut hasher = Sha256::new();
    for text in texts {
        hasher.update(text.as_bytes());
        hasher.update([0]);
    }
    hex(&hasher.finalize())[..16].to_owned()
}
