//! Why a form cannot be consolidated.

use crate::answers::asked::NameError;
use crate::period::Period;
use crate::publish::PublishError;
use crate::reading::RunError;

/// Why a form cannot be consolidated.
#[derive(Debug, thiserror::Error)]
pub enum ConsolidateError {
    /// There is no such form or place.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The form is a record list.
    #[error(
        "`{0}` is a list: its rows are not put together\nhint: its totals are indicators of the lake, and `tonghop sql` reads its records"
    )]
    OfRecords(String),
    /// The rows of the form are units.
    #[error("the rows of `{0}` are all units: it is consolidated already\nhint: see the tables")]
    OfAllUnits(String),
    /// Nobody has reported the form.
    #[error("the lake has no report of `{0}`\nhint: run the pipeline first, or name another form")]
    NothingReported(String),
    /// The form is not one of that period.
    #[error("`{form}` has no column for {period}\nhint: it is {frequencies}")]
    PeriodDoesNotFit {
        /// The form.
        form: String,
        /// The period asked for.
        period: Period,
        /// How often it is due.
        frequencies: String,
    },
    /// No words say the period, so no reader would find it.
    #[error("words.toml has no words for the period {0}\nhint: add them under [[periods]]")]
    NoWords(Period),
    /// The words that mark a consolidated form are missing, so that it would be counted when it comes back.
    #[error(
        "words.toml does not say how a consolidated form is marked\nhint: add `consolidated` under [statements]"
    )]
    NoMark,
    /// The lake could not be read.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The workbook could not be made.
    #[error(transparent)]
    Publish(#[from] PublishError),
}
