//! Why a workbook could not be marked.

use crate::publish::error::PublishError;

/// Why a workbook could not be marked; it is then rebuilt from what was read.
#[derive(Debug, thiserror::Error)]
pub(super) enum MarkError {
    #[error("it is not a sound archive: {0}")]
    Zip(#[from] zip::result::ZipError),
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error("the part `{0}` is missing")]
    Missing(String),
    #[error("the part `{0}` is too large")]
    TooLarge(String),
    #[error("the part `{0}` is not UTF-8 text")]
    NotUtf8(String),
    #[error("{0}")]
    Xml(String),
}

impl From<MarkError> for PublishError {
    fn from(error: MarkError) -> Self {
        Self::Feedback(error.to_string())
    }
}
