//! The tables of a sheet: each a form, its title block, its period and its located cells.

use super::Vocabulary;
use super::body::read_body;
use super::form::belongs;
use super::grid::{Address, Content, Sheet};
use super::header::{Header, Role, find_headers};
use super::title::{Stated, Title, read_title};
use crate::diagnostic::{Finding, Place};
use crate::period::{Frequency, Period};

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    pub content: Option<Content>,
    /// Index in `Form::rows`.
    pub row: usize,
    /// Which column.
    pub column: ColumnRef,
    /// Unit of measure that the row states.
    pub row_measure: Option<Stated>,
    /// Unit of measure that the column's head states.
    pub column_measure: Option<Stated>,
}

/// One form found in a sheet.
#[derive(Debug, Clone)]
pub struct Table {
    /// Index in `Vocabulary::forms`.
    pub form: usize,
    /// Name of the sheet; none for CSV.
    pub sheet: Option<String>,
    /// What stands above it.
    pub title: Title,
    /// The period of the report.
    pub period: PeriodClaim,
    /// Its cells, row by row.
    pub cells: Vec<LocatedCell>,
    /// Body cells that are neither loaded nor checked, each named in a finding.
    pub cells_held: i64,
    /// What was noticed while reading it; form, sheet and cell are filled in.
    pub findings: Vec<Finding>,
}

/// Finds all tables of a sheet.
#[must_use]
pub fn find_tables(sheet: &Sheet, vocabulary: &Vocabulary) -> Vec<Table> {
    let named = |from: u32, to: u32| {
        let title = read_title(sheet, from, to, &vocabulary.words, &vocabulary.folder);
        form_named(&title, vocabulary)
    };
    let headers = find_headers(sheet, vocabulary, named);
    let mut tables = Vec::with_capacity(headers.len());
    let mut from = 0;
    for (i, header) in headers.iter().enumerate() {
        let until = headers.get(i + 1).map_or(u32::MAX, |next| next.top);
        let title = read_title(
            sheet,
            from,
            header.top,
            &vocabulary.words,
            &vocabulary.folder,
        );
        let (table, end) = read_table(sheet, vocabulary, header, title, until);
        from = end;
        tables.push(table);
    }
    tables
}

/// The form that a title block names, by code or by title.
fn form_named(title: &Title, vocabulary: &Vocabulary) -> Option<usize> {
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
    sheet: &Sheet,
    vocabulary: &Vocabulary,
    header: &Header,
    title: Title,
    until: u32,
) -> (Table, u32) {
    let form = &vocabulary.forms[header.form];
    let mut findings = Vec::new();
    let place = |at: Option<Address>| Place {
        form: Some(form.code.clone()),
        sheet: sheet.name.clone(),
        cell: at.map(|at| at.to_string()),
        ..Place::default()
    };
    let frequency = frequency_of(header, &title, vocabulary);
    let mut header = header.clone();
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
            let at = header
                .column(&Role::Label)
                .and_then(|c| c.head.as_ref())
                .map(|head| head.at);
            findings.push(Finding::new(
                "TH203",
                place(at),
                &[("column", &column.title)],
            ));
        }
    }
    let period = claim_period(&header, &title, frequency);
    let body = read_body(sheet, vocabulary, &header, until);
    for (at, code, args) in body.notices {
        let args: Vec<(&str, &str)> = args
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        findings.push(Finding::new(code, place(Some(at)), &args));
    }
    let table = Table {
        form: header.form,
        sheet: sheet.name.clone(),
        title,
        period,
        cells: body.cells,
        cells_held: body.held,
        findings,
    };
    (table, body.end)
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
