//! Names of reporting bodies in letters and forms.

use jiff::civil::Date;

use crate::geography::{AGENCY, UnitKey};
use crate::plan::Plan;

/// The reporting body as a document names it: name of the reporter, type of the unit, name of the unit on a day.
pub(super) fn office(plan: &Plan, unit: &UnitKey, reporter: Option<&str>, on: Date) -> String {
    if unit.vintage == AGENCY {
        return plan.geography.name(unit, on).to_owned();
    }
    let reporters = &plan.reporters.0;
    let first = || reporters.iter().min_by_key(|r| r.rank);
    let is_country = plan.geography.country(&unit.vintage) == *unit;
    let body = reporter
        .and_then(|id| reporters.iter().find(|r| r.id == id))
        .or_else(|| first().filter(|_| !is_country))
        .map_or("", |r| r.name.as_str());
    let name = plan.geography.names(unit, on);
    let (kind, name) = name.map_or(("", plan.geography.name(unit, on)), |u| {
        let kind = plan.correspondence.unit_types.get(&u.unit_type);
        (kind.map_or("", String::as_str), u.name_vi.as_str())
    });
    [body, kind, name]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
