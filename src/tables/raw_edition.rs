//! Editions as their files state them.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::period::Frequency;
use crate::text::Bilingual;

/// `editions/<name>.toml` as its file states it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawEdition {
    pub(super) title: Bilingual,
    pub(super) subtitle: Bilingual,
    pub(super) source: Bilingual,
    pub(super) first_year: Option<Spanned<i16>>,
    pub(super) last_year: Option<Spanned<i16>>,
    pub(super) frequency: Option<Spanned<Frequency>>,
    pub(super) geography: Spanned<String>,
    pub(super) scheme: Spanned<String>,
    pub(super) date: Option<Spanned<String>>,
    pub(super) as_of: Option<Spanned<String>>,
    pub(super) license: Option<License>,
    #[serde(default)]
    pub(super) layout: Layout,
    #[serde(default = "tables_folder")]
    pub(super) tables: String,
    #[serde(default)]
    pub(super) chapters: Vec<RawEditionChapter>,
    #[serde(default)]
    pub(super) awaited: Vec<RawAwaited>,
    #[serde(default)]
    pub(super) parameters: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    pub(super) notes: Vec<Bilingual>,
}

impl RawEdition {
    /// The folder of its tables, relative to the pipeline.
    #[must_use]
    pub fn tables(&self) -> &str {
        &self.tables
    }

    /// How often it appears; none if it has years of its own.
    #[must_use]
    pub fn frequency(&self) -> Option<Frequency> {
        self.frequency.as_ref().map(|written| *written.get_ref())
    }
}

fn tables_folder() -> String {
    "tables".to_owned()
}

/// How the documents of an edition are laid out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// A book: cover, notes to the reader, contents, chapters with pages of their own.
    #[default]
    Book,
    /// A report of a few pages: a title, sentences, tables.
    Report,
}

/// The licence under which an edition is published.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct License {
    /// Short name, as in the Open Definition or SPDX.
    pub name: String,
    /// Title.
    pub title: String,
    /// The address of its text.
    pub path: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawEditionChapter {
    pub(super) id: Spanned<String>,
    pub(super) tables: Vec<Spanned<String>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAwaited {
    pub(super) id: Spanned<String>,
    pub(super) title: Bilingual,
    pub(super) forms: Vec<Spanned<String>>,
}
