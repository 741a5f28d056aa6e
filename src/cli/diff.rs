//! `tonghop diff`: what changed between two snapshots, and which submissions changed it.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::Decimal128Type;
use clap::{Args, ValueEnum};

use super::exit::{CLEAN, FAILED};
use super::pipeline::default_pipeline;
use super::show;
use super::sql::{Output, encode};
use crate::answers::{self, Diff};
use crate::engine::TextColumn;
use crate::lake::check_owner;
use crate::plan::{self, Plan};
use crate::text::TOTAL;

/// Number of figures shown for each level.
const SHOWN: usize = 40;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The earlier snapshot, by its id or the start of its id [default: the previous current one].
    from: Option<String>,
    /// The later snapshot [default: the current one].
    to: Option<String>,
    /// Directory of the lake.
    #[arg(long, default_value = "lake", value_name = "DIR")]
    lake: PathBuf,
    /// Directory of the pipeline, for the names of indicators and printed tables.
    #[arg(long, default_value_os_t = default_pipeline(), value_name = "DIR")]
    pipeline: PathBuf,
    /// Output format. csv and json contain the figures of all geographies and scenarios.
    #[arg(long, default_value = "human")]
    format: DiffFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DiffFormat {
    /// Text for people: best figures on the newest geography.
    Human,
    /// CSV with a header line.
    Csv,
    /// One JSON object per line, decimals with all digits.
    Json,
}

pub(super) async fn main(arguments: Arguments) -> ExitCode {
    let plan = match plan_of(&arguments) {
        Ok(plan) => plan,
        Err(code) => return code,
    };
    let (from, to) = (arguments.from.as_deref(), arguments.to.as_deref());
    let diff = match answers::diff(&arguments.lake, from, to, plan.as_ref()).await {
        Ok(diff) => diff,
        Err(e) => return show::failure(&e.to_string()),
    };
    let encoded = |output| {
        encode(&diff.schema, &diff.figures, output)
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .map_err(|e| e.to_string())
    };
    let text = match arguments.format {
        DiffFormat::Human => Ok(human(&diff, plan.as_ref())),
        DiffFormat::Csv => encoded(Output::Csv),
        DiffFormat::Json => encoded(Output::Json),
    };
    match text.and_then(|text| show::data(&text).map_err(|e| e.to_string())) {
        Ok(()) => ExitCode::from(CLEAN),
        Err(e) => show::failure(&e),
    }
}

/// The pipeline of the lake; none if its definitions are not here. Figures can be compared without them.
fn plan_of(arguments: &Arguments) -> Result<Option<Plan>, ExitCode> {
    if !arguments.pipeline.exists() && arguments.pipeline == default_pipeline() {
        return Ok(None);
    }
    let plan = plan::load(&arguments.pipeline)
        .map_err(|errors| show::definition_errors(&errors, FAILED))?;
    check_owner(&arguments.lake, &plan.id).map_err(|e| show::failure(&e.to_string()))?;
    Ok(Some(plan))
}

fn human(diff: &Diff, plan: Option<&Plan>) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{} → {}", diff.from.id, diff.to.id);
    if diff.submissions.is_empty() {
        let _ = writeln!(text, "  submissions  the same");
    }
    for (name, before, after) in &diff.submissions {
        let (sign, what) = match (before, after) {
            (None, Some(after)) => ('+', after.clone()),
            (Some(before), None) => ('-', before.clone()),
            (before, after) => (
                '±',
                format!(
                    "{} → {}",
                    before.as_deref().unwrap_or_default(),
                    after.as_deref().unwrap_or_default()
                ),
            ),
        };
        let _ = writeln!(
            text,
            "  submission   {sign} {name} ({})",
            what.replace('_', " ")
        );
    }
    let definitions = match diff.definitions_changed {
        Some(true) => "changed",
        Some(false) => "the same",
        None => "not known",
    };
    let _ = writeln!(text, "  definitions  {definitions}");
    if let Some(tables) = &diff.tables {
        let named = match tables.len() {
            0 => "none".to_owned(),
            _ => tables.join(", "),
        };
        let _ = writeln!(text, "  tables       {named}");
    }
    let newest = plan.map(|plan| plan.geography.newest().to_owned());
    for level in ["national", "regional", "provincial"] {
        let rows: Vec<Changed> = diff
            .figures
            .iter()
            .flat_map(|batch| Changed::of(batch, level))
            .collect();
        let shown: Vec<&Changed> = rows
            .iter()
            .filter(|c| c.scenario == "best")
            .filter(|c| newest.as_ref().is_none_or(|g| *g == c.geography))
            .collect();
        let _ = writeln!(
            text,
            "\n  {level}: {} figures changed on all geographies, in all scenarios",
            rows.len()
        );
        for changed in shown.iter().take(SHOWN) {
            let _ = writeln!(text, "    {}", changed.line(plan));
        }
        let more = shown.len().saturating_sub(SHOWN);
        if more > 0 {
            let _ = writeln!(text, "    … and {more} more: --format csv has them all");
        }
    }
    text
}

/// A figure that changed.
struct Changed {
    geography: String,
    name: String,
    indicator: String,
    /// The members of breakdowns other than the totals.
    members: Vec<String>,
    period: String,
    scenario: String,
    before: Option<i128>,
    after: Option<i128>,
    status: (String, String),
    submissions: String,
}

impl Changed {
    fn of(batch: &RecordBatch, level: &str) -> Vec<Self> {
        let column = |name: &str| TextColumn::read(batch, name);
        let [levels, geography, name, indicator, period, scenario] = [
            "level",
            "geography",
            "name_en",
            "indicator",
            "period",
            "scenario",
        ]
        .map(column);
        // The breakdowns stand between the indicator and the scenario.
        let columns = batch.schema();
        let columns = columns.fields().iter().map(|field| field.name().as_str());
        let breakdowns = columns
            .skip_while(|name| *name != "indicator")
            .skip(1)
            .take_while(|name| *name != "scenario");
        let breakdowns: Vec<TextColumn> = breakdowns.map(column).collect();
        let [status_before, status_after, submissions] =
            ["status_before", "status_after", "submissions"].map(column);
        let decimal = |name: &str, row: usize| {
            let column = batch.column_by_name(name)?;
            let values = column.as_primitive_opt::<Decimal128Type>()?;
            values.is_valid(row).then(|| values.value(row))
        };
        (0..batch.num_rows())
            .filter(|row| levels.get(*row) == Some(level))
            .map(|row| {
                let said = |column: &TextColumn| column.text(row).to_owned();
                Self {
                    geography: said(&geography),
                    name: said(&name),
                    indicator: said(&indicator),
                    members: breakdowns
                        .iter()
                        .map(said)
                        .filter(|code| code != TOTAL)
                        .collect(),
                    period: said(&period),
                    scenario: said(&scenario),
                    before: decimal("value_before", row),
                    after: decimal("value_after", row),
                    status: (said(&status_before), said(&status_after)),
                    submissions: said(&submissions),
                }
            })
            .collect()
    }

    fn line(&self, plan: Option<&Plan>) -> String {
        let facts = plan.and_then(|plan| plan.indicators.iter().find(|i| i.id == self.indicator));
        let decimals = facts.map_or(2, |i| i.decimals);
        let name = facts.map_or(self.indicator.as_str(), |i| i.name_en.as_str());
        let shown = |value: Option<i128>, status: &str| {
            let number = value.map_or_else(
                || "…".to_owned(),
                |v| crate::tables::format_decimal(v, decimals, ',', '.'),
            );
            match status {
                "" | "A" => number,
                other => format!("{number} ({})", other.to_lowercase()),
            }
        };
        let members = match self.members.join(", ") {
            members if members.is_empty() => members,
            members => format!(" [{members}]"),
        };
        let by = match (self.before, self.after) {
            (Some(before), Some(after)) if before != after => {
                let sign = if after > before { "+" } else { "" };
                let change = crate::tables::format_decimal(after - before, decimals, ',', '.');
                format!(" ({sign}{change})")
            }
            _ => String::new(),
        };
        format!(
            "{}, {name}{members} {}: {} → {}{by}  {}",
            self.name,
            self.period,
            shown(self.before, &self.status.0),
            shown(self.after, &self.status.1),
            self.submissions
        )
    }
}
