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

/// Puts arguments in the places of a text: `{name}`. Places without an argument stay.
#[must_use]
pub fn fill(text: &str, arguments: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    // One pass, so that braces in an argument stay what they are.
    while let Some(open) = rest.find('{') {
        let (before, after) = rest.split_at(open);
        out.push_str(before);
        let close = after.find('}').map_or(after.len(), |at| at + 1);
        let place = &after[..close];
        let name = place.trim_matches(['{', '}']);
        match arguments.iter().find(|(wanted, _)| *wanted == name) {
            Some((_, value)) => out.push_str(value),
            None => out.push_str(place),
        }
        rest = &after[close..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_put_in_once() {
        let arguments = [("a", "{b}"), ("b", "x")];
        assert_eq!(
            fill("{a} and {b} and {c} {", &arguments),
            "{b} and x and {c} {"
        );
    }
}
