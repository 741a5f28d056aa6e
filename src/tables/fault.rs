//! A mistake in the file of a definition, before it is known which line it is in.

use std::path::Path;

use super::parameters::Unknown;
use crate::diagnostic::DefinitionError;
use crate::text::line_at;

/// A mistake at an offset in the file of a definition.
#[derive(Debug)]
pub(super) struct ErrorAt {
    /// Offset in bytes.
    offset: usize,
    message: String,
    remedy: String,
}

impl ErrorAt {
    pub(super) fn new(
        offset: usize,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            offset,
            message: message.into(),
            remedy: remedy.into(),
        }
    }

    /// A name in braces that does not exist.
    pub(super) fn unknown(offset: usize, unknown: &Unknown) -> Self {
        Self::new(
            offset,
            format!("`{{{}}}` is not a known name", unknown.name),
            format!("known names: {}", unknown.known),
        )
    }

    /// A name in braces that does not exist, where only the text of the file is known.
    pub(super) fn unknown_in(text: &str, unknown: &Unknown) -> Self {
        let written = format!("{{{}}}", unknown.name);
        Self::unknown(text.find(&written).unwrap_or(0), unknown)
    }

    /// The error with the file and the line.
    pub(super) fn in_file(self, path: &Path, text: &str) -> DefinitionError {
        let line = line_at(text, self.offset);
        DefinitionError::new(path, Some(line), self.message, self.remedy)
    }
}
