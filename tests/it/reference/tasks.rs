//! The progress of tasks: what the register and the lines of provinces and of bodies without territory make of each.

use std::collections::{BTreeMap, BTreeSet};

use super::compare::differences;
use super::counted::current;
use super::messy::{AS_TEXT, Dice, Habits, senders, successors};
use crate::support::catalogue::{OLD, catalogue};
use crate::support::lake::Run;
use crate::support::programme::{Record, STATES};
use crate::support::registers::{Progress, Said, registers};
use crate::support::truth::{Form, Period, Report};

/// Tasks that provinces tell of: some they lead together, in some they help; one is of every year.
const OF_PROVINCES: [&str; 7] = [
    "NQ134-II-01",
    "NQ134-II-09",
    "NQ134-II-10",
    "NQ134-III-02",
    "NQ134-IV-01",
    "KH337-III-08",
    // Of a document that is later than these years.
    "QD1128-VI-5d-1",
];

/// Bodies without territory, by the names of their time, what they tell of, and for which periods.
const OF_BODIES: [(&str, &[&str], &[Period]); 8] = [
    ("MPI", &OF_MPI, &[Period::Year(2024), Period::Year(2025)]),
    (
        "MOF",
        &OF_MPI,
        &[Period::FirstHalf(2025), Period::Year(2025)],
    ),
    (
        "MARD",
        &["NQ134-II-01", "NQ134-II-13", "NQ134-II-18"],
        &[Period::Year(2024)],
    ),
    (
        "MAE",
        &["NQ134-I-02", "NQ134-II-01", "NQ134-II-13", "NQ134-II-22"],
        &[Period::FirstHalf(2025), Period::Year(2025)],
    ),
    (
        "MOHA",
        &["NQ134-I-02", "NQ134-I-05", "NQ134-II-29"],
        &[Period::Year(2025)],
    ),
    ("VSS", &["NQ134-II-26"], &[Period::Year(2025)]),
    (
        "VCA",
        &["NQ134-II-11", "NQ134-VI-04", "KH337-III-08", "KH337-IV-05"],
        &[Period::Year(2024), Period::Year(2025)],
    ),
    ("VNFU", &["NQ134-V-01"], &[Period::Year(2025)]),
];

const OF_MPI: [&str; 6] = [
    "NQ134-I-02",
    "NQ134-II-01",
    "NQ134-II-05",
    "NQ134-II-09",
    "NQ134-II-10",
    "NQ134-II-11",
];

/// Lists of tasks of provinces for two years, and of bodies that were merged between them.
pub(super) fn lists(reports: &mut Vec<Report>, habits: Habits, dice: &mut Dice) {
    let mut list = |mut report: Report, tasks: &[&'static str], dice: &mut Dice| {
        if dice.percent(habits.silent) {
            return;
        }
        report.as_csv = dice.percent(AS_TEXT);
        if dice.percent(habits.corrected) {
            reports.push(told(report.clone().sending(2), tasks, habits, dice));
        }
        reports.push(told(report, tasks, habits, dice));
    };
    if !habits.everywhere {
        for code in successors(habits) {
            for old in &catalogue().predecessors[&code] {
                list(Report::of(Form::Tasks, OLD, old, 2024), &OF_PROVINCES, dice);
            }
        }
    }
    for (vintage, code) in senders(habits, dice) {
        list(
            Report::of(Form::Tasks, vintage, &code, 2025),
            &OF_PROVINCES,
            dice,
        );
    }
    for (id, tasks, periods) in OF_BODIES {
        for period in periods {
            let report = Report::of_agency(id, registers().name(id), *period);
            list(report, tasks, dice);
        }
    }
}

/// The report with the state of each task; of two lists that came, the second says something else.
fn told(mut report: Report, tasks: &[&'static str], habits: Habits, dice: &mut Dice) -> Report {
    for id in tasks {
        if !dice.percent(habits.row_dropped) {
            // Most are done, so that some tasks of many bodies are, too.
            let state = if dice.percent(60) {
                "hoàn thành"
            } else {
                STATES[usize::try_from(dice.below(4)).unwrap()].0
            };
            report.records.push(Record::Task { id, state });
        }
    }
    report
}

/// What the reports that count say of tasks.
fn said(reports: &[Report]) -> Vec<Said> {
    let lists = current(reports)
        .into_iter()
        .filter(|r| r.form == Form::Tasks);
    lists
        .flat_map(|report| {
            report.records.iter().filter_map(|record| match record {
                Record::Task { id, state } => Some(Said {
                    task: (*id).to_owned(),
                    sender: (report.vintage.clone(), report.code.clone()),
                    period: report.period,
                    state: STATES.iter().find(|(words, _)| words == state)?.1,
                }),
                _ => None,
            })
        })
        .collect()
}

/// Every row of `task_progress`.
pub(crate) fn progress(run: &Run) -> Vec<String> {
    let expected = registers().progress(&said(&run.reports));
    let states: BTreeSet<&str> = expected.values().map(|progress| progress.state).collect();
    assert!(states.len() >= 4, "{states:?}: little is seen");
    let got: BTreeMap<(String, String), Progress> = run
        .rows("task_progress")
        .iter()
        .map(|row| {
            let counts = [
                "expected",
                "reported",
                "done",
                "in_progress",
                "not_begun",
                "overdue",
            ];
            let known = |words: &[&'static str], word: &str| {
                let found = words.iter().find(|known| **known == word);
                *found.unwrap_or_else(|| panic!("{word}"))
            };
            let states = [
                "done",
                "in_progress",
                "not_begun",
                "overdue",
                "not_reported",
            ];
            let progress = Progress {
                state: known(&states, row.str("state")),
                said_by: row
                    .text("said_by")
                    .map(|who| known(&["lead", "cooperating"], who)),
                counts: counts.map(|count| usize::try_from(row.int(count).unwrap()).unwrap()),
            };
            let key = (row.str("task_id").to_owned(), row.str("period").to_owned());
            (key, progress)
        })
        .collect();
    differences("task_progress", &expected, &got)
}
