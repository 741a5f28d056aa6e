//! The findings of a record list. Beyond a limit, cells of one column share a finding, so that a list that is wrong
//! throughout does not fill the memory.

use std::collections::BTreeMap;

use crate::diagnostic::{Finding, Place};
use crate::extract::Stated;
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
    pub(super) fn cell(&mut self, code: &'static str, at: Address, args: &[(&str, &str)]) {
        self.of_cells += 1;
        if self.of_cells > NAMED_ONE_BY_ONE {
            let rows = self.more.entry((code, at.column)).or_default();
            if rows.last() != Some(&(at.row + 1)) {
                rows.push(at.row + 1);
            }
            return;
        }
        self.once(code, at, args);
    }

    /// Adds a finding about the list as a whole or about a column.
    pub(super) fn once(&mut self, code: &str, at: Address, args: &[(&str, &str)]) {
        let place = Place {
            cell: Some(at.to_string()),
            ..self.place.clone()
        };
        self.findings.push(Finding::new(code, place, args));
    }

    /// All findings. `head` gives the head of a column.
    pub(super) fn finish(mut self, head: impl Fn(u32) -> Option<Stated>) -> Vec<Finding> {
        for ((code, column), mut rows) in std::mem::take(&mut self.more) {
            rows.sort_unstable();
            rows.dedup();
            let first = Address::new(rows[0].saturating_sub(1), column);
            let head = head(column).map(|h| h.text).unwrap_or_default();
            let severity = Finding::new(code, Place::default(), &[]).severity;
            let args = [
                ("code", code.to_owned()),
                ("head", head),
                ("count", rows.len().to_string()),
                ("rows", in_runs(&rows)),
            ];
            let args = args.each_ref().map(|(name, value)| (*name, value.as_str()));
            self.once("TH321", first, &args);
            if let Some(finding) = self.findings.last_mut() {
                finding.severity = severity;
            }
        }
        self.findings
    }
}

/// Ascending numbers in the form `3, 5-9`.
fn in_runs(numbers: &[u32]) -> String {
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
