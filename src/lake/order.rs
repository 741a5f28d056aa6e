//! The order of rows in a file: by all columns from the first to the last, so that the same rows give the same bytes.
//!
//! The leading columns of a table are codes that repeat. The ranks of a row's codes fit into one number, which sorts many
//! times faster than the codes. Only rows that are equal in all these columns are compared by the other columns.

use std::collections::HashMap;

use arrow::array::{Array, AsArray, RecordBatch, StringArray, UInt32Array};
use arrow::compute::take_record_batch;
use arrow::error::ArrowError;
use arrow::row::{RowConverter, SortField};
use foldhash::fast::RandomState;

/// The numbers of the rows, sorted by all columns, NULL first.
pub(super) fn order(batch: &RecordBatch) -> Result<Vec<u32>, ArrowError> {
    let mut keys = vec![0_u128; batch.num_rows()];
    let mut room = u128::MAX;
    for column in batch.columns() {
        let Some(texts) = column.as_string_opt::<i32>() else {
            break;
        };
        let ranks = Ranks::of(texts);
        if room / ranks.count < ranks.count {
            break;
        }
        room /= ranks.count;
        for (key, rank) in keys.iter_mut().zip(&ranks.rows) {
            *key = *key * ranks.count + u128::from(*rank);
        }
    }
    let mut order: Vec<(u128, u32)> = keys.into_iter().zip(0..).collect();
    order.sort_unstable();
    let mut rows: Vec<u32> = order.iter().map(|(_, row)| *row).collect();
    let mut from = 0;
    for alike in order.chunk_by(|a, b| a.0 == b.0) {
        if alike.len() > 1 {
            by_all_columns(batch, &mut rows[from..from + alike.len()])?;
        }
        from += alike.len();
    }
    Ok(rows)
}

/// The texts of a column as their ranks; NULL has the rank 0.
struct Ranks {
    rows: Vec<u32>,
    /// One more than the largest rank.
    count: u128,
}

impl Ranks {
    fn of(texts: &StringArray) -> Self {
        let mut numbers: HashMap<&str, u32, RandomState> = HashMap::default();
        let mut known: Vec<&str> = Vec::new();
        let mut rows: Vec<u32> = Vec::with_capacity(texts.len());
        let mut last: Option<(&str, u32)> = None;
        for text in texts {
            rows.push(match (text, last) {
                (None, _) => 0,
                (Some(text), Some((before, number))) if text == before => number,
                (Some(text), _) => {
                    let number = *numbers.entry(text).or_insert_with(|| {
                        known.push(text);
                        known.len() as u32
                    });
                    last = Some((text, number));
                    number
                }
            });
        }
        let mut in_order: Vec<u32> = (0..known.len() as u32).collect();
        in_order.sort_unstable_by_key(|number| known[*number as usize]);
        let mut ranks = vec![0; known.len() + 1];
        for (rank, number) in (1..).zip(in_order) {
            ranks[number as usize + 1] = rank;
        }
        for row in &mut rows {
            *row = ranks[*row as usize];
        }
        Self {
            rows,
            count: known.len() as u128 + 1,
        }
    }
}

/// Sorts rows of a batch by all its columns.
fn by_all_columns(batch: &RecordBatch, rows: &mut [u32]) -> Result<(), ArrowError> {
    let fields = batch.schema_ref().fields().iter();
    let fields = fields.map(|f| SortField::new(f.data_type().clone()));
    let converter = RowConverter::new(fields.collect())?;
    let some = take_record_batch(batch, &UInt32Array::from(rows.to_vec()))?;
    let converted = converter.convert_columns(some.columns())?;
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_unstable_by(|a, b| converted.row(*a).cmp(&converted.row(*b)));
    let before = rows.to_vec();
    for (place, row) in rows.iter_mut().zip(order) {
        *place = before[row];
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Int64Array};
    use arrow::datatypes::{DataType, Field, Schema};
    use proptest::prelude::*;

    use super::*;

    fn sorted(batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
        take_record_batch(batch, &UInt32Array::from(order(batch)?))
    }

    proptest! {
        /// The order is that of the columns compared one by one, however many of them are texts.
        #[test]
        fn rows_are_in_the_order_of_all_columns(
            rows in prop::collection::vec(
                (prop::option::of("[ab]{0,2}"), prop::option::of(0_i64..3), prop::option::of("[xyé]{0,1}")), 0..60),
            texts_first in any::<bool>(),
        ) {
            let a: ArrayRef = Arc::new(rows.iter().map(|r| r.0.clone()).collect::<StringArray>());
            let n: ArrayRef = Arc::new(rows.iter().map(|r| r.1).collect::<Int64Array>());
            let b: ArrayRef = Arc::new(rows.iter().map(|r| r.2.clone()).collect::<StringArray>());
            let columns = if texts_first { vec![a, b, n] } else { vec![a, n, b] };
            let fields = columns.iter().enumerate().map(|(i, c)| Field::new(i.to_string(), c.data_type().clone(), true));
            let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
            let batch = RecordBatch::try_new(schema, columns).expect("columns of one length");
            let mut all: Vec<u32> = (0..rows.len() as u32).collect();
            by_all_columns(&batch, &mut all).expect("types that sort");
            let expected = take_record_batch(&batch, &UInt32Array::from(all)).expect("rows of it");
            prop_assert_eq!(sorted(&batch).expect("types that sort"), expected);
        }
    }

    #[test]
    fn a_table_without_rows_or_texts_is_sorted_too() {
        let schema = Arc::new(Schema::new(vec![Field::new("n", DataType::Int64, true)]));
        let empty = RecordBatch::new_empty(schema.clone());
        assert_eq!(sorted(&empty).expect("nothing").num_rows(), 0);
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![3, 1, 2]));
        let batch = RecordBatch::try_new(schema, vec![numbers]).expect("one column");
        let order = sorted(&batch).expect("numbers sort");
        assert_eq!(order.column(0).as_ref(), &Int64Array::from(vec![1, 2, 3]));
    }
}
