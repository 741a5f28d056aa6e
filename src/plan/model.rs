//! The plan: everything a run knows before it reads a file.

use std::path::PathBuf;

use jiff::tz::TimeZone;

use super::answering::Answering;
use super::catalogue::{Indicator, Sector, Target};
use super::definitions::DefinitionFile;
use crate::diagnostic::Lexicon;
use crate::extract::{RawDocumentWords, Vocabulary};
use crate::geography::{Decision, Docket, Duty, Geography, NameLookup, ReportOrder, Reporters};
use crate::intake::Limits;
use crate::normalize::Conventions;
use crate::period::Period;
use crate::publish::Correspondence;
use crate::query::{Country, Models};
use crate::tables::{ChapterDefinition, Edition, TableDefinition};
use crate::validate::Rule;

/// A pipeline, read and found sound.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Where its files are.
    pub directory: PathBuf,
    /// Identifier: the lake belongs to it.
    pub id: String,
    /// Title in Vietnamese.
    pub title_vi: String,
    /// Title in English.
    pub title_en: String,
    /// Its files, and those of its reference data and models.
    pub definitions: Vec<DefinitionFile>,
    /// Hash of all that decides what a run makes of its submissions.
    pub definition_hash: String,
    /// Hash of the definitions that the reading of every file depends on.
    pub reading_hash: String,
    /// Hashes of those that readings depend on as far as they ask them.
    pub answering: Answering,
    /// Inboxes it reads unless told otherwise.
    pub submissions: Vec<PathBuf>,
    /// File names of an inbox that are no submissions.
    pub pass_over: Vec<String>,
    /// The time zone of due dates.
    pub zone: TimeZone,
    /// What extraction knows.
    pub vocabulary: Vocabulary,
    /// What normalization knows.
    pub conventions: Conventions,
    /// Territory.
    pub geography: Geography,
    /// Who may send.
    pub reporters: Reporters,
    /// Who must send, and when.
    pub duties: Vec<Duty>,
    /// Collections open from the start, for the submissions the pipeline names.
    pub collections: Vec<(String, Period)>,
    /// The indicators.
    pub indicators: Vec<Indicator>,
    /// The sectors.
    pub sectors: Vec<Sector>,
    /// The targets.
    pub targets: Vec<Target>,
    /// The rules.
    pub rules: Vec<Rule>,
    /// What people decided where files leave something open.
    pub decisions: Vec<Decision>,
    /// SQL from observations to totals.
    pub models: Models,
    /// Where that SQL stands.
    pub models_directory: PathBuf,
    /// The white book's tables.
    pub tables: Vec<TableDefinition>,
    /// The chapters of the edition.
    pub chapters: Vec<ChapterDefinition>,
    /// The edition that is printed.
    pub edition: Edition,
    /// Its name: `editions/<name>.toml`.
    pub edition_name: String,
    /// The country.
    pub country: Country,
    /// What the summary shows.
    pub headline: Headline,
    /// What one file may hold.
    pub limits: Limits,
    /// The words of documents, as they are written.
    pub document_words: RawDocumentWords,
    /// The words of what goes to those who report.
    pub correspondence: Correspondence,
    /// Codes as people read them.
    pub lexicon: Lexicon,
}

impl Plan {
    /// What the order among reports depends on.
    #[must_use]
    pub fn order<'a>(&'a self, docket: &'a Docket) -> ReportOrder<'a> {
        ReportOrder {
            reporters: &self.reporters,
            docket,
            zone: &self.zone,
            lexicon: &self.lexicon,
        }
    }

    /// Everything needed to look up the names of units and reporters.
    #[must_use]
    pub(crate) fn name_lookup(&self) -> NameLookup<'_> {
        NameLookup {
            geography: &self.geography,
            reporters: &self.reporters,
            folder: &self.vocabulary.folder,
        }
    }

    /// Whether a form is a list of records.
    #[must_use]
    pub fn is_list(&self, form: &str) -> bool {
        let mut forms = self.vocabulary.forms.iter();
        forms.any(|f| f.code == form && f.records.is_some())
    }
}

/// What the summary of a run shows of the country.
#[derive(Debug, Clone, Default)]
pub struct Headline {
    /// Indicators, in order.
    pub indicators: Vec<String>,
}
