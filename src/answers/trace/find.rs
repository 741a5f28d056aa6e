//! Finds the printed cell or the figure that a question names.

use std::collections::BTreeSet;

use crate::engine::{Engine, TextColumn};
use crate::geography::UnitKey;
use crate::plan::Plan;
use crate::plan::official_order;
use crate::tables::{FigureKey, Table, TableBuilder, Text};
use crate::text::{Members, TOTAL, members_sql};

use super::error::TraceError;
use crate::answers::asked::{NameError, split_unit, unknown, unknown_place};

/// The number to trace.
#[derive(Debug, Clone)]
pub enum Question {
    /// A cell of a printed table.
    Printed(PrintedQuestion),
    /// A figure of the lake.
    Figure(FigureQuestion),
}

/// A cell of a printed table.
#[derive(Debug, Clone)]
pub struct PrintedQuestion {
    /// The table's number.
    pub table: String,
    /// The row: its id, its label in either language, or its place from 1 as `#15`, or `15` where that is no id.
    pub row: String,
    /// The column: its id, the end of an id, its head in either language, or its place from 1 as `#3`.
    pub column: String,
}

/// A figure of the lake.
#[derive(Debug, Clone)]
pub struct FigureQuestion {
    /// The indicator.
    pub indicator: String,
    /// Code or name of a unit, a region or the country; the country by default.
    pub unit: Option<String>,
    /// The period; by default the last year of the edition.
    pub period: Option<String>,
    /// Members of breakdowns, by their codes; by default the total of each.
    pub members: Vec<String>,
    /// The scenario.
    pub scenario: String,
    /// Vintage of the geography; by default that of the edition.
    pub geography: Option<String>,
}

/// A cell of a built table.
pub(super) struct PrintedCell {
    pub(super) table: Table,
    pub(super) scenario: String,
    pub(super) row: usize,
    pub(super) column: usize,
}

/// The printed cell that a question names.
pub(super) async fn printed(
    engine: &Engine,
    plan: &Plan,
    question: &PrintedQuestion,
) -> Result<PrintedCell, TraceError> {
    let bare = |id: &str| id.trim_start_matches('0').to_owned();
    let definition = plan
        .tables
        .iter()
        .find(|table| table.id == question.table)
        .or_else(|| {
            let mut alike = plan.tables.iter();
            alike.find(|table| bare(&table.id) == bare(&question.table))
        })
        .ok_or_else(|| {
            let known = plan.tables.iter().map(|t| t.id.clone());
            unknown("table", &question.table, "", known)
        })?;
    let mut builder = TableBuilder::new(engine, &official_order(plan))?;
    let table = builder.build(definition, &plan.edition).await?;
    let of = format!(" in the table `{}`", table.id);
    let row = row(plan, &table, &question.row, &of)?;
    let column = column(plan, &table, &question.column, &of)?;
    Ok(PrintedCell {
        scenario: definition.scenario().to_owned(),
        table,
        row,
        column,
    })
}

fn row(plan: &Plan, table: &Table, asked: &str, of: &str) -> Result<usize, NameError> {
    let named = |row: usize| format!("{} ({})", table.rows[row].id, table.rows[row].label.en);
    let all = 0..table.rows.len();
    let by_id = all.clone().filter(|row| table.rows[*row].id == asked);
    let by_label = all
        .clone()
        .filter(|row| says(plan, &table.rows[*row].label, asked));
    let at = asked.strip_prefix('#').unwrap_or(asked);
    let place = place(at, table.rows.len());
    let candidates = [by_id.collect(), by_label.collect(), place];
    one("row", asked, of, candidates.into(), all, named)
}

fn column(plan: &Plan, table: &Table, asked: &str, of: &str) -> Result<usize, NameError> {
    let columns = &table.columns;
    let named = |column: usize| columns[column].id.clone();
    let all = 0..columns.len();
    let by_id = all.clone().filter(|column| columns[*column].id == asked);
    let end = format!("-{asked}");
    let by_end = all
        .clone()
        .filter(|column| columns[*column].id.ends_with(&end));
    let by_head = all.clone().filter(|column| {
        let head = &columns[*column];
        let whole = head.over.as_ref().is_some_and(|over| {
            let both = |over: &str, head: &str| format!("{over} {head}");
            let vi = both(&over.vi, &head.head.vi);
            says(plan, &Text::new(vi, both(&over.en, &head.head.en)), asked)
        });
        whole || says(plan, &head.head, asked)
    });
    let at = asked.strip_prefix('#').map(|at| place(at, columns.len()));
    let candidates = [
        by_id.collect(),
        by_end.collect(),
        by_head.collect(),
        at.unwrap_or_default(),
    ];
    one("column", asked, of, candidates.into(), all, named)
}

/// The index that a number from 1 names, if it is less than `among`.
fn place(number: &str, among: usize) -> Vec<usize> {
    let number: Option<usize> = number.parse().ok();
    let place = number.and_then(|n| n.checked_sub(1));
    place.into_iter().filter(|at| *at < among).collect()
}

/// The only candidate of the first way of naming that has any.
fn one(
    what: &'static str,
    asked: &str,
    of: &str,
    ways: Vec<Vec<usize>>,
    all: std::ops::Range<usize>,
    named: impl Fn(usize) -> String,
) -> Result<usize, NameError> {
    let fitting = ways.into_iter().find(|fitting| !fitting.is_empty());
    match fitting.as_deref() {
        Some([one]) => Ok(*one),
        Some(several) => Err(NameError::Several {
            what,
            asked: asked.to_owned(),
            of: of.to_owned(),
            known: list(several.iter().map(|at| named(*at))),
        }),
        None => Err(unknown(what, asked, of, all.map(named))),
    }
}

fn says(plan: &Plan, text: &Text, asked: &str) -> bool {
    let folder = &plan.vocabulary.folder;
    let asked = folder.fold(asked);
    !asked.is_empty() && [&text.vi, &text.en].iter().any(|t| folder.fold(t) == asked)
}

fn list(names: impl Iterator<Item = String>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

/// The figure that a question names, and its scenario.
pub(super) async fn figure(
    engine: &Engine,
    plan: &Plan,
    question: &FigureQuestion,
) -> Result<(String, FigureKey), TraceError> {
    let known_as = |what: &'static str, asked: &str, of: &str, known: Vec<String>| {
        if known.iter().any(|k| k == asked) {
            return Ok(asked.to_owned());
        }
        Err(unknown(what, asked, of, known))
    };
    let indicators = plan.indicators.iter().map(|i| i.id.clone()).collect();
    let indicator = known_as("indicator", &question.indicator, "", indicators)?;
    let unit = question.unit.as_deref().map(|unit| split_unit(plan, unit));
    let of_unit = unit.and_then(|(vintage, _)| vintage);
    let geography = question.geography.as_deref().or(of_unit);
    let geography = geography.unwrap_or(plan.edition.geography.as_str());
    let vintages = plan.geography.vintages.iter().map(|(v, _)| v.clone());
    let geography = known_as("geography", geography, "", vintages.collect())?;
    let of = format!(" of `{indicator}` on the geography {geography}");
    // A mean that no unit gave a weight for has facts and no national figure.
    let of_indicator = format!("geography = '{geography}' AND indicator = '{indicator}'");
    let members = members_sql(&plan.breakdown_ids());
    let sql = format!(
        "SELECT period, {members} AS members, scenario FROM national WHERE {of_indicator} \
         UNION SELECT period, {members} AS members, scenario FROM facts WHERE {of_indicator} ORDER BY period, members, scenario"
    );
    let (_, batches) = engine.query(&sql).await?;
    let there = |column: &str| -> Vec<String> {
        let columns: Vec<TextColumn> = batches
            .iter()
            .map(|batch| TextColumn::read(batch, column))
            .collect();
        let all: BTreeSet<&str> = columns
            .iter()
            .flat_map(TextColumn::iter)
            .flatten()
            .collect();
        all.into_iter().map(str::to_owned).collect()
    };
    let last = plan.edition.periods.last().map(ToString::to_string);
    let period = question.period.clone().or(last).unwrap_or_default();
    let period = known_as("period", &period, &of, there("period"))?;
    let members = members_of(plan, &question.members)?;
    let members = known_as("member", members.as_str(), &of, there("members"))?;
    let scenario = known_as("scenario", &question.scenario, &of, there("scenario"))?;
    if let (Some(asked), Some(vintage)) = (&question.unit, of_unit)
        && vintage != geography
    {
        let error = NameError::Unknown {
            what: "unit",
            asked: asked.clone(),
            of: format!(" on the geography {geography}"),
            hint: format!("leave out --geography, or write --geography {vintage}"),
        };
        return Err(error.into());
    }
    let code = match unit {
        None => plan.country.code.clone(),
        Some((_, called)) => place_code(plan, &geography, called)?,
    };
    let figure = FigureKey {
        geography,
        code,
        indicator,
        members,
        period,
    };
    Ok((scenario, figure))
}

/// The members that codes of breakdowns mean. A code is looked for in each breakdown in turn; `A:central` has one of each.
fn members_of(plan: &Plan, codes: &[String]) -> Result<Members, NameError> {
    let mut members = Members::total();
    for code in codes
        .iter()
        .flat_map(|codes| codes.split(':'))
        .filter(|code| *code != TOTAL)
    {
        let mut breakdowns = plan.breakdowns.iter();
        let Some(at) = breakdowns.position(|breakdown| breakdown.member(code).is_some()) else {
            let known = plan.breakdowns.iter().flat_map(|b| &b.members);
            return Err(unknown("member", code, "", known.map(|m| m.code.clone())));
        };
        members = members.with(at, code);
    }
    Ok(members)
}

/// The code of the country, a region or a unit, found by code or name.
fn place_code(plan: &Plan, geography: &str, asked: &str) -> Result<String, NameError> {
    let tables = &plan.geography.tables;
    let regions: Vec<_> = tables
        .regions
        .iter()
        .filter(|m| m.unit.vintage == geography)
        .collect();
    let units: Vec<_> = tables
        .units
        .iter()
        .filter(|u| u.unit.vintage == geography)
        .collect();
    let mut known: BTreeSet<&str> = BTreeSet::from([plan.country.code.as_str()]);
    known.extend(regions.iter().map(|m| m.region.as_str()));
    known.extend(units.iter().map(|u| u.unit.code.as_str()));
    if known.contains(asked) {
        return Ok(asked.to_owned());
    }
    let folded = plan.vocabulary.folder.fold(asked);
    let both = |vi: &str, en: &str| says(plan, &Text::new(vi, en), asked);
    let mut named: BTreeSet<&str> = BTreeSet::new();
    if both(&plan.country.name_vi, &plan.country.name_en) {
        named.insert(&plan.country.code);
    }
    let of_regions = regions.iter().filter(|m| both(&m.name_vi, &m.name_en));
    named.extend(of_regions.map(|m| m.region.as_str()));
    let of_units = units.iter().filter(|u| both(&u.name_vi, &u.name_en));
    named.extend(of_units.map(|u| u.unit.code.as_str()));
    let aliases = plan
        .geography
        .names_with_units()
        .filter(|(name, _)| *name == folded);
    let here = |unit: &&UnitKey| unit.vintage == geography;
    named.extend(
        aliases
            .flat_map(|(_, units)| units.iter().filter(here))
            .map(|unit| unit.code.as_str()),
    );
    let of = format!(" on the geography {geography}");
    match (named.len(), named.first()) {
        (1, Some(code)) => Ok((*code).to_owned()),
        (0, _) => Err(unknown_place(plan, asked, geography, known)),
        _ => Err(NameError::Several {
            what: "unit",
            asked: asked.to_owned(),
            of,
            known: list(named.into_iter().map(str::to_owned)),
        }),
    }
}
