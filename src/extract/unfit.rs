//! Rows and columns of a table that the form does not have. Each gets a notice; beyond a limit they share one.

use std::collections::BTreeMap;

use super::header::Header;
use super::row::{RowReader, Stubs};
use crate::diagnostic::{Message, findings};
use crate::read::Address;
use crate::text::one_line;

/// A message about a cell.
pub(super) type Notice = (Address, Message);

/// Rows, and columns, that get a notice each.
pub(super) const NAMED_ONE_BY_ONE: usize = 200;

/// Rows that the form does not have. They belong to the table only if a row follows that the form does have.
#[derive(Default)]
pub(super) struct UnknownRows {
    pending: Vec<UnknownRow>,
    /// Rows named so far.
    named: usize,
    /// Rows beyond those.
    more: Option<MoreRows>,
}

struct UnknownRow {
    row: u32,
    stubs: Stubs,
    label: Option<String>,
}

struct MoreRows {
    first: Address,
    last: Address,
    rows: usize,
    cells: i64,
}

impl UnknownRows {
    /// Keeps a row until it is clear whether it belongs to the table.
    pub(super) fn keep(&mut self, row: u32, stubs: Stubs, label: Option<String>) {
        self.pending.push(UnknownRow { row, stubs, label });
    }

    /// Drops kept rows below the table. There, only rows with numbers belong to it; without a label, a single number is
    /// that of the page.
    pub(super) fn drop_below(&mut self, rows: &RowReader<'_>) {
        self.pending.retain(|unknown| {
            rows.has_numbers(unknown.row)
                && (unknown.stubs.label.is_some() || rows.count_values(unknown.row) > 1)
        });
    }

    /// Takes the kept rows into the table. Returns the number of cells held back and the last row.
    pub(super) fn settle(
        &mut self,
        rows: &RowReader<'_>,
        notices: &mut Vec<Notice>,
    ) -> (i64, Option<u32>) {
        let (mut cells, mut last) = (0, None);
        for unknown in self.pending.drain(..) {
            let held = rows.count_values(unknown.row);
            if held == 0 {
                continue;
            }
            cells += held;
            last = Some(unknown.row);
            let label_at = unknown.stubs.label.map(|(at, _)| at);
            let at = label_at
                .or_else(|| rows.first_body_cell(unknown.row))
                .unwrap_or(Address::new(unknown.row, 0));
            self.named += 1;
            if self.named > NAMED_ONE_BY_ONE {
                let more = self.more.get_or_insert(MoreRows {
                    first: at,
                    last: at,
                    rows: 0,
                    cells: 0,
                });
                more.last = at;
                more.rows += 1;
                more.cells += held;
                continue;
            }
            let label = unknown.label.unwrap_or_default();
            notices.push((at, rows.unknown_row(&label, held)));
        }
        (cells, last)
    }

    /// The notice that all rows beyond the limit share.
    pub(super) fn notice_of_more(self, rows: &RowReader<'_>) -> Option<Notice> {
        let more = self.more?;
        let unknown = findings::TH220 {
            rows: more.rows,
            count: more.cells,
            last: rows.sheet.cell_name(more.last),
        };
        Some((more.first, unknown.into()))
    }
}

/// Columns that the form does not have, with their filled cells beside rows that it does have.
#[derive(Default)]
pub(super) struct UnknownColumns {
    columns: BTreeMap<u32, CellsOfColumn>,
}

struct CellsOfColumn {
    cells: i64,
    first: Address,
}

impl UnknownColumns {
    /// Counts a cell.
    pub(super) fn count(&mut self, at: Address) {
        let first = CellsOfColumn {
            cells: 0,
            first: at,
        };
        self.columns.entry(at.column).or_insert(first).cells += 1;
    }

    /// Takes a column out: its number of cells and the first of them.
    pub(super) fn take(&mut self, column: u32) -> Option<(i64, Address)> {
        let column = self.columns.remove(&column)?;
        Some((column.cells, column.first))
    }

    /// Notices for the columns, each at its head. Returns the number of cells held back.
    pub(super) fn settle(self, rows: &RowReader<'_>, notices: &mut Vec<Notice>) -> i64 {
        let mut held = 0;
        let mut more: Option<(Address, Address, usize, i64)> = None;
        for (n, (column, of_column)) in self.columns.into_iter().enumerate() {
            let CellsOfColumn { cells, first } = of_column;
            held += cells;
            let (at, head) = head_of(rows.header, column, first);
            if n < NAMED_ONE_BY_ONE {
                let (head, count) = (one_line(&head), cells);
                notices.push((at, findings::TH204 { head, count }.into()));
                continue;
            }
            let (_, last, columns, more_cells) = more.get_or_insert((at, at, 0, 0));
            *last = at;
            *columns += 1;
            *more_cells += cells;
        }
        if let Some((first, last, columns, cells)) = more {
            let unknown = findings::TH223 {
                columns,
                count: cells,
                last: rows.sheet.cell_name(last),
            };
            notices.push((first, unknown.into()));
        }
        held
    }
}

/// The head of a column and its cell; without a head, no text and the first cell of the column.
fn head_of(header: &Header, column: u32, first: Address) -> (Address, String) {
    let head = header.at(column).and_then(|c| c.head.clone());
    head.map_or((first, String::new()), |head| (head.at, head.text))
}
