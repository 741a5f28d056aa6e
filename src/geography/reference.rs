//! The reference tables of a geography, read from CSV and checked.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::unit::UnitKey;
use crate::diagnostic::{DefinitionError, DefinitionErrors};

/// The name of a unit over a time.
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
    /// First day it is no more.
    pub valid_to: Option<Date>,
    /// The act.
    pub legal_basis: String,
    /// Line in the file.
    pub line: usize,
}

/// What became of a unit.
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
    /// The act.
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
    /// First day it is no more.
    pub valid_to: Option<String>,
    /// The act.
    pub legal_basis: String,
    /// The file it stands in.
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
    pub aliases: Vec<(UnitKey, String)>,
}

/// The rows of a CSV file with named columns and line numbers.
pub(crate) struct Csv {
    headers: csv::StringRecord,
    records: Vec<(usize, csv::StringRecord)>,
}

impl Csv {
    /// Reads a file that must have exactly `columns`.
    pub(crate) fn read(path: &Path, columns: &[&str]) -> Result<Self, DefinitionError> {
        Self::read_with(path, columns, &[])
    }

    /// Reads a file that must have `columns` and may have `optional` ones.
    pub(crate) fn read_with(
        path: &Path,
        columns: &[&str],
        optional: &[&str],
    ) -> Result<Self, DefinitionError> {
        let wrong = |line, message: String| {
            let remedy = format!(
                "the file is UTF-8 CSV with the columns {}",
                columns.join(",")
            );
            DefinitionError::new(path, line, message, remedy)
        };
        let mut reader = csv::Reader::from_path(path).map_err(|e| wrong(None, e.to_string()))?;
        let headers = reader
            .headers()
            .map_err(|e| wrong(Some(1), e.to_string()))?
            .clone();
        if let Some(missing) = columns.iter().find(|c| !headers.iter().any(|h| h == **c)) {
            return Err(wrong(Some(1), format!("the column `{missing}` is missing")));
        }
        if let Some(unknown) = headers
            .iter()
            .find(|h| !columns.contains(h) && !optional.contains(h))
        {
            return Err(wrong(
                Some(1),
                format!("the column `{unknown}` is not known"),
            ));
        }
        let mut records = Vec::new();
        for record in reader.into_records() {
            let record = record
                .map_err(|e| wrong(e.position().map(|p| p.line() as usize), e.to_string()))?;
            records.push((record.position().map_or(0, |p| p.line() as usize), record));
        }
        Ok(Self { headers, records })
    }

    /// The rows: line and a look-up by column.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (usize, Row<'_>)> {
        self.records.iter().map(|(line, record)| {
            (
                *line,
                Row {
                    headers: &self.headers,
                    record,
                },
            )
        })
    }
}

/// One row of a [`Csv`].
pub(crate) struct Row<'a> {
    headers: &'a csv::StringRecord,
    record: &'a csv::StringRecord,
}

impl Row<'_> {
    /// A field, trimmed; empty when blank.
    pub(crate) fn get(&self, column: &str) -> String {
        let at = self.headers.iter().position(|h| h == column);
        at.and_then(|i| self.record.get(i))
            .unwrap_or("")
            .trim()
            .to_owned()
    }

    /// A field; none when blank.
    pub(crate) fn optional(&self, column: &str) -> Option<String> {
        Some(self.get(column)).filter(|text| !text.is_empty())
    }
}

/// The unit that a row names.
fn key(row: &Row<'_>, vintage: &str, code: &str) -> UnitKey {
    UnitKey {
        vintage: row.get(vintage),
        code: row.get(code),
    }
}

/// The files that hold schemes of regions, in the order in which they are read.
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

/// The units of a file of regions.
fn read_regions(path: &Path) -> Result<Vec<RegionMember>, DefinitionError> {
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
    let csv = Csv::read(path, &columns)?;
    Ok(csv
        .rows()
        .map(|(line, row)| RegionMember {
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
        .collect())
}

impl Tables {
    /// Reads the tables of a directory. Schemes of regions stand in its `regions.csv` and in any file of `regions/`
    /// there and in the directory of the pipeline, `own`.
    ///
    /// # Errors
    /// Everything that is wrong in them.
    pub fn read(directory: &Path, own: &Path) -> Result<Self, DefinitionErrors> {
        let mut tables = Self::default();
        let mut errors = DefinitionErrors::default();
        let date = |path: &Path, line: usize, text: &str, errors: &mut DefinitionErrors| {
            text.parse::<Date>().unwrap_or_else(|_| {
                errors.push(DefinitionError::new(
                    path,
                    Some(line),
                    format!("`{text}` is no date"),
                    "write dates as 2025-07-01",
                ));
                Date::MIN
            })
        };
        let path = directory.join("admin_units.csv");
        match Csv::read(
            &path,
            &[
                "unit_code",
                "vintage",
                "name_vi",
                "name_en",
                "unit_type",
                "valid_from",
                "valid_to",
                "legal_basis",
            ],
        ) {
            Ok(csv) => {
                for (line, row) in csv.rows() {
                    tables.units.push(UnitName {
                        unit: key(&row, "vintage", "unit_code"),
                        name_vi: row.get("name_vi"),
                        name_en: row.get("name_en"),
                        unit_type: row.get("unit_type"),
                        valid_from: date(&path, line, &row.get("valid_from"), &mut errors),
                        valid_to: row
                            .optional("valid_to")
                            .map(|text| date(&path, line, &text, &mut errors)),
                        legal_basis: row.get("legal_basis"),
                        line,
                    });
                }
            }
            Err(e) => errors.push(e),
        }
        let path = directory.join("unit_changes.csv");
        match Csv::read(
            &path,
            &[
                "from_vintage",
                "from_code",
                "to_vintage",
                "to_code",
                "change",
                "effective_date",
                "legal_basis",
            ],
        ) {
            Ok(csv) => {
                for (line, row) in csv.rows() {
                    tables.changes.push(UnitChange {
                        from: key(&row, "from_vintage", "from_code"),
                        to: key(&row, "to_vintage", "to_code"),
                        change: row.get("change"),
                        effective: date(&path, line, &row.get("effective_date"), &mut errors),
                        legal_basis: row.get("legal_basis"),
                        line,
                    });
                }
            }
            Err(e) => errors.push(e),
        }
        for path in region_files(directory, own) {
            match read_regions(&path) {
                Ok(members) => tables.regions.extend(members),
                Err(e) => errors.push(e),
            }
        }
        let path = directory.join("name_aliases.csv");
        match Csv::read(&path, &["vintage", "unit_code", "alias"]) {
            Ok(csv) => {
                for (_, row) in csv.rows() {
                    tables
                        .aliases
                        .push((key(&row, "vintage", "unit_code"), row.get("alias")));
                }
            }
            Err(e) => errors.push(e),
        }
        if errors.0.is_empty() {
            tables.check(directory, &mut errors);
        }
        errors.into_result().map(|()| tables)
    }

    /// Checks that every reference stands for a unit, that changes leave no unit behind, and that every
    /// scheme of regions holds each unit of its vintage exactly once.
    fn check(&self, directory: &Path, errors: &mut DefinitionErrors) {
        let known: BTreeSet<&UnitKey> = self.units.iter().map(|u| &u.unit).collect();
        let path = directory.join("unit_changes.csv");
        for change in &self.changes {
            for unit in [&change.from, &change.to] {
                if !known.contains(unit) {
                    errors.push(DefinitionError::new(
                        &path,
                        Some(change.line),
                        format!(
                            "unit {}:{} is not in admin_units.csv",
                            unit.vintage, unit.code
                        ),
                        "add the unit to admin_units.csv, or correct the code",
                    ));
                }
            }
            if !["unchanged", "merge"].contains(&change.change.as_str()) {
                errors.push(DefinitionError::new(
                    &path,
                    Some(change.line),
                    format!("`{}` is no kind of change", change.change),
                    "write `unchanged` or `merge`",
                ));
            }
        }
        let mut successors: BTreeMap<&UnitKey, Vec<&UnitChange>> = BTreeMap::new();
        let mut predecessors: BTreeMap<&UnitKey, Vec<&UnitChange>> = BTreeMap::new();
        for change in &self.changes {
            successors.entry(&change.from).or_default().push(change);
            predecessors.entry(&change.to).or_default().push(change);
        }
        for (unit, changes) in &successors {
            if let [_, second, ..] = changes[..] {
                errors.push(DefinitionError::new(
                    &path,
                    Some(second.line),
                    format!("unit {}:{} goes to two units", unit.vintage, unit.code),
                    "a unit that was split cannot be restated from its whole; keep one successor",
                ));
            }
        }
        for (unit, changes) in &predecessors {
            if changes.len() > 1
                && let Some(wrong) = changes.iter().find(|c| c.is_unchanged())
            {
                errors.push(DefinitionError::new(
                    &path,
                    Some(wrong.line),
                    format!(
                        "unit {}:{} has several predecessors, and one of them is `unchanged`",
                        unit.vintage, unit.code
                    ),
                    "write `merge` for each of them",
                ));
            }
        }
        let last = self
            .units
            .iter()
            .map(|u| (u.valid_from, &u.unit.vintage))
            .fold(BTreeMap::new(), |mut days, (day, v)| {
                let first = days.entry(v).or_insert(day);
                *first = (*first).min(day);
                days
            });
        let newest = last
            .iter()
            .max_by_key(|(_, day)| **day)
            .map(|(v, _)| (*v).clone());
        for unit in &known {
            if Some(&unit.vintage) != newest.as_ref() && !successors.contains_key(unit) {
                let line = self.units.iter().find(|u| u.unit == **unit).map(|u| u.line);
                errors.push(DefinitionError::new(
                    &directory.join("admin_units.csv"),
                    line,
                    format!(
                        "unit {}:{} has no successor in unit_changes.csv",
                        unit.vintage, unit.code
                    ),
                    "add the change that ended it, or `unchanged`",
                ));
            }
        }
        self.check_regions(&known, errors);
    }

    fn check_regions(&self, known: &BTreeSet<&UnitKey>, errors: &mut DefinitionErrors) {
        let mut schemes: BTreeMap<&str, Vec<&RegionMember>> = BTreeMap::new();
        for member in &self.regions {
            schemes.entry(&member.scheme).or_default().push(member);
        }
        for (scheme, mut members) in schemes {
            let first = members[0];
            if let Some(other) = members.iter().find(|m| m.file != first.file) {
                errors.push(DefinitionError::new(
                    &other.file,
                    Some(other.line),
                    format!(
                        "the scheme of regions `{scheme}` stands in {} too",
                        first.file.display()
                    ),
                    "give one of the two another name",
                ));
                members.retain(|m| m.file == first.file);
            }
            let vintage = &first.unit.vintage;
            let mut seen = BTreeSet::new();
            let mut names: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
            for member in &members {
                let unit = &member.unit;
                let name = (member.name_vi.as_str(), member.name_en.as_str());
                let problem = if unit.vintage != *vintage {
                    Some("stands on two vintages".to_owned())
                } else if !known.contains(unit) {
                    Some(format!(
                        "names the unknown unit {}:{}",
                        unit.vintage, unit.code
                    ))
                } else if !seen.insert(unit) {
                    Some(format!("holds unit {}:{} twice", unit.vintage, unit.code))
                } else {
                    None
                };
                if let Some(problem) = problem {
                    errors.push(DefinitionError::new(
                        &member.file,
                        Some(member.line),
                        format!("the scheme of regions `{scheme}` {problem}"),
                        "a scheme belongs to one vintage and holds each of its units exactly once",
                    ));
                }
                if *names.entry(&member.region).or_insert(name) != name {
                    errors.push(DefinitionError::new(
                        &member.file,
                        Some(member.line),
                        format!(
                            "the region `{}` of `{scheme}` has two names",
                            member.region
                        ),
                        "write one name in all rows of a region, or give one of the two another code",
                    ));
                }
                if known
                    .iter()
                    .any(|u| u.vintage == *vintage && u.code == member.region)
                {
                    errors.push(DefinitionError::new(
                        &member.file,
                        Some(member.line),
                        format!(
                            "the region `{}` of `{scheme}` has the code of a unit",
                            member.region
                        ),
                        "give the region a code of its own: units and regions stand in one table",
                    ));
                }
            }
            for unit in known
                .iter()
                .filter(|u| u.vintage == *vintage && !seen.contains(**u))
            {
                errors.push(DefinitionError::new(
                    &first.file,
                    Some(first.line),
                    format!("the scheme of regions `{scheme}` does not tile: unit {}:{} is in no region", unit.vintage, unit.code),
                    "add a row that puts the unit into a region",
                ));
            }
        }
    }
}
