//! Rows that are units: name and code together say which unit a row is.
//!
//! A name may belong to one unit before a change of geography and to another after it, and so may a code. A row keeps
//! every unit that fits both; the table as a whole decides its geography later.

use std::sync::Arc;

use super::form::{Dimension, FormRow, UnitCodes};
use super::row::{Doubt, RowKind, RowReader, Stubs};
use crate::diagnostic::{Message, findings};
use crate::text::one_line;

impl RowReader<'_> {
    /// What name and code say of a row; none if it is neither a unit nor a sum of units.
    pub(super) fn unit_row(&self, label: Option<&str>, stubs: &Stubs) -> Option<RowKind> {
        let code = stated_code(stubs);
        let rows = &self.form.rows;
        let all = 0..rows.len();
        let Some(text) = label else {
            let any = Spellings::default();
            let coded: Vec<usize> = all.filter(|i| fits(&rows[*i], code, &any)).collect();
            return match (code, &coded[..]) {
                (Some(_), [row]) => Some(member(*row, None)),
                _ => None,
            };
        };
        let spellings = self.unit_spellings(text);
        let named: Vec<usize> = spellings
            .texts
            .iter()
            .map(|label| {
                let has = |i: &usize| rows[*i].labels.contains(label);
                all.clone().filter(has).collect::<Vec<_>>()
            })
            .find(|named| !named.is_empty())
            .unwrap_or_default();
        if named.is_empty() {
            if spellings.texts.iter().any(|s| self.form.sums.contains(s)) {
                return Some(RowKind::Subtotal);
            }
            let row = self.by_slip(&spellings.texts, None)?;
            let any = Spellings {
                vintage: spellings.vintage,
                ..Spellings::default()
            };
            return Some(if fits(&rows[row], code, &any) {
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
            // The geography that the words beside the name mean has no such unit.
            [] if spellings.vintage.is_some() && code.is_none() => None,
            [] => Some(self.torn(named[0], code)),
            // Several units have the name, and nothing tells which one is meant.
            _ => None,
        }
    }

    /// The ways to read the label of a unit. Words for a vintage behind the name are no part of it.
    fn unit_spellings(&self, text: &str) -> Spellings<'_> {
        let texts = self.spellings(text);
        let is_label = |label: &String| self.form.rows.iter().any(|r| r.labels.contains(label));
        if texts.iter().any(is_label) {
            return Spellings {
                texts,
                vintage: None,
            };
        }
        let senders = &self.vocabulary.words.senders;
        let bare = texts
            .iter()
            .filter_map(|folded| senders.without_vintage(folded, text))
            .filter(|(name, _)| is_label(name));
        let (names, vintages): (Vec<String>, Vec<&str>) = bare.unzip();
        match vintages.first() {
            Some(vintage) => Spellings {
                texts: names,
                vintage: Some(vintage),
            },
            None => Spellings {
                texts,
                vintage: None,
            },
        }
    }

    /// Code and label contradict each other.
    fn torn(&self, by_label: usize, code: Option<&str>) -> RowKind {
        let rows = &self.form.rows;
        RowKind::Torn {
            by_code: (0..rows.len())
                .filter(|i| fits(&rows[*i], code, &Spellings::default()))
                .collect(),
            by_label,
        }
    }

    /// The units that name and code of a row may mean together; none if the rows of the form are not units.
    pub(super) fn area(&self, member: usize, stubs: &Stubs) -> Option<Arc<UnitCodes>> {
        if self.form.dimension != Dimension::Unit {
            return None;
        }
        let row = &self.form.rows[member];
        let label = stubs.label.as_ref().map(|(_, text)| text.as_str());
        let spellings = label
            .map(|text| self.unit_spellings(self.vocabulary.split_measure(text).0))
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

    /// The message about a row that the form does not have, of which `count` cells are held back.
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

/// The ways to read the label of a unit, and the vintage that words behind the name mean.
#[derive(Default)]
struct Spellings<'a> {
    texts: Vec<String>,
    vintage: Option<&'a str>,
}

fn member(row: usize, doubt: Option<Doubt>) -> RowKind {
    RowKind::Member { row, doubt }
}

/// The code of a row as written; none if blank.
fn stated_code(stubs: &Stubs) -> Option<&str> {
    let (_, text) = stubs.code.as_ref()?;
    let code = text.trim().trim_start_matches('\'').trim();
    (!code.is_empty()).then_some(code)
}

/// Whether a row has a unit of this code and name.
fn fits(row: &FormRow, code: Option<&str>, spellings: &Spellings<'_>) -> bool {
    !units(row, code, spellings).is_empty()
}

/// The units of a row that have the code, if one is stated, and the name, if it is one of the row's; of the vintage that is
/// stated, if one is.
fn units(row: &FormRow, code: Option<&str>, spellings: &Spellings<'_>) -> UnitCodes {
    let Spellings { texts, vintage } = spellings;
    let is_named = texts.iter().any(|s| row.labels.contains(s));
    row.units
        .iter()
        .filter(|unit| vintage.is_none_or(|vintage| unit.vintage == vintage))
        .filter(|unit| code.is_none_or(|code| is_same_code(&unit.code, code)))
        .filter(|unit| !is_named || texts.iter().any(|s| unit.labels.contains(s)))
        .map(|unit| (unit.vintage.clone(), unit.code.clone()))
        .collect()
}

/// Whether two codes are the same: a spreadsheet turns `04` into 4.
fn is_same_code(code: &str, written: &str) -> bool {
    code == written || code.trim_start_matches('0') == written.trim_start_matches('0')
}
