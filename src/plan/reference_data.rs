//! The reference data that pipelines share: words, units of measure, territory and the words that are printed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::agencies::{AgencyScope, read_agencies};
use super::file_errors::FileErrors;
use super::raw::RawCollectives;
use super::sound_texts::{check_document_words, check_printed_texts};
use super::source::Source;
use crate::diagnostic::DefinitionErrors;
use crate::extract::{DocumentWords, RawDocumentWords};
use crate::geography::{Geography, Tables, UnitName};
use crate::normalize::{Measures, RawMeasures};
use crate::publish::Correspondence;
use crate::query::Country;
use crate::tables::RawPrinted;
use crate::text::Folder;

/// The reference data of a pipeline.
pub(super) struct ReferenceData {
    /// Where its files are.
    pub(super) directory: PathBuf,
    words_source: Source,
    printed_source: Source,
    correspondence_source: Source,
    /// The words of documents, as they are written.
    pub(super) raw_words: RawDocumentWords,
    pub(super) folder: Folder,
    pub(super) words: DocumentWords,
    pub(super) correspondence: Correspondence,
    pub(super) measures: Measures,
    pub(super) printed: RawPrinted,
    pub(super) geography: Geography,
}

impl ReferenceData {
    /// Reads the reference data in `directory`, with what the pipeline in `own` adds to the tables of territory.
    ///
    /// # Errors
    /// The errors of the first file that cannot be used: nothing else can be read without these files.
    pub(super) fn read(
        directory: PathBuf,
        own: &Path,
        country: &Country,
    ) -> Result<Self, DefinitionErrors> {
        let words_source = Source::read(&directory.join("words.toml"))?;
        let raw_words: RawDocumentWords = words_source.parse()?;
        let folder = Folder::new(&raw_words.abbreviations);
        let words = DocumentWords::compile(&raw_words, &folder)
            .map_err(|e| words_source.error(0, e, "correct the words of periods"))?;
        let correspondence_source = Source::read(&directory.join("correspondence.toml"))?;
        let correspondence = correspondence_source.parse()?;
        let measures = read_measures(&directory.join("units_of_measure.toml"), &folder)?;
        let printed_source = Source::read(&directory.join("printed.toml"))?;
        let printed = printed_source.parse()?;
        let geography = Geography::new(Tables::read(&directory, own)?, &folder)
            .with_country(&country.code, &country.name_vi);
        Ok(Self {
            directory,
            words_source,
            printed_source,
            correspondence_source,
            raw_words,
            folder,
            words,
            correspondence,
            measures,
            printed,
            geography,
        })
    }

    /// Adds the senders that are no territory, from `agencies.csv` of the pipeline in `own`.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub(super) fn add_agencies(
        &mut self,
        own: &Path,
        collectives: (&Source, &RawCollectives),
    ) -> Result<(), DefinitionErrors> {
        let joining = self.raw_words.lists.and.iter();
        let joining: Vec<String> = joining.map(|word| self.folder.fold(word)).collect();
        let scope = AgencyScope {
            geography: &self.geography,
            folder: &self.folder,
            joining: &joining,
        };
        let mut errors = DefinitionErrors::default();
        let path = own.join("agencies.csv");
        let agencies = read_agencies(&path, collectives, scope, &mut errors);
        self.geography.agencies = agencies;
        errors.into_result()
    }

    /// Checks the texts of the reference data, and that each type of units has a word in letters.
    pub(super) fn check_texts(&self, errors: &mut DefinitionErrors) {
        check_document_words(&self.words_source, &self.raw_words, &self.folder, errors);
        check_printed_texts(&self.printed_source, errors);
        check_printed_texts(&self.correspondence_source, errors);
        let types = &self.correspondence.unit_types;
        let units = &self.geography.tables.units;
        // A type without a word is left out in letters; a type of one unit alone is a slip.
        let is_alone = |unit: &&UnitName| {
            let same = units.iter().filter(|u| u.unit_type == unit.unit_type);
            same.map(|u| &u.unit).collect::<BTreeSet<_>>().len() == 1
        };
        let mut without_word = units.iter().filter(|u| !types.contains_key(&u.unit_type));
        if let Some(unit) = without_word.find(is_alone) {
            let path = self.directory.join("admin_units.csv");
            FileErrors::in_file(&path, errors).on_line(
                Some(unit.line),
                format!(
                    "`{}` is the type of one unit alone, and correspondence.toml has no word for it",
                    unit.unit_type
                ),
                "correct unit_type, or add the type to [unit_types] of correspondence.toml",
            );
        }
        let unused = types
            .keys()
            .find(|t| !units.iter().any(|u| u.unit_type == **t));
        if let Some(unused) = unused {
            FileErrors::in_source(&self.correspondence_source, errors).at_key(
                unused,
                format!("no unit of admin_units.csv is of the type `{unused}`"),
                "correct the type, or delete the line",
            );
        }
    }

    /// Checks that the geographies of `words.toml` are vintages, and its types of units types of `admin_units.csv`.
    pub(super) fn check_geographies(&self, errors: &mut DefinitionErrors) {
        let tables = &self.geography.tables;
        tables.check_names(&self.directory, &self.folder, errors);
        let mut wrong = FileErrors::in_source(&self.words_source, errors);
        let words = &self.raw_words;
        for (section, vintages) in [
            ("[geographies]", words.geographies.keys()),
            ("[beside_a_name]", words.beside_a_name.keys()),
        ] {
            for vintage in vintages {
                if !self.geography.vintages.iter().any(|(v, _)| v == vintage) {
                    wrong.at_text(
                        section,
                        format!("`{vintage}` is not a vintage of admin_units.csv"),
                        "name a vintage of admin_units.csv",
                    );
                }
            }
        }
        for unit_type in words.senders.types.keys() {
            let mut units = self.geography.tables.units.iter();
            if !units.any(|unit| unit.unit_type == *unit_type) {
                wrong.at_text(
                    "[senders.types]",
                    format!("`{unit_type}` is not a unit_type of admin_units.csv"),
                    "name a unit_type of admin_units.csv",
                );
            }
        }
    }
}

/// Reads `printed.toml` of the reference data.
pub(super) fn read_printed(directory: &Path) -> Result<RawPrinted, DefinitionErrors> {
    let source = Source::read(&directory.join("printed.toml"))?;
    let printed: RawPrinted = source.parse()?;
    if printed.has_one_mark_for_two() {
        let at = source.text.find("[numbers]").unwrap_or(0);
        return Err(source
            .error(
                at,
                "one mark separates groups of digits and is the decimal mark",
                "write two different marks for `group` and `decimal`, which are no digits",
            )
            .into());
    }
    Ok(printed)
}

fn read_measures(path: &Path, folder: &Folder) -> Result<Measures, DefinitionErrors> {
    let source = Source::read(path)?;
    let raw: RawMeasures = source.parse()?;
    let measures = Measures::compile(&raw, folder).map_err(|(offset, e)| {
        source.error(
            offset,
            e,
            "each spelling and, within a dimension, each factor belongs to one unit (other spellings go into `also`); factors are decimal numbers above 0",
        )
    })?;
    Ok(measures)
}

/// Checks that no region has the code of the country.
pub(super) fn check_regions(
    geography: &Geography,
    country: &Country,
    errors: &mut DefinitionErrors,
) {
    let regions = geography.tables.regions.iter();
    for region in regions.filter(|r| r.region == country.code) {
        FileErrors::in_file(&region.file, errors).on_line(
            Some(region.line),
            format!(
                "the region `{}` of `{}` has the code of the country",
                region.region, region.scheme
            ),
            "give the region a code of its own: one table holds the country and the regions",
        );
    }
}
