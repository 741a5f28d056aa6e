//! What is wrong in a record list, cell by cell; a list that is wrong throughout does not take all memory.

use std::collections::BTreeMap;

use crate::diagnostic::{Finding, Message, Place, entry, findings};
use crate::extract::Stated;
use crate::read::Address;

/// Findings of single cells of one list; more are told by column.
const TOLD_ONE_BY_ONE: usize = 1000;

/// The findings of a list.
#[derive(Debug)]
pub(super) struct Faults {
    place: Place,
    told: Vec<Finding>,
    of_cells: usize,
    /// Rows by code and column, from 1, beyond those told one by one.
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
            told: Vec::new(),
            of_cells: 0,
            more: BTreeMap::new(),
        }
    }

    /// Says something of a cell.
    pub(super) fn cell(&mut self, at: Address, message: impl Into<Message>) {
        let message = message.into();
        self.of_cells += 1;
        if self.of_cells > TOLD_ONE_BY_ONE {
            let rows = self.more.entry((message.code(), at.column)).or_default();
            if rows.last() != Some(&(at.row + 1)) {
                rows.push(at.row + 1);
            }
            return;
        }
        self.once(at, message);
    }

    /// Says something of the list as a whole, or of a column.
    pub(super) fn once(&mut self, at: Address, message: impl Into<Message>) {
        let place = Place {
            cell: Some(at.to_string()),
            ..self.place.clone()
        };
        self.told.push(message.into().at(place));
    }

    /// All of it; `head` tells the head of a column.
    pub(super) fn finish(mut self, head: impl Fn(u32) -> Option<Stated>) -> Vec<Finding> {
        for ((code, column), mut rows) in std::mem::take(&mut self.more) {
            rows.sort_unstable();
            rows.dedup();
            let first = Address::new(rows[0].saturating_sub(1), column);
            let head = head(column).map(|h| h.text).unwrap_or_default();
            let more = findings::TH321 {
                code,
                head,
                count: rows.len(),
                rows: in_runs(&rows),
            };
            self.once(first, more);
            // As serious as what it counts.
            if let (Some(finding), Some(entry)) = (self.told.last_mut(), entry(code)) {
                finding.severity = entry.severity;
            }
        }
        self.told
    }
}

/// Ascending numbers as `3, 5-9`.
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
