//! The texts of workbooks for reporting units, as `reference/correspondence.toml` states them.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::feedback::FeedbackWords;
use super::template::{ConsolidatedWords, TemplateWords};

/// The texts of workbooks for reporting units.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Correspondence {
    /// How the type of a unit is written before its name.
    pub unit_types: BTreeMap<String, String>,
    /// Texts of feedback.
    pub feedback: FeedbackWords,
    /// Texts of blank forms.
    pub template: TemplateWords,
    /// Texts of consolidated forms.
    pub consolidated: ConsolidatedWords,
}
