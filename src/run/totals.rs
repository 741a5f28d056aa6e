//! Totals of lists: what the form of a list declares is counted and summed over the records of each report, and becomes
//! observations of that report.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use arrow::array::{Array, AsArray};
use arrow::datatypes::{Decimal128Type, Int64Type};
use rust_decimal::Decimal;

use super::lists::Lists;
use crate::diagnostic::{Place, findings};
use crate::engine::columns::VALUE_SCALE;
use crate::engine::{Engine, TextColumn};
use crate::extract::{Form, ListTotal, Scenario};
use crate::geography::JudgedReport;
use crate::normalize::{Observation, ObservationStatus};
use crate::plan::Plan;
use crate::read::Address;
use crate::reading::RunError;
use crate::text::Members;

/// What the records of a report give for a total, or for the records of one code.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    /// Records that count.
    records: i64,
    /// Those without a value in the summed column.
    blank: i64,
    /// Their number, or their sum.
    value: Decimal,
}

/// Sums by report, number of the total, and code.
type Sums = BTreeMap<(String, usize, Option<String>), Sum>;

/// Adds the totals of lists to the observations of their reports. Lists that are parts of one list give one total, which
/// stands in the first of them.
///
/// # Errors
/// When a query fails.
pub(super) async fn total_lists(
    plan: &Plan,
    lists: Lists<'_>,
    reports: &mut [JudgedReport],
) -> Result<(), RunError> {
    for form in &plan.vocabulary.forms {
        let Some(shape) = form.records.as_ref().filter(|_| !form.totals.is_empty()) else {
            continue;
        };
        let Some(table) = plan.lake.table(&shape.table) else {
            continue;
        };
        let counts = |r: &JudgedReport| r.form() == form.code && !r.is_held();
        let engine = Engine::new()?;
        lists.register_table(&engine, &table.name, table, (reports, counts))?;
        let mut sums = Sums::new();
        for sql in queries(form, &table.name) {
            read_sums(&engine, &sql, &mut sums).await?;
        }
        for parts in lists_of(reports, form) {
            add_totals(form, &parts, &sums, reports);
        }
    }
    Ok(())
}

/// The reports of a form that are not held back and have records, by the list that they are parts of.
fn lists_of(reports: &[JudgedReport], form: &Form) -> Vec<Vec<usize>> {
    let mut lists: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (at, report) in reports.iter().enumerate() {
        let content = &report.dossier().content;
        let is_list = !content.heads.is_empty() && !content.list_replaced;
        if report.form() == form.code && !report.is_held() && is_list {
            let placed = &report.report;
            let sender = placed.dossier.sender.id().map(str::to_owned);
            // All lists that count are parts of one list, whichever version of its part each is.
            let is_current = report.is_current();
            let version = if is_current { 0 } else { report.revision };
            let key = (placed.unit.clone(), placed.period, sender, version);
            lists.entry((key, is_current)).or_default().push(at);
        }
    }
    lists.into_values().collect()
}

/// The queries of a form's totals. Their columns are `of` (the number of the total), `report_id`, `code`, `records`, `blank`
/// and `value`.
fn queries(form: &Form, table: &str) -> Vec<String> {
    let mut plain = String::new();
    let mut queries = Vec::new();
    for (n, total) in form.totals.iter().enumerate() {
        let counts = total.condition.as_deref().unwrap_or("TRUE");
        let (value, blank) = match &total.sum_of {
            Some(column) => (
                format!("sum({column}) FILTER (WHERE {counts})"),
                format!("count(*) FILTER (WHERE ({counts}) AND {column} IS NULL)"),
            ),
            None => (format!("count(*) FILTER (WHERE {counts})"), "0".to_owned()),
        };
        let columns = format!(
            "count(*) FILTER (WHERE {counts}) AS records{n}, {blank} AS blank{n}, {value} AS value{n}"
        );
        match &total.by {
            Some(by) => queries.push(format!(
                "SELECT report_id, {} AS code, {columns} FROM {table} GROUP BY report_id, {}",
                by.column, by.column
            )),
            None => {
                let _ = write!(plain, ", {columns}");
            }
        }
    }
    if !plain.is_empty() {
        queries.push(format!(
            "SELECT report_id, CAST(NULL AS VARCHAR) AS code{plain} FROM {table} GROUP BY report_id"
        ));
    }
    queries
}

async fn read_sums(engine: &Engine, sql: &str, sums: &mut Sums) -> Result<(), RunError> {
    let (_, batches) = engine.query(sql).await?;
    for batch in &batches {
        let (reports, codes) = (
            TextColumn::required(batch, "report_id")?,
            TextColumn::required(batch, "code")?,
        );
        for (at, field) in batch.schema().fields().iter().enumerate() {
            let Some(n) = field
                .name()
                .strip_prefix("records")
                .and_then(|n| n.parse().ok())
            else {
                continue;
            };
            let records = batch.column(at).as_primitive::<Int64Type>();
            let blank = batch.column(at + 1).as_primitive::<Int64Type>();
            let values = batch.column(at + 2);
            for row in 0..batch.num_rows() {
                let sum = Sum {
                    records: records.value(row),
                    blank: blank.value(row),
                    value: number(values, row),
                };
                sums.insert((reports.text(row).to_owned(), n, codes.owned(row)), sum);
            }
        }
    }
    Ok(())
}

/// A whole number or a decimal of the lake; 0 for NULL.
fn number(values: &dyn Array, row: usize) -> Decimal {
    if values.is_null(row) {
        return Decimal::ZERO;
    }
    if let Some(values) = values.as_primitive_opt::<Int64Type>() {
        return Decimal::from(values.value(row));
    }
    let values = values.as_primitive_opt::<Decimal128Type>();
    let value = values
        .and_then(|values| Decimal::try_from_i128_with_scale(values.value(row), VALUE_SCALE).ok());
    value.unwrap_or_default().normalize()
}

/// Adds the totals of one list to the first of its parts.
fn add_totals(form: &Form, parts: &[usize], sums: &Sums, reports: &mut [JudgedReport]) {
    let ids: Vec<String> = parts
        .iter()
        .map(|at| reports[*at].id().to_owned())
        .collect();
    let first = &mut reports[parts[0]];
    for (n, total) in form.totals.iter().enumerate() {
        let of = |codes: Option<&BTreeSet<String>>| {
            let mut whole = Sum::default();
            for id in &ids {
                let all = sums.range((id.clone(), n, None)..);
                for ((_, _, code), sum) in all.take_while(|((i, of, _), _)| i == id && *of == n) {
                    let is_member = |codes: &BTreeSet<String>| {
                        code.as_ref().is_some_and(|code| codes.contains(code))
                    };
                    if codes.is_none_or(is_member) {
                        whole.records += sum.records;
                        whole.blank += sum.blank;
                        whole.value += sum.value;
                    }
                }
            }
            whole
        };
        let whole = of(None);
        let at = head_of(first, form, total);
        let observation =
            |members: Members, sum: Sum| observation(first, total, (members, at), sum);
        let mut all = vec![observation(Members::total(), whole)];
        if let Some(by) = &total.by {
            let members = by.members.iter();
            all.extend(members.map(|(member, codes)| {
                let member = Members::total().with(by.breakdown, member);
                observation(member, of(Some(codes)))
            }));
        }
        let content = &mut first.report.dossier.content;
        content.observations.extend(all);
        if whole.blank > 0 {
            tell_blank(first, total, at, whole);
        }
    }
}

/// The cell of the head of the column that a total adds up, else of that which names a record.
fn head_of(report: &JudgedReport, form: &Form, total: &ListTotal) -> Address {
    let heads = &report.dossier().content.heads;
    let naming = form
        .records
        .as_ref()
        .map(|shape| &shape.fields[shape.naming].column);
    let of = |column: &String| {
        heads
            .iter()
            .find(|(name, _)| name == column)
            .map(|(_, at)| *at)
    };
    let summed = total.sum_of.as_ref().and_then(of);
    summed
        .or_else(|| naming.and_then(of))
        .unwrap_or(Address::new(0, 0))
}

fn observation(
    report: &JudgedReport,
    total: &ListTotal,
    (members, at): (Members, Address),
    sum: Sum,
) -> Observation {
    // Where no record that counts has a value, nothing is known of their sum.
    let is_unknown = sum.records > 0 && sum.blank == sum.records;
    Observation {
        period: report.report.period,
        indicator: total.indicator.clone(),
        members,
        area: None,
        scenario: total.scenario,
        value: (!is_unknown).then_some(sum.value),
        status: if is_unknown {
            ObservationStatus::NotAnswered
        } else if total.scenario == Scenario::Estimate {
            ObservationStatus::Estimate
        } else {
            ObservationStatus::Normal
        },
        raw: None,
        unit_read: None,
        at,
    }
}

/// Says that records have no value in the column that a total adds up.
fn tell_blank(report: &mut JudgedReport, total: &ListTotal, at: Address, sum: Sum) {
    let place = Place {
        cell: Some(at.to_string()),
        indicator: Some(total.indicator.clone()),
        ..report.report.place()
    };
    let finding = findings::TH510 {
        count: usize::try_from(sum.blank).unwrap_or_default(),
        records: usize::try_from(sum.records).unwrap_or_default(),
        column: total.sum_of.clone().unwrap_or_default(),
        indicator: total.indicator.clone(),
    };
    report.add_finding(finding.at(place));
}
