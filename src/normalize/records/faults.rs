//! The findings of a record list. Beyond a limit, cells of one column share a finding, so that a list that is wrong
//! throughout does not fill the memory.

use std::collections::BTreeMap;

use crate::diagnostic::{Finding, Message, Place, entry, findings};
use crate::read::Address;

/// Cells of a list that get a finding each.
const NAMED_ONE_BY_ONE: usize = 1000;

/// The findings of a list.
#[derive(Debug)]
pub(super) struct Faults {
    place: Place,
    findings: Vec<Finding>,
    /// Cells with a finding so far.
    of_cells: usize,
    /// The rows (from 1) of further cells, by code and column.
    more: BTreeMap<(&'static str, u32), Vec<u32>>,
}

impl Faults {
    pub(super) fn new(form: &str, sheet: Option<String>) -> Self {
        Self {
            place: Place {
                form: Some(form.to_owned()),
                sheet,
                ..Place::default()
            },
            findings: Vec::new(),
            of_cells: 0,
            more: BTreeMap::new(),
        }
    }

    /// Adds a finding about a cell.
    pub(super) fn cell(&mut self, at: Address, message: impl Into<Message>) {
        let message = message.into();
        self.of_cells += 1;
        if self.of_cells > NAMED_ONE_BY_ONE {
            let rows = self.more.entry((message.code(), at.column)).or_default();
            if rows.last() != Some(&(at.row + 1)) {
                rows.push(at.row + 1);
            }
            return;
        }
        self.once(at, message);
    }

    /// Drops what was said of the cells of a row, from 0.
    pub(super) fn forget_row(&mut self, row: u32) {
        let is_of_row = |finding: &Finding| {
            let cell = finding.place.cell.as_deref().unwrap_or_default();
            let digits = cell.trim_start_matches(|c: char| c.is_ascii_alphabetic());
            digits.parse() == Ok(row + 1)
        };
        self.findings.retain(|finding| !is_of_row(finding));
    }

    /// Adds a finding about the list as a whole or about a column.
    pub(super) fn once(&mut self, at: Address, message: impl Into<Message>) {
        let place = Place {
            cell: Some(at.to_string()),
            ..self.place.clone()
        };
        self.findings.push(message.into().at(place));
    }

    /// All findings. `head` gives the head of a column, as the form writes it.
    pub(super) fn finish(mut self, head: impl Fn(u32) -> Option<String>) -> Vec<Finding> {
        for ((code, column), mut rows) in std::mem::take(&mut self.more) {
            rows.sort_unstable();
            rows.dedup();
            let first = Address::new(rows[0].saturating_sub(1), column);
            let head = head(column).unwrap_or_default();
            let more = findings::TH321 {
                code,
                head,
                count: rows.len(),
                rows: in_runs(&rows),
            };
            self.once(first, more);
            // It is as severe as the findings that it stands for.
            if let (Some(finding), Some(entry)) = (self.findings.last_mut(), entry(code)) {
                finding.severity = entry.severity;
            }
        }
        self.findings
    }
}

/// Ascending numbers in the form `3, 5-9`.
pub(crate) fn in_runs(numbers: &[u32]) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for n in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *n => *last = *n,
            _ => runs.push((*n, *n)),
        }
    }
    let texts: Vec<String> = runs
        .into_iter()
        .map(|(from, to)| {
            if from == to {
                from.to_string()
            } else {
                format!("{from}-{to}")
            }
        })
        .collect();
    texts.join(", ")
}
