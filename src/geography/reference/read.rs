//! Reads the reference tables from the CSV files of a directory.

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::check_days::check_days;
use super::csv::{Csv, CsvRow};
use super::tables::{RegionMember, Tables, UnitAlias, UnitChange, UnitName};
use crate::diagnostic::{DefinitionError, DefinitionErrors};
use crate::geography::unit::UnitKey;

/// The unit that a row names in two columns.
fn key(row: &CsvRow<'_>, vintage: &str, code: &str) -> UnitKey {
    UnitKey {
        vintage: row.get(vintage),
        code: row.get(code),
    }
}

/// Parses a date of a row. Adds an error if it is wrong.
fn date(path: &Path, line: usize, text: &str, errors: &mut DefinitionErrors) -> Date {
    text.parse().unwrap_or_else(|_| {
        errors.push(DefinitionError::new(
            path,
            Some(line),
            format!("`{text}` is no date"),
            "write dates as 2025-07-01",
        ));
        Date::MIN
    })
}

/// Reads a file. Adds an error and returns `None` if it cannot be read.
fn read_csv(path: &Path, columns: &[&str], errors: &mut DefinitionErrors) -> Option<Csv> {
    Csv::read(path, columns).map_err(|e| errors.push(e)).ok()
}

/// Reads `admin_units.csv`.
fn read_units(path: &Path, errors: &mut DefinitionErrors) -> Vec<UnitName> {
    let columns = [
        "unit_code",
        "vintage",
        "name_vi",
        "name_en",
        "unit_type",
        "valid_from",
        "valid_to",
        "legal_basis",
    ];
    let csv = read_csv(path, &columns, errors);
    let rows = csv.iter().flat_map(Csv::rows);
    rows.map(|(line, row)| UnitName {
        unit: key(&row, "vintage", "unit_code"),
        name_vi: row.get("name_vi"),
        name_en: row.get("name_en"),
        unit_type: row.get("unit_type"),
        valid_from: date(path, line, &row.get("valid_from"), errors),
        valid_to: row
            .optional("valid_to")
            .map(|text| date(path, line, &text, errors)),
        legal_basis: row.get("legal_basis"),
        line,
    })
    .collect()
}

/// Reads `unit_changes.csv`.
fn read_changes(path: &Path, errors: &mut DefinitionErrors) -> Vec<UnitChange> {
    let columns = [
        "from_vintage",
        "from_code",
        "to_vintage",
        "to_code",
        "change",
        "effective_date",
        "legal_basis",
    ];
    let csv = read_csv(path, &columns, errors);
    let rows = csv.iter().flat_map(Csv::rows);
    rows.map(|(line, row)| UnitChange {
        from: key(&row, "from_vintage", "from_code"),
        to: key(&row, "to_vintage", "to_code"),
        change: row.get("change"),
        effective: date(path, line, &row.get("effective_date"), errors),
        legal_basis: row.get("legal_basis"),
        line,
    })
    .collect()
}

/// Reads `name_aliases.csv`.
fn read_aliases(path: &Path, errors: &mut DefinitionErrors) -> Vec<UnitAlias> {
    let csv = read_csv(path, &["vintage", "unit_code", "alias"], errors);
    let rows = csv.iter().flat_map(Csv::rows);
    rows.map(|(line, row)| UnitAlias {
        unit: key(&row, "vintage", "unit_code"),
        name: row.get("alias"),
        line,
    })
    .collect()
}

/// The files with schemes of regions, in the order of reading.
fn region_files(directory: &Path, own: &Path) -> Vec<PathBuf> {
    let mut files = vec![directory.join("regions.csv")];
    for directory in [directory, own] {
        let mut added: Vec<PathBuf> = std::fs::read_dir(directory.join("regions"))
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|e| e == "csv"))
            .collect();
        added.sort();
        files.extend(added);
    }
    files
}

/// Reads a file of regions.
fn read_regions(path: &Path, errors: &mut DefinitionErrors) -> Vec<RegionMember> {
    let columns = [
        "scheme",
        "region_code",
        "region_name_vi",
        "region_name_en",
        "vintage",
        "unit_code",
        "valid_from",
        "valid_to",
        "legal_basis",
    ];
    let csv = read_csv(path, &columns, errors);
    let rows = csv.iter().flat_map(Csv::rows);
    rows.map(|(line, row)| RegionMember {
        scheme: row.get("scheme"),
        region: row.get("region_code"),
        name_vi: row.get("region_name_vi"),
        name_en: row.get("region_name_en"),
        unit: key(&row, "vintage", "unit_code"),
        valid_from: row.get("valid_from"),
        valid_to: row.optional("valid_to"),
        legal_basis: row.get("legal_basis"),
        file: path.to_owned(),
        line,
    })
    .collect()
}

impl Tables {
    /// Reads the tables of a directory. Schemes of regions are in its `regions.csv`, and in any file of `regions/` there and in
    /// the directory of the pipeline, `own`.
    ///
    /// # Errors
    /// Everything that is wrong in the files.
    pub fn read(directory: &Path, own: &Path) -> Result<Self, DefinitionErrors> {
        let mut errors = DefinitionErrors::default();
        let units = read_units(&directory.join("admin_units.csv"), &mut errors);
        let changes = read_changes(&directory.join("unit_changes.csv"), &mut errors);
        let mut regions = Vec::new();
        for path in region_files(directory, own) {
            regions.extend(read_regions(&path, &mut errors));
        }
        let aliases = read_aliases(&directory.join("name_aliases.csv"), &mut errors);
        let tables = Self {
            units,
            changes,
            regions,
            aliases,
        };
        if errors.0.is_empty() {
            tables.check(directory, &mut errors);
            check_days(&tables, directory, &mut errors);
        }
        errors.into_result().map(|()| tables)
    }
}
