//! Corrections of units that have become part of others: which printed tables they touch.

use std::collections::{BTreeMap, BTreeSet};

use datafusion::error::Result;

use crate::diagnostic::{Place, findings};
use crate::engine::{Engine, TextColumn};
use crate::geography::{JudgedReport, UnitKey, late_corrections};
use crate::plan::Plan;
use crate::plan::official_order;
use crate::tables::{FigureKey, TableBuilder};
use crate::text::members_sql;

/// A figure and the scenario it stands on.
type Figure = (String, FigureKey);

/// Says with each correction that came after its unit had become part of another where its figures go, and which printed
/// tables hold one of the figures made of those that it changes. `engine` holds the tables of the lake.
///
/// # Errors
/// When the query of a table fails.
pub(super) async fn note_late_corrections(
    engine: &Engine,
    plan: &Plan,
    reports: &mut [JudgedReport],
) -> Result<()> {
    let corrections = late_corrections(reports, &plan.geography, &plan.zone);
    if corrections.is_empty() {
        return Ok(());
    }
    let mut builder = TableBuilder::new(engine, &official_order(plan))?;
    let mut printed: Vec<(&str, BTreeSet<Figure>)> = Vec::new();
    for table in &plan.tables {
        let figures = builder.printed_figures(table).await?.into_iter();
        let figures = figures.map(|figure| (table.scenario().to_owned(), figure));
        printed.push((&table.id, figures.collect()));
    }
    let reported: BTreeSet<&str> = corrections.iter().map(|c| reports[c.report].id()).collect();
    let made_of = figures_made_of(engine, plan, &reported).await?;
    let mut told = Vec::new();
    for correction in corrections {
        let report = &reports[correction.report].report;
        let touched: BTreeSet<&Figure> = correction
            .cells
            .iter()
            .filter_map(|cell| {
                made_of.get(&(report.dossier.source.report_id.clone(), cell.clone()))
            })
            .flatten()
            .collect();
        let tables: Vec<&str> = printed
            .iter()
            .filter(|(_, figures)| touched.iter().any(|figure| figures.contains(*figure)))
            .map(|(id, _)| *id)
            .collect();
        let tables = match tables.len() {
            0 => "-".to_owned(),
            _ => tables.join(", "),
        };
        let names = plan
            .geography
            .names(&correction.successor, jiff::civil::Date::MAX);
        let late = findings::TH425 {
            successor_vi: names.map_or("", |n| n.name_vi.as_str()),
            successor_en: names.map_or("", |n| n.name_en.as_str()),
            count: correction.changed,
            tables,
        };
        let place = Place {
            unit_vintage: Some(correction.unit.vintage.clone()),
            unit_code: Some(correction.unit.code.clone()),
            ..report.place()
        };
        told.push((correction.report, late.at(place)));
    }
    for (report, finding) in told {
        reports[report].add_finding(finding);
    }
    Ok(())
}

/// The figures that the cells of some reports are behind: those of units, of their regions and of the country.
async fn figures_made_of(
    engine: &Engine,
    plan: &Plan,
    reports: &BTreeSet<&str>,
) -> Result<BTreeMap<(String, String), BTreeSet<Figure>>> {
    let ids: Vec<String> = reports.iter().map(|id| format!("'{id}'")).collect();
    let sql = format!(
        "SELECT DISTINCT report_id, cell, geography, unit_code, period, indicator, {} AS members, scenario FROM fact_sources \
         WHERE report_id IN ({})",
        members_sql(&plan.breakdown_ids()),
        ids.join(", ")
    );
    let (_, batches) = engine.query(&sql).await?;
    let mut made_of: BTreeMap<(String, String), BTreeSet<Figure>> = BTreeMap::new();
    for batch in &batches {
        let columns = [
            "report_id",
            "cell",
            "geography",
            "unit_code",
            "period",
            "indicator",
            "members",
            "scenario",
        ]
        .map(|column| TextColumn::read(batch, column));
        for row in 0..batch.num_rows() {
            let [
                report,
                cell,
                geography,
                code,
                period,
                indicator,
                figure_members,
                scenario,
            ] = columns.each_ref().map(|of| of.text(row).to_owned());
            let unit = UnitKey {
                vintage: geography.clone(),
                code: code.clone(),
            };
            let members = &plan.geography.tables.regions;
            let regions = members.iter().filter(|member| member.unit == unit);
            let places = [code, plan.country.code.clone()]
                .into_iter()
                .chain(regions.map(|member| member.region.clone()));
            let figures = made_of.entry((report, cell)).or_default();
            figures.extend(places.map(|code| {
                let figure = FigureKey {
                    geography: geography.clone(),
                    code,
                    indicator: indicator.clone(),
                    members: figure_members.clone(),
                    period: period.clone(),
                };
                (scenario.clone(), figure)
            }));
        }
    }
    Ok(made_of)
}
