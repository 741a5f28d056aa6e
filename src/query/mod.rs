//! From observations to facts and totals: the pipeline's SQL models, run in their order.
//!
//! The statistics stand in the models (`models/*.sql`); here is only the order in which they follow each
//! other. Territory is restated one vintage at a time, so that a chain of changes needs no other SQL than
//! a single one.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{Field, Schema, SchemaRef};
use datafusion::error::Result;
use futures::{StreamExt as _, stream};
use jiff::civil::Date;

use crate::engine::{Engine, conform};
use crate::geography::{Geography, Report, UnitKey, UnitName};
use crate::lake;
use crate::period::Period;

/// The SQL of the models, by the names of their files.
#[derive(Debug, Clone, Default)]
pub struct Models(pub std::collections::BTreeMap<String, String>);

/// The models there must be.
pub const MODELS: [&str; 11] = [
    "counted",
    "unit_values",
    "unit_sources",
    "aggregated",
    "facts",
    "fact_sources",
    "provincial",
    "regional",
    "national",
    "revisions",
    "unit_names",
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

fn texts<'a>(values: impl Iterator<Item = &'a str>) -> ArrayRef {
    Arc::new(values.map(Some).collect::<StringArray>())
}

/// Registers what the models need beside the tables of the contract: which units are one reporting unit
/// (`unit_entities`), how periods follow each other (`periods`), which reports were outranked.
///
/// # Errors
/// When the engine refuses a table.
pub fn register_helpers(engine: &Engine, geography: &Geography, reports: &[Report]) -> Result<()> {
    let entities: Vec<_> = geography.entities().collect();
    let names: Vec<String> = entities
        .iter()
        .map(|(_, e)| format!("{}:{}", e.vintage, e.code))
        .collect();
    let (schema, batch) = helper(vec![
        (
            "vintage",
            texts(entities.iter().map(|(u, _)| u.vintage.as_str())),
        ),
        (
            "unit_code",
            texts(entities.iter().map(|(u, _)| u.code.as_str())),
        ),
        ("entity", texts(names.iter().map(String::as_str))),
    ])?;
    engine.register("unit_entities", schema, vec![batch])?;

    register_atoms(engine, geography)?;
    register_merges(engine, geography)?;

    let mut periods: Vec<Period> = reports
        .iter()
        .flat_map(|r| {
            r.period
                .into_iter()
                .chain(r.observations.iter().map(|o| o.period))
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
            Arc::new(
                periods
                    .iter()
                    .map(|p| i64::from(p.months()))
                    .collect::<Int64Array>(),
            ),
        ),
    ])?;
    engine.register("periods", schema, vec![batch])?;

    let (schema, batch) = helper(vec![
        (
            "report_id",
            texts(reports.iter().map(|r| r.report_id.as_str())),
        ),
        (
            "outranked",
            Arc::new(
                reports
                    .iter()
                    .map(|r| Some(r.outranked || r.held))
                    .collect::<BooleanArray>(),
            ),
        ),
    ])?;
    engine.register("report_order", schema, vec![batch])
}

/// `unit_atoms`: each unit with its territory in units of the first vintage, and how many those are.
fn register_atoms(engine: &Engine, geography: &Geography) -> Result<()> {
    let mut rows: Vec<[String; 7]> = Vec::new();
    let mut sizes: Vec<i64> = Vec::new();
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
        ("size", Arc::new(Int64Array::from(sizes))),
    ])?;
    engine.register("unit_atoms", schema, vec![batch])
}

/// `entity_merges`: which reporting units were merged into which, with the names of those that were.
fn register_merges(engine: &Engine, geography: &Geography) -> Result<()> {
    let id = |unit: &UnitKey| {
        let entity = geography.entity(unit);
        format!("{}:{}", entity.vintage, entity.code)
    };
    let rows: Vec<[String; 4]> = geography
        .tables
        .changes
        .iter()
        .filter(|change| !change.is_unchanged())
        .map(|change| {
            let names = geography.names(&change.from, Date::MAX);
            let name = |of: fn(&UnitName) -> &String| {
                names.map_or_else(|| change.from.code.clone(), |n| of(n).clone())
            };
            let (name_vi, name_en) = (name(|n| &n.name_vi), name(|n| &n.name_en));
            [id(&change.to), id(&change.from), name_vi, name_en]
        })
        .collect();
    let column = |i: usize| texts(rows.iter().map(move |row| row[i].as_str()));
    let (schema, batch) = helper(vec![
        ("to_entity", column(0)),
        ("from_entity", column(1)),
        ("name_vi", column(2)),
        ("name_en", column(3)),
    ])?;
    engine.register("entity_merges", schema, vec![batch])
}

/// The members of groups of units: what `aggregated` adds up.
#[derive(Default)]
struct Members {
    geography: Vec<String>,
    group: Vec<String>,
    member: Vec<String>,
    size: Vec<i64>,
}

impl Members {
    fn add(&mut self, geography: &str, group: &str, members: &[&str]) {
        for member in members {
            self.geography.push(geography.to_owned());
            self.group.push(group.to_owned());
            self.member.push((*member).to_owned());
            self.size.push(members.len() as i64);
        }
    }

    fn register(self, engine: &Engine) -> Result<()> {
        let (schema, batch) = helper(vec![
            (
                "geography",
                texts(self.geography.iter().map(String::as_str)),
            ),
            ("group_id", texts(self.group.iter().map(String::as_str))),
            ("member", texts(self.member.iter().map(String::as_str))),
            ("size", Arc::new(Int64Array::from(self.size))),
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
    engine
        .materialize("counted", &models.sql("counted", ""))
        .await?;
    // Nothing else stands on it.
    let revisions = engine.begin(models.sql("revisions", ""));
    for model in ["unit_values", "unit_sources"] {
        engine.materialize(model, &models.sql(model, "")).await?;
    }
    let mut facts: Vec<RecordBatch> = Vec::new();
    let mut sources: Vec<RecordBatch> = Vec::new();
    let mut before: Option<&str> = None;
    for (vintage, _) in &geography.vintages {
        predecessors(geography, before, vintage).register(engine)?;
        if before.is_none() {
            // The first vintage has no parts to restate from.
            let (schema, _) = engine
                .query(&format!("{} LIMIT 0", first_parts(vintage)))
                .await?;
            engine.register("parts", schema, vec![])?;
            let table = lake::table("fact_sources")
                .map_or_else(|| Arc::new(Schema::empty()), |t| t.schema.clone());
            engine.register("sources_before", table, vec![])?;
        }
        engine
            .materialize("aggregated", &models.sql("aggregated", vintage))
            .await?;
        engine
            .materialize("facts_of_vintage", &models.sql("facts", vintage))
            .await?;
        engine
            .materialize(
                "fact_sources_of_vintage",
                &models.sql("fact_sources", vintage),
            )
            .await?;
        let (fact_schema, fact_batches) = engine.query("SELECT * FROM facts_of_vintage").await?;
        let (source_schema, source_batches) = engine
            .query("SELECT * FROM fact_sources_of_vintage")
            .await?;
        facts.extend(fact_batches.iter().cloned());
        sources.extend(source_batches.iter().cloned());
        engine.register("parts", fact_schema, fact_batches)?;
        engine.register("sources_before", source_schema, source_batches)?;
        before = Some(vintage);
    }
    let (schema, _) = engine
        .query("SELECT * FROM facts_of_vintage LIMIT 0")
        .await?;
    engine.register("all_facts", schema.clone(), facts.clone())?;
    engine.register("parts", schema, facts)?;
    regions_and_country(engine, geography, country)?;
    for model in ["aggregated", "unit_names"] {
        engine.materialize(model, &models.sql(model, "")).await?;
    }
    let mut tables = vec![("fact_sources", contract("fact_sources", &sources)?)];
    let all_facts = "SELECT * FROM all_facts".to_owned();
    let last = ["provincial", "regional", "national"];
    let queries = last.map(|model| models.sql(model, ""));
    let answers = engine.query_each(std::iter::once(all_facts).chain(queries));
    let mut made = stream::iter(std::iter::once("facts").chain(last)).zip(answers);
    while let Some((table, answer)) = made.next().await {
        tables.push((table, contract(table, &answer?.1)?));
    }
    tables.push(("revisions", contract("revisions", &revisions.await?.1)?));
    Ok(tables)
}

/// The columns of `parts`, for the vintage before the first.
fn first_parts(vintage: &str) -> String {
    format!(
        "SELECT '{vintage}' AS geography, CAST(NULL AS VARCHAR) AS unit_code, period, indicator, sector, fund, scenario, \
         measure, scale, value, weight, numerator, status FROM unit_values"
    )
}

fn contract(table: &str, batches: &[RecordBatch]) -> Result<RecordBatch> {
    let schema = lake::table(table).map_or_else(|| Arc::new(Schema::empty()), |t| t.schema.clone());
    conform(&schema, batches)
}

/// Each unit of `vintage` with the units it came from. A unit that the change left as it was came from one: what
/// was restated to it on the vintage before goes on through it, what it reported itself is its own already.
fn predecessors(geography: &Geography, before: Option<&str>, vintage: &str) -> Members {
    let mut members = Members::default();
    let Some(before) = before else { return members };
    for unit in geography.units_of(vintage) {
        let from: Vec<&str> = geography
            .tables
            .changes
            .iter()
            .filter(|c| c.to == *unit && c.from.vintage == before)
            .map(|c| c.from.code.as_str())
            .collect();
        members.add(before, &unit.code, &from);
    }
    members
}

/// Groups for the regions of every scheme and for the country of every vintage, with their names.
fn regions_and_country(engine: &Engine, geography: &Geography, country: &Country) -> Result<()> {
    let mut members = Members::default();
    let mut groups: Vec<[Option<String>; 6]> = Vec::new();
    for (vintage, _) in &geography.vintages {
        let units: Vec<&str> = geography
            .units_of(vintage)
            .into_iter()
            .map(|u| u.code.as_str())
            .collect();
        let id = groups.len().to_string();
        members.add(vintage, &id, &units);
        let names =
            [&country.code, &country.name_vi, &country.name_en].map(|text| Some(text.clone()));
        let [code, name_vi, name_en] = names;
        groups.push([
            Some(id),
            Some(vintage.clone()),
            None,
            code,
            name_vi,
            name_en,
        ]);
    }
    let mut regions: std::collections::BTreeMap<
        (&str, &str),
        Vec<&crate::geography::RegionMember>,
    > = std::collections::BTreeMap::new();
    for member in &geography.tables.regions {
        regions
            .entry((&member.scheme, &member.region))
            .or_default()
            .push(member);
    }
    for rows in regions.into_values() {
        let Some(first) = rows.first() else { continue };
        let units: Vec<&str> = rows.iter().map(|r| r.unit.code.as_str()).collect();
        let id = groups.len().to_string();
        members.add(&first.unit.vintage, &id, &units);
        let texts = [
            &id,
            &first.unit.vintage,
            &first.scheme,
            &first.region,
            &first.name_vi,
            &first.name_en,
        ];
        groups.push(texts.map(|text| Some(text.clone())));
    }
    members.register(engine)?;
    let column = |i: usize| -> ArrayRef {
        Arc::new(groups.iter().map(|g| g[i].clone()).collect::<StringArray>())
    };
    let (schema, batch) = helper(vec![
        ("group_id", column(0)),
        ("geography", column(1)),
        ("scheme", column(2)),
        ("code", column(3)),
        ("name_vi", column(4)),
        ("name_en", column(5)),
    ])?;
    engine.register("groups", schema, vec![batch])
}
