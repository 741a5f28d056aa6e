//! The words of what goes to those who report, as `reference/correspondence.toml` states them.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::feedback::FeedbackWords;
use super::template::TemplateWords;

/// The words of what goes to those who report.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Correspondence {
    /// How the type of a unit is written before its name.
    pub unit_types: BTreeMap<String, String>,
    /// Words of the workbooks that are given back.
    pub feedback: FeedbackWords,
    /// Words of blank forms.
    pub template: TemplateWords,
}
