//! TOML files with their text, so that an error names its line.

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use crate::diagnostic::DefinitionError;

/// A TOML file with its text, so that spans can be turned into lines.
pub(super) struct Source {
    pub(super) path: PathBuf,
    pub(super) text: String,
}

impl Source {
    pub(super) fn read(path: &Path) -> Result<Self, DefinitionError> {
        let text = std::fs::read_to_string(path).map_err(|e| {
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

    pub(super) fn line(&self, offset: usize) -> usize {
        self.text[..offset.min(self.text.len())]
            .matches('\n')
            .count()
            + 1
    }

    pub(super) fn error(
        &self,
        offset: usize,
        message: impl Into<String>,
        remedy: &str,
    ) -> DefinitionError {
        DefinitionError::new(&self.path, Some(self.line(offset)), message, remedy)
    }

    pub(super) fn parse<T: DeserializeOwned>(&self) -> Result<T, DefinitionError> {
        toml::from_str(&self.text).map_err(|e| {
            let line = e.span().map(|span| self.line(span.start));
            let message = e.message().to_owned();
            let remedy = if message.contains("unknown field") || message.contains("unknown variant")
            {
                "use one of the names listed, or take the line out"
            } else {
                "correct the value; the files of this repository show every key in use"
            };
            DefinitionError::new(&self.path, line, message, remedy)
        })
    }
}

/// The line of the first occurrence of a text.
pub(super) fn line_of(text: &str, wanted: &str) -> Option<usize> {
    text.find(wanted)
        .map(|at| text[..at].matches('\n').count() + 1)
}
