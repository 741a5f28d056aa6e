//! An edition of the book: its years, the geography that all of them stand on, and the words and signs that its
//! tables are printed with. The date of its documents is the edition's own, so that no clock enters a file.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

use super::definition::line_at;
use super::parameters::Parameters;
use super::table::Text;
use crate::diagnostic::{DefinitionError, Naming};
use crate::geography::Geography;
use crate::query::Country;

/// `editions/<name>.toml` as its file states it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawEdition {
    title: Text,
    subtitle: Text,
    source: Text,
    first_year: i16,
    last_year: Spanned<i16>,
    geography: Spanned<String>,
    scheme: Spanned<String>,
    date: Spanned<String>,
    #[serde(default)]
    parameters: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    notes: Vec<Text>,
}

/// `printed.toml`: the words and signs of printed tables, as the file states them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawPrinted {
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
}

/// Words and signs, ready to use.
#[derive(Debug, Clone)]
pub struct Words {
    /// What groups digits.
    pub group: char,
    /// The decimal mark.
    pub decimal: char,
    /// The words around tables.
    pub phrases: Phrases,
    symbols: BTreeMap<SymbolKind, Symbol>,
    units: BTreeMap<String, Text>,
}

impl Words {
    fn new(raw: RawPrinted) -> Self {
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
            group: raw.numbers.group,
            decimal: raw.numbers.decimal,
            phrases: raw.words,
            symbols: SymbolKind::ALL.into_iter().zip(marks).collect(),
            units: raw.units,
        }
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

/// What an edition must agree with.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The geographies there are.
    pub geography: &'a Geography,
    /// The country, which is a row of tables.
    pub country: &'a Country,
}

/// An edition, found sound.
#[derive(Debug, Clone)]
pub struct Edition {
    /// Title of the book.
    pub title: Text,
    /// What part of the book this is.
    pub subtitle: Text,
    /// Where its figures come from.
    pub source: Text,
    /// The years of its tables, in order.
    pub years: Vec<i16>,
    /// The country and the regions of its scheme, by code, in official order.
    pub regions: Vec<(String, Text)>,
    /// The date its documents bear.
    pub date: Date,
    /// Notes under every table.
    pub notes: Vec<Text>,
    /// Words and signs.
    pub words: Words,
    pub(super) parameters: Parameters,
}

impl Edition {
    /// The vintage that all its figures stand on.
    #[must_use]
    pub fn geography(&self) -> &str {
        self.parameters.one("geography")
    }

    /// The scheme of its regions.
    #[must_use]
    pub fn scheme(&self) -> &str {
        self.parameters.one("scheme")
    }

    /// Checks an edition against the reference data.
    ///
    /// # Errors
    /// What is wrong in it first, with its line in `text`.
    pub fn new(
        raw: RawEdition,
        printed: RawPrinted,
        context: Context<'_>,
        path: &Path,
        text: &str,
    ) -> Result<Self, DefinitionError> {
        let error = |offset: usize, message: String, remedy: &str| {
            DefinitionError::new(path, Some(line_at(text, offset)), message, remedy)
        };
        let (first, last) = (raw.first_year, *raw.last_year.get_ref());
        if !(1900..=9999).contains(&first)
            || !(1900..=9999).contains(&last)
            || first > last
            || last - first > 50
        {
            let message = format!("{first} to {last} is no range of years");
            return Err(error(
                raw.last_year.span().start,
                message,
                "the first year comes before the last, at most 50 years earlier",
            ));
        }
        let vintage = raw.geography.get_ref();
        let tables = &context.geography.tables;
        if !context.geography.vintages.iter().any(|(v, _)| v == vintage) {
            let message = format!("`{vintage}` is no vintage of admin_units.csv");
            return Err(error(
                raw.geography.span().start,
                message,
                "name a vintage of admin_units.csv",
            ));
        }
        let scheme = raw.scheme.get_ref();
        if !tables
            .regions
            .iter()
            .any(|r| r.scheme == *scheme && r.unit.vintage == *vintage)
        {
            let message = format!("`{scheme}` is no scheme of regions on the geography {vintage}");
            return Err(error(
                raw.scheme.span().start,
                message,
                "name a scheme of regions.csv of the same vintage",
            ));
        }
        let date: Date = raw.date.get_ref().parse().map_err(|_| {
            error(
                raw.date.span().start,
                format!("`{}` is no date", raw.date.get_ref()),
                "write it as 2025-12-31",
            )
        })?;

        let years: Vec<i16> = (first..=last).collect();
        let mut parameters = Parameters::default();
        parameters.set("first_year", first.to_string());
        parameters.set("last_year", last.to_string());
        parameters.set("previous_year", (last - 1).to_string());
        parameters.set("last_day", format!("{last}-12-31"));
        parameters.set_list("years", years.iter().map(ToString::to_string).collect());
        parameters.set("geography", vintage);
        parameters.set("scheme", scheme);
        parameters.set("country", &context.country.code);
        parameters.set("country_vi", &context.country.name_vi);
        parameters.set("country_en", &context.country.name_en);
        for (name, value) in &raw.parameters {
            if parameters.has(name) || RESERVED.contains(&name.as_str()) {
                let message = format!("the parameter `{name}` has a meaning of its own");
                return Err(error(value.span().start, message, "give it another name"));
            }
            parameters.set(name, value.get_ref());
        }
        let country = &context.country;
        let mut regions = vec![(
            country.code.clone(),
            Text::new(&country.name_vi, &country.name_en),
        )];
        for member in tables.regions.iter().filter(|r| r.scheme == *scheme) {
            if !regions.iter().any(|(code, _)| *code == member.region) {
                let name = Text::new(&member.name_vi, &member.name_en);
                regions.push((member.region.clone(), name));
            }
        }
        let notes = raw
            .notes
            .iter()
            .map(|note| parameters.both(note))
            .collect::<Result<_, _>>()
            .map_err(|e| {
                let offset = text.find(&format!("{{{}}}", e.name)).unwrap_or(0);
                error(
                    offset,
                    format!("`{{{}}}` stands for nothing", e.name),
                    &format!("the names there are: {}", e.known),
                )
            })?;
        Ok(Self {
            title: raw.title,
            subtitle: raw.subtitle,
            source: raw.source,
            years,
            regions,
            date,
            notes,
            words: Words::new(printed),
            parameters,
        })
    }
}

/// Names that a table's definition and its columns set.
const RESERVED: [&str; 7] = [
    "scenario",
    "indicators",
    "columns",
    "year",
    "region",
    "region_vi",
    "region_en",
];
