//! Lines of groups among the records of a list: communes, districts, kinds of groups, with the sums of their records or with
//! their name alone. They look like records of which little is known; the records next to them tell.

use std::collections::BTreeSet;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray};
use arrow::datatypes::{Decimal128Type, Int64Type};

use super::open_list::OpenList;
use crate::diagnostic::findings;
use crate::extract::FieldKind;
use crate::read::Address;

/// Runs of records next to a line that are compared with it, in each direction.
const MOST_RUNS: usize = 100;

/// What a line of which little is known is.
enum Line {
    Record,
    /// The name of a group, or the sums of its records.
    Group,
    /// It is named like a group, but nothing adds up to it.
    Unclear,
}

/// Records of which little is known.
#[derive(Default)]
struct BareRecords {
    all: Vec<usize>,
    /// Those of them that have a kind.
    with_kind: BTreeSet<usize>,
}

impl OpenList<'_> {
    /// Leaves out the lines of groups, each with a finding. Returns for each record whether it stays.
    pub(super) fn leave_out_group_lines(&mut self, records: &RecordBatch) -> Vec<bool> {
        let naming = self.column(records, self.shape.naming);
        let naming = naming
            .as_ref()
            .and_then(|names| names.as_string_opt::<i32>());
        let BareRecords {
            all: bare,
            with_kind,
        } = self.bare_records(records, naming);
        let mut stays = vec![true; records.num_rows()];
        // The headings between entries of a register are found by its sections, and no figure adds up.
        if self.shape.register.is_some() {
            return stays;
        }
        // In a list without a single full record nothing tells a group from a record.
        if bare.is_empty() || bare.len() == records.num_rows() {
            return stays;
        }
        let figures = Figures::of(self.figure_columns(records), &bare, records.num_rows());
        let mut known: BTreeSet<(String, Vec<Option<i128>>)> = BTreeSet::new();
        for record in bare {
            let name = naming.and_then(|n| n.is_valid(record).then(|| n.value(record)));
            let folded = self.vocabulary.fold_label(name.unwrap_or_default());
            let key = (folded, figures.own(record));
            let line = if with_kind.contains(&record) {
                // A group by its name, a record by its kind: only its sums can tell.
                if figures.are_sums(record, false) {
                    Line::Group
                } else {
                    Line::Record
                }
            } else {
                self.line(record, &key.0, &figures)
            };
            let line = match line {
                // The line of a group is typed again after a page break.
                Line::Unclear if known.contains(&key) => Line::Group,
                line => line,
            };
            let at = self.place_of_record(record);
            let count = self.loaded_of.get(record).map_or(0, |n| i64::from(*n));
            let is_unclear = match line {
                Line::Record => continue,
                Line::Group => false,
                Line::Unclear => true,
            };
            stays[record] = false;
            self.loaded -= count;
            self.explained += count;
            // What was said of its cells is no longer of interest.
            self.faults.forget_row(at.row);
            if is_unclear {
                self.faults.cell(at, findings::TH343 { count });
            } else {
                known.insert(key);
                self.faults.cell(at, findings::TH342 { count });
            }
        }
        stays
    }

    fn line(&self, record: usize, folded_name: &str, figures: &Figures) -> Line {
        let is_named_so = self.vocabulary.words.is_group(folded_name);
        if figures.are_sums(record, is_named_so) {
            return Line::Group;
        }
        if figures.has_own(record) {
            return if is_named_so {
                Line::Unclear
            } else {
                Line::Record
            };
        }
        let has_name_alone = self.loaded_of.get(record) == Some(&1)
            && self.unnumbered.binary_search(&(record as u32)).is_ok();
        if is_named_so || has_name_alone {
            Line::Group
        } else {
            Line::Record
        }
    }

    /// The records without any code, kind, date or mark, and without personal data; one that is named like a group may have
    /// what every record must have, such as its kind.
    fn bare_records(&self, records: &RecordBatch, naming: Option<&StringArray>) -> BareRecords {
        let shape = self.shape;
        let tells = |field: usize| {
            shape.key.contains(&field)
                || matches!(
                    shape.fields[field].kind,
                    FieldKind::Code | FieldKind::Date | FieldKind::Flag
                )
        };
        let columns = |required: bool| -> Vec<ArrayRef> {
            (0..shape.fields.len())
                .filter(|field| *field != shape.naming && tells(*field))
                .filter(|field| shape.fields[*field].required == required)
                .filter_map(|field| self.column(records, field))
                .collect()
        };
        let (required, others) = (columns(true), columns(false));
        let is_blank =
            |columns: &[ArrayRef], record: usize| columns.iter().all(|c| c.is_null(record));
        let personal = self.personal_bits();
        let mut bare = BareRecords::default();
        for record in 0..records.num_rows() {
            let bits = self.filled.get(record).copied().unwrap_or(0);
            if bits & personal != 0 || !is_blank(&others, record) {
                continue;
            }
            if is_blank(&required, record) {
                bare.all.push(record);
            } else if naming.is_some_and(|names| {
                let folded = self.vocabulary.fold_label(names.value(record));
                self.vocabulary.words.is_group(&folded)
            }) {
                bare.all.push(record);
                bare.with_kind.insert(record);
            }
        }
        bare
    }

    /// The columns with figures, in the units of the lake.
    fn figure_columns(&self, records: &RecordBatch) -> Vec<ArrayRef> {
        let fields = self.shape.fields.iter().enumerate();
        fields
            .filter(|(_, field)| matches!(field.kind, FieldKind::Whole | FieldKind::Decimal))
            .filter_map(|(i, _)| self.column(records, i))
            .collect()
    }

    /// The column of a field, if the head of the list has it.
    fn column(&self, records: &RecordBatch, field: usize) -> Option<ArrayRef> {
        let has_head = self.head.columns.iter().any(|c| c.field == Some(field));
        let name = &self.shape.fields[field].column;
        records.column_by_name(name).filter(|_| has_head).cloned()
    }

    /// The cell that names a record.
    pub(super) fn place_of_record(&self, record: usize) -> Address {
        self.place_of(record, self.shape.naming)
    }

    /// The cell of a record in the column of a field.
    pub(super) fn place_of(&self, record: usize, field: usize) -> Address {
        let column = self.head.columns.iter().find(|c| c.field == Some(field));
        let row = self.rows.get(record).copied().unwrap_or(1);
        let row = u32::try_from(row - 1).unwrap_or(0);
        Address::new(row, column.map_or(0, |c| c.column))
    }

    /// Notes the records that leave out what a record must say.
    pub(super) fn note_incomplete(&mut self, records: &RecordBatch, stays: &[bool]) {
        for (field, facts) in self.shape.fields.iter().enumerate() {
            if !facts.required || field == self.shape.naming {
                continue;
            }
            let Some(values) = self.column(records, field) else {
                continue;
            };
            let head = self.head.columns.iter().find(|c| c.field == Some(field));
            let Some(column) = head.map(|c| c.column) else {
                continue;
            };
            let bit = self.role(column).map_or(0, |(_, bit)| bit);
            let blank = stays.iter().enumerate().filter(|(record, stays)| {
                let is_filled = self.filled.get(*record).is_some_and(|bits| bits & bit != 0);
                **stays && values.is_null(*record) && !is_filled
            });
            for (record, _) in blank {
                let row = u32::try_from(self.rows[record] - 1).unwrap_or(0);
                let head = &facts.title;
                self.faults
                    .cell(Address::new(row, column), findings::TH344 { head });
            }
        }
    }
}

/// The figures of a list, with the runs of full records between lines of which little is known.
struct Figures {
    columns: Vec<FigureColumn>,
    /// Runs of full records: the first record and the one after the last.
    runs: Vec<(usize, usize)>,
}

struct FigureColumn {
    values: Vec<Option<i128>>,
    /// Sums of the full records before each record, and of all.
    sums: Vec<i128>,
    /// How far a sum of so many figures may be off, for each.
    rounding: i128,
}

impl Figures {
    fn of(columns: Vec<ArrayRef>, bare: &[usize], records: usize) -> Self {
        let mut is_bare = vec![false; records];
        for record in bare {
            is_bare[*record] = true;
        }
        let columns = columns.into_iter().map(|column| {
            let values = values_of(&column);
            let mut sums = vec![0_i128; records + 1];
            for record in 0..records {
                let own = values[record].filter(|_| !is_bare[record]).unwrap_or(0);
                sums[record + 1] = sums[record].saturating_add(own);
            }
            let is_whole = column.as_primitive_opt::<Int64Type>().is_some();
            FigureColumn {
                values,
                sums,
                rounding: if is_whole { 0 } else { 500_000 },
            }
        });
        let columns = columns.collect();
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for record in (0..records).filter(|record| !is_bare[*record]) {
            match runs.last_mut() {
                Some(run) if run.1 == record => run.1 += 1,
                _ => runs.push((record, record + 1)),
            }
        }
        Self { columns, runs }
    }

    /// The figures of a record, column by column.
    fn own(&self, record: usize) -> Vec<Option<i128>> {
        self.columns.iter().map(|c| c.values[record]).collect()
    }

    fn has_own(&self, record: usize) -> bool {
        let mut columns = self.columns.iter();
        columns.any(|c| c.values[record].is_some_and(|value| value != 0))
    }

    /// Whether the figures of a line are the sums of the records right below it or above it, down or up to another line.
    /// One figure that is that of one record may be chance, unless the line is named like a group.
    fn are_sums(&self, record: usize, is_named_so: bool) -> bool {
        let figures = self
            .columns
            .iter()
            .filter(|c| c.values[record].is_some_and(|v| v != 0));
        let figures = figures.count();
        if figures == 0 {
            return false;
        }
        let below = self.runs.partition_point(|run| run.0 < record);
        let downwards = || {
            let from = self.runs.get(below).map(|run| run.0);
            let ends = self.runs.iter().skip(below).take(MOST_RUNS);
            ends.filter_map(move |run| Some((from?, run.1)))
        };
        let upwards = || {
            let to = below.checked_sub(1).map(|run| self.runs[run].1);
            let starts = self.runs[..below].iter().rev().take(MOST_RUNS);
            starts.filter_map(move |run| Some((run.0, to?)))
        };
        let is_sum = |(from, to): (usize, usize)| {
            let is_sure = is_named_so || figures > 1 || to - from > 1;
            is_sure && self.columns.iter().all(|c| c.is_sum(record, from, to))
        };
        downwards().any(is_sum) || upwards().any(is_sum)
    }
}

impl FigureColumn {
    /// Whether the figure of a record is the sum of the full records `from..to`, or the record has none.
    fn is_sum(&self, record: usize, from: usize, to: usize) -> bool {
        let Some(own) = self.values[record] else {
            return true;
        };
        let sum = self.sums[to] - self.sums[from];
        let count = i128::try_from(to - from).unwrap_or(i128::MAX);
        (own - sum).abs() <= self.rounding.saturating_mul(count.saturating_add(1))
    }
}

/// Whole numbers as they are, decimals in millionths.
fn values_of(column: &ArrayRef) -> Vec<Option<i128>> {
    if let Some(whole) = column.as_primitive_opt::<Int64Type>() {
        return whole.iter().map(|n| n.map(i128::from)).collect();
    }
    match column.as_primitive_opt::<Decimal128Type>() {
        Some(decimals) => decimals.iter().collect(),
        None => vec![None; column.len()],
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::Int64Array;

    use super::*;

    fn figures(columns: &[&[i64]], bare: &[usize]) -> Figures {
        let arrays = columns
            .iter()
            .map(|c| -> ArrayRef { Arc::new(Int64Array::from(c.to_vec())) });
        Figures::of(arrays.collect(), bare, columns[0].len())
    }

    #[test]
    fn a_line_is_the_sum_of_the_records_below_or_above_it() {
        // A district, its communes, and their records.
        let members = [90, 70, 30, 40, 20, 20, 7];
        let below = figures(&[&members], &[0, 1, 4, 6]);
        assert!(below.are_sums(0, false) && below.are_sums(1, false));
        assert!(
            below.are_sums(4, true),
            "one record, but named like a group"
        );
        assert!(
            !below.are_sums(4, false),
            "one figure of one record may be chance"
        );
        assert!(!below.are_sums(6, true));
        let above = figures(&[&[30, 40, 70, 20, 20], &[3, 4, 7, 2, 2]], &[2, 4]);
        assert!(above.are_sums(2, false) && above.are_sums(4, false));
    }

    #[test]
    fn every_figure_has_to_add_up() {
        let lines = figures(&[&[70, 30, 40], &[17, 7, 11]], &[0]);
        assert!(!lines.are_sums(0, true));
        let nothing = figures(&[&[0, 30, 40]], &[0]);
        assert!(!nothing.are_sums(0, true) && !nothing.has_own(0));
    }
}
