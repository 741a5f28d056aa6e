//! A pipeline: its definitions, checked, and the run that takes submissions through the stages in order.

mod asked;
mod assemble;
mod book;
mod cache;
mod catalogue;
mod changes;
mod check;
mod corrections;
mod correspondence;
mod decided;
mod decisions;
mod definitions;
mod diff;
mod encodings;
mod feedback;
mod form;
mod identify;
mod inspect;
mod load;
mod outcome;
mod publication;
mod raw;
mod reading;
mod reference;
mod register;
mod run;
mod source;
mod status;
mod summary;
mod tables;
mod template;
mod trace;
mod unit_rows;

pub use asked::Answering;
pub use assemble::TableReading;
pub use book::{
    BookError, BookOptions, CellDifference, Contents, Lock, LockError, LockedFile,
    LockedSubmission, LockedTable, MadeBook, Mismatch, Reason, book, contents, differences,
    lock_path,
};
pub use catalogue::{Indicator, Measure, Sector, TARGET_TEXTS, Target};
pub use changes::{Foreseen, NationalChange, NationalChanges, Superseded, foresee};
pub use check::check_queries;
pub use definitions::DefinitionFile;
pub use diff::{Diff, diff};
pub use feedback::{Feedback, FeedbackOptions, feedback};
pub use inspect::{Inspected, Inspection, inspect, read_files};
pub use load::{load, load_edition};
pub use reading::Reading;
pub use run::{Progress, Run, RunError, RunOptions, Stage, open_engine, run};
pub use status::{CollectionStatus, Owed, State, Status, StatusQuestion, status};
pub use summary::{Correction, DecisionLine, Headlines, Overdue, ReportCount, Summary};
pub use template::{BlankForm, TemplateError, TemplateOptions, template};
pub use trace::{
    Choice, Conversion, Fact, Figure, FigureQuestion, Level, Made, Measured, Node,
    Observation as TracedObservation, Other, Outcome, Part, Passed, Printed, PrintedQuestion,
    Question, Sent, Standing, Subject, Trace, TraceError, Tracer, Way, figures_of,
    human as human_trace, machine as machine_trace, recompute, trace,
};

use std::path::PathBuf;

use jiff::tz::TimeZone;

use crate::diagnostic::Lexicon;
use crate::extract::{RawDocumentWords, Vocabulary};
use crate::geography::{Decision, Duty, Geography, Reporters};
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
