//! The rows under a header: which of the form's rows each is, where the table ends, what fits nothing.

use std::collections::BTreeMap;

use super::Vocabulary;
use super::header::{Header, Role};
use super::label::one_line;
use super::row::{Doubt, Reader, RowKind, Stubs};
use super::table::{ColumnRef, LocatedCell};
use crate::diagnostic::{Message, findings};
use crate::read::{Address, Sheet};

/// What was read under a header.
pub(super) struct Body {
    pub cells: Vec<LocatedCell>,
    pub held: i64,
    pub notices: Vec<(Address, Message)>,
    /// The section in which it ended.
    pub section: Option<String>,
    /// The first row after the table.
    pub end: u32,
    unknown_rows: usize,
    more_unknown: Option<MoreUnknown>,
}

/// Rows that fit nothing, beyond those that are named one by one.
struct MoreUnknown {
    first: Address,
    last: Address,
    rows: usize,
    cells: i64,
}

/// Rows, and columns, that fit nothing and are named one by one; more of them are named together.
const NAMED_UNKNOWN: usize = 200;

/// Reads the rows under a header, down to row `until`, beginning in `section`.
pub(super) fn read_body(
    sheet: &Sheet,
    vocabulary: &Vocabulary,
    header: &Header,
    until: u32,
    section: Option<String>,
) -> Body {
    let values = || {
        header
            .columns
            .iter()
            .filter(|c| matches!(c.role, Role::Value(_) | Role::Comparison(_)))
            .map(|c| c.column)
    };
    Reader {
        sheet,
        vocabulary,
        header,
        form: &vocabulary.forms[header.form],
        first_value: values().min(),
        last_value: values().max(),
    }
    .read(until, section)
}

/// A row of the form as found in the sheet, and whether it was found again.
struct Found {
    cells: Vec<LocatedCell>,
    /// First cells of further rows, up to the first that differs.
    again: Vec<Address>,
    differs: Option<Address>,
    /// Cells of the further rows that hold something.
    held: i64,
}

fn filled(cells: &[LocatedCell]) -> i64 {
    cells.iter().filter(|c| c.content.is_some()).count() as i64
}

impl Found {
    fn see(&mut self, cells: &[LocatedCell]) {
        let Some(first) = cells.first() else { return };
        self.held += filled(cells);
        let same = self
            .cells
            .iter()
            .map(|c| &c.content)
            .eq(cells.iter().map(|c| &c.content));
        if !same {
            self.differs.get_or_insert(first.at);
        } else if self.again.len() < NAMED_UNKNOWN {
            self.again.push(first.at);
        }
    }
}

impl Reader<'_> {
    fn read(&self, until: u32, mut section: Option<String>) -> Body {
        let mut body = Body {
            cells: Vec::new(),
            held: 0,
            notices: Vec::new(),
            section: None,
            end: self.header.bottom + 1,
            unknown_rows: 0,
            more_unknown: None,
        };
        let mut found: BTreeMap<usize, Found> = BTreeMap::new();
        // Rows that fit nothing count as the table's only if a known row follows them.
        let mut pending: Vec<(u32, Stubs, Option<String>)> = Vec::new();
        let mut unknown_columns: BTreeMap<u32, (i64, Address)> = BTreeMap::new();
        let rows = self
            .sheet
            .rows_from(self.header.bottom + 1)
            .take_while(|row| *row < until);
        let mut foot = false;
        for (i, row) in rows.enumerate() {
            if i == 0 && self.is_column_numbers(row) {
                continue;
            }
            if let Some(at) = self.beyond_heads(row) {
                self.settle_unknown(&mut pending, &mut body);
                self.hold_torn_line(row, at, &mut body);
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
                RowKind::Section(_) => self.hold_stray_values(row, &mut body),
                RowKind::Member { row: member, doubt } => {
                    foot = false;
                    self.settle_unknown(&mut pending, &mut body);
                    let cells = self.cells_of(row, member, &stubs, &mut unknown_columns);
                    if let (Some(doubt), Some(label)) = (doubt, &stubs.label) {
                        self.say_doubt(&doubt, label, member, &mut body);
                    }
                    match found.get_mut(&member) {
                        Some(before) => before.see(&cells),
                        None => {
                            found.insert(
                                member,
                                Found {
                                    cells,
                                    again: Vec::new(),
                                    differs: None,
                                    held: 0,
                                },
                            );
                        }
                    }
                    body.end = row + 1;
                }
                RowKind::Subtotal if foot && !self.has_numbers(row) => {}
                RowKind::Subtotal => {
                    self.settle_unknown(&mut pending, &mut body);
                    self.pass_over_subtotal(row, &stubs, &mut body);
                }
                RowKind::Torn { by_code, by_label } => {
                    self.settle_unknown(&mut pending, &mut body);
                    let at = stubs.code.map_or(Address::new(row, 0), |(at, _)| at);
                    let held = self.count_values(row);
                    body.held += held;
                    let torn = findings::TH207 {
                        code_row: self.labels_of(&by_code),
                        label_row: &self.form.rows[by_label].label,
                        count: held,
                    };
                    body.notices.push((at, torn.into()));
                    body.end = row + 1;
                }
                RowKind::Unknown(text) => {
                    if !foot || self.has_numbers(row) {
                        pending.push((row, stubs, text));
                    }
                }
            }
        }
        // After the last known row only rows that carry numbers are the table's; without a label one number alone
        // is that of the page.
        pending.retain(|(row, stubs, _)| {
            self.has_numbers(*row) && (stubs.label.is_some() || self.count_values(*row) > 1)
        });
        self.settle_unknown(&mut pending, &mut body);
        for (member, found) in found {
            self.settle_member(member, found, &mut body);
        }
        self.settle_repeated_columns(&mut unknown_columns, &mut body);
        self.settle_unknown_columns(unknown_columns, &mut body);
        if let Some(more) = body.more_unknown.take() {
            let unknown = findings::TH220 {
                rows: more.rows,
                count: more.cells,
                last: self.sheet.cell_name(more.last),
            };
            body.notices.push((more.first, unknown.into()));
        }
        body.cells.sort_by_key(|cell| cell.at);
        body.section = section;
        body
    }

    /// The first field of a line of a text file that has more fields than the heads: a separator within a number
    /// has torn it, and nothing in it stands where it should.
    fn beyond_heads(&self, row: u32) -> Option<Address> {
        let last = self.header.columns.last()?.column;
        let is_text_file = self.sheet.name.is_none() && !self.sheet.is_turned();
        self.sheet
            .right_of(Address::new(row, last))
            .map(|(at, _)| at)
            .filter(|_| is_text_file && self.has_numbers(row))
    }

    fn hold_torn_line(&self, row: u32, at: Address, body: &mut Body) {
        let held = self.count_values(row);
        body.held += held;
        body.end = row + 1;
        let torn = findings::TH224 { count: held };
        body.notices.push((at, torn.into()));
    }

    /// Two columns under one head: used once where they hold the same, not at all where they differ.
    fn settle_repeated_columns(
        &self,
        unknown: &mut BTreeMap<u32, (i64, Address)>,
        body: &mut Body,
    ) {
        for again in &self.header.columns {
            let Some(first) = again.repeats else { continue };
            let (count, place) = unknown
                .remove(&again.column)
                .unwrap_or((0, Address::new(self.header.bottom, again.column)));
            let at = again.head.as_ref().map_or(place, |head| head.at);
            let text = again.head.as_ref().map_or("", |head| head.text.as_str());
            body.held += count;
            let of_first = |cell: &LocatedCell| cell.at.column == first;
            let differs = body.cells.iter().filter(|cell| of_first(cell)).any(|cell| {
                let beside = Address::new(cell.at.row, again.column);
                self.sheet.get(beside) != cell.content.as_ref()
            });
            let head = one_line(text);
            if !differs {
                body.notices.push((at, findings::TH226 { head }.into()));
                continue;
            }
            let held = body
                .cells
                .iter()
                .filter(|cell| of_first(cell) && cell.content.is_some())
                .count() as i64;
            body.cells.retain(|cell| !of_first(cell));
            body.held += held;
            let differ = findings::TH225 {
                head,
                first: Address::column_name(first),
                count: count + held,
            };
            body.notices.push((at, differ.into()));
        }
    }

    /// Each unknown column gets a finding at its head; beyond so many the rest get one together.
    fn settle_unknown_columns(&self, columns: BTreeMap<u32, (i64, Address)>, body: &mut Body) {
        let place = |column: u32, first: Address| {
            let head = self.header.at(column).and_then(|c| c.head.clone());
            head.map_or((first, String::new()), |head| (head.at, head.text))
        };
        let mut more: Option<(Address, Address, usize, i64)> = None;
        for (n, (column, (count, first))) in columns.into_iter().enumerate() {
            body.held += count;
            let (at, text) = place(column, first);
            if n < NAMED_UNKNOWN {
                let head = one_line(&text);
                let unknown = findings::TH204 { head, count };
                body.notices.push((at, unknown.into()));
                continue;
            }
            let (_, last, columns, cells) = more.get_or_insert((at, at, 0, 0));
            *last = at;
            *columns += 1;
            *cells += count;
        }
        if let Some((first, last, columns, cells)) = more {
            let unknown = findings::TH223 {
                columns,
                count: cells,
                last: self.sheet.cell_name(last),
            };
            body.notices.push((first, unknown.into()));
        }
    }

    fn say_doubt(&self, doubt: &Doubt, label: &(Address, String), member: usize, body: &mut Body) {
        let row = &self.form.rows[member];
        let (read, known) = (one_line(&label.1), &row.label);
        let message = match doubt {
            Doubt::Slip => findings::TH216 { read, known }.into(),
            Doubt::UnfamiliarLabel => {
                let code = row.code.as_deref().unwrap_or_default();
                findings::TH219 { code, known, read }.into()
            }
        };
        body.notices.push((label.0, message));
    }

    fn pass_over_subtotal(&self, row: u32, stubs: &Stubs, body: &mut Body) {
        let held = self.count_values(row);
        if held == 0 {
            return;
        }
        body.held += held;
        let Some((at, text)) = &stubs.label else {
            return;
        };
        let passed_over = findings::TH217 {
            label: one_line(text),
            count: held,
        };
        body.notices.push((*at, passed_over.into()));
    }

    fn cells_of(
        &self,
        row: u32,
        member: usize,
        stubs: &Stubs,
        unknown: &mut BTreeMap<u32, (i64, Address)>,
    ) -> Vec<LocatedCell> {
        let area = self.area(member, stubs);
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
                undecoded: self.sheet.undecoded(at).map(|u| u.text.clone()),
                row: member,
                column,
                row_measure: stubs.measure.clone(),
                column_measure: headed.measure.clone(),
                area: area.clone(),
            });
        }
        let label = stubs.label.as_ref().map(|(at, _)| at.column);
        for (at, _) in self.sheet.row(row) {
            let known = self
                .header
                .at(at.column)
                .is_some_and(|c| c.role != Role::Unknown);
            if !known && self.is_body(at.column) && label != Some(at.column) {
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
                let stray = findings::TH206 { count: held };
                body.notices.push((at, stray.into()));
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
            body.unknown_rows += 1;
            if body.unknown_rows > NAMED_UNKNOWN {
                let more = body.more_unknown.get_or_insert(MoreUnknown {
                    first: at,
                    last: at,
                    rows: 0,
                    cells: 0,
                });
                more.last = at;
                more.rows += 1;
                more.cells += held;
                continue;
            }
            let text = text.unwrap_or_default();
            body.notices.push((at, self.unknown_row(&text, held)));
        }
    }

    /// A row found once is used; found again with the same content it is used once; with another, not at all.
    fn settle_member(&self, member: usize, found: Found, body: &mut Body) {
        let label = &self.form.rows[member].label;
        body.held += found.held;
        let Some(differs) = found.differs else {
            for at in found.again {
                body.notices.push((at, findings::TH209 { label }.into()));
            }
            body.cells.extend(found.cells);
            return;
        };
        let own = filled(&found.cells);
        body.held += own;
        let differ = findings::TH208 {
            label,
            first: self.sheet.cell_name(found.cells[0].at),
            count: own + found.held,
        };
        body.notices.push((differs, differ.into()));
    }
}
