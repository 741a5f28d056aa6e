//! The header of a table: which rows it takes, and what each column under it is.

use std::collections::{BTreeMap, BTreeSet};

use super::Vocabulary;
use super::form::Form;
use super::grid::{Address, Content, Sheet};
use super::title::Stated;

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
    pub(super) fn column(&self, role: &Role) -> Option<&HeadedColumn> {
        self.columns.iter().find(|column| column.role == *role)
    }

    fn values(&self) -> usize {
        self.columns
            .iter()
            .filter(|column| matches!(column.role, Role::Value(_)))
            .count()
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
            if vocabulary
                .forms
                .iter()
                .all(|form| !form.label_heads.contains(&folded))
            {
                continue;
            }
            let from = headers.last().map_or(0, |last| last.bottom + 1);
            let named = stated(from, row);
            let best = (0..vocabulary.forms.len())
                .filter(|form| named.is_none_or(|named| named == *form))
                .filter(|form| vocabulary.forms[*form].label_heads.contains(&folded))
                .filter_map(|form| fit(sheet, vocabulary, form, Address::new(row, *column), from))
                .filter(|header| header.values() >= 2 || (named.is_some() && header.values() == 1))
                .max_by(|a, b| a.score.cmp(&b.score).then(b.form.cmp(&a.form)));
            if let Some(mut header) = best {
                // Heads typed again in the row below are no second table.
                while repeats_label(sheet, vocabulary, &header) {
                    header.bottom += 1;
                }
                headers.push(header);
                break;
            }
        }
    }
    headers
}

fn repeats_label(sheet: &Sheet, vocabulary: &Vocabulary, header: &Header) -> bool {
    let Some(label) = header.column(&Role::Label) else {
        return false;
    };
    let below = sheet
        .get(Address::new(header.bottom + 1, label.column))
        .and_then(Content::text);
    below.is_some_and(|text| {
        vocabulary.forms[header.form]
            .label_heads
            .contains(&vocabulary.folder.fold(text))
    })
}

/// The window of rows around `anchor` under which most columns fit the form.
fn fit(
    sheet: &Sheet,
    vocabulary: &Vocabulary,
    form: usize,
    anchor: Address,
    from: u32,
) -> Option<Header> {
    let mut best: Option<Header> = None;
    for top in anchor.row.saturating_sub(MAX_HEADER_ROWS - 1).max(from)..=anchor.row {
        for bottom in anchor.row..top + MAX_HEADER_ROWS {
            let header = columns_under(sheet, vocabulary, form, top, bottom);
            // The most columns in the fewest rows.
            let better = best.as_ref().is_none_or(|b| {
                header.score > b.score
                    || (header.score == b.score && bottom - top < b.bottom - b.top)
            });
            if better {
                best = Some(header);
            }
        }
    }
    best.filter(|header| header.column(&Role::Label).is_some())
}

fn columns_under(
    sheet: &Sheet,
    vocabulary: &Vocabulary,
    form: usize,
    top: u32,
    bottom: u32,
) -> Header {
    let definition = &vocabulary.forms[form];
    let mut places: Vec<u32> = (top..=bottom)
        .flat_map(|row| sheet.row(row).map(|(at, _)| at.column))
        .collect();
    places.sort_unstable();
    places.dedup();
    let paths: Vec<Path> = places
        .iter()
        .map(|column| path_above(sheet, *column, top, bottom, vocabulary))
        .collect();
    let readings: Vec<Vec<Reading>> = paths
        .iter()
        .map(|path| readings_of(&path.parts, definition))
        .collect();
    let year = year_most_heads_imply(&readings);
    let mut columns = Vec::with_capacity(places.len());
    let mut taken: Vec<Role> = Vec::new();
    for ((column, path), readings) in places.into_iter().zip(paths).zip(readings) {
        let reading = readings
            .iter()
            .find(|(_, implied)| implied.is_none() || *implied == year)
            .or(readings.first());
        let (role, year) = reading.cloned().unwrap_or((Role::Unknown, None));
        let role = if role == Role::Unknown || taken.contains(&role) {
            Role::Unknown
        } else {
            role
        };
        taken.push(role.clone());
        columns.push(HeadedColumn {
            column,
            role,
            head: path.lowest,
            measure: path.measure,
            year,
        });
    }
    let weight = |role: &Role| match role {
        Role::Value(_) | Role::Comparison(_) => 4,
        Role::Unknown => 0,
        _ => 1,
    };
    let score = columns.iter().map(|c| weight(&c.role)).sum();
    Header {
        form,
        top,
        bottom,
        columns,
        score,
    }
}

/// What a head may mean: a role, and the year N that it then implies.
type Reading = (Role, Option<i16>);

/// The texts above a column.
struct Path {
    /// Folded, from the top down, without units of measure.
    parts: Vec<String>,
    /// The lowest, as read.
    lowest: Option<Stated>,
    /// Unit of measure among them.
    measure: Option<Stated>,
}

/// A plan of 2023 is the plan in the report for 2023 and the next plan in that for 2022: the year that most
/// heads agree on decides.
fn year_most_heads_imply(readings: &[Vec<Reading>]) -> Option<i16> {
    let mut votes: BTreeMap<i16, usize> = BTreeMap::new();
    for column in readings {
        let years: BTreeSet<i16> = column.iter().filter_map(|(_, year)| *year).collect();
        for year in years {
            *votes.entry(year).or_default() += 1;
        }
    }
    votes
        .into_iter()
        .max_by_key(|(_, votes)| *votes)
        .map(|(year, _)| year)
}

/// The texts above a column, from the top down. A merged head counts for all its columns; an unmerged
/// one for the blank cells to its right that have a head of their own below.
fn path_above(sheet: &Sheet, column: u32, top: u32, bottom: u32, vocabulary: &Vocabulary) -> Path {
    let mut path = Path {
        parts: Vec::new(),
        lowest: None,
        measure: None,
    };
    for row in top..=bottom {
        let at = Address::new(row, column);
        let found = match (sheet.get(at), sheet.merged_at(at)) {
            (Some(content), _) => Some((at, content)),
            (None, Some(range)) if range.start.row >= top => {
                sheet.get(range.start).map(|c| (range.start, c))
            }
            (None, Some(_)) => None,
            (None, None) => {
                let below = (row + 1..=bottom)
                    .any(|lower| sheet.get(Address::new(lower, column)).is_some());
                below.then(|| span_from_left(sheet, at)).flatten()
            }
        };
        let Some((at, content)) =
            found.filter(|(_, content)| !matches!(content, Content::Bool(_) | Content::Error(_)))
        else {
            continue;
        };
        let text = content.as_read();
        let (words, unit) = vocabulary.split_measure(&text);
        if let Some(unit) = unit {
            path.measure = Some(Stated {
                text: unit.to_owned(),
                at,
            });
        }
        let folded = vocabulary.folder.fold(words);
        if !folded.is_empty() && path.parts.last() != Some(&folded) {
            path.parts.push(folded);
        }
        path.lowest = Some(Stated { text, at });
    }
    path
}

/// The nearest head to the left in the same row, if no merged range ends its reach.
fn span_from_left(sheet: &Sheet, at: Address) -> Option<(Address, &Content)> {
    let (left, content) = sheet
        .row(at.row)
        .filter(|(other, _)| other.column < at.column)
        .last()?;
    sheet.merged_at(left).is_none().then_some((left, content))
}

/// What a path may mean: all of it, or else the longest end of it that means something.
fn readings_of(parts: &[String], form: &Form) -> Vec<Reading> {
    (0..parts.len())
        .map(|start| roles_of(&parts[start..].join(" "), form))
        .find(|r| !r.is_empty())
        .unwrap_or_default()
}

fn roles_of(key: &str, form: &Form) -> Vec<Reading> {
    let values = form.columns.iter().enumerate().filter_map(|(i, column)| {
        column
            .heads
            .iter()
            .find_map(|head| head.year(key))
            .map(|year| (Role::Value(i), year))
    });
    let comparisons = form
        .comparisons
        .iter()
        .enumerate()
        .filter_map(|(i, comparison)| {
            comparison
                .heads
                .iter()
                .find_map(|head| head.year(key))
                .map(|year| (Role::Comparison(i), year))
        });
    let stubs = [
        (&form.label_heads, Role::Label),
        (&form.stub.number, Role::Number),
        (&form.stub.unit, Role::Measure),
        (&form.stub.code, Role::Code),
        (&form.stub.note, Role::Note),
    ];
    let stub = stubs
        .into_iter()
        .find(|(heads, _)| heads.iter().any(|head| head == key))
        .map(|(_, role)| (role, None));
    values.chain(comparisons).chain(stub).collect()
}
