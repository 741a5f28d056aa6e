//! What a document says about who reports, and what is needed to look that up.

use jiff::civil::Date;

use super::sender::Reporters;
use super::territory::Geography;
use crate::extract::{SenderWords, Title};
use crate::text::Folder;

/// What a document says about the unit and the body that report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReporterClaim {
    /// The statement of the reporter, as read.
    pub reporter: Option<String>,
    /// What stands beside it, as read: each text on a line of its own.
    pub beside: Option<String>,
    /// The statement of the unit's code, as read.
    pub code: Option<String>,
}

impl ReporterClaim {
    /// The claim of a title block.
    pub(crate) fn of(title: &Title) -> Self {
        Self {
            reporter: title.reporter.as_ref().map(|s| s.text.clone()),
            beside: title.beside_reporter.clone(),
            code: title.unit_code.as_ref().map(|s| s.text.clone()),
        }
    }

    /// All that it says about the reporter, on one line.
    pub(crate) fn line(&self) -> String {
        let texts = [&self.reporter, &self.beside].into_iter().flatten();
        let lines = texts.map(|text| crate::text::one_line(text));
        lines.collect::<Vec<_>>().join(" ")
    }
}

/// Why words name no unit that reports, though they name one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotTheUnit {
    /// They name a lower level, or another body, by these words.
    OtherBody {
        /// The words, folded.
        words: String,
    },
    /// On the day of receipt the name was not that of a unit.
    NotYet {
        /// The name with its type, folded.
        name: String,
        /// The day from which it is; none if it never is.
        from: Option<Date>,
    },
    /// On the day of receipt there was no such agency.
    NoBodyYet {
        /// Its name.
        name: String,
        /// The day from which it is there.
        from: Date,
    },
}

/// Everything needed to look up the names of units and reporters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NameLookup<'a> {
    pub(crate) geography: &'a Geography,
    pub(crate) reporters: &'a Reporters,
    pub(crate) folder: &'a Folder,
    pub(crate) senders: &'a SenderWords,
}

/// Whether a folded word is a code.
pub(super) fn is_code(word: &str) -> bool {
    (1..=3).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_digit())
}
