//! Prints a finding.

use std::fmt::Write as _;

use crate::diagnostic::{Finding, entry};

/// A finding as lines of text: severity, code and message, then place and hint.
pub(super) fn lines(finding: &Finding) -> String {
    let texts = entry(&finding.code);
    let name = texts.map_or("", |e| e.name.as_str());
    let rule = finding.rule.as_ref().map(|rule| format!(" {rule}"));
    let mut text = format!(
        "{}[{} {name}{}]: {}\n",
        finding.severity.as_str(),
        finding.code,
        rule.unwrap_or_default(),
        finding.message_en
    );
    let place = &finding.place;
    let cell = joined([&place.file_name, &place.sheet, &place.cell]);
    let scope = || {
        joined([
            &place.form,
            &place.period,
            &place.unit_vintage,
            &place.unit_code,
        ])
    };
    if let Some(place) = cell.or_else(scope) {
        let _ = writeln!(text, "  --> {place}");
    }
    if let Some(texts) = texts {
        let _ = writeln!(text, "hint: {}", texts.remedy_en);
    }
    text
}

/// The known parts of a place in one line; none if no part is known.
fn joined<const N: usize>(parts: [&Option<String>; N]) -> Option<String> {
    let known: Vec<&str> = parts
        .into_iter()
        .filter_map(|part| part.as_deref())
        .collect();
    (!known.is_empty()).then(|| known.join(" › "))
}
