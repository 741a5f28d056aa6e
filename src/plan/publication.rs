//! What a pipeline prints: an edition with its words, the tables, the chapters.

use std::path::Path;

use super::breakdowns::columns_of;
use super::code_lists::{CodeLists, has_form};
use super::editions::EditionFile;
use super::file_errors::FileErrors;
use super::paths::files_of;
use super::source::{Source, line_of};
use crate::diagnostic::DefinitionErrors;
use crate::extract::Form;
use crate::tables::{ChapterDefinition, Context, Edition, RawEdition, RawPrinted, TableDefinition};

/// An edition with the tables and chapters printed in it.
pub(super) struct Publication {
    pub(super) edition: Edition,
    pub(super) tables: Vec<TableDefinition>,
    pub(super) chapters: Vec<ChapterDefinition>,
}

/// Reads an edition of the pipeline in `directory`, its tables and its chapters. None if the edition itself has an error.
pub(super) fn read_publication(
    directory: &Path,
    file: &EditionFile,
    printed: RawPrinted,
    lists: CodeLists<'_>,
    forms: &[Form],
    errors: &mut DefinitionErrors,
) -> Option<Publication> {
    let name = &file.name;
    if !is_edition_name(name) {
        FileErrors::in_file(&file.path, errors).on_line(
            None,
            format!("`{name}` cannot be the name of an edition: a directory gets this name"),
            "use letters, digits, -, _ and ., and not csv",
        );
        return None;
    }
    let breakdowns = columns_of(lists.breakdowns);
    let context = Context {
        geography: lists.geography,
        country: lists.country,
        breakdowns: &breakdowns,
        period: file.period,
    };
    let source = errors.ok(Source::read(&file.path))?;
    let raw: RawEdition = errors.ok(source.parse())?;
    let folder = directory.join(raw.tables());
    let edition = Edition::new(raw, printed, context, &source.path, &source.text);
    let edition = errors.ok(edition)?;
    let tables = read_tables(&folder, &edition, lists, forms, errors);
    check_tables(&edition, &tables, &source, errors);
    let chapters = read_chapters(directory, &edition, &tables, errors);
    Some(Publication {
        edition,
        tables,
        chapters,
    })
}

/// Whether a directory of `out/` can have the name of an edition, next to the directory `csv` of a run's tables.
fn is_edition_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let begins = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    begins && name.chars().all(plain) && name != "csv"
}

fn read_tables(
    folder: &Path,
    edition: &Edition,
    lists: CodeLists<'_>,
    forms: &[Form],
    errors: &mut DefinitionErrors,
) -> Vec<TableDefinition> {
    let is_indicator = |id: &str| lists.has_indicator(id);
    let is_form = |code: &str| has_form(forms, code);
    let mut tables: Vec<TableDefinition> = Vec::new();
    for path in files_of(folder, "toml") {
        let read = Source::read(&path).and_then(|source| {
            let raw = source.parse()?;
            let (path, text) = (&source.path, &source.text);
            TableDefinition::new(raw, edition, &is_indicator, &is_form, path, text)
        });
        match errors.ok(read) {
            Some(table) if tables.iter().any(|t| t.id == table.id) => {
                FileErrors::in_file(&path, errors).on_line(
                    Some(1),
                    format!("there is another table `{}`", table.id),
                    "give one of the two another id",
                );
            }
            Some(table) => tables.push(table),
            None => {}
        }
    }
    tables
}

fn read_chapters(
    directory: &Path,
    edition: &Edition,
    tables: &[TableDefinition],
    errors: &mut DefinitionErrors,
) -> Vec<ChapterDefinition> {
    let is_table = |id: &str| tables.iter().any(|t| t.id == id);
    let mut chapters = Vec::new();
    for chapter in &edition.chapters {
        let id = &chapter.id;
        let path = directory.join("chapters").join(format!("{id}.toml"));
        let read = Source::read(&path).and_then(|source| {
            let raw = source.parse()?;
            let (path, text) = (&source.path, &source.text);
            ChapterDefinition::new(id, &raw, edition, &is_table, path, text)
        });
        chapters.extend(errors.ok(read));
    }
    chapters
}

/// Checks that an edition has each of its tables and chapters once, and that its tables are defined.
fn check_tables(
    edition: &Edition,
    tables: &[TableDefinition],
    source: &Source,
    errors: &mut DefinitionErrors,
) {
    let mut wrong = FileErrors::in_source(source, errors);
    let mut error = |id: &str, message: String, remedy: &str| {
        let line = line_of(&source.text, &format!("\"{id}\""));
        wrong.on_line(line, message, remedy);
    };
    let defined = |id: &str| tables.iter().any(|t| t.id == id);
    let mut seen: Vec<&str> = Vec::new();
    for id in edition.chapters.iter().flat_map(|c| &c.tables) {
        if !defined(id) {
            error(
                id,
                format!("the table `{id}` is not defined"),
                "define it in tables/, or list it under [[awaited]]",
            );
        }
        if seen.contains(&id.as_str()) {
            let message = format!("the table `{id}` is listed twice");
            error(id, message, "remove one of the two");
        }
        seen.push(id);
    }
    for table in edition.awaited.iter().filter(|table| defined(&table.id)) {
        error(
            &table.id,
            format!("the table `{}` is defined and awaited", table.id),
            "remove it from [[awaited]] and list it in a chapter",
        );
    }
    for (i, chapter) in edition.chapters.iter().enumerate() {
        if edition.chapters[..i].iter().any(|c| c.id == chapter.id) {
            let message = format!("the chapter `{}` is listed twice", chapter.id);
            error(&chapter.id, message, "remove one of the two");
        }
    }
}
