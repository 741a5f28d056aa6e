//! Every rule of the pipeline is shown one year of one inbox in which it passes, fails and is undecided.

use std::fmt::Write as _;
use std::fs;
use std::sync::LazyLock;

use crate::support::catalogue::{OLD, catalogue};
use crate::support::definitions::kttt;
use crate::support::files::root;
use crate::support::lake::{Row, Run};
use crate::support::sheet::Sheet;
use crate::support::truth::{Form, Report, n};

/// The sheets that one rule is shown, and the expected judgements.
struct Shown {
    rule: &'static str,
    sheets: Vec<Sheet>,
    /// Judgements passed, failed, undecided.
    counts: [i64; 3],
    /// The unit whose report fails, the cell, the scenario.
    fails: (&'static str, &'static str, &'static str),
}

const GOOD: &str = "Sơn La";
const BAD: &str = "Lai Châu";
const OPEN: &str = "Cao Bằng";

/// One report whose actual and plan pass, whose estimate fails and whose next plan lacks something.
fn in_one_report(
    rule: &'static str,
    year: i32,
    cell: &'static str,
    rows: &[(&str, &str)],
) -> Shown {
    let sheet = rows
        .iter()
        .fold(Sheet::one(BAD, year), |sheet, (code, cells)| {
            sheet.row(code, cells)
        });
    Shown {
        rule,
        sheets: vec![sheet],
        counts: [2, 1, 1],
        fails: (BAD, cell, "estimate"),
    }
}

/// The same for a rule that looks back: the actual has nothing before it, the plan passes.
fn looking_back(rule: &'static str, year: i32, rows: &[(&str, &str)]) -> Shown {
    Shown {
        counts: [1, 1, 2],
        ..in_one_report(rule, year, "D6", rows)
    }
}

fn shown() -> Vec<Shown> {
    let mut year = 1950;
    let mut next = || {
        year += 2;
        year
    };
    let mut all = vec![
        in_one_report(
            "R101",
            next(),
            "D7",
            &[
                ("htx_total", "10 10 10 10"),
                ("htx_active", "5 5 8 11"),
                ("htx_suspended", "5 5 3 "),
            ],
        ),
        in_one_report(
            "R102",
            next(),
            "D7",
            &[("htx_total", "10 10 10 "), ("htx_good_fair", "5 10 11 11")],
        ),
        // In the next plan SQL would say FALSE: NULL <= 12 AND 12 <= 10.
        in_one_report(
            "R103",
            next(),
            "D8",
            &[
                ("htx_total", "10 10 10 10"),
                ("htx_agri", "5 10 8 12"),
                ("htx_agri_chain", "5 5 9 "),
            ],
        ),
        looking_back(
            "R104",
            next(),
            &[
                ("htx_total", "100 105 110 120"),
                ("htx_new", "1 7 7 "),
                ("htx_dissolved", "1 2 2 2"),
            ],
        ),
        in_one_report(
            "R105",
            next(),
            "D7",
            &[
                ("htx_members", "10 10 10 10"),
                ("htx_members_new", "5 10 11 "),
            ],
        ),
        in_one_report(
            "R106",
            next(),
            "D7",
            &[
                ("htx_workers", "10 10 10 10"),
                ("htx_workers_new", "5 10 11 11"),
                ("htx_workers_members", "5 10 1 "),
            ],
        ),
        in_one_report(
            "R107",
            next(),
            "D7",
            &[
                ("htx_managers", "10 10 10 10"),
                ("htx_managers_secondary", "5 4 8 11"),
                ("htx_managers_college", "5 4 3 "),
            ],
        ),
        in_one_report(
            "R108",
            next(),
            "D7",
            &[
                ("htx_directors", "10 10 10 10"),
                ("htx_directors_female", "5 10 1 "),
                ("htx_directors_trained", "5 10 11 11"),
            ],
        ),
        in_one_report(
            "R109",
            next(),
            "D7",
            &[("htx_total", "10 10 10 "), ("htx_directors", "9 10 11 11")],
        ),
        in_one_report(
            "R110",
            next(),
            "D7",
            &[
                ("htx_revenue_avg", "100 100 100 "),
                ("htx_revenue_members_avg", "50 100 101 101"),
            ],
        ),
        looking_back("R111", next(), &[("htx_total", "1000 1300 1301 ")]),
        looking_back("R112", next(), &[("htx_members", "1000 1500 499 ")]),
        in_one_report("R113", next(), "D6", &[("htx_revenue_avg", "10 200000 9 ")]),
        in_one_report("R114", next(), "D6", &[("htx_income_avg", "5 500 501 ")]),
        in_one_report(
            "R115",
            next(),
            "D7",
            &[
                ("htx_total", "0 10 - 10"),
                ("htx_active", "5 5 -3 "),
                ("htx_members", "5 5 -1 7"),
            ],
        ),
    ];
    let one = |unit, year, cells: &str| Sheet::one(unit, year).row("htx_total", cells);
    let year = next();
    all.push(Shown {
        rule: "R116",
        sheets: vec![
            one(GOOD, year, "100 100 110 110 110.1"),
            one(BAD, year, "100 100 110 110 110.2"),
            one(OPEN, year, " 100 110 110 110"),
        ],
        counts: [1, 1, 10],
        fails: (BAD, "F6", "estimate"),
    });
    let year = next();
    all.push(Shown {
        rule: "R117",
        sheets: vec![
            one(GOOD, year - 1, "100 100 100 100"),
            one(GOOD, year, "110 110 110 110"),
            one(BAD, year - 1, "100 100 100 100"),
            one(BAD, year, "111 111 111 111"),
            one(OPEN, year, "100 100 100 100"),
        ],
        counts: [1, 1, 10],
        fails: (BAD, "B6", "actual"),
    });
    all.extend(doubting(&mut next));
    all.extend(of_sectors(&mut next));
    all
}

/// The rules that doubt a whole column, or a figure because of others.
fn doubting(next: &mut impl FnMut() -> i32) -> Vec<Shown> {
    // Ten values above 20 in a column: just enough.
    let rows = [
        "htx_total",
        "htx_active",
        "htx_suspended",
        "htx_good_fair",
        "htx_hightech",
        "htx_members",
        "htx_members_new",
        "htx_workers",
        "htx_workers_new",
        "tht_total",
    ];
    let stating = |unit, year, starts: [i32; 4], rows: &[&str]| {
        rows.iter()
            .zip(0..)
            .fold(Sheet::one(unit, year), |sheet, (row, i)| {
                let cells = starts.map(|start| (start + i).to_string());
                sheet.row(row, &cells.join(" "))
            })
    };
    let few = &rows[..4];
    let year = next();
    let neighbour = Shown {
        rule: "R118",
        sheets: vec![
            stating(GOOD, year, [100, 200, 300, 400], &rows),
            stating("Điện Biên", year, [110, 210, 500, 410], &rows),
            stating(OPEN, year, [120, 220, 320, 420], &rows[..2]),
            stating(BAD, year, [130, 230, 500, 430], &rows),
        ],
        counts: [10, 2, 4],
        fails: (BAD, "D6", "estimate"),
    };
    let year = next();
    let year_before = Shown {
        rule: "R119",
        sheets: vec![
            stating(GOOD, year - 1, [100, 200, 300, 400], &rows[..5]),
            stating(GOOD, year, [101, 201, 301, 401], &rows[..5]),
            stating(BAD, year - 1, [100, 200, 300, 400], &rows[..5]),
            stating(BAD, year, [101, 201, 300, 401], &rows[..5]),
            stating(OPEN, year, [100, 200, 300, 400], &rows[..5]),
        ],
        counts: [7, 1, 4],
        fails: (BAD, "D6", "estimate"),
    };
    let year = next();
    let column_before = Shown {
        rule: "R120",
        sheets: vec![
            stating(GOOD, year, [100, 200, 300, 400], &rows[..5]),
            stating(BAD, year, [100, 200, 100, 400], &rows[..5]),
            stating(OPEN, year, [100, 200, 100, 400], few),
        ],
        counts: [1, 1, 10],
        fails: (BAD, "D6", "estimate"),
    };
    let empty = in_one_report(
        "R121",
        next(),
        "D6",
        &[
            ("htx_total", "1 0 0 0"),
            ("htx_active", "1 1 - -"),
            ("htx_suspended", "1 - 0 0"),
            ("htx_members", "1 - 0 0"),
            ("htx_workers", "1 - 0 "),
        ],
    );
    // 22,861 cooperatives were published for 2018.
    let share = in_one_report("R122", 2019, "D6", &[("htx_total", "5715 5715 5716 ")]);
    let members = in_one_report(
        "R123",
        next(),
        "D6",
        &[
            ("htx_members", "50 30000 49 "),
            ("htx_total", "10 10 10 10"),
        ],
    );
    let capital = in_one_report(
        "R124",
        next(),
        "D6",
        &[
            ("htx_charter_capital", "0,2 1000 1001 "),
            ("htx_total", "10 10 10 10"),
        ],
    );
    let growth = looking_back(
        "R125",
        next(),
        &[
            ("htx_revenue_avg", "1000 5000 199 "),
            ("htx_income_avg", "60 60 60 60"),
        ],
    );
    let year = next();
    let means = |unit, revenue: &str| {
        Sheet::one(unit, year)
            .row("htx_revenue_avg", revenue)
            .row("htx_income_avg", "60 60 60 60")
    };
    let median = Shown {
        rule: "R126",
        sheets: vec![
            means(GOOD, "100 100 100 100"),
            means(OPEN, "100 100 100 100"),
            means("Điện Biên", "100 100 100 "),
            means(BAD, "100 100 2001 100"),
        ],
        counts: [11, 1, 4],
        fails: (BAD, "D6", "estimate"),
    };
    vec![
        neighbour,
        year_before,
        column_before,
        empty,
        share,
        members,
        capital,
        growth,
        median,
    ]
}

/// The rules of KTTT-02.
fn of_sectors(next: &mut impl FnMut() -> i32) -> Vec<Shown> {
    let mut all = Vec::new();
    let one = |unit, year, cells: &str| Sheet::one(unit, year).row("htx_total", cells);
    // Nine sectors of the first level with ten each; the six under A with one each, those under I with nothing.
    let even = |code: &str| match code {
        code if code.len() == 1 => "10 10".to_owned(),
        code if code.starts_with('A') => "1 1".to_owned(),
        _ => "0 0".to_owned(),
    };
    let but = |changed: &'static str, cells: &'static str| {
        move |code: &str| {
            if code == changed {
                cells.to_owned()
            } else {
                even(code)
            }
        }
    };
    let two = |unit, year, cells: &str, of: &dyn Fn(&str) -> String| {
        Sheet::two(unit, year).sectors(cells, of)
    };
    let year = next();
    all.push(Shown {
        rule: "R201",
        sheets: vec![
            two(GOOD, year, "90 90", &even),
            two(BAD, year, "90 91", &even),
            two(OPEN, year, "91 91", &but("C", "10 ")),
        ],
        // The column of members lacks a sector, that of cooperatives fails: one column, and it fails.
        counts: [1, 2, 0],
        fails: (BAD, "C7", "estimate"),
    });
    let year = next();
    all.push(Shown {
        rule: "R202",
        sheets: vec![
            two(GOOD, year, "90 90", &even),
            two(BAD, year, "90 90", &but("A2", "6 1")),
            two(OPEN, year, "90 90", &but("A2", " 1")),
        ],
        counts: [1, 1, 1],
        fails: (BAD, "B8", "estimate"),
    });
    let year = next();
    all.push(Shown {
        rule: "R203",
        sheets: vec![
            two(GOOD, year, "90 90", &even),
            one(GOOD, year, "80 80 90 90"),
            two(BAD, year, "90 90", &even),
            one(BAD, year, "90 90 91 90"),
            two(OPEN, year, "90 90", &even),
        ],
        counts: [1, 1, 1],
        fails: (BAD, "B7", "estimate"),
    });
    let year = next();
    let agricultural = |unit, cells: &str| Sheet::one(unit, year).row("htx_agri", cells);
    all.push(Shown {
        rule: "R204",
        sheets: vec![
            two(GOOD, year, "90 90", &even),
            agricultural(GOOD, "80 80 10 90"),
            two(BAD, year, "90 90", &even),
            agricultural(BAD, "10 10 11 10"),
            two(OPEN, year, "90 90", &even),
            agricultural(OPEN, "10 10 … 10"),
        ],
        counts: [1, 1, 1],
        fails: (BAD, "B8", "estimate"),
    });
    all
}

static RUN: LazyLock<Run> = LazyLock::new(|| {
    let run = Run::written([]);
    for sheet in shown().iter().flat_map(|shown| &shown.sheets) {
        sheet.write(&run.inbox());
    }
    run.again(&[&run.inbox()]);
    run
});

/// The year that a rule is shown in: that of its last sheet.
fn year(shown: &Shown) -> String {
    shown.sheets.last().expect("a sheet").year.to_string()
}

fn code(unit: &str) -> String {
    let names = &catalogue().unit_names;
    names
        .iter()
        .find(|((vintage, _), names)| vintage == OLD && names[0].name_vi == unit)
        .map(|((_, code), _)| code.clone())
        .expect("a unit")
}

#[test]
fn each_rule_passes_fails_and_is_undecided() {
    let judged = RUN.rows("rule_results");
    for shown in &shown() {
        let year = year(shown);
        let found: Vec<&Row> = judged
            .iter()
            .filter(|row| row.is(&[("rule", shown.rule), ("period", &year)]))
            .collect();
        let [row] = found[..] else {
            panic!("{}: {found:?}", shown.rule)
        };
        let counts = ["passed", "failed", "undecided"].map(|name| row.int(name).unwrap());
        assert_eq!(counts, shown.counts, "{}", shown.rule);
    }
}

#[test]
fn a_failure_is_one_finding_at_the_cell_of_the_first_operand() {
    let findings = RUN.rows("findings");
    for shown in &shown() {
        let (unit, cell, scenario) = shown.fails;
        let (unit, year) = (code(unit), year(shown));
        let found: Vec<&Row> = findings
            .iter()
            .filter(|row| {
                row.is(&[
                    ("rule", shown.rule),
                    ("period", &year),
                    ("unit_code", &unit),
                ])
            })
            .collect();
        let [finding] = found[..] else {
            panic!("{}: {found:?}", shown.rule)
        };
        let rule = kttt().rules.iter().find(|rule| rule.id == shown.rule);
        let severity = rule.expect("a rule").severity.as_str();
        assert_eq!(finding.str("severity"), severity, "{}", shown.rule);
        assert_eq!(
            (
                finding.str("cell"),
                finding.str("scenario"),
                finding.str("code")
            ),
            (cell, scenario, "TH501"),
            "{}: {finding:?}",
            shown.rule
        );
    }
}

/// The messages name figures, values and cells, in Vietnamese and in English.
#[test]
fn messages_name_figures_values_and_cells() {
    let findings = RUN.rows("findings");
    let mut said = String::new();
    for shown in &shown() {
        let (unit, year) = (code(shown.fails.0), year(shown));
        for finding in findings.iter().filter(|row| {
            row.is(&[
                ("rule", shown.rule),
                ("period", &year),
                ("unit_code", &unit),
            ])
        }) {
            let (vi, en) = (finding.str("message_vi"), finding.str("message_en"));
            writeln!(said, "{}\n  {vi}\n  {en}", shown.rule).unwrap();
        }
    }
    insta::assert_snapshot!("messages_of_rules", said);
}

/// The rules are those of the ministry's list, of the forms that there are.
#[test]
fn every_rule_is_shown() {
    let text = fs::read_to_string(root().join("pipelines/kttt/rules.toml")).unwrap();
    let declared: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("id = \"")?.strip_suffix('"'))
        .filter(|id| id.starts_with("R1") || id.starts_with("R2"))
        .collect();
    let shown: Vec<&str> = shown().iter().map(|shown| shown.rule).collect();
    assert_eq!(declared, shown);
}

/// The half-year's report states the actual of the year before. It is judged against the annual report of that year.
#[test]
fn the_actual_of_a_half_year_report_is_judged_against_the_annual_estimate() {
    let annual = |code, estimate| {
        Report::of(Form::Indicators, OLD, code, 2023)
            .row("htx_total", vec![n(90), n(95), n(estimate), n(120)])
    };
    let half = |code, actual| {
        Report::half_year(OLD, code, 2024).row("htx_total", vec![n(actual), n(130), n(60), n(140)])
    };
    let run = Run::of([
        annual("14", 100),
        half("14", 150),
        annual("12", 100),
        half("12", 105),
        half("04", 150),
    ]);
    let results = run.one("rule_results", &[("rule", "R117"), ("period", "2024-S1")]);
    let counts = ["passed", "failed", "undecided"].map(|column| results.int(column));
    // The other columns are undecided, and the actual of the unit that sent no annual report.
    assert_eq!((counts[0], counts[1]), (Some(1), Some(1)), "{counts:?}");
    let found = run.find("findings", &[("rule", "R117")]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].str("unit_code"), "14");
    assert_eq!(found[0].str("period"), "2024-S1");
}
