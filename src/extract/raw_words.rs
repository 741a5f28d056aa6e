//! The words of documents as `reference/words.toml` states them.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::sender_words::RawSenderWords;

/// The words of documents in a language, as `reference/words.toml` states them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawDocumentWords {
    /// Short form to long form.
    pub abbreviations: BTreeMap<String, String>,
    /// The words that begin each kind of statement.
    pub statements: RawStatementWords,
    /// Vintages to the ways a sheet states them.
    pub geographies: BTreeMap<String, Vec<String>>,
    /// Vintages to the words beside the name of a unit that mean them.
    #[serde(default)]
    pub beside_a_name: BTreeMap<String, Vec<String>>,
    /// Words of statements of the reporter.
    #[serde(default)]
    pub senders: RawSenderWords,
    /// Ways to state a period; the first that matches counts.
    pub periods: Vec<RawPeriodWords>,
    /// Words of title lines.
    pub titles: RawTitleWords,
    /// Words in rows.
    pub rows: RawRowWords,
    /// Words in the heads of several columns under one head.
    #[serde(default)]
    pub columns: RawColumnWords,
    /// Words of lists.
    #[serde(default)]
    pub lists: RawListWords,
    /// Words that say which sending a report is.
    #[serde(default)]
    pub sendings: RawSendingWords,
    /// Words in numbers.
    pub numbers: RawNumberWords,
    /// Symbols that stand for a value.
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
    /// The geography of the report.
    pub geography: Vec<String>,
    /// The number of the submission.
    pub sending: Vec<String>,
    /// That a report is consolidated from others, and from which.
    #[serde(default)]
    pub consolidated: Vec<String>,
}

/// One way to state a period.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawPeriodWords {
    /// Text with `{Y}`, `{Q}`, `{M}` for year, quarter and month, and `{n}` for any number.
    pub words: String,
    /// SDMX period with the same placeholders; none for a period that no form has, such as nine months.
    pub period: Option<String>,
    /// The same for a period without its year: the head of a column may state it below a title that has the year.
    pub in_heads: Option<String>,
}

/// Words of title lines.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawTitleWords {
    /// A line with one of these never states a period.
    pub not_a_period: Vec<String>,
    /// Bodies with which a letterhead begins, before the name of their territory.
    #[serde(default)]
    pub letterheads: Vec<String>,
    /// Words before a second period of a line that is not the report's: what it is compared with, what is planned.
    #[serde(default)]
    pub other_period: Vec<String>,
}

/// Words in rows.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawRowWords {
    /// Rows that introduce the rows below them.
    pub lead_in: Vec<String>,
    /// Rows that sum up others and are in no form.
    #[serde(default)]
    pub subtotal: Vec<String>,
    /// Labels of rows that sum up others and may be the form's row of totals under another name.
    #[serde(default)]
    pub total: Vec<String>,
    /// Rows that end a table.
    pub foot: Vec<String>,
    /// Words that begin the line of a group of records: of a lower level, of a kind of group.
    #[serde(default)]
    pub group: Vec<String>,
}

/// Words in the heads of several columns under one head.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawColumnWords {
    /// Heads of the column that is the whole.
    pub whole: Vec<String>,
    /// Words that end the head of the column that is the whole.
    pub whole_ends: Vec<String>,
    /// Heads of the column that is the whole, if the head above is of a year.
    pub whole_year: Vec<String>,
    /// Words that begin the head of a column that is within the whole and does not add up to it.
    pub within: Vec<String>,
    /// Words that begin the head of a column for a part of a year; a number may stand before them.
    pub part_of_year: Vec<String>,
    /// Words before the day up to which a column counts.
    pub until: Vec<String>,
}

/// Words of lists.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawListWords {
    /// Words that join two things.
    pub and: Vec<String>,
}

/// Words that say which sending a report is.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawSendingWords {
    /// The words for each number, from 1.
    pub numbers: Vec<Vec<String>>,
    /// Words before or after the parts of a date.
    pub dates: Vec<String>,
}

/// Words in numbers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawNumberWords {
    /// Words that make a number approximate.
    pub approximate: Vec<String>,
}

/// Symbols that stand for a value.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawSymbolWords {
    /// Nothing occurred.
    pub nil: Vec<String>,
    /// It exists and is not collected.
    pub not_collected: Vec<String>,
    /// It cannot exist.
    pub not_applicable: Vec<String>,
}
