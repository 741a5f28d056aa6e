//! Runs the pipeline's models over a world in this process: the tables that a run registers first, and the tables that the
//! models make.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::json::ReaderBuilder;
use datafusion::error::DataFusionError;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::runtime::Builder;
use tonghop::diagnostic::Finding;
use tonghop::engine::Engine;
use tonghop::extract::Scenario;
use tonghop::geography::{
    Dossier, Geography, JudgedReport, PlacedReport, RegionMember, ReportSource, ReportStanding,
    Reports, Tables, UnitChange, UnitKey, UnitName, VintageBasis,
};
use tonghop::lake::{self, LakeSchema};
use tonghop::normalize::{Observation, ObservationStatus};
use tonghop::query::{self, Country, HomeForm, Models};
use tonghop::read::Address;
use tonghop::text::{BreakdownColumns, Folder};
use tonghop::validate;

use super::world::{HOME, World, indicators};
use crate::support::catalogue::Measure;
use crate::support::definitions::kttt;
use crate::support::lake::{Row, rows_of};
use crate::support::truth::{Cell, Key};

/// What the models make of a world.
pub(crate) struct Totals {
    pub(crate) facts: Vec<Row>,
    pub(crate) sources: Vec<Row>,
    pub(crate) provincial: Vec<Row>,
    pub(crate) regional: Vec<Row>,
    pub(crate) national: Vec<Row>,
}

/// The models of the pipeline.
pub(crate) fn models() -> Models {
    // The worlds have no agencies and no tasks, which the subject's own models read.
    let directory = &kttt().models_directory;
    Models::read(directory, &directory.join("none"), &LakeSchema::default()).expect("sound models")
}

/// The same with one of them changed.
pub(crate) fn broken(model: &str, sound: &str, wrong: &str) -> Models {
    let mut texts = models().texts().clone();
    let sql = texts.get_mut(model).unwrap();
    assert!(
        sql.contains(sound),
        "{model} has changed: break it in another way than at `{sound}`"
    );
    *sql = sql.replace(sound, wrong);
    Models::new(&kttt().models_directory, texts).unwrap()
}

/// Runs the models.
pub(crate) fn totals(world: &World, models: &Models) -> Totals {
    run(world, models, false, "").0
}

/// Runs the models, and the checks over what they make.
pub(crate) fn totals_and_findings(world: &World, models: &Models) -> (Totals, Vec<Finding>) {
    run(world, models, true, "")
}

/// The same with one report that is set aside: it is not current, but compared.
pub(crate) fn with_set_aside(world: &World, report: &str) -> (Totals, Vec<Finding>) {
    run(world, &models(), true, report)
}

fn run(world: &World, models: &Models, checked: bool, set_aside: &str) -> (Totals, Vec<Finding>) {
    let runtime = Builder::new_multi_thread()
        .thread_stack_size(8 << 20)
        .build()
        .unwrap();
    let geography = geography(world);
    let country = Country {
        code: "VN".to_owned(),
        name_vi: "CẢ NƯỚC".to_owned(),
        name_en: "WHOLE COUNTRY".to_owned(),
    };
    let work = async move |world: &World| {
        let engine = Engine::new()?;
        for (name, batch) in tables(world) {
            engine.register(name, batch.schema(), vec![batch])?;
        }
        // The worlds have neither targets nor published figures.
        for name in ["targets", "history"] {
            let table = lake::table(name).expect("a table of the contract");
            engine.register(name, table.schema.clone(), Vec::new())?;
        }
        let mut reports = reports(world);
        query::register_helpers(&engine, &geography, (&home_forms(), &[]), &reports)?;
        let order = format!(
            "SELECT report_id, outranked, report_id = '{set_aside}' AS set_aside FROM report_order"
        );
        engine.materialize("report_order", &order).await?;
        let made = query::run(&engine, models, &geography, &country).await?;
        let mut findings = Vec::new();
        if checked {
            for (name, batch) in &made {
                engine.register(name, batch.schema(), vec![batch.clone()])?;
            }
            let columns = BreakdownColumns::default();
            let judged = &mut reports.judged;
            findings = validate::run_checks(&engine, judged, &columns, &kttt().lexicon).await?;
            let judged = reports.judged.into_iter();
            findings.extend(judged.flat_map(|r| r.report.dossier.findings));
        }
        Ok::<_, DataFusionError>((made, findings))
    };
    let (made, findings) = runtime.block_on(work(world)).unwrap();
    let rows = |table: &str| rows_of(&made.iter().find(|(name, _)| *name == table).unwrap().1);
    let totals = Totals {
        facts: rows("facts"),
        sources: rows("fact_sources"),
        provincial: rows("provincial"),
        regional: rows("regional"),
        national: rows("national"),
    };
    (totals, findings)
}

pub(super) fn unit_key(world: &World, (vintage, unit): (usize, usize)) -> UnitKey {
    let vintage = &world.vintages[vintage];
    UnitKey {
        vintage: vintage.name.to_owned(),
        code: vintage.units[unit].code.clone(),
    }
}

/// The territory as the house knows it.
pub(super) fn geography(world: &World) -> Geography {
    let mut tables = Tables::default();
    for (place, vintage) in world.vintages.iter().enumerate() {
        for (unit, is) in vintage.units.iter().enumerate() {
            let key = unit_key(world, (place, unit));
            tables.units.extend(is.names.iter().map(|name| UnitName {
                unit: key.clone(),
                name_vi: name.name.clone(),
                name_en: name.name.clone(),
                unit_type: "province".to_owned(),
                valid_from: name.from.parse().unwrap(),
                valid_to: name.to.as_ref().map(|day| day.parse().unwrap()),
                legal_basis: String::new(),
                line: 0,
            }));
            tables.changes.extend(is.from.iter().map(|before| {
                UnitChange {
                    from: unit_key(world, (place - 1, *before)),
                    to: key.clone(),
                    change: if is.from.len() == 1 {
                        "unchanged"
                    } else {
                        "merge"
                    }
                    .to_owned(),
                    effective: vintage.first_day.parse().unwrap(),
                    legal_basis: String::new(),
                    line: 0,
                }
            }));
        }
    }
    for region in &world.regions {
        tables
            .regions
            .extend(region.units.iter().map(|unit| RegionMember {
                scheme: region.scheme.clone(),
                region: region.code.clone(),
                name_vi: region.code.clone(),
                name_en: region.code.clone(),
                unit: unit_key(world, (region.vintage, *unit)),
                valid_from: String::new(),
                valid_to: None,
                legal_basis: String::new(),
                file: "regions.csv".into(),
                line: 0,
            }));
    }
    Geography::new(tables, &Folder::new(&BTreeMap::new()))
}

/// A figure in the letters of the tables: value and status.
fn stated(key: &Key, cell: Cell) -> (Option<String>, ObservationStatus) {
    let normal = if key.scenario == "estimate" {
        ObservationStatus::Estimate
    } else {
        ObservationStatus::Normal
    };
    match cell {
        Cell::Tenths(tenths) => {
            let sign = if tenths < 0 { "-" } else { "" };
            let (whole, tenth) = (tenths.abs() / 10, tenths.abs() % 10);
            (Some(format!("{sign}{whole}.{tenth}")), normal)
        }
        Cell::Nil => (Some("0".to_owned()), normal),
        Cell::NotCollected => (None, ObservationStatus::NotCollected),
        Cell::NotApplicable => (None, ObservationStatus::NotApplicable),
        Cell::Blank => (None, ObservationStatus::NotAnswered),
    }
}

/// The form that gives the totals of all periods.
fn home_forms() -> Vec<HomeForm> {
    let summed = indicators().into_iter();
    let summed = summed.filter(|(_, _, measure)| !matches!(measure, Measure::Ratio(..)));
    let each = summed.flat_map(|(id, ..)| {
        [1, 3, 6, 12].map(|months| HomeForm {
            indicator: id.to_string(),
            months,
            form: HOME.to_owned(),
        })
    });
    each.collect()
}

/// The reports as the house knows them.
fn reports(world: &World) -> Reports {
    let report = |sent: &super::world::Sent| {
        let observations = sent.cells.iter().map(|(key, cell)| {
            let (value, status) = stated(key, *cell);
            Observation {
                period: key.period.parse().unwrap(),
                indicator: key.indicator.clone(),
                members: tonghop::text::Members::parse(&key.sector),
                area: None,
                scenario: match key.scenario.as_str() {
                    "actual" => Scenario::Actual,
                    "estimate" => Scenario::Estimate,
                    _ => Scenario::Plan,
                },
                value: value.map(|v| v.parse().unwrap()),
                status,
                raw: None,
                unit_read: None,
                at: Address { row: 0, column: 0 },
            }
        });
        let mut dossier = Dossier::new(ReportSource {
            report_id: sent.id.clone(),
            submission_id: sent.id.clone(),
            file_name: sent.id.clone(),
            received_at: Timestamp::UNIX_EPOCH,
            sent_again_at: None,
            sheet: None,
            form: sent.form.to_owned(),
        });
        dossier.content.observations = observations.collect();
        JudgedReport {
            report: PlacedReport {
                dossier,
                unit: unit_key(world, sent.unit),
                vintage_basis: VintageBasis::Stated,
                period: sent.period.to_string().parse().unwrap(),
            },
            revision: 1,
            standing: if sent.is_current {
                ReportStanding::Current
            } else {
                ReportStanding::Superseded
            },
        }
    };
    Reports {
        judged: world.reports.iter().map(report).collect(),
        unplaced: Vec::new(),
    }
}

/// A table of the lake from its rows; a column that a row leaves out is NULL.
fn table(name: &str, rows: &[Value]) -> RecordBatch {
    let schema = &lake::table(name).unwrap().schema;
    let mut decoder = ReaderBuilder::new(Arc::clone(schema))
        .with_strict_mode(true)
        .with_batch_size(rows.len().max(1))
        .build_decoder()
        .unwrap();
    decoder.serialize(rows).unwrap();
    let made = decoder.flush().unwrap();
    made.unwrap_or_else(|| RecordBatch::new_empty(Arc::clone(schema)))
}

/// The tables that stand before the models run.
fn tables(world: &World) -> Vec<(&'static str, RecordBatch)> {
    let mut reports = Vec::new();
    let mut observations = Vec::new();
    for sent in &world.reports {
        let unit = unit_key(world, sent.unit);
        reports.push(json!({
            "report_id": sent.id, "submission_id": sent.id, "form": sent.form, "period": sent.period.to_string(),
            "unit_vintage": unit.vintage, "unit_code": unit.code, "revision": 1, "is_current": sent.is_current,
        }));
        for (number, (key, cell)) in sent.cells.iter().enumerate() {
            let (value, status) = stated(key, *cell);
            observations.push(json!({
                "report_id": sent.id, "form": sent.form, "period": key.period,
                "unit_vintage": unit.vintage, "unit_code": unit.code, "indicator": key.indicator,
                "sector": key.sector, "fund": "_T", "scenario": key.scenario, "value": value,
                "status": status.as_str(), "cell": format!("A{}", number + 1),
            }));
        }
    }
    let mut units = Vec::new();
    let mut changes = Vec::new();
    for (place, vintage) in world.vintages.iter().enumerate() {
        for unit in &vintage.units {
            units.extend(unit.names.iter().map(|name| {
                json!({
                    "unit_code": unit.code, "vintage": vintage.name, "name_vi": name.name,
                    "name_en": name.name, "valid_from": name.from, "valid_to": name.to,
                })
            }));
            changes.extend(unit.from.iter().map(|before| {
                let before = unit_key(world, (place - 1, *before));
                json!({
                    "from_vintage": before.vintage, "from_code": before.code,
                    "to_vintage": vintage.name, "to_code": unit.code,
                    "change": if unit.from.len() == 1 { "unchanged" } else { "merge" },
                    "effective_date": vintage.first_day,
                })
            }));
        }
    }
    let regions: Vec<Value> = (world.regions.iter())
        .flat_map(|region| {
            region.units.iter().map(|unit| {
                let unit = unit_key(world, (region.vintage, *unit));
                json!({
                    "scheme": region.scheme, "region_code": region.code, "region_name_vi": region.code,
                    "region_name_en": region.code, "vintage": unit.vintage, "unit_code": unit.code,
                })
            })
        })
        .collect();
    let catalogue: Vec<Value> = indicators()
        .iter()
        .map(|(id, kind, measure)| {
            let mut row = json!({
                "indicator": id, "name_vi": id, "name_en": id, "decimals": 1, "measure": kind,
            });
            if !matches!(measure, Measure::Ratio(..)) {
                row["home_form"] = json!(HOME);
            }
            match measure {
                Measure::Sum => {}
                Measure::Mean(weight) => row["weight_indicator"] = json!(weight),
                Measure::Ratio(over, under, scale) => {
                    row["numerator"] = json!(over);
                    row["denominator"] = json!(under);
                    row["scale"] = json!(*scale as i64);
                }
            }
            row
        })
        .collect();
    let sectors = [json!({"sector_code": "_T"}), json!({"sector_code": "A"})];
    vec![
        ("reports", table("reports", &reports)),
        ("observations", table("observations", &observations)),
        ("units", table("units", &units)),
        ("unit_names", table("unit_names", &units)),
        ("unit_changes", table("unit_changes", &changes)),
        ("regions", table("regions", &regions)),
        ("indicators", table("indicators", &catalogue)),
        ("sectors", table("sectors", &sectors)),
    ]
}
