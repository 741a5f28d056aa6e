//! Symbols that stand for a value, and the SDMX statuses that they mean.

use crate::text::{narrow, visible};

/// SDMX `OBS_STATUS`, as far as this program uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum ObservationStatus {
    /// A: a value; nil is the value 0.
    Normal,
    /// E: an estimate, as the head of the column says.
    Estimate,
    /// L: it exists and is not collected.
    NotCollected,
    /// M: it cannot exist.
    NotApplicable,
    /// O: not answered.
    NotAnswered,
}

impl ObservationStatus {
    /// The code.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "A",
            Self::Estimate => "E",
            Self::NotCollected => "L",
            Self::NotApplicable => "M",
            Self::NotAnswered => "O",
        }
    }
}

/// The symbols of a statistical office.
#[derive(Debug, Clone, Default)]
pub struct Symbols {
    /// Nothing occurred: value 0, status A.
    pub nil: Vec<String>,
    /// It exists and is not collected.
    pub not_collected: Vec<String>,
    /// It cannot exist.
    pub not_applicable: Vec<String>,
}

impl Symbols {
    /// What a text means, if it is one of the symbols.
    #[must_use]
    pub fn status(&self, text: &str) -> Option<ObservationStatus> {
        let mark: String = visible(text).chars().map(narrow).collect();
        let mark = mark.trim().to_lowercase();
        let is = |marks: &[String]| marks.iter().any(|m| m.to_lowercase() == mark);
        if is(&self.nil) {
            Some(ObservationStatus::Normal)
        } else if is(&self.not_collected) {
            Some(ObservationStatus::NotCollected)
        } else if is(&self.not_applicable) {
            Some(ObservationStatus::NotApplicable)
        } else {
            None
        }
    }
}
