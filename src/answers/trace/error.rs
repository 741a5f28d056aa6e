//! Why a number could not be traced.

use crate::answers::asked::NameError;
use crate::lake::LakeError;
use crate::reading::RunError;

/// Why a number could not be traced.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    /// The snapshot could not be read.
    #[error(transparent)]
    Run(#[from] RunError),
    /// What was asked for is not there, or several things fit it.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The table has no figure in that place.
    #[error("the table `{table}` leaves the row `{row}` blank in the column `{column}`")]
    Blank {
        /// The table.
        table: String,
        /// The row.
        row: String,
        /// The column.
        column: String,
    },
}

impl From<LakeError> for TraceError {
    fn from(error: LakeError) -> Self {
        Self::Run(error.into())
    }
}

impl From<datafusion::error::DataFusionError> for TraceError {
    fn from(error: datafusion::error::DataFusionError) -> Self {
        Self::Run(error.into())
    }
}
