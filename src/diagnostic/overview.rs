//! Counts and sorts findings by severity.

use super::finding::Finding;
use super::severity::Severity;

/// Number of errors, warnings and infos.
#[must_use]
pub fn count_by_severity(findings: &[Finding]) -> (usize, usize, usize) {
    let count = |severity| findings.iter().filter(|f| f.severity == severity).count();
    (
        count(Severity::Error),
        count(Severity::Warning),
        count(Severity::Info),
    )
}

/// The findings, most serious first, then by place.
#[must_use]
pub fn most_important_first(findings: &[Finding]) -> Vec<&Finding> {
    let mut sorted: Vec<&Finding> = findings.iter().collect();
    sorted.sort_by(|a, b| {
        b.severity
            .cmp(&a.severity)
            .then_with(|| a.storage_key().cmp(&b.storage_key()))
    });
    sorted
}
