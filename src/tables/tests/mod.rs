//! Tables made from figures written by hand, without a lake and without a subject.

mod editions;

use std::sync::Arc;

use arrow::array::{ArrayRef, Decimal128Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{Field, Schema};
use rust_decimal::Decimal;

use super::assemble::assemble;
use super::delivered::{Delivered, REQUIRED};
use super::reported::Reported;
use super::*;
use crate::geography::{Geography, Tables};
use crate::query::Country;
use crate::text::{Bilingual, Folder};

const PRINTED: &str = include_str!("../../../pipelines/reference/printed.toml");

const EDITION: &str = r#"
title = { vi = "Book (vi)", en = "Book" }
subtitle = { vi = "Part (vi)", en = "Part" }
source = { vi = "Reports (vi)", en = "Reports" }
first_year = 2001
last_year = 2002
geography = "new"
scheme = "two"
date = "2002-12-31"
notes = [{ vi = "Until {last_year}.", en = "Until {last_year}." }]
"#;

const DEFINITION: &str = r#"
id = "7"
title = { vi = "Things (vi)", en = "Things" }
unit = { vi = "pieces (vi)", en = "pieces" }
query = "things.sql"
indicators = ["things"]
source = { vi = "Form F (vi)", en = "Form F" }

[rows]
head = { vi = "Place (vi)", en = "Place" }
nested = true

[[columns]]
id = "things"
each = "year"
head = { vi = "{year}", en = "{year}" }

[[columns]]
id = "share"
kind = "share"
of = "things-{last_year}"
row = "all"
head = { vi = "Share (vi)", en = "Share" }
decimals = 2

[[columns]]
id = "growth"
kind = "growth"
of = "things-{last_year}"
to = "things-{previous_year}"
head = { vi = "Growth (vi)", en = "Growth" }
decimals = 1
"#;

fn geography() -> Geography {
    let folder = Folder::new(&std::collections::BTreeMap::default());
    let directory = tempfile::tempdir().expect("a sound example");
    let write = |name: &str, text: &str| {
        std::fs::write(directory.path().join(name), text).expect("a sound example");
    };
    write(
        "admin_units.csv",
        "unit_code,vintage,name_vi,name_en,unit_type,valid_from,valid_to,legal_basis\n1,new,N,N,t,2000-01-01,,law\n",
    );
    write(
        "unit_changes.csv",
        "from_vintage,from_code,to_vintage,to_code,change,effective_date,legal_basis\n",
    );
    write(
        "regions.csv",
        "scheme,region_code,region_name_vi,region_name_en,vintage,unit_code,valid_from,valid_to,legal_basis\ntwo,R,R,R,new,1,2000-01-01,,law\n",
    );
    write("name_aliases.csv", "vintage,unit_code,alias\n");
    Geography::new(
        Tables::read(directory.path(), directory.path()).expect("a sound example"),
        &folder,
    )
}

fn edition_of(text: &str) -> Result<Edition, String> {
    edition_for(text, None)
}

fn edition_for(text: &str, period: Option<&str>) -> Result<Edition, String> {
    let geography = geography();
    let country = Country {
        code: "all".into(),
        name_vi: "All (vi)".into(),
        name_en: "All".into(),
    };
    let context = Context {
        geography: &geography,
        country: &country,
        breakdowns: &crate::text::BreakdownColumns::default(),
        period: period.map(|period| period.parse().expect("a period")),
    };
    let raw = toml::from_str(text).map_err(|e| e.to_string())?;
    let printed = toml::from_str(PRINTED).expect("a sound example");
    Edition::new(raw, printed, context, std::path::Path::new("e.toml"), text)
        .map_err(|e| e.to_string())
}

pub(super) fn edition() -> Edition {
    edition_of(EDITION).expect("a sound example")
}

fn define(text: &str, sql: &str) -> Result<TableDefinition, String> {
    let directory = tempfile::tempdir().expect("a sound example");
    let path = directory.path().join("7.toml");
    std::fs::write(directory.path().join("things.sql"), sql).expect("a sound example");
    let raw: RawTable = toml::from_str(text).map_err(|e| e.to_string())?;
    let error = |e: crate::diagnostic::DefinitionError| {
        e.to_string()
            .replace(&format!("{}/", directory.path().display()), "")
    };
    TableDefinition::new(
        raw,
        &edition(),
        &|name| name == "things",
        &|form| form == "F",
        &path,
        text,
    )
    .map_err(error)
}

/// A delivered cell: order, row, column, year, value in millionths, status, names of missing units.
type DeliveredCell<'a> = (
    i64,
    &'a str,
    Option<&'a str>,
    Option<&'a str>,
    Option<i128>,
    Option<&'a str>,
    Option<&'a str>,
);

fn delivered(lines: &[DeliveredCell<'_>]) -> Delivered {
    let texts = |f: &dyn Fn(&DeliveredCell<'_>) -> Option<String>| -> ArrayRef {
        Arc::new(lines.iter().map(f).collect::<StringArray>())
    };
    let own = |t: Option<&str>| t.map(str::to_owned);
    let columns: Vec<ArrayRef> = vec![
        Arc::new(lines.iter().map(|l| l.0).collect::<Int64Array>()),
        texts(&|l| Some(l.1.to_owned())),
        Arc::new(
            lines
                .iter()
                .map(|l| i64::from(l.0 > 0))
                .collect::<Int64Array>(),
        ),
        texts(&|l| Some(if l.0 == 0 { "total" } else { "plain" }.to_owned())),
        texts(&|l| Some(format!("{} (vi)", l.1))),
        texts(&|l| Some(l.1.to_owned())),
        texts(&|l| own(l.2)),
        texts(&|l| own(l.3)),
        Arc::new(
            lines
                .iter()
                .map(|l| l.4)
                .collect::<Decimal128Array>()
                .with_precision_and_scale(38, 6)
                .expect("a sound example"),
        ),
        texts(&|l| own(l.5)),
        Arc::new(lines.iter().map(|_| Some(0)).collect::<Int64Array>()),
        Arc::new(lines.iter().map(|_| Some(1)).collect::<Int64Array>()),
        Arc::new(lines.iter().map(|_| Some(1)).collect::<Int64Array>()),
        texts(&|l| own(l.6)),
        texts(&|l| own(l.6)),
    ];
    let fields: Vec<Field> = REQUIRED
        .iter()
        .map(|(name, t)| Field::new(*name, t.clone(), true))
        .collect();
    let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns);
    Delivered::of_batch(&batch.expect("a sound example"))
}

fn make(lines: &[DeliveredCell<'_>]) -> Result<Table, String> {
    let definition = define(DEFINITION, "SELECT {indicators}")?;
    assemble(
        &definition,
        &edition(),
        &delivered(lines),
        &[Reported {
            period: "2002".into(),
            units: 1,
            expected: 2,
        }],
    )
}

fn printed(table: &Table) -> Vec<Vec<&str>> {
    table
        .rows
        .iter()
        .map(|r| {
            r.cells
                .iter()
                .map(|c| c.as_ref().map_or("", |c| c.text.as_str()))
                .collect()
        })
        .collect()
}

const M: i128 = 1_000_000;
const THINGS: Option<&str> = Some("things");
const Y1: Option<&str> = Some("2001");
const Y2: Option<&str> = Some("2002");

#[test]
fn the_text_of_a_cell_shows_its_status() {
    let edition = edition();
    let text = |value: Option<&str>, decimals, status| {
        let value = value.map(|v| v.parse::<Decimal>().expect("a sound example"));
        let cell = Cell {
            value,
            decimals,
            status,
            estimated: false,
            text: String::new(),
            units: None,
            missing: vec![],
            origin: Origin::Unsaid,
            words: None,
        };
        cell.printed(&edition.words).text
    };
    assert_eq!(text(Some("0"), 1, FigureStatus::Normal), "-");
    assert_eq!(text(Some("0.0"), 1, FigureStatus::Estimate), "- (e)");
    assert_eq!(text(Some("0.04"), 1, FigureStatus::Normal), "0,0");
    assert_eq!(text(Some("0.4"), 0, FigureStatus::Normal), "0");
    assert_eq!(text(Some("12"), 0, FigureStatus::Partial), "12 (p)");
    assert_eq!(text(Some("12"), 0, FigureStatus::Withheld), "(c)");
    assert_eq!(text(None, 0, FigureStatus::NotApplicable), "x");
    assert_eq!(text(None, 0, FigureStatus::NotCollected), "…");
    assert_eq!(text(None, 0, FigureStatus::Absent), "…");
}

#[test]
fn comparisons_are_printed_when_both_sides_are_complete() {
    let table = make(&[
        (0, "all", THINGS, Y1, Some(30 * M), Some("A"), None),
        (0, "all", THINGS, Y2, Some(36 * M), Some("E"), None),
        (1, "a", THINGS, Y1, Some(10 * M), Some("A"), None),
        (1, "a", THINGS, Y2, Some(12 * M), Some("E"), None),
        (2, "b", THINGS, Y1, Some(0), Some("A"), None),
        (2, "b", THINGS, Y2, Some(24 * M), Some("A"), None),
    ])
    .expect("a sound example");
    assert_eq!(
        printed(&table),
        [
            vec!["30", "36 (e)", "100,00 (e)", "20,0 (e)"],
            vec!["10", "12 (e)", "33,33 (e)", "20,0 (e)"],
            vec!["-", "24", "66,67 (e)", "x"],
        ]
    );
    let marks: Vec<&str> = table.symbols.iter().map(|s| s.mark.as_str()).collect();
    assert_eq!(marks, ["-", "x", "(e)"]);
    assert_eq!(
        table.source.en,
        "Form F. Reports. Book. Provinces that reported: 2002: 1/2."
    );
}

#[test]
fn a_gap_is_named_and_nothing_is_compared_with_it() {
    let table = make(&[
        (0, "all", THINGS, Y1, Some(30 * M), Some("A"), None),
        (0, "all", THINGS, Y2, Some(12 * M), Some("P"), Some("b")),
        (1, "a", THINGS, Y1, Some(10 * M), Some("A"), None),
        (1, "a", THINGS, Y2, Some(12 * M), Some("A"), None),
        (2, "b", THINGS, Y1, Some(20 * M), Some("A"), None),
        (2, "b", THINGS, Y2, None, None, Some("b")),
    ])
    .expect("a sound example");
    assert_eq!(
        printed(&table),
        [
            vec!["30", "12 (p)", "…", "…"],
            vec!["10", "12", "…", "20,0"],
            vec!["20", "…", "…", "…"],
        ]
    );
    let notes: Vec<&str> = table.notes.iter().map(|n| n.en.as_str()).collect();
    assert_eq!(
        notes,
        [
            "(p) 2002: without b.",
            "… Share; Growth: not computed where figures are incomplete; missing: b.",
            "Until 2002.",
        ]
    );
}

#[test]
fn a_cell_that_is_not_delivered_stays_blank() {
    let table = make(&[
        (0, "all", THINGS, Y1, Some(M), Some("A"), None),
        (1, "head", None, None, None, None, None),
    ])
    .expect("a sound example");
    assert_eq!(
        printed(&table),
        [vec!["1", "", "", ""], vec!["", "", "", ""]]
    );
}

#[test]
fn a_figure_delivered_twice_or_for_an_unknown_column_is_never_printed() {
    let twice = make(&[
        (0, "all", THINGS, Y1, Some(M), None, None),
        (0, "all", THINGS, Y1, Some(M), None, None),
    ]);
    assert_eq!(
        twice.expect_err("a mistake is found"),
        "the query delivers the column `things` twice in the row `all`"
    );
    let unknown = make(&[(0, "all", THINGS, Some("1999"), Some(M), None, None)]);
    assert_eq!(
        unknown.expect_err("a mistake is found"),
        "the query delivers the column `things` (1999), which is not declared"
    );
}

#[test]
fn errors_of_a_definition_have_file_line_and_remedy() {
    let sql = "SELECT {indicators}";
    let changed = |from: &str, to: &str| {
        define(&DEFINITION.replace(from, to), sql).expect_err("a mistake is found")
    };
    insta::assert_snapshot!(changed(r#"indicators = ["things"]"#, r#"indicators = ["thinks"]"#), @"
    error: `thinks` is not an indicator of indicators.csv
      --> 7.toml:6
    hint: correct the name, or add the indicator to indicators.csv
    ");
    insta::assert_snapshot!(changed(r#"id = "things""#, r#"id = "other""#), @"
    error: `things-2002` is not a column before `share`
      --> 7.toml:21
    hint: the columns before it: other-2001, other-2002
    ");
    insta::assert_snapshot!(changed(r#"to = "things-{previous_year}""#, r#"to = "things-{last}""#), @"
    error: `{last}` is not a known name
      --> 7.toml:30
    hint: known names: column_ids, country, country_en, country_vi, first_year, forms, geography, indicators, last_day, last_year, periods, previous_year, scenario, scheme
    ");
    insta::assert_snapshot!(define(DEFINITION, "SELECT 1\nFROM {tables}").expect_err("a mistake is found"), @"
    error: `{tables}` is not a known name
      --> things.sql:2
    hint: known names: column_ids, columns, country, country_en, country_vi, first_year, forms, geography, indicators, last_day, last_year, periods, previous_year, scenario, scheme
    ");
    insta::assert_snapshot!(define(DEFINITION, "SELECT 'thinks'").expect_err("a mistake is found"), @"
    error: the query things.sql does not deliver the column `things`
      --> 7.toml:14
    hint: name the column as the query's column_id does, or as one of `indicators`; or state which `kind` of comparison it is
    ");
    assert!(changed("nested = true", "nest = true").contains("unknown field `nest`"));
}

#[test]
fn an_edition_has_a_known_geography() {
    insta::assert_snapshot!(edition_of(&EDITION.replace(r#""two""#, r#""six""#)).expect_err("a mistake is found"), @"
    error: `six` is not a scheme of regions on the geography new
      --> e.toml:8
    hint: name a scheme of regions.csv of the same vintage
    ");
    assert!(
        edition_of(&EDITION.replace("2002-12-31", "31/12/2002"))
            .expect_err("a mistake is found")
            .contains("is not a date")
    );
}

#[tokio::test]
async fn a_query_that_does_not_fit_names_its_line() {
    let engine = crate::engine::Engine::new().expect("a sound example");
    for table in crate::lake::tables() {
        engine
            .register(&table.name, table.schema.clone(), vec![])
            .expect("a sound example");
    }
    let checked = async |sql: &str| {
        let mut builder =
            TableBuilder::new(&engine, &OfficialOrder::default()).expect("a sound example");
        check(
            &mut builder,
            &define(DEFINITION, sql).expect("a sound example"),
            &edition(),
        )
        .await
        .expect_err("a mistake is found")
    };
    let error = checked("SELECT 'things' AS column_id,\n  valeu\nFROM national").await;
    assert_eq!(error.line, Some(2));
    assert!(error.message.contains("valeu"), "{}", error.message);
    let error = checked("SELECT 'things' AS column_id FROM national").await;
    assert!(
        error.message.ends_with("does not deliver `row_order`"),
        "{}",
        error.message
    );
    let error = checked("SELECT 'things' AS column_id\nFROM national ORDER 1").await;
    assert_eq!(error.line, Some(2), "{}", error.message);
}

/// A definition with these columns.
fn define_columns(columns: &str) -> Result<TableDefinition, String> {
    let (front, _) = DEFINITION
        .split_once("[[columns]]")
        .expect("a sound example");
    define(
        &format!("{front}{columns}"),
        "SELECT {indicators} {columns}",
    )
}

fn heads(definition: &TableDefinition) -> Vec<&str> {
    definition
        .columns
        .iter()
        .map(|c| c.head.id.as_str())
        .collect()
}

#[test]
fn columns_of_a_group_alternate_year_by_year() {
    let two = |more: &str| {
        format!(
            "[[columns]]\nid = \"things\"\neach = \"year\"\n{more}head = {{ vi = \"a\", en = \"a\" }}\n\
             [[columns]]\nid = \"others\"\neach = \"year\"\n{more}head = {{ vi = \"b\", en = \"b\" }}\n"
        )
    };
    let define = |text: &str| {
        let text = text.replace("'others'", "");
        let (front, _) = DEFINITION
            .split_once("[[columns]]")
            .expect("a sound example");
        define(
            &format!("{front}{text}"),
            "SELECT {indicators} {columns} 'others'",
        )
    };
    let apart = define(&two("")).expect("sound");
    assert_eq!(
        heads(&apart),
        ["things-2001", "things-2002", "others-2001", "others-2002"]
    );
    let together = define(&two("group = \"g\"\n")).expect("sound");
    assert_eq!(
        heads(&together),
        ["things-2001", "others-2001", "things-2002", "others-2002"]
    );
    let last = define(&two("group = \"g\"\nlast = 1\n")).expect("sound");
    assert_eq!(heads(&last), ["things-2002", "others-2002"]);
    assert!(
        last.query.body.contains("'things-2002', 'others-2002'"),
        "{}",
        last.query.body
    );
}

#[test]
fn a_column_is_repeated_for_the_country_and_each_region() {
    let definition = define_columns(
        "[[columns]]\nid = \"things\"\neach = \"region\"\nhead = { vi = \"{region_vi}\", en = \"{region_en}\" }\n",
    )
    .expect("sound");
    assert_eq!(heads(&definition), ["things-all", "things-R"]);
    assert_eq!(
        definition.columns[0].head.head,
        Bilingual::new("All (vi)", "All")
    );
}

#[test]
fn a_column_of_one_period_prints_only_complete_figures() {
    let definition = define_columns(
        "[[columns]]\nid = \"things\"\nperiod = \"{last_year}\"\ncomplete = true\nhead = { vi = \"a\", en = \"a\" }\n",
    )
    .expect("sound");
    assert_eq!(heads(&definition), ["things-2002"]);
    let lines: [DeliveredCell<'_>; 3] = [
        (0, "all", THINGS, Y2, Some(5 * M), Some("P"), Some("B")),
        (1, "a", THINGS, Y2, Some(5 * M), Some("A"), None),
        (2, "b", THINGS, Y2, None, Some("M"), None),
    ];
    let table = assemble(&definition, &edition(), &delivered(&lines), &[]).expect("a table");
    assert_eq!(printed(&table), [["…"], ["5"], ["x"]]);
    // The note about missing units is that of a comparison, not that of a partial figure.
    let said: Vec<&str> = table.notes.iter().map(|note| note.en.as_str()).collect();
    assert!(
        said.iter()
            .any(|note| note.starts_with("… a: not computed") && note.contains('B')),
        "{said:?}"
    );
    assert!(!said.iter().any(|note| note.starts_with("(p)")), "{said:?}");
}

#[test]
fn mistakes_in_the_repetition_of_a_column_are_found() {
    let wrong = |columns: &str| define_columns(columns).err().unwrap_or_default();
    let column = |more: &str| {
        format!("[[columns]]\nid = \"things\"\nhead = {{ vi = \"a\", en = \"a\" }}\n{more}")
    };
    assert!(wrong(&column("last = 2\n")).contains("`last` has no effect here"));
    assert!(wrong(&column("each = \"year\"\nlast = 0\n")).contains("`last` has no effect here"));
    assert!(
        wrong(&column("each = \"year\"\nperiod = \"2001\"\n")).contains("no `period` of its own")
    );
    let computed = column("each = \"year\"\n")
        + "[[columns]]\nid = \"x\"\nkind = \"growth\"\nof = \"things-2002\"\nto = \"things-2001\"\ndecimals = 1\ncomplete = true\nhead = { vi = \"a\", en = \"a\" }\n";
    assert!(wrong(&computed).contains("printed only when complete in any case"));
}

#[test]
fn a_computed_cell_names_its_operands() {
    let lines: [DeliveredCell<'_>; 4] = [
        (0, "all", THINGS, Y1, Some(8 * M), Some("A"), None),
        (0, "all", THINGS, Y2, Some(10 * M), Some("A"), None),
        (1, "a", THINGS, Y1, Some(4 * M), Some("A"), None),
        (1, "a", THINGS, Y2, Some(5 * M), Some("A"), None),
    ];
    let table = make(&lines).expect("a table");
    for row in &table.rows {
        for cell in row.cells.iter().flatten() {
            let Origin::Cells(computation, operands) = &cell.origin else {
                continue;
            };
            let values: Vec<Decimal> = operands
                .iter()
                .map(|(r, c)| {
                    table.rows[*r].cells[*c]
                        .as_ref()
                        .and_then(|c| c.value)
                        .expect("a value")
                })
                .collect();
            assert_eq!(computation.of(&values).map(|v| v.normalize()), cell.value);
        }
    }
    let share = table.rows[1].cells[2].as_ref().expect("a cell");
    assert_eq!(
        share.origin,
        Origin::Cells(Computation::Share, vec![(1, 1), (0, 1)])
    );
}

#[test]
fn a_definition_asks_for_rows_by_name() {
    let text = DEFINITION.replace("nested = true", "nested = true\norder = \"name\"");
    let definition = define(&text, "SELECT {indicators}").expect("sound");
    let lines: [DeliveredCell<'_>; 3] = [
        (0, "all", THINGS, Y1, Some(3 * M), Some("A"), None),
        (1, "b", THINGS, Y1, Some(2 * M), Some("A"), None),
        (2, "a", THINGS, Y1, Some(M), Some("A"), None),
    ];
    let table = assemble(&definition, &edition(), &delivered(&lines), &[]).expect("a table");
    let ordered: Vec<&str> = table.rows.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(ordered, ["all", "a", "b"]);
}
