//! Which figure counts where a unit and its predecessors report for the same period: every combination, as tables of
//! cases.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::sync::LazyLock;

use crate::support::catalogue::{Measure, NEW, OLD, catalogue};
use crate::support::lake::{Row, Run};
use crate::support::office::Office;
use crate::support::truth::Cell::{self, Blank, Nil, NotApplicable, NotCollected};
use crate::support::truth::{Form, Report, n};

/// A fact in short: value, status, basis, sources of expected; `absent` where there is none.
fn short(row: Option<&Row>) -> String {
    let Some(row) = row else {
        return "absent".to_owned();
    };
    let value = match row.decimal("value") {
        Some(value) => (value / 1_000_000).to_string(),
        None => "-".to_owned(),
    };
    let count = |column| row.int(column).unwrap();
    let (status, basis) = (row.str("status"), row.str("basis"));
    format!(
        "{value} {status} {basis} {} of {}",
        count("sources"),
        count("expected")
    )
}

/// What a row of the new unit's form may hold, and the fact that results. `None`: the predecessors' fact counts. That of a
/// blank counts only where no predecessor has a blank.
const OWN: [(Option<Cell>, Option<&str>); 6] = [
    (None, None),
    (Some(Blank), Some("- O reported 0 of 1")),
    (Some(NotCollected), Some("- L reported 0 of 1")),
    (Some(NotApplicable), Some("- M reported 0 of 0")),
    (Some(Nil), Some("0 E reported 1 of 1")),
    (Some(n(160)), Some("160 E reported 1 of 1")),
];

/// What its two predecessors may hold, and the fact that results where the new unit has no row.
const FORMER: [([Option<Cell>; 2], &str); 11] = [
    ([Some(n(100)), Some(n(50))], "150 E restated 2 of 2"),
    ([Some(n(100)), None], "100 P restated 1 of 2"),
    ([None, None], "absent"),
    ([Some(n(100)), Some(Blank)], "100 P restated 1 of 2"),
    ([Some(Blank), Some(Blank)], "absent"),
    ([Some(NotCollected), Some(n(50))], "50 P restated 1 of 2"),
    ([Some(n(100)), Some(NotApplicable)], "100 E restated 1 of 1"),
    (
        [Some(NotApplicable), Some(NotApplicable)],
        "- M restated 0 of 0",
    ),
    ([Some(NotApplicable), Some(Blank)], "absent"),
    ([Some(Nil), Some(Nil)], "0 E restated 2 of 2"),
    ([Some(Nil), Some(NotApplicable)], "0 E restated 1 of 1"),
];

/// Units with their two predecessors, and the states of their own row that they test. The last unit sends no form.
const UNITS: [(&str, [&str; 2], &[usize]); 3] = [
    ("44", ["44", "45"], &[0, 1, 2]),
    ("08", ["02", "08"], &[3, 4, 5]),
    ("15", ["10", "15"], &[0]),
];

/// Additive indicators of KTTT-01: one row for each combination.
fn rows() -> Vec<&'static str> {
    let all = catalogue().indicators.values();
    all.filter(|i| i.measure == Measure::Sum && i.section != "derived" && !i.row_code.is_empty())
        .map(|i| i.id.as_str())
        .collect()
}

/// The combinations of a unit: row, own state, predecessors' state.
fn combinations(states: &'static [usize]) -> impl Iterator<Item = (&'static str, usize, usize)> {
    let pairs = (states.iter()).flat_map(|own| (0..FORMER.len()).map(move |former| (*own, former)));
    let rows = rows();
    assert!(
        rows.len() >= states.len() * FORMER.len(),
        "{} rows are too few",
        rows.len()
    );
    rows.into_iter()
        .zip(pairs)
        .map(|(row, (own, former))| (row, own, former))
}

fn with(report: Report, row: &str, cell: Option<Cell>) -> Report {
    match cell {
        Some(cell) => report.row(row, vec![Blank, Blank, cell, Blank]),
        None => report,
    }
}

fn sent(vintage: &str, code: &str, year: i32) -> Report {
    Report::of(Form::Indicators, vintage, code, year)
}

/// Actual of the year before, plan, estimate, plan of the year after.
fn total(report: Report, cells: [Cell; 4]) -> Report {
    report.row("htx_total", cells.to_vec())
}

static RUN: LazyLock<Run> = LazyLock::new(|| {
    let mut reports = Vec::new();
    for (code, before, states) in UNITS {
        let mut own = sent(NEW, code, 2025);
        let mut former = before.map(|code| sent(OLD, code, 2025));
        for (row, mine, theirs) in combinations(states) {
            own = with(own, row, OWN[mine].0);
            for (report, cell) in former.iter_mut().zip(FORMER[theirs].0) {
                *report = with(report.clone(), row, cell);
            }
        }
        if code != "15" {
            reports.push(own);
        }
        reports.extend(former);
    }
    reports.extend([
        // One of two predecessors sends; none does.
        total(sent(NEW, "24", 2025), [Blank, Blank, n(9), Blank]),
        total(sent(OLD, "24", 2025), [Blank, Blank, n(5), Blank]),
        total(sent(NEW, "31", 2025), [Blank, Blank, n(8), Blank]),
        // Several years: the predecessors for 2024 and 2025, the new unit for 2025 and 2026.
        total(sent(OLD, "52", 2024), [n(10), n(25), n(30), n(50)]),
        total(sent(OLD, "64", 2024), [n(20), n(35), n(40), n(60)]),
        total(sent(OLD, "52", 2025), [n(31), n(51), n(70), n(90)]),
        total(sent(OLD, "64", 2025), [n(41), n(61), n(80), n(100)]),
        total(sent(NEW, "52", 2025), [n(75), n(115), n(155), n(195)]),
        total(sent(NEW, "52", 2026), [n(157), Blank, n(200), n(210)]),
        // The new unit's first report is for 2026: its actual of 2025 is there, or is not.
        total(sent(OLD, "56", 2025), [n(1), n(2), n(60), n(4)]),
        total(sent(OLD, "58", 2025), [n(1), n(2), n(40), n(4)]),
        total(sent(NEW, "56", 2026), [n(101), n(9), n(110), n(9)]),
        total(sent(OLD, "54", 2025), [n(1), n(2), n(60), n(4)]),
        total(sent(OLD, "66", 2025), [n(1), n(2), n(40), n(4)]),
        total(sent(NEW, "66", 2026), [Blank, n(9), n(110), n(9)]),
    ]);
    Run::of(reports)
});

/// Facts of a run for totals of sectors, in short, by geography, unit, period, indicator and scenario.
fn facts(run: &Run) -> BTreeMap<String, String> {
    let all = run.find("facts", &[("sector", "_T")]);
    all.iter()
        .map(|row| {
            let place = ["geography", "unit_code", "period", "indicator", "scenario"];
            (place.map(|c| row.str(c)).join(" "), short(Some(row)))
        })
        .collect()
}

#[test]
fn the_units_own_cell_goes_before_its_predecessors_unless_it_is_blank() {
    let facts = facts(&RUN);
    let absent = short(None);
    let mut wrong = String::new();
    let mut whole: BTreeMap<&str, i128> = BTreeMap::new();
    for (code, before, states) in UNITS {
        for (row, own, former) in combinations(states) {
            let restated = FORMER[former].1;
            // "For a blank cell, only if all their parts have values."
            let fills = OWN[own].0 == Some(Blank) && restated.contains(" E restated ");
            let wanted = OWN[own].1.filter(|_| !fills).unwrap_or(restated);
            let at = format!("{NEW} {code} 2025 {row} estimate");
            let got = facts.get(&at).unwrap_or(&absent);
            if got != wanted {
                let _ = writeln!(
                    wrong,
                    "{at}: {:?} beside {:?} is {got}, not {wanted}",
                    OWN[own].0, FORMER[former].0
                );
            }
            if let Ok(value) = wanted.split(' ').next().unwrap().parse::<i128>() {
                *whole.entry(row).or_default() += value;
            }
            // On their own geography the predecessors' cells count, whatever the new unit says.
            for (code, cell) in before.iter().zip(FORMER[former].0) {
                let wanted = cell.map_or(absent.clone(), |cell| match cell {
                    Cell::Tenths(tenths) => format!("{} E reported 1 of 1", tenths / 10),
                    Nil => "0 E reported 1 of 1".to_owned(),
                    NotCollected => "- L reported 0 of 1".to_owned(),
                    NotApplicable => "- M reported 0 of 0".to_owned(),
                    Blank => "- O reported 0 of 1".to_owned(),
                });
                let at = format!("{OLD} {code} 2025 {row} estimate");
                let got = facts.get(&at).unwrap_or(&absent);
                if *got != wanted {
                    let _ = writeln!(wrong, "{at}: {cell:?} is {got}, not {wanted}");
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    // Nothing counts twice in the country.
    for (row, others) in [("htx_total", 9 + 8 + 155 + 100 + 100), ("htx_members", 0)] {
        let country = RUN.one(
            "national",
            &[
                ("geography", NEW),
                ("period", "2025"),
                ("indicator", row),
                ("sector", "_T"),
                ("scenario", "estimate"),
            ],
        );
        let value = country.decimal("value").map(|v| v / 1_000_000);
        assert_eq!(value, Some(whole[row] + others), "{row}");
    }
}

#[test]
fn of_several_years_each_geography_has_its_own_latest_word() {
    let facts = facts(&RUN);
    let absent = short(None);
    let mut wrong = String::new();
    for (place, wanted) in [
        // Only the predecessors have figures of 2023 and an estimate of 2024.
        ("2025 52 2023 actual", "30 A restated 2 of 2"),
        ("2025 52 2023 best", "30 A restated 2 of 2"),
        ("2025 52 2024 estimate", "70 E restated 2 of 2"),
        ("2025 52 2024 plan", "60 A restated 2 of 2"),
        // Both have these.
        ("2025 52 2024 actual", "75 A reported 1 of 1"),
        ("2025 52 2024 best", "75 A reported 1 of 1"),
        ("2025 52 2025 plan", "115 A reported 1 of 1"),
        ("2025 52 2025 estimate", "155 E reported 1 of 1"),
        // Only the new unit has these. The blank of its later report does not withdraw the plan of its earlier one.
        ("2025 52 2025 actual", "157 A reported 1 of 1"),
        ("2025 52 2025 best", "157 A reported 1 of 1"),
        ("2025 52 2026 plan", "195 A reported 1 of 1"),
        ("2025 52 2026 best", "200 E reported 1 of 1"),
        // On the former geography, each predecessor's latest report counts.
        ("2004 52 2024 actual", "31 A reported 1 of 1"),
        ("2004 64 2024 best", "41 A reported 1 of 1"),
        ("2004 64 2024 estimate", "40 E reported 1 of 1"),
        ("2004 52 2025 plan", "51 A reported 1 of 1"),
        ("2004 64 2025 best", "80 E reported 1 of 1"),
        ("2004 52 2025 actual", "absent"),
        ("2004 52 2026 estimate", "absent"),
        // The actual in the report for 2026 is the new unit's best; the estimate comes from its predecessors.
        ("2025 56 2025 estimate", "100 E restated 2 of 2"),
        ("2025 56 2025 actual", "101 A reported 1 of 1"),
        ("2025 56 2025 best", "101 A reported 1 of 1"),
        // Nobody has the actual that the new unit left blank. 'best' is made before restating: its predecessors' stands
        // for the blank.
        ("2025 66 2025 estimate", "100 E restated 2 of 2"),
        ("2025 66 2025 actual", "- O reported 0 of 1"),
        ("2025 66 2025 best", "100 E restated 2 of 2"),
        ("2004 66 2025 best", "40 E reported 1 of 1"),
    ] {
        let (at, scenario) = place.rsplit_once(' ').unwrap();
        let got = facts.get(&format!("{at} htx_total {scenario}"));
        let got = got.unwrap_or(&absent);
        if got != wanted {
            let _ = writeln!(wrong, "{place}: {got}, not {wanted}");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Findings with a code in short: period, unit and what the message counts first.
fn told(run: &Run, code: &str) -> Vec<String> {
    let mut told: Vec<String> = (run.find("findings", &[("code", code)]).iter())
        .map(|f| {
            let place = ["period", "unit_vintage", "unit_code"];
            let place = place.map(|c| f.text(c).unwrap_or("-")).join(" ");
            format!("{place}: {}", f.str("message_en"))
        })
        .collect();
    told.sort();
    told
}

#[test]
fn overlaps_are_said_where_both_sides_speak() {
    let both: Vec<String> = told(&RUN, "TH424")
        .iter()
        .map(|line| line.split(" former units").next().unwrap().to_owned())
        .collect();
    assert_eq!(
        both,
        [
            "2025 2025 08: 2 of 2",
            "2025 2025 24: 1 of 2",
            "2025 2025 44: 2 of 2",
            "2025 2025 52: 2 of 2",
        ]
    );
    // 44 has no own figure. 08 has `x`, 0 and 160. `x` and 0 differ from whatever figure there is (five rows each). They
    // agree with nils and with what cannot exist. 160 differs where both predecessors have a value, or cannot (four rows).
    let apart = told(&RUN, "TH406");
    assert_eq!(apart.len(), 2, "{apart:#?}");
    assert!(
        apart[0].starts_with("2025 2025 08: ") && apart[0].ends_with("; 14 figures differ"),
        "{apart:#?}"
    );
    assert!(
        apart[0].contains("the new unit reports 160, its former units 0 together"),
        "{apart:#?}"
    );
    // They differ by 3, 3, 5 and 5; of two equal differences the estimate is named. (Its actual of 2025 is 157, their
    // estimate 150: no more than revisions do.)
    assert!(
        apart[1].starts_with("2025 2025 52: Cooperatives (estimate for 2025)")
            && apart[1].ends_with("; 4 figures differ"),
        "{apart:#?}"
    );
    let back = told(&RUN, "TH409");
    assert_eq!(back.len(), 2, "{back:#?}");
    assert!(
        back[0].starts_with("2025 2004 -: 5 ") && back[1].starts_with("2026 2004 -: 3 "),
        "{back:#?}"
    );
    assert!(told(&RUN, "TH423").is_empty());
    // Each period and scenario that anybody reported, once: all of them lack most of the country.
    let gaps: Vec<(String, String)> = (RUN.find("findings", &[("code", "TH422")]).iter())
        .map(|f| (f.str("period").to_owned(), f.str("scenario").to_owned()))
        .collect();
    let mut once = gaps.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), gaps.len(), "{gaps:?}");
    let wanted = "2023 actual, 2024 actual, 2024 estimate, 2024 plan, 2025 actual, 2025 estimate, 2025 plan, \
                  2026 estimate, 2026 plan, 2027 plan";
    let once: Vec<String> = once.iter().map(|(p, s)| format!("{p} {s}")).collect();
    assert_eq!(once.join(", "), wanted);
}

/// A third vintage, of 1 October 2025: within the year, so that units of all three can report for it while they stand.
const LAST: &str = "2025-10";

/// What each unit of a chain reports for 2025, and the facts that result on 2025 and on the third vintage. The chain: two
/// units of 2004 became one unit of 2025, which became a unit of the third vintage together with another one. That other unit
/// always reports 5.
struct Chain {
    unit: &'static str,
    before: [&'static str; 2],
    other: &'static str,
    first: [&'static str; 2],
    second: &'static str,
    third: &'static str,
    on_2025: &'static str,
    on_last: &'static str,
    /// How many of two former units sent the form beside 2025's unit, and beside the last one.
    beside: [Option<u32>; 2],
    /// Whether 2025's unit differs from its former units, and whether the last one does.
    apart: [bool; 2],
}

/// A cell that no report has.
const NO: &str = "";

#[rustfmt::skip]
const CHAINS: [Chain; 12] = [
    // All subsets of the three.
    Chain { unit: "08", before: ["02", "08"], other: "01", first: [NO, NO], second: NO, third: NO,
            on_2025: "absent", on_last: "5 P restated 1 of 2", beside: [None, None], apart: [false, false] },
    Chain { unit: "15", before: ["10", "15"], other: "04", first: ["10", "20"], second: NO, third: NO,
            on_2025: "30 E restated 2 of 2", on_last: "35 E restated 2 of 2", beside: [None, None], apart: [false, false] },
    Chain { unit: "19", before: ["06", "19"], other: "11", first: [NO, NO], second: "33", third: NO,
            on_2025: "33 E reported 1 of 1", on_last: "38 E restated 2 of 2", beside: [None, None], apart: [false, false] },
    Chain { unit: "24", before: ["24", "27"], other: "12", first: ["10", "20"], second: "33", third: NO,
            on_2025: "33 E reported 1 of 1", on_last: "38 E restated 2 of 2", beside: [Some(2), None], apart: [true, false] },
    Chain { unit: "31", before: ["30", "31"], other: "14", first: [NO, NO], second: NO, third: "40",
            on_2025: "absent", on_last: "40 E reported 1 of 1", beside: [None, Some(1)], apart: [false, false] },
    Chain { unit: "33", before: ["33", "34"], other: "20", first: ["10", "20"], second: NO, third: "40",
            on_2025: "30 E restated 2 of 2", on_last: "40 E reported 1 of 1", beside: [None, Some(1)], apart: [false, true] },
    Chain { unit: "44", before: ["44", "45"], other: "22", first: [NO, NO], second: "33", third: "40",
            on_2025: "33 E reported 1 of 1", on_last: "40 E reported 1 of 1", beside: [None, Some(2)], apart: [false, true] },
    Chain { unit: "48", before: ["48", "49"], other: "38", first: ["10", "20"], second: "33", third: "40",
            on_2025: "33 E reported 1 of 1", on_last: "40 E reported 1 of 1", beside: [Some(2), Some(2)], apart: [true, true] },
    // A part that itself lacks a part is used: two of two, and provisional.
    Chain { unit: "51", before: ["51", "62"], other: "40", first: ["10", NO], second: NO, third: NO,
            on_2025: "10 P restated 1 of 2", on_last: "15 P restated 2 of 2", beside: [None, None], apart: [false, false] },
    // 2004's figures stand for a blank of 2025's unit on the way to the last vintage, but not for an `x`.
    Chain { unit: "52", before: ["52", "64"], other: "42", first: ["10", "20"], second: "blank", third: NO,
            on_2025: "30 E restated 2 of 2", on_last: "35 E restated 2 of 2", beside: [Some(2), None], apart: [false, false] },
    Chain { unit: "56", before: ["56", "58"], other: "46", first: ["10", "20"], second: "x", third: NO,
            on_2025: "- M reported 0 of 0", on_last: "5 E restated 1 of 1", beside: [Some(2), None], apart: [true, false] },
    // 2025's stand for a blank of the last unit.
    Chain { unit: "66", before: ["54", "66"], other: "68", first: ["10", "20"], second: "33", third: "blank",
            on_2025: "33 E reported 1 of 1", on_last: "38 E restated 2 of 2", beside: [Some(2), Some(2)], apart: [true, false] },
];

/// Adds the third vintage. Each pair of the chains is merged under the code and name of its first unit; all other units
/// stay. Also adds the words by which a sheet states this geography.
fn add_last(office: &Office) {
    let mut units = String::new();
    let mut changes = String::new();
    for code in catalogue().units(NEW) {
        let chain = CHAINS.iter().find(|c| [c.unit, c.other].contains(&&*code));
        let (to, change) = chain.map_or((&*code, "unchanged"), |c| (c.unit, "merge"));
        let _ = writeln!(changes, "{NEW},{code},{LAST},{to},{change},2025-10-01,thử");
        if code == to {
            let name = catalogue().name(NEW, &code);
            let _ = writeln!(
                units,
                "{code},{LAST},{name},{name},province,2025-10-01,,thử"
            );
        }
    }
    let change = |file: &str, new: &dyn Fn(&str) -> String| {
        let path = office.path("pipelines/reference").join(file);
        let text = fs::read_to_string(&path).expect("a table");
        fs::write(path, new(&text)).expect("written");
    };
    change("admin_units.csv", &|text| {
        format!("{}\n{units}", text.trim_end())
    });
    change("unit_changes.csv", &|text| {
        format!("{}\n{changes}", text.trim_end())
    });
    change("words.toml", &|text| {
        text.replace(
            "[geographies]\n",
            &format!("[geographies]\n\"{LAST}\" = [\"22 tỉnh\"]\n"),
        )
    });
}

static CHAIN: LazyLock<Office> = LazyLock::new(|| {
    let mut office = Office::new();
    add_last(&office);
    let mut send = |vintage: &str, code: &str, cell: &str| {
        if cell == NO {
            return;
        }
        let (provinces, day) = match vintage {
            OLD => (63, "2025-06-20"),
            NEW => (34, "2025-09-20"),
            _ => (22, "2025-12-20"),
        };
        let name = catalogue().name(if vintage == OLD { OLD } else { NEW }, code);
        let cell = if cell == "blank" { "" } else { cell };
        let text = format!(
            "Biểu số: KTTT-01;\nĐơn vị báo cáo: UBND {name};\nĐịa giới: {provinces} tỉnh;\nNĂM 2025;\n\
             Chỉ tiêu;Ước thực hiện năm 2025;Kế hoạch năm 2026\nTổng số hợp tác xã;{cell};\n"
        );
        office.send(&format!("{vintage}-{code}.csv"), day, text.as_bytes());
    };
    for chain in &CHAINS {
        for (code, cell) in chain.before.iter().zip(chain.first) {
            send(OLD, code, cell);
        }
        send(NEW, chain.unit, chain.second);
        send(NEW, chain.other, "5");
        send(LAST, chain.unit, chain.third);
    }
    office.run("lake", &[]);
    office
});

#[test]
fn over_three_dates_the_latest_unit_that_speaks_counts_and_all_others_nowhere() {
    let rows = CHAIN.sql(
        "SELECT geography || ' ' || unit_code, coalesce(CAST(CAST(value AS BIGINT) AS VARCHAR), '-') || ' ' || status || ' ' || basis || ' ' || \
         CAST(sources AS VARCHAR) || ' of ' || CAST(expected AS VARCHAR) FROM facts \
         WHERE period = '2025' AND indicator = 'htx_total' AND sector = '_T' AND scenario = 'estimate'",
    );
    let facts: BTreeMap<&str, &str> = (rows.iter())
        .map(|line| line.split_once(',').expect("two columns"))
        .collect();
    let mut wrong = String::new();
    let mut country = 0;
    for chain in &CHAINS {
        let mut wanted = vec![
            (format!("2025 {}", chain.unit), chain.on_2025.to_owned()),
            (format!("{LAST} {}", chain.unit), chain.on_last.to_owned()),
            (format!("{LAST} {}", chain.other), "absent".to_owned()),
            (
                format!("2025 {}", chain.other),
                "5 E reported 1 of 1".to_owned(),
            ),
        ];
        for (code, cell) in chain.before.iter().zip(chain.first) {
            let fact = match cell {
                NO => "absent".to_owned(),
                cell => format!("{cell} E reported 1 of 1"),
            };
            wanted.push((format!("2004 {code}"), fact));
        }
        for (at, wanted) in wanted {
            let got = facts.get(&*at).copied().unwrap_or("absent");
            if got != wanted {
                let _ = writeln!(wrong, "{at}: {got}, not {wanted}");
            }
        }
        let value = chain.on_last.split(' ').next().expect("a value");
        country += value.parse().unwrap_or(0);
    }
    assert!(wrong.is_empty(), "{wrong}");
    // All chains are complete except the two that are P.
    assert_eq!(
        CHAIN.sql("SELECT CAST(value AS BIGINT), status, units_reported, units_expected FROM national WHERE geography = '2025-10' AND period = '2025' AND indicator = 'htx_total' AND scenario = 'estimate' AND sector = '_T'"),
        [format!("{country},P,10,22")]
    );
}

#[test]
fn over_three_dates_each_link_says_its_overlaps() {
    let told = |code: &str| {
        CHAIN.sql(&format!(
            "SELECT unit_vintage || ' ' || unit_code, message_en FROM findings WHERE code = '{code}' AND period = '2025'"
        ))
    };
    let [beside, apart] = ["TH424", "TH406"].map(&told);
    let mut wrong = String::new();
    let (mut all_beside, mut all_apart) = (0, 0);
    for chain in &CHAINS {
        for (place, vintage) in [NEW, LAST].iter().enumerate() {
            let at = format!("{vintage} {},", chain.unit);
            let got: Vec<_> = beside.iter().filter(|l| l.starts_with(&at)).collect();
            let agree = match (chain.beside[place], &got[..]) {
                (None, []) => true,
                (Some(count), [line]) => line.contains(&format!("{count} of 2 former units")),
                _ => false,
            };
            if !agree {
                let _ = writeln!(wrong, "{at} {:?}: {got:?}", chain.beside[place]);
            }
            all_beside += usize::from(chain.beside[place].is_some());
            let got = apart.iter().filter(|l| l.starts_with(&at)).count();
            if got != usize::from(chain.apart[place]) {
                let _ = writeln!(wrong, "{at} differs: {got}");
            }
            all_apart += usize::from(chain.apart[place]);
        }
    }
    assert!(wrong.is_empty(), "{wrong}\n{beside:#?}\n{apart:#?}");
    assert_eq!((beside.len(), apart.len()), (all_beside, all_apart));
    // Eight reports of 2025's merged units and five of the last vintage's cannot go back to 2004, the five not to 2025 either.
    assert_eq!(
        CHAIN.sql("SELECT unit_vintage, message_en FROM findings WHERE code = 'TH409' ORDER BY 1"),
        [
            "2004,13 reports of merged units cannot be split into the geography of 2004",
            "2025,5 reports of merged units cannot be split into the geography of 2025",
        ]
    );
    assert!(told("TH423").is_empty());
    // Ten units that nobody reported; two that lack former units (08: 02 and 08; 51: 62).
    let gaps = CHAIN.sql(
        "SELECT period, scenario, message_en FROM findings WHERE code = 'TH422' ORDER BY 1, 2",
    );
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    assert!(
        gaps[0].contains("1 of 1 figures lack units") && gaps[0].contains("lacks the most (12):"),
        "{gaps:?}"
    );
}
