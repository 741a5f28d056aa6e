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
