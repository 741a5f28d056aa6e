//! Whether a sheet may hold personal data: whether it is, or looks like, a list with personal columns. Nothing of it is then
//! quoted, even if its list cannot be read.

use std::collections::{BTreeMap, BTreeSet};

use super::form::{FieldKind, Form};
use super::record_head::{HeadContext, record_head};
use super::vocabulary::Vocabulary;
use super::words::StatementKind;
use crate::read::Sheet;

/// Cells looked at.
const CELLS_SEEN: usize = 20_000;

/// Heads of a list within a few rows that show one, the one that names its records among them.
const FEWEST_HEADS: usize = 3;

/// Rows that the heads of one list take, at most.
const HEAD_ROWS: u32 = 3;

/// Whether a sheet names a form with personal columns, by code or by title; or has the head of a personal column; or has
/// at least three heads of such a list, unless they are those of a list without personal columns that the sheet names.
#[must_use]
pub fn may_be_personal(sheet: &Sheet, vocabulary: &Vocabulary) -> bool {
    let forms: Vec<&Form> = vocabulary
        .forms
        .iter()
        .filter(|f| f.is_personal())
        .collect();
    if forms.is_empty() {
        return false;
    }
    let mut heads: BTreeMap<(usize, u32), BTreeSet<usize>> = BTreeMap::new();
    for (at, content) in sheet.cells().take(CELLS_SEEN) {
        for line in content.text().into_iter().flat_map(str::lines) {
            let folded = vocabulary.folder.fold(line);
            if forms.iter().any(|form| names(&folded, form, vocabulary)) {
                return true;
            }
        }
        let Some(text) = content.text() else { continue };
        let label = vocabulary.fold_label(text);
        for (n, form) in forms.iter().enumerate() {
            let shape = form.records.iter();
            let fields = shape.flat_map(|shape| shape.fields.iter().enumerate());
            for (field, facts) in fields.filter(|(_, facts)| facts.heads.contains(&label)) {
                if facts.kind == FieldKind::Personal {
                    return true;
                }
                for row in at.row..at.row + HEAD_ROWS {
                    heads.entry((n, row)).or_default().insert(field);
                }
            }
        }
    }
    heads.iter().any(|((n, row), fields)| {
        let naming = forms[*n].records.as_ref().map(|shape| shape.naming);
        let is_like = naming.is_some_and(|naming| fields.contains(&naming));
        fields.len() >= FEWEST_HEADS && is_like && !is_another_list(sheet, *row, vocabulary)
    })
}

/// Whether the heads around a row are those of a list without personal columns that the sheet names above it, and nothing else
/// stands among them: below a head that nobody knows may be anything.
fn is_another_list(sheet: &Sheet, row: u32, vocabulary: &Vocabulary) -> bool {
    (row.saturating_sub(HEAD_ROWS - 1)..=row).any(|row| {
        let head = record_head(sheet, row, HeadContext::default(), vocabulary);
        head.is_some_and(|head| {
            let form = &vocabulary.forms[head.form];
            let named = head.title.named_form(vocabulary);
            let is_named = named.is_some_and(|named| vocabulary.forms[named].code == form.code);
            let are_known = head.columns.iter().all(|column| column.field.is_some());
            !form.is_personal() && is_named && are_known
        })
    })
}

/// Whether a folded line names a form: it is the code, with or without the words for it, or begins with the title.
fn names(line: &str, form: &Form, vocabulary: &Vocabulary) -> bool {
    let code = form.folded_code.as_str();
    let mut statements = vocabulary.words.statements();
    line.starts_with(code)
        || line.starts_with(&form.folded_title)
        || statements.any(|(kind, word)| {
            let said = line.strip_prefix(word).map(str::trim_start);
            kind == StatementKind::Form && said.is_some_and(|said| said.starts_with(code))
        })
}
