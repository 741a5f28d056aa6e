//! The reports whose records stand behind a cell that counts entries of a register.

use std::collections::BTreeMap;

use crate::geography::UnitKey;

/// A report that has records behind a cell.
#[derive(Debug, Clone)]
pub(super) struct LineSource {
    pub(super) file_name: String,
    pub(super) sheet: Option<String>,
    pub(super) form: String,
    pub(super) period: Option<String>,
    pub(super) unit: Option<UnitKey>,
    pub(super) received_at: Option<jiff::Timestamp>,
}

/// These reports by their identifiers.
pub(super) type LineSources = BTreeMap<String, LineSource>;
