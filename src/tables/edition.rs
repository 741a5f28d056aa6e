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
use super::words::{RawPrinted, Words, written};
use crate::diagnostic::DefinitionError;
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
    as_of: Option<Spanned<String>>,
    license: Option<License>,
    #[serde(default)]
    chapters: Vec<RawEditionChapter>,
    #[serde(default)]
    awaited: Vec<RawAwaited>,
    #[serde(default)]
    parameters: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    notes: Vec<Text>,
}

/// Under which licence an edition is published.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct License {
    /// Short name, as the Open Definition or SPDX has it.
    pub name: String,
    /// Title.
    pub title: String,
    /// Where its text is.
    pub path: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEditionChapter {
    id: Spanned<String>,
    tables: Vec<Spanned<String>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAwaited {
    id: Spanned<String>,
    title: Text,
    forms: Vec<Spanned<String>>,
}

/// A chapter of an edition: which definition, which tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditionChapter {
    /// The chapter: `chapters/<id>.toml`.
    pub id: String,
    /// Its tables, in order.
    pub tables: Vec<String>,
}

/// A table that belongs to the book and is not defined yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Awaited {
    /// The number it will be printed under.
    pub id: String,
    /// Title.
    pub title: Text,
    /// The forms it waits for.
    pub forms: Vec<String>,
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
    /// The last day whose submissions count; all where it is not closed.
    pub as_of: Option<Date>,
    /// Under which licence it is published.
    pub license: Option<License>,
    /// The geography that all its years stand on: a vintage.
    pub geography: String,
    /// The scheme of its regions.
    pub scheme: String,
    /// Its chapters; none where it is its tables alone.
    pub chapters: Vec<EditionChapter>,
    /// The tables that it is to have and that are not defined yet.
    pub awaited: Vec<Awaited>,
    /// Notes under every table.
    pub notes: Vec<Text>,
    /// Words and signs.
    pub words: Words,
    pub(super) parameters: Parameters,
}

impl Edition {
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
        let day = |written: &Spanned<String>| {
            let message = format!("`{}` is no date", written.get_ref());
            let wrong = |_| error(written.span().start, message, "write it as 2025-12-31");
            written.get_ref().parse::<Date>().map_err(wrong)
        };
        let date = day(&raw.date)?;
        let as_of = raw.as_of.as_ref().map(day).transpose()?;

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
            as_of,
            license: raw.license,
            geography: vintage.clone(),
            scheme: scheme.clone(),
            chapters: raw
                .chapters
                .into_iter()
                .map(|chapter| EditionChapter {
                    id: chapter.id.into_inner(),
                    tables: chapter
                        .tables
                        .into_iter()
                        .map(Spanned::into_inner)
                        .collect(),
                })
                .collect(),
            awaited: raw
                .awaited
                .into_iter()
                .map(|table| Awaited {
                    id: table.id.into_inner(),
                    title: table.title,
                    forms: table.forms.into_iter().map(Spanned::into_inner).collect(),
                })
                .collect(),
            notes,
            words: Words::new(printed),
            parameters,
        })
    }
}

impl Edition {
    /// Its years: `2022 – 2025`.
    #[must_use]
    pub fn range(&self) -> String {
        match self.years.as_slice() {
            [first, .., last] => format!("{first} – {last}"),
            [only] => only.to_string(),
            [] => String::new(),
        }
    }

    /// The line that says its date.
    #[must_use]
    pub fn dated(&self) -> Text {
        self.words
            .phrases
            .edition_of
            .filled(&[("date", written(self.date))])
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
