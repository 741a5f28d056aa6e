//! The records that a total of a list counts: their rows are found by running the condition of the total again.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use arrow::array::{Array, AsArray};
use arrow::datatypes::Int64Type;
use datafusion::error::Result;
use rust_decimal::Decimal;

use super::holdings::{Holdings, Id};
use super::leaf::{RecordCell, SentReport};
use crate::engine::{Engine, TextColumn};
use crate::normalize::VALUE_SCALE;
use crate::plan::Plan;
use crate::text::Members;

/// The cells of records, by the report, the indicator and the members of the total.
pub(super) type RecordCells = HashMap<(Id, Id, Id), Vec<RecordCell>>;

/// What makes reports parts of one list.
type ListKey = (
    Arc<str>,
    Option<Arc<str>>,
    Option<Arc<str>>,
    Option<Arc<str>>,
    Option<Arc<str>>,
    i64,
    bool,
);

fn list_key(of: &SentReport) -> ListKey {
    (
        of.form.clone(),
        of.period.clone(),
        of.unit_vintage.clone(),
        of.unit_code.clone(),
        of.reporter.clone(),
        if of.is_current { 0 } else { of.revision },
        of.is_current,
    )
}

/// Reads the cells behind the totals of lists that are held.
///
/// # Errors
/// If a query fails.
pub(super) async fn record_cells(
    engine: &Engine,
    plan: &Plan,
    held: &mut Holdings,
) -> Result<RecordCells> {
    let mut cells = RecordCells::new();
    let wanted: Vec<(Id, Id, Id)> = held
        .stated
        .iter()
        .map(|o| (o.report, o.indicator, o.cell))
        .collect();
    for form in &plan.vocabulary.forms {
        let Some(shape) = &form.records else { continue };
        for total in &form.totals {
            let Some(indicator) = held.texts.known(&total.indicator) else {
                continue;
            };
            let heads: BTreeMap<Id, Id> = wanted
                .iter()
                .filter(|(report, of, _)| {
                    let is_of_form = held
                        .reports
                        .get(report)
                        .is_some_and(|r| *r.form == *form.code);
                    *of == indicator && is_of_form
                })
                .map(|(report, _, cell)| (*report, *cell))
                .collect();
            if heads.is_empty() {
                continue;
            }
            let value = total.sum_of.as_deref().unwrap_or("1");
            let condition = total.condition.as_deref().unwrap_or("TRUE");
            let code = total.by.as_ref();
            let code = code.map_or("CAST(NULL AS VARCHAR)", |by| &by.column);
            let sql = format!(
                "SELECT report_id, sheet, \"row\", CAST({value} AS DECIMAL(38, 6)) AS value, {code} AS code FROM {} WHERE {condition} \
                 ORDER BY report_id, \"row\"",
                shape.table
            );
            let whole = held.texts.id(Members::total().as_str());
            let mut members: Vec<(Id, Option<&BTreeSet<String>>)> = vec![(whole, None)];
            for (member, codes) in total.by.iter().flat_map(|by| &by.members) {
                let breakdown = total.by.as_ref().map_or(0, |by| by.breakdown);
                let member = Members::total().with(breakdown, member);
                members.push((held.texts.id(member.as_str()), Some(codes)));
            }
            // The whole list stands behind the total of its first part.
            let lists: HashMap<ListKey, (Id, Arc<str>)> = heads
                .iter()
                .filter_map(|(report, cell)| {
                    let sent = held.reports.get(report)?;
                    Some((list_key(sent), (*report, held.texts.text(*cell))))
                })
                .collect();
            for batch in &engine.query(&sql).await?.1 {
                let (reports, sheets) = (
                    TextColumn::read(batch, "report_id"),
                    TextColumn::read(batch, "sheet"),
                );
                let codes = TextColumn::read(batch, "code");
                let rows = batch.column(2).as_primitive::<Int64Type>();
                let values = batch
                    .column(3)
                    .as_primitive::<arrow::datatypes::Decimal128Type>();
                for row in 0..batch.num_rows() {
                    let part = held.texts.known(reports.text(row));
                    let Some(sent) = part.and_then(|part| held.reports.get(&part)) else {
                        continue;
                    };
                    let Some((of, head)) = lists.get(&list_key(sent)) else {
                        continue;
                    };
                    let value = values.is_valid(row).then(|| values.value(row));
                    let value =
                        value.and_then(|v| Decimal::try_from_i128_with_scale(v, VALUE_SCALE).ok());
                    // The heads of another part may stand in other columns.
                    let column = if part == Some(*of) {
                        head.trim_end_matches(|c: char| c.is_ascii_digit())
                    } else {
                        ""
                    };
                    let cell = RecordCell {
                        report: Arc::clone(sent),
                        sheet: sheets.get(row).map(Arc::from),
                        cell: format!("{column}{}", rows.value(row)).into(),
                        value: value.map(|value| value.normalize()),
                    };
                    for (member, wanted) in &members {
                        let code = codes.get(row);
                        let fits =
                            |wanted: &BTreeSet<String>| code.is_some_and(|c| wanted.contains(c));
                        if wanted.is_none_or(fits) {
                            let key = (*of, indicator, *member);
                            cells.entry(key).or_default().push(cell.clone());
                        }
                    }
                }
            }
        }
    }
    Ok(cells)
}
