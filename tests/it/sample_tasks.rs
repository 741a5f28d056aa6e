//! Tasks of the sample: table 24 and the lake, against what the generator's senders meant and the register.

use std::collections::BTreeMap;

use crate::sample_truth::WRITTEN;
use crate::sample_truth::sample::programme::paper::Sender;
use crate::sample_truth::sample::programme::tasks::{CONTRADICTION, Progress};
use crate::support::printed::printed_of_sample;
use crate::support::registers::{AGENCY, Said, registers};
use crate::support::sample::SAMPLE;
use crate::support::truth::Period;

/// The year of the table.
const YEAR: i32 = 2025;

/// What the senders meant. A line whose number and words name two tasks is of none.
fn said() -> Vec<Said> {
    let mut said = Vec::new();
    for paper in &WRITTEN.programme.tasks {
        assert_eq!(paper.period.code(), YEAR.to_string());
        let sender = match &paper.sender {
            Sender::Province(unit) | Sender::Alliance(unit) => {
                (unit.vintage.clone(), unit.code.clone())
            }
            Sender::Agency(id, _) => (AGENCY.to_owned(), (*id).to_owned()),
        };
        for line in &paper.content {
            let is_unclear = sender.1 == CONTRADICTION.0 && line.number == CONTRADICTION.2;
            let Some(task) = line.task.filter(|_| !is_unclear) else {
                continue;
            };
            said.push(Said {
                task: task.to_owned(),
                sender: sender.clone(),
                period: Period::Year(YEAR),
                state: match line.progress {
                    Progress::NotBegun => "not_begun",
                    Progress::Underway => "in_progress",
                    Progress::Done => "done",
                    Progress::Overdue => "overdue",
                },
            });
        }
    }
    said
}

/// Row and column of a cell.
type Place = (String, String);

#[test]
fn tasks_are_printed_as_their_senders_meant_them() {
    let registers = registers();
    let mut cells: BTreeMap<Place, usize> = BTreeMap::new();
    for ((id, _), progress) in registers.progress(&said()) {
        let task = &registers.tasks[&id];
        let section = format!("{} {}", task.document, task.section);
        for row in ["all", &task.document, &section] {
            for column in [
                "all",
                "done",
                "in_progress",
                "not_begun",
                "overdue",
                "not_reported",
            ] {
                let counts = column == "all" || column == progress.state;
                let cell = cells.entry((row.to_owned(), column.to_owned()));
                *cell.or_default() += usize::from(counts);
            }
        }
    }
    assert!(cells.len() > 80, "{}", cells.len());
    let printed: BTreeMap<Place, usize> = printed_of_sample("24")
        .into_iter()
        .map(|cell| {
            let value = cell.value.parse().expect("a whole number");
            ((cell.row_id, cell.column), value)
        })
        .collect();
    assert_eq!(printed, cells);
}

/// Who said it, and of how many.
#[test]
fn progress_of_tasks_is_what_their_senders_meant() {
    let mut expected: Vec<String> = registers()
        .progress(&said())
        .into_iter()
        .map(|((task, period), progress)| {
            let counts: Vec<String> = progress.counts.iter().map(ToString::to_string).collect();
            let said_by = progress.said_by.unwrap_or_default();
            let (state, counts) = (progress.state, counts.join(","));
            format!("{task},{period},{state},{said_by},{counts}")
        })
        .collect();
    expected.sort();
    let mut made = SAMPLE.sql(
        "SELECT task_id, period, state, coalesce(said_by, ''), expected, reported, done, in_progress, not_begun, overdue FROM task_progress",
    );
    made.sort();
    assert_eq!(made, expected);
}
