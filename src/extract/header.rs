//! The header of a table: which rows it takes, and what each column under it is.

use super::form::Form;
use super::grid::{Address, Content, Sheet};
use super::title::Stated;
use super::Vocabulary;

/// What a column is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Role {
    Number,
    Label,
    Measure,
    Code,
    Note,
    Value(usize),
    Comparison(usize),
    Unknown,
}

/// A column of a table: its place, its role, its head.
#[derive(Debug, Clone)]
pub(super) struct HeadedColumn {
    pub column: u32,
    pub role: Role,
    /// The lowest head, as read.
    pub head: Option<Stated>,
    /// Unit of measure stated in the head.
    pub measure: Option<Stated>,
    /// The year N that the head implies.
    pub year: Option<i16>,
}

/// A header that fits a form.
#[derive(Debug, Clone)]
pub(super) struct Header {
    pub form: usize,
    pub top: u32,
    pub bottom: u32,
    pub columns: Vec<HeadedColumn>,
    score: usize,
}

/// How many rows a header may take.
const MAX_HEADER_ROWS: u32 = 4;

impl Header {
    pub fn column(&self, role: &Role) -> Option<&HeadedColumn> {
        self.columns.iter().find(|column| column.role == *role)
    }

    fn values(&self) -> usize {
        self.columns.iter().filter(|column| matches!(column.role, Role::Value(_))).count()
    }
}

/// All headers in a sheet, from the top. `stated` says which form the title block of a row range names.
pub(super) fn find_headers(
    sheet: &Sheet,
    vocabulary: &Vocabulary,
    stated: impl Fn(u32, u32) -> Option<usize>,
) -> Vec<Header> {
    let mut headers: Vec<Header> = Vec::new();
    for (row, cells) in sheet.rows() {
        if headers.last().is_some_and(|last| row <= last.bottom) {
            continue;
        }
        for (column, content) in cells {
            let Some(text) = content.text() else { continue };
            let folded = vocabulary.folder.fold(vocabulary.split_measure(text).0);
            let from = headers.last().map_or(0, |last| last.bottom + 1);
            let named = stated(from, row);
            let best = (0..vocabulary.forms.len())
                .filter(|form| named.is_none_or(|named| named == *form))
                .filter(|form| vocabulary.forms[*form].label_heads.contains(&folded))
                .filter_map(|form| fit(sheet, vocabulary, form, Address::new(row, *column), from))
                .filter(|header| header.values() >= 2 || (named.is_some() && header.values() == 1))
                .max_by(|a, b| a.score.cmp(&b.score).then(b.form.cmp(&a.form)));
            if let Some(header) = best {
                headers.push(header);
                break;
            }
        }
    }
    headers
}

/// The window of rows around `anchor` under which most columns fit the form.
fn fit(sheet: &Sheet, vocabulary: &Vocabulary, form: usize, anchor: Address, from: u32) -> Option<Header> {
    let mut best: Option<Header> = None;
    for top in anchor.row.saturating_sub(MAX_HEADER_ROWS - 1).max(from)..=anchor.row {
        for bottom in anchor.row..top + MAX_HEADER_ROWS {
            let header = columns_under(sheet, vocabulary, form, top, bottom);
            // The most columns in the fewest rows.
            let better = best.as_ref().is_none_or(|b| {
                header.score > b.score || (header.score == b.score && bottom - top < b.bottom - b.top)
            });
            if better {
                best = Some(header);
            }
        }
    }
    best.filter(|header| header.column(&Role::Label).is_some())
}

fn columns_under(sheet: &Sheet, vocabulary: &Vocabulary, form: usize, top: u32, bottom: u32) -> Header {
    let definition = &vocabulary.forms[form];
    let mut places: Vec<u32> = (top..=bottom).flat_map(|row| sheet.row(row).map(|(at, _)| at.column)).collect();
    places.sort_unstable();
    places.dedup();
    let mut columns = Vec::with_capacity(places.len());
    let mut taken: Vec<Role> = Vec::new();
    for column in places {
        let path = path_above(sheet, column, top, bottom);
        let mut headed = match_path(&path, vocabulary, definition, column);
        if headed.role != Role::Unknown {
            if taken.contains(&headed.role) {
                headed.role = Role::Unknown;
            } else {
                taken.push(headed.role.clone());
            }
        }
        columns.push(headed);
    }
    let weight = |role: &Role| match role {
        Role::Value(_) | Role::Comparison(_) => 4,
        Role::Unknown => 0,
        _ => 1,
    };
    let score = columns.iter().map(|c| weight(&c.role)).sum();
    Header { form, top, bottom, columns, score }
}

/// The texts above a column, from the top down. A merged head counts for all its columns; an unmerged
/// one for the blank cells to its right that have a head of their own below.
fn path_above(sheet: &Sheet, column: u32, top: u32, bottom: u32) -> Vec<Stated> {
    let mut path: Vec<Stated> = Vec::new();
    for row in top..=bottom {
        let at = Address::new(row, column);
        let found = match (sheet.get(at), sheet.merged_at(at)) {
            (Some(content), _) => Some((at, content)),
            (None, Some(range)) if range.start.row >= top => sheet.get(range.start).map(|c| (range.start, c)),
            (None, Some(_)) => None,
            (None, None) => {
                let below = (row + 1..=bottom).any(|lower| sheet.get(Address::new(lower, column)).is_some());
                below.then(|| span_from_left(sheet, at)).flatten()
            }
        };
        if let Some((at, content)) = found.filter(|(_, content)| !matches!(content, Content::Bool(_) | Content::Error(_))) {
            let text = content.as_read();
            if path.last().is_none_or(|last| last.text != text) {
                path.push(Stated { text, at });
            }
        }
    }
    path
}

/// The nearest head to the left in the same row, if no merged range ends its reach.
fn span_from_left(sheet: &Sheet, at: Address) -> Option<(Address, &Content)> {
    let (left, content) = sheet.row(at.row).filter(|(other, _)| other.column < at.column).last()?;
    sheet.merged_at(left).is_none().then_some((left, content))
}

fn match_path(path: &[Stated], vocabulary: &Vocabulary, form: &Form, column: u32) -> HeadedColumn {
    let mut measure = None;
    let mut parts: Vec<String> = Vec::with_capacity(path.len());
    for stated in path {
        let (text, unit) = vocabulary.split_measure(&stated.text);
        if let Some(unit) = unit {
            measure = Some(Stated { text: unit.to_owned(), at: stated.at });
        }
        let folded = vocabulary.folder.fold(text);
        if !folded.is_empty() && parts.last() != Some(&folded) {
            parts.push(folded);
        }
    }
    let mut headed =
        HeadedColumn { column, role: Role::Unknown, head: path.last().cloned(), measure, year: None };
    for start in 0..parts.len() {
        let key = parts[start..].join(" ");
        if let Some((role, year)) = role_of(&key, form) {
            headed.role = role;
            headed.year = year;
            return headed;
        }
    }
    headed
}

fn role_of(key: &str, form: &Form) -> Option<(Role, Option<i16>)> {
    for (i, column) in form.columns.iter().enumerate() {
        if let Some(year) = column.heads.iter().find_map(|head| head.year(key)) {
            return Some((Role::Value(i), year));
        }
    }
    for (i, comparison) in form.comparisons.iter().enumerate() {
        if let Some(year) = comparison.heads.iter().find_map(|head| head.year(key)) {
            return Some((Role::Comparison(i), year));
        }
    }
    let is = |heads: &[String]| heads.iter().any(|head| head == key);
    let role = if is(&form.label_heads) {
        Role::Label
    } else if is(&form.stub.number) {
        Role::Number
    } else if is(&form.stub.unit) {
        Role::Measure
    } else if is(&form.stub.code) {
        Role::Code
    } else if is(&form.stub.note) {
        Role::Note
    } else {
        return None;
    };
    Some((role, None))
}
