//! Marks that stand for a value, and the SDMX statuses they mean.

/// SDMX `OBS_STATUS`, as far as this program uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum ObservationStatus {
    /// A: a value; nil is the value 0.
    Normal,
    /// E: stands under an estimate heading.
    Estimate,
    /// L: exists, not collected.
    NotCollected,
    /// M: cannot exist.
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

/// The marks of a statistical office.
#[derive(Debug, Clone, Default)]
pub struct Symbols {
    /// Nothing occurred: value 0, status A.
    pub nil: Vec<String>,
    /// Exists, not collected.
    pub not_collected: Vec<String>,
    /// Cannot exist.
    pub not_applicable: Vec<String>,
}

impl Symbols {
    /// What a text means if it is one of the marks.
    #[must_use]
    pub fn status(&self, text: &str) -> Option<ObservationStatus> {
        let mark = text.trim().to_lowercase();
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
