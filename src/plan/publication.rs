//! What a pipeline prints: an edition with its words, the tables, the chapters.

use std::path::Path;

use super::load::files_of;
use super::source::{Source, line_of};
use crate::diagnostic::{DefinitionError, DefinitionErrors};
use crate::geography::Geography;
use crate::query::Country;
use crate::tables::{ChapterDefinition, Context, Edition, RawPrinted, TableDefinition};

/// What a publication must agree with.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) geography: &'a Geography,
    pub(super) country: &'a Country,
    pub(super) is_indicator: &'a dyn Fn(&str) -> bool,
    pub(super) is_form: &'a dyn Fn(&str) -> bool,
}

/// An edition with what is printed in it.
pub(super) struct Publication {
    pub(super) edition: Edition,
    pub(super) tables: Vec<TableDefinition>,
    pub(super) chapters: Vec<ChapterDefinition>,
}

/// Reads the edition `name` of the pipeline in `directory`, the tables and the chapters; none where the edition itself is
/// not sound.
pub(super) fn read_publication(
    directory: &Path,
    printed: RawPrinted,
    name: &str,
    known: Known<'_>,
    errors: &mut DefinitionErrors,
) -> Option<Publication> {
    let path = directory.join("editions").join(format!("{name}.toml"));
    // A folder of `out/` bears the name, beside the folder of a run's tables.
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let begins = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    if !begins || !name.chars().all(plain) || name == "csv" {
        errors.push(DefinitionError::new(
            &path,
            None,
            format!("`{name}` cannot be the name of an edition: a folder bears it"),
            "use letters, digits, -, _ and ., and not csv",
        ));
        return None;
    }
    let context = Context {
        geography: known.geography,
        country: known.country,
    };
    let read = Source::read(&path).and_then(|source| {
        let raw = source.parse()?;
        let edition = Edition::new(raw, printed, context, &source.path, &source.text)?;
        Ok((source, edition))
    });
    let (source, edition) = match read {
        Ok(read) => read,
        Err(e) => {
            errors.push(e);
            return None;
        }
    };
    let tables = read_tables(directory, &edition, known, errors);
    check_tables(&edition, &tables, &source, errors);
    let mut chapters = Vec::new();
    for chapter in &edition.chapters {
        let path = directory
            .join("chapters")
            .join(format!("{}.toml", chapter.id));
        let is_table = |id: &str| tables.iter().any(|t| t.id == id);
        let read = Source::read(&path).and_then(|source| {
            let raw = source.parse()?;
            ChapterDefinition::new(
                &chapter.id,
                &raw,
                &edition,
                &is_table,
                &source.path,
                &source.text,
            )
        });
        match read {
            Ok(chapter) => chapters.push(chapter),
            Err(e) => errors.push(e),
        }
    }
    Some(Publication {
        edition,
        tables,
        chapters,
    })
}

fn read_tables(
    directory: &Path,
    edition: &Edition,
    known: Known<'_>,
    errors: &mut DefinitionErrors,
) -> Vec<TableDefinition> {
    let mut tables: Vec<TableDefinition> = Vec::new();
    for path in files_of(&directory.join("tables"), "toml") {
        let read = Source::read(&path).and_then(|source| {
            let raw = source.parse()?;
            let (path, text) = (&source.path, &source.text);
            TableDefinition::new(raw, edition, known.is_indicator, known.is_form, path, text)
        });
        match read {
            Ok(table) if tables.iter().any(|t| t.id == table.id) => {
                let message = format!("there is another table `{}`", table.id);
                errors.push(DefinitionError::new(
                    &path,
                    Some(1),
                    message,
                    "give one of the two another id",
                ));
            }
            Ok(table) => tables.push(table),
            Err(e) => errors.push(e),
        }
    }
    tables
}

/// Whether an edition has each of its tables once, and none that is nowhere.
fn check_tables(
    edition: &Edition,
    tables: &[TableDefinition],
    source: &Source,
    errors: &mut DefinitionErrors,
) {
    let mut error = |id: &str, message: String, remedy: &str| {
        let line = line_of(&source.text, &format!("\"{id}\""));
        errors.push(DefinitionError::new(&source.path, line, message, remedy));
    };
    let defined = |id: &str| tables.iter().any(|t| t.id == id);
    let mut seen: Vec<&str> = Vec::new();
    for id in edition.chapters.iter().flat_map(|c| &c.tables) {
        if !defined(id) {
            let message = format!("the table `{id}` is not defined");
            error(
                id,
                message,
                "define it in tables/, or list it under [[awaited]]",
            );
        }
        if seen.contains(&id.as_str()) {
            error(id, format!("the table `{id}` stands twice"), "take one out");
        }
        seen.push(id);
    }
    for table in &edition.awaited {
        if defined(&table.id) {
            let message = format!("the table `{}` is defined and awaited", table.id);
            error(
                &table.id,
                message,
                "take it out of [[awaited]], and into a chapter",
            );
        }
    }
    for (i, chapter) in edition.chapters.iter().enumerate() {
        if edition.chapters[..i].iter().any(|c| c.id == chapter.id) {
            let message = format!("the chapter `{}` stands twice", chapter.id);
            error(&chapter.id, message, "take one out");
        }
    }
}
