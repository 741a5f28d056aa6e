//! The records of the corpus's lists: values are in no inspection, so all lists are sent to one run and read from its lake.

use std::collections::BTreeMap;
use std::fs;

use super::manifest::Manifest;
use super::{CorpusFile, files, files_of, pending};
use crate::support::definitions::kttt;
use crate::support::lake::{Row, Run, Value};

struct List {
    file: CorpusFile,
    manifest: Manifest,
}

/// The lists of the corpus by the place of their format among those of their case: files of one case are of one province, and
/// would replace each other in one run.
fn lists() -> BTreeMap<usize, Vec<List>> {
    let root = files::committed();
    let mut all: BTreeMap<usize, Vec<List>> = BTreeMap::new();
    for case in files::cases(&root).expect("a corpus") {
        let relative = case.strip_prefix(&root).expect("in the corpus");
        let name = relative.with_extension("").to_string_lossy().into_owned();
        if !name.starts_with("lists/") {
            continue;
        }
        for (place, file) in files_of(&name, &case).into_iter().enumerate() {
            let manifest = Manifest::read(&case).unwrap_or_else(|e| panic!("{name}: {e}"));
            all.entry(place).or_default().push(List { file, manifest });
        }
    }
    all
}

/// Each province in one file, so that no list replaces another.
fn has_own_provinces(lists: &[List]) {
    let mut known: BTreeMap<String, &str> = BTreeMap::new();
    for List { file, manifest } in lists {
        for report in &manifest.expect.report {
            let of = known.entry(report.units.join(" ")).or_insert(&file.name);
            assert_eq!(*of, file.name, "another province");
        }
    }
}

/// The table of the records of each form that is a list.
fn record_tables() -> BTreeMap<String, String> {
    let forms = kttt().vocabulary.forms.iter();
    forms
        .filter_map(|form| Some((form.code.clone(), form.records.as_ref()?.table.clone())))
        .collect()
}

fn as_written(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::Text(text) => text.clone(),
        Value::Int(n) => n.to_string(),
        Value::Flag(flag) => flag.to_string(),
        Value::Decimal(n) => {
            let decimal = rust_decimal::Decimal::from_i128_with_scale(*n, 6);
            decimal.normalize().to_string()
        }
        Value::Time(n) => n.to_string(),
    }
}

/// What the run says of one list that its manifest does not, or the other way round.
fn differences(list: &List, organisations: &[Row], findings: &[Row]) -> Vec<String> {
    let mut all = Vec::new();
    let mut rows = organisations.iter();
    for report in &list.manifest.expect.report {
        let Some((columns, records)) = report.records() else {
            continue;
        };
        for record in records {
            let Some(row) = rows.next() else {
                all.push(format!("no record {}", record.join(" | ")));
                continue;
            };
            let place = row.int("row").expect("a row").to_string();
            let explained = findings.iter().any(|f| {
                f.text("cell").is_some_and(|cell| {
                    cell.trim_start_matches(|c: char| c.is_ascii_uppercase()) == place
                })
            });
            for (column, expected) in columns.iter().zip(record) {
                let got = as_written(row.value(column));
                let held = expected == "held" && got == "-" && explained;
                if got != *expected && !held {
                    all.push(format!(
                        "row {place}, {column}: expected `{expected}`, got `{got}`"
                    ));
                }
            }
        }
    }
    all.extend(rows.map(|row| format!("a record too many: {row:?}")));
    all
}

#[test]
fn records() {
    let mut open = pending("records");
    let mut wrong = Vec::new();
    for lists in lists().into_values() {
        has_own_provinces(&lists);
        let run = Run::written([]);
        for (n, list) in lists.iter().enumerate() {
            let ending = list.file.path.extension().unwrap_or_default();
            let name = run
                .inbox()
                .join(format!("{n}.{}", ending.to_string_lossy()));
            fs::copy(&list.file.path, name).expect("copied");
        }
        run.again(&[&run.inbox()]);
        let submissions = run.rows("submissions");
        let reports = run.rows("reports");
        let tables: BTreeMap<String, Vec<Row>> = record_tables()
            .into_iter()
            .map(|(form, table)| (form, run.rows(&table)))
            .collect();
        let findings = run.rows("findings");
        for (n, list) in lists.iter().enumerate() {
            let is_own = |name: &str| name.split('.').next() == Some(&n.to_string());
            let own = submissions.iter().find(|s| is_own(s.str("file_name")));
            let own = own.expect("a submission").str("submission_id");
            let mut records = Vec::new();
            for report in reports.iter().filter(|r| r.is(&[("submission_id", own)])) {
                let id = report.str("report_id");
                let of_form = tables.get(report.str("form"));
                records.extend(
                    of_form
                        .into_iter()
                        .flatten()
                        .filter(|o| o.is(&[("report_id", id)]))
                        .cloned(),
                );
            }
            let about: Vec<Row> = findings
                .iter()
                .filter(|f| f.text("file_name").is_some_and(is_own))
                .cloned()
                .collect();
            let differences = differences(list, &records, &about);
            let pending = open.remove(&list.file.name.replace("lists/", "records/"));
            if differences.is_empty() == pending {
                wrong.push(format!(
                    "{}: {}\n    {}",
                    list.file.name,
                    list.manifest.holds,
                    if pending {
                        "is read as it should be; take `records/…` off pending.txt".to_owned()
                    } else {
                        differences.join("\n    ")
                    }
                ));
            }
        }
    }
    assert!(open.is_empty(), "on pending.txt and no list: {open:?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
