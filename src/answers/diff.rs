//! `tonghop diff`: the figures that differ between two snapshots, and the submissions that changed them.

use std::collections::BTreeSet;
use std::path::Path;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use crate::engine::{Engine, TextColumn};
use crate::lake::{self, Snapshot};
use crate::plan::Plan;
use crate::plan::official_order;
use crate::query::{changed_figures, engine_over, open_engine};
use crate::reading::RunError;
use crate::tables::{FigureKey, TableBuilder};
use crate::text::{BreakdownColumns, Members};

/// The differences between two snapshots.
#[derive(Debug)]
pub struct Diff {
    /// The earlier snapshot.
    pub from: Snapshot,
    /// The later one.
    pub to: Snapshot,
    /// Whether the definitions of the pipeline or the version of the program differ; none if a snapshot does not say.
    pub definitions_changed: Option<bool>,
    /// Files that only one snapshot has, or whose outcome changed: file name, outcome before and after.
    pub submissions: Vec<(String, Option<String>, Option<String>)>,
    /// Schema of the figures.
    pub schema: SchemaRef,
    /// One row for each figure of `national`, `regional` and `provincial` that changed in value, status or the number
    /// of units reported.
    pub figures: Vec<RecordBatch>,
    /// The printed tables that contain one of these figures; none without the definitions of the pipeline.
    pub tables: Option<Vec<String>>,
}

/// The tables to compare, and the tables that explain the differences.
const COMPARED: [&str; 7] = [
    "national",
    "regional",
    "provincial",
    "fact_sources",
    "reports",
    "submissions",
    "regions",
];

/// Compares the snapshots `from` and `to` of a lake, each named by its id or the start of its id. `to` is the current
/// snapshot by default, `from` the one that was current before `to`. With a `plan`, affected printed tables are named.
///
/// # Errors
/// If there is no such snapshot, or a query fails.
pub async fn diff(
    root: &Path,
    from: Option<&str>,
    to: Option<&str>,
    plan: Option<&Plan>,
) -> Result<Diff, RunError> {
    let to = match to {
        Some(id) => Snapshot::named(root, id)?,
        None => Snapshot::current(root)?,
    };
    let from = match from {
        Some(id) => Snapshot::named(root, id)?,
        None => lake::before(root, &to)?,
    };
    let (engine, breakdowns) = engine_over(&from, &to, &COMPARED)?;
    engine.materialize("moved", &breakdowns.fill(MOVED)).await?;
    let (schema, figures) = engine.query(&figures_sql(&breakdowns)).await?;
    let definitions_changed = match (from.about()?, to.about()?) {
        (Some(from), Some(to)) => {
            Some((from.version, from.definitions) != (to.version, to.definitions))
        }
        _ => None,
    };
    let tables = match plan {
        Some(plan) => Some(touched(plan, &to, (&figures, &breakdowns)).await?),
        None => None,
    };
    Ok(Diff {
        definitions_changed,
        submissions: submissions(&engine).await?,
        from,
        to,
        schema,
        figures,
        tables,
    })
}

/// The sources that only one of the snapshots has, with the file of each.
const MOVED: &str = "
WITH before AS (
    SELECT geography, unit_code, period, indicator, {breakdowns or '_T'}, scenario, part, report_id, cell, value, weight FROM before_fact_sources
),
after AS (
    SELECT geography, unit_code, period, indicator, {breakdowns or '_T'}, scenario, part, report_id, cell, value, weight FROM after_fact_sources
),
apart AS (
    SELECT * FROM ((SELECT * FROM after) EXCEPT (SELECT * FROM before)) AS came
    UNION ALL
    SELECT * FROM ((SELECT * FROM before) EXCEPT (SELECT * FROM after)) AS went
),
files AS (
    SELECT r.report_id, s.file_name FROM before_reports r JOIN before_submissions s ON s.submission_id = r.submission_id AND s.outcome <> 'duplicate'
    UNION
    SELECT r.report_id, s.file_name FROM after_reports r JOIN after_submissions s ON s.submission_id = r.submission_id AND s.outcome <> 'duplicate'
)
SELECT DISTINCT a.geography, a.unit_code, a.period, a.indicator, {a.breakdowns}, a.scenario, f.file_name
FROM apart a
JOIN files f ON f.report_id = a.report_id
";

/// The query for the changed figures at all three levels.
fn figures_sql(breakdowns: &BreakdownColumns) -> String {
    let levels = [
        (
            "national",
            "SELECT geography, '' AS scheme, '' AS code, period, indicator, {breakdowns}, scenario, file_name FROM moved",
            "",
        ),
        (
            "regional",
            "SELECT m.geography, r.scheme, r.region_code AS code, m.period, m.indicator, {m.breakdowns}, m.scenario, m.file_name \
             FROM moved m JOIN after_regions r ON r.vintage = m.geography AND r.unit_code = m.unit_code",
            " AND w.scheme = k.scheme AND w.code = k.code",
        ),
        (
            "provincial",
            "SELECT geography, '' AS scheme, unit_code AS code, period, indicator, {breakdowns}, scenario, file_name FROM moved",
            " AND w.code = k.code",
        ),
    ];
    let parts: Vec<String> = levels
        .iter()
        .enumerate()
        .map(|(order, (table, sources, at))| {
            let changed = changed_figures(table, breakdowns);
            format!(
                "SELECT {order} AS level_order, '{table}' AS level, k.geography, nullif(k.scheme, '') AS scheme, k.code, k.name_vi, k.name_en, \
                        k.period, k.indicator, {{k.breakdowns}}, k.scenario, k.value_before, k.value_after, \
                        k.value_after - k.value_before AS difference, k.status_before, k.status_after, \
                        k.units_reported_before, k.units_reported_after, k.units_expected_before, k.units_expected_after, w.submissions \
                 FROM ( \
                     {changed} \
                 ) k \
                 LEFT JOIN ( \
                     SELECT geography, scheme, code, period, indicator, {{breakdowns}}, scenario, \
                            string_agg(DISTINCT file_name, '; ' ORDER BY file_name) AS submissions \
                     FROM ({sources}) AS sources GROUP BY geography, scheme, code, period, indicator, {{breakdowns}}, scenario \
                 ) w ON w.geography = k.geography AND w.period = k.period AND w.indicator = k.indicator \
                    AND {{w.breakdowns = k.breakdowns}} AND w.scenario = k.scenario{at}"
            )
        })
        .collect();
    breakdowns.fill(&format!(
        "SELECT * EXCLUDE (level_order) FROM ({}) AS changed \
         ORDER BY level_order, geography DESC, scheme, code, indicator, {{breakdowns}}, scenario, period",
        parts.join(" UNION ALL ")
    ))
}

/// The files that only one snapshot has, or whose outcome changed.
async fn submissions(
    engine: &Engine,
) -> Result<Vec<(String, Option<String>, Option<String>)>, RunError> {
    let sql = "SELECT coalesce(a.file_name, b.file_name) AS file_name, b.outcome AS outcome_before, a.outcome AS outcome_after \
               FROM before_submissions b \
               FULL JOIN after_submissions a ON a.file_name = b.file_name AND a.sha256 = b.sha256 \
               WHERE a.outcome IS DISTINCT FROM b.outcome ORDER BY 1, 2, 3";
    let (_, batches) = engine.query(sql).await?;
    let mut all = Vec::new();
    for batch in &batches {
        let [name, before, after] = ["file_name", "outcome_before", "outcome_after"]
            .map(|column| TextColumn::read(batch, column));
        all.extend(
            (0..batch.num_rows())
                .filter_map(|row| Some((name.owned(row)?, before.owned(row), after.owned(row)))),
        );
    }
    Ok(all)
}

/// The printed tables that contain a changed figure.
async fn touched(
    plan: &Plan,
    to: &Snapshot,
    (figures, breakdowns): (&[RecordBatch], &BreakdownColumns),
) -> Result<Vec<String>, RunError> {
    let mut changed: BTreeSet<(String, FigureKey)> = BTreeSet::new();
    for batch in figures {
        let [geography, code, indicator, period, scenario] =
            ["geography", "code", "indicator", "period", "scenario"]
                .map(|column| TextColumn::read(batch, column));
        let members = breakdowns.all().iter();
        let members: Vec<TextColumn> = members.map(|id| TextColumn::read(batch, id)).collect();
        for row in 0..batch.num_rows() {
            let text = |column: &TextColumn| column.text(row).to_owned();
            let figure = FigureKey {
                geography: text(&geography),
                code: text(&code),
                indicator: text(&indicator),
                members: Members::of(members.iter().map(|of| of.text(row))).to_string(),
                period: text(&period),
            };
            changed.insert((text(&scenario), figure));
        }
    }
    let engine = open_engine(to)?;
    let mut builder = TableBuilder::new(&engine, &official_order(plan))?;
    let mut tables = Vec::new();
    for table in &plan.tables {
        let printed = builder.printed_figures(table).await?;
        let scenario = table.scenario();
        if printed
            .into_iter()
            .any(|figure| changed.contains(&(scenario.to_owned(), figure)))
        {
            tables.push(table.id.clone());
        }
    }
    Ok(tables)
}
