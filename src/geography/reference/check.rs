//! Checks the reference tables: references, changes between units, and schemes of regions.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::civil::Date;

use super::tables::{RegionMember, Tables, UnitChange};
use crate::diagnostic::{DefinitionError, DefinitionErrors};
use crate::geography::unit::UnitKey;

/// All units of the tables.
type KnownUnits<'a> = BTreeSet<&'a UnitKey>;

/// The changes that share a unit.
type ChangesByUnit<'a> = BTreeMap<&'a UnitKey, Vec<&'a UnitChange>>;

impl Tables {
    /// Checks that every reference is to a known unit, that every unit has one successor, and that every scheme of regions
    /// has each unit of its vintage exactly once.
    pub(super) fn check(&self, directory: &Path, errors: &mut DefinitionErrors) {
        let known: KnownUnits<'_> = self.units.iter().map(|u| &u.unit).collect();
        let path = directory.join("unit_changes.csv");
        for change in &self.changes {
            check_change(change, &known, &path, errors);
        }
        let mut successors = ChangesByUnit::new();
        let mut predecessors = ChangesByUnit::new();
        for change in &self.changes {
            successors.entry(&change.from).or_default().push(change);
            predecessors.entry(&change.to).or_default().push(change);
        }
        check_successors(&successors, &path, errors);
        check_predecessors(&predecessors, &path, errors);
        self.check_ends(
            &known,
            &successors,
            &directory.join("admin_units.csv"),
            errors,
        );
        self.check_regions(&known, errors);
    }

    /// Every unit of an older vintage needs a successor.
    fn check_ends(
        &self,
        known: &KnownUnits<'_>,
        successors: &ChangesByUnit<'_>,
        path: &Path,
        errors: &mut DefinitionErrors,
    ) {
        let mut first_days: BTreeMap<&String, Date> = BTreeMap::new();
        for unit in &self.units {
            let first = first_days
                .entry(&unit.unit.vintage)
                .or_insert(unit.valid_from);
            *first = (*first).min(unit.valid_from);
        }
        let newest = first_days.iter().max_by_key(|(_, day)| **day);
        let newest = newest.map(|(vintage, _)| *vintage);
        for unit in known {
            if Some(&unit.vintage) != newest && !successors.contains_key(unit) {
                let line = self.units.iter().find(|u| u.unit == **unit).map(|u| u.line);
                errors.push(DefinitionError::new(
                    path,
                    line,
                    format!(
                        "unit {}:{} has no successor in unit_changes.csv",
                        unit.vintage, unit.code
                    ),
                    "add the change that ended it, or `unchanged`",
                ));
            }
        }
    }

    fn check_regions(&self, known: &KnownUnits<'_>, errors: &mut DefinitionErrors) {
        let mut schemes: BTreeMap<&str, Vec<&RegionMember>> = BTreeMap::new();
        for member in &self.regions {
            schemes.entry(&member.scheme).or_default().push(member);
        }
        for (scheme, members) in schemes {
            check_scheme(scheme, members, known, errors);
        }
    }
}

/// A change is of a known kind, between known units.
fn check_change(
    change: &UnitChange,
    known: &KnownUnits<'_>,
    path: &Path,
    errors: &mut DefinitionErrors,
) {
    for unit in [&change.from, &change.to] {
        if !known.contains(unit) {
            errors.push(DefinitionError::new(
                path,
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
            path,
            Some(change.line),
            format!("`{}` is no kind of change", change.change),
            "write `unchanged` or `merge`",
        ));
    }
}

/// No unit has two successors.
fn check_successors(successors: &ChangesByUnit<'_>, path: &Path, errors: &mut DefinitionErrors) {
    for (unit, changes) in successors {
        if let [_, second, ..] = changes[..] {
            errors.push(DefinitionError::new(
                path,
                Some(second.line),
                format!("unit {}:{} goes to two units", unit.vintage, unit.code),
                "a unit that was split cannot be restated from its whole; keep one successor",
            ));
        }
    }
}

/// A unit with several predecessors is merged from all of them.
fn check_predecessors(
    predecessors: &ChangesByUnit<'_>,
    path: &Path,
    errors: &mut DefinitionErrors,
) {
    for (unit, changes) in predecessors {
        if changes.len() > 1
            && let Some(wrong) = changes.iter().find(|c| c.is_unchanged())
        {
            errors.push(DefinitionError::new(
                path,
                Some(wrong.line),
                format!(
                    "unit {}:{} has several predecessors, and one of them is `unchanged`",
                    unit.vintage, unit.code
                ),
                "write `merge` for each of them",
            ));
        }
    }
}

/// A scheme is in one file, and its regions tile one vintage.
fn check_scheme(
    scheme: &str,
    mut members: Vec<&RegionMember>,
    known: &KnownUnits<'_>,
    errors: &mut DefinitionErrors,
) {
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
    let mut seen = KnownUnits::new();
    let mut names: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
    for member in &members {
        check_member(member, vintage, known, &mut seen, errors);
        let name = (member.name_vi.as_str(), member.name_en.as_str());
        let has_two_names = *names.entry(&member.region).or_insert(name) != name;
        check_region(member, vintage, has_two_names, known, errors);
    }
    for unit in known
        .iter()
        .filter(|u| u.vintage == *vintage && !seen.contains(**u))
    {
        errors.push(DefinitionError::new(
            &first.file,
            Some(first.line),
            format!(
                "the scheme of regions `{scheme}` does not tile: unit {}:{} is in no region",
                unit.vintage, unit.code
            ),
            "add a row that puts the unit into a region",
        ));
    }
}

/// The unit of a row is a known one of the scheme's vintage, and in no earlier row.
fn check_member<'a>(
    member: &'a RegionMember,
    vintage: &str,
    known: &KnownUnits<'_>,
    seen: &mut KnownUnits<'a>,
    errors: &mut DefinitionErrors,
) {
    let unit = &member.unit;
    let problem = if unit.vintage != *vintage {
        "stands on two vintages".to_owned()
    } else if !known.contains(unit) {
        format!("names the unknown unit {}:{}", unit.vintage, unit.code)
    } else if !seen.insert(unit) {
        format!("holds unit {}:{} twice", unit.vintage, unit.code)
    } else {
        return;
    };
    errors.push(DefinitionError::new(
        &member.file,
        Some(member.line),
        format!("the scheme of regions `{}` {problem}", member.scheme),
        "a scheme belongs to one vintage and holds each of its units exactly once",
    ));
}

/// The region of a row has one name and a code of its own.
fn check_region(
    member: &RegionMember,
    vintage: &str,
    has_two_names: bool,
    known: &KnownUnits<'_>,
    errors: &mut DefinitionErrors,
) {
    let (scheme, region) = (&member.scheme, &member.region);
    if has_two_names {
        errors.push(DefinitionError::new(
            &member.file,
            Some(member.line),
            format!("the region `{region}` of `{scheme}` has two names"),
            "write one name in all rows of a region, or give one of the two another code",
        ));
    }
    if known
        .iter()
        .any(|u| u.vintage == *vintage && u.code == *region)
    {
        errors.push(DefinitionError::new(
            &member.file,
            Some(member.line),
            format!("the region `{region}` of `{scheme}` has the code of a unit"),
            "give the region a code of its own: units and regions stand in one table",
        ));
    }
}
