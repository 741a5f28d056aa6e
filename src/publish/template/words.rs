//! The texts of blank forms, as `reference/correspondence.toml` states them.

use serde::Deserialize;

/// The texts of blank forms.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateWords {
    /// Lines below the table: `{nil}`, `{not_collected}`, `{not_applicable}`, `{sending}`.
    pub instructions: Vec<String>,
    /// The line that says which values are filled in already.
    pub prefilled: String,
    /// Place and date of the signature.
    pub place_and_date: String,
    /// Footer of a page: `{form}`, `{page}`, `{pages}`.
    pub footer: String,
    /// The people who sign, from the left.
    pub signatures: Vec<Signature>,
    /// Hints and refusals beside cells.
    pub input: InputWords,
    /// The texts of blank lists.
    pub list: ListWords,
}

/// The texts of blank lists.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListWords {
    /// The name of the sheet of a list beside a table of values: `{form}`.
    pub sheet: String,
    /// Lines below the list: `{nil}`, `{not_collected}`, `{sending}`.
    pub instructions: Vec<String>,
    /// The line that says which rows are filled in already.
    pub known: String,
    /// The line with the codes of a column: `{head}`, `{codes}`.
    pub codes: String,
    /// Hint for a column that each row must fill.
    pub required: String,
    /// Hint for words.
    pub text: String,
    /// Hint for a code of digits: `{digits}`.
    pub digits: String,
    /// Hint for a day.
    pub date: String,
    /// Hint for a deadline: `{words}` are those for what has none.
    pub deadline: String,
    /// Hint for one of a few words.
    pub choice: String,
    /// Hint for a whole number: `{unit}`.
    pub whole: String,
    /// Hint for a whole number without a unit, such as a year.
    pub plain: String,
    /// Hint for a number: `{unit}`.
    pub decimal: String,
    /// Hint for personal data.
    pub personal: String,
    /// Message about a word that is none of those to choose from.
    pub wrong_choice: String,
    /// Message about a value that is not a whole number.
    pub wrong_whole: String,
    /// Message about a value that is no number.
    pub wrong_decimal: String,
}

/// The texts of consolidated forms.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsolidatedWords {
    /// Of how many units there are figures: `{reported}`, `{expected}`.
    pub coverage: String,
    /// The same where some are missing: `{missing}` names them.
    pub coverage_without: String,
    /// What a unit's own sheet is made of: `{geography}`.
    pub of_unit: String,
    /// The same where the unit has not reported.
    pub of_absent_unit: String,
    /// Lines below the table: `{partial}` and `{estimate}` are the marks of the book.
    pub notes: Vec<String>,
}

/// A person who signs a form.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// The office.
    pub title: String,
    /// How to sign.
    pub below: String,
}

/// Hints that a person sees beside a cell, and messages about a value that is refused.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputWords {
    /// Hint for a whole number: `{unit}`.
    pub whole: String,
    /// Hint for a number with decimals: `{decimals}`, `{unit}`.
    pub decimal: String,
    /// Hint about the symbols that are allowed instead of a number: `{symbols}`.
    pub symbols: String,
    /// Hint with the earlier estimate of the value: `{value}`.
    pub estimate: String,
    /// Hint for the name of the reporter.
    pub reporter: String,
    /// Title of a refusal.
    pub wrong: String,
    /// Message about a value that is not a whole number: `{symbols}`.
    pub wrong_whole: String,
    /// Message about a doubtful value: `{symbols}`.
    pub wrong_decimal: String,
}
