//! stub
use crate::diagnostic::Finding;
use crate::tables::{Edition, Table};
use std::path::Path;
/// stub
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct PublishError(pub String);
/// stub
pub fn check_out(_out: &Path) -> Result<(), PublishError> {
    Ok(())
}
/// stub
pub fn publish(
    _out: &Path,
    _t: &[Table],
    _e: &Edition,
    _f: &[Finding],
) -> Result<(), PublishError> {
    Ok(())
}
