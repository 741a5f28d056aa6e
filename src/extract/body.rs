//! The rows under a header: which row of the form each is, where the table ends, which cells are held back.

use std::collections::BTreeMap;

use super::cell::{ColumnRef, LocatedCell};
use super::head_meaning::ColumnRole;
use super::header::Header;
use super::heading_row::Sign;
use super::row::{Doubt, RowKind, RowReader, Stubs};
use super::sub_columns::settle_sub_columns;
use super::unfit::{NAMED_ONE_BY_ONE, Notice, UnknownColumns, UnknownRows};
use super::vocabulary::Vocabulary;
use crate::diagnostic::{Message, findings};
use crate::read::{Address, CellContent, Sheet};
use crate::text::one_line;

/// What was read under a header.
pub(super) struct TableBody {
    /// The cells that the form knows, row by row.
    pub cells: Vec<LocatedCell>,
    /// Number of body cells that are held back.
    pub held: i64,
    pub notices: Vec<Notice>,
    /// The section in which it ended.
    pub section: Option<String>,
    /// The first row after the table.
    pub end: u32,
}

/// Reads the rows under a header, down to row `until`, beginning in `section`.
pub(super) fn read_body(
    sheet: &Sheet,
    vocabulary: &Vocabulary,
    header: &Header,
    until: u32,
    section: Option<String>,
) -> TableBody {
    let reader = BodyReader {
        needs_headings: vocabulary.forms[header.form].needs_headings(),
        rows: RowReader::new(sheet, vocabulary, header),
        body: TableBody {
            cells: Vec::new(),
            held: 0,
            notices: Vec::new(),
            section,
            end: header.bottom + 1,
        },
        after_foot: false,
        heading: None,
        last_member: None,
        sums: Vec::new(),
        found: BTreeMap::new(),
        unknown_rows: UnknownRows::default(),
        unknown_columns: UnknownColumns::default(),
    };
    reader.read(until)
}

/// A table's body, while it is read.
struct BodyReader<'a> {
    rows: RowReader<'a>,
    body: TableBody,
    /// The last rows were the foot of the table: only a row of the form goes on with it.
    after_foot: bool,
    /// Whether labels mean something only under a heading.
    needs_headings: bool,
    /// How the section began.
    heading: Option<Heading>,
    /// The last row of the sheet that is one of the form.
    last_member: Option<u32>,
    /// Rows that may be the form's row of totals, each with whether it is the first under the heads.
    sums: Vec<(u32, Stubs, bool)>,
    /// The rows of the form, by their index.
    found: BTreeMap<usize, FoundRow>,
    unknown_rows: UnknownRows,
    unknown_columns: UnknownColumns,
}

/// How a section began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Heading {
    /// With a row that says its heading too, as in `Training: persons`.
    InLabel,
    /// With a heading row, numbered so.
    Row(Option<Sign>),
}

/// A row of the form as found in the sheet, and what further rows of the same meaning held.
struct FoundRow {
    cells: Vec<LocatedCell>,
    /// First cells of further rows with the same content.
    again: Vec<Address>,
    /// First cell of the first further row with other content.
    differs: Option<Address>,
    /// Filled cells of all further rows.
    held: i64,
}

/// Number of cells that hold something.
fn filled(cells: &[LocatedCell]) -> i64 {
    cells.iter().filter(|c| c.content.is_some()).count() as i64
}

/// What a body cell holds, even if it must not be loaded.
fn content_at(sheet: &Sheet, at: Address) -> Option<CellContent> {
    let withheld = || sheet.withheld(at).cloned();
    sheet
        .get(at)
        .cloned()
        .or_else(|| withheld().map(|cell| CellContent::Withheld(Box::new(cell))))
}

impl FoundRow {
    fn new(cells: Vec<LocatedCell>) -> Self {
        Self {
            cells,
            again: Vec::new(),
            differs: None,
            held: 0,
        }
    }

    /// The row was found again, with these cells.
    fn add(&mut self, cells: &[LocatedCell]) {
        let Some(first) = cells.first() else { return };
        self.held += filled(cells);
        let same = self
            .cells
            .iter()
            .map(|c| &c.content)
            .eq(cells.iter().map(|c| &c.content));
        if !same {
            self.differs.get_or_insert(first.at);
        } else if self.again.len() < NAMED_ONE_BY_ONE {
            self.again.push(first.at);
        }
    }
}

impl BodyReader<'_> {
    fn read(mut self, until: u32) -> TableBody {
        let sheet = self.rows.sheet;
        let rows = sheet.rows_from(self.rows.header.bottom + 1);
        for (i, row) in rows.take_while(|row| *row < until).enumerate() {
            if i > 0 || !self.rows.is_column_numbers(row) {
                self.row(row);
            }
        }
        self.unknown_rows.drop_below(&self.rows);
        self.settle_unknown_rows();
        self.settle_sums();
        for (member, found) in std::mem::take(&mut self.found) {
            self.settle_row(member, found);
        }
        let body = &mut self.body;
        let (cells, notices) = (&mut body.cells, &mut body.notices);
        body.held += settle_sub_columns(&self.rows, cells, &mut self.unknown_columns, notices);
        body.held += self.unknown_columns.settle(&self.rows, &mut body.notices);
        body.notices
            .extend(self.unknown_rows.notice_of_more(&self.rows));
        body.cells.sort_by_key(|cell| cell.at);
        self.body
    }

    fn row(&mut self, row: u32) {
        if let Some(at) = self.rows.beyond_heads(row) {
            self.settle_unknown_rows();
            self.hold_torn_line(row, at);
            return;
        }
        let stubs = self.rows.stubs(row);
        match self.rows.kind(&stubs, self.body.section.as_deref(), row) {
            RowKind::Blank => {}
            RowKind::LeadIn => self.hold_stray_values(row),
            RowKind::Foot => self.after_foot = true,
            RowKind::Section { id, slip } => {
                if !self.after_foot {
                    self.body.section = Some(id.clone());
                    self.heading = Some(Heading::Row(self.rows.sign(row)));
                    self.settle_unknown_rows();
                }
                if let (Some(known), Some((at, read))) = (slip, &stubs.label) {
                    let read = one_line(read);
                    self.note(*at, findings::TH216 { read, known });
                }
                match self.rows.row_in_heading(row, &id, &stubs) {
                    Some((member, stubs)) if !self.after_foot => self.take_row(row, member, &stubs),
                    _ => self.hold_stray_values(row),
                }
            }
            RowKind::Member { row: member, doubt } => {
                self.after_foot = false;
                self.settle_unknown_rows();
                self.begin_section_of(member, &stubs);
                self.take_row(row, member, &stubs);
                if let (Some(doubt), Some(label)) = (doubt, &stubs.label) {
                    self.note_doubt(&doubt, label, member);
                }
            }
            RowKind::Subtotal => {
                if !self.after_foot || self.rows.has_numbers(row) {
                    self.settle_unknown_rows();
                    self.hold_subtotal(row, &stubs);
                }
            }
            RowKind::MayBeTotal => {
                if self.rows.has_numbers(row) {
                    let is_first = self.last_member.is_none() && self.body.held == 0;
                    self.settle_unknown_rows();
                    let is_first = is_first && self.body.held == 0;
                    self.sums.push((row, stubs, is_first));
                }
            }
            RowKind::Torn { by_code, by_label } => {
                self.settle_unknown_rows();
                self.hold_torn_row(row, &stubs, &by_code, by_label);
            }
            RowKind::Unknown(label) => {
                if label.is_some() && self.needs_headings && self.may_be_heading(row) {
                    self.body.section = None;
                    self.heading = None;
                }
                if !self.after_foot || self.rows.has_numbers(row) {
                    self.unknown_rows.keep(row, stubs, label);
                }
            }
        }
    }

    /// Without a heading row, a row that says its heading begins a section.
    fn begin_section_of(&mut self, member: usize, stubs: &Stubs) {
        let is_open = match self.heading {
            None => self.body.section.is_none(),
            Some(Heading::InLabel) => true,
            Some(Heading::Row(_)) => false,
        };
        if is_open && self.needs_headings && self.rows.says_heading(member, stubs) {
            self.body.section = self.rows.form.rows[member].section.clone();
            self.heading = Some(Heading::InLabel);
        }
    }

    /// Whether an unknown row may be a heading: the rows below it are then not those of the section before. A heading has no
    /// figures, or is numbered as the heading before was.
    fn may_be_heading(&self, row: u32) -> bool {
        if !self.rows.has_numbers(row) {
            return true;
        }
        match self.heading {
            Some(Heading::InLabel) => true,
            Some(Heading::Row(Some(sign))) => self.rows.sign(row) == Some(sign),
            Some(Heading::Row(None)) | None => false,
        }
    }

    fn note(&mut self, at: Address, message: impl Into<Message>) {
        self.body.notices.push((at, message.into()));
    }

    /// Holds back the values of a row. Returns their number.
    fn hold_values(&mut self, row: u32) -> i64 {
        let held = self.rows.count_values(row);
        self.body.held += held;
        held
    }

    /// The rows kept so far belong to the table.
    fn settle_unknown_rows(&mut self) {
        let body = &mut self.body;
        let (held, last) = self.unknown_rows.settle(&self.rows, &mut body.notices);
        body.held += held;
        body.end = body.end.max(last.map_or(0, |row| row + 1));
    }

    fn hold_torn_line(&mut self, row: u32, at: Address) {
        let held = self.hold_values(row);
        self.body.end = row + 1;
        self.note(at, findings::TH224 { count: held });
    }

    fn hold_torn_row(&mut self, row: u32, stubs: &Stubs, by_code: &[usize], by_label: usize) {
        let at = stubs
            .code
            .as_ref()
            .map_or(Address::new(row, 0), |(at, _)| *at);
        let held = self.hold_values(row);
        let torn = findings::TH207 {
            code_row: self.rows.labels_of(by_code),
            label_row: &self.rows.form.rows[by_label].label,
            count: held,
        };
        self.note(at, torn);
        self.body.end = row + 1;
    }

    /// Values in a row that has none.
    fn hold_stray_values(&mut self, row: u32) {
        if self.rows.has_numbers(row) {
            let held = self.hold_values(row);
            if let Some(at) = self.rows.first_body_cell(row) {
                self.note(at, findings::TH206 { count: held });
            }
        }
    }

    fn hold_subtotal(&mut self, row: u32, stubs: &Stubs) {
        let held = self.hold_values(row);
        if held == 0 {
            return;
        }
        if let Some((at, text)) = &stubs.label {
            let label = one_line(text);
            self.note(*at, findings::TH217 { label, count: held });
        }
    }

    /// Settles the rows that may be the form's row of totals. If no other row is, the one first under the heads is, or the
    /// last one of the table. One within the table sums up a group; if there is one, the last may do so too.
    fn settle_sums(&mut self) {
        let sums = std::mem::take(&mut self.sums);
        let total = self.rows.form.total_row();
        let total = total.filter(|total| !self.found.contains_key(total));
        let is_last = |row: u32| self.last_member.is_some_and(|last| row > last);
        let has_first = sums.iter().any(|(_, _, first)| *first);
        let within = sums
            .iter()
            .find(|(row, _, first)| !first && !is_last(*row))
            .map(|(row, ..)| *row);
        let plan: Vec<(bool, bool)> = sums
            .iter()
            .map(|(row, _, first)| (*first, is_last(*row)))
            .collect();
        for ((row, stubs, _), (first, last)) in sums.into_iter().zip(plan) {
            match (total, within) {
                (Some(total), _) if first => self.take_row(row, total, &stubs),
                (Some(total), None) if last => self.take_row(row, total, &stubs),
                (Some(_), Some(other)) if last && !has_first => {
                    self.hold_unclear_total(row, &stubs, other);
                }
                _ => self.hold_subtotal(row, &stubs),
            }
        }
    }

    fn hold_unclear_total(&mut self, row: u32, stubs: &Stubs, other: u32) {
        let held = self.hold_values(row);
        let other = self.rows.first_body_cell(other);
        if let (Some((at, text)), Some(other)) = (&stubs.label, other) {
            let unclear = findings::TH333 {
                label: one_line(text),
                other: self.rows.sheet.cell_name(other),
                count: held,
            };
            self.note(*at, unclear);
        }
    }

    fn note_doubt(&mut self, doubt: &Doubt, (at, label): &(Address, String), member: usize) {
        let row = &self.rows.form.rows[member];
        let (read, known) = (one_line(label), &row.label);
        match doubt {
            Doubt::Slip => self.note(*at, findings::TH216 { read, known }),
            Doubt::UnfamiliarLabel => {
                let code = row.code.as_deref().unwrap_or_default();
                self.note(*at, findings::TH219 { code, known, read });
            }
        }
    }

    /// Takes a row that is row `member` of the form.
    fn take_row(&mut self, row: u32, member: usize, stubs: &Stubs) {
        self.count_unknown_columns(row, stubs);
        self.last_member = self.last_member.max(Some(row));
        let cells = self.cells_of(row, member, stubs);
        match self.found.get_mut(&member) {
            Some(before) => before.add(&cells),
            None => {
                self.found.insert(member, FoundRow::new(cells));
            }
        }
        self.body.end = self.body.end.max(row + 1);
    }

    fn cells_of(&self, row: u32, member: usize, stubs: &Stubs) -> Vec<LocatedCell> {
        let sheet = self.rows.sheet;
        let area = self.rows.area(member, stubs);
        let mut cells = Vec::new();
        for headed in &self.rows.header.columns {
            let column = match headed.role {
                ColumnRole::Value(i) => ColumnRef::Value(i),
                ColumnRole::Comparison(i) => ColumnRef::Comparison(i),
                _ => continue,
            };
            let at = Address::new(row, headed.column);
            let content = content_at(sheet, at);
            if let (ColumnRef::Value(i), None) = (column, &content)
                && !self.rows.form.has_cell(member, i)
            {
                continue;
            }
            cells.push(LocatedCell {
                at,
                content,
                undecoded: sheet.undecoded(at).map(|u| u.text.clone()),
                row: member,
                column,
                row_measure: stubs.measure.clone(),
                column_measure: headed.measure.clone(),
                area: area.clone(),
            });
        }
        cells
    }

    /// Counts the cells of a row in columns that the form does not have.
    fn count_unknown_columns(&mut self, row: u32, stubs: &Stubs) {
        let label = stubs.label.as_ref().map(|(at, _)| at.column);
        for (at, _) in self.rows.sheet.row(row) {
            let known = self
                .rows
                .header
                .at(at.column)
                .is_some_and(|c| c.role != ColumnRole::Unknown);
            if !known && self.rows.is_body(at.column) && label != Some(at.column) {
                self.unknown_columns.count(at);
            }
        }
    }

    /// A row found once is used. Found again with the same content it is used once; with other content, not at all.
    fn settle_row(&mut self, member: usize, found: FoundRow) {
        let label = &self.rows.form.rows[member].label;
        self.body.held += found.held;
        let Some(differs) = found.differs else {
            for at in found.again {
                self.note(at, findings::TH209 { label });
            }
            self.body.cells.extend(found.cells);
            return;
        };
        let own = filled(&found.cells);
        self.body.held += own;
        let repeated = findings::TH208 {
            label,
            first: self.rows.sheet.cell_name(found.cells[0].at),
            count: own + found.held,
        };
        self.note(differs, repeated);
    }
}
