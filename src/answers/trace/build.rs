//! Builds the tree of a trace, from a printed cell or a figure down to facts and cells.

use std::collections::BTreeSet;
use std::sync::Arc;

use rust_decimal::Decimal;

use super::holdings::{FigureRow, Id, Key, SourceRow};
use super::node::{
    Fact, FactOrigin, FactState, FigureLevel, FigureSubject, Node, Printed, PrintedOrigin,
    TracedFigure,
};
use super::tracer::{Tracer, scheme_of};
use crate::plan::Measure;
use crate::tables::{FigureKey, Origin, Table, Text};

impl Tracer<'_> {
    /// The tree of a cell of a printed table on `scenario`; none if the cell is blank.
    #[must_use]
    pub fn cell(&self, table: &Table, scenario: &str, row: usize, column: usize) -> Option<Node> {
        let at = table.rows.get(row)?;
        let cell = at.cells.get(column)?.as_ref()?;
        let head = table.columns.get(column)?;
        let (made, children) = match &cell.origin {
            Origin::Unsaid => (PrintedOrigin::Unsaid, Vec::new()),
            Origin::Figure(key) => (PrintedOrigin::Figure, vec![self.figure(key, scenario)?]),
            Origin::Together(keys) => {
                let figure = self.together(keys, scenario, cell.value, cell.units)?;
                (PrintedOrigin::Figure, vec![figure])
            }
            Origin::Cells(computation, operands) => {
                let operands = operands
                    .iter()
                    .map(|(row, column)| self.cell(table, scenario, *row, *column));
                let operands = operands.collect::<Option<Vec<_>>>()?;
                (PrintedOrigin::Computed(*computation), operands)
            }
            Origin::Stated(source) => (PrintedOrigin::Stated(source.clone()), Vec::new()),
            Origin::Counted(test, keys) => {
                let keys = keys.iter().map(|figure| self.key(figure, scenario));
                let keys = keys.collect::<Option<Vec<Key>>>()?;
                let facts = self.facts(keys.into_iter());
                (PrintedOrigin::Passing(test.clone()), facts)
            }
            Origin::Items(items) => {
                let items = items.iter().map(|item| Node::Item(self.item(item)));
                (PrintedOrigin::Counted, items.collect())
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

    /// The tree of a figure of the country, a region or a unit; none if the tracer was not loaded for it.
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
                (FigureLevel::National, name, units.unwrap_or_default())
            }
            Some(scheme) => {
                let members = self.plan.geography.tables.regions.iter();
                let members: Vec<_> = members
                    .filter(|m| m.scheme == scheme && m.region == figure.code)
                    .collect();
                let name = members.first().map(|m| Text::new(&m.name_vi, &m.name_en));
                let codes: BTreeSet<&str> = members.iter().map(|m| m.unit.code.as_str()).collect();
                let units = codes.iter().filter_map(|code| self.held.texts.known(code));
                let level = FigureLevel::Regional { scheme };
                (level, name.unwrap_or_default(), units.collect())
            }
            None => return Some(Node::Fact(self.fact(key)?.0)),
        };
        let row = self.held.totals.get(&key);
        let parts = units.into_iter().map(|code| Key { code, ..key });
        Some(Node::Figure(TracedFigure {
            level,
            geography: self.held.texts.text(key.geography),
            code: self.held.texts.text(key.code),
            name,
            subject: self.subject(key)?,
            value: row.and_then(|row| row.value),
            weight: row.and_then(|row| row.weight),
            status: row
                .and_then(|row| row.status)
                .map(|s| self.held.texts.text(s)),
            units: row.and_then(|row| row.counts),
            children: self.facts(parts),
        }))
    }

    /// Figures of units that a query puts together, with the value and units of the query.
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
        Some(Node::Figure(TracedFigure {
            level: FigureLevel::Together,
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
            members: known(&figure.members)?,
            period: known(&figure.period)?,
            scenario: known(scenario)?,
        })
    }

    fn subject(&self, key: Key) -> Option<FigureSubject> {
        let texts = &self.held.texts;
        Some(FigureSubject {
            indicator: self.indicators.get(&key.indicator)?.clone(),
            members: texts.text(key.members),
            period: texts.text(key.period),
            scenario: texts.text(key.scenario),
        })
    }

    /// The fact of a unit and its cells.
    fn fact(&self, key: Key) -> Option<(Fact, Vec<SourceRow>)> {
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
            (FactOrigin::Own, observations.collect())
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
                Some(_) => (FactOrigin::Predecessors, children),
                // If a unit has one side of a ratio itself, its predecessors are not used.
                None if children.iter().any(Node::enters) => {
                    cells.clear();
                    (FactOrigin::Nowhere, Vec::new())
                }
                None => (FactOrigin::Nowhere, children),
            }
        };
        cells.sort_unstable();
        let standing = standing(&subject.indicator.measure, row, |id| texts.text(id));
        let missing = !standing.enters() && standing != FactState::NoPart;
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
}

/// The state of a row of facts in the figure above it.
fn standing(
    measure: &Measure,
    row: Option<&FigureRow>,
    text: impl Fn(Id) -> Arc<str>,
) -> FactState {
    let Some(row) = row else {
        return FactState::Absent;
    };
    let status = row.status.map(text);
    let weighted = matches!(measure, Measure::Mean { .. } | Measure::Ratio { .. });
    match (status.as_deref(), row.value) {
        (Some("M"), _) => FactState::NoPart,
        (Some("L"), None) => FactState::NotCollected,
        (_, None) => FactState::NotAnswered,
        (_, Some(_)) if weighted && row.weight.is_none() => FactState::WithoutWeight,
        (Some("P"), Some(_)) => FactState::EntersPartial,
        (_, Some(_)) => FactState::Enters,
    }
}
