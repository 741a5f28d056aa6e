//! The rows under a header: which of the form's rows each is, where the table ends, what fits nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::Vocabulary;
use super::grid::{Address, Sheet};
use super::header::{Header, Role};
use super::label::one_line;
use super::row::{Reader, RowKind, Stubs};
use super::table::{ColumnRef, LocatedCell};
use super::title::Stated;

/// A code of `findings.toml` at a cell, with its arguments.
pub(super) type Notice = (Address, &'static str, Vec<(&'static str, String)>);

/// What was read under a header.
pub(super) struct Body {
    pub cells: Vec<LocatedCell>,
    pub held: i64,
    pub notices: Vec<Notice>,
    /// The first row after the table.
    pub end: u32,
}

pub(super) fn read_body(
    sheet: &Sheet,
    vocabulary: &Vocabulary,
    header: &Header,
    until: u32,
) -> Body {
    Reader {
        sheet,
        vocabulary,
        header,
        form: &vocabulary.forms[header.form],
    }
    .read(until)
}

impl Reader<'_> {
    fn read(&self, until: u32) -> Body {
        let mut body = Body {
            cells: Vec::new(),
            held: 0,
            notices: Vec::new(),
            end: self.header.bottom + 1,
        };
        let mut section: Option<String> = None;
        let mut found: BTreeMap<usize, Vec<Vec<LocatedCell>>> = BTreeMap::new();
        // Rows that fit nothing count as the table's only if a known row follows them.
        let mut pending: Vec<(u32, Stubs, Option<String>)> = Vec::new();
        let mut unknown_columns: BTreeMap<u32, (i64, Address)> = BTreeMap::new();
        let rows = self
            .sheet
            .rows()
            .map(|(row, _)| row)
            .filter(|row| (self.header.bottom + 1..until).contains(row));
        let mut foot = false;
        for (i, row) in rows.enumerate() {
            if i == 0 && self.is_column_numbers(row) {
                continue;
            }
            let stubs = self.stubs(row);
            match self.kind(&stubs, section.as_deref(), row) {
                RowKind::Blank => {}
                RowKind::LeadIn => self.hold_stray_values(row, &mut body),
                RowKind::Foot => foot = true,
                RowKind::Section(id) if !foot => {
                    section = Some(id);
                    self.settle_unknown(&mut pending, &mut body);
                    self.hold_stray_values(row, &mut body);
                }
                RowKind::Section(_) => {}
                RowKind::Member(member) => {
                    foot = false;
                    self.settle_unknown(&mut pending, &mut body);
                    found.entry(member).or_default().push(self.cells_of(
                        row,
                        member,
                        stubs.measure.as_ref(),
                        &mut unknown_columns,
                    ));
                    body.end = row + 1;
                }
                RowKind::Torn { by_code, by_label } => {
                    self.settle_unknown(&mut pending, &mut body);
                    let at = stubs.code.map_or(Address::new(row, 0), |(at, _)| at);
                    let held = self.count_values(row);
                    body.held += held;
                    body.notices.push((
                        at,
                        "TH207",
                        vec![
                            ("code_row", self.form.rows[by_code].label.clone()),
                            ("label_row", self.form.rows[by_label].label.clone()),
                            ("count", held.to_string()),
                        ],
                    ));
                    body.end = row + 1;
                }
                RowKind::Unknown(text) => {
                    if !foot || self.has_numbers(row) {
                        pending.push((row, stubs, text));
                    }
                }
            }
        }
        // After the last known row only rows that carry numbers are the table's.
        pending.retain(|(row, stubs, _)| stubs.label.is_some() && self.has_numbers(*row));
        self.settle_unknown(&mut pending, &mut body);
        for (member, versions) in found {
            self.settle_member(member, versions, &mut body);
        }
        for (column, (count, first)) in unknown_columns {
            let head = self
                .header
                .columns
                .iter()
                .find(|c| c.column == column)
                .and_then(|c| c.head.clone());
            let (at, text) = head.map_or((first, String::new()), |head| (head.at, head.text));
            body.held += count;
            body.notices.push((
                at,
                "TH204",
                vec![("head", one_line(&text)), ("count", count.to_string())],
            ));
        }
        body.cells.sort_by_key(|cell| cell.at);
        body
    }

    fn cells_of(
        &self,
        row: u32,
        member: usize,
        row_measure: Option<&Stated>,
        unknown: &mut BTreeMap<u32, (i64, Address)>,
    ) -> Vec<LocatedCell> {
        let mut cells = Vec::new();
        for headed in &self.header.columns {
            let column = match headed.role {
                Role::Value(i) => ColumnRef::Value(i),
                Role::Comparison(i) => ColumnRef::Comparison(i),
                _ => continue,
            };
            let at = Address::new(row, headed.column);
            let content = self.sheet.get(at).cloned();
            cells.push(LocatedCell {
                at,
                content,
                row: member,
                column,
                row_measure: row_measure.cloned(),
                column_measure: headed.measure.clone(),
            });
        }
        let labelled: BTreeSet<u32> = self
            .stubs(row)
            .label
            .iter()
            .map(|(at, _)| at.column)
            .collect();
        for (at, _) in self.sheet.row(row) {
            let known = self
                .header
                .columns
                .iter()
                .any(|c| c.column == at.column && c.role != Role::Unknown);
            if !known && self.is_body(at.column) && !labelled.contains(&at.column) {
                unknown.entry(at.column).or_insert((0, at)).0 += 1;
            }
        }
        cells
    }

    fn hold_stray_values(&self, row: u32, body: &mut Body) {
        if self.has_numbers(row) {
            let held = self.count_values(row);
            body.held += held;
            if let Some((at, _)) = self.sheet.row(row).find(|(at, _)| self.is_body(at.column)) {
                body.notices
                    .push((at, "TH206", vec![("count", held.to_string())]));
            }
        }
    }

    fn settle_unknown(&self, pending: &mut Vec<(u32, Stubs, Option<String>)>, body: &mut Body) {
        for (row, stubs, text) in pending.drain(..) {
            let held = self.count_values(row);
            if held == 0 {
                continue;
            }
            body.held += held;
            body.end = body.end.max(row + 1);
            let first = self
                .sheet
                .row(row)
                .find(|(at, _)| self.is_body(at.column))
                .map(|(at, _)| at);
            let at = stubs
                .label
                .map(|(at, _)| at)
                .or(first)
                .unwrap_or(Address::new(row, 0));
            let text = text.unwrap_or_default();
            body.notices.push((
                at,
                "TH205",
                vec![
                    ("label", one_line(&text)),
                    ("nearest", self.nearest(&text)),
                    ("count", held.to_string()),
                ],
            ));
        }
    }

    /// A row found once is used; found again with the same content it is used once; with another, not at all.
    fn settle_member(&self, member: usize, mut versions: Vec<Vec<LocatedCell>>, body: &mut Body) {
        let first = versions.remove(0);
        let contents =
            |cells: &[LocatedCell]| cells.iter().map(|c| c.content.clone()).collect::<Vec<_>>();
        let filled =
            |cells: &[LocatedCell]| cells.iter().filter(|c| c.content.is_some()).count() as i64;
        let label = self.form.rows[member].label.clone();
        let Some(other) = versions.iter().find(|v| contents(v) != contents(&first)) else {
            for again in &versions {
                body.held += filled(again);
                body.notices
                    .push((again[0].at, "TH209", vec![("label", label.clone())]));
            }
            body.cells.extend(first);
            return;
        };
        let at = other[0].at;
        let held = filled(&first) + versions.iter().map(|v| filled(v)).sum::<i64>();
        body.held += held;
        body.notices.push((
            at,
            "TH208",
            vec![
                ("label", label),
                ("first", first[0].at.to_string()),
                ("count", held.to_string()),
            ],
        ));
    }
}
