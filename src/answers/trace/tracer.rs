//! The data that a trace looks up: rows of a snapshot and definitions, in maps.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::Date;

use super::holdings::{Holdings, Id, Scope};
use super::line_source::LineSources;
use super::node::TracedIndicator;
use super::records::{RecordCells, record_cells};
use crate::diagnostic::Finding;
use crate::engine::Engine;
use crate::geography::UnitKey;
use crate::lake::Snapshot;
use crate::period::{Frequency, Period};
use crate::plan::{Measure, Plan};
use crate::reading::RunError;
use crate::run::read_findings;
use crate::tables::{FigureKey, Text};
use crate::text::members_sql;

/// Traces figures of a snapshot. Holds the needed rows in memory.
pub struct Tracer<'a> {
    pub(super) plan: &'a Plan,
    pub(super) held: Holdings,
    pub(super) indicators: HashMap<Id, Arc<TracedIndicator>>,
    /// Vintage and code of each unit to those of the units it came from, on the vintage before.
    pub(super) predecessors: HashMap<(Id, Id), Vec<(Id, Id)>>,
    /// The units of each vintage, by code.
    pub(super) units: HashMap<Id, Vec<Id>>,
    /// The reporting unit of each vintage and code.
    pub(super) entities: HashMap<(Id, Id), Id>,
    /// Names at the end of a period.
    pub(super) names: HashMap<(Id, Id, Id), Text>,
    /// The cells behind totals of lists.
    pub(super) records: RecordCells,
    /// Findings by report and cell.
    pub(super) on_cells: HashMap<(Id, Id), Vec<Arc<Finding>>>,
    /// Findings by reporting unit and period.
    pub(super) on_units: HashMap<(Id, Id), Vec<Arc<Finding>>>,
    /// The reports that have records behind a cell.
    pub(super) lines: LineSources,
}

impl<'a> Tracer<'a> {
    /// Loads everything behind `figures` (scenario and key) from a snapshot. `engine` must be over the same snapshot.
    ///
    /// # Errors
    /// If a table cannot be read.
    pub async fn load(
        snapshot: &Snapshot,
        engine: &Engine,
        plan: &'a Plan,
        figures: impl IntoIterator<Item = (String, FigureKey)>,
    ) -> Result<Self, RunError> {
        let mut scope = Scope {
            members_sql: members_sql(&plan.breakdown_ids()),
            ..Scope::default()
        };
        for (scenario, figure) in figures {
            scope.scenarios.insert(scenario);
            scope.indicators.insert(figure.indicator);
            scope.members.insert(figure.members);
            scope.periods.insert(figure.period);
        }
        scope.observed = scope
            .indicators
            .iter()
            .flat_map(|id| behind(plan, id))
            .collect();
        scope.observed_periods = scope
            .periods
            .iter()
            .flat_map(|period| with_parts(plan, period))
            .collect();
        let entity = |vintage: &str, code: &str| {
            let unit = UnitKey {
                vintage: vintage.to_owned(),
                code: code.to_owned(),
            };
            let entity = plan.geography.entity(&unit);
            format!("{}:{}", entity.vintage, entity.code)
        };
        let scheme = |vintage: &str, code: &str| scheme_of(plan, vintage, code);
        let mut held = Holdings::read(engine, &scope, &entity, &scheme).await?;
        let records = record_cells(engine, plan, &mut held).await?;
        let mut this = Self {
            plan,
            held,
            records,
            indicators: HashMap::new(),
            predecessors: HashMap::new(),
            units: HashMap::new(),
            entities: HashMap::new(),
            names: HashMap::new(),
            on_cells: HashMap::new(),
            on_units: HashMap::new(),
            lines: LineSources::new(),
        };
        this.know_indicators(&scope);
        this.know_territory(&scope);
        this.know_findings(read_findings(snapshot)?);
        Ok(this)
    }

    fn know_indicators(&mut self, scope: &Scope) {
        for indicator in &self.plan.indicators {
            if !scope.observed.contains(&indicator.id) {
                continue;
            }
            let id = self.held.texts.id(&indicator.id);
            let measured = TracedIndicator {
                id: self.held.texts.text(id),
                name: Text::new(&indicator.name_vi, &indicator.name_en),
                unit: indicator.unit.clone(),
                decimals: indicator.decimals,
                measure: indicator.measure.clone(),
                weight_adds_up: match &indicator.measure {
                    Measure::Mean { weight } => {
                        let mut all = self.plan.indicators.iter();
                        all.any(|i| i.id == *weight && matches!(i.measure, Measure::Flow))
                    }
                    _ => false,
                },
                scale: match indicator.measure {
                    Measure::Ratio { .. } => indicator.scale.unwrap_or(1),
                    _ => 1,
                },
            };
            self.indicators.insert(id, Arc::new(measured));
        }
    }

    fn know_territory(&mut self, scope: &Scope) {
        let geography = &self.plan.geography;
        let texts = &mut self.held.texts;
        let regions = geography.tables.regions.iter().map(|m| &m.region);
        for code in regions.chain([&self.plan.country.code]) {
            texts.id(code);
        }
        for text in scope.members.iter().chain(&scope.scenarios) {
            texts.id(text);
        }
        let mut ids = |unit: &UnitKey| (texts.id(&unit.vintage), texts.id(&unit.code));
        let mut before: Option<&str> = None;
        for (vintage, _) in &geography.vintages {
            for unit in geography.units_of(vintage) {
                let (of, code) = ids(unit);
                self.units.entry(of).or_default().push(code);
                let changes = geography.tables.changes.iter().filter(|change| {
                    change.to == *unit && Some(change.from.vintage.as_str()) == before
                });
                let from: Vec<(Id, Id)> = changes.map(|change| ids(&change.from)).collect();
                self.predecessors.insert((of, code), from);
            }
            before = Some(vintage);
        }
        for (unit, entity) in geography.entities() {
            let entity = format!("{}:{}", entity.vintage, entity.code);
            let unit = (texts.id(&unit.vintage), texts.id(&unit.code));
            self.entities.insert(unit, texts.id(&entity));
        }
        for period in &scope.periods {
            let end = period.parse::<Period>().map_or(Date::MAX, Period::end);
            let period = texts.id(period);
            for (unit, _) in geography.entities() {
                let name = geography.names(unit, end).map_or_else(
                    || Text::same(&unit.code),
                    |name| Text::new(&name.name_vi, &name.name_en),
                );
                let key = (texts.id(&unit.vintage), texts.id(&unit.code), period);
                self.names.insert(key, name);
            }
        }
    }

    fn know_findings(&mut self, findings: Vec<Finding>) {
        let texts = &self.held.texts;
        let known = |text: &Option<String>| text.as_deref().and_then(|text| texts.known(text));
        for finding in findings {
            let finding = Arc::new(finding);
            let place = &finding.place;
            if let Some(cell) = known(&place.report_id).zip(known(&place.cell)) {
                self.on_cells.entry(cell).or_default().push(finding.clone());
            }
            let unit = known(&place.unit_vintage).zip(known(&place.unit_code));
            let entity = unit.and_then(|unit| self.entities.get(&unit));
            if let Some((entity, period)) = entity.copied().zip(known(&place.period)) {
                let all = self.on_units.entry((entity, period)).or_default();
                all.push(finding.clone());
            }
        }
    }
}

/// A period, and the shorter ones that it is made of where no report gives it, if the pipeline says so.
fn with_parts(plan: &Plan, period: &str) -> Vec<String> {
    let mut all = vec![period.to_owned()];
    if let Ok(whole) = period.parse::<Period>()
        && plan.from_shorter.contains(&whole.frequency)
    {
        let parts = Frequency::ALL.into_iter().flat_map(|f| whole.parts(f));
        all.extend(parts.map(|part| part.to_string()));
    }
    all
}

/// An indicator, and the indicators that are its weight, numerator or denominator.
pub(super) fn behind<'p>(plan: &'p Plan, id: &str) -> impl Iterator<Item = String> + use<'p> {
    let indicator = plan.indicators.iter().find(|i| i.id == id);
    let parts = match indicator.map(|i| &i.measure) {
        Some(Measure::Mean { weight }) => vec![weight.clone()],
        Some(Measure::Ratio {
            numerator,
            denominator,
        }) => vec![numerator.clone(), denominator.clone()],
        _ => Vec::new(),
    };
    std::iter::once(id.to_owned()).chain(parts)
}

/// The scheme of a region code on a geography. If several schemes have the code: the edition's, or else the first.
pub(super) fn scheme_of(plan: &Plan, geography: &str, code: &str) -> Option<String> {
    let members = &plan.geography.tables.regions;
    let named: Vec<&str> = members
        .iter()
        .filter(|m| m.unit.vintage == geography && m.region == code)
        .map(|m| m.scheme.as_str())
        .collect();
    let edition = plan.edition.scheme.as_str();
    let of_edition = named.iter().find(|scheme| **scheme == edition);
    of_edition
        .or(named.first())
        .map(|scheme| (*scheme).to_owned())
}
