//! Builds the leaves of a trace: how each cell was read, why it counts, and what explains a missing value.

use std::collections::BTreeSet;
use std::sync::Arc;

use rust_decimal::Decimal;

use super::holdings::{Id, Key, ObservationRow, SourceRow};
use super::leaf::{AlternativeCell, CellChoice, Conversion, NotCounted, TracedCell};
use super::node::{FigureSubject, Node};
use super::tracer::{Tracer, behind};
use crate::diagnostic::Finding;
use crate::normalize::{ParsedNumber, TOTAL, VALUE_SCALE, read_text};
use crate::period::Period;
use crate::plan::Measure;
use crate::text::rounded;

/// The scenario that is made of actuals and estimates.
const BEST: &str = "best";
/// The scenario that comes first in it.
const ACTUAL: &str = "actual";
/// The scenario used if there is no actual.
const ESTIMATE: &str = "estimate";

impl Tracer<'_> {
    fn stated(&self, source: SourceRow) -> Option<&ObservationRow> {
        let place = (source.report, source.cell, source.indicator, source.members);
        self.held.stated.get(*self.held.by_cell.get(&place)?)
    }

    pub(super) fn entity_of(&self, source: SourceRow) -> Option<Id> {
        self.entities.get(&self.stated(source)?.unit).copied()
    }

    pub(super) fn observation(&self, source: SourceRow, key: Key) -> Option<Node> {
        let texts = &self.held.texts;
        let stated = self.stated(source)?;
        let scenario = texts.text(stated.scenario);
        let asked = texts.text(key.scenario);
        let choice = if *asked != *BEST {
            CellChoice::Asked
        } else if *scenario == *ESTIMATE {
            CellChoice::EstimateInstead
        } else if stated.value.is_some() {
            CellChoice::Actual
        } else {
            CellChoice::ActualWithoutValue
        };
        let place = (stated.report, stated.cell);
        Some(Node::Observation(Box::new(TracedCell {
            part: source.part,
            report: self.held.reports.get(&stated.report)?.clone(),
            sheet: stated.sheet.map(|id| texts.text(id)),
            cell: texts.text(stated.cell),
            unit: (texts.text(stated.unit.0), texts.text(stated.unit.1)),
            indicator: texts.text(stated.indicator),
            period: texts.text(stated.period),
            choice,
            raw: stated.raw.clone(),
            unit_read: stated.unit_read.map(|id| texts.text(id)),
            measure_unit: stated.measure_unit.map(|id| texts.text(id)),
            conversion: self.conversion(stated),
            value: stated.value,
            status: texts.text(stated.status),
            records: self
                .records
                .get(&(stated.report, stated.indicator, source.members))
                .cloned(),
            findings: self.on_cells.get(&place).cloned().unwrap_or_default(),
            others: self.others(stated, key),
            scenario,
        })))
    }

    /// How the text of a cell was converted to its value.
    fn conversion(&self, stated: &ObservationRow) -> Option<Conversion> {
        let texts = &self.held.texts;
        let (value, raw) = (stated.value?, stated.raw.as_deref()?);
        let conventions = &self.plan.conventions;
        let folder = &self.plan.vocabulary.folder;
        let wanted = texts.text(stated.measure_unit?);
        let read = stated.unit_read.map(|id| texts.text(id));
        let factor = match &read {
            None => Decimal::ONE,
            // A sheet may state several units. One of them has the indicator's dimension.
            Some(read) => {
                let units = self.plan.vocabulary.measures_in(read)?;
                let mut factors = units
                    .into_iter()
                    .filter_map(|unit| conventions.measures.factor(unit, &wanted, folder));
                factors.next()?
            }
        };
        let readings = match read_text(raw, &conventions.approximate)?.value {
            ParsedNumber::Sure(value) => vec![value],
            ParsedNumber::Doubtful {
                grouped, fraction, ..
            } => vec![grouped, fraction],
        };
        let number = readings.into_iter().find(|number| {
            let converted = number.checked_mul(factor);
            converted.is_some_and(|v| rounded(v, VALUE_SCALE) == value)
        })?;
        Some(Conversion { number, factor })
    }

    /// Other cells that state the same figure as a counted cell.
    fn others(&self, counted: &ObservationRow, key: Key) -> Vec<AlternativeCell> {
        let texts = &self.held.texts;
        let scenario = |stated: &ObservationRow| texts.text(stated.scenario);
        let best = *texts.text(key.scenario) == *BEST;
        let indicator = texts.text(counted.indicator);
        let mut catalogue = self.plan.indicators.iter();
        let indicator = catalogue.find(|i| i.id == *indicator);
        let period = texts.text(counted.period).parse::<Period>().ok();
        let home = indicator
            .zip(period)
            .and_then(|(i, period)| self.plan.home_form(i, period.frequency));
        let home = home.filter(|_| texts.text(key.members).as_ref() == TOTAL);
        let Some(entity) = self.entities.get(&counted.unit) else {
            return Vec::new();
        };
        let statement = (*entity, counted.period, counted.indicator, key.members);
        let all = self.held.by_statement.get(&statement).into_iter().flatten();
        let others = all.filter_map(|at| {
            let other = self.held.stated.get(*at)?;
            let same = other.report == counted.report && other.cell == counted.cell;
            let comparable = other.scenario == counted.scenario
                || (best && [ACTUAL, ESTIMATE].contains(&&*scenario(other)));
            if same || !comparable || other.value.is_none() {
                return None;
            }
            let report = self.held.reports.get(&other.report)?.clone();
            Some(AlternativeCell {
                sheet: other.sheet.map(|id| texts.text(id)),
                cell: texts.text(other.cell),
                scenario: scenario(other),
                raw: other.raw.clone(),
                value: other.value,
                why: if !report.is_current {
                    NotCounted::Superseded
                } else if other.scenario != counted.scenario {
                    NotCounted::OtherScenario
                } else if home.is_some_and(|home| *home != *report.form) {
                    NotCounted::OtherForm
                } else {
                    NotCounted::OtherReport
                },
                report,
            })
        });
        others.collect()
    }

    /// The sides of a ratio for which a unit has no value.
    pub(super) fn lacking(&self, subject: &FigureSubject, entity: Id, key: Key) -> Vec<Arc<str>> {
        let Measure::Ratio {
            numerator,
            denominator,
        } = &subject.indicator.measure
        else {
            return Vec::new();
        };
        let texts = &self.held.texts;
        let best = *subject.scenario == *BEST;
        let has_value = |side: &str| {
            let statement = texts
                .known(side)
                .map(|side| (entity, key.period, side, key.members));
            let all = statement.and_then(|s| self.held.by_statement.get(&s));
            let mut all = all.into_iter().flatten();
            all.any(|at| {
                let stated = &self.held.stated[*at];
                let scenario = texts.text(stated.scenario);
                let fits = stated.scenario == key.scenario
                    || (best && [ACTUAL, ESTIMATE].contains(&&*scenario));
                fits && stated.value.is_some()
            })
        };
        let lacking = [numerator, denominator];
        let lacking = lacking.into_iter().filter(|side| !has_value(side.as_str()));
        lacking.map(|side| Arc::from(side.as_str())).collect()
    }

    /// Findings about a unit that may explain a missing figure: cells held back, missing reports.
    pub(super) fn explaining(
        &self,
        subject: &FigureSubject,
        entity: Id,
        key: Key,
    ) -> Vec<Arc<Finding>> {
        let behind: Vec<String> = behind(self.plan, &subject.indicator.id).collect();
        let period = self.held.texts.text(key.period).parse::<Period>().ok();
        let homes: BTreeSet<&str> = self
            .plan
            .indicators
            .iter()
            .filter(|i| behind.contains(&i.id))
            .filter_map(|i| self.plan.home_form(i, period?.frequency))
            .collect();
        let all = self.on_units.get(&(entity, key.period));
        let explains = |finding: &&Arc<Finding>| match &finding.place.indicator {
            Some(indicator) => {
                let sector = finding.place.sector.as_deref();
                behind.contains(indicator)
                    && sector.is_none_or(|sector| *sector == *subject.members)
            }
            None => {
                let form = finding.place.form.as_deref();
                finding.place.report_id.is_none()
                    && form.is_some_and(|form| homes.contains(form) || *subject.members != *TOTAL)
            }
        };
        let findings = all.into_iter().flatten().filter(explains);
        findings.cloned().collect()
    }
}
