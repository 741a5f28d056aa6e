//! Checks the names of units and regions: each can be found, and none means two units of one vintage.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::Date;

use super::tables::Tables;
use crate::diagnostic::{DefinitionError, DefinitionErrors};
use crate::geography::unit::UnitKey;
use crate::text::Folder;

impl Tables {
    /// Checks that the names and aliases in the tables of `directory` can be found and told apart, and the days of regions.
    pub fn check_names(&self, directory: &Path, folder: &Folder, errors: &mut DefinitionErrors) {
        let mut meant: BTreeMap<(&str, String), &UnitKey> = BTreeMap::new();
        let units = directory.join("admin_units.csv");
        let aliases = directory.join("name_aliases.csv");
        // The English name is the name without accents, which is how it is often typed.
        let names = self
            .units
            .iter()
            .flat_map(|u| [&u.name_vi, &u.name_en].map(|name| (&u.unit, name, &units, u.line)));
        let others = self.aliases.iter();
        let others = others.map(|a| (&a.unit, &a.name, &aliases, a.line));
        for (unit, name, file, line) in names.chain(others) {
            let folded = folder.fold(name);
            let mut error = |message: String, remedy: &str| {
                errors.push(DefinitionError::new(file, Some(line), message, remedy));
            };
            if folded.is_empty() {
                error(
                    format!("`{name}` is not a name"),
                    "write a name of the unit, or delete the row",
                );
                continue;
            }
            if !self.units.iter().any(|u| u.unit == *unit) {
                let message = format!(
                    "unit {}:{} is not in admin_units.csv",
                    unit.vintage, unit.code
                );
                error(message, "correct vintage and unit_code, or delete the row");
                continue;
            }
            let other = *meant.entry((&unit.vintage, folded)).or_insert(unit);
            if other != unit {
                let message = format!(
                    "`{name}` means two units of {}: {} and {}",
                    unit.vintage, other.code, unit.code
                );
                error(message, "keep the name for one of the two");
            }
        }
        self.check_region_cells(errors);
    }

    fn check_region_cells(&self, errors: &mut DefinitionErrors) {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let is_code = |text: &str| !text.is_empty() && text.chars().all(plain);
        for region in &self.regions {
            let from = region.valid_from.parse::<Date>().ok();
            let until = region.valid_to.as_ref().map(|day| day.parse::<Date>().ok());
            let has_days =
                from.is_some_and(|from| until.is_none_or(|day| day.is_some_and(|day| from < day)));
            let message = if !is_code(&region.scheme) || !is_code(&region.region) {
                "the scheme or the region has no code"
            } else if region.name_vi.is_empty() || region.name_en.is_empty() {
                "the region has no name in one of the languages"
            } else if !has_days {
                "the days of the region are no dates, or it ends before it begins"
            } else {
                continue;
            };
            errors.push(DefinitionError::new(
                &region.file,
                Some(region.line),
                message,
                "write codes of letters, digits, - and _, both names, and days as 2025-07-01",
            ));
        }
    }
}
