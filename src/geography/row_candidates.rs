//! Which vintages a table whose rows are units may be on: those in which each of its rows is a unit.

use std::collections::{BTreeMap, BTreeSet};

use super::candidates::UnitCandidates;
use super::report::{Aspect, Basis, ClaimedReport, Evidence};
use super::territory::Geography;
use super::unit::UnitKey;
use crate::diagnostic::{Message, Place, findings};
use crate::extract::{Form, LocatedCell, SheetTable};

/// How many rows a message names one by one.
const NAMED_ROWS: usize = 5;

/// The rows of a table whose rows are units.
struct UnitRows<'a> {
    /// One cell of each row, by the number of the row in the form.
    rows: BTreeMap<usize, &'a LocatedCell>,
    /// The labels of the form's rows.
    labels: Vec<&'a str>,
}

/// The rows of a table that are not units of a vintage, for each vintage in the order of time.
type LackingRows<'a> = Vec<(&'a str, Vec<&'a LocatedCell>)>;

impl<'a> UnitRows<'a> {
    fn of(form: &'a Form, table: &'a SheetTable) -> Self {
        Self {
            rows: table.cells.iter().rev().map(|c| (c.row, c)).collect(),
            labels: form.rows.iter().map(|row| row.label.as_str()).collect(),
        }
    }

    /// The rows that are not units of a vintage, in the order of the sheet.
    fn lacking(&self, vintage: &str) -> Vec<&'a LocatedCell> {
        let has = |c: &LocatedCell| c.area.as_ref().is_some_and(|a| a.contains_key(vintage));
        let mut lacking: Vec<_> = self.rows.values().copied().filter(|c| !has(c)).collect();
        lacking.sort_by_key(|c| c.at);
        lacking
    }

    /// The first few rows, by label and cell.
    fn named(&self, cells: &[&LocatedCell]) -> String {
        let mut names: Vec<String> = cells
            .iter()
            .take(NAMED_ROWS)
            .map(|c| format!("`{}` ({})", self.labels[c.row], c.at))
            .collect();
        if cells.len() > NAMED_ROWS {
            names.push(format!("… (+{})", cells.len() - NAMED_ROWS));
        }
        names.join(", ")
    }

    /// Why the rows fit no vintage that is possible, and the rows to blame: the `contradicted` vintage that the sheet states
    /// lacks some of them, or no vintage has them all.
    fn fault<'l>(
        &self,
        vintages: &'l LackingRows<'a>,
        contradicted: Option<&'l (&'a str, Vec<&'a LocatedCell>)>,
        has_candidates: bool,
    ) -> Option<(Message, &'l [&'a LocatedCell])> {
        if let Some((vintage, lacking)) = contradicted {
            let rows = self.named(lacking);
            let vintage = *vintage;
            return Some((findings::TH432 { vintage, rows }.into(), lacking));
        }
        if has_candidates {
            return None;
        }
        let all: Vec<String> = vintages
            .iter()
            .map(|(vintage, lacking)| format!("{vintage}: {}", self.named(lacking)))
            .collect();
        let rows = all.join("; ");
        // The wrong row is more likely one of the few than one of the many.
        let fewest = vintages.iter().min_by_key(|(_, lacking)| lacking.len());
        let at_fault = fewest.map_or(&[][..], |(_, lacking)| lacking);
        Some((findings::TH430 { rows }.into(), at_fault))
    }
}

/// Finds the vintages on which a table whose rows are units may be: those in which each of its rows is a unit. The
/// candidates are the country on those vintages. A table with all units of exactly one of them is on that one.
pub(crate) fn candidates_by_rows(
    geography: &Geography,
    form: &Form,
    table: &SheetTable,
    report: &ClaimedReport,
) -> UnitCandidates {
    let unit_rows = UnitRows::of(form, table);
    let vintages: LackingRows<'_> = geography
        .vintages
        .iter()
        .map(|(vintage, _)| (vintage.as_str(), unit_rows.lacking(vintage)))
        .collect();
    let claim = &report.dossier.unit_claim;
    let stated = claim.stated_vintage.as_deref();
    let decided = report.dossier.rulings.vintage.is_some();
    let mut units: BTreeSet<UnitKey> = vintages
        .iter()
        .filter(|(_, lacking)| lacking.is_empty())
        .map(|(vintage, _)| geography.country(vintage))
        .collect();
    if stated.is_none() && !decided {
        narrow_to_complete(&mut units, unit_rows.rows.len(), geography);
    }
    let contradicted = stated.filter(|_| !decided).and_then(|stated| {
        let mut all = vintages.iter();
        all.find(|(vintage, lacking)| *vintage == stated && !lacking.is_empty())
    });
    let fault = if report.is_held() {
        None
    } else {
        unit_rows.fault(&vintages, contradicted, !units.is_empty())
    };
    let basis = match fault {
        Some(_) => Basis::Contradiction,
        None => Basis::Rows,
    };
    let first = unit_rows.rows.values().map(|c| c.at).min();
    UnitCandidates {
        units,
        evidence: Some(Evidence {
            cell: first.map(|at| at.to_string()),
            ..Evidence::of(Aspect::Unit, None, basis, None)
        }),
        beside_code: None,
        note: None,
        vintage: None,
        contradiction: None,
        fault: fault.map(|(message, cells)| {
            message.at(Place {
                cell: cells.first().map(|c| c.at.to_string()),
                ..report.place()
            })
        }),
    }
}

/// If the table has all units of the vintage of exactly one candidate, keeps only that one: the names of a later vintage may
/// all have been names of the earlier one too.
fn narrow_to_complete(candidates: &mut BTreeSet<UnitKey>, rows: usize, geography: &Geography) {
    let all_of = |country: &&UnitKey| rows == geography.units_of(&country.vintage).len();
    let mut complete = candidates.iter().filter(all_of);
    if let (Some(only), None) = (complete.next(), complete.next()) {
        *candidates = BTreeSet::from([only.clone()]);
    }
}
