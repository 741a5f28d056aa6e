//! Sets of reports with the habits of real provinces. A fixed seed makes them the same every time.

use std::collections::BTreeSet;

use crate::support::catalogue::{NEW, OLD, catalogue};
use crate::support::programme::Record;
use crate::support::truth::{Cell, Form, Period, Report, Reporter};

/// How often (in percent) things go one way or the other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Habits {
    seed: u64,
    /// Whether all units report, or only some whole regions and some provinces beside them.
    everywhere: bool,
    /// A unit that sends nothing for a form and period.
    silent: u64,
    /// A row that a report leaves out.
    row_dropped: u64,
    /// A cell with `…`, or left blank.
    unanswered: u64,
    /// A cell with `x`.
    cannot_exist: u64,
    /// A cell with 0 or `-`.
    zero: u64,
    /// A new province whose predecessors (each with even odds) report beside it.
    overlap: u64,
    /// A new province for which only predecessors report.
    predecessors_only: u64,
    /// A predecessor's report for 2025 that came after the predecessor had ended.
    after_the_change: u64,
    /// A report that is sent twice.
    corrected: u64,
    /// A report that the alliance sends, too.
    second_sender: u64,
    /// A unit that sends KTTT-02 and not KTTT-01.
    home_form_absent: u64,
    /// A unit that sends a half-year report.
    half_year: u64,
}

impl Habits {
    pub(crate) fn complete() -> Self {
        Self {
            seed: 11,
            everywhere: true,
            silent: 0,
            row_dropped: 0,
            unanswered: 0,
            cannot_exist: 0,
            zero: 0,
            overlap: 0,
            predecessors_only: 0,
            after_the_change: 40,
            corrected: 0,
            second_sender: 0,
            home_form_absent: 0,
            half_year: 100,
        }
    }

    pub(crate) fn tidy() -> Self {
        Self {
            seed: 22,
            everywhere: false,
            silent: 1,
            row_dropped: 1,
            unanswered: 1,
            cannot_exist: 2,
            zero: 2,
            home_form_absent: 3,
            predecessors_only: 20,
            after_the_change: 40,
            half_year: 95,
            ..Self::complete()
        }
    }

    pub(crate) fn overlaps() -> Self {
        Self {
            seed: 33,
            everywhere: false,
            row_dropped: 6,
            unanswered: 3,
            overlap: 60,
            predecessors_only: 25,
            after_the_change: 40,
            half_year: 60,
            ..Self::complete()
        }
    }

    pub(crate) fn corrections() -> Self {
        Self {
            seed: 44,
            everywhere: false,
            silent: 2,
            row_dropped: 4,
            unanswered: 2,
            corrected: 40,
            second_sender: 30,
            home_form_absent: 10,
            half_year: 40,
            ..Self::complete()
        }
    }

    pub(crate) fn ragged() -> Self {
        Self {
            seed: 55,
            everywhere: false,
            silent: 10,
            row_dropped: 10,
            unanswered: 8,
            cannot_exist: 8,
            zero: 8,
            overlap: 30,
            predecessors_only: 30,
            after_the_change: 40,
            corrected: 10,
            second_sender: 10,
            home_form_absent: 10,
            half_year: 50,
        }
    }
}

/// Of a hundred files those that are text: these tests are about what counts, and a workbook costs more to read.
const AS_TEXT: u64 = 85;

/// A small pseudo-random generator (`SplitMix64`).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn percent(&mut self, share: u64) -> bool {
        self.below(100) < share
    }
}

/// Rows of KTTT-01 that the sets carry: stocks, flows, decimals, means with both kinds of weights, the parts of ratios.
const INDICATORS: [&str; 12] = [
    "htx_total",
    "htx_active",
    "htx_good_fair",
    "htx_members",
    "htx_workers",
    "htx_revenue_avg",
    "htx_income_avg",
    "htx_charter_capital",
    "lhhtx_active",
    "lhhtx_revenue_avg",
    "tht_total",
    "tht_revenue_avg",
];

/// Rows of KTTT-02.
const SECTORS: [&str; 3] = ["_T", "A", "A1"];

/// Rows of KTTT-03: a count, money with its funds, land that has none.
const SUPPORT: [&str; 5] = [
    "support_training_count",
    "support_training_money",
    "support_trade_money",
    "support_land_area",
    "support_insurance_money",
];

/// Rows of KTTT-07.
const NEEDS: [&str; 2] = ["need_training", "need_trade"];

/// Rows of KTTT-08: what happens, and what is there.
const QUICK: [&str; 5] = [
    "htx_total",
    "htx_active",
    "htx_new",
    "htx_dissolved",
    "tht_members",
];

/// Codes of the new provinces of the smaller sets: two whole regions, merged and unchanged provinces beside them.
const SOME: [&str; 13] = [
    "01", "08", "14", "25", "38", "40", "42", "44", "46", "52", "75", "79", "80",
];

/// The new provinces of the set.
fn successors(habits: Habits) -> Vec<String> {
    let units = catalogue().units(NEW);
    units
        .into_iter()
        .filter(|code| habits.everywhere || SOME.contains(&code.as_str()))
        .collect()
}

/// The set: annual reports for 2024 and 2025 and the first half of 2025, on old and new provinces.
pub(crate) fn reports(habits: Habits) -> Vec<Report> {
    let mut dice = Dice(habits.seed);
    let mut reports = Vec::new();
    for code in successors(habits) {
        for old in &catalogue().predecessors[&code] {
            send(&mut reports, habits, &mut dice, OLD, old, 2024);
        }
    }
    for (vintage, code) in senders(habits, &mut dice) {
        send(&mut reports, habits, &mut dice, vintage, &code, 2025);
    }
    for (vintage, code) in senders(habits, &mut dice) {
        if dice.percent(habits.half_year) {
            let report = Report::half_year(vintage, &code, 2025);
            reports.push(filled(report, habits, &mut dice));
        }
    }
    // The other forms have dice of their own, so that these sets stay what they are.
    programme(&mut reports, habits, &mut Dice(habits.seed + 1_000));
    reports
}

/// The other forms: support, needs and lists of 2025, quick reports of months and of a quarter, on both geographies.
fn programme(reports: &mut Vec<Report>, habits: Habits, dice: &mut Dice) {
    for form in [
        Form::Support,
        Form::Needs,
        Form::Organisations,
        Form::Selected,
    ] {
        for (vintage, code) in senders(habits, dice) {
            if dice.percent(habits.silent) {
                continue;
            }
            let report = with_records(Report::of(form, vintage, &code, 2025), dice);
            let mut report = filled(report, habits, dice);
            report.as_csv = dice.percent(AS_TEXT);
            if dice.percent(habits.corrected) {
                let again = Report::of(form, vintage, &code, 2025).sending(2);
                let again = with_records(again, dice);
                reports.push(filled(again, habits, dice));
            }
            reports.push(report);
        }
    }
    for code in successors(habits) {
        for old in &catalogue().predecessors[&code] {
            quick(reports, habits, dice, (OLD, old), Period::Month(2025, 6));
        }
        quick(reports, habits, dice, (NEW, &code), Period::Month(2025, 9));
    }
    for (vintage, code) in senders(habits, dice) {
        quick(
            reports,
            habits,
            dice,
            (vintage, &code),
            Period::Quarter(2025, 3),
        );
    }
}

/// A quick report, sent in the last month of its period by the alliance.
fn quick(
    reports: &mut Vec<Report>,
    habits: Habits,
    dice: &mut Dice,
    (vintage, code): (&str, &str),
    period: Period,
) {
    if dice.percent(habits.silent) {
        return;
    }
    let day = period.last_day();
    let mut report = Report::of(Form::Quick, vintage, code, period.year())
        .reporter(Some(Reporter::Alliance))
        .received(&format!("{}-22T08:00:00+07:00", &day[..7]));
    report.period = period;
    report.as_csv = dice.percent(AS_TEXT);
    reports.push(filled(report, habits, dice));
}

/// Records for a list: of each kind and state, some fields blank.
fn with_records(mut report: Report, dice: &mut Dice) -> Report {
    let mut pick = |choices: &[&'static str]| {
        choices[usize::try_from(dice.below(choices.len() as u64)).unwrap()]
    };
    let activities = [
        "đang hoạt động",
        "đang hoạt động",
        "ngừng hoạt động",
        "đã giải thể",
    ];
    let ratings = ["tốt", "khá", "trung bình", "yếu", "không đánh giá"];
    let sizes = ["9", "49", "50", "300", "301", "1000", "1001", ""];
    let models = ["N-a", "N-đ", "N-h", "P-a", "P-d"];
    let after = ["tốt", "khá", ""];
    let money = ["0", "125", "24990", ""];
    let count = pick(&["3", "5", "8", "12"]).parse::<usize>().unwrap();
    for _ in 0..count {
        let record = match report.form {
            Form::Organisations => Record::Organisation {
                kind: pick(&["HTX", "HTX", "HTX", "LHHTX", "THT"]),
                activity: pick(&activities),
                rating: pick(&ratings),
                members: pick(&sizes).parse().ok(),
            },
            Form::Selected => Record::Selected {
                kind: pick(&["HTX", "HTX", "LHHTX"]),
                model: pick(&models),
                after: Some(pick(&after)).filter(|words| !words.is_empty()),
                money: pick(&money).parse().ok(),
            },
            _ => return report,
        };
        report.records.push(record);
    }
    report
}

/// Who reports in the year of the change: new provinces, old ones, or both; an unchanged unit in either vintage.
fn senders(habits: Habits, dice: &mut Dice) -> BTreeSet<(&'static str, String)> {
    let mut senders = BTreeSet::new();
    for code in successors(habits) {
        if catalogue().unchanged.contains(&code) {
            let vintage = if dice.percent(70) { NEW } else { OLD };
            senders.insert((vintage, code));
            continue;
        }
        let overlap = dice.percent(habits.overlap);
        let predecessors_only = dice.percent(habits.predecessors_only);
        if !predecessors_only {
            senders.insert((NEW, code.clone()));
        }
        if overlap || predecessors_only {
            for old in &catalogue().predecessors[&code] {
                // All of them, unless this set has gaps.
                if dice.percent(if overlap || habits.silent > 5 {
                    60
                } else {
                    100
                }) {
                    senders.insert((OLD, old.clone()));
                }
            }
        }
    }
    senders
}

/// What a unit sends for a year: both forms, with the second sendings and second senders there may be.
fn send(
    reports: &mut Vec<Report>,
    habits: Habits,
    dice: &mut Dice,
    vintage: &str,
    code: &str,
    year: i32,
) {
    for form in [Form::Indicators, Form::Sectors] {
        let lost = if form == Form::Indicators {
            habits.home_form_absent
        } else {
            0
        };
        if dice.percent(habits.silent) || dice.percent(lost) {
            continue;
        }
        let month = month(habits, dice, vintage, code, year);
        let day = |day: u32| format!("{year}-{month}-{day}T08:00:00+07:00");
        let report = Report::of(form, vintage, code, year).received(&day(20));
        let mut report = filled(report, habits, dice);
        report.as_csv = dice.percent(AS_TEXT);
        if dice.percent(10) {
            report.reporter = None;
        }
        if form == Form::Indicators && dice.percent(habits.second_sender) {
            let other = Report::of(form, vintage, code, year).reporter(Some(Reporter::Alliance));
            // The alliance's counts only where nobody of the first rank sent, however late it came.
            let other = filled(other, habits, dice).received(&day(28));
            let alone = dice.percent(30);
            reports.push(other);
            if alone {
                continue;
            }
        }
        if dice.percent(habits.corrected) {
            let mut again = filled(Report::of(form, vintage, code, year), habits, dice);
            again.reporter = report.reporter;
            // A higher number of sending counts though it came earlier; without numbers the later one does.
            if dice.percent(50) {
                again = again.sending(2).received(&day(19));
            } else {
                again = again.received(&day(21));
            }
            if dice.percent(50) {
                reports.insert(0, again);
            } else {
                reports.push(again);
            }
        }
        reports.push(report);
    }
}

/// The month in which a unit sends its reports of a year: December. In the year of the change a unit that was merged may have
/// sent them in June, while it stood.
fn month(habits: Habits, dice: &mut Dice, vintage: &str, code: &str, year: i32) -> &'static str {
    let is_merged = vintage == OLD && !catalogue().unchanged.contains(code);
    if is_merged && year == 2025 && !dice.percent(habits.after_the_change) {
        "06"
    } else {
        "12"
    }
}

/// The report with figures of a plausible size in its rows.
fn filled(mut report: Report, habits: Habits, dice: &mut Dice) -> Report {
    let rows: Vec<&str> = match report.form {
        Form::Indicators => INDICATORS.to_vec(),
        Form::Sectors => SECTORS.to_vec(),
        Form::Support => SUPPORT.to_vec(),
        Form::Needs => NEEDS.to_vec(),
        Form::Quick => QUICK.to_vec(),
        Form::Organisations | Form::Selected => Vec::new(),
    };
    let columns = report.columns();
    for row in rows {
        if dice.percent(habits.row_dropped) {
            continue;
        }
        let cells = (columns.iter())
            .map(|column| {
                cell(
                    &catalogue().indicators[column.indicator.unwrap_or(row)].id,
                    habits,
                    dice,
                )
            })
            .collect();
        report = report.row(row, cells);
    }
    report
}

fn cell(indicator: &str, habits: Habits, dice: &mut Dice) -> Cell {
    if dice.percent(habits.unanswered) {
        return if dice.percent(50) {
            Cell::Blank
        } else {
            Cell::NotCollected
        };
    }
    if dice.percent(habits.cannot_exist) {
        return Cell::NotApplicable;
    }
    if dice.percent(habits.zero) {
        return if dice.percent(50) {
            Cell::Nil
        } else {
            Cell::Tenths(0)
        };
    }
    let size = match indicator {
        "htx_members" | "htx_workers" => 90_000,
        _ if indicator.starts_with("lhhtx") => 9,
        _ => 900,
    };
    let whole = i64::try_from(1 + dice.below(size)).unwrap();
    if catalogue().indicators[indicator].decimals == 0 {
        Cell::Tenths(whole * 10)
    } else {
        Cell::Tenths(whole * 10 + i64::try_from(dice.below(10)).unwrap())
    }
}
