//! A sheet in which no form was found: what it has of one, so that a person sees what keeps it from being read.

use std::collections::BTreeSet;

use super::Vocabulary;
use super::label::{without_footnote, without_numbering};
use crate::read::{Address, Sheet};

/// Cells looked at: a sheet that is no form may be large.
const CELLS_SEEN: usize = 20_000;

/// What a sheet has of the form that it is most like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearestForm {
    /// Code of the form.
    pub form: String,
    /// Where the head of the label column stands, if anywhere.
    pub label_head: Option<Address>,
    /// Cells that read like a value column's head.
    pub heads: Vec<Address>,
    /// Number of the form's rows whose labels are there.
    pub rows: usize,
}

/// The form that a sheet has most of; none when it has next to nothing of any.
#[must_use]
pub fn nearest_form(sheet: &Sheet, vocabulary: &Vocabulary) -> Option<NearestForm> {
    let folded: Vec<(Address, String)> = sheet
        .cells()
        .take(CELLS_SEEN)
        .filter_map(|(at, content)| {
            let (text, _) = vocabulary.split_measure(content.text()?);
            let bare = without_footnote(without_numbering(text));
            Some((at, vocabulary.folder.fold(bare)))
        })
        .collect();
    let nearest = vocabulary
        .forms
        .iter()
        .map(|form| {
            // The lowest head of a path stands in a cell of its own.
            let is_head = |text: &str| {
                form.columns
                    .iter()
                    .any(|column| column.heads.iter().any(|head| head.ends_like(text)))
            };
            let rows: BTreeSet<usize> = folded
                .iter()
                .filter_map(|(_, text)| form.rows.iter().position(|row| row.labels.contains(text)))
                .collect();
            NearestForm {
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
            }
        })
        .max_by_key(|nearest| nearest.heads.len() + nearest.rows)?;
    (nearest.heads.len() + nearest.rows >= 3).then_some(nearest)
}
