//! The catalogue of findings: the texts of every code, parsed once from the embedded `findings.toml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::severity::Severity;
use crate::text::Bilingual;

/// The texts of a code.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogueEntry {
    /// Short name in kebab case, which is shown with the code.
    pub name: String,
    /// Severity of the findings of this code.
    pub severity: Severity,
    /// Title in Vietnamese.
    pub title_vi: String,
    /// Title in English.
    pub title_en: String,
    /// Message template in Vietnamese, arguments as `{name}`.
    pub message_vi: String,
    /// Message template in English.
    pub message_en: String,
    /// Its meaning, in English.
    pub meaning: String,
    /// What to do about it, in Vietnamese.
    pub remedy_vi: String,
    /// What to do about it, in English.
    pub remedy_en: String,
    /// Phrases that arguments of its messages are made of.
    #[serde(default)]
    pub phrases: BTreeMap<String, Bilingual>,
    /// Arguments that are never quoted from a file. All others are replaced where nothing may be quoted.
    #[serde(default)]
    pub own: Vec<String>,
}

static CATALOGUE: LazyLock<BTreeMap<String, CatalogueEntry>> =
    LazyLock::new(|| toml::from_str(include_str!("findings.toml")).unwrap_or_default());

/// All codes with their texts, in the order of the codes.
#[must_use]
pub fn catalogue() -> &'static BTreeMap<String, CatalogueEntry> {
    &CATALOGUE
}

/// The texts of a code.
#[must_use]
pub fn entry(code: &str) -> Option<&'static CatalogueEntry> {
    CATALOGUE.get(code)
}

/// A phrase of a code. Empty if the code has no such phrase.
pub(super) fn phrase(code: &str, name: &str) -> Bilingual {
    let phrase = entry(code).and_then(|entry| entry.phrases.get(name));
    phrase.cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_embedded_catalogue_parses() {
        let parsed: Result<std::collections::BTreeMap<String, super::CatalogueEntry>, _> =
            toml::from_str(include_str!("findings.toml"));
        assert!(
            parsed.as_ref().is_ok_and(|all| all.len() > 10),
            "{parsed:?}"
        );
    }
}
