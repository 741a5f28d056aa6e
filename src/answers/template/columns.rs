//! The columns of a blank form.

use std::collections::BTreeMap;

use super::words::{in_report, said_period};
use crate::extract::{Form, ValueColumn, belongs};
use crate::period::Period;
use crate::plan::Plan;
use crate::publish::template::{ColumnKind, TemplateColumn};

/// Whether a blank form for a period has a column. One that stands in place of others is only read.
pub(super) fn is_printed(column: &ValueColumn, period: Period) -> bool {
    belongs(&column.frequencies, period.frequency) && column.in_place_of.is_empty()
}

/// The columns: what describes rows, then values, each comparison after the later of its two columns, then remarks.
pub(in crate::answers) fn columns(plan: &Plan, form: &Form, period: Period) -> Vec<TemplateColumn> {
    let written = &form.written;
    let said = said_period(plan, period).unwrap_or_default();
    let stub = |words: &[String], kind: ColumnKind| {
        words.first().map(|head| TemplateColumn {
            heads: vec![head.clone()],
            kind,
        })
    };
    let mut columns: Vec<TemplateColumn> = [
        stub(&written.stub.number, ColumnKind::Number),
        stub(&written.rows.head, ColumnKind::Label),
        stub(&written.stub.unit, ColumnKind::Unit),
        stub(&written.stub.code, ColumnKind::Code),
    ]
    .into_iter()
    .flatten()
    .collect();
    let has_units = !written.stub.unit.is_empty();
    let mut places: BTreeMap<usize, usize> = BTreeMap::new();
    for (i, column) in form.columns.iter().enumerate() {
        if !is_printed(column, period) {
            continue;
        }
        let mut heads: Vec<String> = written.columns[i]
            .head
            .iter()
            .map(|head| in_report(head, period, &said))
            .collect();
        let unit = column
            .indicator
            .as_deref()
            .filter(|_| !has_units)
            .and_then(|id| plan.indicators.iter().find(|i| i.id == id))
            .map(|facts| &facts.unit);
        if let (Some(lowest), Some(unit)) = (heads.last_mut(), unit) {
            lowest.push_str(&format!(" ({unit})"));
        }
        places.insert(i, columns.len());
        columns.push(TemplateColumn {
            heads,
            kind: ColumnKind::Value,
        });
        for (comparison, raw) in form.comparisons.iter().zip(&written.comparisons) {
            if !belongs(&comparison.frequencies, period.frequency)
                || comparison.of.max(comparison.to) != i
            {
                continue;
            }
            if let (Some(of), Some(to)) = (places.get(&comparison.of), places.get(&comparison.to)) {
                columns.push(TemplateColumn {
                    heads: (raw.head.iter())
                        .map(|head| in_report(head, period, &said))
                        .collect(),
                    kind: ColumnKind::Comparison {
                        numerator: *of,
                        denominator: *to,
                    },
                });
            }
        }
    }
    columns.extend(stub(&written.stub.note, ColumnKind::Note));
    columns
}
