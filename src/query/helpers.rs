//! Helper tables that the models read beside the tables of the lake: unit numbers, territory, periods, report order.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::ArrayRef;
use datafusion::error::Result;
use jiff::civil::Date;

use crate::engine::Engine;
use crate::engine::columns::{batch, displayed, flags, integers, texts};
use crate::geography::{
    AnyReport, Geography, ReportStanding, Reports, UnitChange, UnitKey, UnitName,
};
use crate::period::{Frequency, Period};

/// Registers the helper tables that every model may read: `unit_entities`, `unit_atoms`, `entity_merges`, `periods`,
/// `shorter_periods`, `home_forms` and `report_order`. Periods of the lengths `from_shorter` are made of shorter ones where no
/// report gives them.
///
/// # Errors
/// When the engine refuses a table.
pub fn register_helpers(
    engine: &Engine,
    geography: &Geography,
    (home_forms, from_shorter): (&[HomeForm], &[Frequency]),
    reports: &Reports,
) -> Result<()> {
    let numbers = UnitNumbers::of(geography);
    register_entities(engine, geography, &numbers)?;
    register_atoms(engine, geography, &numbers)?;
    register_merges(engine, geography, &numbers)?;
    register_periods(engine, from_shorter, reports)?;
    register_home_forms(engine, home_forms)?;
    register_report_order(engine, reports)
}

/// Registers a table with one batch.
pub(super) fn register<'n>(
    engine: &Engine,
    table: &str,
    columns: impl IntoIterator<Item = (&'n str, ArrayRef)>,
) -> Result<()> {
    engine.register_batch(table, batch(columns)?)
}

/// The numbers that models use in place of units. Units of later vintages have greater numbers.
pub(super) struct UnitNumbers<'a>(BTreeMap<&'a UnitKey, i64>);

impl<'a> UnitNumbers<'a> {
    pub(super) fn of(geography: &'a Geography) -> Self {
        let units = geography.entities().map(|(unit, _)| unit);
        Self(units.zip(0..).collect())
    }

    /// The number of a unit. Every unit of the geography has one.
    pub(super) fn number(&self, unit: &UnitKey) -> i64 {
        self.0.get(unit).copied().unwrap_or(-1)
    }
}

/// `unit_entities`: the numbers of each unit and of its reporting unit (entity).
fn register_entities(
    engine: &Engine,
    geography: &Geography,
    numbers: &UnitNumbers<'_>,
) -> Result<()> {
    let entities: Vec<_> = geography.entities().collect();
    let units = || entities.iter().map(|(unit, _)| unit);
    let columns = vec![
        ("vintage", texts(units().map(|u| u.vintage.as_str()))),
        ("unit_code", texts(units().map(|u| u.code.as_str()))),
        ("unit", integers(units().map(|u| numbers.number(u)))),
        (
            "entity",
            integers(entities.iter().map(|(_, entity)| numbers.number(entity))),
        ),
    ];
    register(engine, "unit_entities", columns)
}

/// `unit_atoms`: the territory of each unit in units of the first vintage, and how many those are.
fn register_atoms(engine: &Engine, geography: &Geography, numbers: &UnitNumbers<'_>) -> Result<()> {
    let mut rows: Vec<[String; 7]> = Vec::new();
    let (mut units, mut sizes) = (Vec::new(), Vec::new());
    let names = |unit: &UnitKey| {
        let names = geography.names(unit, Date::MAX);
        names.map_or_else(
            || [unit.code.clone(), unit.code.clone()],
            |u| [u.name_vi.clone(), u.name_en.clone()],
        )
    };
    for (vintage, _) in &geography.vintages {
        for unit in geography.units_of(vintage) {
            let atoms = geography.atoms(unit);
            for atom in &atoms {
                let id = format!("{}:{}", atom.vintage, atom.code);
                let [name_vi, name_en] = names(unit);
                let [atom_vi, atom_en] = names(atom);
                let (vintage, code) = (vintage.clone(), unit.code.clone());
                rows.push([vintage, code, name_vi, name_en, id, atom_vi, atom_en]);
                units.push(numbers.number(unit));
                sizes.push(atoms.len() as i64);
            }
        }
    }
    let column = |i: usize| texts(rows.iter().map(move |row| row[i].as_str()));
    let columns = vec![
        ("vintage", column(0)),
        ("unit_code", column(1)),
        ("name_vi", column(2)),
        ("name_en", column(3)),
        ("atom", column(4)),
        ("atom_vi", column(5)),
        ("atom_en", column(6)),
        ("unit", integers(units)),
        ("size", integers(sizes)),
    ];
    register(engine, "unit_atoms", columns)
}

/// `entity_merges`: which units, and reporting units, were merged into which, with the names of the former ones.
fn register_merges(
    engine: &Engine,
    geography: &Geography,
    numbers: &UnitNumbers<'_>,
) -> Result<()> {
    let changes = geography.tables.changes.iter();
    let merges: Vec<_> = changes.filter(|change| !change.is_unchanged()).collect();
    let name = |change: &UnitChange, of: fn(&UnitName) -> &String| {
        let names = geography.names(&change.from, Date::MAX);
        names.map_or_else(|| change.from.code.clone(), |n| of(n).clone())
    };
    let names = |of: fn(&UnitName) -> &String| -> ArrayRef {
        texts(merges.iter().map(|change| name(change, of)))
    };
    let entity = |unit: &UnitKey| numbers.number(geography.entity(unit));
    let columns = vec![
        ("to_entity", integers(merges.iter().map(|c| entity(&c.to)))),
        (
            "from_entity",
            integers(merges.iter().map(|c| entity(&c.from))),
        ),
        (
            "to_unit",
            integers(merges.iter().map(|c| numbers.number(&c.to))),
        ),
        (
            "from_unit",
            integers(merges.iter().map(|c| numbers.number(&c.from))),
        ),
        ("name_vi", names(|n| &n.name_vi)),
        ("name_en", names(|n| &n.name_en)),
    ];
    register(engine, "entity_merges", columns)
}

/// `periods`: every period of a report or an observation, and those that are made of shorter ones, with its last day and its
/// length. `shorter_periods`: those that are made, with the shorter ones within each.
fn register_periods(engine: &Engine, from_shorter: &[Frequency], reports: &Reports) -> Result<()> {
    let mut periods: BTreeSet<Period> = reports
        .iter()
        .flat_map(|r| {
            let observed = r.dossier().content.observations.iter();
            r.period().into_iter().chain(observed.map(|o| o.period))
        })
        .collect();
    let each = from_shorter
        .iter()
        .flat_map(|frequency| periods.iter().map(|p| p.within(*frequency)));
    let longer: BTreeSet<Period> = each.flatten().collect();
    register_shorter(engine, &longer)?;
    periods.extend(longer);
    let names: Vec<String> = periods.iter().map(ToString::to_string).collect();
    let ends: Vec<String> = periods.iter().map(|p| p.end().to_string()).collect();
    let months = periods.iter().map(|p| i64::from(p.months()));
    let columns = vec![
        ("period", texts(names.iter().map(String::as_str))),
        ("ends", texts(ends.iter().map(String::as_str))),
        ("months", integers(months)),
    ];
    register(engine, "periods", columns)
}

fn register_shorter(engine: &Engine, longer: &BTreeSet<Period>) -> Result<()> {
    let mut rows: Vec<(Period, Period)> = Vec::new();
    for whole in longer {
        let parts = Frequency::ALL.into_iter().flat_map(|f| whole.parts(f));
        rows.extend(parts.map(|part| (*whole, part)));
    }
    let month = |of: fn(&Period) -> Date| {
        let month = move |(whole, part): &(Period, Period)| {
            i64::from(of(part).month() - whole.start().month()) + 1
        };
        integers(rows.iter().map(month))
    };
    let columns = vec![
        (
            "period",
            displayed(rows.iter().map(|(whole, _)| Some(*whole))),
        ),
        ("part", displayed(rows.iter().map(|(_, part)| Some(*part)))),
        ("first_month", month(|part| part.start())),
        ("last_month", month(|part| part.end())),
        (
            "months",
            integers(rows.iter().map(|(whole, _)| i64::from(whole.months()))),
        ),
    ];
    register(engine, "shorter_periods", columns)
}

/// Which form gives the total of an indicator in periods of one length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HomeForm {
    /// The indicator.
    pub indicator: String,
    /// The length of the periods in months.
    pub months: i64,
    /// Code of the form.
    pub form: String,
}

/// `home_forms`: the form that gives the total of an indicator, for each length of periods that it has.
fn register_home_forms(engine: &Engine, home_forms: &[HomeForm]) -> Result<()> {
    let columns = vec![
        ("indicator", texts(home_forms.iter().map(|h| &h.indicator))),
        ("months", integers(home_forms.iter().map(|h| h.months))),
        ("home_form", texts(home_forms.iter().map(|h| &h.form))),
    ];
    register(engine, "home_forms", columns)
}

/// `report_order`: whether another report takes precedence over a report, or the report is held back; and whether it is set
/// aside because the successor of its unit reports: it is still compared with that report.
fn register_report_order(engine: &Engine, reports: &Reports) -> Result<()> {
    let sources = reports.iter().map(|r| &r.dossier().source);
    let outranked = reports.iter().map(is_outranked);
    let set_aside = reports.iter().map(is_set_aside);
    let columns = [
        ("report_id", texts(sources.map(|s| &s.report_id))),
        ("outranked", flags(outranked)),
        ("set_aside", flags(set_aside)),
    ];
    register(engine, "report_order", columns)
}

/// Whether a report is outranked, set aside or held back: its values never count.
fn is_outranked(report: AnyReport<'_>) -> bool {
    match report {
        AnyReport::Judged(report) => match report.standing {
            ReportStanding::Current | ReportStanding::Superseded => false,
            ReportStanding::Outranked | ReportStanding::SetAside | ReportStanding::Held(_) => true,
        },
        AnyReport::Unplaced(_) => true,
    }
}

/// Whether a report is set aside beside that of the successor of its unit.
fn is_set_aside(report: AnyReport<'_>) -> bool {
    matches!(report, AnyReport::Judged(report) if report.standing == ReportStanding::SetAside)
}
