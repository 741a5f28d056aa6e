//! Every printed number of the sample is traced to its cells, and these cells give the number again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::LazyLock;

use calamine::{Data, Reader, open_workbook_auto};
use rust_decimal::Decimal;
use serde_json::Value;
use tonghop::answers::{
    CellChoice, CellRole, Fact, FactOrigin, FactState, FigureLevel, Node, NotCounted, Printed,
    PrintedOrigin, Trace, TraceOutcome, TracedCell, Tracer, figures_of, machine_trace, recompute,
};
use tonghop::engine::Engine;
use tonghop::lake::Snapshot;
use tonghop::plan::Plan;
use tonghop::query::open_engine;
use tonghop::tables::{Computation, FigureKey, OfficialOrder, Table, TableBuilder};
use tonghop::text::rounded;

use crate::support::definitions::kttt;
use crate::support::files::{self, copy};
use crate::support::office::Office;
use crate::support::program::{sql, tonghop};
use crate::support::sample::SAMPLE;

fn lake() -> PathBuf {
    SAMPLE.lake()
}

fn out() -> PathBuf {
    SAMPLE.out()
}

/// The pipeline, a snapshot of the sample and its printed tables, each with its scenario.
struct Book {
    plan: &'static Plan,
    snapshot: Snapshot,
    engine: Engine,
    tables: Vec<(Table, String)>,
}

/// All printed tables, built once for all tests.
static BOOK: LazyLock<Book> = LazyLock::new(|| wait(Book::open()));

/// Traces any of their numbers.
static TRACER: LazyLock<Tracer<'static>> = LazyLock::new(|| {
    let mut figures = BTreeSet::new();
    for (table, scenario) in &BOOK.tables {
        for (row, column) in places(table) {
            let of = figures_of(table, row, column).into_iter();
            figures.extend(of.map(|figure| (scenario.clone(), figure)));
        }
    }
    let tracer = Tracer::load(&BOOK.snapshot, &BOOK.engine, BOOK.plan, figures);
    wait(tracer).expect("a tracer")
});

fn wait<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(work)
}

impl Book {
    async fn open() -> Self {
        let plan = kttt();
        let snapshot = Snapshot::current(&lake()).expect("a snapshot");
        let engine = open_engine(&snapshot).expect("an engine");
        let order = OfficialOrder::new(
            &plan.geography,
            plan.indicators.iter().map(|i| i.id.as_str()),
            plan.breakdowns
                .iter()
                .flat_map(|b| b.members.iter().map(|m| (b.id.as_str(), m.code.as_str()))),
        )
        .with("target", plan.targets.iter().map(|t| t.texts[0].as_str()));
        let mut builder = TableBuilder::new(&engine, &order).expect("a builder");
        let mut tables = Vec::new();
        for definition in &plan.tables {
            let table = builder.build(definition, &plan.edition).await;
            tables.push((table.expect("a table"), definition.scenario().to_owned()));
        }
        Self {
            plan,
            snapshot,
            engine,
            tables,
        }
    }
}

/// A printed cell, by the ids of its table, row and column.
fn cell(table: &str, row: &str, column: &str) -> Node {
    let mut tables = BOOK.tables.iter();
    let (table, scenario) = tables.find(|(t, _)| t.id == table).expect("a table");
    let row = table.rows.iter().position(|r| r.id == row);
    let column = table.columns.iter().position(|c| c.id == column);
    let (row, column) = (row.expect("a row"), column.expect("a column"));
    TRACER.cell(table, scenario, row, column).expect("a cell")
}

/// A figure of all sectors: geography, code, indicator, period, scenario.
fn figure(figure: [&str; 5]) -> Node {
    let [geography, code, indicator, period, scenario] = figure.map(str::to_owned);
    let members = "_T".to_owned();
    let key = FigureKey {
        geography,
        code,
        indicator,
        members,
        period,
    };
    let wanted = [(scenario.clone(), key.clone())];
    let tracer = wait(Tracer::load(
        &BOOK.snapshot,
        &BOOK.engine,
        BOOK.plan,
        wanted,
    ));
    let root = tracer.expect("a tracer").figure(&key, &scenario);
    root.expect("a figure")
}

/// Every place of a table.
fn places(table: &Table) -> impl Iterator<Item = (usize, usize)> + use<> {
    let (rows, columns) = (table.rows.len(), table.columns.len());
    (0..rows).flat_map(move |row| (0..columns).map(move |column| (row, column)))
}

fn printed(node: &Node) -> &Printed {
    match node {
        Node::Printed(printed) => printed,
        other => panic!("not printed: {other:?}"),
    }
}

fn fact(node: &Node) -> &Fact {
    match node {
        Node::Fact(fact) => fact,
        other => panic!("no fact: {other:?}"),
    }
}

fn observation(node: &Node) -> &TracedCell {
    match node {
        Node::Observation(observation) => observation,
        other => panic!("no observation: {other:?}"),
    }
}

/// All nodes of a tree.
fn nodes(root: &Node) -> Vec<&Node> {
    let mut all = vec![root];
    let mut at = 0;
    while at < all.len() {
        all.extend(all[at].children());
        at += 1;
    }
    all
}

fn decimal(text: &str) -> Decimal {
    text.parse().expect("a decimal")
}

/// For the whole book: the cells of a trace give the number to its sixth decimal; each cell is in the lake with the value
/// of the tree; the lake's own list of sources names the same cells; each cell's text, in its unit of measure, is its
/// value; and a missing unit is missing in the tree.
#[test]
fn every_printed_number_comes_out_of_its_cells() {
    let held: BTreeMap<(String, String, String), String> = sql(
        &lake(),
        "SELECT report_id, cell, indicator, CAST(value AS VARCHAR) FROM observations WHERE value IS NOT NULL",
    )
    .into_iter()
    .map(|line| {
        let mut fields = line.split(',').map(str::to_owned);
        let mut next = || fields.next().expect("a field");
        ((next(), next(), next()), next())
    })
    .collect();
    let (mut numbers, mut leaves, mut without, mut named) = (0, 0, 0, 0);
    let mut of_lists = 0;
    let mut made: BTreeMap<String, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (table, scenario) in &BOOK.tables {
        for (row, column) in places(table) {
            let Some(cell) = &table.rows[row].cells[column] else {
                assert_eq!(TRACER.cell(table, scenario, row, column), None);
                continue;
            };
            let what = format!(
                "{} › {} › {}",
                table.id, table.rows[row].id, table.columns[column].id
            );
            let root = TRACER.cell(table, scenario, row, column);
            let trace = Trace::new("", root.unwrap_or_else(|| panic!("{what} is not traced")));
            let at_odds = trace.root.facts_at_odds();
            assert!(at_odds.is_empty(), "{what}: {at_odds:#?}");
            missing_units_are_named(&trace.root, &what, &mut named);
            let Some(value) = cell.value else {
                assert_eq!(trace.outcome, TraceOutcome::NoNumber, "{what}");
                without += 1;
                continue;
            };
            numbers += 1;
            *made.entry(kind(&trace.root)).or_default() += 1;
            if trace.outcome != TraceOutcome::Agrees || trace.recomputed != Some(value) {
                wrong.push(format!("{what}: {value}, not {:?}", trace.recomputed));
            }
            for leaf in trace.root.leaves() {
                leaves += 1;
                let place = [&leaf.report.report_id, &leaf.cell, &leaf.indicator];
                let [report, at, indicator] = place.map(ToString::to_string);
                let value = leaf.value.expect("a leaf that enters has a value");
                let there = held.get(&(report, at, indicator));
                let there = there.unwrap_or_else(|| panic!("{what}: {place:?} is not in the lake"));
                assert_eq!(decimal(there), value, "{what}: {place:?}");
                match leaf.conversion {
                    Some(c) => assert_eq!(rounded(c.number * c.factor, 6), value, "{leaf:?}"),
                    None if leaf.records.is_some() => {
                        of_lists += 1;
                        assert_eq!(leaf.stated(), Some(value), "{what}: {leaf:?}");
                    }
                    None => assert!(value.is_zero(), "{what}: {leaf:?}"),
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {numbers}: {wrong:#?}", wrong.len());
    assert_eq!(
        numbers,
        numbers_in_files(),
        "numbers of the published files"
    );
    let cells = numbers + without;
    assert!(numbers > 3800 && cells > 4000, "{numbers} of {cells}");
    assert!(leaves > 30_000, "only {leaves} leaves");
    assert!(without > 100 && named > 100, "{without}, {named}");
    assert!(of_lists > 100, "only {of_lists} totals of lists");
    for kind in [
        "national stock",
        "national flow",
        "national mean",
        "national ratio",
        "regional stock",
        "regional mean",
        "regional ratio",
        "unit stock",
        "unit mean",
        "unit ratio",
        "together stock",
        "growth",
        "average",
        "difference",
        "stated",
        "passing",
        "count",
        "share",
    ] {
        assert!(made.contains_key(kind), "no {kind} is printed: {made:?}");
    }
}

/// The numbers in the files of the printed tables.
fn numbers_in_files() -> usize {
    let files = std::fs::read_dir(out().join("csv")).expect("tables");
    let numbers = files.map(|file| {
        let mut reader = csv::Reader::from_path(file.expect("a file").path()).expect("a table");
        let head = reader.headers().expect("a head").clone();
        let value = head.iter().position(|h| h == "value").expect("a column");
        let records = reader.records().map(|record| record.expect("a line"));
        records.filter(|record| !record[value].is_empty()).count()
    });
    numbers.sum()
}

/// What a printed cell is: the level and measure of its figure, or its computation.
fn kind(root: &Node) -> String {
    let printed = printed(root);
    match (printed.made.clone(), printed.children.first()) {
        (PrintedOrigin::Computed(computation), _) => computation.as_str().to_owned(),
        (PrintedOrigin::Stated(_), _) => "stated".to_owned(),
        (PrintedOrigin::Passing(_), _) => "passing".to_owned(),
        (PrintedOrigin::Counted, _) => "count".to_owned(),
        (PrintedOrigin::Unsaid, None) => "unsaid".to_owned(),
        (_, Some(Node::Figure(figure))) => {
            let level = match figure.level {
                FigureLevel::National => "national",
                FigureLevel::Regional { .. } => "regional",
                FigureLevel::Together => "together",
            };
            format!("{level} {}", figure.subject.indicator.measure.as_str())
        }
        (_, Some(Node::Fact(fact))) => {
            format!("unit {}", fact.subject.indicator.measure.as_str())
        }
        (_, other) => panic!("{other:?}"),
    }
}

/// A unit that a printed cell names as missing is missing in its tree.
fn missing_units_are_named(root: &Node, what: &str, named: &mut usize) {
    let missing: BTreeSet<&str> = nodes(root)
        .into_iter()
        .filter_map(|node| match node {
            Node::Fact(fact) if fact.standing != FactState::Enters => Some(fact.name.vi.as_str()),
            // A region from which nothing came is named as a whole.
            Node::Figure(figure) if figure.value.is_none() => Some(figure.name.vi.as_str()),
            _ => None,
        })
        .collect();
    let country = "CẢ NƯỚC";
    for name in &printed(root).missing {
        let unit = name.vi.strip_suffix(" (cũ)").unwrap_or(&name.vi);
        let known = missing.contains(unit) || unit == country;
        assert!(known, "{what} lacks {unit}, its tree lacks {missing:?}");
        *named += 1;
    }
}

/// The country's figure of 2024: another program finds the text that was read in the cells of the trace.
#[test]
fn the_cells_are_in_the_files() {
    let root = cell("02", "VN", "htx_total-2024");
    let inbox = files::root().join("sample-data");
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for leaf in root.leaves() {
        let path = inbox.join(&*leaf.report.file_name);
        let kind = path.extension().and_then(|e| e.to_str()).expect("a kind");
        let (row, column) = address(&leaf.cell);
        let text = match (kind, &leaf.sheet) {
            ("csv" | "tsv", None) => {
                let Ok(text) = std::fs::read_to_string(&path) else {
                    continue; // an older encoding, or members of an archive
                };
                let delimiters = [b',', b';', b'\t'].into_iter();
                let delimiter = delimiters
                    .max_by_key(|d| text.bytes().filter(|b| b == d).count())
                    .expect("a delimiter");
                let line = text.lines().nth(row as usize).expect("the line");
                let mut reader = csv::ReaderBuilder::new()
                    .delimiter(delimiter)
                    .has_headers(false)
                    .from_reader(line.as_bytes());
                let record = reader.records().next().expect("fields");
                record.expect("fields")[column as usize].to_owned()
            }
            (_, Some(sheet)) => {
                let mut workbook = open_workbook_auto(&path).expect("a workbook");
                let range = workbook.worksheet_range(sheet).expect("the sheet");
                match range.get_value((row, column)).expect("the cell") {
                    Data::Int(n) => n.to_string(),
                    Data::Float(n) => n.to_string(),
                    Data::String(text) => text.clone(),
                    other => panic!("{}: {other:?}", path.display()),
                }
            }
            (_, None) => panic!("{}", path.display()),
        };
        let raw = leaf.raw.as_deref().expect("a text");
        assert_eq!(text.trim(), raw, "{} {}", path.display(), leaf.cell);
        *kinds.entry(kind.to_owned()).or_default() += 1;
    }
    assert!(kinds["xlsx"] > 20 && kinds["csv"] > 1, "{kinds:?}");
}

/// Row and column, from 0, of an address such as `C12`.
fn address(cell: &str) -> (u32, u32) {
    let letters = cell.trim_end_matches(|c: char| c.is_ascii_digit());
    let column = letters
        .bytes()
        .fold(0, |n, letter| n * 26 + u32::from(letter - b'A') + 1);
    let row: u32 = cell[letters.len()..].parse().expect("a row");
    (row - 1, column - 1)
}

/// A province of 2025 that was merged from two has figures of earlier years made from theirs.
#[test]
fn a_restated_figure_goes_through_the_former_units() {
    let root = cell("02", "15", "htx_total-2023");
    let whole = fact(&root.children()[0]);
    assert_eq!(
        (whole.way, whole.basis.as_deref()),
        (FactOrigin::Predecessors, Some("restated"))
    );
    assert_eq!(whole.parts, Some((2, 2)));
    let former: Vec<(&str, &str, Option<Decimal>)> = whole
        .children
        .iter()
        .map(|child| {
            let fact = fact(child);
            assert_eq!((&*fact.geography, fact.way), ("2004", FactOrigin::Own));
            assert_eq!(fact.basis.as_deref(), Some("reported"));
            (&*fact.code, fact.name.en.as_str(), fact.value)
        })
        .collect();
    let sum: Decimal = former.iter().filter_map(|(_, _, value)| *value).sum();
    assert_eq!(whole.value, Some(sum));
    assert_eq!(
        former
            .iter()
            .map(|(code, name, _)| (*code, *name))
            .collect::<Vec<_>>(),
        [("10", "Lao Cai"), ("15", "Yen Bai")]
    );
    // In its own first report it states the year before itself.
    let root = cell("02", "15", "htx_total-2024");
    let own = fact(&root.children()[0]);
    assert_eq!(
        (own.way, own.basis.as_deref()),
        (FactOrigin::Own, Some("reported"))
    );
    // The bridge puts the same two together.
    let root = cell("25", "15", "reported");
    let Node::Figure(together) = &root.children()[0] else {
        panic!("{root:?}");
    };
    assert_eq!(together.level, FigureLevel::Together);
    assert_eq!(together.children, whole.children);
    // An unchanged unit is one reporting unit.
    let root = cell("02", "04", "htx_total-2022");
    let unchanged = fact(&root.children()[0]);
    assert_eq!(
        (unchanged.way, unchanged.basis.as_deref()),
        (FactOrigin::Own, Some("restated"))
    );
    assert_eq!(&*observation(&unchanged.children[0]).unit.0, "2004");
}

/// A figure that is computed for print is traced through the cells it is computed from.
#[test]
fn comparisons_are_traced_through_their_operands() {
    let root = cell("02", "15", "growth");
    assert_eq!(
        printed(&root).made,
        PrintedOrigin::Computed(Computation::Growth)
    );
    let [now, before] = [0, 1].map(|i| printed(&root.children()[i]));
    assert_eq!(
        [&*now.column, &*before.column],
        ["htx_total-2025", "htx_total-2024"]
    );
    let (now, before) = (now.value.expect("a value"), before.value.expect("a value"));
    let growth = (now - before) * Decimal::ONE_HUNDRED / before;
    assert_eq!(
        rounded(recompute(&root).expect("a value"), 9),
        rounded(growth, 9)
    );
    // The share of a country that lacks a province is not printed, and the tree names the province.
    let root = cell("02", "15", "share");
    assert_eq!(
        printed(&root).made,
        PrintedOrigin::Computed(Computation::Share)
    );
    assert_eq!(
        (printed(&root).value, printed(&root).text.as_str()),
        (None, "…")
    );
    assert_eq!(Trace::new("", root.clone()).outcome, TraceOutcome::NoNumber);
    let absent: Vec<&Fact> = nodes(&root)
        .into_iter()
        .filter_map(|node| match node {
            Node::Fact(fact) if fact.standing == FactState::Absent => Some(fact),
            _ => None,
        })
        .filter(|fact| &*fact.geography == "2025")
        .collect();
    assert_eq!(absent.iter().map(|f| &*f.code).collect::<Vec<_>>(), ["66"]);
    let codes: Vec<&str> = absent[0].findings.iter().map(|f| f.code.as_str()).collect();
    assert_eq!(codes, ["TH404"], "it has not sent its report");
    let root = cell("04", "15", "average");
    assert_eq!(
        printed(&root).made,
        PrintedOrigin::Computed(Computation::Average)
    );
    let years: Vec<Decimal> = root.children().iter().filter_map(recompute).collect();
    assert_eq!(years.len(), 4);
    let mean = years.iter().sum::<Decimal>() / Decimal::from(4);
    assert_eq!(recompute(&root), Some(mean.normalize()));
}

/// The traces of a mean and of a ratio have the cells behind them and their parts in the computation.
#[test]
fn means_and_ratios_have_two_cells_a_unit() {
    for (table, column, parts) in [
        (
            "08",
            "htx_revenue_avg-2023",
            [CellRole::Value, CellRole::Weight],
        ),
        (
            "11",
            "htx_good_fair_rate-2023",
            [CellRole::Numerator, CellRole::Denominator],
        ),
    ] {
        let root = cell(table, "15", column);
        let whole = fact(&root.children()[0]);
        assert_eq!(whole.children.len(), 2, "two former provinces");
        let (mut above, mut below) = (Decimal::ZERO, Decimal::ZERO);
        for former in &whole.children {
            let [first, second] = [0, 1].map(|i| observation(&former.children()[i]));
            assert_eq!([first.part, second.part], parts);
            let [a, b] = [first, second].map(|o| o.value.expect("a value"));
            above += if table == "08" {
                a * b
            } else {
                a * Decimal::ONE_HUNDRED
            };
            below += b;
        }
        assert_eq!(whole.weight, Some(below));
        assert_eq!(whole.value, Some(rounded(above / below, 6).normalize()));
        assert_eq!(recompute(&root), whole.value);
    }
}

/// Yearly means in thousands of dong, read as millions.
#[test]
fn a_unit_of_measure_is_converted() {
    let root = figure(["2004", "49", "htx_revenue_avg", "2023", "best"]);
    let leaf = observation(&fact(&root).children[0]);
    let conversion = leaf.conversion.expect("a conversion");
    assert_eq!(leaf.measure_unit.as_deref(), Some("triệu đồng/năm"));
    assert_eq!(leaf.unit_read.as_deref(), Some("nghìn đồng"));
    assert_eq!(conversion.factor, decimal("0.001"));
    assert_eq!(Some(conversion.number * conversion.factor), leaf.value);
    assert_eq!(leaf.raw.as_deref().map(decimal), Some(conversion.number));
}

/// A corrected report: the second version counts, and the trace shows the first with its value.
#[test]
fn a_correction_tells_what_it_replaced() {
    let key = ["2004", "40", "htx_members", "2024", "estimate"];
    let root = figure(key);
    let leaf = observation(&fact(&root).children[0]);
    assert_eq!((leaf.report.revision, leaf.report.is_current), (2, true));
    let replaced: Vec<_> = leaf
        .others
        .iter()
        .filter(|o| o.why == NotCounted::Superseded && o.report.form == leaf.report.form)
        .collect();
    assert_eq!(replaced.len(), 1, "{:#?}", leaf.others);
    assert_eq!(replaced[0].report.revision, 1);
    assert_ne!(replaced[0].value, leaf.value);
    assert!(replaced[0].report.received_at < leaf.report.received_at);
}

/// The trace says why a cell counts, and what a rule found about it.
#[test]
fn an_observation_says_why_it_counts_and_what_was_found() {
    let at = |row: &str, column: &str| cell("03", row, column);
    let estimate = at("52", "htx_active-2025");
    let leaf = estimate.leaves()[0];
    assert_eq!(
        (leaf.choice, &*leaf.scenario),
        (CellChoice::EstimateInstead, "estimate")
    );
    let rules: Vec<&str> = leaf
        .findings
        .iter()
        .filter_map(|f| f.rule.as_deref())
        .collect();
    assert_eq!(rules, ["R101"]);
    let actual = at("01", "htx_active-2024");
    let leaf = actual.leaves()[0];
    assert_eq!(
        (leaf.choice, &*leaf.scenario),
        (CellChoice::Actual, "actual")
    );
    let passed: BTreeSet<NotCounted> = leaf.others.iter().map(|o| o.why).collect();
    assert_eq!(passed, BTreeSet::from([NotCounted::OtherScenario]));
    // A value held back is missing, and the finding that held it says why.
    let key = ["2025", "82", "htx_charter_capital", "2025", "best"];
    let held = figure(key);
    let codes: Vec<&str> = fact(&held)
        .findings
        .iter()
        .map(|f| f.code.as_str())
        .collect();
    assert_eq!(
        (fact(&held).standing, codes),
        (FactState::Absent, vec!["TH310"])
    );
}

/// A changed leaf no longer gives the number; a dropped one no longer matches the lake's sources.
#[test]
fn a_spoilt_leaf_is_noticed() {
    for (table, column) in [
        ("02", "htx_total-2024"),
        ("08", "htx_revenue_avg-2024"),
        ("11", "htx_good_fair_rate-2024"),
    ] {
        let sound = cell(table, "VN", column);
        assert_eq!(Trace::new("", sound.clone()).outcome, TraceOutcome::Agrees);
        let mut spoilt = sound;
        last_leaf(&mut spoilt).value = Some(Decimal::from(12_345));
        let trace = Trace::new("", spoilt);
        assert_eq!(trace.outcome, TraceOutcome::Differs, "{table}");
        assert!(!trace.outcome.is_sound());
    }
}

fn last_leaf(node: &mut Node) -> &mut TracedCell {
    match node {
        Node::Observation(observation) => observation,
        other => {
            let child = other
                .children_mut()
                .iter_mut()
                .rfind(|child| child.enters());
            last_leaf(child.expect("a child"))
        }
    }
}

fn ask(arguments: &[&str]) -> Output {
    let lake = lake();
    let lake = lake.to_string_lossy();
    let mut all = vec!["trace", "--lake", &*lake];
    all.extend(arguments);
    tonghop(&all)
}

fn said(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Rows and columns can be named in many ways.
#[test]
fn a_cell_is_found_by_id_label_and_place() {
    let first = |arguments: &[&str]| {
        let output = ask(arguments);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output.stderr));
        said(&output.stdout).lines().next().unwrap_or("").to_owned()
    };
    let wanted = first(&["--table", "02", "--row", "15", "--column", "htx_total-2023"]);
    assert!(wanted.contains("15 Lao Cai › htx_total-2023"), "{wanted}");
    for (row, column) in [("lào cai", "2023"), ("LAO CAI", "#2"), ("15", "2023")] {
        let found = first(&["--table", "2", "--row", row, "--column", column]);
        assert_eq!(found, wanted);
    }
    // The first row by its place, which is no id.
    let found = first(&["--table", "02", "--row", "#1", "--column", "#1"]);
    assert!(found.contains("› VN "), "{found}");
    let by_name = first(&[
        "--indicator",
        "htx_total",
        "--unit",
        "Lào Cai",
        "--period",
        "2023",
    ]);
    let by_code = first(&[
        "--indicator",
        "htx_total",
        "--unit",
        "15",
        "--period",
        "2023",
    ]);
    assert_eq!(by_name, by_code);
    assert!(
        by_code.contains("Lao Cai (15, geography 2025)"),
        "{by_code}"
    );
}

/// The tree on a terminal: shortened where it is long, whole on demand, with the sum at its end.
#[test]
fn the_tree_is_shown_in_lines() {
    let figure = [
        "--indicator",
        "htx_total",
        "--period",
        "2023",
        "--geography",
        "2004",
    ];
    let output = ask(&figure);
    let short = said(&output.stdout);
    assert!(short.contains("└─ … and 57 more (--all)"), "{short}");
    assert!(short.trim_end().ends_with("31,364 = 31,364"), "{short}");
    let output = ask(&[&figure[..], &["--all"]].concat());
    let long = said(&output.stdout);
    assert!(!long.contains("more (--all)"));
    assert_eq!(long.matches("geography 2004); reported").count(), 63);
}

#[test]
fn what_is_not_there_is_said_with_what_is() {
    for (arguments, message) in [
        (
            vec!["--table", "99", "--row", "15", "--column", "2024"],
            "there is no table `99`\nhint: there are 01, 02,",
        ),
        (
            vec!["--table", "02", "--row", "nowhere", "--column", "2024"],
            "there is no row `nowhere` in the table `02`\nhint: there are VN (",
        ),
        (
            vec!["--table", "02", "--row", "15", "--column", "2031"],
            "there is no column `2031` in the table `02`\nhint: there are htx_total-2022,",
        ),
        (
            vec!["--table", "17", "--row", "#1", "--column", "2025"],
            "`2025` may be several columns in the table `17`\nhint: name one of htx_members-2025, htx_workers-2025",
        ),
        (
            vec!["--table", "25", "--row", "2004:10", "--column", "restated"],
            "leaves the row `2004:10` blank in the column `restated`",
        ),
        (
            vec!["--indicator", "htx"],
            "there is no indicator `htx`\nhint: there are htx_total,",
        ),
        (
            vec!["--indicator", "htx_total", "--period", "1999"],
            "there is no period `1999` of `htx_total` on the geography 2025\nhint: there are 2021,",
        ),
        (
            vec!["--indicator", "htx_total", "--unit", "nowhere"],
            "there is no unit `nowhere` on the geography 2025\nhint: there are 01,",
        ),
        (
            vec!["--indicator", "htx_total", "--geography", "1990"],
            "there is no geography `1990`\nhint: there are 2004, 2025",
        ),
        (vec!["--table", "02"], "--row <ROW>"),
        (vec![], "--indicator <INDICATOR>"),
    ] {
        let output = ask(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty());
        let message_given = said(&output.stderr);
        assert!(message_given.contains(message), "{message_given}");
    }
}

/// The names of the fields are promised in docs/trace.md.
#[test]
fn the_machine_readable_form_has_these_fields() {
    let output = ask(&[
        "--table", "08", "--row", "15", "--column", "2023", "--format", "json",
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output.stderr));
    let whole: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let fields = |of: &Value| {
        let object = of.as_object().expect("an object");
        object.keys().cloned().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        fields(&whole),
        "cells outcome recomputed root snapshot value"
    );
    let root = &whole["root"];
    let fact = &root["children"][0];
    let former = &fact["children"][0];
    let leaf = &former["children"][1];
    assert_eq!(
        fields(root),
        "children column computation decimals head kind label missing recomputed rounding row stated_by status table test text title units value years"
    );
    let of_fact = "basis children code findings geography indicator indicator_name kind lacking made_of measure members name parts \
                   period recomputed rule scenario sector sources_agree standing status unit_of_measure value weight";
    assert_eq!(fields(fact), of_fact);
    assert_eq!(fields(former), of_fact);
    assert_eq!(
        fields(leaf),
        "cell choice factor findings indicator kind number others part period raw records report scenario sheet status unit_code \
         unit_of_measure unit_read unit_vintage value"
    );
    assert_eq!(
        fields(&leaf["report"]),
        "file_name form is_current period received_at report_id reporter revision sha256 unit_code unit_vintage vintage_evidence"
    );
    for (value, wanted) in [
        (&whole["outcome"], "agrees"),
        (&root["kind"], "cell"),
        (&root["computation"], "figure"),
        (&fact["kind"], "fact"),
        (&fact["made_of"], "predecessors"),
        (&fact["measure"], "mean"),
        (&former["made_of"], "observations"),
        (&leaf["kind"], "observation"),
        (&leaf["part"], "weight"),
    ] {
        assert_eq!(value, wanted);
    }
    assert_eq!(whole["value"], whole["recomputed"]);
    assert!(whole["value"].is_string(), "decimals are texts");
    // What the command says is what the library says.
    let again = cell("08", "15", "htx_revenue_avg-2023");
    assert_eq!(machine_trace(&Trace::new(&BOOK.snapshot.id, again)), whole);
}

/// If the cells do not give the total, the command shows the tree all the same and fails.
#[test]
fn a_number_that_its_cells_do_not_give_is_an_error() {
    let place = tempfile::TempDir::new().expect("a directory");
    let other = place.path().join("lake");
    copy(&lake().join("snapshots"), &other.join("snapshots"));
    std::fs::copy(lake().join("lake.toml"), other.join("lake.toml")).expect("copied");
    let id = std::fs::read_link(lake().join("current")).expect("a link");
    std::os::unix::fs::symlink(&id, other.join("current")).expect("linked");
    spoil(&other.join("current/national"));
    let output = tonghop(&[
        "trace",
        "--lake",
        &other.to_string_lossy(),
        "--indicator",
        "htx_total",
        "--period",
        "2023",
    ]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output.stderr));
    let tree = said(&output.stdout);
    assert!(tree.contains("31,364, NOT 31,365"), "{tree}");
    assert!(said(&output.stderr).contains("do not account for the number"));
}

/// Adds one to every value of a table of a snapshot.
fn spoil(table: &Path) {
    use arrow::array::{ArrayRef, AsArray, Decimal128Array, RecordBatch};
    use arrow::datatypes::Decimal128Type;
    use parquet::arrow::ArrowWriter;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    for entry in std::fs::read_dir(table).expect("a table") {
        let path = entry.expect("a file").path();
        let file = std::fs::File::open(&path).expect("a file");
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet");
        let batches: Vec<RecordBatch> = reader
            .build()
            .expect("a reader")
            .map(|batch| batch.expect("a batch"))
            .collect();
        // The file is a hard link: it is replaced, not written to.
        std::fs::remove_file(&path).expect("removed");
        let file = std::fs::File::create(&path).expect("made");
        let mut writer = ArrowWriter::try_new(file, batches[0].schema(), None).expect("a writer");
        for batch in batches {
            let at = batch.schema().index_of("value").expect("a column");
            let values = batch.column(at).as_primitive::<Decimal128Type>();
            let more: Decimal128Array = values.unary(|value| value + 1_000_000);
            let more = more.with_precision_and_scale(38, 6).expect("a decimal");
            let mut columns: Vec<ArrayRef> = batch.columns().to_vec();
            columns[at] = std::sync::Arc::new(more);
            let batch = RecordBatch::try_new(batch.schema(), columns).expect("a batch");
            writer.write(&batch).expect("written");
        }
        writer.close().expect("closed");
    }
}

/// A mean that came without its weight is printed for its unit and traced to its one cell; the country has none.
#[test]
fn a_mean_without_its_weight_is_made_of_one_cell() {
    let mut office = Office::with_all_tables();
    let text = "Biểu số: KTTT-01;;\nĐơn vị báo cáo: UBND tỉnh Sơn La;;\nNĂM 2025;;\n\
                Chỉ tiêu;Thực hiện năm 2024;Ước thực hiện năm 2025\nTổng số hợp tác xã;1100;1110\n\
                Doanh thu bình quân một hợp tác xã;2448,5;2500,25\n";
    office.send("a.csv", "2025-12-01", text.as_bytes());
    office.run("lake", &[]);
    let (pipeline, lake) = (office.text("pipelines/kttt"), office.text("lake"));
    let ask = |more: &[&str]| {
        let mut all = vec!["trace", "--pipeline", &pipeline, "--lake", &lake];
        all.extend(more);
        let output = tonghop(&all);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output.stderr));
        said(&output.stdout)
    };
    let figure = ["--indicator", "htx_revenue_avg", "--period", "2024"];
    let by_unit = ask(&[&figure[..], &["--unit", "2025:14"]].concat());
    let printed = ask(&["--table", "08", "--row", "14", "--column", "2024"]);
    for text in [&by_unit, &printed] {
        assert!(
            text.ends_with("recomputed from 1 cell: 2,448.5 = 2,448.5\n"),
            "{text}"
        );
    }
    // The printed figure is written like the others of its line.
    assert!(printed.starts_with("2,448.5  Table 08"), "{printed}");
    assert!(!printed.contains("2.448"), "{printed}");
    // No unit gave a weight: the country has no mean, and that is not an unknown period.
    let country = ask(&figure);
    assert!(country.contains("there is no number"), "{country}");
}
