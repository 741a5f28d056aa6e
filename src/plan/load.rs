//! Reading a pipeline's files into a checked [`Plan`]. Everything wrong is collected; nothing runs on a
//! definition that is not sound.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use jiff::tz::{Offset, TimeZone};
use rust_decimal::Decimal;
use toml::Spanned;

use super::answering::Answering;
use super::catalogue::{Indicator, Measure, Sector, read_indicators, read_sectors, read_targets};
use super::decisions::{Names, read_decisions};
use super::definitions::{definition_files, hash_definitions, hash_reading};
use super::encodings::read_encodings;
use super::form::{CodeLists, dangling, read_form};
use super::model::{Headline, Plan};
use super::publication::{Known, Publication, read_publication};
use super::raw::RawPipeline;
use super::source::Source;
use crate::diagnostic::{DefinitionError, DefinitionErrors, Lexicon};
use crate::extract::{DocumentWords, Form, RawDocumentWords, Vocabulary};
use crate::geography::{Duty, Geography, RegionMember, Reporter, Reporters, Tables};
use crate::normalize::{Conventions, IndicatorFacts, Measures, RawMeasures, Symbols};
use crate::publish::Correspondence;
use crate::query::{Country, Models};
use crate::tables::RawPrinted;
use crate::text::{Bilingual, Encodings, Folder};
use crate::validate::{RawRules, Rule, RuleScope};

/// Reads and checks the pipeline in `directory`.
///
/// # Errors
/// Everything that is wrong in its files, with file, line and remedy.
pub fn load(directory: &Path) -> Result<Plan, DefinitionErrors> {
    let source = Source::read(&directory.join("pipeline.toml"))?;
    let raw: RawPipeline = source.parse()?;
    let reference = beside(directory, &raw.reference);
    let mut errors = DefinitionErrors::default();

    let words_source = Source::read(&reference.join("words.toml"))?;
    let raw_words: RawDocumentWords = words_source.parse()?;
    let folder = Folder::new(&raw_words.abbreviations);
    let words = DocumentWords::compile(&raw_words, &folder)
        .map_err(|e| words_source.error(0, e, "correct the words of periods"))?;
    let correspondence: Correspondence =
        Source::read(&reference.join("correspondence.toml"))?.parse()?;
    let measures_source = Source::read(&reference.join("units_of_measure.toml"))?;
    let raw_measures: RawMeasures = measures_source.parse()?;
    let measures = Measures::compile(&raw_measures, &folder).map_err(|(offset, e)| {
        measures_source.error(
            offset,
            e,
            "each spelling belongs to one unit; factors are decimal numbers",
        )
    })?;
    let printed: RawPrinted = Source::read(&reference.join("printed.toml"))?.parse()?;
    let country = Country {
        code: raw.country.code,
        name_vi: raw.country.name_vi,
        name_en: raw.country.name_en,
    };
    let geography = Geography::new(Tables::read(&reference, directory)?, &folder)
        .with_country(&country.code, &country.name_vi);
    for vintage in raw_words.geographies.keys() {
        if !geography.vintages.iter().any(|(v, _)| v == vintage) {
            errors.push(words_source.error(
                words_source.text.find("[geographies]").unwrap_or(0),
                format!("`{vintage}` is no vintage of admin_units.csv"),
                "name a vintage of admin_units.csv",
            ));
        }
    }

    let indicators_path = directory.join("indicators.csv");
    let indicators = read_indicators(&indicators_path, &mut errors);
    let sectors = read_sectors(&directory.join("sectors.csv"), &mut errors);
    let targets = read_targets(&directory.join("targets.csv"), &mut errors);
    for indicator in &indicators {
        if !measures.knows(&indicator.unit, &folder) {
            errors.push(DefinitionError::new(
                &indicators_path,
                Some(indicator.line),
                format!(
                    "the unit `{}` of `{}` is not known",
                    indicator.unit, indicator.id
                ),
                "add it to units_of_measure.toml",
            ));
        }
    }

    let encodings = match read_encodings(directory, &reference) {
        Ok(encodings) => encodings,
        Err(e) => {
            errors.push(e);
            Encodings::default()
        }
    };
    let lists = CodeLists {
        indicators: &indicators,
        sectors: &sectors,
        geography: &geography,
        country: &country,
    };
    let mut forms = Vec::new();
    for path in files_of(&directory.join("forms"), "toml") {
        match read_form(&path, &folder, &lists, &mut errors) {
            Ok(form) if forms.iter().any(|f: &Form| f.code == form.code) => {
                let message = format!("there is another form `{}`", form.code);
                errors.push(DefinitionError::new(
                    &path,
                    Some(1),
                    message,
                    "give one of the two another code",
                ));
            }
            Ok(form) => forms.push(form),
            Err(e) => errors.push(e),
        }
    }
    // What follows compares files with each other: one that cannot be read would only repeat itself there.
    std::mem::take(&mut errors).into_result()?;
    let form_codes: BTreeSet<&str> = forms.iter().map(|f| f.code.as_str()).collect();
    for indicator in &indicators {
        if let Some(form) = indicator
            .home_form
            .as_deref()
            .filter(|f| !form_codes.contains(f))
        {
            errors.push(DefinitionError::new(
                &indicators_path,
                Some(indicator.line),
                format!(
                    "the home form `{form}` of `{}` is not declared",
                    indicator.id
                ),
                "declare the form in forms/, or name another",
            ));
        }
    }

    let rules = read_rules(directory, &indicators, &sectors, &forms, &mut errors);
    let decisions_path = directory.join("decisions.toml");
    let mut decisions = Vec::new();
    if decisions_path.exists() {
        let names = Names {
            geography: &geography,
            is_form: &|code| form_codes.contains(code),
            is_rule: &|id| rules.iter().any(|r| r.id == id),
        };
        match Source::read(&decisions_path) {
            Ok(source) => decisions = read_decisions(&source, &names, &mut errors),
            Err(e) => errors.push(e),
        }
    }
    let models_directory = beside(directory, &raw.models);
    let models = Models::read(&models_directory).unwrap_or_else(|wrong| {
        errors.0.extend(wrong.0);
        Models::default()
    });
    let of_country = |r: &&RegionMember| r.region == country.code;
    for region in geography.tables.regions.iter().filter(of_country) {
        errors.push(DefinitionError::new(
            &region.file,
            Some(region.line),
            format!(
                "the region `{}` of `{}` has the code of the country",
                region.region, region.scheme
            ),
            "give the region a code of its own: country and regions stand in one table",
        ));
    }
    let lexicon = lexicon(&printed, &indicators, &sectors);
    let publication = read_publication(
        directory,
        printed,
        raw.edition.get_ref(),
        Known {
            geography: &geography,
            country: &country,
            is_indicator: &|name| indicators.iter().any(|i| i.id == name),
            is_form: &|code| form_codes.contains(code),
        },
        &mut errors,
    );

    let reporters = Reporters(
        raw.reporters
            .iter()
            .map(|r| Reporter {
                id: r.id.clone(),
                name: r.words.first().unwrap_or(&r.id).clone(),
                words: r.words.iter().map(|w| folder.fold(w)).collect(),
                rank: r.rank,
            })
            .collect(),
    );
    let mut duties = Vec::new();
    for duty in &raw.duties {
        let Some(reporter) = reporters
            .0
            .iter()
            .find(|r| r.id == *duty.reporter.get_ref())
        else {
            let message = format!("the reporter `{}` is not declared", duty.reporter.get_ref());
            errors.push(source.error(
                duty.reporter.span().start,
                message,
                "declare it under [[reporters]]",
            ));
            continue;
        };
        for form in duty
            .forms
            .iter()
            .filter(|f| !form_codes.contains(f.get_ref().as_str()))
        {
            let message = format!("the form `{}` is not declared", form.get_ref());
            errors.push(source.error(
                form.span().start,
                message,
                "declare it in forms/, or take it out",
            ));
        }
        if !(1..=31).contains(duty.due_day.get_ref())
            || duty.due_month.is_some_and(|m| !(1..=12).contains(&m))
        {
            errors.push(source.error(
                duty.due_day.span().start,
                "the due date is no date",
                "months are 1 to 12, days 1 to 31",
            ));
        }
        duties.push(Duty {
            id: duty.id.clone(),
            rank: reporter.rank,
            frequency: duty.frequency,
            due_month: duty.due_month,
            due_day: *duty.due_day.get_ref(),
            year_offset: duty.year_offset,
            forms: duty.forms.iter().map(|f| f.get_ref().clone()).collect(),
        });
    }
    let mut collections = Vec::new();
    for collection in &raw.collections {
        if !form_codes.contains(collection.form.get_ref().as_str()) {
            let message = format!("the form `{}` is not declared", collection.form.get_ref());
            errors.push(source.error(
                collection.form.span().start,
                message,
                "declare it in forms/, or take it out",
            ));
        }
        match collection.period.get_ref().parse() {
            Ok(period) => collections.push((collection.form.get_ref().clone(), period)),
            Err(e) => errors.push(source.error(
                collection.period.span().start,
                e,
                "write a period as 2025 or 2025-S1",
            )),
        }
    }
    for indicator in &raw.headline.indicators {
        dangling(indicator, &indicators, &source, &mut errors);
    }
    let offset = Offset::from_hours(*raw.utc_offset_hours.get_ref()).unwrap_or_else(|_| {
        errors.push(source.error(
            raw.utc_offset_hours.span().start,
            "no such offset from UTC",
            "write whole hours such as 7",
        ));
        Offset::UTC
    });
    let submissions: Vec<PathBuf> = raw
        .submissions
        .iter()
        .map(|s| beside(directory, s))
        .collect();
    for path in submissions.iter().filter(|p| !p.is_dir()) {
        let line = source.text.find("submissions").map(|at| source.line(at));
        let message = format!("there is no directory `{}`", path.display());
        errors.push(DefinitionError::new(
            &source.path,
            line,
            message,
            "name directories relative to pipeline.toml",
        ));
    }
    errors.into_result()?;
    let Some(Publication {
        edition,
        tables,
        chapters,
    }) = publication
    else {
        return Err(DefinitionErrors::default());
    };
    let definitions = definition_files([directory, &reference, &models_directory], &submissions);

    let spellings = measures.spellings().map(str::to_owned).collect();
    let facts: BTreeMap<String, IndicatorFacts> = indicators
        .iter()
        .map(|i| (i.id.clone(), indicator_facts(i, &indicators)))
        .collect();
    Ok(Plan {
        directory: directory.to_owned(),
        id: raw.id,
        title_vi: raw.title_vi,
        title_en: raw.title_en,
        definition_hash: hash_definitions(&definitions, &tables),
        reading_hash: hash_reading(
            &definitions,
            &format!("{:?} {reporters:?} {country:?}", raw.limits),
        ),
        answering: Answering::of(&forms, &facts, &geography),
        definitions,
        submissions,
        pass_over: raw.pass_over,
        zone: TimeZone::fixed(offset),
        vocabulary: Vocabulary {
            folder,
            words,
            measures: spellings,
            forms,
            encodings,
        },
        conventions: Conventions {
            measures,
            symbols: Symbols {
                nil: raw_words.symbols.nil.clone(),
                not_collected: raw_words.symbols.not_collected.clone(),
                not_applicable: raw_words.symbols.not_applicable.clone(),
            },
            approximate: raw_words
                .numbers
                .approximate
                .iter()
                .map(|w| w.to_lowercase())
                .collect(),
            indicators: facts,
        },
        geography,
        reporters,
        duties,
        collections,
        indicators,
        sectors,
        targets,
        rules,
        decisions,
        models,
        models_directory,
        tables,
        chapters,
        edition,
        edition_name: raw.edition.get_ref().clone(),
        country,
        headline: Headline {
            indicators: raw
                .headline
                .indicators
                .into_iter()
                .map(Spanned::into_inner)
                .collect(),
        },
        limits: raw.limits,
        document_words: raw_words,
        correspondence,
        lexicon,
    })
}

/// The pipeline in `directory` with another edition than the one it names.
///
/// # Errors
/// Everything that is wrong in its files, or that it has no such edition.
pub fn load_edition(directory: &Path, name: &str) -> Result<Plan, DefinitionErrors> {
    let mut plan = load(directory)?;
    let path = directory.join("editions").join(format!("{name}.toml"));
    if !path.is_file() || name.contains(['/', '\\']) {
        let editions = files_of(&directory.join("editions"), "toml");
        let names = editions.iter().filter_map(|p| p.file_stem());
        let names: Vec<_> = names.map(|n| n.to_string_lossy()).collect();
        let remedy = format!("the editions there are: {}", names.join(", "));
        let message = format!("there is no edition `{name}`");
        return Err(DefinitionError::new(&path, None, message, remedy).into());
    }
    let raw: RawPipeline = Source::read(&directory.join("pipeline.toml"))?.parse()?;
    let reference = beside(directory, &raw.reference);
    let printed: RawPrinted = Source::read(&reference.join("printed.toml"))?.parse()?;
    let mut errors = DefinitionErrors::default();
    let publication = read_publication(
        directory,
        printed,
        name,
        Known {
            geography: &plan.geography,
            country: &plan.country,
            is_indicator: &|id| plan.indicators.iter().any(|i| i.id == id),
            is_form: &|code| plan.vocabulary.forms.iter().any(|f| f.code == code),
        },
        &mut errors,
    );
    errors.into_result()?;
    if let Some(publication) = publication {
        name.clone_into(&mut plan.edition_name);
        plan.edition = publication.edition;
        plan.tables = publication.tables;
        plan.chapters = publication.chapters;
    }
    Ok(plan)
}

/// What turns the codes of this pipeline into words.
fn lexicon(printed: &RawPrinted, indicators: &[Indicator], sectors: &[Sector]) -> Lexicon {
    let name = |vi: &String, en: &String| Bilingual::new(vi, en);
    let indicators = indicators
        .iter()
        .map(|i| (i.id.clone(), name(&i.name_vi, &i.name_en)));
    let sectors = sectors
        .iter()
        .map(|s| (s.code.clone(), name(&s.name_vi, &s.name_en)));
    Lexicon::new(
        printed.naming.clone(),
        printed.digits(),
        indicators.collect(),
        sectors.collect(),
    )
}

/// A path relative to a directory, without the `..` that can be taken out of it.
fn beside(directory: &Path, relative: &str) -> PathBuf {
    let mut path = directory.to_owned();
    for part in Path::new(relative).components() {
        let up = part == Component::ParentDir
            && matches!(path.components().next_back(), Some(Component::Normal(_)));
        if up {
            path.pop();
        } else {
            path.push(part);
        }
    }
    path
}

/// The files of a directory with an extension, by name.
pub(super) fn files_of(directory: &Path, extension: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(directory)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == extension))
        .collect();
    files.sort();
    files
}

/// The largest absolute value believed: so large that no real figure exceeds it, and so small that sums
/// and products over all units stay within 38 digits.
fn indicator_facts(indicator: &Indicator, all: &[Indicator]) -> IndicatorFacts {
    let in_product = matches!(indicator.measure, Measure::Mean { .. })
        || all.iter().any(|other| match &other.measure {
            Measure::Mean { weight } => *weight == indicator.id,
            Measure::Ratio {
                numerator,
                denominator,
            } => *numerator == indicator.id || *denominator == indicator.id,
            _ => false,
        });
    let limit = if in_product {
        Decimal::from(10_000_000_000_i64)
    } else {
        Decimal::from(1_000_000_000_000_000_i64)
    };
    IndicatorFacts {
        indicator: indicator.id.clone(),
        unit: indicator.unit.clone(),
        decimals: indicator.decimals,
        limit,
    }
}

fn read_rules(
    directory: &Path,
    indicators: &[Indicator],
    sectors: &[Sector],
    forms: &[Form],
    errors: &mut DefinitionErrors,
) -> Vec<Rule> {
    let path = directory.join("rules.toml");
    if !path.exists() {
        return Vec::new();
    }
    let (source, raw): (Source, RawRules) =
        match Source::read(&path).and_then(|s| s.parse().map(|raw| (s, raw))) {
            Ok(read) => read,
            Err(e) => {
                errors.push(e);
                return Vec::new();
            }
        };
    let mut rules: Vec<Rule> = Vec::new();
    let subject = RuleScope {
        forms,
        indicators: indicators
            .iter()
            .map(|i| (i.id.as_str(), i.decimals))
            .collect(),
        sectors: sectors.iter().map(|s| (s.code.as_str(), s.level)).collect(),
    };
    for rule in &raw.rule {
        match Rule::compile(rule, &subject) {
            Ok(compiled) if rules.iter().any(|r| r.id == compiled.id) => {
                let message = format!("the rule `{}` stands twice", compiled.id);
                errors.push(source.error(
                    rule.id.span().start,
                    message,
                    "give one of the two another id",
                ));
            }
            Ok(compiled) => rules.push(compiled),
            Err(wrong) => {
                errors.push(source.error(wrong.offset, wrong.message, &wrong.remedy));
            }
        }
    }
    rules
}
