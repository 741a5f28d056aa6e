//! Reads the files of a pipeline into a checked [`Plan`]. All errors are collected; nothing runs on a definition that has
//! one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::answering::Answering;
use super::breakdowns::{Breakdown, RawBreakdown, lake_of, read_breakdowns};
use super::code_lists::CodeLists;
use super::decisions::{Referable, read_decisions};
use super::definitions::{definition_files, hash_definitions, hash_reading};
use super::editions::{EditionFile, known_editions};
use super::encodings::read_encodings;
use super::file_errors::FileErrors;
use super::form::{read_forms, record_tables};
use super::history::{PublishedFigure, read_history};
use super::indicators::{
    Indicator, check_breakdowns, check_home_forms, check_units, indicator_facts, read_indicators,
};
use super::model::Plan;
use super::paths::beside;
use super::pipeline::{PipelineParts, check_pipeline};
use super::publication::{Publication, read_publication};
use super::raw::RawPipeline;
use super::reference_data::{ReferenceData, check_regions, read_printed};
use super::rules::{AllRules, read_rules};
use super::source::Source;
use super::target_scope::TargetScope;
use super::targets::{Target, read_targets};
use super::tasks::{Task, read_tasks};
use crate::diagnostic::{DefinitionError, DefinitionErrors, Lexicon, NamedBreakdown};
use crate::extract::{Form, RawDocumentWords, Vocabulary};
use crate::geography::Decision;
use crate::lake::LakeSchema;
use crate::normalize::{Conventions, IndicatorFacts, Measures, Symbols};
use crate::query::{Country, Models};
use crate::tables::RawPrinted;
use crate::text::{Bilingual, Encodings};

/// Reads and checks the pipeline in `directory`.
///
/// # Errors
/// All errors in its files, with file, line and remedy.
pub fn load(directory: &Path) -> Result<Plan, DefinitionErrors> {
    let source = Source::read(&directory.join("pipeline.toml"))?;
    let raw: RawPipeline = source.parse()?;
    check_folders(directory, &source, &raw)?;
    let country = raw.country();
    let reference = beside(directory, raw.reference.get_ref());
    let mut reference = ReferenceData::read(reference, directory, &country)?;
    reference.add_agencies(directory, (&source, &raw.collectives))?;
    let catalogue = Catalogue::read(directory, (&source, &raw.breakdowns), &reference, &country)?;
    let checked = Checked::read(directory, (&source, &raw), &reference, &catalogue, &country)?;
    Ok(assemble(
        directory, raw, country, reference, catalogue, checked,
    ))
}

/// Reads and checks the pipeline in `directory` with another edition than the one it names.
///
/// # Errors
/// All errors in its files, or that the edition does not exist.
pub fn load_edition(directory: &Path, name: &str) -> Result<Plan, DefinitionErrors> {
    let plan = load(directory)?;
    let file = EditionFile::find(directory, name);
    let Some(file) = file.filter(|file| file.path.is_file() && !name.contains(['/', '\\'])) else {
        let path = directory.join("editions").join(format!("{name}.toml"));
        let remedy = format!("the editions there are: {}", known_editions(directory));
        let message = format!("there is no edition `{name}`");
        return Err(DefinitionError::new(&path, None, message, remedy).into());
    };
    with_edition(plan, &file)
}

/// Reads every other edition of a pipeline: the plan with each of them.
///
/// # Errors
/// All errors in the editions, with file, line and remedy.
pub fn other_editions(plan: &Plan) -> Result<Vec<Plan>, DefinitionErrors> {
    let mut errors = DefinitionErrors::default();
    let mut plans = Vec::new();
    let files = EditionFile::all(&plan.directory).into_iter();
    for file in files.filter(|file| file.within() != plan.edition_file) {
        plans.extend(errors.ok(with_edition(plan.clone(), &file)));
    }
    errors.into_result()?;
    Ok(plans)
}

/// The plan with another edition.
fn with_edition(mut plan: Plan, file: &EditionFile) -> Result<Plan, DefinitionErrors> {
    let directory = &plan.directory;
    let raw: RawPipeline = Source::read(&directory.join("pipeline.toml"))?.parse()?;
    let printed = read_printed(&beside(directory, raw.reference.get_ref()))?;
    let lists = CodeLists {
        indicators: &plan.indicators,
        breakdowns: &plan.breakdowns,
        words: &plan.vocabulary.words,
        tasks: &plan.tasks,
        geography: &plan.geography,
        country: &plan.country,
        measures: &plan.conventions.measures,
    };
    let forms = &plan.vocabulary.forms;
    let mut errors = DefinitionErrors::default();
    let publication = read_publication(directory, file, printed, lists, forms, &mut errors);
    errors.into_result()?;
    if let Some(publication) = publication {
        plan.edition_name.clone_from(&file.name);
        plan.edition_file = file.within();
        plan.edition = publication.edition;
        plan.tables = publication.tables;
        plan.chapters = publication.chapters;
    }
    Ok(plan)
}

/// The folders beside the pipeline must be there: otherwise every file in them is missing.
fn check_folders(
    directory: &Path,
    source: &Source,
    raw: &RawPipeline,
) -> Result<(), DefinitionErrors> {
    let mut errors = DefinitionErrors::default();
    for folder in [&raw.reference, &raw.models] {
        let name = folder.get_ref();
        if name.trim().is_empty() || !beside(directory, name).is_dir() {
            let message = format!("there is no folder `{name}`");
            let remedy = "give the way to the folder, from the folder of the pipeline";
            FileErrors::in_source(source, &mut errors).at(folder, message, remedy);
        }
    }
    errors.into_result()
}

/// The files that other files take names from.
struct Catalogue {
    indicators: Vec<Indicator>,
    breakdowns: Vec<Breakdown>,
    targets: Vec<Target>,
    tasks: Vec<Task>,
    history: Vec<PublishedFigure>,
    encodings: Encodings,
    forms: Vec<Form>,
}

impl Catalogue {
    fn read(
        directory: &Path,
        declared: (&Source, &[RawBreakdown]),
        reference: &ReferenceData,
        country: &Country,
    ) -> Result<Self, DefinitionErrors> {
        let mut errors = DefinitionErrors::default();
        let ReferenceData {
            folder, measures, ..
        } = reference;
        reference.check_geographies(&mut errors);
        reference.check_texts(&mut errors);
        let breakdowns = read_breakdowns(declared, directory, &mut errors);
        let path = directory.join("indicators.csv");
        let indicators = read_indicators(&path, &mut errors);
        check_units(&path, &indicators, measures, folder, &mut errors);
        check_breakdowns(&path, &indicators, &breakdowns, &mut errors);
        let code_lists: Vec<_> = declared.1.iter().map(|raw| raw.list.get_ref()).collect();
        let encodings = errors.ok(read_encodings(directory, &reference.directory, &code_lists));
        let agencies = &reference.geography.agencies;
        let tasks = read_tasks(&directory.join("tasks.csv"), agencies, &mut errors);
        let lists = CodeLists {
            indicators: &indicators,
            breakdowns: &breakdowns,
            words: &reference.words,
            tasks: &tasks,
            geography: &reference.geography,
            country,
            measures,
        };
        let scope = TargetScope { lists, folder };
        let targets = read_targets(&directory.join("targets.csv"), scope, &mut errors);
        let history = read_history(&directory.join("history.csv"), scope, &mut errors);
        let forms = read_forms(&directory.join("forms"), folder, lists, &mut errors);
        errors.into_result()?;
        Ok(Self {
            indicators,
            breakdowns,
            targets,
            tasks,
            history,
            encodings: encodings.unwrap_or_default(),
            forms,
        })
    }
}

/// The files that refer to the catalogue. They are read only when it has no errors: an error there would be repeated for
/// each reference to it.
struct Checked {
    rules: AllRules,
    decisions: Vec<Decision>,
    models: Models,
    models_directory: PathBuf,
    lake: LakeSchema,
    lexicon: Lexicon,
    publication: Publication,
    edition_file: String,
    parts: PipelineParts,
}

impl Checked {
    fn read(
        directory: &Path,
        (source, raw): (&Source, &RawPipeline),
        reference: &ReferenceData,
        catalogue: &Catalogue,
        country: &Country,
    ) -> Result<Self, DefinitionErrors> {
        let mut errors = DefinitionErrors::default();
        let geography = &reference.geography;
        let forms = &catalogue.forms;
        let lists = CodeLists {
            indicators: &catalogue.indicators,
            breakdowns: &catalogue.breakdowns,
            words: &reference.words,
            tasks: &catalogue.tasks,
            geography,
            country,
            measures: &reference.measures,
        };
        let path = directory.join("indicators.csv");
        check_home_forms(&path, &catalogue.indicators, forms, &mut errors);
        let path = directory.join("rules.toml");
        let rules = read_rules(&path, &reference.directory, lists, forms, &mut errors);
        let referable = Referable {
            geography,
            forms,
            rules: &rules,
        };
        let path = directory.join("decisions.toml");
        let decisions = read_decisions(&path, referable, &mut errors);
        let models_directory = beside(directory, raw.models.get_ref());
        let own = directory.join("models");
        let lake = lake_of(&catalogue.breakdowns).with(record_tables(forms));
        let models = errors.ok(Models::read(&models_directory, &own, &lake));
        check_regions(geography, country, &mut errors);
        let edition = raw.edition.get_ref();
        let printed = reference.printed.clone();
        let lexicon = lexicon(&printed, lists);
        let file = EditionFile::find(directory, edition);
        let publication = if let Some(file) = &file {
            read_publication(directory, file, printed, lists, forms, &mut errors)
        } else {
            let message = format!("there is no edition `{edition}`");
            let remedy = "name a file of editions/ without its suffix";
            FileErrors::in_source(source, &mut errors).at(&raw.edition, message, remedy);
            None
        };
        let folder = &reference.folder;
        let parts = check_pipeline((source, raw), directory, folder, lists, forms, &mut errors);
        errors.into_result()?;
        // Without a publication there was an error, and it has just been returned.
        let publication = publication.ok_or_else(DefinitionErrors::default)?;
        Ok(Self {
            rules,
            decisions,
            models: models.unwrap_or_default(),
            models_directory,
            lake,
            lexicon,
            publication,
            edition_file: file.map(|file| file.within()).unwrap_or_default(),
            parts,
        })
    }
}

/// Puts a plan together from what was read and checked.
fn assemble(
    directory: &Path,
    raw: RawPipeline,
    country: Country,
    reference: ReferenceData,
    catalogue: Catalogue,
    checked: Checked,
) -> Plan {
    let PipelineParts {
        reporters,
        duties,
        collections,
        headline,
        zone,
        from_shorter,
        submissions,
    } = checked.parts;
    let Publication {
        edition,
        tables,
        chapters,
    } = checked.publication;
    let roots = [directory, &reference.directory, &checked.models_directory];
    let definitions = definition_files(roots, &submissions);
    // The zone tells on which day a report came.
    let offset = raw.utc_offset_hours.get_ref();
    let stated = format!("{:?} {reporters:?} {country:?} {offset}", raw.limits);
    let facts = facts(&catalogue.indicators);
    Plan {
        directory: directory.to_owned(),
        id: raw.id,
        title_vi: raw.title_vi,
        title_en: raw.title_en,
        definition_hash: hash_definitions(&definitions, &tables),
        reading_hash: hash_reading(&definitions, &stated),
        answering: Answering::of(&catalogue.forms, &facts, &reference.geography),
        definitions,
        submissions,
        pass_over: raw.pass_over,
        settle_seconds: raw.settle_seconds,
        zone,
        lake: checked.lake,
        vocabulary: Vocabulary {
            folder: reference.folder,
            words: reference.words,
            measures: reference.measures.spellings().map(str::to_owned).collect(),
            forms: catalogue.forms,
            encodings: catalogue.encodings,
        },
        conventions: conventions(reference.measures, &reference.raw_words, facts),
        geography: reference.geography,
        reporters,
        duties,
        collections,
        from_shorter,
        indicators: catalogue.indicators,
        breakdowns: catalogue.breakdowns,
        targets: catalogue.targets,
        tasks: catalogue.tasks,
        history: catalogue.history,
        rules: checked.rules.rules,
        record_rules: checked.rules.of_records,
        decisions: checked.decisions,
        models: checked.models,
        models_directory: checked.models_directory,
        tables,
        chapters,
        edition,
        edition_name: raw.edition.into_inner(),
        edition_file: checked.edition_file,
        country,
        headline,
        limits: raw.limits,
        csv_bom: raw.csv_bom,
        document_words: reference.raw_words,
        correspondence: reference.correspondence,
        lexicon: checked.lexicon,
    }
}

fn conventions(
    measures: Measures,
    words: &RawDocumentWords,
    indicators: BTreeMap<String, IndicatorFacts>,
) -> Conventions {
    let approximate = words.numbers.approximate.iter();
    Conventions {
        measures,
        symbols: Symbols {
            nil: words.symbols.nil.clone(),
            not_collected: words.symbols.not_collected.clone(),
            not_applicable: words.symbols.not_applicable.clone(),
        },
        approximate: approximate.map(|word| word.to_lowercase()).collect(),
        indicators,
    }
}

fn facts(indicators: &[Indicator]) -> BTreeMap<String, IndicatorFacts> {
    let facts = indicators.iter().map(|i| indicator_facts(i, indicators));
    facts.map(|f| (f.indicator.clone(), f)).collect()
}

/// The words for the codes of this pipeline.
fn lexicon(printed: &RawPrinted, lists: CodeLists<'_>) -> Lexicon {
    let name = |vi: &String, en: &String| Bilingual::new(vi, en);
    let indicators = lists.indicators.iter();
    let indicators = indicators.map(|i| (i.id.clone(), name(&i.name_vi, &i.name_en)));
    let breakdowns = lists.breakdowns.iter().map(|breakdown| {
        let members = breakdown.members.iter();
        let named = members.map(|m| (m.code.clone(), name(&m.name_vi, &m.name_en)));
        NamedBreakdown {
            name: breakdown.name.clone(),
            members: named.collect(),
        }
    });
    Lexicon::new(
        printed.naming.clone(),
        printed.digits(),
        indicators.collect(),
        breakdowns.collect(),
    )
}
