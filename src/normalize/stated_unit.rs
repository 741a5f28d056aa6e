//! Which unit of measure counts for a cell: the nearest statement of one.

use super::measure::Measures;
use crate::extract::{LocatedCell, SheetTable, Stated, Vocabulary};

/// Why no unit of measure counts for a cell.
pub(super) enum NoUnit {
    /// The text behind the number is not a unit.
    BehindNumber,
    /// The nearest statement is not a known unit.
    Nearest(Stated),
    /// The statement of the sheet is not a known unit, or is two that would fit.
    OfSheet,
}

/// How many of several units can be converted into another.
enum OneOf<'t> {
    None,
    Unit(&'t str),
    Several,
}

/// The units of measure that a table states.
pub(super) struct StatedUnits<'a> {
    pub(super) table: &'a SheetTable,
    pub(super) vocabulary: &'a Vocabulary,
    pub(super) measures: &'a Measures,
}

impl StatedUnits<'_> {
    /// The unit of measure of a cell, and where it is stated; the nearest statement counts. `suffix` is the text behind
    /// the number, `catalogue` the unit of the indicator, which counts if nothing is stated.
    pub(super) fn of(
        &self,
        cell: &LocatedCell,
        suffix: Option<&str>,
        catalogue: &str,
    ) -> Result<(String, Option<Stated>), NoUnit> {
        let folder = &self.vocabulary.folder;
        if let Some(suffix) = suffix {
            if !self.measures.knows(suffix, folder) {
                return Err(NoUnit::BehindNumber);
            }
            let stated = Stated {
                text: suffix.to_owned(),
                at: cell.at,
            };
            return Ok((stated.text.clone(), Some(stated)));
        }
        if let Some(stated) = cell.row_measure.as_ref().or(cell.column_measure.as_ref()) {
            if self.measures.knows(&stated.text, folder) {
                return Ok((stated.text.clone(), Some(stated.clone())));
            }
            return match self.one_of(&stated.text, catalogue) {
                Some(OneOf::Unit(unit)) => Ok((unit.to_owned(), Some(stated.clone()))),
                Some(OneOf::None | OneOf::Several) | None => Err(NoUnit::Nearest(stated.clone())),
            };
        }
        let Some(sheet) = &self.table.title.measure else {
            return Ok((catalogue.to_owned(), None));
        };
        // The unit of a sheet counts only for rows of its own dimension.
        match self.one_of(&sheet.text, catalogue) {
            Some(OneOf::Unit(unit)) => Ok((unit.to_owned(), Some(sheet.clone()))),
            Some(OneOf::None) => Ok((catalogue.to_owned(), None)),
            Some(OneOf::Several) | None => Err(NoUnit::OfSheet),
        }
    }

    /// The unit among those of a text that can be converted into the unit of the catalogue; none if the text has a part
    /// that is not a unit.
    fn one_of<'t>(&self, text: &'t str, catalogue: &str) -> Option<OneOf<'t>> {
        let folder = &self.vocabulary.folder;
        let units = self.vocabulary.measures_in(text)?;
        let factor = |unit: &'t str| Some((unit, self.measures.factor(unit, catalogue, folder)?));
        let mut fitting = units.into_iter().filter_map(factor);
        let Some((unit, first)) = fitting.next() else {
            return Some(OneOf::None);
        };
        // Two names of one unit are no question.
        Some(if fitting.all(|(_, other)| other == first) {
            OneOf::Unit(unit)
        } else {
            OneOf::Several
        })
    }

    /// Whether a statement is the one for the whole sheet.
    pub(super) fn is_of_sheet(&self, stated: &Stated) -> bool {
        self.table.title.measure.as_ref() == Some(stated)
    }
}
