//! The cases of a rule, from the rows of its query, and their figures in words.

use std::collections::HashMap;

use arrow::array::{ArrayRef, AsArray, BooleanArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Decimal128Type, Int64Type};
use datafusion::error::{DataFusionError, Result};
use rust_decimal::Decimal;

use super::rule::{Against, Rule, RuleKind};
use crate::diagnostic::Lexicon;
use crate::diagnostic::findings::th501 as phrases;
use crate::engine::TextColumn;
use crate::engine::columns::{DECIMAL, VALUE_SCALE};
use crate::normalize::TOTAL;
use crate::text::Bilingual;

/// A figure and its cell. A sum has the list of its cells.
#[derive(Debug, Clone)]
struct CaseFigure {
    value: Option<Decimal>,
    cell: Option<String>,
}

/// A case that failed.
#[derive(Debug, Clone)]
pub(super) struct Case {
    /// Order of the cells in the report.
    pub(super) seq: i64,
    pub(super) sheet: Option<String>,
    pub(super) cell: Option<String>,
    pub(super) indicator: String,
    pub(super) members: String,
    figures: Vec<CaseFigure>,
    /// The unit of what the column is compared with, and its file.
    other: Option<(Bilingual, String)>,
}

/// The cases of one column of one report.
#[derive(Debug, Default)]
pub(super) struct ColumnCases {
    /// Whether a case could not be decided.
    pub(super) undecided: bool,
    /// The cases that failed.
    pub(super) failed: Vec<Case>,
}

impl ColumnCases {
    /// One failed case fails the column; otherwise an undecided one leaves it undecided.
    pub(super) fn verdict(&self) -> Option<bool> {
        match (self.failed.is_empty(), self.undecided) {
            (false, _) => Some(false),
            (true, true) => None,
            (true, false) => Some(true),
        }
    }
}

/// A judged column: the index of its report, the code of its unit, its scenario and period.
pub(super) type JudgedColumn = (usize, String, String, String);

/// A column that the query of a rule must have.
fn column<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a ArrayRef> {
    batch
        .column_by_name(name)
        .ok_or_else(|| DataFusionError::Plan(format!("the column `{name}` is missing")))
}

/// Values with six decimal places. None for NULL and for numbers with more than 28 digits.
fn values(batch: &RecordBatch, name: &str) -> Result<Vec<Option<Decimal>>> {
    let values = cast(column(batch, name)?, &DECIMAL)?;
    let values = values.as_primitive::<Decimal128Type>();
    Ok(values
        .iter()
        .map(|v| Decimal::try_from_i128_with_scale(v?, VALUE_SCALE).ok())
        .collect())
}

/// For each row of a batch the column judged, and whether the case holds. `index` has the reports by their ids.
pub(super) fn verdicts<'a>(
    batch: &'a RecordBatch,
    index: &HashMap<&str, usize>,
) -> Result<(Vec<Option<JudgedColumn>>, &'a BooleanArray)> {
    let ok = column(batch, "ok")?.as_boolean_opt().ok_or_else(|| {
        DataFusionError::Plan("the expression of a rule is no condition".to_owned())
    })?;
    let reports = TextColumn::required(batch, "of_report")?;
    let units = TextColumn::required(batch, "of_unit")?;
    let scenarios = TextColumn::required(batch, "of_scenario")?;
    let periods = TextColumn::required(batch, "of_period")?;
    let keys = (0..batch.num_rows()).map(|row| {
        Some((
            *index.get(reports.get(row)?)?,
            units.owned(row)?,
            scenarios.owned(row)?,
            periods.owned(row)?,
        ))
    });
    Ok((keys.collect(), ok))
}

/// The rows of a batch as cases.
pub(super) fn cases(batch: &RecordBatch) -> Result<Vec<Case>> {
    let seq = cast(column(batch, "seq")?, &DataType::Int64)?;
    let seq = seq.as_primitive::<Int64Type>();
    let sheets = TextColumn::required(batch, "sheet")?;
    let cells = TextColumn::required(batch, "cell")?;
    let indicators = TextColumn::required(batch, "indicator")?;
    let members = TextColumn::required(batch, "members")?;
    let mut figures: Vec<(Vec<Option<Decimal>>, TextColumn)> = Vec::new();
    while batch
        .column_by_name(&format!("v{}", figures.len()))
        .is_some()
    {
        let i = figures.len();
        let values = values(batch, &format!("v{i}"))?;
        figures.push((values, TextColumn::required(batch, &format!("c{i}"))?));
    }
    let text = |name: &str| {
        batch
            .column_by_name(name)
            .map(|_| TextColumn::required(batch, name))
    };
    let [files, names_vi, names_en] =
        ["file", "name_vi", "name_en"].map(|name| text(name).transpose());
    let (files, names_vi, names_en) = (files?, names_vi?, names_en?);
    let of = |column: &Option<TextColumn>, row: usize| column.as_ref()?.owned(row);
    let other = |row: usize| {
        let names = of(&names_vi, row).zip(of(&names_en, row));
        let name = names.map_or_else(|| Bilingual::same("?"), |(vi, en)| Bilingual::new(vi, en));
        Some((name, of(&files, row)?))
    };
    let figure = |(values, cells): &(Vec<Option<Decimal>>, TextColumn), row: usize| CaseFigure {
        value: values[row],
        cell: cells.owned(row),
    };
    Ok((0..batch.num_rows())
        .map(|row| Case {
            seq: seq.value(row),
            sheet: sheets.owned(row),
            cell: cells.owned(row),
            indicator: indicators.text(row).to_owned(),
            members: members.get(row).unwrap_or(TOTAL).to_owned(),
            figures: figures.iter().map(|of| figure(of, row)).collect(),
            other: other(row),
        })
        .collect())
}

/// The figures of a failed case in words.
pub(super) fn in_words(rule: &Rule, case: &Case, lexicon: &Lexicon) -> Vec<Bilingual> {
    let figure = || lexicon.figure(&case.indicator, Some(&case.members));
    let value = |i: usize| {
        let value = case.figures.get(i).and_then(|f| f.value);
        value.map_or_else(|| Bilingual::same("?"), |value| lexicon.number(value))
    };
    let cell = |i: usize| {
        let cell = case.figures.get(i).and_then(|f| f.cell.as_deref());
        Bilingual::same(cell.unwrap_or("?"))
    };
    let stands = |figure: Bilingual, i: usize| {
        let (value, cell) = (value(i), cell(i));
        phrases::Stands {
            figure,
            value,
            cell,
        }
        .words()
    };
    let single = match &rule.kind {
        RuleKind::Expression(expression) => {
            return expression
                .operands
                .iter()
                .enumerate()
                .map(|(i, operand)| {
                    let mut figure =
                        lexicon.figure(&operand.indicator, Some(operand.members.as_str()));
                    if let Some(form) = &operand.form {
                        figure = phrases::InForm { figure, form }.words();
                    }
                    if operand.before {
                        figure = phrases::Before { figure }.words();
                    }
                    stands(figure, i)
                })
                .collect();
        }
        RuleKind::CountsNotNegative => stands(figure(), 0),
        RuleKind::Comparison { .. } => phrases::Comparison {
            figure: figure(),
            stated: value(0),
            cell: cell(0),
            computed: value(1),
            of: value(2),
            of_cell: cell(2),
            to: value(3),
            to_cell: cell(3),
        }
        .words(),
        RuleKind::Revision { .. } => phrases::Revision {
            figure: figure(),
            actual: value(0),
            cell: cell(0),
            estimate: value(1),
            estimate_cell: cell(1),
        }
        .words(),
        RuleKind::SumOfMembers { breakdown, .. } => phrases::Sum {
            members: breakdown.name.clone(),
            figure: figure(),
            total: value(0),
            cell: cell(0),
            sum: value(1),
            cells: cell(1),
        }
        .words(),
        RuleKind::PartsOfMembers { breakdown } => phrases::Parts {
            members: breakdown.name.clone(),
            figure: figure(),
            total: value(0),
            cell: cell(0),
            sum: value(1),
            cells: cell(1),
        }
        .words(),
        RuleKind::ShorterPeriods { .. } => phrases::Shorter {
            figure: figure(),
            total: value(0),
            cell: cell(0),
            sum: value(1),
            cells: cell(1),
        }
        .words(),
        RuleKind::Copy { of, .. } => copied(*of, case, value(1), cell(0), cell(1)),
        RuleKind::Empty { .. } => phrases::Empty {
            count: value(1),
            cell: cell(0),
        }
        .words(),
        RuleKind::Share { .. } => {
            let figure = stands(figure(), 0);
            let (share, total) = (value(2), value(1));
            match case.figures.get(3).and_then(|f| f.value) {
                Some(year) => phrases::ShareOfPublished {
                    figure,
                    share,
                    total,
                    year: year.normalize().to_string(),
                }
                .words(),
                None => phrases::Share {
                    figure,
                    share,
                    total,
                }
                .words(),
            }
        }
        RuleKind::Factor { of, .. } => {
            let figure = stands(figure(), 0);
            let (other, cell) = (value(1), cell(1));
            if *of == Against::OtherUnits {
                let units = value(2);
                phrases::Median {
                    figure,
                    units,
                    other,
                }
                .words()
            } else {
                phrases::Earlier {
                    figure,
                    other,
                    cell,
                }
                .words()
            }
        }
    };
    vec![single]
}

/// The phrase for a copy: what is the same as what.
fn copied(
    of: Against,
    case: &Case,
    count: Bilingual,
    cell: Bilingual,
    from: Bilingual,
) -> Bilingual {
    let (unit, file) = case
        .other
        .clone()
        .unwrap_or_else(|| (Bilingual::same("?"), "?".to_owned()));
    match of {
        Against::OtherUnits => phrases::CopyOfUnit {
            count,
            cell,
            unit,
            file,
        }
        .words(),
        Against::YearBefore => phrases::CopyOfYear { count, cell, file }.words(),
        Against::ColumnBefore => phrases::CopyOfColumn { count, cell, from }.words(),
    }
}
