//! The words by which the head of a table is noticed.

use std::collections::HashSet;

use super::form::Form;
use super::vocabulary::Vocabulary;
use super::words::StatementKind;

/// Longer texts head no column.
const LONGEST_HEAD: usize = 120;

/// The words by which the head of a table is noticed: cheaper to ask than whether rows are a head.
#[derive(Debug, Clone)]
pub struct HeadSigns {
    /// Heads of the fields of lists.
    fields: HashSet<String>,
    /// Heads of the fields that name a record.
    naming: HashSet<String>,
    /// Heads of the columns of labels.
    labels: HashSet<String>,
}

/// What a text may head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeadSign {
    /// Whether it heads a field of some list.
    pub field: bool,
    /// Whether each table has it once: it heads the labels of rows, or the names of records.
    pub anchor: bool,
    /// Whether it heads the labels of rows.
    pub label: bool,
}

impl HeadSigns {
    /// The words of all forms.
    #[must_use]
    pub fn new(vocabulary: &Vocabulary) -> Self {
        let lists = || {
            let forms = vocabulary.forms.iter();
            forms.filter_map(|form: &Form| form.records.as_ref())
        };
        let fields = lists().flat_map(|shape| &shape.fields);
        let naming = lists().map(|shape| &shape.fields[shape.naming]);
        let labels = vocabulary.forms.iter().flat_map(|form| &form.label_heads);
        Self {
            fields: fields.flat_map(|field| field.heads.clone()).collect(),
            naming: naming.flat_map(|field| field.heads.clone()).collect(),
            labels: labels.cloned().collect(),
        }
    }

    /// What a text may head; none if it heads nothing.
    #[must_use]
    pub fn of(&self, text: &str, vocabulary: &Vocabulary) -> Option<HeadSign> {
        if text.len() > LONGEST_HEAD {
            return None;
        }
        let folded = vocabulary.fold_label(text);
        let label = self.labels.contains(&folded);
        let sign = HeadSign {
            field: self.fields.contains(&folded),
            anchor: label || self.naming.contains(&folded),
            label,
        };
        (sign.field || sign.anchor).then_some(sign)
    }
}

/// Whether a line states which form begins below it.
#[must_use]
pub fn names_a_form(line: &str, vocabulary: &Vocabulary) -> bool {
    let folded = vocabulary.folder.fold(line);
    let mut words = vocabulary.words.statements();
    words.any(|(kind, word)| kind == StatementKind::Form && folded.starts_with(word))
}
