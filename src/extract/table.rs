//! The tables of a sheet: each a form, its title block, its period and its located cells.

use std::collections::BTreeSet;

use super::body::{TableBody, read_body};
use super::cell::LocatedCell;
use super::form::{Form, belongs};
use super::head_meaning::ColumnRole;
use super::header::{HeadedColumn, Header};
use super::layout::{TablePlace, lay_out};
use super::period_claim::{PeriodClaim, claim_period, frequency_of};
use super::title::{Stated, Title, read_title};
use super::vocabulary::Vocabulary;
use crate::diagnostic::{Finding, Place, findings};
use crate::period::Frequency;
use crate::read::{Address, CellRange, Sheet};
use crate::text::one_line;

/// A table of a sheet: a form, found and read.
#[derive(Debug, Clone)]
pub struct SheetTable {
    /// Index in `Vocabulary::forms`.
    pub form: usize,
    /// Name of the sheet; none for a text file.
    pub sheet: Option<String>,
    /// Where it is, heads included; several ranges if it continues after a break.
    pub ranges: Vec<CellRange>,
    /// The block above it.
    pub title: Title,
    /// What it states about the period of the report.
    pub period: PeriodClaim,
    /// The first head that implies a year.
    pub year_head: Option<Stated>,
    /// Its cells, row by row.
    pub cells: Vec<LocatedCell>,
    /// Number of body cells that are neither loaded nor checked; findings name them all.
    pub cells_held: i64,
    /// What was noticed while it was read; form, sheet and cell are filled in.
    pub findings: Vec<Finding>,
}

/// What a sheet holds.
#[derive(Debug, Clone, Default)]
pub struct SheetTables {
    /// Its tables.
    pub tables: Vec<SheetTable>,
    /// What was noticed about the sheet as a whole.
    pub findings: Vec<Finding>,
}

/// Finds all tables of a sheet.
#[must_use]
pub fn find_tables(sheet: &Sheet, vocabulary: &Vocabulary) -> SheetTables {
    find_tables_in(sheet, sheet, vocabulary)
}

/// Finds all tables in a part of a sheet. What the `whole` sheet states above them counts for them too.
#[must_use]
pub fn find_tables_in(part: &Sheet, whole: &Sheet, vocabulary: &Vocabulary) -> SheetTables {
    let mut found = SheetTables::default();
    let read = tables_in(part, whole, vocabulary, &mut found.findings);
    let mut tables: Vec<TablePart> = Vec::with_capacity(read.len());
    for part in read {
        match tables
            .iter_mut()
            .find(|earlier| earlier.continues_in(&part))
        {
            Some(earlier) => earlier.join(part),
            None => tables.push(part),
        }
    }
    found.tables = tables.into_iter().map(|part| part.table).collect();
    found
}

/// A table, or a part of a table that a break has cut.
struct TablePart {
    header: Header,
    /// The section in which it ended.
    section: Option<String>,
    table: SheetTable,
}

impl TablePart {
    /// Whether `later` continues the table after a break: the same heads, nothing new above them, other rows.
    fn continues_in(&self, later: &Self) -> bool {
        let members = |part: &Self| -> BTreeSet<usize> {
            part.table.cells.iter().map(|cell| cell.row).collect()
        };
        self.header.repeats(&later.header)
            && self.table.title.says_all_of(&later.table.title)
            && members(self).is_disjoint(&members(later))
    }

    /// Appends the part after a break.
    fn join(&mut self, later: Self) {
        self.table.ranges.extend(later.table.ranges);
        self.table.cells.extend(later.table.cells);
        self.table.cells.sort_by_key(|cell| cell.at);
        self.table.cells_held += later.table.cells_held;
        for finding in later.table.findings {
            let said = |f: &Finding| f.code == finding.code && f.message_en == finding.message_en;
            // What is noticed about the heads is said once.
            if finding.place.cell.is_some() || !self.table.findings.iter().any(said) {
                self.table.findings.push(finding);
            }
        }
    }
}

/// The tables in a part of a sheet. Statements above it elsewhere in the `whole` sheet count for it too.
fn tables_in(
    part: &Sheet,
    whole: &Sheet,
    vocabulary: &Vocabulary,
    findings: &mut Vec<Finding>,
) -> Vec<TablePart> {
    let layout = lay_out(part, vocabulary);
    if layout.gave_up {
        let place = Place {
            sheet: whole.name.clone(),
            ..Place::default()
        };
        findings.push(findings::TH221.at(place));
    }
    let mut parts: Vec<TablePart> = Vec::with_capacity(layout.places.len());
    let mut from = 0;
    for (i, place) in layout.places.iter().enumerate() {
        let until = layout
            .places
            .get(i + 1)
            .map(|next| next.top)
            .or(layout.beside.as_ref().map(|beside| beside.from))
            .unwrap_or(u32::MAX);
        let title = title_above(part, whole, from, place.top, vocabulary);
        let section = parts
            .last()
            .filter(|earlier| {
                earlier.header.repeats(&place.header) && earlier.table.title.says_all_of(&title)
            })
            .and_then(|earlier| earlier.section.clone());
        let (read, end) = read_table(part, vocabulary, place, title, until, section);
        from = end;
        parts.push(read);
    }
    if let Some(beside) = layout.beside {
        let all = beside.from..=u32::MAX;
        for columns in [0..=beside.cut - 1, beside.cut..=u32::MAX] {
            let side = part.part(all.clone(), columns);
            parts.extend(tables_in(&side, whole, vocabulary, findings));
        }
    }
    parts
}

/// The block above a table: what its own columns state, completed by what the rest of the sheet states in these rows.
fn title_above(part: &Sheet, whole: &Sheet, from: u32, to: u32, vocabulary: &Vocabulary) -> Title {
    let read = |sheet: &Sheet| read_title(sheet, from, to, vocabulary);
    let mut title = read(part);
    if part.len() != whole.len() {
        title.complete_from(read(whole));
    }
    title
}

/// Reads a table whose header was found. Returns it, and the first row after it.
fn read_table(
    part: &Sheet,
    vocabulary: &Vocabulary,
    found: &TablePlace,
    title: Title,
    until: u32,
    section: Option<String>,
) -> (TablePart, u32) {
    let sheet = found.turned.as_ref().unwrap_or(part);
    let is_turned = found.turned.is_some();
    let form = &vocabulary.forms[found.header.form];
    let frequency = frequency_of(&found.header, &title, vocabulary);
    let mut header = found.header.clone();
    drop_columns_of_others(&mut header, form, frequency);
    let mut findings = header_findings(sheet, form, &header, frequency, is_turned);
    // A table on its side was cut out of its sheet; an upright one may reach down to the next table.
    let until = if is_turned { u32::MAX } else { until };
    let mut body = read_body(sheet, vocabulary, &header, until, section);
    for (at, message) in std::mem::take(&mut body.notices) {
        findings.push(message.at(place_of(sheet, form, Some(at))));
    }
    let range = range_of(sheet, &header, &body);
    let mut cells = body.cells;
    for cell in &mut cells {
        move_home(sheet, cell);
    }
    for stated in header.columns.iter_mut().filter_map(|c| c.head.as_mut()) {
        stated.at = sheet.home(stated.at);
    }
    let period = claim_period(&header, &title, frequency, vocabulary);
    let with_year = |c: &HeadedColumn| c.dated.clone().filter(|_| c.year.is_some());
    let year_head = header.columns.iter().find_map(with_year);
    let end = if is_turned {
        found.bottom + 1
    } else {
        body.end
    };
    let table = SheetTable {
        form: header.form,
        sheet: sheet.name.clone(),
        ranges: vec![range],
        title,
        period,
        year_head,
        cells,
        cells_held: body.held,
        findings,
    };
    let read = TablePart {
        header,
        section: body.section,
        table,
    };
    (read, end)
}

/// Columns that reports of this frequency do not have count as unknown.
fn drop_columns_of_others(header: &mut Header, form: &Form, frequency: Frequency) {
    for column in &mut header.columns {
        let frequencies = match column.role {
            ColumnRole::Value(i) => &form.columns[i].frequencies,
            ColumnRole::Comparison(i) => &form.comparisons[i].frequencies,
            _ => continue,
        };
        if !belongs(frequencies, frequency) {
            column.role = ColumnRole::Unknown;
        }
    }
    // A column in place of several that are there too would state their figures again.
    let roles: Vec<ColumnRole> = header.columns.iter().map(|c| c.role.clone()).collect();
    for column in &mut header.columns {
        let ColumnRole::Value(i) = column.role else {
            continue;
        };
        let mut replaced = form.columns[i].in_place_of.iter();
        if replaced.any(|other| roles.contains(&ColumnRole::Value(*other))) {
            column.role = ColumnRole::Unknown;
        }
    }
}

/// Whether a column need not be there: it stands in place of others, or one that stands in its place is there.
fn is_replaced(form: &Form, header: &Header, at: usize) -> bool {
    let mut columns = form.columns.iter().enumerate();
    !form.columns[at].in_place_of.is_empty()
        || columns.any(|(i, column)| {
            column.in_place_of.contains(&at) && header.column(&ColumnRole::Value(i)).is_some()
        })
}

/// What is noticed about the heads: a table on its side, missing columns, slips.
fn header_findings(
    sheet: &Sheet,
    form: &Form,
    header: &Header,
    frequency: Frequency,
    is_turned: bool,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let label_head = header
        .column(&ColumnRole::Label)
        .and_then(|c| c.head.as_ref())
        .map(|head| head.at);
    if is_turned {
        findings.push(findings::TH218.at(place_of(sheet, form, label_head)));
    }
    for (i, column) in form.columns.iter().enumerate() {
        let is_missing = header.column(&ColumnRole::Value(i)).is_none();
        if belongs(&column.frequencies, frequency) && is_missing && !is_replaced(form, header, i) {
            let column = &column.title;
            findings.push(findings::TH203 { column }.at(place_of(sheet, form, label_head)));
        }
    }
    for column in header.columns.iter().filter(|column| column.slip) {
        if let Some(head) = &column.head {
            let (read, known) = (one_line(&head.text), known_head(form, &column.role));
            let place = place_of(sheet, form, Some(head.at));
            findings.push(findings::TH216 { read, known }.at(place));
        }
    }
    findings
}

/// The place of a finding about a form in a sheet.
fn place_of(sheet: &Sheet, form: &Form, at: Option<Address>) -> Place {
    Place {
        form: Some(form.code.clone()),
        sheet: sheet.name.clone(),
        cell: at.map(|at| sheet.cell_name(at)),
        ..Place::default()
    }
}

/// The range that header and body take in the workbook.
fn range_of(sheet: &Sheet, header: &Header, body: &TableBody) -> CellRange {
    let (left, right) = header.reach();
    let last = body.end.max(header.bottom + 1) - 1;
    CellRange {
        start: sheet.home(Address::new(header.top, left)),
        end: sheet.home(Address::new(last, right)),
    }
}

/// Gives a cell, and the units of measure stated for it, their addresses in the workbook.
fn move_home(sheet: &Sheet, cell: &mut LocatedCell) {
    cell.at = sheet.home(cell.at);
    let measures = [&mut cell.row_measure, &mut cell.column_measure];
    for stated in measures.into_iter().flatten() {
        stated.at = sheet.home(stated.at);
    }
}

/// How the form writes the head of a column.
fn known_head(form: &Form, role: &ColumnRole) -> String {
    match role {
        ColumnRole::Value(i) => form.columns[*i].title.clone(),
        ColumnRole::Comparison(i) => format!(
            "{} / {}",
            form.columns[form.comparisons[*i].of].title,
            form.columns[form.comparisons[*i].to].title
        ),
        _ => String::new(),
    }
}
