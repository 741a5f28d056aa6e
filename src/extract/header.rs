//! The header of a table: which rows it takes, and what each column under it is.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Vocabulary;
use super::form::{BareHead, Form};
use super::label::without_footnote;
use super::title::Stated;
use crate::read::{Address, CellContent, CellRange, Sheet};

/// What a column is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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
    /// A letter of the head differs from the form's.
    pub slip: bool,
    /// An earlier column that says the same.
    pub repeats: Option<u32>,
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
pub(super) const MAX_HEADER_ROWS: u32 = 4;

/// Columns that may be tried as heads in one sheet, over all windows of rows. A sheet of a report needs a few
/// thousand.
pub(super) const MAX_COLUMNS_TRIED: usize = 400_000;

/// How many columns may still be tried in a sheet.
pub(super) struct Budget(pub(super) usize);

/// Longer texts are no head of a label column.
const MAX_HEAD_CHARACTERS: usize = 120;

impl Header {
    pub(super) fn column(&self, role: &Role) -> Option<&HeadedColumn> {
        self.columns.iter().find(|column| column.role == *role)
    }

    /// What stands at a column of the sheet.
    pub(super) fn at(&self, column: u32) -> Option<&HeadedColumn> {
        let i = self
            .columns
            .binary_search_by_key(&column, |headed| headed.column)
            .ok()?;
        Some(&self.columns[i])
    }

    /// The first and the last column that mean something.
    pub(super) fn reach(&self) -> (u32, u32) {
        let mut known = self
            .columns
            .iter()
            .filter(|c| c.role != Role::Unknown)
            .map(|c| c.column);
        let first = known.next().unwrap_or(0);
        (first, known.next_back().unwrap_or(first))
    }

    /// How well it fits: what its columns weigh together.
    pub(super) fn score(&self) -> usize {
        self.score
    }

    /// Whether two headers stand over the same columns and mean the same.
    pub(super) fn repeats(&self, other: &Self) -> bool {
        self.form == other.form
            && self
                .columns
                .iter()
                .map(|c| (&c.role, c.year))
                .eq(other.columns.iter().map(|c| (&c.role, c.year)))
    }

    fn values(&self) -> usize {
        self.columns
            .iter()
            .filter(|column| matches!(column.role, Role::Value(_)))
            .count()
    }
}

/// The cells of a sheet that head a label column of some form, from the top, one a row for each form.
pub(super) fn label_heads(sheet: &Sheet, vocabulary: &Vocabulary) -> Vec<Address> {
    // The same texts stand in many cells.
    let mut known: HashMap<&str, bool> = HashMap::new();
    let mut is_head = |text| {
        *known
            .entry(text)
            .or_insert_with(|| !forms_with_label_head(text, vocabulary).is_empty())
    };
    sheet
        .cells()
        .filter_map(|(at, content)| Some((at, content.text()?)))
        .filter(|(_, text)| text.len() <= MAX_HEAD_CHARACTERS * 3 && is_head(text))
        .map(|(at, _)| at)
        .collect()
}

/// The forms whose label column a text heads.
pub(super) fn forms_with_label_head(text: &str, vocabulary: &Vocabulary) -> Vec<usize> {
    let folded = vocabulary.folder.fold(vocabulary.split_measure(text).0);
    (0..vocabulary.forms.len())
        .filter(|form| vocabulary.forms[*form].label_heads.contains(&folded))
        .collect()
}

/// The header around a label head that fits a form best, not above row `from`. `named` is the form that the
/// title block names.
pub(super) fn header_at(
    sheet: &Sheet,
    vocabulary: &Vocabulary,
    anchor: Address,
    from: u32,
    named: Option<usize>,
    budget: &mut Budget,
) -> Option<Header> {
    let text = sheet.get(anchor).and_then(CellContent::text)?;
    let mut best = forms_with_label_head(text, vocabulary)
        .into_iter()
        .filter(|form| named.is_none_or(|named| named == *form))
        .filter_map(|form| fit(sheet, vocabulary, form, anchor, from, budget))
        .filter(|header| header.values() >= 2 || (named.is_some() && header.values() == 1))
        .max_by(|a, b| a.score.cmp(&b.score).then(b.form.cmp(&a.form)))?;
    // Heads typed again in the row below are no second table.
    while repeats_label(sheet, vocabulary, &best) {
        best.bottom += 1;
    }
    take_units_below(sheet, vocabulary, &mut best);
    Some(best)
}

fn repeats_label(sheet: &Sheet, vocabulary: &Vocabulary, header: &Header) -> bool {
    let Some(label) = header.column(&Role::Label) else {
        return false;
    };
    let below = sheet
        .get(Address::new(header.bottom + 1, label.column))
        .and_then(CellContent::text);
    below.is_some_and(|text| {
        vocabulary.forms[header.form]
            .label_heads
            .contains(&vocabulary.folder.fold(text))
    })
}

/// A row under the heads in which every value column has a unit of measure belongs to the heads.
fn take_units_below(sheet: &Sheet, vocabulary: &Vocabulary, header: &mut Header) {
    let row = header.bottom + 1;
    let mut units: BTreeMap<u32, Stated> = BTreeMap::new();
    for (at, content) in sheet.row(row) {
        let is_value = header
            .at(at.column)
            .is_some_and(|c| matches!(c.role, Role::Value(_)));
        let text = content.as_read();
        if !is_value || !vocabulary.is_measure(text.trim_matches(['(', ')'])) {
            return;
        }
        let text = text.trim_matches(['(', ')']).to_owned();
        units.insert(at.column, Stated { text, at });
    }
    if units.is_empty() {
        return;
    }
    header.bottom = row;
    for column in &mut header.columns {
        if let Some(unit) = units.remove(&column.column) {
            column.measure = Some(unit);
        }
    }
}

/// The window of rows around `anchor` under which most columns fit the form.
fn fit(
    sheet: &Sheet,
    vocabulary: &Vocabulary,
    form: usize,
    anchor: Address,
    from: u32,
    budget: &mut Budget,
) -> Option<Header> {
    let mut best: Option<Header> = None;
    let mut known = Readings::new(&vocabulary.forms[form]);
    for top in anchor.row.saturating_sub(MAX_HEADER_ROWS - 1).max(from)..=anchor.row {
        for bottom in anchor.row..top.saturating_add(MAX_HEADER_ROWS) {
            if budget.0 == 0 {
                return None;
            }
            let header = columns_under(sheet, vocabulary, form, top, bottom, &mut known);
            budget.0 = budget.0.saturating_sub(header.columns.len());
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
    known: &mut Readings<'_>,
) -> Header {
    let spans = Spans::of(sheet, top, bottom);
    let mut places: Vec<u32> = (top..=bottom)
        .flat_map(|row| sheet.row(row).map(|(at, _)| at.column))
        .collect();
    places.sort_unstable();
    places.dedup();
    let paths: Vec<Path> = places
        .iter()
        .map(|column| path_above(sheet, *column, top, bottom, &spans, vocabulary))
        .collect();
    let readings: Vec<Vec<Reading>> = paths.iter().map(|path| known.of(&path.parts)).collect();
    let year = year_most_heads_imply(&readings);
    let mut columns = Vec::with_capacity(places.len());
    let mut taken: HashMap<Role, u32> = HashMap::new();
    for ((column, path), readings) in places.into_iter().zip(paths).zip(readings) {
        let reading = readings
            .iter()
            .find(|reading| reading.year.is_none() || reading.year == year)
            .or(readings.first())
            .cloned()
            .unwrap_or(Reading::NONE);
        let before = *taken.entry(reading.role.clone()).or_insert(column);
        let is_value = matches!(reading.role, Role::Value(_) | Role::Comparison(_));
        let role = if before == column {
            reading.role
        } else {
            Role::Unknown
        };
        columns.push(HeadedColumn {
            column,
            repeats: (is_value && before != column).then_some(before),
            slip: reading.slip && role != Role::Unknown,
            role,
            head: path.lowest,
            measure: path.measure,
            year: reading.year,
        });
    }
    let weight = |column: &HeadedColumn| match column.role {
        Role::Value(_) | Role::Comparison(_) => 4 - usize::from(column.slip),
        Role::Unknown => 0,
        _ => 1,
    };
    let score = columns.iter().map(weight).sum();
    Header {
        form,
        top,
        bottom,
        columns,
        score,
    }
}

/// What a head may mean.
#[derive(Debug, Clone)]
struct Reading {
    role: Role,
    /// The year N that it then implies.
    year: Option<i16>,
    /// A letter differs from the form's head.
    slip: bool,
}

impl Reading {
    const NONE: Self = Self {
        role: Role::Unknown,
        year: None,
        slip: false,
    };
}

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
        let years: BTreeSet<i16> = column.iter().filter_map(|reading| reading.year).collect();
        for year in years {
            *votes.entry(year).or_default() += 1;
        }
    }
    votes
        .into_iter()
        .max_by_key(|(_, votes)| *votes)
        .map(|(year, _)| year)
}

/// The merged ranges of a few rows, found by row and first column.
struct Spans(BTreeMap<(u32, u32), CellRange>);

impl Spans {
    fn of(sheet: &Sheet, top: u32, bottom: u32) -> Self {
        let mut spans = BTreeMap::new();
        for range in sheet.merged_in(top, bottom) {
            for row in range.start.row.max(top)..=range.end.row.min(bottom) {
                spans.insert((row, range.start.column), *range);
            }
        }
        Self(spans)
    }

    fn at(&self, at: Address) -> Option<&CellRange> {
        let (_, range) = self
            .0
            .range((at.row, 0)..=(at.row, at.column))
            .next_back()?;
        (range.end.column >= at.column).then_some(range)
    }
}

/// The texts above a column, from the top down. A merged head counts for all its columns; an unmerged
/// one for the blank cells to its right that have a head of their own below.
fn path_above(
    sheet: &Sheet,
    column: u32,
    top: u32,
    bottom: u32,
    spans: &Spans,
    vocabulary: &Vocabulary,
) -> Path {
    let mut path = Path {
        parts: Vec::new(),
        lowest: None,
        measure: None,
    };
    for row in top..=bottom {
        let at = Address::new(row, column);
        let found = match (sheet.get(at), spans.at(at)) {
            (Some(content), _) => Some((at, content)),
            (None, Some(range)) if range.start.row >= top => {
                sheet.get(range.start).map(|c| (range.start, c))
            }
            (None, Some(_)) => None,
            (None, None) => {
                let below = (row + 1..=bottom)
                    .any(|lower| sheet.get(Address::new(lower, column)).is_some());
                // The nearest head to the left, if no merged range ends its reach.
                below
                    .then(|| {
                        sheet
                            .left_of(at)
                            .filter(|(left, _)| spans.at(*left).is_none())
                    })
                    .flatten()
            }
        };
        let Some((at, content)) = found.filter(|(_, content)| {
            !matches!(content, CellContent::Bool(_) | CellContent::Error(_))
        }) else {
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
        let folded = vocabulary.folder.fold(without_footnote(words));
        if !folded.is_empty() && path.parts.last() != Some(&folded) {
            path.parts.push(folded);
        }
        path.lowest = Some(Stated { text, at });
    }
    path
}

/// What texts mean to a form, each looked up once.
struct Readings<'f> {
    form: &'f Form,
    exact: HashMap<String, Vec<Reading>>,
    slips: HashMap<String, Vec<Reading>>,
}

impl<'f> Readings<'f> {
    fn new(form: &'f Form) -> Self {
        Self {
            form,
            exact: HashMap::new(),
            slips: HashMap::new(),
        }
    }

    /// What a path may mean: all of it, or else the longest end of it that means something; to the letter,
    /// or else with one letter wrong.
    fn of(&mut self, parts: &[String]) -> Vec<Reading> {
        let form = self.form;
        let ends: Vec<String> = (0..parts.len())
            .map(|start| parts[start..].join(" "))
            .collect();
        for (known, look) in [
            (&mut self.exact, roles_of as fn(&str, &Form) -> Vec<Reading>),
            (&mut self.slips, despite_slip),
        ] {
            for end in &ends {
                let readings = known
                    .entry(end.clone())
                    .or_insert_with_key(|end| look(end, form));
                if !readings.is_empty() {
                    return readings.clone();
                }
            }
        }
        Vec::new()
    }
}

/// The value columns whose head a text is, but for one letter; none when it may be two things.
fn despite_slip(key: &str, form: &Form) -> Vec<Reading> {
    let head = BareHead::of(key);
    let values = form
        .columns
        .iter()
        .enumerate()
        .map(|(i, column)| (Role::Value(i), &column.heads));
    let comparisons = form
        .comparisons
        .iter()
        .enumerate()
        .map(|(i, comparison)| (Role::Comparison(i), &comparison.heads));
    values
        .chain(comparisons)
        .filter_map(|(role, heads)| {
            let year = heads
                .iter()
                .find_map(|known| known.year_despite_slip(&head))?;
            Some(Reading {
                role,
                year,
                slip: true,
            })
        })
        .collect()
}

fn roles_of(key: &str, form: &Form) -> Vec<Reading> {
    let exactly = |role, year| Reading {
        role,
        year,
        slip: false,
    };
    let values = form.columns.iter().enumerate().filter_map(|(i, column)| {
        let year = column.heads.iter().find_map(|head| head.year(key))?;
        Some(exactly(Role::Value(i), year))
    });
    let comparisons = form
        .comparisons
        .iter()
        .enumerate()
        .filter_map(|(i, comparison)| {
            let year = comparison.heads.iter().find_map(|head| head.year(key))?;
            Some(exactly(Role::Comparison(i), year))
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
        .map(|(_, role)| exactly(role, None));
    values.chain(comparisons).chain(stub).collect()
}
