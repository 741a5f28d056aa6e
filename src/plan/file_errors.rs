//! Collects the errors of one definition file, each with its line.

use std::path::Path;

use toml::Spanned;

use super::source::{Source, line_of, line_of_key};
use crate::diagnostic::{DefinitionError, DefinitionErrors};
use crate::text::line_at;

/// Adds errors in one file to the errors of the pipeline.
pub(super) struct FileErrors<'a> {
    path: &'a Path,
    /// The text that offsets refer to; empty for a CSV file, whose rows know their lines.
    text: &'a str,
    errors: &'a mut DefinitionErrors,
}

impl<'a> FileErrors<'a> {
    /// For a TOML file.
    pub(super) fn in_source(source: &'a Source, errors: &'a mut DefinitionErrors) -> Self {
        Self {
            path: &source.path,
            text: &source.text,
            errors,
        }
    }

    /// For a file of which only lines are known.
    pub(super) fn in_file(path: &'a Path, errors: &'a mut DefinitionErrors) -> Self {
        Self {
            path,
            text: "",
            errors,
        }
    }

    /// An error in a value.
    pub(super) fn at<T>(
        &mut self,
        value: &Spanned<T>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.at_offset(value.span().start, message, remedy);
    }

    /// An error where a text first occurs; on the first line if it does not occur.
    pub(super) fn at_text(
        &mut self,
        wanted: &str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.on_line(line_of(self.text, wanted).or(Some(1)), message, remedy);
    }

    /// An error on the line that states a key; on the first line if none does.
    pub(super) fn at_key(
        &mut self,
        key: &str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.on_line(line_of_key(self.text, key).or(Some(1)), message, remedy);
    }

    /// An error at an offset in bytes.
    pub(super) fn at_offset(
        &mut self,
        offset: usize,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.on_line(Some(line_at(self.text, offset)), message, remedy);
    }

    /// An error on a line, or in the whole file.
    pub(super) fn on_line(
        &mut self,
        line: Option<usize>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.errors
            .push(DefinitionError::new(self.path, line, message, remedy));
    }
}
