//! Whether the figures of a report speak for the unit that the reports of former units chose for it.
//!
//! A report states figures of the period before its own. Earlier reports of the former units say what those were, for each of
//! them and together. The ladder decides without them, so a contradiction is a warning.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use crate::diagnostic::{Finding, findings};
use crate::extract::Scenario;
use crate::geography::report::{PlacedReport, VintageBasis};
use crate::geography::territory::Geography;
use crate::geography::unit::UnitKey;
use crate::period::Period;

/// Indicator, members and period of a figure.
type Figure<'a> = (&'a str, &'a str, Period);

/// A figure as a report states it, with what decides which of several counts.
type Said = (bool, Period, String, Decimal);

/// The figures that reporting units stated, by form and period of the report.
#[derive(Default)]
struct Stated<'a> {
    figures: BTreeMap<(&'a UnitKey, Figure<'a>), Vec<(&'a PlacedReport, Said)>>,
}

impl<'a> Stated<'a> {
    fn of(reports: &'a [PlacedReport], geography: &'a Geography) -> Self {
        let mut all = Self::default();
        for report in reports {
            let entity = geography.entity(&report.unit);
            let source = &report.dossier.source;
            let figures = report.dossier.content.observations.iter();
            for o in figures.filter(|o| o.area.is_none() && o.scenario != Scenario::Plan) {
                let Some(value) = o.value else { continue };
                let figure = (o.indicator.as_str(), o.members.as_str(), o.period);
                let is_actual = o.scenario == Scenario::Actual;
                let said = (is_actual, report.period, source.report_id.clone(), value);
                all.figures
                    .entry((entity, figure))
                    .or_default()
                    .push((report, said));
            }
        }
        all
    }

    /// The figure of a reporting unit from the reports that `counts` accepts; of several the actual, then the latest.
    fn value(
        &self,
        entity: &'a UnitKey,
        figure: Figure<'a>,
        counts: impl Fn(&PlacedReport) -> bool,
    ) -> Option<Decimal> {
        let said = self.figures.get(&(entity, figure))?;
        let said = said.iter().filter(|(report, _)| counts(report));
        said.map(|(_, said)| said).max().map(|said| said.3)
    }
}

/// Warns of reports whose figures of the period before are those of the other unit that their words may mean.
pub(super) fn warn_of_other_figures(reports: &mut [PlacedReport], geography: &Geography) {
    let by_former_units = |r: &PlacedReport| r.vintage_basis == VintageBasis::FormerUnits;
    if !reports.iter().any(by_former_units) {
        return;
    }
    let stated = Stated::of(reports, geography);
    let found: Vec<Option<Finding>> = reports
        .iter()
        .map(|report| contradiction(report, &stated, geography))
        .collect();
    for (report, finding) in reports.iter_mut().zip(found) {
        report.dossier.findings.extend(finding);
    }
}

fn contradiction(
    report: &PlacedReport,
    stated: &Stated<'_>,
    geography: &Geography,
) -> Option<Finding> {
    if report.vintage_basis != VintageBasis::FormerUnits {
        return None;
    }
    let own = geography.entity(&report.unit);
    let end = geography.end_of(own);
    let whole = end.map_or(own, |change| geography.entity(&change.to));
    let former: BTreeSet<&UnitKey> = geography
        .former_units(whole)
        .into_iter()
        .map(|unit| geography.entity(unit))
        .collect();
    let candidates = &report.dossier.unit_claim.candidates;
    let is_named = |unit: &&UnitKey| candidates.iter().any(|c| geography.entity(c) == *unit);
    let core = former.iter().copied().find(is_named)?;
    let (mut of_whole, mut of_core) = (0_usize, 0_usize);
    for o in &report.dossier.content.observations {
        let is_before = o.scenario == Scenario::Actual && o.period.end() < report.period.start();
        let (Some(value), true) = (o.value, is_before && o.area.is_none()) else {
            continue;
        };
        let figure = (o.indicator.as_str(), o.members.as_str(), o.period);
        let same_collection = |other: &PlacedReport| {
            other.period == report.period && other.dossier.source.form == report.dossier.source.form
        };
        let Some(alone) = stated.value(core, figure, |other| !same_collection(other)) else {
            continue;
        };
        let others = former.iter().filter(|unit| **unit != core);
        let others: Option<Vec<Decimal>> = others
            .map(|unit| stated.value(unit, figure, |_| true))
            .collect();
        let Some(together) = others.map(|all| all.into_iter().fold(alone, |a, b| a + b)) else {
            continue;
        };
        match (is_near(value, alone), is_near(value, together)) {
            (true, false) => of_core += 1,
            (false, true) => of_whole += 1,
            _ => {}
        }
    }
    let is_whole = own == whole;
    let (against, with, other) = if is_whole {
        (of_core, of_whole, core)
    } else {
        (of_whole, of_core, whole)
    };
    if against <= with {
        return None;
    }
    let day = report.period.end();
    let doubt = findings::TH466 {
        name: geography.name(own, day),
        vintage: &report.unit.vintage,
        count: against,
        other: format!("{} ({})", geography.name(other, day), other.vintage),
    };
    Some(doubt.at(report.place()))
}

/// Whether two figures are the same but for corrections: within 1 %, and within 1 of each other where they are small.
fn is_near(one: Decimal, other: Decimal) -> bool {
    let allowed = (other.abs() / Decimal::ONE_HUNDRED).max(Decimal::ONE);
    (one - other).abs() <= allowed
}
