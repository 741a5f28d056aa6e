//! An edition of the book: its periods, the geography of all its figures, and the words and symbols of its tables. Its
//! documents have the date of the edition, so that no clock enters a file.
//!
//! The periods are a range of years, or, in an edition with a `frequency`, the period that it is made for, the one before
//! and the same a year ago. One file then serves all periods of that frequency.

use std::path::Path;

use jiff::civil::Date;
use toml::Spanned;

use super::fault::ErrorAt;
use super::parameters::Parameters;
use super::raw_edition::{Layout, License, RawAwaited, RawEdition, RawEditionChapter};
use super::span::{Span, day};
use super::words::{PrintedWords, RawPrinted, written};
use crate::diagnostic::DefinitionError;
use crate::geography::Geography;
use crate::period::Period;
use crate::query::Country;
use crate::text::{Bilingual, BreakdownColumns};

/// A chapter of an edition: its definition and its tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditionChapter {
    /// Identifier of its definition: `chapters/<id>.toml`.
    pub id: String,
    /// Its tables, in order.
    pub tables: Vec<String>,
}

/// A table that belongs to the book but is not defined yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Awaited {
    /// The number under which it will be printed.
    pub id: String,
    /// Title.
    pub title: Bilingual,
    /// The forms that it needs.
    pub forms: Vec<String>,
}

/// Reference data that an edition is checked against.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The known geographies.
    pub geography: &'a Geography,
    /// The country, which is a row of tables.
    pub country: &'a Country,
    /// The columns of the breakdowns in the tables that queries read.
    pub breakdowns: &'a BreakdownColumns,
    /// The period that the edition is made for, if its file serves several.
    pub period: Option<Period>,
}

/// A checked edition.
#[derive(Debug, Clone)]
pub struct Edition {
    /// Title of the book.
    pub title: Bilingual,
    /// Subtitle: the part of the book.
    pub subtitle: Bilingual,
    /// Where its figures come from.
    pub source: Bilingual,
    /// The periods of its tables, in order.
    pub periods: Vec<Period>,
    /// Whether these are a range of years.
    pub(super) is_of_years: bool,
    /// How its documents are laid out.
    pub layout: Layout,
    /// The country and the regions of its scheme, by code, in official order.
    pub regions: Vec<(String, Bilingual)>,
    /// The date of its documents.
    pub date: Date,
    /// The last day whose submissions count; none while the edition is open and all count.
    pub as_of: Option<Date>,
    /// The licence under which it is published.
    pub license: Option<License>,
    /// The geography of all its years: a vintage.
    pub geography: String,
    /// The scheme of its regions.
    pub scheme: String,
    /// Its chapters; empty where it has only tables.
    pub chapters: Vec<EditionChapter>,
    /// Tables that it should have but that are not defined yet.
    pub awaited: Vec<Awaited>,
    /// Notes under every table.
    pub notes: Vec<Bilingual>,
    /// Words and symbols.
    pub words: PrintedWords,
    pub(super) parameters: Parameters,
}

impl Edition {
    /// Checks an edition against the reference data. It is the file `path` with the content `text`.
    ///
    /// # Errors
    /// The first mistake, with file, line and remedy.
    pub fn new(
        raw: RawEdition,
        printed: RawPrinted,
        context: Context<'_>,
        path: &Path,
        text: &str,
    ) -> Result<Self, DefinitionError> {
        let checked = Self::checked(raw, printed, context, text);
        checked.map_err(|e| e.in_file(path, text))
    }

    fn checked(
        raw: RawEdition,
        printed: RawPrinted,
        context: Context<'_>,
        text_of: &str,
    ) -> Result<Self, ErrorAt> {
        let span = Span::of(&raw, context.period)?;
        check_geography(&raw, context.geography)?;
        let as_of = raw.as_of.as_ref().map(day).transpose()?;
        let words = PrintedWords::new(printed);
        let parameters = parameters(&raw, &span, &words, context)?;
        let filled = |text: &Bilingual| {
            let both = parameters.both(text);
            both.map_err(|e| ErrorAt::unknown_in(text_of, &e))
        };
        let scheme = raw.scheme.into_inner();
        Ok(Self {
            title: filled(&raw.title)?,
            subtitle: filled(&raw.subtitle)?,
            source: filled(&raw.source)?,
            notes: raw.notes.iter().map(filled).collect::<Result<_, _>>()?,
            periods: span.periods,
            is_of_years: raw.frequency.is_none(),
            layout: raw.layout,
            regions: regions(&scheme, context),
            date: span.date,
            as_of,
            license: raw.license,
            geography: raw.geography.into_inner(),
            scheme,
            chapters: raw.chapters.into_iter().map(Into::into).collect(),
            awaited: raw.awaited.into_iter().map(Into::into).collect(),
            words,
            parameters,
        })
    }
}

impl From<RawEditionChapter> for EditionChapter {
    fn from(raw: RawEditionChapter) -> Self {
        Self {
            id: raw.id.into_inner(),
            tables: raw.tables.into_iter().map(Spanned::into_inner).collect(),
        }
    }
}

impl From<RawAwaited> for Awaited {
    fn from(raw: RawAwaited) -> Self {
        Self {
            id: raw.id.into_inner(),
            title: raw.title,
            forms: raw.forms.into_iter().map(Spanned::into_inner).collect(),
        }
    }
}

/// Checks the vintage and the scheme of regions.
fn check_geography(raw: &RawEdition, geography: &Geography) -> Result<(), ErrorAt> {
    let vintage = raw.geography.get_ref();
    if !geography.vintages.iter().any(|(v, _)| v == vintage) {
        return Err(ErrorAt::new(
            raw.geography.span().start,
            format!("`{vintage}` is not a vintage of admin_units.csv"),
            "name a vintage of admin_units.csv",
        ));
    }
    let scheme = raw.scheme.get_ref();
    let mut members = geography.tables.regions.iter();
    if !members.any(|r| r.scheme == *scheme && r.unit.vintage == *vintage) {
        return Err(ErrorAt::new(
            raw.scheme.span().start,
            format!("`{scheme}` is not a scheme of regions on the geography {vintage}"),
            "name a scheme of regions.csv of the same vintage",
        ));
    }
    Ok(())
}

/// The names that queries and texts of the edition may use.
fn parameters(
    raw: &RawEdition,
    span: &Span,
    words: &PrintedWords,
    context: Context<'_>,
) -> Result<Parameters, ErrorAt> {
    let country = context.country;
    let mut parameters = Parameters::over(context.breakdowns);
    span.name(&mut parameters, words);
    parameters.set("geography", raw.geography.get_ref());
    parameters.set("scheme", raw.scheme.get_ref());
    parameters.set("country", &country.code);
    parameters.set("country_vi", &country.name_vi);
    parameters.set("country_en", &country.name_en);
    for (name, value) in &raw.parameters {
        if parameters.has(name) || RESERVED.contains(&name.as_str()) {
            return Err(ErrorAt::new(
                value.span().start,
                format!("the name `{name}` is reserved"),
                "give the parameter another name",
            ));
        }
        parameters.set(name, value.get_ref());
    }
    Ok(parameters)
}

/// The country, then the regions of a scheme in official order.
fn regions(scheme: &str, context: Context<'_>) -> Vec<(String, Bilingual)> {
    let country = context.country;
    let mut regions = vec![(
        country.code.clone(),
        Bilingual::new(&country.name_vi, &country.name_en),
    )];
    let members = context.geography.tables.regions.iter();
    for member in members.filter(|r| r.scheme == *scheme) {
        if !regions.iter().any(|(code, _)| *code == member.region) {
            let name = Bilingual::new(&member.name_vi, &member.name_en);
            regions.push((member.region.clone(), name));
        }
    }
    regions
}

impl Edition {
    /// Its range of years, such as `2022 – 2025`, or the period that it is made for.
    #[must_use]
    pub fn range(&self) -> String {
        match self.periods.as_slice() {
            [first, .., last] if self.is_of_years => format!("{first} – {last}"),
            [.., last] => last.to_string(),
            [] => String::new(),
        }
    }

    /// The line that states its date.
    #[must_use]
    pub fn dated(&self) -> Bilingual {
        self.words
            .phrases
            .edition_of
            .filled(&[("date", written(self.date))])
    }
}

/// Names that the definition of a table and its columns set.
const RESERVED: [&str; 12] = [
    "scenario",
    "indicators",
    "forms",
    "column_ids",
    "columns",
    "year",
    "each",
    "each_vi",
    "each_en",
    "region",
    "region_vi",
    "region_en",
];
