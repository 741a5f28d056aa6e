//! Words in the heads of a column that the form's own head does not have: sub-heads of several columns under one head.

use std::collections::BTreeSet;

use super::form::{Form, RelativePeriod};
use super::head_meaning::ColumnRole;
use super::title::Stated;
use super::vocabulary::Vocabulary;

/// A text of a head path beside those that the form knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HeadWords {
    /// The text, folded.
    pub(super) folded: String,
    pub(super) said: Stated,
    /// Whether it stands below the head that the form knows.
    pub(super) below: bool,
}

/// What such words say of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SubHead {
    /// There are none.
    Nothing,
    /// It holds the whole.
    Whole,
    /// It holds the whole, unless another column says so more plainly.
    Made,
    /// It holds something that the program does not know: a part, if the others do too.
    Part,
    /// It is within the whole and does not add up to it: `of which`, a share, some months of the year.
    Within,
}

/// What the words of a column under `head` say, except `common` ones, which all columns under the head have.
pub(super) fn sub_head<'w>(
    words: impl Iterator<Item = &'w HeadWords>,
    common: &BTreeSet<String>,
    head: Option<&Stated>,
    role: &ColumnRole,
    (form, vocabulary): (&Form, &Vocabulary),
) -> SubHead {
    let head = head.map(|head| vocabulary.folder.fold(&head.text));
    let head = head.unwrap_or_default();
    let last_day = match role {
        ColumnRole::Value(i) => match form.columns[*i].period {
            RelativePeriod::Half(1) => Some((30, 6)),
            RelativePeriod::Own => None,
            _ => Some((31, 12)),
        },
        _ => Some((31, 12)),
    };
    let is_of_a_year = !matches!(role, ColumnRole::Value(i) if !form.columns[*i].period.is_year());
    words
        .filter(|words| !common.contains(&words.folded))
        .map(|words| kind_of(&words.folded, &head, (is_of_a_year, last_day), vocabulary))
        .max()
        .unwrap_or(SubHead::Nothing)
}

fn kind_of(
    folded: &str,
    head: &str,
    (is_of_a_year, last_day): (bool, Option<(u32, u32)>),
    vocabulary: &Vocabulary,
) -> SubHead {
    let words = &vocabulary.words.columns;
    // Without the years that the head above states too.
    let of_head: BTreeSet<&str> = head.split(' ').collect();
    let is_year = |word: &str| word.len() == 4 && word.bytes().all(|b| b.is_ascii_digit());
    let bare: Vec<&str> = folded
        .split(' ')
        .filter(|word| !(is_year(word) && of_head.contains(word)))
        .collect();
    let bare = bare.join(" ");
    let says = |list: &[String]| list.contains(&bare);
    let begins = |list: &[String]| {
        let mut list = list.iter();
        list.any(|word| bare == *word || bare.starts_with(&format!("{word} ")))
    };
    let ends = |list: &[String]| {
        let mut list = list.iter();
        list.any(|word| bare.ends_with(&format!(" {word}")))
    };
    // What the head above says already.
    if bare.is_empty() || format!(" {head} ").contains(&format!(" {folded} ")) {
        return SubHead::Whole;
    }
    if says(&words.whole) {
        return SubHead::Whole;
    }
    if ends(&words.whole_ends) {
        return SubHead::Made;
    }
    if folded == SHARE || begins(&words.within) {
        return SubHead::Within;
    }
    if let (Some(day), Some(last_day)) = (until_day(folded, vocabulary), last_day) {
        return if day == last_day {
            SubHead::Whole
        } else {
            SubHead::Within
        };
    }
    if is_of_a_year && says(&words.whole_year) {
        SubHead::Whole
    } else if is_of_a_year && is_part_of_year(&bare, vocabulary) {
        SubHead::Within
    } else {
        SubHead::Part
    }
}

/// The sign that is a head of its own for a share; folding drops it from other texts.
pub(super) const SHARE: &str = "%";

/// Whether words such as `6 months` or `quarter I` begin a text.
fn is_part_of_year(folded: &str, vocabulary: &Vocabulary) -> bool {
    let mut words = vocabulary.words.columns.part_of_year.iter();
    let without_number = folded.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
    words.any(|word| {
        [folded, without_number]
            .iter()
            .any(|text| text == word || text.starts_with(&format!("{word} ")))
    })
}

/// The day and the month of a text such as `until 30/6`. None for other texts.
fn until_day(folded: &str, vocabulary: &Vocabulary) -> Option<(u32, u32)> {
    let until = &vocabulary.words.columns.until;
    let dates = &vocabulary.words.dates;
    let numbers: Vec<u32> = folded
        .split(' ')
        .filter(|word| !until.iter().any(|u| u == word) && !dates.iter().any(|d| d == word))
        .map(|word| word.parse().ok())
        .collect::<Option<_>>()?;
    match numbers[..] {
        [day @ 1..=31, month @ 1..=12] | [day @ 1..=31, month @ 1..=12, 1900..=2999] => {
            Some((day, month))
        }
        // As a date cell is written.
        [1900..=2999, month @ 1..=12, day @ 1..=31] => Some((day, month)),
        _ => None,
    }
}
