//! Errors in the definition files of a pipeline: `tonghop check` shows them, and no run starts while there are any.

use std::fmt;
use std::path::{Path, PathBuf};

/// An error in a definition file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DefinitionError {
    /// The file.
    pub file: PathBuf,
    /// Line in that file, from 1. None if the error is about the whole file.
    pub line: Option<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

impl DefinitionError {
    /// An error in `file`.
    pub fn new(
        file: &Path,
        line: Option<usize>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            file: file.to_owned(),
            line,
            message: message.into(),
            remedy: remedy.into(),
        }
    }
}

impl fmt::Display for DefinitionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "error: {}", self.message)?;
        match self.line {
            Some(line) => writeln!(f, "  --> {}:{line}", self.file.display())?,
            None => writeln!(f, "  --> {}", self.file.display())?,
        }
        write!(f, "hint: {}", self.remedy)
    }
}

/// All errors in the files of a pipeline.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DefinitionErrors(pub Vec<DefinitionError>);

impl DefinitionErrors {
    /// Adds an error.
    pub fn push(&mut self, error: DefinitionError) {
        self.0.push(error);
    }

    /// The value of a result; its errors are added.
    pub fn ok<T, E: Into<Self>>(&mut self, result: Result<T, E>) -> Option<T> {
        result.map_err(|errors| self.0.extend(errors.into().0)).ok()
    }

    /// Succeeds if there are no errors.
    ///
    /// # Errors
    /// The errors, sorted by file and line, without repetition.
    pub fn into_result(mut self) -> Result<(), Self> {
        if self.0.is_empty() {
            return Ok(());
        }
        self.0.sort();
        self.0.dedup();
        Err(self)
    }
}

impl From<DefinitionError> for DefinitionErrors {
    fn from(error: DefinitionError) -> Self {
        Self(vec![error])
    }
}

impl fmt::Display for DefinitionErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, error) in self.0.iter().enumerate() {
            if i > 0 {
                writeln!(f, "\n")?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for DefinitionErrors {}
