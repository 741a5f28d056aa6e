//! Forms: what a table is called, which texts stand above and beside its values.
//!
//! `RawForm` mirrors `forms/*.toml`; [`Form`] is the same, folded and checked, ready to be matched.

use std::collections::BTreeMap;

use regex::Regex;
use serde::Deserialize;
use toml::Spanned;

use super::records::{RawRecordField, RecordShape};
use crate::period::{Frequency, Period};
use crate::text::Folder;

/// A form as its file states it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawForm {
    /// Code of the form, as `Biểu số` states it.
    pub form: String,
    /// Title in Vietnamese.
    pub title_vi: String,
    /// Title in English.
    pub title_en: String,
    /// How often it is due.
    pub frequencies: Vec<Frequency>,
    /// What a row is.
    pub rows: RawFormRows,
    /// Heads of the columns that describe rows.
    #[serde(default)]
    pub stub: RawStub,
    /// Groups of rows under a heading row.
    #[serde(default)]
    pub sections: Vec<RawSection>,
    /// Columns of values.
    #[serde(default)]
    pub columns: Vec<RawValueColumn>,
    /// Fields of a record list.
    #[serde(default)]
    pub fields: Vec<RawRecordField>,
    /// Columns derived from two columns of values.
    #[serde(default)]
    pub comparisons: Vec<RawComparisonColumn>,
}

/// What the rows of a form are.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawFormRows {
    /// The code list whose members the rows are.
    pub dimension: Dimension,
    /// Head of the column of row labels; a record list has fields instead.
    #[serde(default)]
    pub head: Vec<String>,
    /// Of a record list: the table of the lake that keeps its records.
    pub table: Option<Spanned<String>>,
    /// Of a record list: the field that names a record.
    pub name: Option<Spanned<String>>,
    /// Of a record list: the fields that tell two records apart, together.
    #[serde(default)]
    pub key: Vec<Spanned<String>>,
    /// Labels of the row of totals; where rows are units, of rows that add up others.
    #[serde(default)]
    pub total: Vec<String>,
    /// Only these row codes (all when empty).
    #[serde(default)]
    pub codes: Vec<Spanned<String>>,
    /// Other ways to write the labels of rows, by the code of the row (or of its sector).
    #[serde(default)]
    pub also: BTreeMap<Spanned<String>, Vec<String>>,
}

/// The code list that rows are taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dimension {
    /// A row is an indicator.
    Indicator,
    /// A row is a sector; the indicator stands in the column.
    Sector,
    /// A row is a unit of the geography; the indicator stands in the column.
    Unit,
    /// A row is a record of a list.
    Record,
}

/// Heads of the descriptive columns.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawStub {
    /// Running number.
    pub number: Vec<String>,
    /// Unit of measure of the row.
    pub unit: Vec<String>,
    /// Code of the row.
    pub code: Vec<String>,
    /// Remarks.
    pub note: Vec<String>,
}

/// A group of rows.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawSection {
    /// Section of the indicator catalogue.
    pub id: String,
    /// Labels of the heading row.
    pub words: Vec<String>,
}

/// A column of values.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawValueColumn {
    /// Name within the form.
    pub id: Spanned<String>,
    /// Path of heads, from the top down.
    pub head: Vec<String>,
    /// Other paths that mean the same.
    #[serde(default)]
    pub also: Vec<Vec<String>>,
    /// Only in reports of these frequencies (all when empty).
    #[serde(default)]
    pub frequencies: Vec<Frequency>,
    /// `actual`, `plan` or `estimate`.
    pub scenario: Scenario,
    /// `N`, `N-1`, `N+1`, `N-S1` …: the period of the values, N being the year of the report.
    pub period: Spanned<String>,
    /// The indicator, where rows are not indicators.
    pub indicator: Option<Spanned<String>>,
    /// The column that `@N-1` means in rules.
    pub stands_on: Option<Spanned<String>>,
}

/// A derived column: 100 × `of` / `to`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawComparisonColumn {
    /// Path of heads, from the top down.
    pub head: Vec<String>,
    /// Other paths that mean the same.
    #[serde(default)]
    pub also: Vec<Vec<String>>,
    /// Only in reports of these frequencies (all when empty).
    #[serde(default)]
    pub frequencies: Vec<Frequency>,
    /// Column of the numerator.
    pub of: Spanned<String>,
    /// Column of the denominator.
    pub to: Spanned<String>,
}

/// What a value is: what happened, what is meant to, what is expected.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, serde::Serialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Scenario {
    /// What happened.
    Actual,
    /// What is expected of a period that is not over.
    Estimate,
    /// What is planned.
    Plan,
}

impl Scenario {
    /// The word in the tables.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Actual => "actual",
            Self::Estimate => "estimate",
            Self::Plan => "plan",
        }
    }
}

/// A period told by its distance from the year N of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RelativePeriod {
    /// Years after N.
    pub years: i16,
    /// Half of the year, where it is one.
    pub half: Option<i8>,
}

impl RelativePeriod {
    /// Reads `N`, `N-1`, `N+1`, `N-S1`, `N-S2`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix('N')?;
        Some(match rest {
            "" => Self {
                years: 0,
                half: None,
            },
            "-S1" => Self {
                years: 0,
                half: Some(1),
            },
            "-S2" => Self {
                years: 0,
                half: Some(2),
            },
            _ => Self {
                years: rest.parse().ok()?,
                half: None,
            },
        })
    }

    /// The period, for a report of year `n`.
    #[must_use]
    pub fn in_year(self, n: i16) -> Period {
        let year = n.saturating_add(self.years);
        self.half
            .map_or_else(|| Period::annual(year), |half| Period::half(year, half))
    }
}

/// A form, ready to be matched against sheets.
#[derive(Debug, Clone)]
pub struct Form {
    /// Code of the form.
    pub code: String,
    /// Its code, folded.
    pub folded_code: String,
    /// Title in Vietnamese, folded.
    pub folded_title: String,
    /// Title in Vietnamese.
    pub title_vi: String,
    /// Title in English.
    pub title_en: String,
    /// How often it is due.
    pub frequencies: Vec<Frequency>,
    /// The code list that rows are taken from.
    pub dimension: Dimension,
    /// Folded heads of the label column.
    pub label_heads: Vec<String>,
    /// Folded heads of the other descriptive columns.
    pub stub: Stub,
    /// Sections, folded.
    pub sections: Vec<Section>,
    /// Value columns.
    pub columns: Vec<ValueColumn>,
    /// Derived columns.
    pub comparisons: Vec<ComparisonColumn>,
    /// The rows there can be.
    pub rows: Vec<FormRow>,
    /// Where rows are units: folded labels of rows that add up others, such as the country and its regions.
    pub sums: Vec<String>,
    /// What makes it a record list, if it is one.
    pub records: Option<RecordShape>,
    /// The form as its file states it: its words as they are printed.
    pub written: RawForm,
}

/// Folded heads of the descriptive columns.
#[derive(Debug, Clone, Default)]
pub struct Stub {
    /// Running number.
    pub number: Vec<String>,
    /// Unit of measure.
    pub unit: Vec<String>,
    /// Row code.
    pub code: Vec<String>,
    /// Remarks.
    pub note: Vec<String>,
}

/// A section heading.
#[derive(Debug, Clone)]
pub struct Section {
    /// Section of the catalogue.
    pub id: String,
    /// Folded labels.
    pub labels: Vec<String>,
}

/// A value column.
#[derive(Debug, Clone)]
pub struct ValueColumn {
    /// Name within the form.
    pub id: String,
    /// How it is shown: the first head as written.
    pub title: String,
    /// The ways its head may be written.
    pub heads: Vec<HeadPattern>,
    /// Frequencies it belongs to; all when empty.
    pub frequencies: Vec<Frequency>,
    /// Scenario of its values.
    pub scenario: Scenario,
    /// Period of its values.
    pub period: RelativePeriod,
    /// Indicator of its values, where rows are not indicators.
    pub indicator: Option<String>,
    /// Index of the column that `@N-1` means.
    pub stands_on: Option<usize>,
}

/// A derived column.
#[derive(Debug, Clone)]
pub struct ComparisonColumn {
    /// The ways its head may be written.
    pub heads: Vec<HeadPattern>,
    /// Frequencies it belongs to; all when empty.
    pub frequencies: Vec<Frequency>,
    /// Index of the numerator's column.
    pub of: usize,
    /// Index of the denominator's column.
    pub to: usize,
}

/// A row that the form can have.
#[derive(Debug, Clone)]
pub struct FormRow {
    /// Indicator or sector; `_T` is the row of totals, and every row that is a unit.
    pub member: String,
    /// Code in the form.
    pub code: Option<String>,
    /// Section it stands in.
    pub section: Option<String>,
    /// Label as the catalogue writes it.
    pub label: String,
    /// Folded labels.
    pub labels: Vec<String>,
    /// Indices in `Form::rows` of the rows that add up to this one; none where nothing does.
    pub parts: Vec<usize>,
    /// Where rows are units: those that bear the row's name, one a vintage at most.
    pub units: Vec<RowUnit>,
}

/// A unit that a row may be.
#[derive(Debug, Clone)]
pub struct RowUnit {
    /// Vintage of the geography.
    pub vintage: String,
    /// Code in that vintage.
    pub code: String,
    /// Its folded names.
    pub labels: Vec<String>,
}

/// The reference area of a row whose unit is not decided yet: the code it would have in each vintage that has
/// such a unit.
pub type UnitCodes = BTreeMap<String, String>;

/// What stands for a year where years are left out of account.
const NO_YEAR: &str = "0000";

/// Labels shorter than this differ by a letter without being the same.
const LONG_LABEL: usize = 12;

/// Whether `read` is `known` with one letter wrong, missing, added, or two exchanged; only in long texts.
#[must_use]
pub(super) fn is_slip(known: &str, read: &str) -> bool {
    differ_by_a_letter(known, read) && known.chars().count() >= LONG_LABEL
}

/// Whether one letter is wrong, missing or added, or two neighbours are exchanged: an optimal string alignment distance of
/// 1. Asked of very many pairs, nearly all of which differ soon, from the front and from the back.
fn differ_by_a_letter(one: &str, other: &str) -> bool {
    let front = alike(one.chars().zip(other.chars()));
    let (one, other) = (&one[front..], &other[front..]);
    let back = alike(one.chars().rev().zip(other.chars().rev()));
    let (one, other) = (&one[..one.len() - back], &other[..other.len() - back]);
    let mut letters = (one.chars(), other.chars());
    let mut next = || (letters.0.next(), letters.1.next());
    match (next(), next(), next()) {
        // One wrong, missing or added.
        (first, (None, None), _) => first != (None, None),
        // Two exchanged.
        (first, second, (None, None)) => first == (second.1, second.0) && second.0.is_some(),
        _ => false,
    }
}

/// Bytes of the letters that are alike, down to the first that are not.
fn alike(pairs: impl Iterator<Item = (char, char)>) -> usize {
    let same = pairs.take_while(|(x, y)| x == y);
    same.map(|(x, _)| x.len_utf8()).sum()
}

/// A folded head in which years stand relative to N.
#[derive(Debug, Clone)]
pub struct HeadPattern {
    regex: Regex,
    /// The last head of the path alone.
    last: Regex,
    offsets: Vec<i16>,
    /// The pattern with `0000` for years, for heads in which a letter differs.
    bare: String,
    bare_characters: usize,
}

/// A folded head with `0000` for years, and its years.
#[derive(Debug, Clone)]
pub(super) struct BareHead {
    text: String,
    characters: usize,
    years: Vec<Option<i16>>,
}

impl BareHead {
    pub(super) fn of(folded: &str) -> Self {
        let is_year = |word: &str| word.len() == 4 && word.bytes().all(|b| b.is_ascii_digit());
        let mut years = Vec::new();
        let words: Vec<&str> = folded
            .split(' ')
            .map(|word| {
                if is_year(word) {
                    years.push(word.parse().ok());
                    NO_YEAR
                } else {
                    word
                }
            })
            .collect();
        let text = words.join(" ");
        Self {
            characters: text.chars().count(),
            text,
            years,
        }
    }
}

impl HeadPattern {
    /// Compiles a path of heads such as `["Compared (%)", "Year {N} / year {N-1}"]`.
    ///
    /// # Errors
    /// A sentence, when a `{…}` is not `{N}`, `{N-1}` or the like.
    pub fn compile(path: &[String], folder: &Folder) -> Result<Self, String> {
        let mut offsets = Vec::new();
        let mut pattern = String::from("^");
        let joined = path.join(" ");
        let mut rest = joined.as_str();
        let mut folded = Vec::new();
        let mut bare = Vec::new();
        while let Some(open) = rest.find('{') {
            let close = rest
                .find('}')
                .filter(|close| *close > open)
                .ok_or_else(|| format!("`{joined}` has an open brace"))?;
            let token = &rest[open + 1..close];
            let relative = RelativePeriod::parse(token)
                .filter(|p| p.half.is_none())
                .ok_or_else(|| format!("`{{{token}}}` is not {{N}}, {{N-1}} or {{N+1}}"))?;
            folded.push(regex::escape(&folder.fold(&rest[..open])));
            folded.push("([0-9]{4})".to_owned());
            bare.extend([folder.fold(&rest[..open]), NO_YEAR.to_owned()]);
            offsets.push(relative.years);
            rest = &rest[close + 1..];
        }
        folded.push(regex::escape(&folder.fold(rest)));
        folded.retain(|piece| !piece.is_empty());
        bare.push(folder.fold(rest));
        bare.retain(|piece| !piece.is_empty());
        pattern.push_str(&folded.join(" "));
        pattern.push('$');
        let regex = Regex::new(&pattern).map_err(|e| e.to_string())?;
        let last = match path {
            [_, .., last] => Self::compile(std::slice::from_ref(last), folder)?.regex,
            _ => regex.clone(),
        };
        let bare = bare.join(" ");
        Ok(Self {
            regex,
            offsets,
            bare_characters: bare.chars().count(),
            bare,
            last,
        })
    }

    /// Whether the two fit the same heads.
    #[must_use]
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.regex.as_str() == other.regex.as_str() && self.offsets == other.offsets
    }

    /// Whether a folded text reads like the last head of the path.
    #[must_use]
    pub fn ends_like(&self, folded: &str) -> bool {
        self.last.is_match(folded)
    }

    /// Like [`Self::year`], for a folded head in which one letter differs.
    #[must_use]
    #[allow(clippy::option_option)] // whether it fits, and the year it implies
    pub(super) fn year_despite_slip(&self, head: &BareHead) -> Option<Option<i16>> {
        if self.bare_characters.abs_diff(head.characters) > 1 || !is_slip(&self.bare, &head.text) {
            return None;
        }
        self.agreed(head.years.iter().copied())
    }

    /// The year N that a folded head implies: `Some(None)` when it fits and speaks of no year.
    #[must_use]
    pub fn year(&self, folded: &str) -> Option<Option<i16>> {
        let captures = self.regex.captures(folded)?;
        self.agreed(
            captures
                .iter()
                .skip(1)
                .map(|group| group?.as_str().parse().ok()),
        )
    }

    /// The year N on which the years of a head agree.
    #[allow(clippy::option_option)] // whether they agree, and on which
    fn agreed(&self, years: impl Iterator<Item = Option<i16>>) -> Option<Option<i16>> {
        let mut n = None;
        for (year, offset) in years.zip(&self.offsets) {
            let implied = year? - offset;
            if n.is_some_and(|n| n != implied) {
                return None;
            }
            n = Some(implied);
        }
        Some(n)
    }
}

/// Whether something limited to `frequencies` belongs to a report of `frequency`.
#[must_use]
pub fn belongs(frequencies: &[Frequency], frequency: Frequency) -> bool {
    frequencies.is_empty() || frequencies.contains(&frequency)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_letter_is_a_distance_of_one(a in "[abé]{0,6}", b in "[abé]{0,6}") {
            prop_assert_eq!(differ_by_a_letter(&a, &b), strsim::osa_distance(&a, &b) == 1);
        }
    }

    #[test]
    fn a_head_gives_the_year_of_the_report() {
        let folder = Folder::default();
        let head =
            |text: &str| HeadPattern::compile(&[text.to_owned()], &folder).expect("a pattern");
        assert_eq!(
            head("Thực hiện năm {N-1}").year("thực hiện năm 2022"),
            Some(Some(2023))
        );
        assert_eq!(
            head("Ước năm {N} / năm {N-1}").year("ước năm 2023 năm 2022"),
            Some(Some(2023))
        );
        assert_eq!(
            head("Ước năm {N} / năm {N-1}").year("ước năm 2023 năm 2020"),
            None
        );
        assert_eq!(head("Tổng số").year("tổng số"), Some(None));
        assert!(HeadPattern::compile(&["năm {M}".to_owned()], &folder).is_err());
    }
}
