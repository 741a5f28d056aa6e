//! The name of a sheet or file that says another unit than the sheet states.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::diagnostic::Argument;
use crate::diagnostic::findings::th452;
use crate::geography::unit::UnitKey;

/// The name of a sheet or of a file that contradicts what the sheet states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contradiction {
    /// The name.
    pub name: String,
    /// Whether it is that of the sheet, not that of the file.
    pub of_sheet: bool,
    /// What it names, as people read it.
    pub other: String,
    /// The units that it means; none for a lower level.
    pub units: BTreeSet<UnitKey>,
    /// What the sheet states.
    pub stated: String,
}

impl Contradiction {
    /// Whose name it is, in words.
    pub(crate) fn whose(&self) -> Argument {
        if self.of_sheet {
            th452::OfSheet.into()
        } else {
            th452::OfFile.into()
        }
    }
}
