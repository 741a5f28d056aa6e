//! Checks the days of the reference tables: the names of a unit follow one another, and a vintage begins on the day of its
//! changes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::civil::Date;

use super::tables::{Tables, UnitName};
use crate::diagnostic::{DefinitionError, DefinitionErrors};
use crate::geography::unit::UnitKey;

/// The vintages in the order of time, each with its first day.
fn vintages(tables: &Tables) -> Vec<(&str, Date)> {
    let mut first_days: BTreeMap<&str, Date> = BTreeMap::new();
    for unit in &tables.units {
        let first = first_days
            .entry(&unit.unit.vintage)
            .or_insert(unit.valid_from);
        *first = (*first).min(unit.valid_from);
    }
    let mut vintages: Vec<(&str, Date)> = first_days.into_iter().collect();
    vintages.sort_by_key(|(vintage, day)| (*day, *vintage));
    vintages
}

/// Checks the days of units and changes in the tables of `directory`.
pub(super) fn check_days(tables: &Tables, directory: &Path, errors: &mut DefinitionErrors) {
    let vintages = vintages(tables);
    let path = directory.join("admin_units.csv");
    let mut units: BTreeMap<&UnitKey, Vec<&UnitName>> = BTreeMap::new();
    for unit in &tables.units {
        check_cells(unit, &path, errors);
        units.entry(&unit.unit).or_default().push(unit);
    }
    for (unit, mut names) in units {
        names.sort_by_key(|name| (name.valid_from, name.line));
        check_names(&names, &path, errors);
        check_first_day(unit, &names, &vintages, &path, errors);
        check_last_day(tables, unit, &names, &vintages, &path, errors);
    }
    check_changes(
        tables,
        &vintages,
        &directory.join("unit_changes.csv"),
        errors,
    );
    check_origins(tables, &vintages, &path, errors);
}

/// Checks that a row has a code, a vintage, names and a type.
fn check_cells(unit: &UnitName, path: &Path, errors: &mut DefinitionErrors) {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let is_code = |text: &str| !text.is_empty() && text.chars().all(plain);
    let has_names = [&unit.name_vi, &unit.name_en]
        .iter()
        .all(|name| !name.is_empty());
    if !is_code(&unit.unit.code)
        || !is_code(&unit.unit.vintage)
        || !is_code(&unit.unit_type)
        || !has_names
    {
        errors.push(DefinitionError::new(
            path,
            Some(unit.line),
            "the row has no code, vintage, name or type, or one that cannot be written in a decision",
            "fill in unit_code, vintage and unit_type in letters, digits, - and _, and both names",
        ));
    }
}

/// Checks that each name ends after it began, and the next one begins on that day.
fn check_names(names: &[&UnitName], path: &Path, errors: &mut DefinitionErrors) {
    let mut error = |name: &UnitName, message: String| {
        let remedy =
            "valid_from is the first day of a name, valid_to the first day of the next one";
        errors.push(DefinitionError::new(path, Some(name.line), message, remedy));
    };
    for name in names {
        if name.valid_to.is_some_and(|end| end <= name.valid_from) {
            error(
                name,
                format!("the name `{}` ends before it begins", name.name_vi),
            );
        }
    }
    for pair in names.windows(2) {
        if pair[0].valid_to != Some(pair[1].valid_from) {
            let unit = &pair[1].unit;
            let message = format!(
                "the names of unit {}:{} do not follow one another: `{}` begins on {}",
                unit.vintage, unit.code, pair[1].name_vi, pair[1].valid_from
            );
            error(pair[1], message);
        }
    }
}

/// Checks that a unit begins with its vintage.
fn check_first_day(
    unit: &UnitKey,
    names: &[&UnitName],
    vintages: &[(&str, Date)],
    path: &Path,
    errors: &mut DefinitionErrors,
) {
    let of_vintage = vintages
        .iter()
        .find(|(vintage, _)| *vintage == unit.vintage);
    if let (Some(first), Some((_, day))) = (names.first(), of_vintage)
        && first.valid_from != *day
    {
        errors.push(DefinitionError::new(
            path,
            Some(first.line),
            format!(
                "unit {}:{} begins on {}, and its vintage on {day}",
                unit.vintage, unit.code, first.valid_from
            ),
            "all units of a vintage begin on its first day; a unit that came later belongs to a vintage of its own",
        ));
    }
}

/// Checks that a unit ends on the day of the change that ended it, and that one of the newest vintage has no end.
fn check_last_day(
    tables: &Tables,
    unit: &UnitKey,
    names: &[&UnitName],
    vintages: &[(&str, Date)],
    path: &Path,
    errors: &mut DefinitionErrors,
) {
    let Some(last) = names.last() else { return };
    let change = tables.changes.iter().find(|change| change.from == *unit);
    let is_newest = vintages
        .last()
        .is_some_and(|(vintage, _)| *vintage == unit.vintage);
    let end = change.map(|change| change.effective);
    // Nobody has to write the end of a unit that unit_changes.csv ends.
    if (is_newest || end.is_some()) && last.valid_to.is_some() && last.valid_to != end {
        let day =
            |day: Option<Date>| day.map_or_else(|| "no day".to_owned(), |day| day.to_string());
        errors.push(DefinitionError::new(
            path,
            Some(last.line),
            format!(
                "unit {}:{} ends on {}, and by unit_changes.csv on {}",
                unit.vintage,
                unit.code,
                day(last.valid_to),
                day(end)
            ),
            "valid_to is the effective_date of the change, or empty; a unit of the newest vintage has none",
        ));
    }
}

/// Checks that changes lead from one vintage to the next, on its first day.
fn check_changes(
    tables: &Tables,
    vintages: &[(&str, Date)],
    path: &Path,
    errors: &mut DefinitionErrors,
) {
    let at = |unit: &UnitKey| {
        vintages
            .iter()
            .position(|(vintage, _)| *vintage == unit.vintage)
    };
    for change in &tables.changes {
        let (Some(from), Some(to)) = (at(&change.from), at(&change.to)) else {
            continue;
        };
        let message = if to != from + 1 {
            format!(
                "the change leads from {} to {}, which is not the vintage after it",
                change.from.vintage, change.to.vintage
            )
        } else if change.effective != vintages[to].1 {
            format!(
                "the change is of {}, and the vintage {} begins on {}",
                change.effective, change.to.vintage, vintages[to].1
            )
        } else {
            continue;
        };
        errors.push(DefinitionError::new(
            path,
            Some(change.line),
            message,
            "a change leads to the next vintage and takes effect on its first day",
        ));
    }
}

/// Checks that each unit of a later vintage was made of something, and that a merger is of several units.
fn check_origins(
    tables: &Tables,
    vintages: &[(&str, Date)],
    path: &Path,
    errors: &mut DefinitionErrors,
) {
    let first = vintages.first().map(|(vintage, _)| *vintage);
    let mut seen = BTreeSet::new();
    for unit in tables
        .units
        .iter()
        .filter(|u| Some(u.unit.vintage.as_str()) != first)
    {
        let key = &unit.unit;
        let origins: Vec<_> = tables.changes.iter().filter(|c| c.to == *key).collect();
        let (file, line, message, remedy) = match origins[..] {
            _ if !seen.insert(key) => continue,
            [] => (
                path.to_owned(),
                unit.line,
                format!(
                    "unit {}:{} has no former unit in unit_changes.csv",
                    key.vintage, key.code
                ),
                "add the changes that made it, or `unchanged`: figures of earlier years are made of them",
            ),
            [only] if !only.is_unchanged() => (
                path.with_file_name("unit_changes.csv"),
                only.line,
                format!(
                    "unit {}:{} is merged from one unit alone",
                    key.vintage, key.code
                ),
                "add the other units that became part of it, or write `unchanged`",
            ),
            _ => continue,
        };
        errors.push(DefinitionError::new(&file, Some(line), message, remedy));
    }
}
