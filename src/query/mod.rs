//! From observations to facts and totals: the pipeline's SQL models, run in their order.
//!
//! The statistics stand in the models (`models/*.sql`); here is only the order in which they follow each
//! other. Territory is restated one vintage at a time, so that a chain of changes needs no other SQL than
//! a single one.

mod open;

pub(crate) use open::engine_over;
pub use open::{OpenError, open_engine};

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{Field, Schema, SchemaRef};
use datafusion::error::Result;
use futures::{StreamExt as _, stream};
use jiff::civil::Date;

use crate::engine::{Answer, Engine, conform};
use crate::geography::{
    AnyReport, Geography, RegionMember, Reports, Standing, UnitChange, UnitKey, UnitName,
};
use crate::lake;
use crate::period::Period;

/// The SQL of the models, by the names of their files.
#[derive(Debug, Clone, Default)]
pub struct Models(pub BTreeMap<String, String>);

/// The models there must be.
pub const MODELS: [&str; 16] = [
    "keys",
    "related_keys",
    "stated",
    "counted",
    "unit_values",
    "unit_sources",
    "aggregated",
    "facts_of_vintage",
    "sources_of_vintage",
    "facts",
    "fact_sources",
    "unit_names",
    "provincial",
    "regional",
    "national",
    "revisions",
];

impl Models {
    fn sql(&self, model: &str, vintage: &str) -> String {
        self.0
            .get(model)
            .map(|sql| sql.replace("{vintage}", vintage))
            .unwrap_or_default()
    }
}

/// A country as the tables name it.
#[derive(Debug, Clone)]
pub struct Country {
    /// Code.
    pub code: String,
    /// Name in Vietnamese.
    pub name_vi: String,
    /// Name in English.
    pub name_en: String,
}

/// A small table of texts, flags and numbers for the models.
fn helper(columns: Vec<(&str, ArrayRef)>) -> Result<(SchemaRef, RecordBatch)> {
    let fields: Vec<Field> = columns
        .iter()
        .map(|(name, array)| Field::new(*name, array.data_type().clone(), true))
        .collect();
    let schema: SchemaRef = Arc::new(Schema::new(fields));
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    Ok((Arc::clone(&schema), RecordBatch::try_new(schema, arrays)?))
}

fn integers(values: impl Iterator<Item = i64>) -> ArrayRef {
    Arc::new(values.collect::<Int64Array>())
}

fn texts<'a>(values: impl Iterator<Item = &'a str>) -> ArrayRef {
    Arc::new(values.map(Some).collect::<StringArray>())
}

/// Registers what the models need beside the tables of the contract: the number of each unit and of its reporting unit
/// (`unit_entities`), how periods follow each other (`periods`), which reports were outranked.
///
/// # Errors
/// When the engine refuses a table.
pub fn register_helpers(engine: &Engine, geography: &Geography, reports: &Reports) -> Result<()> {
    let numbers = UnitNumbers::of(geography);
    let entities: Vec<_> = geography.entities().collect();
    let (schema, batch) = helper(vec![
        (
            "vintage",
            texts(entities.iter().map(|(u, _)| u.vintage.as_str())),
        ),
        (
            "unit_code",
            texts(entities.iter().map(|(u, _)| u.code.as_str())),
        ),
        (
            "unit",
            integers(entities.iter().map(|(unit, _)| numbers.number(unit))),
        ),
        (
            "entity",
            integers(entities.iter().map(|(_, entity)| numbers.number(entity))),
        ),
    ])?;
    engine.register("unit_entities", schema, vec![batch])?;

    register_atoms(engine, geography, &numbers)?;
    register_merges(engine, geography, &numbers)?;

    let mut periods: Vec<Period> = reports
        .iter()
        .flat_map(|r| {
            let observations = r.dossier().content.observations.iter();
            r.period().into_iter().chain(observations.map(|o| o.period))
        })
        .collect();
    periods.sort_unstable();
    periods.dedup();
    let shown: Vec<String> = periods.iter().map(ToString::to_string).collect();
    let ends: Vec<String> = periods.iter().map(|p| p.end().to_string()).collect();
    let (schema, batch) = helper(vec![
        ("period", texts(shown.iter().map(String::as_str))),
        ("ends", texts(ends.iter().map(String::as_str))),
        (
            "months",
            integers(periods.iter().map(|p| i64::from(p.months()))),
        ),
    ])?;
    engine.register("periods", schema, vec![batch])?;

    let (schema, batch) = helper(vec![
        (
            "report_id",
            texts(
                reports
                    .iter()
                    .map(|r| r.dossier().source.report_id.as_str()),
            ),
        ),
        (
            "outranked",
            Arc::new(
                reports
                    .iter()
                    .map(|r| Some(is_outranked(r)))
                    .collect::<BooleanArray>(),
            ),
        ),
    ])?;
    engine.register("report_order", schema, vec![batch])
}

/// Whether a report is outranked or held back: its values never count.
fn is_outranked(report: AnyReport<'_>) -> bool {
    match report {
        AnyReport::Judged(report) => {
            matches!(report.standing, Standing::Outranked | Standing::Held(_))
        }
        AnyReport::Unplaced(_) => true,
    }
}

/// `unit_atoms`: each unit with its territory in units of the first vintage, and how many those are.
fn register_atoms(engine: &Engine, geography: &Geography, numbers: &UnitNumbers) -> Result<()> {
    let mut rows: Vec<[String; 7]> = Vec::new();
    let (mut units, mut sizes) = (Vec::new(), Vec::new());
    let both = |unit: &UnitKey| {
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
                let [name_vi, name_en] = both(unit);
                let [atom_vi, atom_en] = both(atom);
                let (vintage, code) = (vintage.clone(), unit.code.clone());
                rows.push([vintage, code, name_vi, name_en, id, atom_vi, atom_en]);
                units.push(numbers.number(unit));
                sizes.push(atoms.len() as i64);
            }
        }
    }
    let column = |i: usize| texts(rows.iter().map(move |row| row[i].as_str()));
    let (schema, batch) = helper(vec![
        ("vintage", column(0)),
        ("unit_code", column(1)),
        ("name_vi", column(2)),
        ("name_en", column(3)),
        ("atom", column(4)),
        ("atom_vi", column(5)),
        ("atom_en", column(6)),
        ("unit", integers(units.into_iter())),
        ("size", integers(sizes.into_iter())),
    ])?;
    engine.register("unit_atoms", schema, vec![batch])
}

/// `entity_merges`: which reporting units were merged into which, with the names of those that were.
fn register_merges(engine: &Engine, geography: &Geography, numbers: &UnitNumbers) -> Result<()> {
    let changes = geography.tables.changes.iter();
    let merges: Vec<_> = changes.filter(|change| !change.is_unchanged()).collect();
    let name = |change: &UnitChange, of: fn(&UnitName) -> &String| {
        let names = geography.names(&change.from, Date::MAX);
        names.map_or_else(|| change.from.code.clone(), |n| of(n).clone())
    };
    let named = |of: fn(&UnitName) -> &String| -> ArrayRef {
        let names = merges.iter().map(|change| Some(name(change, of)));
        Arc::new(names.collect::<StringArray>())
    };
    let entity = |unit: &UnitKey| numbers.number(geography.entity(unit));
    let (schema, batch) = helper(vec![
        ("to_entity", integers(merges.iter().map(|c| entity(&c.to)))),
        (
            "from_entity",
            integers(merges.iter().map(|c| entity(&c.from))),
        ),
        ("name_vi", named(|n| &n.name_vi)),
        ("name_en", named(|n| &n.name_en)),
    ])?;
    engine.register("entity_merges", schema, vec![batch])
}

/// Units as the models name them: by number, those of later vintages after those of earlier ones.
struct UnitNumbers<'a>(BTreeMap<&'a UnitKey, i64>);

impl<'a> UnitNumbers<'a> {
    fn of(geography: &'a Geography) -> Self {
        let units = geography.entities().map(|(unit, _)| unit);
        Self(units.zip(0..).collect())
    }

    /// Every unit of the geography has one.
    fn number(&self, unit: &UnitKey) -> i64 {
        self.0.get(unit).copied().unwrap_or(-1)
    }
}

/// The members of groups of units: what `aggregated` adds up.
#[derive(Default)]
struct Members {
    group: Vec<i64>,
    member: Vec<i64>,
    size: Vec<i64>,
}

impl Members {
    fn add(&mut self, group: i64, members: &[i64]) {
        for member in members {
            self.group.push(group);
            self.member.push(*member);
            self.size.push(members.len() as i64);
        }
    }

    fn register(self, engine: &Engine) -> Result<()> {
        let (schema, batch) = helper(vec![
            ("group_id", integers(self.group.into_iter())),
            ("member", integers(self.member.into_iter())),
            ("size", integers(self.size.into_iter())),
        ])?;
        engine.register("members", schema, vec![batch])
    }
}

/// Runs all models over `reports`, `observations` and the reference tables, which are registered already.
/// Returns the tables of the contract that they make.
///
/// # Errors
/// When a model fails.
pub async fn run(
    engine: &Engine,
    models: &Models,
    geography: &Geography,
    country: &Country,
) -> Result<Vec<(&'static str, RecordBatch)>> {
    for model in ["keys", "related_keys", "stated", "counted"] {
        engine.materialize(model, &models.sql(model, "")).await?;
    }
    // Nothing else stands on it.
    let revisions = engine.begin(models.sql("revisions", ""));
    for model in ["unit_values", "unit_sources"] {
        engine.materialize(model, &models.sql(model, "")).await?;
    }
    let numbers = UnitNumbers::of(geography);
    // The first vintage has no parts to restate from.
    for (none, like) in [
        ("parts", "SELECT * FROM unit_values LIMIT 0"),
        (
            "sources_before",
            "SELECT *, entity AS unit FROM unit_sources LIMIT 0",
        ),
    ] {
        engine.materialize(none, like).await?;
    }
    let (mut facts, mut sources): (Vec<Answer>, Vec<Answer>) = (Vec::new(), Vec::new());
    let mut before: Option<&str> = None;
    for (vintage, _) in &geography.vintages {
        predecessors(geography, &numbers, before, vintage).register(engine)?;
        let make = async |model: &str| engine.materialize(model, &models.sql(model, vintage)).await;
        make("aggregated").await?;
        let (parts, behind) = (
            make("facts_of_vintage").await?,
            make("sources_of_vintage").await?,
        );
        engine.register("parts", parts.0.clone(), parts.1.clone())?;
        engine.register("sources_before", behind.0.clone(), behind.1.clone())?;
        facts.push(parts);
        sources.push(behind);
        before = Some(vintage);
    }
    // Units of all vintages have numbers of their own.
    register_together(engine, "parts", &facts)?;
    register_together(engine, "all_facts", &facts)?;
    register_together(engine, "all_sources", &sources)?;
    regions_and_country(engine, geography, &numbers, country)?;
    for model in ["aggregated", "unit_names"] {
        engine.materialize(model, &models.sql(model, "")).await?;
    }
    let last = [
        "facts",
        "fact_sources",
        "provincial",
        "regional",
        "national",
    ];
    let answers = engine.query_each(last.map(|model| models.sql(model, "")));
    let mut made = stream::iter(last).zip(answers);
    let mut tables = Vec::new();
    while let Some((table, answer)) = made.next().await {
        tables.push((table, contract(table, &answer?.1)?));
    }
    tables.push(("revisions", contract("revisions", &revisions.await?.1)?));
    Ok(tables)
}

/// Registers tables of one schema as one.
fn register_together(engine: &Engine, name: &str, tables: &[Answer]) -> Result<()> {
    let Some((schema, _)) = tables.first() else {
        return Ok(());
    };
    let batches = tables.iter().flat_map(|(_, batches)| batches).cloned();
    engine.register(name, schema.clone(), batches.collect())
}

fn contract(table: &str, batches: &[RecordBatch]) -> Result<RecordBatch> {
    let schema = lake::table(table).map_or_else(|| Arc::new(Schema::empty()), |t| t.schema.clone());
    conform(&schema, batches)
}

/// Each unit of `vintage` with the units it came from. A unit that the change left as it was came from one: what
/// was restated to it on the vintage before goes on through it, what it reported itself is its own already.
fn predecessors(
    geography: &Geography,
    numbers: &UnitNumbers,
    before: Option<&str>,
    vintage: &str,
) -> Members {
    let mut members = Members::default();
    let Some(before) = before else { return members };
    for unit in geography.units_of(vintage) {
        let changes = geography.tables.changes.iter();
        let from: Vec<i64> = changes
            .filter(|c| c.to == *unit && c.from.vintage == before)
            .map(|c| numbers.number(&c.from))
            .collect();
        members.add(numbers.number(unit), &from);
    }
    members
}

/// Groups for the regions of every scheme and for the country of every vintage, with their names.
fn regions_and_country(
    engine: &Engine,
    geography: &Geography,
    numbers: &UnitNumbers,
    country: &Country,
) -> Result<()> {
    let mut members = Members::default();
    let mut groups: Vec<[Option<&str>; 5]> = Vec::new();
    for (vintage, _) in &geography.vintages {
        let units = geography.units_of(vintage);
        let units: Vec<i64> = units.iter().map(|unit| numbers.number(unit)).collect();
        members.add(groups.len() as i64, &units);
        let [code, name_vi, name_en] =
            [&country.code, &country.name_vi, &country.name_en].map(|text| Some(text.as_str()));
        groups.push([Some(vintage), None, code, name_vi, name_en]);
    }
    let mut regions: BTreeMap<(&str, &str), Vec<&RegionMember>> = BTreeMap::new();
    for member in &geography.tables.regions {
        let region = (member.scheme.as_str(), member.region.as_str());
        regions.entry(region).or_default().push(member);
    }
    for rows in regions.into_values() {
        let Some(first) = rows.first() else { continue };
        let units: Vec<i64> = rows.iter().map(|r| numbers.number(&r.unit)).collect();
        members.add(groups.len() as i64, &units);
        let texts = [
            &first.unit.vintage,
            &first.scheme,
            &first.region,
            &first.name_vi,
            &first.name_en,
        ];
        groups.push(texts.map(|text| Some(text.as_str())));
    }
    members.register(engine)?;
    let column =
        |i: usize| -> ArrayRef { Arc::new(groups.iter().map(|g| g[i]).collect::<StringArray>()) };
    let (schema, batch) = helper(vec![
        ("group_id", integers(0..groups.len() as i64)),
        ("geography", column(0)),
        ("scheme", column(1)),
        ("code", column(2)),
        ("name_vi", column(3)),
        ("name_en", column(4)),
    ])?;
    engine.register("groups", schema, vec![batch])
}
