//! `printed.toml`: the words and signs that tables and books are printed with, in both languages.

use std::collections::BTreeMap;

use icu_collator::options::CollatorOptions;
use icu_collator::{Collator, CollatorBorrowed};
use icu_locale_core::Locale;
use jiff::civil::Date;
use serde::Deserialize;

use super::table::Text;
use crate::diagnostic::Naming;

/// `printed.toml`: the words and signs of printed tables, as the file states them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawPrinted {
    /// The language whose alphabet orders names, as BCP 47 has it.
    locale: String,
    numbers: RawNumbers,
    symbols: RawSymbols,
    words: Phrases,
    #[serde(default)]
    units: BTreeMap<String, Text>,
    /// How findings name figures.
    pub naming: Naming,
}

impl RawPrinted {
    /// What groups digits, and the decimal mark.
    #[must_use]
    pub fn digits(&self) -> (char, char) {
        (self.numbers.group, self.numbers.decimal)
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawNumbers {
    group: char,
    decimal: char,
    english: RawSigns,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSigns {
    group: char,
    decimal: char,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSymbols {
    nil: Symbol,
    rounded: Symbol,
    not_available: Symbol,
    not_applicable: Symbol,
    partial: Symbol,
    estimate: Symbol,
    imputed: Symbol,
    withheld: Symbol,
}

/// A sign in a cell and what it means.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Symbol {
    /// The sign.
    pub mark: String,
    /// Its meaning in the country's language.
    pub vi: String,
    /// Its meaning in English.
    pub en: String,
}

/// The signs there are, in the order in which a legend lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SymbolKind {
    /// An exact zero.
    Nil,
    /// A zero that is only rounded.
    Rounded,
    /// No figure.
    NotAvailable,
    /// A figure that cannot exist.
    NotApplicable,
    /// A part is missing.
    Partial,
    /// An estimate.
    Estimate,
    /// Imputed.
    Imputed,
    /// Not published.
    Withheld,
}

impl SymbolKind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Nil,
        Self::Rounded,
        Self::NotAvailable,
        Self::NotApplicable,
        Self::Partial,
        Self::Estimate,
        Self::Imputed,
        Self::Withheld,
    ];

    /// Whether it follows a figure; else it is one, or stands in the place of one.
    #[must_use]
    pub fn follows_figure(self) -> bool {
        matches!(self, Self::Partial | Self::Estimate | Self::Imputed)
    }
}

/// The words around tables; what each is for stands in `printed.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each name is the word it holds")]
pub struct Phrases {
    pub cover: Text,
    pub contents: Text,
    pub symbols: Text,
    pub notes: Text,
    pub table: Text,
    pub unit: Text,
    pub source: Text,
    pub to_contents: Text,
    pub edition_of: Text,
    pub page: Text,
    pub reported: Text,
    pub partial: Text,
    pub partial_rows: Text,
    pub incomplete: Text,
    pub chapter: Text,
    pub chart: Text,
    pub continued: Text,
    pub left_out: Text,
    pub form_awaited: Text,
    pub without_figures: Text,
    pub received_until: Text,
    pub closed_on: Text,
    pub made_with: Text,
    pub of_table: Text,
}

/// Words and signs, ready to use.
#[derive(Debug, Clone)]
pub struct Words {
    locale: String,
    /// What groups digits.
    pub group: char,
    /// The decimal mark.
    pub decimal: char,
    /// The same two in English sentences.
    pub english: (char, char),
    /// The words around tables.
    pub phrases: Phrases,
    symbols: BTreeMap<SymbolKind, Symbol>,
    units: BTreeMap<String, Text>,
}

impl Words {
    pub(super) fn new(raw: RawPrinted) -> Self {
        let s = raw.symbols;
        let marks = [
            s.nil,
            s.rounded,
            s.not_available,
            s.not_applicable,
            s.partial,
            s.estimate,
            s.imputed,
            s.withheld,
        ];
        Self {
            locale: raw.locale,
            group: raw.numbers.group,
            decimal: raw.numbers.decimal,
            english: (raw.numbers.english.group, raw.numbers.english.decimal),
            phrases: raw.words,
            symbols: SymbolKind::ALL.into_iter().zip(marks).collect(),
            units: raw.units,
        }
    }

    /// What orders names by the alphabet of the country's language (CLDR).
    ///
    /// # Errors
    /// When its locale is none.
    pub(super) fn collator(&self) -> Result<CollatorBorrowed<'static>, String> {
        let wrong = |e: String| format!("printed.toml: `{}` is no locale: {e}", self.locale);
        let locale: Locale = self.locale.parse().map_err(|e| wrong(format!("{e:?}")))?;
        Collator::try_new(locale.into(), CollatorOptions::default())
            .map_err(|e| wrong(e.to_string()))
    }

    /// The sign of a kind.
    #[must_use]
    pub fn symbol(&self, kind: SymbolKind) -> &Symbol {
        // Every kind is put in by `new`.
        &self.symbols[&kind]
    }

    /// A unit of measure as it is printed; as it is written where the words have nothing for it.
    #[must_use]
    pub fn unit(&self, id: &str) -> Text {
        self.units
            .get(id)
            .cloned()
            .unwrap_or_else(|| Text::new(id, id))
    }
}

/// A day as it is written in both languages.
#[must_use]
pub fn written(day: Date) -> Text {
    Text::new(day.strftime("%d/%m/%Y").to_string(), day.to_string())
}
