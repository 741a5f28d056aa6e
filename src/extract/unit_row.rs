//! The rows of a table by units: name and code together say which unit a row is.
//!
//! A name may belong to one unit before a change of geography and to another after it, and so may a code. A row
//! keeps every unit that fits both; the table as a whole decides later on which geography it stands.

use std::sync::Arc;

use super::form::{Dimension, FormRow, UnitCodes};
use super::label::one_line;
use super::row::{Doubt, Reader, RowKind, Stubs};
use crate::diagnostic::{Message, findings};

impl Reader<'_> {
    /// What a row is, where name and code tell; none where it is no unit and no sum of units.
    pub(super) fn unit_row(&self, label: Option<&str>, stubs: &Stubs) -> Option<RowKind> {
        let code = stated_code(stubs);
        let rows = &self.form.rows;
        let all = 0..rows.len();
        let Some(text) = label else {
            let coded: Vec<usize> = all.filter(|i| fits(&rows[*i], code, &[])).collect();
            return match (code, &coded[..]) {
                (Some(_), [row]) => Some(member(*row, None)),
                _ => None,
            };
        };
        let spellings = self.spellings(text);
        let named: Vec<usize> = spellings
            .iter()
            .map(|label| {
                let has = |i: &usize| rows[*i].labels.contains(label);
                all.clone().filter(has).collect::<Vec<_>>()
            })
            .find(|named| !named.is_empty())
            .unwrap_or_default();
        if named.is_empty() {
            if spellings.iter().any(|s| self.form.sums.contains(s)) {
                return Some(RowKind::Subtotal);
            }
            let row = self.by_slip(&spellings, None)?;
            return Some(if fits(&rows[row], code, &[]) {
                member(row, Some(Doubt::Slip))
            } else {
                self.torn(row, code)
            });
        }
        let both: Vec<usize> = named
            .iter()
            .copied()
            .filter(|i| fits(&rows[*i], code, &spellings))
            .collect();
        match both[..] {
            [row] => Some(member(row, None)),
            [] => Some(self.torn(named[0], code)),
            // A name of several units, and nothing that tells which.
            _ => None,
        }
    }

    fn torn(&self, by_label: usize, code: Option<&str>) -> RowKind {
        let rows = &self.form.rows;
        RowKind::Torn {
            by_code: (0..rows.len())
                .filter(|i| fits(&rows[*i], code, &[]))
                .collect(),
            by_label,
        }
    }

    /// The units that name and code of a row may mean together; none where rows are no units.
    pub(super) fn area(&self, member: usize, stubs: &Stubs) -> Option<Arc<UnitCodes>> {
        if self.form.dimension != Dimension::Unit {
            return None;
        }
        let row = &self.form.rows[member];
        let label = stubs.label.as_ref().map(|(_, text)| text.as_str());
        let spellings = label
            .map(|text| self.spellings(self.vocabulary.split_measure(text).0))
            .unwrap_or_default();
        Some(Arc::new(units(row, stated_code(stubs), &spellings)))
    }

    /// The labels of rows, for a message.
    pub(super) fn labels_of(&self, rows: &[usize]) -> String {
        let labels: Vec<&str> = rows
            .iter()
            .map(|row| self.form.rows[*row].label.as_str())
            .collect();
        if labels.is_empty() {
            "-".to_owned()
        } else {
            labels.join(", ")
        }
    }

    /// What is said of a row that is none of the form's, with `count` cells of values.
    pub(super) fn unknown_row(&self, text: &str, count: i64) -> Message {
        let (label, nearest) = (one_line(text), self.nearest(text));
        if self.form.dimension == Dimension::Unit {
            findings::TH431 {
                label,
                nearest,
                count,
            }
            .into()
        } else {
            findings::TH205 {
                label,
                nearest,
                count,
            }
            .into()
        }
    }
}

fn member(row: usize, doubt: Option<Doubt>) -> RowKind {
    RowKind::Member { row, doubt }
}

/// The code of a row as written; none when blank.
fn stated_code(stubs: &Stubs) -> Option<&str> {
    let (_, text) = stubs.code.as_ref()?;
    let code = text.trim().trim_start_matches('\'').trim();
    (!code.is_empty()).then_some(code)
}

fn fits(row: &FormRow, code: Option<&str>, spellings: &[String]) -> bool {
    !units(row, code, spellings).is_empty()
}

/// The units of a row that have the code, where one is stated, and the name, where it is one of the row's.
fn units(row: &FormRow, code: Option<&str>, spellings: &[String]) -> UnitCodes {
    let is_named = spellings.iter().any(|s| row.labels.contains(s));
    row.units
        .iter()
        .filter(|unit| code.is_none_or(|code| is_same_code(&unit.code, code)))
        .filter(|unit| !is_named || spellings.iter().any(|s| unit.labels.contains(s)))
        .map(|unit| (unit.vintage.clone(), unit.code.clone()))
        .collect()
}

/// A spreadsheet turns `04` into 4.
fn is_same_code(code: &str, written: &str) -> bool {
    code == written || code.trim_start_matches('0') == written.trim_start_matches('0')
}
