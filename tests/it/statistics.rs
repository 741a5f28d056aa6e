//! `pipelines/statistics/README.md` describes every model and helper table: its columns, their types, and who reads it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use datafusion::error::DataFusionError;
use regex::Regex;
use tokio::runtime::Builder;
use tonghop::engine::{Engine, TextColumn};
use tonghop::geography::Reports;
use tonghop::query;
use tonghop::query::{include, tables_read};
use tonghop::tables::{OfficialOrder, TableBuilder, check};
use tonghop::text::BreakdownColumns;

use crate::support::files::root;

/// A table: its columns with their types, and the queries that read it.
#[derive(Debug, Default, PartialEq)]
struct Described {
    columns: Vec<(String, String)>,
    readers: BTreeSet<String>,
}

/// The words in backticks.
fn quoted(text: &str) -> Vec<String> {
    text.split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

/// The tables of the page, each under a heading of its own.
fn described() -> BTreeMap<String, Described> {
    let page = fs::read_to_string(root().join("pipelines/statistics/README.md")).unwrap();
    let mut tables: BTreeMap<String, Described> = BTreeMap::new();
    let mut table = None;
    for line in page.lines() {
        if let Some(heading) = line.strip_prefix("### ") {
            table = quoted(heading).pop();
        } else if line.starts_with("## ") {
            table = None;
        }
        let Some(name) = &table else { continue };
        let described = tables.entry(name.clone()).or_default();
        if line.starts_with("| `") {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let column = (cells[1].trim_matches('`').to_owned(), cells[2].to_owned());
            assert!(!cells[3].is_empty(), "{name}.{} has no meaning", column.0);
            described.columns.push(column);
        } else if let Some(readers) = line.strip_prefix("Read by: ") {
            described.readers.extend(quoted(readers));
        }
    }
    tables
}

/// A type in the words of the page.
fn word(data_type: &str) -> &'static str {
    match data_type {
        "Utf8" | "LargeUtf8" | "Utf8View" => "text",
        "Int64" | "UInt64" => "integer",
        "Boolean" => "flag",
        decimal if decimal.starts_with("Decimal128") => "decimal",
        other => panic!("no word for {other}"),
    }
}

/// The columns of the helper tables, of the models and of the shared parts of table queries.
fn columns() -> BTreeMap<String, Vec<(String, String)>> {
    let plan = tonghop::plan::load(&root().join("pipelines/kttt")).unwrap();
    let work = async {
        let engine = Engine::new()?;
        for table in plan.lake.tables() {
            engine.register(&table.name, table.schema.clone(), vec![])?;
        }
        query::register_helpers(
            &engine,
            &plan.geography,
            (&plan.home_forms(), &plan.from_shorter),
            &Reports::default(),
        )?;
        query::run(&engine, &plan.models, &plan.geography, &plan.country).await?;
        let mut builder = TableBuilder::new(&engine, &OfficialOrder::default())?;
        check(&mut builder, &plan.tables[0], &plan.edition)
            .await
            .unwrap();
        let sql = "SELECT table_name, column_name, data_type FROM information_schema.columns \
                   WHERE table_schema = 'public' ORDER BY table_name, ordinal_position";
        Ok::<_, DataFusionError>(engine.query(sql).await?.1)
    };
    let runtime = Builder::new_multi_thread()
        .thread_stack_size(8 << 20)
        .build()
        .unwrap();
    let models = plan.models.texts();
    // A pipeline's own models say in their heads what they are.
    let own: BTreeSet<String> = queries("pipelines/kttt/models")
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    let mut columns: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for batch in runtime.block_on(work).unwrap() {
        let [tables, names, types] = ["table_name", "column_name", "data_type"]
            .map(|column| TextColumn::read(&batch, column));
        for row in 0..batch.num_rows() {
            let table = tables.text(row);
            if own.contains(table) {
                continue;
            }
            if plan.lake.table(table).is_none() || models.contains_key(table) {
                let column = (names.text(row).to_owned(), word(types.text(row)).to_owned());
                columns.entry(table.to_owned()).or_default().push(column);
            }
        }
    }
    columns
}

/// The query files of a folder.
fn queries(folder: &str) -> impl Iterator<Item = PathBuf> {
    let files = fs::read_dir(root().join(folder)).unwrap();
    let paths = files.map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|e| e == "sql"))
}

/// The queries that read each table.
fn readers() -> BTreeMap<String, BTreeSet<String>> {
    let name_in_braces = Regex::new(r"\{[a-z_]+\}").unwrap();
    let mut readers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let folders = [
        "pipelines/statistics/models",
        "pipelines/statistics/tables",
        "src/validate/checks",
    ];
    for path in folders.into_iter().flat_map(queries) {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap();
        let columns = BreakdownColumns::default();
        let read = |file: &str| {
            let text = fs::read_to_string(path.with_file_name(file)).map_err(|e| e.to_string());
            text.map(|text| columns.fill(&text))
        };
        let sql = columns.fill(&include(&text, read).unwrap());
        let sql = name_in_braces.replace_all(&sql, "x");
        let sql = match name.as_str() {
            "common" => format!("WITH {sql} SELECT 1"),
            _ => sql.into_owned(),
        };
        for table in tables_read(&sql).unwrap_or_else(|e| panic!("{}: {e}", path.display())) {
            readers.entry(table).or_default().insert(name.clone());
        }
    }
    readers
}

#[test]
fn the_page_describes_every_table_as_it_is() {
    let mut readers = readers();
    let there: BTreeMap<String, Described> = columns()
        .into_iter()
        .map(|(table, columns)| {
            let readers = readers.remove(&table).unwrap_or_default();
            (table, Described { columns, readers })
        })
        .collect();
    let described = described();
    let names = |tables: &BTreeMap<String, Described>| tables.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&described), names(&there));
    let differing: Vec<String> = there
        .iter()
        .filter(|(table, is)| described[*table] != **is)
        .map(|(table, is)| format!("{table} is {is:?}, not {:?}", described[table]))
        .collect();
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

#[test]
fn every_model_says_what_it_is() {
    for path in queries("pipelines/statistics/models") {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy();
        let lines: Vec<&str> = text.lines().take(3).collect();
        assert!(lines[0].starts_with(&format!("-- {name}: ")), "{name}");
        assert!(lines[1].starts_with("-- grain: "), "{name}");
        assert!(lines[2].starts_with("-- runs: "), "{name}");
    }
}
