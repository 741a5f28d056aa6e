//! Builds the rows of a form whose rows are units from the geography.

use std::collections::{BTreeMap, BTreeSet};

use super::territory::Geography;
use super::unit::UnitKey;
use crate::extract::{FormRow, RowUnit};
use crate::normalize::TOTAL;
use crate::text::Folder;

/// One row for each group of units that share a name, with at most one unit of each vintage.
pub(crate) fn unit_rows(geography: &Geography) -> Vec<FormRow> {
    let mut labels: BTreeMap<&UnitKey, Vec<String>> = BTreeMap::new();
    let mut groups: BTreeMap<&UnitKey, BTreeSet<&UnitKey>> = BTreeMap::new();
    for (name, units) in geography.names_with_units() {
        for unit in units {
            labels.entry(unit).or_default().push(name.to_owned());
            groups.entry(unit).or_insert_with(|| BTreeSet::from([unit]));
        }
        let together: BTreeSet<&UnitKey> = units
            .iter()
            .flat_map(|unit| groups[unit].iter().copied())
            .collect();
        let vintages: BTreeSet<&str> = together.iter().map(|u| u.vintage.as_str()).collect();
        // A name shared by two units of one vintage does not tell them apart: they stay separate rows.
        if vintages.len() == together.len() {
            for unit in &together {
                groups.insert(unit, together.clone());
            }
        }
    }
    let groups: BTreeSet<BTreeSet<&UnitKey>> = groups.into_values().collect();
    groups
        .into_iter()
        .map(|group| {
            let units: Vec<RowUnit> = group
                .iter()
                .map(|unit| RowUnit {
                    vintage: unit.vintage.clone(),
                    code: unit.code.clone(),
                    labels: labels.get(unit).cloned().unwrap_or_default(),
                })
                .collect();
            let all: BTreeSet<&String> = units.iter().flat_map(|u| &u.labels).collect();
            let newest = group.iter().max_by_key(|unit| {
                let at = geography
                    .vintages
                    .iter()
                    .position(|(v, _)| *v == unit.vintage);
                (at, **unit)
            });
            FormRow {
                member: TOTAL.to_owned(),
                code: None,
                section: None,
                label: newest
                    .map(|unit| geography.name(unit, jiff::civil::Date::MAX).to_owned())
                    .unwrap_or_default(),
                labels: all.into_iter().cloned().collect(),
                parts: Vec::new(),
                adds_up: true,
                units,
            }
        })
        .collect()
}

/// The folded names of sums of units: the country, by its names in both languages, and the regions of every scheme.
pub(crate) fn sums_of_units(
    geography: &Geography,
    country: [&str; 2],
    folder: &Folder,
) -> BTreeSet<String> {
    let regions = geography.tables.regions.iter();
    regions
        .flat_map(|r| [r.name_vi.as_str(), r.name_en.as_str()])
        .chain(country)
        .map(|name| folder.fold(name))
        .collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::Date;

    use super::*;
    use crate::geography::{Tables, UnitName};

    fn units(names: &[(&str, &str, &str)]) -> Geography {
        let folder = Folder::default();
        let units = names.iter().map(|(vintage, code, name)| UnitName {
            unit: UnitKey {
                vintage: (*vintage).to_owned(),
                code: (*code).to_owned(),
            },
            name_vi: (*name).to_owned(),
            name_en: (*name).to_owned(),
            unit_type: String::new(),
            valid_from: Date::constant(if *vintage == "1" { 2000 } else { 2020 }, 1, 1),
            valid_to: None,
            legal_basis: String::new(),
            line: 0,
        });
        let tables = Tables {
            units: units.collect(),
            ..Tables::default()
        };
        Geography::new(tables, &folder)
    }

    #[test]
    fn units_of_one_name_are_one_row_and_two_of_one_vintage_never() {
        let geography = units(&[
            ("1", "04", "North"),
            ("1", "05", "South"),
            ("2", "05", "North"),
            ("2", "06", "Twin"),
            ("2", "07", "Twin"),
        ]);
        let rows: Vec<(String, Vec<String>)> = unit_rows(&geography)
            .into_iter()
            .map(|row| {
                let units = row.units.iter();
                let units = units.map(|u| format!("{}:{}", u.vintage, u.code));
                (row.label, units.collect())
            })
            .collect();
        let row = |label: &str, units: &[&str]| {
            let units = units.iter().map(|u| (*u).to_owned()).collect();
            (label.to_owned(), units)
        };
        assert_eq!(
            rows,
            [
                row("North", &["1:04", "2:05"]),
                row("South", &["1:05"]),
                row("Twin", &["2:06"]),
                row("Twin", &["2:07"]),
            ]
        );
    }
}
