//! What stands above a table: the form's code, the reporter, the period, the geography, the sending.

use std::collections::BTreeMap;

use regex::Regex;
use serde::Deserialize;

use super::Vocabulary;
use crate::period::Period;
use crate::read::{Address, Sheet};
use crate::text::Folder;

/// The document words of a language, as `reference/words.toml` states them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawDocumentWords {
    /// Short form to long form.
    pub abbreviations: BTreeMap<String, String>,
    /// Kind of statement to the words that begin it.
    pub statements: RawStatementWords,
    /// Vintage to the ways a sheet says it.
    pub geographies: BTreeMap<String, Vec<String>>,
    /// Ways to say a period, the first that fits counts.
    pub periods: Vec<RawPeriodWords>,
    /// Words of lines that never state a period.
    pub titles: RawTitleWords,
    /// Words of rows.
    pub rows: RawRowWords,
    /// Words in numbers.
    pub numbers: RawNumberWords,
    /// Marks that stand for a value.
    pub symbols: RawSymbolWords,
}

/// The words that begin each kind of statement.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawStatementWords {
    /// The form's code.
    pub form_code: Vec<String>,
    /// Who reports.
    pub reporter: Vec<String>,
    /// The reporting unit's code.
    pub unit_code: Vec<String>,
    /// The sheet's unit of measure.
    pub unit_of_measure: Vec<String>,
    /// The geography that the report stands on.
    pub geography: Vec<String>,
    /// The number of the sending.
    pub sending: Vec<String>,
}

/// One way to say a period.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawPeriodWords {
    /// Text with `{Y}`, `{Q}`, `{M}`.
    pub words: String,
    /// SDMX period with the same places.
    pub period: String,
}

/// Words about title lines.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawTitleWords {
    /// A line with one of these never states the period.
    pub not_a_period: Vec<String>,
}

/// Words about rows.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawRowWords {
    /// Rows that lead to the rows under them.
    pub lead_in: Vec<String>,
    /// Rows that sum up others and that no form has.
    #[serde(default)]
    pub subtotal: Vec<String>,
    /// Rows that end a table.
    pub foot: Vec<String>,
}

/// Words in numbers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawNumberWords {
    /// Words that make a number approximate.
    pub approximate: Vec<String>,
}

/// Marks that stand for a value.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawSymbolWords {
    /// Nothing occurred.
    pub nil: Vec<String>,
    /// Occurred, not collected.
    pub not_collected: Vec<String>,
    /// Cannot exist.
    pub not_applicable: Vec<String>,
}

/// The document words, folded, ready to be matched.
#[derive(Debug, Clone)]
pub struct DocumentWords {
    statements: Vec<(Kind, String)>,
    geographies: Vec<(String, String)>,
    periods: Vec<(Regex, String)>,
    not_a_period: Vec<String>,
    /// Folded labels of rows that lead to others.
    pub lead_in: Vec<String>,
    /// Folded beginnings of rows that sum up others.
    subtotal: Vec<String>,
    /// Folded beginnings of rows that end a table.
    pub foot: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Form,
    Reporter,
    UnitCode,
    Measure,
    Geography,
    Sending,
}

impl DocumentWords {
    /// Folds the words.
    ///
    /// # Errors
    /// A sentence, when the words of a period do not make a pattern.
    pub fn compile(raw: &RawDocumentWords, folder: &Folder) -> Result<Self, String> {
        let s = &raw.statements;
        let mut statements: Vec<(Kind, String)> = [
            (Kind::Form, &s.form_code),
            (Kind::Reporter, &s.reporter),
            (Kind::UnitCode, &s.unit_code),
            (Kind::Measure, &s.unit_of_measure),
            (Kind::Geography, &s.geography),
            (Kind::Sending, &s.sending),
        ]
        .into_iter()
        .flat_map(|(kind, words)| words.iter().map(move |word| (kind, folder.fold(word))))
        .collect();
        // The longest first: `Biểu số` before `Biểu`.
        statements.sort_by_key(|(_, word)| std::cmp::Reverse(word.chars().count()));
        let fold_all = |words: &[String]| words.iter().map(|w| folder.fold(w)).collect::<Vec<_>>();
        let mut periods = Vec::new();
        for entry in &raw.periods {
            let mut pattern = entry.words.clone();
            for (place, mark) in [("{Y}", " qqyqq "), ("{Q}", " qqqqq "), ("{M}", " qqmqq ")] {
                pattern = pattern.replace(place, mark);
            }
            let pattern = regex::escape(&folder.fold(&pattern))
                .replace("qqyqq", "(?<Y>[12][0-9]{3})")
                .replace("qqqqq", "(?<Q>iv|i{1,3}|[1-4])")
                .replace("qqmqq", "(?<M>1[0-2]|0?[1-9])");
            let regex =
                Regex::new(&format!(r"(?:^|\s){pattern}(?:\s|$)")).map_err(|e| e.to_string())?;
            periods.push((regex, entry.period.clone()));
        }
        Ok(Self {
            statements,
            geographies: raw
                .geographies
                .iter()
                .flat_map(|(vintage, words)| {
                    words.iter().map(move |w| (folder.fold(w), vintage.clone()))
                })
                .collect(),
            periods,
            not_a_period: fold_all(&raw.titles.not_a_period),
            lead_in: fold_all(&raw.rows.lead_in),
            subtotal: fold_all(&raw.rows.subtotal),
            foot: fold_all(&raw.rows.foot),
        })
    }

    /// Whether a folded label is that of a subtotal.
    #[must_use]
    pub fn is_subtotal(&self, folded: &str) -> bool {
        self.subtotal
            .iter()
            .any(|word| folded == word || folded.starts_with(&format!("{word} ")))
    }

    /// The period that a folded line states, if it states one.
    #[must_use]
    pub fn period(&self, folded: &str) -> Option<Period> {
        if self
            .not_a_period
            .iter()
            .any(|word| contains_words(folded, word))
        {
            return None;
        }
        let (captures, template) = self
            .periods
            .iter()
            .find_map(|(regex, template)| regex.captures(folded).map(|c| (c, template)))?;
        let mut text = template.clone();
        if let Some(year) = captures.name("Y") {
            text = text.replace("{Y}", year.as_str());
        }
        if let Some(quarter) = captures.name("Q") {
            let number = match quarter.as_str() {
                "i" => "1",
                "ii" => "2",
                "iii" => "3",
                "iv" => "4",
                digit => digit,
            };
            text = text.replace("{Q}", number);
        }
        if let Some(month) = captures.name("M") {
            text = text.replace("{M}", &format!("{:0>2}", month.as_str()));
        }
        text.parse().ok()
    }
}

fn contains_words(folded: &str, words: &str) -> bool {
    format!(" {folded} ").contains(&format!(" {words} "))
}

/// A text and the cell it stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    /// The text.
    pub text: String,
    /// Its cell.
    pub at: Address,
}

/// What the block above a table states. Nothing is decided here: these are the words of the sheet.
#[derive(Debug, Clone, Default)]
pub struct Title {
    /// The form's code.
    pub form: Option<Stated>,
    /// The body and the unit that report.
    pub reporter: Option<Stated>,
    /// The reporting unit's code.
    pub unit_code: Option<Stated>,
    /// The unit of measure of the sheet.
    pub measure: Option<Stated>,
    /// The geography, and the vintage it means if it is a known one.
    pub geography: Option<(Stated, Option<String>)>,
    /// The number of the sending.
    pub sending: Option<(Stated, Option<i64>)>,
    /// The periods that lines state, in order.
    pub periods: Vec<(Stated, Period)>,
    /// All folded lines, for the form's title.
    pub lines: Vec<String>,
}

impl Title {
    /// Takes from another block what this one does not say; the form's code is never taken.
    pub(super) fn complete_from(&mut self, other: Self) {
        self.reporter = self.reporter.take().or(other.reporter);
        self.unit_code = self.unit_code.take().or(other.unit_code);
        self.measure = self.measure.take().or(other.measure);
        self.geography = self.geography.take().or(other.geography);
        self.sending = self.sending.take().or(other.sending);
        if self.periods.is_empty() {
            self.periods = other.periods;
        }
    }

    /// Whether `later` says nothing that this block does not say in the same cells.
    pub(super) fn says_all_of(&self, later: &Self) -> bool {
        fn said<T: PartialEq>(own: Option<&T>, later: Option<&T>) -> bool {
            later.is_none() || own == later
        }
        said(self.form.as_ref(), later.form.as_ref())
            && said(self.reporter.as_ref(), later.reporter.as_ref())
            && said(self.unit_code.as_ref(), later.unit_code.as_ref())
            && said(self.measure.as_ref(), later.measure.as_ref())
            && said(self.geography.as_ref(), later.geography.as_ref())
            && said(self.sending.as_ref(), later.sending.as_ref())
            && later.periods.iter().all(|p| self.periods.contains(p))
    }
}

/// Reads the rows `from..to` of a sheet as the block above a table.
#[must_use]
pub(super) fn read_title(sheet: &Sheet, from: u32, to: u32, vocabulary: &Vocabulary) -> Title {
    let mut title = Title::default();
    for (row, cells) in sheet.rows().filter(|(row, _)| (from..to).contains(row)) {
        for (column, content) in cells {
            let at = Address::new(row, *column);
            let Some(text) = content.text() else { continue };
            for line in text.lines() {
                read_line(&mut title, sheet, at, line, vocabulary);
            }
        }
    }
    title
}

fn read_line(title: &mut Title, sheet: &Sheet, at: Address, line: &str, vocabulary: &Vocabulary) {
    let Vocabulary { folder, words, .. } = vocabulary;
    let folded = folder.fold(line);
    if folded.is_empty() {
        return;
    }
    if let Some((kind, said)) = statement(sheet, at, line, &folded, vocabulary) {
        let first = |slot: &mut Option<Stated>, said: Stated| {
            slot.get_or_insert(said);
        };
        match kind {
            Kind::Form => first(&mut title.form, said),
            Kind::Reporter => first(&mut title.reporter, said),
            Kind::UnitCode => first(&mut title.unit_code, said),
            Kind::Measure => first(&mut title.measure, said),
            Kind::Geography => {
                let key = folder.fold(&said.text);
                let vintage = words
                    .geographies
                    .iter()
                    .find(|(w, _)| *w == key)
                    .map(|(_, v)| v.clone());
                title.geography.get_or_insert((said, vintage));
            }
            Kind::Sending => {
                let digits: String = said.text.chars().filter(char::is_ascii_digit).collect();
                let number = digits.parse().ok();
                title.sending.get_or_insert((said, number));
            }
        }
        return;
    }
    if let Some(period) = words.period(&folded) {
        title.periods.push((
            Stated {
                text: line.trim().to_owned(),
                at,
            },
            period,
        ));
    }
    title.lines.push(folded);
}

/// A statement: the words that begin it, then its value in the same cell or in the next one.
fn statement(
    sheet: &Sheet,
    at: Address,
    line: &str,
    folded: &str,
    vocabulary: &Vocabulary,
) -> Option<(Kind, Stated)> {
    let Vocabulary { folder, words, .. } = vocabulary;
    if let Some((head, rest)) = line.split_once(':') {
        let key = folder.fold(head);
        let (kind, _) = words.statements.iter().find(|(_, word)| *word == key)?;
        if !rest.trim().is_empty() {
            return Some((
                *kind,
                Stated {
                    text: rest.trim().to_owned(),
                    at,
                },
            ));
        }
        return next_text(sheet, at).map(|said| (*kind, said));
    }
    // Without a colon: the words alone, the value beside them; or the words and a value after them.
    if let Some((kind, _)) = words.statements.iter().find(|(_, word)| word == folded) {
        return next_text(sheet, at).map(|said| (*kind, said));
    }
    // What follows must be a value of its kind where the words alone may begin any sentence.
    words.statements.iter().find_map(|(kind, word)| {
        if !folded.starts_with(&format!("{word} ")) {
            return None;
        }
        let text = after_words(line, word.split(' ').count())?;
        let is_value = match kind {
            Kind::Form | Kind::Reporter | Kind::Geography | Kind::Sending => true,
            Kind::Measure => vocabulary.measures_in(&text).is_some(),
            Kind::UnitCode => false,
        };
        is_value.then_some((*kind, Stated { text, at }))
    })
}

/// What follows the first `count` words of a line.
fn after_words(line: &str, count: usize) -> Option<String> {
    let mut seen = 0;
    let mut in_word = false;
    for (i, c) in line.char_indices() {
        if c.is_alphanumeric() {
            if !in_word {
                if seen == count {
                    return Some(line[i..].trim().to_owned());
                }
                seen += 1;
            }
            in_word = true;
        } else {
            in_word = false;
        }
    }
    None
}

fn next_text(sheet: &Sheet, at: Address) -> Option<Stated> {
    sheet
        .row(at.row)
        .find(|(other, _)| other.column > at.column)
        .map(|(other, content)| Stated {
            text: content.as_read().trim().to_owned(),
            at: other,
        })
}
