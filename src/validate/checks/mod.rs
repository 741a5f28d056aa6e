//! Checks of the whole set of reports: overlaps over a change, forms that disagree, what cannot go back.

use std::collections::{BTreeMap, HashMap};

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Decimal128Type, Int64Type};
use datafusion::error::Result;
use futures::{StreamExt as _, stream};
use rust_decimal::Decimal;

use crate::diagnostic::{Finding, Lexicon, Place, findings};
use crate::engine::Engine;
use crate::geography::{Geography, JudgedReport};
use crate::text::Bilingual;

/// A query whose rows are findings: its columns are arguments of the message, some also of the place. `figure` and
/// `column` are made of the codes; a column `indicators` lists codes with commas.
const CHECKS: [(&str, &str); 7] = [
    ("TH406", include_str!("overlap.sql")),
    ("TH407", include_str!("other_form_counts.sql")),
    ("TH408", include_str!("forms_disagree.sql")),
    ("TH417", include_str!("reporters_differ.sql")),
    ("TH422", include_str!("gap.sql")),
    ("TH423", include_str!("counted_twice.sql")),
    ("TH424", include_str!("both_sides.sql")),
];

/// Runs the checks over the tables of the lake and the models' own. What is of one report goes to that report; what is of
/// the whole is returned.
///
/// # Errors
/// When a query fails.
pub async fn run_checks(
    engine: &Engine,
    reports: &mut [JudgedReport],
    lexicon: &Lexicon,
) -> Result<Vec<Finding>> {
    let mut of_the_whole = Vec::new();
    let index: HashMap<String, usize> = reports
        .iter()
        .enumerate()
        .map(|(i, r)| (r.id().to_owned(), i))
        .collect();
    engine
        .materialize("senders", include_str!("senders.sql"))
        .await?;
    let answers = engine.query_each(CHECKS.iter().map(|(_, sql)| (*sql).to_owned()));
    let mut checked = stream::iter(CHECKS).zip(answers);
    while let Some(((code, _), answer)) = checked.next().await {
        let (_, batches) = answer?;
        let mut found: Vec<(usize, Finding)> = Vec::new();
        for batch in &batches {
            for row in 0..batch.num_rows() {
                let mut values: BTreeMap<&str, Bilingual> = BTreeMap::new();
                for (field, column) in batch.schema_ref().fields().iter().zip(batch.columns()) {
                    if let Some(value) = written(column, row, lexicon)? {
                        values.insert(field.name(), value);
                    }
                }
                let get = |name: &str| values.get(name).map(|code| code.en.clone());
                let report = get("report_id").and_then(|id| index.get(&id).copied());
                let whole = match report {
                    Some(report) => reports[report].report.place(),
                    None => Place {
                        form: get("form"),
                        period: get("period"),
                        unit_vintage: get("unit_vintage"),
                        unit_code: get("unit_code"),
                        ..Place::default()
                    },
                };
                let place = Place {
                    unit_code: get("unit_code").or(whole.unit_code.clone()),
                    cell: get("cell"),
                    indicator: get("indicator"),
                    sector: get("sector"),
                    scenario: get("scenario"),
                    ..whole
                };
                let (period, indicators) = (get("of_period"), get("indicators"));
                if let Some(indicator) = &place.indicator {
                    let figure = lexicon.figure(indicator, place.sector.as_deref());
                    values.insert("figure", figure);
                }
                if let (Some(scenario), Some(period)) = (&place.scenario, &period) {
                    values.insert("column", lexicon.column(scenario, period));
                }
                if let Some(codes) = indicators {
                    let names: Vec<Bilingual> =
                        codes.split(',').map(|c| lexicon.indicator(c)).collect();
                    values.insert("indicators", lexicon.list(&names));
                }
                let args: Vec<(&str, Bilingual)> = values.into_iter().collect();
                let finding = Finding::from_columns(code, place, &args);
                match report {
                    Some(report) => found.push((report, finding)),
                    None => of_the_whole.push(finding),
                }
            }
        }
        found.sort_by(|a, b| (a.0, a.1.storage_key()).cmp(&(b.0, b.1.storage_key())));
        for (report, finding) in found {
            reports[report].tell(finding);
        }
    }
    Ok(of_the_whole)
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

/// One finding for each form and period whose values stand on units that an earlier geography has not.
#[must_use]
pub fn back_in_time(reports: &[JudgedReport], geography: &Geography) -> Vec<Finding> {
    let mut merged: BTreeMap<(String, String, String), usize> = BTreeMap::new();
    // Records of lists stand on the geography they were sent on; nothing restates them.
    let restated = |r: &&JudgedReport| r.is_current() && r.dossier().content.records == 0;
    for report in reports.iter().filter(restated) {
        let period = report.report.period;
        for unit in report.report.units() {
            let at = geography
                .vintages
                .iter()
                .position(|(v, _)| *v == unit.vintage)
                .unwrap_or(0);
            for (earlier, _) in &geography.vintages[..at] {
                if !geography.is_unchanged(&unit, earlier) {
                    *merged
                        .entry((
                            report.form().to_owned(),
                            period.to_string(),
                            earlier.clone(),
                        ))
                        .or_default() += 1;
                }
            }
        }
    }
    merged
        .into_iter()
        .map(|((form, period, vintage), count)| {
            let place = Place {
                form: Some(form),
                period: Some(period),
                unit_vintage: Some(vintage.clone()),
                ..Place::default()
            };
            findings::TH409 { vintage, count }.at(place)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use datafusion::sql::sqlparser::ast::{Expr, SelectItem, SetExpr, Statement};
    use datafusion::sql::sqlparser::dialect::GenericDialect;
    use datafusion::sql::sqlparser::parser::Parser;

    use super::CHECKS;
    use crate::diagnostic::entry;

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
            let mut given = columns(sql);
            if given.contains("indicator") {
                given.insert("figure".to_owned());
            }
            if given.contains("scenario") && given.contains("of_period") {
                given.insert("column".to_owned());
            }
            let entry = entry(code).expect("a code of the catalogue");
            for template in [&entry.message_vi, &entry.message_en] {
                let lacking: Vec<String> = braces(template).difference(&given).cloned().collect();
                assert!(lacking.is_empty(), "{code} lacks {lacking:?}: {template}");
            }
        }
    }
}
