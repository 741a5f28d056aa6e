//! `tasks.csv`: the tasks that documents of the state set, each with who leads it and its deadline.

use std::collections::BTreeMap;
use std::path::Path;

use super::file_errors::FileErrors;
use super::paths::is_absent;
use crate::diagnostic::DefinitionErrors;
use crate::geography::{Agencies, Csv, CsvRow};

/// A task of the register.
#[derive(Debug, Clone)]
pub struct Task {
    /// The texts, in the order of [`TASK_TEXTS`]; none where the cell is blank.
    pub texts: [Option<String>; 14],
}

/// The columns of [`Task::texts`].
pub const TASK_TEXTS: [&str; 14] = [
    "task_id",
    "document",
    "place",
    "section_vi",
    "title_vi",
    "title_en",
    "lead",
    "cooperating",
    "submit_to",
    "product",
    "starts",
    "due",
    "recurrence",
    "note",
];

/// All ministries and provinces, in the column of cooperating bodies and of those that decide.
const EVERYBODY: &str = "*";

/// How often a task is done.
const RECURRENCES: [&str; 3] = ["once", "yearly", "ongoing"];

impl Task {
    /// The year in which it is due, if it is done once and has a deadline.
    #[must_use]
    pub fn due_once(&self) -> Option<i16> {
        let is_once = self.text("recurrence") == RECURRENCES[0];
        self.text("due").parse().ok().filter(|_| is_once)
    }

    /// A text of the task; empty where the cell is blank.
    #[must_use]
    pub fn text(&self, column: &str) -> &str {
        let at = TASK_TEXTS.iter().position(|name| *name == column);
        at.and_then(|at| self.texts[at].as_deref()).unwrap_or("")
    }
}

/// Reads `tasks.csv`; a pipeline without tasks has no such file.
pub(super) fn read_tasks(
    path: &Path,
    agencies: &Agencies,
    errors: &mut DefinitionErrors,
) -> Vec<Task> {
    if is_absent(path) {
        return Vec::new();
    }
    let Some(table) = errors.ok(Csv::read(path, &TASK_TEXTS)) else {
        return Vec::new();
    };
    let mut wrong = FileErrors::in_file(path, errors);
    let mut ids: BTreeMap<String, usize> = BTreeMap::new();
    let mut titles: BTreeMap<(String, String, String), usize> = BTreeMap::new();
    let mut tasks = Vec::new();
    for (line, row) in table.rows() {
        for (message, remedy) in mistakes(&row, agencies) {
            wrong.on_line(Some(line), message, remedy);
        }
        let id = row.get("task_id");
        if let Some(other) = ids.insert(id.clone(), line) {
            let message = format!("the task `{id}` is declared on line {other} too");
            wrong.on_line(Some(line), message, "give one of the two another task_id");
        }
        let title = (row.get("document"), row.get("place"), row.get("title_vi"));
        if let Some(other) = titles.insert(title, line) {
            let message = format!("the task `{id}` has place and title of the one on line {other}");
            let remedy = "write another title: reports name a task by its place and its title";
            wrong.on_line(Some(line), message, remedy);
        }
        let texts = TASK_TEXTS.map(|column| row.optional(column));
        tasks.push(Task { texts });
    }
    tasks
}

/// What is wrong with the cells of a task, and what to write instead.
fn mistakes(row: &CsvRow<'_>, agencies: &Agencies) -> Vec<(String, &'static str)> {
    let mut found = Vec::new();
    for column in [
        "task_id",
        "document",
        "place",
        "section_vi",
        "title_vi",
        "lead",
    ] {
        if row.optional(column).is_none() {
            found.push((format!("the task has no {column}"), "fill in the cell"));
        }
    }
    for column in ["lead", "cooperating", "submit_to"] {
        let cell = row.get(column);
        let ids = cell.split(';').map(str::trim).filter(|id| !id.is_empty());
        let mut seen: Vec<&str> = Vec::new();
        for id in ids {
            let is_everybody = id == EVERYBODY && column != "lead";
            if !is_everybody && agencies.get(id).is_none() {
                found.push((
                    format!("`{id}` under {column} is not an agency of agencies.csv"),
                    "correct it, or add the agency to agencies.csv; several are separated by `;`",
                ));
            }
            if seen.contains(&id) {
                let message = format!("`{id}` stands twice under {column}");
                found.push((message, "delete one of the two"));
            }
            seen.push(id);
        }
    }
    let recurrence = row.get("recurrence");
    if !RECURRENCES.contains(&recurrence.as_str()) {
        found.push((
            format!("`{recurrence}` is not how often a task is done"),
            "write once, yearly or ongoing",
        ));
    }
    let mut year = |column: &str| -> Option<i16> {
        let text = row.optional(column)?;
        let year = text.parse().ok().filter(|y| (1990..2100).contains(y));
        if year.is_none() {
            found.push((
                format!("`{text}` under {column} is not a year"),
                "write a year such as 2025, or leave the cell empty",
            ));
        }
        year
    };
    if let (Some(starts), Some(due)) = (year("starts"), year("due"))
        && starts > due
    {
        found.push((
            format!("the task is due in {due}, before it starts in {starts}"),
            "correct starts or due",
        ));
    }
    found
}
