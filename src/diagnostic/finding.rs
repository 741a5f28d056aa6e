//! A finding: a code, a place and a message in both languages.

use serde::{Deserialize, Serialize};

use super::argument::{Argument, unmarked};
use super::catalogue::entry;
use super::severity::Severity;
use crate::text::Bilingual;

/// The place of a finding, as far as it is known. Field names are those of the table `findings`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// Path of the submission, relative to the inbox.
    pub file_name: Option<String>,
    /// First 16 hexadecimal digits of the submission's SHA-256.
    pub submission_id: Option<String>,
    /// Id of the report in that submission.
    pub report_id: Option<String>,
    /// Code of the form.
    pub form: Option<String>,
    /// Name of the sheet. None for text files.
    pub sheet: Option<String>,
    /// The cell, such as `A1`.
    pub cell: Option<String>,
    /// Vintage of the geography of the unit.
    pub unit_vintage: Option<String>,
    /// Code of the reporting unit in that vintage.
    pub unit_code: Option<String>,
    /// SDMX time period of the report.
    pub period: Option<String>,
    /// Indicator of the value.
    pub indicator: Option<String>,
    /// The members of breakdowns that the value is of, written as a text; in the lake, the sector.
    pub sector: Option<String>,
    /// Scenario of the value.
    pub scenario: Option<String>,
}

/// Something that a run reports about its input: a code, a place and a message in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Code such as `TH301`. A code never gets another meaning.
    pub code: String,
    /// Severity: that of the code, unless a rule has its own.
    pub severity: Severity,
    /// Id of the rule that raised it, if one did.
    pub rule: Option<String>,
    /// Its place.
    pub place: Place,
    /// Message in Vietnamese.
    pub message_vi: String,
    /// Message in English.
    pub message_en: String,
    /// What the message is made of, as long as it may have to be said without quotations.
    #[serde(skip)]
    pub(crate) made_of: MadeOf,
}

/// The arguments of a message. Findings are equal if they say the same, so these are always equal.
#[derive(Debug, Clone, Default)]
pub(crate) struct MadeOf(Vec<(&'static str, Argument)>);

impl PartialEq for MadeOf {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for MadeOf {}

/// What a finding says, before its place is known: a code and the arguments of its message. The types of
/// [`super::findings`] turn into it.
#[derive(Debug, Clone)]
pub struct Message {
    code: &'static str,
    args: Vec<(&'static str, Argument)>,
}

impl Message {
    pub(super) fn new(code: &'static str, args: Vec<(&'static str, Argument)>) -> Self {
        Self { code, args }
    }

    /// The code, such as `TH301`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The finding at `place`.
    #[must_use]
    pub fn at(self, place: Place) -> Finding {
        let args = self.args.iter();
        let said: Vec<_> = args
            .map(|(name, arg)| (*name, arg.said().clone()))
            .collect();
        Finding {
            made_of: MadeOf(self.args),
            ..Finding::from_columns(self.code, place, &said)
        }
    }
}

impl Finding {
    /// A finding of `code` with arguments that are known by name only, such as the columns of a query. Everything else
    /// is made with the types of [`super::findings`]. The argument `what` may be the name of a phrase of the code, and is
    /// replaced by that phrase. A code that the catalogue lacks gives an error that says so.
    #[must_use]
    pub fn from_columns<'a>(code: &str, place: Place, args: &[(&'a str, Bilingual)]) -> Self {
        let Some(entry) = entry(code) else {
            return Self {
                code: code.to_owned(),
                severity: Severity::Error,
                rule: None,
                place,
                message_vi: code.to_owned(),
                message_en: code.to_owned(),
                made_of: MadeOf::default(),
            };
        };
        let with_phrase = |(name, value): &(&'a str, Bilingual)| {
            let phrase = entry.phrases.get(&value.en).filter(|_| *name == "what");
            let value = phrase.map_or_else(|| value.clone(), |phrase| phrase.filled(args));
            (*name, value)
        };
        let all: Vec<(&str, Bilingual)> = args.iter().map(with_phrase).collect();
        let message = Bilingual::new(&entry.message_vi, &entry.message_en).filled(&all);
        Self {
            code: code.to_owned(),
            severity: entry.severity,
            rule: None,
            place,
            message_vi: message.vi,
            message_en: message.en,
            made_of: MadeOf::default(),
        }
    }

    /// The finding without quotations from a file: where one stood, its message names the kind of thing. A finding whose
    /// arguments are no longer known says its title alone.
    #[must_use]
    pub(crate) fn unquoted(mut self) -> Self {
        let Some(entry) = entry(&self.code) else {
            return self;
        };
        let args = std::mem::take(&mut self.made_of).0;
        let template = Bilingual::new(&entry.message_vi, &entry.message_en);
        let message = if args.is_empty() && template.has_names() {
            Bilingual::new(&entry.title_vi, &entry.title_en)
        } else {
            let unquoted: Vec<_> = args.iter().map(|(n, arg)| (*n, arg.unquoted())).collect();
            unmarked(&template, &args).filled(&unquoted)
        };
        (self.message_vi, self.message_en) = (message.vi, message.en);
        self
    }

    /// Forgets what the message is made of, once it is clear that it may quote.
    pub(crate) fn settle(&mut self) {
        self.made_of = MadeOf::default();
    }

    /// The finding as raised by a rule that has its own severity.
    #[must_use]
    pub fn by_rule(mut self, rule: &str, severity: Severity) -> Self {
        self.rule = Some(rule.to_owned());
        self.severity = severity;
        self
    }

    /// The key by which stored findings are sorted: place, code, rule and message, so that their order does not depend on
    /// the order of work.
    #[must_use]
    pub fn storage_key(&self) -> (&Place, &str, &Option<String>, &str) {
        (&self.place, &self.code, &self.rule, &self.message_en)
    }
}
