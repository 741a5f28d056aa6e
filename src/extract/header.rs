//! The header of a table: which rows it takes, and what each column under it is.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::{Range, RangeInclusive};

use super::form::Form;
use super::head_meaning::{ColumnRole, HeadMeaning, HeadMeanings, year_most_heads_imply};
use super::head_path::{HeadPath, Spans, path_above};
use super::sub_head::{HeadWords, SHARE, SubHead, sub_head};
use super::title::Stated;
use super::vocabulary::Vocabulary;
use super::words::HeadPeriod;
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
    /// The period of the report that the head states in words.
    pub period: Option<HeadPeriod>,
    /// Whether the head has a slip.
    pub slip: bool,
    /// The column that has its meaning, if this one has the same head.
    pub repeats: Option<u32>,
    /// The lowest of the heads that the form knows.
    pub own: Option<Stated>,
    /// The head that states a year or a period, where one does.
    pub dated: Option<Stated>,
    /// What stands above and below those.
    pub words: Vec<HeadWords>,
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

/// Rows below a header that are looked at for what stands in its columns.
const MAX_ROWS_BELOW: usize = 2000;

/// Columns under merged heads that are looked at for figures without a head of their own.
const MAX_BLANK_HEADS: usize = 200;

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
                .map(|c| (&c.role, c.year, c.period))
                .eq(other.columns.iter().map(|c| (&c.role, c.year, c.period)))
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
    take_sub_heads(sheet, vocabulary, from, &mut best);
    take_units_below(sheet, vocabulary, &mut best);
    Some(best)
}

/// Takes the rows below into the header that hold sub-heads of its columns; and those above it, down from row `from`, if
/// heads are repeated.
fn take_sub_heads(sheet: &Sheet, vocabulary: &Vocabulary, from: u32, header: &mut Header) {
    let mut known = HeadMeanings::new(&vocabulary.forms[header.form], &vocabulary.words);
    let mut bottom = header.bottom;
    while bottom - header.top < MAX_HEADER_ROWS + 2
        && holds_sub_heads(sheet, vocabulary, header, bottom + 1)
    {
        bottom += 1;
    }
    // Words above heads that are repeated may say which of them is the whole.
    let mut top = header.top;
    let is_repeated = header.columns.iter().any(|c| c.repeats.is_some());
    while is_repeated
        && top > from
        && bottom - top < MAX_HEADER_ROWS + 2
        && holds_sub_heads(sheet, vocabulary, header, top - 1)
        && !makes_statement(sheet, top - 1)
    {
        top -= 1;
    }
    let rows = top..=bottom;
    let filled = columns_filled_below(sheet, bottom);
    let whole = header_of(
        sheet,
        vocabulary,
        header.form,
        rows,
        Some(&filled),
        &mut known,
    );
    let roles = |header: &Header| {
        let roles = header.columns.iter().map(|c| c.role.clone());
        roles
            .filter(|role| *role != ColumnRole::Unknown)
            .collect::<HashSet<_>>()
    };
    if roles(&whole) == roles(header) {
        *header = whole;
    }
}

/// Whether a row may belong to the block above the table: a single text, or one with a colon.
fn makes_statement(sheet: &Sheet, row: u32) -> bool {
    let texts = || sheet.row(row).filter_map(|(_, content)| content.text());
    texts().count() < 2 || texts().any(|text| text.contains(':'))
}

/// Whether a row above or below a header holds words over or under the heads of values and nothing else.
fn holds_sub_heads(sheet: &Sheet, vocabulary: &Vocabulary, header: &Header, row: u32) -> bool {
    let values = || {
        let is_value =
            |c: &&HeadedColumn| matches!(c.role, ColumnRole::Value(_) | ColumnRole::Comparison(_));
        header.columns.iter().filter(is_value).map(|c| c.column)
    };
    let (Some(first), Some(label)) = (values().min(), header.column(&ColumnRole::Label)) else {
        return false;
    };
    let mut cells = sheet.row(row).peekable();
    let mut is_units = true;
    let all = cells.peek().is_some()
        && cells.all(|(at, content)| {
            let role = header.at(at.column).map(|c| &c.role);
            let is_value = match role {
                Some(role) => matches!(
                    role,
                    ColumnRole::Value(_) | ColumnRole::Comparison(_) | ColumnRole::Unknown
                ),
                None => at.column > first,
            };
            is_units &= role.is_some_and(|role| matches!(role, ColumnRole::Value(_)))
                && vocabulary.is_measure(content.as_read().trim_matches(['(', ')']));
            is_value && at.column > label.column.min(first) && is_sub_head(content, vocabulary)
        });
    all && !is_units
}

/// Whether a cell may be the head of a column: words, a day, a share; not a number, alone or with its unit.
fn is_sub_head(content: &CellContent, vocabulary: &Vocabulary) -> bool {
    if let CellContent::Date(_) = content {
        return true;
    }
    let Some(text) = content.text() else {
        return false;
    };
    let text = text.trim();
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit() || ".,- ".contains(c));
    let is_measured = rest.len() < text.len() && vocabulary.is_measure(rest);
    let is_day = text.contains('/') && text.chars().all(|c| c.is_ascii_digit() || c == '/');
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    is_day || text.trim_matches(['(', ')']) == SHARE || (letters > 1 && !is_measured)
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
    let mut known = HeadMeanings::new(&vocabulary.forms[form], &vocabulary.words);
    for top in anchor.row.saturating_sub(MAX_HEADER_ROWS - 1).max(from)..=anchor.row {
        for bottom in anchor.row..top.saturating_add(MAX_HEADER_ROWS) {
            if budget.0 == 0 {
                return None;
            }
            let rows = top..=bottom;
            let header = header_of(sheet, vocabulary, form, rows, None, &mut known);
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

/// The columns that hold something below a header.
fn columns_filled_below(sheet: &Sheet, bottom: u32) -> BTreeSet<u32> {
    let rows = sheet.rows_from(bottom + 1).take(MAX_ROWS_BELOW);
    rows.flat_map(|row| sheet.row(row).map(|(at, _)| at.column))
        .collect()
}

/// The header that `rows` would be. With the columns that are `filled` below it, those under a merged head count that have no
/// head of their own, and one of several columns with the same head is chosen by its words.
fn header_of(
    sheet: &Sheet,
    vocabulary: &Vocabulary,
    form: usize,
    rows: RangeInclusive<u32>,
    filled: Option<&BTreeSet<u32>>,
    known: &mut HeadMeanings<'_>,
) -> Header {
    let (top, bottom) = (*rows.start(), *rows.end());
    let spans = Spans::of(sheet, top, bottom);
    let mut places: Vec<u32> = (top..=bottom)
        .flat_map(|row| sheet.row(row).map(|(at, _)| at.column))
        .collect();
    if let Some(filled) = filled {
        let merged = sheet.merged_in(top, bottom);
        let columns = merged.flat_map(|range| range.start.column..=range.end.column);
        let under = columns.take(MAX_BLANK_HEADS);
        places.extend(under.filter(|column| filled.contains(column)));
    }
    places.sort_unstable();
    places.dedup();
    let paths: Vec<HeadPath> = places
        .iter()
        .map(|column| path_above(sheet, *column, top, bottom, &spans, vocabulary))
        .collect();
    let found: Vec<_> = paths.iter().map(|path| known.of(&path.parts)).collect();
    let meanings: Vec<Vec<HeadMeaning>> = found.iter().map(|(m, _)| m.clone()).collect();
    let year = year_most_heads_imply(&meanings);
    let mut columns = Vec::with_capacity(places.len());
    for ((column, path), (meanings, own)) in places.into_iter().zip(paths).zip(found) {
        let meaning = meanings
            .iter()
            .find(|meaning| meaning.year.is_none() || meaning.year == year)
            .or(meanings.first())
            .cloned()
            .unwrap_or(HeadMeaning::NONE);
        let is_known = meaning.role != ColumnRole::Unknown;
        columns.push(HeadedColumn {
            column,
            repeats: None,
            slip: meaning.slip,
            role: meaning.role.clone(),
            own: own
                .end
                .checked_sub(1)
                .and_then(|lowest| path.said.get(lowest))
                .cloned(),
            dated: dated_head(&path, own.clone(), &meaning),
            words: if is_known {
                words_beside(&path, own)
            } else {
                Vec::new()
            },
            head: path.lowest,
            measure: path.measure,
            year: meaning.year,
            period: meaning.period,
        });
    }
    drop_other_periods(&mut columns);
    one_for_each_meaning(&vocabulary.forms[form], vocabulary, filled, &mut columns);
    let weight = |column: &HeadedColumn| match column.role {
        ColumnRole::Value(_) | ColumnRole::Comparison(_) => {
            let has_words = column.words.iter().any(|words| words.below);
            4 - usize::from(column.slip) - usize::from(has_words)
        }
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

/// Of the heads that the form knows, the one that says what the meaning implies of the report's period.
fn dated_head(path: &HeadPath, own: Range<usize>, meaning: &HeadMeaning) -> Option<Stated> {
    let has_period = meaning.year.is_some() || meaning.period.is_some();
    let parts = path.parts.iter().zip(&path.said).enumerate();
    let mut own = parts.filter(|(at, _)| has_period && own.contains(at));
    let is_dated = |text: &str| text.bytes().any(|b| b.is_ascii_digit());
    let said = own.find(|(_, (folded, _))| is_dated(folded));
    said.map(|(_, (_, said))| said)
        .or(path.lowest.as_ref().filter(|_| has_period))
        .cloned()
}

/// Columns of another period than most heads state are none of the form's: the month before, in the report of a month.
fn drop_other_periods(columns: &mut [HeadedColumn]) {
    let mut votes: BTreeMap<HeadPeriod, usize> = BTreeMap::new();
    for said in columns.iter().filter_map(|column| column.period) {
        *votes.entry(HeadPeriod { year: None, ..said }).or_default() += 1;
    }
    let most = votes.values().max().copied().unwrap_or_default();
    let mut leading = votes.iter().filter(|(_, count)| **count == most);
    let (Some((period, _)), None) = (leading.next(), leading.next()) else {
        return;
    };
    let is_other = |said: HeadPeriod| !said.agrees_with(*period);
    for column in columns
        .iter_mut()
        .filter(|c| c.period.is_some_and(is_other))
    {
        column.role = ColumnRole::Unknown;
        column.period = None;
        column.year = None;
        column.slip = false;
    }
}

/// The heads of a path beside its `own` ones, which the form knows.
fn words_beside(path: &HeadPath, own: Range<usize>) -> Vec<HeadWords> {
    let parts = path.parts.iter().zip(&path.said).enumerate();
    let beside = parts.filter(|(i, _)| !own.contains(i));
    let mut words: Vec<HeadWords> = beside
        .map(|(i, (folded, said))| HeadWords {
            folded: folded.clone(),
            said: said.clone(),
            below: i >= own.end,
        })
        .collect();
    if let Some(lowest) = &path.lowest
        && lowest.text.trim().trim_matches(['(', ')']) == SHARE
    {
        words.push(HeadWords {
            folded: SHARE.to_owned(),
            said: lowest.clone(),
            below: true,
        });
    }
    words
}

/// Of several columns with one meaning, one keeps it: the one that its words say is the whole, or else the first. Of these,
/// one with something below it comes first.
fn one_for_each_meaning(
    form: &Form,
    vocabulary: &Vocabulary,
    filled: Option<&BTreeSet<u32>>,
    columns: &mut [HeadedColumn],
) {
    let mut of_role: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    let mut first: HashMap<ColumnRole, u32> = HashMap::new();
    for (i, column) in columns.iter().enumerate() {
        if column.role != ColumnRole::Unknown {
            let first = *first.entry(column.role.clone()).or_insert(column.column);
            of_role.entry(first).or_default().push(i);
        }
    }
    for same in of_role.into_values().filter(|same| same.len() > 1) {
        let role = columns[same[0]].role.clone();
        let is_value = matches!(role, ColumnRole::Value(_) | ColumnRole::Comparison(_));
        let common: BTreeSet<String> = columns[same[0]]
            .words
            .iter()
            .map(|words| words.folded.clone())
            .filter(|word| {
                let mut all = same.iter();
                all.all(|i| columns[*i].words.iter().any(|w| w.folded == *word))
            })
            .collect();
        let context = (form, vocabulary);
        let kind = |column: &HeadedColumn| {
            sub_head(
                column.words.iter(),
                &common,
                column.own.as_ref(),
                &role,
                context,
            )
        };
        let is_blank =
            |column: &HeadedColumn| filled.is_some_and(|filled| !filled.contains(&column.column));
        let is_whole = |column: &HeadedColumn| kind(column) == SubHead::Whole;
        let main = same
            .iter()
            .min_by_key(|i| {
                let column = &columns[**i];
                // The column of a record's description is the first; of values, the whole.
                (is_value && filled.is_some())
                    .then(|| (is_blank(column), !is_whole(column), kind(column)))
            })
            .copied()
            .unwrap_or(same[0]);
        let main_column = columns[main].column;
        for i in same.into_iter().filter(|i| *i != main) {
            columns[i].role = ColumnRole::Unknown;
            columns[i].slip = false;
            columns[i].repeats = is_value.then_some(main_column);
        }
    }
}
