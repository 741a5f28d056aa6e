//! `tonghop trace`: from a published number back to the cells it is made of.

mod tree;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ArgGroup, Args};

use super::exit::{CLEAN, FINDINGS};
use super::pipeline::{default_pipeline, plan_of};
use super::show::{self, Format};
use crate::answers::{self, FigureQuestion, PrintedQuestion, Question};
use crate::lake::pinned;
use crate::plan::Plan;

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("number").required(true).args(["table", "indicator"])))]
pub(super) struct Arguments {
    /// Trace a cell of this printed table, by its number such as 02.
    #[arg(long, value_name = "TABLE", requires_all = ["row", "column"])]
    table: Option<String>,
    /// Row of the cell: its id (15, VN), its label in either language, or its position (#15).
    #[arg(long, value_name = "ROW", requires = "table")]
    row: Option<String>,
    /// Column of the cell: its id or the end of its id (2024), its head in either language, or its position (#3).
    #[arg(long, value_name = "COLUMN", requires = "table")]
    column: Option<String>,
    /// Trace a figure of this indicator instead of a printed cell.
    #[arg(long, value_name = "INDICATOR")]
    indicator: Option<String>,
    /// Unit or region of the figure, by code or name [default: the country].
    #[arg(long, value_name = "UNIT", requires = "indicator")]
    unit: Option<String>,
    /// Period of the figure, such as 2025 or 2025-S1 [default: the last year of the edition].
    #[arg(long, value_name = "PERIOD", requires = "indicator")]
    period: Option<String>,
    /// Member of a breakdown that the figure is of, by its code, such as a sector or a source of funds; may be repeated
    /// [default: all together].
    #[arg(
        long = "of",
        alias = "sector",
        value_name = "CODE",
        requires = "indicator"
    )]
    members: Vec<String>,
    /// Scenario of the figure: best, actual, estimate or plan.
    #[arg(
        long,
        value_name = "SCENARIO",
        default_value = "best",
        requires = "indicator"
    )]
    scenario: String,
    /// Geography of the figure [default: the geography of the edition].
    #[arg(long, value_name = "VINTAGE", requires = "indicator")]
    geography: Option<String>,
    /// Directory of the lake.
    #[arg(long, default_value = "lake", value_name = "DIR")]
    lake: PathBuf,
    /// Directory of the pipeline.
    #[arg(long, default_value_os_t = default_pipeline(), value_name = "DIR")]
    pipeline: PathBuf,
    /// Use the tables of this edition and the snapshot it was last made from [default: the edition of the pipeline and
    /// the current snapshot].
    #[arg(long, value_name = "NAME")]
    edition: Option<String>,
    /// The snapshot, by its id or the start of its id [default: the current one].
    #[arg(long, value_name = "ID")]
    snapshot: Option<String>,
    /// Output format. json always contains the whole tree.
    #[arg(long, default_value = "human")]
    format: Format,
    /// Show all parts, without a limit.
    #[arg(long)]
    all: bool,
}

pub(super) async fn main(arguments: Arguments) -> ExitCode {
    let plan = match plan_of(&arguments.pipeline, arguments.edition.as_deref()) {
        Ok(plan) => plan,
        Err(code) => return code,
    };
    match answer(&plan, arguments).await {
        Ok(code) => code,
        Err(message) => show::failure(&message),
    }
}

async fn answer(plan: &Plan, arguments: Arguments) -> Result<ExitCode, String> {
    let question = match (arguments.table, arguments.indicator) {
        (Some(table), _) => Question::Printed(PrintedQuestion {
            table,
            row: arguments.row.unwrap_or_default(),
            column: arguments.column.unwrap_or_default(),
        }),
        (None, indicator) => Question::Figure(FigureQuestion {
            indicator: indicator.unwrap_or_default(),
            unit: arguments.unit,
            period: arguments.period,
            members: arguments.members,
            scenario: arguments.scenario,
            geography: arguments.geography,
        }),
    };
    let pinned = match &arguments.edition {
        Some(name) => pinned(&arguments.lake, name).map_err(|e| e.to_string())?,
        None => None,
    };
    let snapshot = arguments.snapshot.or(pinned.map(|pin| pin.snapshot));
    let snapshot = snapshot.as_deref();
    let trace = answers::trace(plan, &arguments.lake, snapshot, &question)
        .await
        .map_err(|e| e.to_string())?;
    let text = match arguments.format {
        Format::Human => tree::human(&trace, arguments.all),
        Format::Json => format!("{:#}\n", answers::machine_trace(&trace)),
    };
    show::data(&text).map_err(|e| e.to_string())?;
    if trace.outcome.is_sound() {
        return Ok(ExitCode::from(CLEAN));
    }
    show::note(&format!(
        "error: the cells do not account for the number ({})",
        trace.outcome.as_str().replace('_', " ")
    ));
    Ok(ExitCode::from(FINDINGS))
}
