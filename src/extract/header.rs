//! The header of a table: which rows it takes, and what each column under it is.

use std::collections::{BTreeMap, HashMap};

use super::head_meaning::{ColumnRole, HeadMeaning, HeadMeanings, year_most_heads_imply};
use super::head_path::{HeadPath, Spans, path_above};
use super::title::Stated;
use super::vocabulary::Vocabulary;
use crate::read::{Address, CellContent, Sheet};

/// A column of a table: where it is, what it is, its head.
#[derive(Debug, Clone)]
pub(super) struct HeadedColumn {
    /// The column of the sheet, from 0.
    pub column: u32,
    pub role: ColumnRole,
    /// The lowest head, as read.
    pub head: Option<Stated>,
    /// Unit of measure stated in the head.
    pub measure: Option<Stated>,
    /// The year N that the head implies.
    pub year: Option<i16>,
    /// Whether the head has a slip.
    pub slip: bool,
    /// An earlier column of the sheet with the same meaning.
    pub repeats: Option<u32>,
}

/// A header that fits a form.
#[derive(Debug, Clone)]
pub(super) struct Header {
    /// Index in `Vocabulary::forms`.
    pub form: usize,
    /// First row.
    pub top: u32,
    /// Last row.
    pub bottom: u32,
    pub columns: Vec<HeadedColumn>,
    score: usize,
}

/// The most rows that a header takes.
pub(super) const MAX_HEADER_ROWS: u32 = 4;

/// Columns that may be tried as heads in one sheet, over all windows of rows. The sheet of a report needs a few
/// thousand.
pub(super) const MAX_COLUMNS_TRIED: usize = 400_000;

/// How many columns may still be tried in a sheet.
pub(super) struct Budget(pub(super) usize);

/// Longer texts are not the head of a label column.
const MAX_HEAD_CHARACTERS: usize = 120;

impl Header {
    pub(super) fn column(&self, role: &ColumnRole) -> Option<&HeadedColumn> {
        self.columns.iter().find(|column| column.role == *role)
    }

    /// What a column of the sheet is.
    pub(super) fn at(&self, column: u32) -> Option<&HeadedColumn> {
        let i = self
            .columns
            .binary_search_by_key(&column, |headed| headed.column)
            .ok()?;
        Some(&self.columns[i])
    }

    /// The first and the last column that the form knows.
    pub(super) fn reach(&self) -> (u32, u32) {
        let mut known = self
            .columns
            .iter()
            .filter(|c| c.role != ColumnRole::Unknown)
            .map(|c| c.column);
        let first = known.next().unwrap_or(0);
        (first, known.next_back().unwrap_or(first))
    }

    /// How well it fits: the sum of the weights of its columns.
    pub(super) fn score(&self) -> usize {
        self.score
    }

    /// Whether two headers have columns of the same meaning in the same order.
    pub(super) fn repeats(&self, other: &Self) -> bool {
        self.form == other.form
            && self
                .columns
                .iter()
                .map(|c| (&c.role, c.year))
                .eq(other.columns.iter().map(|c| (&c.role, c.year)))
    }

    /// Number of value columns.
    fn values(&self) -> usize {
        self.columns
            .iter()
            .filter(|column| matches!(column.role, ColumnRole::Value(_)))
            .count()
    }
}

/// The cells of a sheet that head the label column of some form, row by row.
pub(super) fn label_heads(sheet: &Sheet, vocabulary: &Vocabulary) -> Vec<Address> {
    // Many cells hold the same text.
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

/// The header around a label head that fits a form best, not above row `from`. `named` is the form that the title block
/// names, if it names one.
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
    // Heads that are typed again in the row below do not begin a second table.
    while repeats_label(sheet, vocabulary, &best) {
        best.bottom += 1;
    }
    take_units_below(sheet, vocabulary, &mut best);
    Some(best)
}

/// Whether the row below a header repeats the head of the label column.
fn repeats_label(sheet: &Sheet, vocabulary: &Vocabulary, header: &Header) -> bool {
    let Some(label) = header.column(&ColumnRole::Label) else {
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

/// Takes the row below into the header if it holds nothing but units of measure in value columns.
fn take_units_below(sheet: &Sheet, vocabulary: &Vocabulary, header: &mut Header) {
    let row = header.bottom + 1;
    let mut units: BTreeMap<u32, Stated> = BTreeMap::new();
    for (at, content) in sheet.row(row) {
        let is_value = header
            .at(at.column)
            .is_some_and(|c| matches!(c.role, ColumnRole::Value(_)));
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
    let mut known = HeadMeanings::new(&vocabulary.forms[form]);
    for top in anchor.row.saturating_sub(MAX_HEADER_ROWS - 1).max(from)..=anchor.row {
        for bottom in anchor.row..top.saturating_add(MAX_HEADER_ROWS) {
            if budget.0 == 0 {
                return None;
            }
            let header = header_of(sheet, vocabulary, form, top, bottom, &mut known);
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
    best.filter(|header| header.column(&ColumnRole::Label).is_some())
}

/// The header that rows `top` to `bottom` would be.
fn header_of(
    sheet: &Sheet,
    vocabulary: &Vocabulary,
    form: usize,
    top: u32,
    bottom: u32,
    known: &mut HeadMeanings<'_>,
) -> Header {
    let spans = Spans::of(sheet, top, bottom);
    let mut places: Vec<u32> = (top..=bottom)
        .flat_map(|row| sheet.row(row).map(|(at, _)| at.column))
        .collect();
    places.sort_unstable();
    places.dedup();
    let paths: Vec<HeadPath> = places
        .iter()
        .map(|column| path_above(sheet, *column, top, bottom, &spans, vocabulary))
        .collect();
    let meanings: Vec<Vec<HeadMeaning>> = paths.iter().map(|path| known.of(&path.parts)).collect();
    let year = year_most_heads_imply(&meanings);
    let mut columns = Vec::with_capacity(places.len());
    let mut taken: HashMap<ColumnRole, u32> = HashMap::new();
    for ((column, path), meanings) in places.into_iter().zip(paths).zip(meanings) {
        let meaning = meanings
            .iter()
            .find(|meaning| meaning.year.is_none() || meaning.year == year)
            .or(meanings.first())
            .cloned()
            .unwrap_or(HeadMeaning::NONE);
        let before = *taken.entry(meaning.role.clone()).or_insert(column);
        let is_value = matches!(
            meaning.role,
            ColumnRole::Value(_) | ColumnRole::Comparison(_)
        );
        let role = if before == column {
            meaning.role
        } else {
            ColumnRole::Unknown
        };
        columns.push(HeadedColumn {
            column,
            repeats: (is_value && before != column).then_some(before),
            slip: meaning.slip && role != ColumnRole::Unknown,
            role,
            head: path.lowest,
            measure: path.measure,
            year: meaning.year,
        });
    }
    let weight = |column: &HeadedColumn| match column.role {
        ColumnRole::Value(_) | ColumnRole::Comparison(_) => 4 - usize::from(column.slip),
        ColumnRole::Unknown => 0,
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
