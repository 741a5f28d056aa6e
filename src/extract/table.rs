//! The tables of a sheet: each a form, its title block, its period and its located cells.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Vocabulary;
use super::body::read_body;
use super::form::{Form, UnitCodes, belongs};
use super::header::{HeadedColumn, Header, Role};
use super::label::one_line;
use super::layout::{Found, lay_out};
use super::title::{Stated, Title, read_title};
use crate::diagnostic::{Finding, Place, findings};
use crate::period::{Frequency, Period};
use crate::read::{Address, CellContent, CellRange, Sheet};

/// What a sheet says of the period of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PeriodClaim {
    /// One period, and nothing against it.
    Agreed(Period),
    /// The sheet states none.
    Unstated,
    /// Two texts that cannot both be true.
    Contradiction(Stated, Stated),
}

/// A value column or a derived one, by its index in the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ColumnRef {
    /// `Form::columns`.
    Value(usize),
    /// `Form::comparisons`.
    Comparison(usize),
}

/// A cell whose row and column the form knows.
#[derive(Debug, Clone, PartialEq)]
pub struct LocatedCell {
    /// Where it stands.
    pub at: Address,
    /// What it holds; none when blank.
    pub content: Option<CellContent>,
    /// The text as read, where decoding changed it.
    pub undecoded: Option<String>,
    /// Index in `Form::rows`.
    pub row: usize,
    /// Which column.
    pub column: ColumnRef,
    /// Unit of measure that the row states.
    pub row_measure: Option<Stated>,
    /// Unit of measure that the column's head states.
    pub column_measure: Option<Stated>,
    /// Where rows are units: the units that name and code of the row may mean together.
    pub area: Option<Arc<UnitCodes>>,
}

impl LocatedCell {
    /// What the cell says, as read; none when blank.
    #[must_use]
    pub fn as_read(&self) -> Option<String> {
        let content = self.content.as_ref()?;
        Some(self.undecoded.clone().unwrap_or_else(|| content.as_read()))
    }
}

/// One form found in a sheet.
#[derive(Debug, Clone)]
pub struct SheetTable {
    /// Index in `Vocabulary::forms`.
    pub form: usize,
    /// Name of the sheet; none for CSV.
    pub sheet: Option<String>,
    /// Where it stands, heads included; several places when it goes on after a break.
    pub ranges: Vec<CellRange>,
    /// What stands above it.
    pub title: Title,
    /// The period of the report.
    pub period: PeriodClaim,
    /// The first head that states a year.
    pub year_head: Option<Stated>,
    /// Its cells, row by row.
    pub cells: Vec<LocatedCell>,
    /// Body cells that are neither loaded nor checked, each named in a finding.
    pub cells_held: i64,
    /// What was noticed while reading it; form, sheet and cell are filled in.
    pub findings: Vec<Finding>,
}

/// What a sheet holds.
#[derive(Debug, Clone, Default)]
pub struct SheetTables {
    /// Its tables.
    pub tables: Vec<SheetTable>,
    /// What was noticed of the sheet as a whole.
    pub findings: Vec<Finding>,
}

/// Finds all tables of a sheet.
#[must_use]
pub fn find_tables(sheet: &Sheet, vocabulary: &Vocabulary) -> SheetTables {
    let mut found = SheetTables::default();
    let read = tables_in(sheet, sheet, vocabulary, &mut found.findings);
    let mut tables: Vec<Part> = Vec::with_capacity(read.len());
    for part in read {
        match tables.iter_mut().find(|earlier| earlier.goes_on_in(&part)) {
            Some(earlier) => earlier.join(part),
            None => tables.push(part),
        }
    }
    found.tables = tables.into_iter().map(|part| part.table).collect();
    found
}

/// A table, or a part of one that a break has cut.
struct Part {
    header: Header,
    /// The section in which it ended.
    section: Option<String>,
    table: SheetTable,
}

impl Part {
    /// Whether `later` is the same table after a break: the same heads, nothing new said above them, other rows.
    fn goes_on_in(&self, later: &Self) -> bool {
        let members = |part: &Self| -> BTreeSet<usize> {
            part.table.cells.iter().map(|cell| cell.row).collect()
        };
        self.header.repeats(&later.header)
            && self.table.title.says_all_of(&later.table.title)
            && members(self).is_disjoint(&members(later))
    }

    fn join(&mut self, later: Self) {
        self.table.ranges.extend(later.table.ranges);
        self.table.cells.extend(later.table.cells);
        self.table.cells.sort_by_key(|cell| cell.at);
        self.table.cells_held += later.table.cells_held;
        for finding in later.table.findings {
            let said = |f: &Finding| f.code == finding.code && f.message_en == finding.message_en;
            // What heads lack or what lies on its side is said once.
            if finding.place.cell.is_some() || !self.table.findings.iter().any(said) {
                self.table.findings.push(finding);
            }
        }
    }
}

/// The tables of a part of a sheet. Words that stand above it elsewhere in the `whole` sheet speak for it too.
fn tables_in(
    part: &Sheet,
    whole: &Sheet,
    vocabulary: &Vocabulary,
    findings: &mut Vec<Finding>,
) -> Vec<Part> {
    let layout = lay_out(part, vocabulary);
    if layout.gave_up {
        let place = Place {
            sheet: whole.name.clone(),
            ..Place::default()
        };
        findings.push(findings::TH221.at(place));
    }
    let mut parts: Vec<Part> = Vec::with_capacity(layout.places.len());
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

/// What stands above a table: in its own columns, and what the rest of the sheet says at the same height.
fn title_above(part: &Sheet, whole: &Sheet, from: u32, to: u32, vocabulary: &Vocabulary) -> Title {
    let read = |sheet: &Sheet| read_title(sheet, from, to, vocabulary);
    let mut title = read(part);
    if part.len() != whole.len() {
        title.complete_from(read(whole));
    }
    title
}

/// The form that a title block names, by code or by title.
pub(super) fn form_named(title: &Title, vocabulary: &Vocabulary) -> Option<usize> {
    if let Some(stated) = &title.form {
        let code = vocabulary.folder.fold(&stated.text);
        return vocabulary.forms.iter().position(|form| {
            code == form.folded_code || code.starts_with(&format!("{} ", form.folded_code))
        });
    }
    vocabulary.forms.iter().position(|form| {
        title
            .lines
            .iter()
            .any(|line| line.starts_with(&form.folded_title))
    })
}

fn read_table(
    part: &Sheet,
    vocabulary: &Vocabulary,
    found: &Found,
    title: Title,
    until: u32,
    section: Option<String>,
) -> (Part, u32) {
    let sheet = found.turned.as_ref().unwrap_or(part);
    let form = &vocabulary.forms[found.header.form];
    let mut findings = Vec::new();
    let place = |at: Option<Address>| Place {
        form: Some(form.code.clone()),
        sheet: sheet.name.clone(),
        cell: at.map(|at| sheet.cell_name(at)),
        ..Place::default()
    };
    let frequency = frequency_of(&found.header, &title, vocabulary);
    let mut header = found.header.clone();
    let label_head = header
        .column(&Role::Label)
        .and_then(|c| c.head.as_ref())
        .map(|head| head.at);
    if found.turned.is_some() {
        findings.push(findings::TH218.at(place(label_head)));
    }
    for column in &mut header.columns {
        let frequencies = match column.role {
            Role::Value(i) => &form.columns[i].frequencies,
            Role::Comparison(i) => &form.comparisons[i].frequencies,
            _ => continue,
        };
        if !belongs(frequencies, frequency) {
            column.role = Role::Unknown;
        }
    }
    for (i, column) in form.columns.iter().enumerate() {
        if belongs(&column.frequencies, frequency) && header.column(&Role::Value(i)).is_none() {
            let column = &column.title;
            findings.push(findings::TH203 { column }.at(place(label_head)));
        }
    }
    for column in header.columns.iter().filter(|column| column.slip) {
        let (Some(head), known) = (&column.head, known_head(form, &column.role)) else {
            continue;
        };
        let read = one_line(&head.text);
        findings.push(findings::TH216 { read, known }.at(place(Some(head.at))));
    }
    let turned = found.turned.is_some();
    // A table on its side has been cut out of its sheet; one that stands goes down to the next.
    let until = if turned { u32::MAX } else { until };
    let body = read_body(sheet, vocabulary, &header, until, section);
    for (at, message) in body.notices {
        findings.push(message.at(place(Some(at))));
    }
    let (left, right) = header.reach();
    let corners = [
        Address::new(header.top, left),
        Address::new(body.end.max(header.bottom + 1) - 1, right),
    ]
    .map(|at| sheet.home(at));
    let mut cells = body.cells;
    for cell in &mut cells {
        cell.at = sheet.home(cell.at);
        for stated in [&mut cell.row_measure, &mut cell.column_measure]
            .into_iter()
            .flatten()
        {
            stated.at = sheet.home(stated.at);
        }
    }
    for stated in header.columns.iter_mut().filter_map(|c| c.head.as_mut()) {
        stated.at = sheet.home(stated.at);
    }
    let period = claim_period(&header, &title, frequency);
    let with_year = |c: &HeadedColumn| c.head.clone().filter(|_| c.year.is_some());
    let year_head = header.columns.iter().find_map(with_year);
    let end = if turned { found.bottom + 1 } else { body.end };
    let table = SheetTable {
        form: header.form,
        sheet: sheet.name.clone(),
        ranges: vec![CellRange {
            start: corners[0],
            end: corners[1],
        }],
        title,
        period,
        year_head,
        cells,
        cells_held: body.held,
        findings,
    };
    let read = Part {
        header,
        section: body.section,
        table,
    };
    (read, end)
}

/// How the form writes the head of a column.
fn known_head(form: &Form, role: &Role) -> String {
    match role {
        Role::Value(i) => form.columns[*i].title.clone(),
        Role::Comparison(i) => format!(
            "{} / {}",
            form.columns[form.comparisons[*i].of].title,
            form.columns[form.comparisons[*i].to].title
        ),
        _ => String::new(),
    }
}

/// How often the report is due: what its title says, else what its columns say.
fn frequency_of(header: &Header, title: &Title, vocabulary: &Vocabulary) -> Frequency {
    let form = &vocabulary.forms[header.form];
    if let Some((_, period)) = title
        .periods
        .iter()
        .find(|(_, p)| form.frequencies.contains(&p.frequency))
    {
        return period.frequency;
    }
    header
        .columns
        .iter()
        .find_map(|column| match column.role {
            Role::Value(i) if form.columns[i].frequencies.len() == 1 => {
                Some(form.columns[i].frequencies[0])
            }
            _ => None,
        })
        .unwrap_or_else(|| {
            form.frequencies
                .first()
                .copied()
                .unwrap_or(Frequency::Annual)
        })
}

/// The period on which title and column heads agree.
fn claim_period(header: &Header, title: &Title, frequency: Frequency) -> PeriodClaim {
    let heads: Vec<(&Stated, i16)> = header
        .columns
        .iter()
        .filter_map(|c| Some((c.head.as_ref()?, c.year?)))
        .collect();
    if let Some(pair) = heads.windows(2).find(|pair| pair[0].1 != pair[1].1) {
        return PeriodClaim::Contradiction(pair[0].0.clone(), pair[1].0.clone());
    }
    let stated: Vec<&(Stated, Period)> = title
        .periods
        .iter()
        .filter(|(_, p)| p.frequency == frequency)
        .collect();
    // A period of a kind that the form has not is no slip of the pen to be read past.
    if let (None, Some((other, _)), Some((head, _))) =
        (stated.first(), title.periods.first(), heads.first())
    {
        return PeriodClaim::Contradiction(other.clone(), (*head).clone());
    }
    match (heads.first(), stated.first()) {
        (None, None) => PeriodClaim::Unstated,
        (Some((_, year)), None) => match frequency {
            Frequency::Annual => PeriodClaim::Agreed(Period::annual(*year)),
            Frequency::HalfYear => PeriodClaim::Agreed(Period::half(*year, 1)),
            Frequency::Quarterly | Frequency::Monthly => PeriodClaim::Unstated,
        },
        (None, Some((first, period))) => match stated.iter().find(|(_, other)| other != period) {
            Some((second, _)) => PeriodClaim::Contradiction(first.clone(), second.clone()),
            None => PeriodClaim::Agreed(*period),
        },
        (Some((head, year)), Some((first, _))) => {
            match stated.iter().find(|(_, period)| period.year == *year) {
                Some((_, period)) => PeriodClaim::Agreed(*period),
                None => PeriodClaim::Contradiction(first.clone(), (*head).clone()),
            }
        }
    }
}
