//! How findings look on a terminal.

use std::io::{self, Write};

use super::catalogue::entry;
use super::finding::Finding;
use super::severity::Severity;

/// Writes a finding for people: severity, code, message, place and hint.
///
/// # Errors
/// If `out` cannot be written to.
pub fn write_finding(out: &mut impl Write, finding: &Finding) -> io::Result<()> {
    let texts = entry(&finding.code);
    let name = texts.map_or("", |e| e.name.as_str());
    let rule = finding
        .rule
        .as_ref()
        .map(|r| format!(" {r}"))
        .unwrap_or_default();
    writeln!(
        out,
        "{}[{} {name}{rule}]: {}",
        finding.severity.as_str(),
        finding.code,
        finding.message_en
    )?;
    let place: Vec<&str> = [
        &finding.place.file_name,
        &finding.place.sheet,
        &finding.place.cell,
    ]
    .into_iter()
    .filter_map(|part| part.as_deref())
    .collect();
    if place.is_empty() {
        let scope: Vec<&str> = [
            &finding.place.form,
            &finding.place.period,
            &finding.place.unit_vintage,
            &finding.place.unit_code,
        ]
        .into_iter()
        .filter_map(|part| part.as_deref())
        .collect();
        if !scope.is_empty() {
            writeln!(out, "  --> {}", scope.join(" › "))?;
        }
    } else {
        writeln!(out, "  --> {}", place.join(" › "))?;
    }
    if let Some(texts) = texts {
        writeln!(out, "hint: {}", texts.remedy_en)?;
    }
    Ok(())
}

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
