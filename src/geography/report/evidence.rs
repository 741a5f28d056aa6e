//! Evidence: how each question about a report was answered, and by which words.

use serde::{Deserialize, Serialize};

use crate::extract::Stated;
use crate::text::one_line;

/// A question about a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Aspect {
    /// Which period it is for.
    Period,
    /// Which unit it is of.
    Unit,
    /// Which vintage of the geography the unit belongs to.
    Vintage,
    /// Who sent it.
    Reporter,
    /// Which number of sending it has.
    Sending,
}

impl Aspect {
    /// The word in the table `report_evidence`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Period => "period",
            Self::Unit => "unit",
            Self::Vintage => "vintage",
            Self::Reporter => "reporter",
            Self::Sending => "sending",
        }
    }
}

/// How a question about a report was answered, or why it stayed open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Basis {
    /// By the title block.
    Title,
    /// By the column heads.
    Heads,
    /// By another form of the same file.
    OtherFormOfTheFile,
    /// By a decision.
    Decision,
    /// By the rows, which are units.
    Rows,
    /// Not answered: the words contradict each other.
    Contradiction,
    /// By the words of the sheet.
    Words,
    /// Not answered: nobody is named.
    Unnamed,
    /// Not answered yet.
    Open,
    /// Not answered: the sheet says nothing.
    Unstated,
    /// By name and code together.
    NameAndCode,
    /// By the code.
    Code,
    /// By the name.
    Name,
    /// Not answered: the words are unknown.
    Unknown,
    /// By the name of the sheet.
    NameOfTheSheet,
    /// By the name of the file.
    NameOfTheFile,
}

impl Basis {
    /// The word in the table `report_evidence`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Heads => "heads",
            Self::OtherFormOfTheFile => "other-form-of-the-file",
            Self::Decision => "decision",
            Self::Rows => "rows",
            Self::Contradiction => "contradiction",
            Self::Words => "words",
            Self::Unnamed => "unnamed",
            Self::Open => "open",
            Self::Unstated => "unstated",
            Self::NameAndCode => "name-and-code",
            Self::Code => "code",
            Self::Name => "name",
            Self::Unknown => "unknown",
            Self::NameOfTheSheet => "name-of-the-sheet",
            Self::NameOfTheFile => "name-of-the-file",
        }
    }
}

/// Which rung of the ladder decided the vintage of a report's unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum VintageBasis {
    /// The sheet states it.
    Stated,
    /// Name and code together fit one vintage only.
    NameAndCode,
    /// The change left the unit as it was.
    UnchangedUnit,
    /// The period lies before the change, or begins after it.
    Period,
    /// The other reports of the form and period agree.
    Peers,
    /// The vintage in force when the report was received.
    Received,
    /// Which former units reported the same form and period.
    FormerUnits,
    /// A decision.
    Decision,
    /// The sender is an agency, which has no vintage.
    Agency,
}

impl VintageBasis {
    /// The word in the column `vintage_evidence` of the table `reports`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stated => "stated",
            Self::NameAndCode => "name-and-code",
            Self::UnchangedUnit => "unchanged-unit",
            Self::Period => "period",
            Self::Peers => "peers",
            Self::Received => "received",
            Self::FormerUnits => "former-units",
            Self::Decision => "decision",
            Self::Agency => "agency",
        }
    }
}

/// The answer to one question about a report, and the words that gave it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Evidence {
    /// The question.
    pub aspect: Aspect,
    /// The answer; none where the question stayed open.
    pub answer: Option<String>,
    /// How it was found.
    pub basis: Basis,
    /// The words, as read.
    pub text: Option<String>,
    /// Their cell.
    pub cell: Option<String>,
}

impl Evidence {
    /// An answer with the words that gave it, if there are any.
    pub(crate) fn of(
        aspect: Aspect,
        answer: Option<String>,
        basis: Basis,
        stated: Option<&Stated>,
    ) -> Self {
        Self {
            aspect,
            answer,
            basis,
            text: stated.map(|s| one_line(&s.text)),
            cell: stated.map(|s| s.at.to_string()),
        }
    }
}
