//! `printed.toml`: the words and symbols of printed tables and books, in both languages.

use std::collections::BTreeMap;

use icu_collator::options::CollatorOptions;
use icu_collator::{Collator, CollatorBorrowed};
use icu_locale_core::Locale;
use jiff::civil::Date;
use serde::Deserialize;

use crate::diagnostic::{Naming, Periods};
use crate::text::Bilingual;

/// `printed.toml`: the words and symbols of printed tables, as the file states them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawPrinted {
    /// The language whose alphabet sorts names, as a BCP 47 tag.
    locale: String,
    numbers: RawNumbers,
    symbols: RawPrintedSymbols,
    words: Phrases,
    #[serde(default)]
    units: BTreeMap<String, Bilingual>,
    /// How findings name figures.
    pub naming: Naming,
}

impl RawPrinted {
    /// Whether a printed number could be read in two ways: its two marks are the same, or digits.
    #[must_use]
    pub fn has_one_mark_for_two(&self) -> bool {
        let (own, english) = (&self.numbers, &self.numbers.english);
        let pairs = [(own.group, own.decimal), (english.group, english.decimal)];
        pairs.iter().any(|(group, decimal)| {
            group == decimal
                || [*group, *decimal]
                    .iter()
                    .any(|c| c.is_alphanumeric() || *c == '-')
        })
    }

    /// The separator of digit groups and the decimal mark.
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
    english: RawDigits,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDigits {
    group: char,
    decimal: char,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPrintedSymbols {
    nil: Symbol,
    rounded: Symbol,
    not_available: Symbol,
    not_applicable: Symbol,
    partial: Symbol,
    estimate: Symbol,
    imputed: Symbol,
    withheld: Symbol,
}

/// A symbol in a cell and its meaning.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Symbol {
    /// The symbol as it is printed.
    pub mark: String,
    /// Its meaning in the country's language.
    pub vi: String,
    /// Its meaning in English.
    pub en: String,
}

/// The kinds of symbols, in the order of a legend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SymbolKind {
    /// An exact zero.
    Nil,
    /// A value that rounds to zero.
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

    /// Whether it follows a figure. Otherwise it is a figure or replaces one.
    #[must_use]
    pub fn follows_figure(self) -> bool {
        matches!(self, Self::Partial | Self::Estimate | Self::Imputed)
    }
}

/// The words around tables; `printed.toml` says what each is for.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each name says which word it holds")]
pub struct Phrases {
    pub cover: Bilingual,
    pub contents: Bilingual,
    pub symbols: Bilingual,
    pub notes: Bilingual,
    pub table: Bilingual,
    pub unit: Bilingual,
    pub source: Bilingual,
    pub to_contents: Bilingual,
    pub edition_of: Bilingual,
    pub page: Bilingual,
    pub reported: Bilingual,
    pub partial: Bilingual,
    pub partial_rows: Bilingual,
    pub every_column: Bilingual,
    pub incomplete: Bilingual,
    pub chapter: Bilingual,
    pub chart: Bilingual,
    pub continued: Bilingual,
    pub left_out: Bilingual,
    pub form_awaited: Bilingual,
    pub without_figures: Bilingual,
    pub received_until: Bilingual,
    pub closed_on: Bilingual,
    pub made_with: Bilingual,
    pub of_table: Bilingual,
    pub and: Bilingual,
    pub sentence_without: Bilingual,
    pub figures_without: Bilingual,
    pub unranked: Bilingual,
    pub form_held: Bilingual,
    pub form_other_period: Bilingual,
    pub table_awaited: Bilingual,
}

/// Words and symbols, ready to use.
#[derive(Debug, Clone)]
pub struct PrintedWords {
    locale: String,
    /// The separator of digit groups.
    pub group: char,
    /// The decimal mark.
    pub decimal: char,
    /// The same two in English sentences.
    pub english: (char, char),
    /// The words around tables.
    pub phrases: Phrases,
    symbols: BTreeMap<SymbolKind, Symbol>,
    units: BTreeMap<String, Bilingual>,
    /// The words for periods.
    pub(super) periods: Periods,
}

impl PrintedWords {
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
            periods: raw.naming.periods,
        }
    }

    /// A collator that sorts names by the alphabet of the country's language (CLDR).
    ///
    /// # Errors
    /// When the locale is unknown.
    pub(super) fn collator(&self) -> Result<CollatorBorrowed<'static>, String> {
        let wrong = |e: String| format!("printed.toml: `{}` is not a locale: {e}", self.locale);
        let locale: Locale = self.locale.parse().map_err(|e| wrong(format!("{e:?}")))?;
        Collator::try_new(locale.into(), CollatorOptions::default())
            .map_err(|e| wrong(e.to_string()))
    }

    /// The symbol of a kind.
    #[must_use]
    pub fn symbol(&self, kind: SymbolKind) -> &Symbol {
        // `new` inserts every kind.
        &self.symbols[&kind]
    }

    /// A unit of measure as it is printed; its id where the file has no words for it.
    #[must_use]
    pub fn unit(&self, id: &str) -> Bilingual {
        self.units
            .get(id)
            .cloned()
            .unwrap_or_else(|| Bilingual::new(id, id))
    }
}

/// A day as it is written in both languages.
#[must_use]
pub fn written(day: Date) -> Bilingual {
    Bilingual::new(day.strftime("%d/%m/%Y").to_string(), day.to_string())
}
