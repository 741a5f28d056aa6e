//! Builds trees: from a printed cell or a figure down to the cells it is made of.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::holdings::{Holdings, Id, Key, Row, Scope, Source, Stated};
use super::node::{
    Choice, Conversion, Fact, Figure, Level, Made, Measured, Node, Observation, Other, Passed,
    Printed, Standing, Subject, Way,
};
use crate::diagnostic::Finding;
use crate::engine::Engine;
use crate::geography::UnitKey;
use crate::lake::Snapshot;
use crate::normalize::{Reading, TOTAL, VALUE_SCALE, read_text};
use crate::period::Period;
use crate::pipeline::run::RunError;
use crate::pipeline::summary::read_findings;
use crate::pipeline::{Measure, Plan};
use crate::tables::{FigureKey, Origin, Table, Text};
use crate::text::rounded;

/// The scenario that is made of actuals and estimates.
const BEST: &str = "best";
/// The scenario that goes first in it.
const ACTUAL: &str = "actual";
/// The scenario that stands in where there is no actual.
const ESTIMATE: &str = "estimate";

/// Traces figures of a snapshot, which it holds in memory as far as they are needed.
pub struct Tracer<'a> {
    plan: &'a Plan,
    held: Holdings,
    indicators: HashMap<Id, Arc<Measured>>,
    /// Vintage and code of each unit to those of the units it came from, on the vintage before.
    predecessors: HashMap<(Id, Id), Vec<(Id, Id)>>,
    /// The units of each vintage, by code.
    units: HashMap<Id, Vec<Id>>,
    /// The reporting unit of each vintage and code.
    entities: HashMap<(Id, Id), Id>,
    /// Names at the end of a period.
    names: HashMap<(Id, Id, Id), Text>,
    /// Findings by report and cell.
    on_cells: HashMap<(Id, Id), Vec<Arc<Finding>>>,
    /// Findings by reporting unit and period.
    on_units: HashMap<(Id, Id), Vec<Arc<Finding>>>,
}

impl<'a> Tracer<'a> {
    /// Reads what these figures are made of, each of a scenario, from a snapshot, which `engine` is over.
    ///
    /// # Errors
    /// When a table cannot be read.
    pub async fn load(
        snapshot: &Snapshot,
        engine: &Engine,
        plan: &'a Plan,
        figures: impl IntoIterator<Item = (String, FigureKey)>,
    ) -> Result<Self, RunError> {
        let mut scope = Scope::default();
        for (scenario, figure) in figures {
            scope.scenarios.insert(scenario);
            scope.indicators.insert(figure.indicator);
            scope.sectors.insert(figure.sector);
            scope.periods.insert(figure.period);
        }
        scope.observed = scope
            .indicators
            .iter()
            .flat_map(|id| behind(plan, id))
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
        let held = Holdings::read(engine, &scope, &entity, &scheme).await?;
        let mut this = Self {
            plan,
            held,
            indicators: HashMap::new(),
            predecessors: HashMap::new(),
            units: HashMap::new(),
            entities: HashMap::new(),
            names: HashMap::new(),
            on_cells: HashMap::new(),
            on_units: HashMap::new(),
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
            let measured = Measured {
                id: self.held.texts.text(id),
                name: Text::new(&indicator.name_vi, &indicator.name_en),
                unit: indicator.unit.clone(),
                decimals: indicator.decimals,
                measure: indicator.measure.clone(),
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
        for text in scope.sectors.iter().chain(&scope.scenarios) {
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

    /// A cell of a printed table, which stands on `scenario`; none where the table leaves the place blank.
    #[must_use]
    pub fn cell(&self, table: &Table, scenario: &str, row: usize, column: usize) -> Option<Node> {
        let at = table.rows.get(row)?;
        let cell = at.cells.get(column)?.as_ref()?;
        let head = table.columns.get(column)?;
        let (made, children) = match &cell.origin {
            Origin::Unsaid => (Made::Unsaid, Vec::new()),
            Origin::Figure(key) => (Made::Figure, vec![self.figure(key, scenario)?]),
            Origin::Together(keys) => {
                let figure = self.together(keys, scenario, cell.value, cell.units)?;
                (Made::Figure, vec![figure])
            }
            Origin::Cells(computation, operands) => {
                let operands = operands
                    .iter()
                    .map(|(row, column)| self.cell(table, scenario, *row, *column));
                let operands = operands.collect::<Option<Vec<_>>>()?;
                (Made::Computed(*computation), operands)
            }
        };
        Some(Node::Printed(Printed {
            table: table.id.clone(),
            title: table.title.clone(),
            row: at.id.clone(),
            label: at.label.clone(),
            column: head.id.clone(),
            head: match &head.over {
                Some(over) => Text::new(
                    format!("{} · {}", over.vi, head.head.vi),
                    format!("{} · {}", over.en, head.head.en),
                ),
                None => head.head.clone(),
            },
            text: cell.text.clone(),
            value: cell.value,
            decimals: cell.decimals,
            status: cell.status,
            units: cell.units,
            missing: cell.missing.clone(),
            made,
            children,
        }))
    }

    /// A figure of the country, a region or a unit; none of what was not asked for when the tracer was loaded.
    #[must_use]
    pub fn figure(&self, figure: &FigureKey, scenario: &str) -> Option<Node> {
        let key = self.key(figure, scenario)?;
        let country = figure.code == self.plan.country.code;
        let scheme = scheme_of(self.plan, &figure.geography, &figure.code);
        let (level, name, units) = match scheme {
            _ if country => {
                let country = &self.plan.country;
                let name = Text::new(&country.name_vi, &country.name_en);
                let units = self.units.get(&key.geography).cloned();
                (Level::National, name, units.unwrap_or_default())
            }
            Some(scheme) => {
                let members = self.plan.geography.tables.regions.iter();
                let members: Vec<_> = members
                    .filter(|m| m.scheme == scheme && m.region == figure.code)
                    .collect();
                let name = members.first().map(|m| Text::new(&m.name_vi, &m.name_en));
                let codes: BTreeSet<&str> = members.iter().map(|m| m.unit.code.as_str()).collect();
                let units = codes.iter().filter_map(|code| self.held.texts.known(code));
                let level = Level::Regional { scheme };
                (level, name.unwrap_or_default(), units.collect())
            }
            None => return Some(Node::Fact(self.fact(key)?.0)),
        };
        let row = self.held.totals.get(&key);
        let parts = units.into_iter().map(|code| Key { code, ..key });
        Some(Node::Figure(Figure {
            level,
            geography: self.held.texts.text(key.geography),
            code: self.held.texts.text(key.code),
            name,
            subject: self.subject(key)?,
            value: row.and_then(|row| row.value),
            weight: row.and_then(|row| row.weight),
            status: row.and_then(|row| row.status).map(|s| self.held.texts.text(s)),
            units: row.and_then(|row| row.counts),
            children: self.facts(parts),
        }))
    }

    /// Figures of units that a query put together, with what it says of them.
    fn together(
        &self,
        figures: &[FigureKey],
        scenario: &str,
        value: Option<Decimal>,
        units: Option<(i64, i64)>,
    ) -> Option<Node> {
        let keys: Option<Vec<Key>> = figures.iter().map(|f| self.key(f, scenario)).collect();
        let keys = keys?;
        let first = *keys.first()?;
        Some(Node::Figure(Figure {
            level: Level::Together,
            geography: self.held.texts.text(first.geography),
            code: Arc::default(),
            name: Text::default(),
            subject: self.subject(first)?,
            value,
            weight: None,
            status: None,
            units,
            children: self.facts(keys.into_iter()),
        }))
    }

    fn facts(&self, keys: impl Iterator<Item = Key>) -> Vec<Node> {
        keys.filter_map(|key| Some(Node::Fact(self.fact(key)?.0)))
            .collect()
    }

    fn key(&self, figure: &FigureKey, scenario: &str) -> Option<Key> {
        let known = |text: &str| self.held.texts.known(text);
        Some(Key {
            geography: known(&figure.geography)?,
            code: known(&figure.code)?,
            indicator: known(&figure.indicator)?,
            sector: known(&figure.sector)?,
            period: known(&figure.period)?,
            scenario: known(scenario)?,
        })
    }

    fn subject(&self, key: Key) -> Option<Subject> {
        let texts = &self.held.texts;
        Some(Subject {
            indicator: self.indicators.get(&key.indicator)?.clone(),
            sector: texts.text(key.sector),
            period: texts.text(key.period),
            scenario: texts.text(key.scenario),
        })
    }

    /// The fact of a unit, and the cells that it is made of.
    fn fact(&self, key: Key) -> Option<(Fact, Vec<Source>)> {
        let texts = &self.held.texts;
        let subject = self.subject(key)?;
        let row = self.held.facts.get(&key);
        let sources = self.held.sources.get(&key).map_or(&[][..], Vec::as_slice);
        let unit = (key.geography, key.code);
        let entity = self.entities.get(&unit).copied();
        let own = sources
            .iter()
            .any(|source| self.entity_of(*source) == entity);
        let mut cells = Vec::new();
        let (way, children) = if own {
            cells.extend_from_slice(sources);
            let observations = sources.iter().filter_map(|s| self.observation(*s, key));
            (Way::Own, observations.collect())
        } else {
            let from = self.predecessors.get(&unit).into_iter().flatten();
            let from = from.filter_map(|(geography, code)| {
                self.fact(Key {
                    geography: *geography,
                    code: *code,
                    ..key
                })
            });
            let mut children = Vec::new();
            for (fact, behind) in from {
                if fact.standing.enters() {
                    cells.extend(behind);
                }
                children.push(Node::Fact(fact));
            }
            match row {
                Some(_) => (Way::Predecessors, children),
                // Of a ratio that a unit itself has one side of, its former units say nothing.
                None if children.iter().any(Node::enters) => {
                    cells.clear();
                    (Way::Nowhere, Vec::new())
                }
                None => (Way::Nowhere, children),
            }
        };
        cells.sort_unstable();
        let standing = standing(&subject.indicator.measure, row, |id| texts.text(id));
        let missing = !standing.enters() && standing != Standing::NoPart;
        let name = self.names.get(&(key.geography, key.code, key.period));
        let fact = Fact {
            geography: texts.text(key.geography),
            code: texts.text(key.code),
            name: name.cloned().unwrap_or_default(),
            value: row.and_then(|row| row.value),
            weight: row.and_then(|row| row.weight),
            status: row.and_then(|row| row.status).map(|s| texts.text(s)),
            basis: row.and_then(|row| row.basis).map(|b| texts.text(b)),
            parts: row.and_then(|row| row.counts),
            way,
            standing,
            lacking: match entity.filter(|_| row.is_none()) {
                Some(entity) => self.lacking(&subject, entity, key),
                None => Vec::new(),
            },
            findings: match entity.filter(|_| missing) {
                Some(entity) => self.explaining(&subject, entity, key),
                None => Vec::new(),
            },
            sources_agree: cells == sources,
            subject,
            children,
        };
        Some((fact, cells))
    }

    fn stated(&self, source: Source) -> Option<&Stated> {
        let place = (source.report, source.cell, source.indicator);
        self.held.stated.get(*self.held.by_cell.get(&place)?)
    }

    fn entity_of(&self, source: Source) -> Option<Id> {
        self.entities.get(&self.stated(source)?.unit).copied()
    }

    fn observation(&self, source: Source, key: Key) -> Option<Node> {
        let texts = &self.held.texts;
        let stated = self.stated(source)?;
        let scenario = texts.text(stated.scenario);
        let asked = texts.text(key.scenario);
        let choice = if *asked != *BEST {
            Choice::Asked
        } else if *scenario == *ESTIMATE {
            Choice::EstimateInstead
        } else if stated.value.is_some() {
            Choice::Actual
        } else {
            Choice::ActualWithoutValue
        };
        let place = (stated.report, stated.cell);
        Some(Node::Observation(Box::new(Observation {
            part: source.part,
            report: self.held.reports.get(&stated.report)?.clone(),
            sheet: stated.sheet.map(|id| texts.text(id)),
            cell: texts.text(stated.cell),
            unit: (texts.text(stated.unit.0), texts.text(stated.unit.1)),
            indicator: texts.text(stated.indicator),
            choice,
            raw: stated.raw.clone(),
            unit_read: stated.unit_read.map(|id| texts.text(id)),
            measure_unit: stated.measure_unit.map(|id| texts.text(id)),
            conversion: self.conversion(stated),
            value: stated.value,
            status: texts.text(stated.status),
            findings: self.on_cells.get(&place).cloned().unwrap_or_default(),
            others: self.others(stated, key),
            scenario,
        })))
    }

    /// How the text of a cell became its value.
    fn conversion(&self, stated: &Stated) -> Option<Conversion> {
        let texts = &self.held.texts;
        let (value, raw) = (stated.value?, stated.raw.as_deref()?);
        let conventions = &self.plan.conventions;
        let folder = &self.plan.vocabulary.folder;
        let wanted = texts.text(stated.measure_unit?);
        let read = stated.unit_read.map(|id| texts.text(id));
        let factor = match &read {
            None => Decimal::ONE,
            // The statement of a sheet may name several: one of them is of the indicator's dimension.
            Some(read) => {
                let units = self.plan.vocabulary.measures_in(read)?;
                let mut factors = units
                    .into_iter()
                    .filter_map(|unit| conventions.measures.factor(unit, &wanted, folder));
                factors.next()?
            }
        };
        let readings = match read_text(raw, &conventions.approximate)?.value {
            Reading::Sure(value) => vec![value],
            Reading::Doubtful {
                grouped, fraction, ..
            } => vec![grouped, fraction],
        };
        let number = readings.into_iter().find(|number| {
            let converted = number.checked_mul(factor);
            converted.is_some_and(|v| rounded(v, VALUE_SCALE) == value)
        })?;
        Some(Conversion { number, factor })
    }

    /// What else states what a counted observation states.
    fn others(&self, counted: &Stated, key: Key) -> Vec<Other> {
        let texts = &self.held.texts;
        let scenario = |stated: &Stated| texts.text(stated.scenario);
        let best = *texts.text(key.scenario) == *BEST;
        let indicator = texts.text(counted.indicator);
        let mut catalogue = self.plan.indicators.iter();
        let indicator = catalogue.find(|i| i.id == *indicator);
        let home = indicator.and_then(|i| i.home_form.as_deref());
        let home = home.filter(|_| texts.text(key.sector).as_ref() == TOTAL);
        let Some(entity) = self.entities.get(&counted.unit) else {
            return Vec::new();
        };
        let statement = (*entity, key.period, counted.indicator, key.sector);
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
            Some(Other {
                sheet: other.sheet.map(|id| texts.text(id)),
                cell: texts.text(other.cell),
                scenario: scenario(other),
                raw: other.raw.clone(),
                value: other.value,
                why: if !report.is_current {
                    Passed::Superseded
                } else if other.scenario != counted.scenario {
                    Passed::OtherScenario
                } else if home.is_some_and(|home| *home != *report.form) {
                    Passed::OtherForm
                } else {
                    Passed::OtherReport
                },
                report,
            })
        });
        others.collect()
    }

    /// The sides of a ratio that a unit has no value of, if it has the other.
    fn lacking(&self, subject: &Subject, entity: Id, key: Key) -> Vec<Arc<str>> {
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
                .map(|side| (entity, key.period, side, key.sector));
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

    /// What was found of a unit that may explain why a figure is missing: cells held back, reports that did not come.
    fn explaining(&self, subject: &Subject, entity: Id, key: Key) -> Vec<Arc<Finding>> {
        let behind: Vec<String> = behind(self.plan, &subject.indicator.id).collect();
        let homes: BTreeSet<&str> = self
            .plan
            .indicators
            .iter()
            .filter(|i| behind.contains(&i.id))
            .filter_map(|i| i.home_form.as_deref())
            .collect();
        let all = self.on_units.get(&(entity, key.period));
        let explains = |finding: &&Arc<Finding>| match &finding.place.indicator {
            Some(indicator) => {
                let sector = finding.place.sector.as_deref();
                behind.contains(indicator)
                    && sector.is_none_or(|sector| *sector == *subject.sector)
            }
            None => {
                let form = finding.place.form.as_deref();
                finding.place.report_id.is_none()
                    && form.is_some_and(|form| homes.contains(form) || *subject.sector != *TOTAL)
            }
        };
        let findings = all.into_iter().flatten().filter(explains);
        findings.cloned().collect()
    }
}

/// An indicator with those that it is weighted by or made of.
fn behind<'p>(plan: &'p Plan, id: &str) -> impl Iterator<Item = String> + use<'p> {
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

/// The scheme whose region a code names on a geography: the edition's, if it is one of them.
pub(super) fn scheme_of(plan: &Plan, geography: &str, code: &str) -> Option<String> {
    let members = &plan.geography.tables.regions;
    let named: Vec<&str> = members
        .iter()
        .filter(|m| m.unit.vintage == geography && m.region == code)
        .map(|m| m.scheme.as_str())
        .collect();
    let edition = plan.edition.scheme();
    let of_edition = named.iter().find(|scheme| **scheme == edition);
    of_edition
        .or(named.first())
        .map(|scheme| (*scheme).to_owned())
}

/// How a row of facts stands in a whole.
fn standing(measure: &Measure, row: Option<&Row>, text: impl Fn(Id) -> Arc<str>) -> Standing {
    let Some(row) = row else {
        return Standing::Absent;
    };
    let status = row.status.map(text);
    let weighted = matches!(measure, Measure::Mean { .. } | Measure::Ratio { .. });
    match (status.as_deref(), row.value) {
        (Some("M"), _) => Standing::NoPart,
        (Some("L"), None) => Standing::NotCollected,
        (_, None) => Standing::NotAnswered,
        (_, Some(_)) if weighted && row.weight.is_none() => Standing::WithoutWeight,
        (Some("P"), Some(_)) => Standing::EntersPartial,
        (_, Some(_)) => Standing::Enters,
    }
}
