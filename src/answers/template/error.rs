//! Why there is no blank form.

use crate::answers::asked::NameError;
use crate::period::Period;
use crate::publish::PublishError;
use crate::reading::RunError;

/// Why there is no blank form.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// There is no such form or unit.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The form is not there.
    #[error("there is no form `{0}`")]
    NoForm(String),
    /// The rows of the form are units: it is nobody's alone.
    #[error(
        "the rows of `{form}` are all units: it is for none of them alone\nhint: leave out --unit"
    )]
    OfAllUnits {
        /// The form.
        form: String,
    },
    /// No period was given, and the lake has no report of the form to go on from.
    #[error(
        "the lake `{0}` has no report of this form from which the next period follows\nhint: name the period with --period, such as 2026 or 2026-S1"
    )]
    PeriodNeeded(String),
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
    /// The lake could not be read.
    #[error(transparent)]
    Lake(#[from] RunError),
    /// The workbook could not be made.
    #[error(transparent)]
    Publish(#[from] PublishError),
}
