//! For a sheet in which no form was found: what it has in common with one, so that a person sees why it was not read.

use std::collections::{BTreeMap, BTreeSet};

use super::form::{FieldKind, Form};
use super::vocabulary::Vocabulary;
use crate::read::{Address, Sheet};

/// Cells looked at: a sheet without a form may be large.
const CELLS_SEEN: usize = 20_000;

/// What a sheet has in common with the form that it is most like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearestForm {
    /// Code of the form.
    pub form: String,
    /// The head of the label column, if it is there.
    pub label_head: Option<Address>,
    /// Cells that read like the head of a value column.
    pub heads: Vec<Address>,
    /// Number of rows of the form whose labels are there.
    pub rows: usize,
}

/// The form that a sheet has most in common with; none if that is next to nothing.
#[must_use]
pub fn nearest_form(sheet: &Sheet, vocabulary: &Vocabulary) -> Option<NearestForm> {
    let folded: Vec<(Address, String)> = sheet
        .cells()
        .take(CELLS_SEEN)
        .filter_map(|(at, content)| Some((at, vocabulary.fold_label(content.text()?))))
        .collect();
    let list = vocabulary
        .forms
        .iter()
        .find_map(|form| nearest_list(form, &folded));
    if list.is_some() {
        return list;
    }
    // The form that the sheet names is meant, whatever its heads are like.
    let is_named = |form: &Form| {
        let code = format!(" {} ", form.folded_code);
        let mut texts = folded.iter();
        texts.any(|(_, text)| format!(" {text} ").contains(&code))
    };
    let forms = vocabulary
        .forms
        .iter()
        .filter(|form| form.records.is_none());
    let all = forms.map(|form| {
        // The lowest head of a path is in a cell of its own.
        let is_head = |text: &str| {
            form.columns
                .iter()
                .any(|column| column.heads.iter().any(|head| head.ends_like(text)))
        };
        let rows: BTreeSet<usize> = folded
            .iter()
            .filter_map(|(_, text)| form.rows.iter().position(|row| row.labels.contains(text)))
            .collect();
        let nearest = NearestForm {
            form: form.code.clone(),
            label_head: folded
                .iter()
                .find(|(_, text)| form.label_heads.contains(text))
                .map(|(at, _)| *at),
            heads: folded
                .iter()
                .filter(|(_, text)| is_head(text))
                .map(|(at, _)| *at)
                .take(form.columns.len())
                .collect(),
            rows: rows.len(),
        };
        (is_named(form), nearest)
    });
    let common = |nearest: &NearestForm| nearest.heads.len() + nearest.rows;
    let (_, nearest) = all
        .filter(|(named, nearest)| common(nearest) >= if *named { 1 } else { 3 })
        .max_by_key(|(named, nearest)| (*named, common(nearest)))?;
    Some(nearest)
}

/// A record list, if a row has at least three of its heads, and one that no other form has: that of the names, of a personal
/// column, or one that a list must have. The records below it may have words that other forms use as labels.
fn nearest_list(form: &Form, folded: &[(Address, String)]) -> Option<NearestForm> {
    let shape = form.records.as_ref()?;
    let mut rows: BTreeMap<u32, BTreeMap<usize, Address>> = BTreeMap::new();
    for (at, text) in folded {
        let known = shape.fields.iter().position(|f| f.heads.contains(text));
        if let Some(field) = known {
            rows.entry(at.row).or_default().entry(field).or_insert(*at);
        }
    }
    let tells = |field: &usize| {
        let facts = &shape.fields[*field];
        *field == shape.naming || facts.required || facts.kind == FieldKind::Personal
    };
    let heads = rows
        .into_values()
        .find(|row| row.len() >= 3 && row.keys().any(tells))?;
    Some(NearestForm {
        form: form.code.clone(),
        label_head: heads.get(&shape.naming).copied(),
        heads: heads.into_values().collect(),
        rows: 0,
    })
}
