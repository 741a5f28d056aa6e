//! A sheet as the workbook part of a package (.xlsx, .xlsb) lists it, and the part that holds its cells.

use super::package::PackageReader;
use super::relations::Relation;

/// A sheet as the workbook lists it.
pub(super) struct ListedSheet {
    pub(super) name: String,
    pub(super) is_visible: bool,
    pub(super) relation: Option<Relation>,
}

impl ListedSheet {
    /// The name of the part of a sheet of cells; none if it is another kind of sheet, such as a chart or macros.
    ///
    /// # Errors
    /// Why the sheet cannot be read.
    pub(super) fn part(&self, package: &PackageReader) -> Result<Option<String>, String> {
        let Some(relation) = &self.relation else {
            return Err("the workbook does not say where it is".to_owned());
        };
        if !relation.is_of_kind("worksheet") && !relation.kind.is_empty() {
            return Ok(None);
        }
        match package.part(&relation.target) {
            None => Err(format!("{} is not in the file", relation.target)),
            Some(_) => Ok(Some(relation.target.clone())),
        }
    }
}
