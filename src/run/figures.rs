//! Figures and findings of a snapshot, read back for those who tell of it.

use crate::diagnostic::Finding;
use crate::engine::TextColumn;
use crate::lake::Snapshot;
use crate::reading::RunError;

/// The findings of a snapshot.
pub(crate) fn read_findings(snapshot: &Snapshot) -> Result<Vec<Finding>, RunError> {
    let mut findings = Vec::new();
    for batch in snapshot.read("findings")? {
        let columns = Finding::COLUMNS.map(|name| TextColumn::read(&batch, name));
        let records =
            (0..batch.num_rows()).map(|row| std::array::from_fn(|i| columns[i].owned(row)));
        findings.extend(records.map(Finding::from_record));
    }
    Ok(findings)
}

/// A national figure as people read it: with the units that reported, of those that owe a report, where some are missing,
/// and marked where it is made of estimates.
pub(crate) fn figure(
    value: Option<i128>,
    decimals: u32,
    status: &str,
    [reported, expected]: [i64; 2],
    is_estimated: bool,
) -> String {
    let text = value.map_or_else(
        || "…".to_owned(),
        |value| crate::tables::format_decimal(value, decimals, ',', '.'),
    );
    let partial = if status == "P" {
        format!(" ({reported}/{expected})")
    } else {
        String::new()
    };
    let estimate = if value.is_some() && (status == "E" || is_estimated) {
        " (e)"
    } else {
        ""
    };
    format!("{text}{partial}{estimate}")
}
