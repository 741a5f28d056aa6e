//! The reference tables of a geography: units, changes, regions and aliases.

use std::path::PathBuf;

use jiff::civil::Date;

use crate::geography::unit::UnitKey;

/// The name of a unit over a period of time.
#[derive(Debug, Clone)]
pub struct UnitName {
    /// The unit.
    pub unit: UnitKey,
    /// Name in Vietnamese.
    pub name_vi: String,
    /// Name in English.
    pub name_en: String,
    /// Type of the unit.
    pub unit_type: String,
    /// First day.
    pub valid_from: Date,
    /// First day after it ended.
    pub valid_to: Option<Date>,
    /// The legal act.
    pub legal_basis: String,
    /// Line in the file.
    pub line: usize,
}

/// Another name of a unit.
#[derive(Debug, Clone)]
pub struct UnitAlias {
    /// The unit.
    pub unit: UnitKey,
    /// The name.
    pub name: String,
    /// Line in the file.
    pub line: usize,
}

/// A step from a unit of one vintage to its successor in the next.
#[derive(Debug, Clone)]
pub struct UnitChange {
    /// The unit before.
    pub from: UnitKey,
    /// The unit after.
    pub to: UnitKey,
    /// `unchanged` or `merge`.
    pub change: String,
    /// First day of the unit after.
    pub effective: Date,
    /// The legal act.
    pub legal_basis: String,
    /// Line in the file.
    pub line: usize,
}

impl UnitChange {
    /// Whether the territory stayed as it was.
    #[must_use]
    pub fn is_unchanged(&self) -> bool {
        self.change == "unchanged"
    }
}

/// A unit in a region of a scheme.
#[derive(Debug, Clone)]
pub struct RegionMember {
    /// Scheme of regions.
    pub scheme: String,
    /// Region.
    pub region: String,
    /// Name in Vietnamese.
    pub name_vi: String,
    /// Name in English.
    pub name_en: String,
    /// The unit.
    pub unit: UnitKey,
    /// First day.
    pub valid_from: String,
    /// First day after it ended.
    pub valid_to: Option<String>,
    /// The legal act.
    pub legal_basis: String,
    /// The file that has the row.
    pub file: PathBuf,
    /// Line in the file.
    pub line: usize,
}

/// The reference tables.
#[derive(Debug, Clone, Default)]
pub struct Tables {
    /// Units with their names.
    pub units: Vec<UnitName>,
    /// Changes between vintages.
    pub changes: Vec<UnitChange>,
    /// Regions.
    pub regions: Vec<RegionMember>,
    /// Other names of units.
    pub aliases: Vec<UnitAlias>,
}
