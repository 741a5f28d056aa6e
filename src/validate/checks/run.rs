//! Checks as queries: every row of an answer is a finding.

use std::collections::{BTreeMap, HashMap};

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Decimal128Type, Int64Type};
use datafusion::error::Result;
use futures::{StreamExt as _, stream};
use rust_decimal::Decimal;

use crate::diagnostic::{Finding, Lexicon, Place};
use crate::engine::Engine;
use crate::geography::JudgedReport;
use crate::text::{Bilingual, BreakdownColumns};

/// The code of each check's findings, and its query. The columns of a row are arguments of the message; some also give
/// the place. `figure` and `column` are made from the codes; a column `indicators` lists codes with commas; a column `what`
/// names a phrase of the code.
const CHECKS: [(&str, &str); 9] = [
    ("TH406", include_str!("overlap.sql")),
    ("TH407", include_str!("other_form_counts.sql")),
    ("TH408", include_str!("forms_disagree.sql")),
    ("TH417", include_str!("reporters_differ.sql")),
    ("TH422", include_str!("gap.sql")),
    ("TH423", include_str!("counted_twice.sql")),
    ("TH424", include_str!("both_sides.sql")),
    ("TH464", include_str!("blank_kept.sql")),
    ("TH465", include_str!("blank_filled.sql")),
];

/// The queries of all checks over tables with the columns of these breakdowns. What they read must be there: tables of the
/// lake, helper tables and models.
pub fn check_queries(breakdowns: &BreakdownColumns) -> impl Iterator<Item = String> {
    CHECKS.iter().map(|(_, sql)| breakdowns.fill(sql))
}

/// Runs the checks over the tables of the lake and the tables of the models. A finding about one report is added to that
/// report; the others are returned.
///
/// # Errors
/// When a query fails.
pub async fn run_checks(
    engine: &Engine,
    reports: &mut [JudgedReport],
    breakdowns: &BreakdownColumns,
    lexicon: &Lexicon,
) -> Result<Vec<Finding>> {
    let index: HashMap<String, usize> = reports
        .iter()
        .enumerate()
        .map(|(i, r)| (r.id().to_owned(), i))
        .collect();
    let mut of_no_report = Vec::new();
    let answers = engine.query_each(check_queries(breakdowns));
    let mut checked = stream::iter(CHECKS).zip(answers);
    while let Some(((code, _), answer)) = checked.next().await {
        let (_, batches) = answer?;
        let mut of_reports: Vec<(usize, Finding)> = Vec::new();
        for batch in &batches {
            for row in 0..batch.num_rows() {
                let values = values_of(batch, row, lexicon)?;
                let report = values.get("report_id").and_then(|id| index.get(&id.en));
                match report.copied() {
                    Some(at) => {
                        let place = reports[at].report.place();
                        of_reports.push((at, finding(code, values, Some(place), lexicon)));
                    }
                    None => of_no_report.push(finding(code, values, None, lexicon)),
                }
            }
        }
        of_reports.sort_by(|a, b| (a.0, a.1.storage_key()).cmp(&(b.0, b.1.storage_key())));
        for (report, finding) in of_reports {
            reports[report].add_finding(finding);
        }
    }
    Ok(of_no_report)
}

/// The values of a row by their columns, as messages write them. NULL is left out.
fn values_of(
    batch: &RecordBatch,
    row: usize,
    lexicon: &Lexicon,
) -> Result<BTreeMap<String, Bilingual>> {
    let mut values = BTreeMap::new();
    for (field, column) in batch.schema_ref().fields().iter().zip(batch.columns()) {
        if let Some(value) = written(column, row, lexicon)? {
            values.insert(field.name().clone(), value);
        }
    }
    Ok(values)
}

/// The finding that a row stands for; `report` is the place of its report, if it has one.
fn finding(
    code: &str,
    mut values: BTreeMap<String, Bilingual>,
    report: Option<Place>,
    lexicon: &Lexicon,
) -> Finding {
    let get = |name: &str| values.get(name).map(|code| code.en.clone());
    let whole = report.unwrap_or_else(|| Place {
        form: get("form"),
        period: get("period"),
        unit_vintage: get("unit_vintage"),
        ..Place::default()
    });
    let place = Place {
        unit_code: get("unit_code").or(whole.unit_code.clone()),
        cell: get("cell"),
        indicator: get("indicator"),
        sector: get("sector"),
        scenario: get("scenario"),
        ..whole
    };
    let (period, indicators) = (get("of_period"), get("indicators"));
    let mut set = |name: &str, value| values.insert(name.to_owned(), value);
    if let Some(indicator) = &place.indicator {
        set("figure", lexicon.figure(indicator, place.sector.as_deref()));
    }
    if let (Some(scenario), Some(period)) = (&place.scenario, &period) {
        set("column", lexicon.column(scenario, period));
    }
    if let Some(codes) = indicators {
        let names: Vec<Bilingual> = codes.split(',').map(|c| lexicon.indicator(c)).collect();
        set("indicators", lexicon.list(&names));
    }
    let args: Vec<(&str, Bilingual)> = values
        .iter()
        .map(|(name, value)| (name.as_str(), value.clone()))
        .collect();
    Finding::from_columns(code, place, &args)
}

/// A value of a query as messages write it: numbers as each language does, texts as they are; none for NULL.
fn written(column: &ArrayRef, row: usize, lexicon: &Lexicon) -> Result<Option<Bilingual>> {
    if column.is_null(row) {
        return Ok(None);
    }
    Ok(match column.data_type() {
        DataType::Decimal128(_, scale) => {
            let value = column.as_primitive::<Decimal128Type>().value(row);
            Decimal::try_from_i128_with_scale(value, u32::from(scale.unsigned_abs()))
                .ok()
                .map(|value| lexicon.number(value))
        }
        DataType::Int64 => {
            let value = column.as_primitive::<Int64Type>().value(row);
            Some(lexicon.number(value.into()))
        }
        _ => {
            let texts = arrow::compute::cast(column, &DataType::Utf8)?;
            Some(Bilingual::same(texts.as_string::<i32>().value(row)))
        }
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use datafusion::sql::sqlparser::ast::{Expr, SelectItem, SetExpr, Statement};
    use datafusion::sql::sqlparser::dialect::GenericDialect;
    use datafusion::sql::sqlparser::parser::Parser;

    use super::CHECKS;
    use crate::diagnostic::entry;
    use crate::text::BreakdownColumns;

    /// The names of the columns that a query delivers.
    fn columns(sql: &str) -> BTreeSet<String> {
        let statements = Parser::parse_sql(&GenericDialect {}, sql).expect("a query");
        let [Statement::Query(query)] = statements.as_slice() else {
            panic!("one query: {sql}");
        };
        let SetExpr::Select(select) = query.body.as_ref() else {
            panic!("a SELECT at its end: {sql}");
        };
        let names = select.projection.iter().map(|item| match item {
            SelectItem::ExprWithAlias { alias, .. } => alias.value.clone(),
            SelectItem::UnnamedExpr(Expr::Identifier(name)) => name.value.clone(),
            SelectItem::UnnamedExpr(Expr::CompoundIdentifier(parts)) => {
                parts.last().expect("a name").value.clone()
            }
            other => panic!("a column without a name: {other}"),
        });
        names.collect()
    }

    fn braces(template: &str) -> BTreeSet<String> {
        let parts = template.split('{').skip(1);
        let names = parts.filter_map(|part| part.split_once('}'));
        names.map(|(name, _)| name.to_owned()).collect()
    }

    #[test]
    fn every_check_has_the_columns_that_its_messages_need() {
        for (code, sql) in CHECKS {
            let mut given = columns(&BreakdownColumns::with([]).fill(sql));
            if given.contains("indicator") {
                given.insert("figure".to_owned());
            }
            if given.contains("scenario") && given.contains("of_period") {
                given.insert("column".to_owned());
            }
            let entry = entry(code).expect("a code of the catalogue");
            let phrases = entry.phrases.values();
            let phrases = phrases.flat_map(|phrase| [&phrase.vi, &phrase.en]);
            for template in [&entry.message_vi, &entry.message_en]
                .into_iter()
                .chain(phrases)
            {
                let lacking: Vec<String> = braces(template).difference(&given).cloned().collect();
                assert!(lacking.is_empty(), "{code} lacks {lacking:?}: {template}");
            }
        }
    }
}
