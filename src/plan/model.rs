//! The plan: everything a run knows before it reads a submission.

use std::path::PathBuf;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::answering::Answering;
use super::breakdowns::Breakdown;
use super::definitions::DefinitionFile;
use super::history::PublishedFigure;
use super::indicators::{Indicator, home_form};
use super::targets::Target;
use super::tasks::Task;
use crate::diagnostic::Lexicon;
use crate::extract::{RawDocumentWords, Vocabulary};
use crate::geography::{
    Decision, Docket, Duty, Geography, Identified, NameLookup, ReportOrder, ReporterClaim,
    Reporters,
};
use crate::intake::Limits;
use crate::lake::LakeSchema;
use crate::normalize::Conventions;
use crate::period::{Frequency, Period};
use crate::publish::Correspondence;
use crate::query::{Country, HomeForm, Models};
use crate::tables::{ChapterDefinition, Edition, TableDefinition};
use crate::validate::{RecordRule, Rule};

/// A pipeline, read and checked.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Where its files are.
    pub directory: PathBuf,
    /// Identifier; a lake belongs to the pipeline with this identifier.
    pub id: String,
    /// Title in Vietnamese.
    pub title_vi: String,
    /// Title in English.
    pub title_en: String,
    /// Its files, with those of its reference data and models.
    pub definitions: Vec<DefinitionFile>,
    /// Hash of everything that decides the result of a run on given submissions.
    pub definition_hash: String,
    /// Hash of the definitions that the reading of every file depends on.
    pub reading_hash: String,
    /// Hashes of the forms and unit names. A reading depends only on those that concern it.
    pub answering: Answering,
    /// The inboxes it reads by default. They need not exist: `--submissions` replaces them, and most commands read none.
    pub submissions: Vec<PathBuf>,
    /// Names of files in an inbox that are not submissions.
    pub pass_over: Vec<String>,
    /// Every file that changed within these seconds waits for the next run; see [`crate::intake::Scan`].
    pub settle_seconds: Option<u32>,
    /// The time zone of due dates.
    pub zone: TimeZone,
    /// The forms and words that extraction needs.
    pub vocabulary: Vocabulary,
    /// The units, symbols and limits that normalization needs.
    pub conventions: Conventions,
    /// Territory.
    pub geography: Geography,
    /// The kinds of unit that may report.
    pub reporters: Reporters,
    /// Who must report, and when.
    pub duties: Vec<Duty>,
    /// Collections that are open from the start, for the inboxes that the pipeline names.
    pub collections: Vec<(String, Period)>,
    /// The lengths of periods that are made of shorter ones where no report of a unit gives them.
    pub from_shorter: Vec<Frequency>,
    /// The indicators.
    pub indicators: Vec<Indicator>,
    /// The breakdowns, in the order of the lake's columns.
    pub breakdowns: Vec<Breakdown>,
    /// The targets.
    pub targets: Vec<Target>,
    /// The tasks.
    pub tasks: Vec<Task>,
    /// Figures that others have published, for years before the first report.
    pub history: Vec<PublishedFigure>,
    /// The rules.
    pub rules: Vec<Rule>,
    /// The rules over records of lists and over their totals.
    pub record_rules: Vec<RecordRule>,
    /// What people decided where submissions leave something open.
    pub decisions: Vec<Decision>,
    /// The tables of its lake: those of the contract, and those of its lists. Tables of its own models join them in a run,
    /// which knows their columns.
    pub lake: LakeSchema,
    /// The SQL from observations to totals.
    pub models: Models,
    /// The directory of that SQL.
    pub models_directory: PathBuf,
    /// The white book's tables.
    pub tables: Vec<TableDefinition>,
    /// The chapters of the edition.
    pub chapters: Vec<ChapterDefinition>,
    /// The edition that is printed.
    pub edition: Edition,
    /// Its name.
    pub edition_name: String,
    /// Its file within the pipeline, such as `editions/2025.toml`.
    pub edition_file: String,
    /// The country.
    pub country: Country,
    /// What the summary shows.
    pub headline: Headline,
    /// The limits of one file.
    pub limits: Limits,
    /// Whether the CSV files for people (findings, tables, the index of feedback) begin with a byte order mark.
    pub csv_bom: bool,
    /// The words of documents, as they are written.
    pub document_words: RawDocumentWords,
    /// The words of letters to reporting units.
    pub correspondence: Correspondence,
    /// The words for codes.
    pub lexicon: Lexicon,
}

impl Plan {
    /// What decides the order of reports.
    #[must_use]
    pub fn order<'a>(&'a self, docket: &'a Docket) -> ReportOrder<'a> {
        ReportOrder {
            reporters: &self.reporters,
            geography: &self.geography,
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
            senders: &self.vocabulary.words.senders,
        }
    }

    /// Who the words of a title block may mean in a report received on a day.
    #[must_use]
    pub fn identify(&self, claim: &ReporterClaim, received_on: Date) -> Identified {
        self.name_lookup().identify(claim, received_on)
    }

    /// Whether a total, a model or a rule reads the records of lists.
    #[must_use]
    pub fn counts_lists(&self) -> bool {
        let mut forms = self.vocabulary.forms.iter();
        self.models.reads_lists()
            || !self.record_rules.is_empty()
            || forms.any(|form| !form.totals.is_empty())
    }

    /// The form that gives the total of an indicator in periods of a frequency: its home form, if that has such periods, else
    /// the only form that has them.
    #[must_use]
    pub fn home_form<'a>(
        &'a self,
        indicator: &'a Indicator,
        frequency: Frequency,
    ) -> Option<&'a str> {
        home_form(indicator, frequency, &self.vocabulary.forms)
    }

    /// Which form gives the total of each indicator, for each length of periods.
    #[must_use]
    pub fn home_forms(&self) -> Vec<HomeForm> {
        let each = self.indicators.iter().flat_map(|indicator| {
            let frequencies = Frequency::ALL.iter();
            frequencies.filter_map(|frequency| {
                Some(HomeForm {
                    indicator: indicator.id.clone(),
                    months: i64::from(frequency.months()),
                    form: self.home_form(indicator, *frequency)?.to_owned(),
                })
            })
        });
        each.collect()
    }

    /// The ids of the breakdowns: the names of the lake's columns for them.
    #[must_use]
    pub fn breakdown_ids(&self) -> Vec<String> {
        self.breakdowns.iter().map(|b| b.id.clone()).collect()
    }

    /// Whether a form is a record list.
    #[must_use]
    pub fn is_list(&self, form: &str) -> bool {
        let mut forms = self.vocabulary.forms.iter().filter(|f| f.code == form);
        forms.next().is_some_and(|first| first.records.is_some())
    }
}

/// What the summary of a run shows for the country.
#[derive(Debug, Clone, Default)]
pub struct Headline {
    /// Indicators, in order.
    pub indicators: Vec<String>,
}
