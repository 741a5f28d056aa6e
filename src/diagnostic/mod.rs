//! Findings: what a run has to say about its input.
//!
//! Every stage turns what it cannot believe into a [`Finding`] and goes on. The texts of all codes stand
//! once, in `findings.toml`; a stage names the code, the place and the arguments, nothing else.

mod catalogue;
mod definition;
mod lexicon;
mod record;
mod show;

pub use catalogue::{Entry, catalogue, entry, phrase};
pub use definition::{DefinitionError, DefinitionErrors};
pub use lexicon::{Lexicon, Naming, Periods, Scenarios};
pub use show::{count_by_severity, most_important_first, write_finding};

use serde::Serialize;

use crate::text::Bilingual;

/// How much a finding weighs. The order is that of importance, least first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Info,
    /// Loaded, and doubtful.
    Warning,
    /// Held back, contradictory or missing: somebody has to act.
    Error,
}

impl Severity {
    /// The word used in tables and on screen.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The severity a word names, as the tables write it.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "info" => Some(Self::Info),
            "warning" => Some(Self::Warning),
            "error" => Some(Self::Error),
            _ => None,
        }
    }
}

/// Where a finding stands, as far as that is known. Field names are those of the `findings` table.
#[derive(
    Debug,
    Clone,
    Default,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    serde::Serialize,
    serde::Deserialize,
)]
pub struct Place {
    /// Path of the submission, relative to the inbox.
    pub file_name: Option<String>,
    /// First 16 hexadecimal digits of the submission's SHA-256.
    pub submission_id: Option<String>,
    /// The report in that submission.
    pub report_id: Option<String>,
    /// The form's code.
    pub form: Option<String>,
    /// The sheet's name; none for CSV.
    pub sheet: Option<String>,
    /// One cell, as `A1`.
    pub cell: Option<String>,
    /// Vintage of the geography that the unit belongs to.
    pub unit_vintage: Option<String>,
    /// Code of the reporting unit in that vintage.
    pub unit_code: Option<String>,
    /// SDMX time period of the report.
    pub period: Option<String>,
    /// Indicator of the value concerned.
    pub indicator: Option<String>,
    /// Sector of the value concerned.
    pub sector: Option<String>,
    /// Scenario of the value concerned.
    pub scenario: Option<String>,
}

/// One thing that the run has to say: a code, a place and its message in both languages.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Finding {
    /// Code such as `TH301`, never reused.
    pub code: String,
    /// Severity, usually that of the code.
    pub severity: Severity,
    /// The rule behind the finding, if one is.
    pub rule: Option<String>,
    /// Where it stands.
    pub place: Place,
    /// Message in Vietnamese.
    pub message_vi: String,
    /// Message in English.
    pub message_en: String,
}

impl Finding {
    /// A finding of `code` at `place`, its message made from the catalogue's text and `args`
    /// (name, value). A code that the catalogue lacks gives an error finding that says so: a test
    /// forbids such codes.
    #[must_use]
    pub fn new(code: &str, place: Place, args: &[(&str, &str)]) -> Self {
        let args: Vec<(&str, Bilingual)> = args
            .iter()
            .map(|(name, value)| (*name, Bilingual::same(value)))
            .collect();
        Self::in_words(code, place, &args)
    }

    /// Like [`Self::new`], with arguments that each language says in its own way.
    #[must_use]
    pub fn in_words(code: &str, place: Place, args: &[(&str, Bilingual)]) -> Self {
        let Some(entry) = entry(code) else {
            return Self {
                code: code.to_owned(),
                severity: Severity::Error,
                rule: None,
                place,
                message_vi: code.to_owned(),
                message_en: code.to_owned(),
            };
        };
        let message = Bilingual::new(&entry.message_vi, &entry.message_en).filled(args);
        Self {
            code: code.to_owned(),
            severity: entry.severity,
            rule: None,
            place,
            message_vi: message.vi,
            message_en: message.en,
        }
    }

    /// The same finding, raised by a rule with a severity of its own.
    #[must_use]
    pub fn by_rule(mut self, rule: &str, severity: Severity) -> Self {
        self.rule = Some(rule.to_owned());
        self.severity = severity;
        self
    }

    /// The order in which findings are stored: by place, then code, so that it does not depend on the
    /// order of work.
    #[must_use]
    pub fn storage_key(&self) -> (&Place, &str, &Option<String>, &str) {
        (&self.place, &self.code, &self.rule, &self.message_en)
    }
}
