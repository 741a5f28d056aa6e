//! TOML files with their text, so that an error can give its line.

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use crate::diagnostic::DefinitionError;
use crate::intake::read_text;
use crate::text::line_at;

/// A TOML file with its text.
pub(super) struct Source {
    pub(super) path: PathBuf,
    pub(super) text: String,
}

impl Source {
    pub(super) fn read(path: &Path) -> Result<Self, DefinitionError> {
        let text = read_text(path).map_err(|e| {
            DefinitionError::new(
                path,
                None,
                format!("cannot be read: {e}"),
                "the file is needed; see ARCHITECTURE.md",
            )
        })?;
        Ok(Self {
            path: path.to_owned(),
            text,
        })
    }

    /// An error at an offset in bytes.
    pub(super) fn error(
        &self,
        offset: usize,
        message: impl Into<String>,
        remedy: &str,
    ) -> DefinitionError {
        let line = line_at(&self.text, offset);
        DefinitionError::new(&self.path, Some(line), message, remedy)
    }

    pub(super) fn parse<T: DeserializeOwned>(&self) -> Result<T, DefinitionError> {
        toml::from_str(&self.text).map_err(|e| {
            let line = e.span().map(|span| line_at(&self.text, span.start));
            let message = e.message().to_owned();
            let remedy = if message.contains("unknown field") || message.contains("unknown variant")
            {
                "use one of the names listed, or delete the line"
            } else {
                "correct the value; the files of this repository show every key in use"
            };
            DefinitionError::new(&self.path, line, message, remedy)
        })
    }
}

/// The line where a text first occurs.
pub(super) fn line_of(text: &str, wanted: &str) -> Option<usize> {
    text.find(wanted).map(|offset| line_at(text, offset))
}

/// The first line that states a key: `key = …`.
pub(super) fn line_of_key(text: &str, key: &str) -> Option<usize> {
    let states = |line: &str| {
        let after = line.trim_start().strip_prefix(key);
        after.is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    text.lines().position(states).map(|at| at + 1)
}
