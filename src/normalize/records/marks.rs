//! Marks of records: hashes by which lists are compared without their records at hand.

use std::collections::{HashMap, HashSet};

use arrow::array::{Array, ArrayRef, RecordBatch};
use arrow::row::{RowConverter, SortField};
use serde::{Deserialize, Serialize};

use crate::extract::{FieldKind, RecordShape};

/// The marks of the records of a list. They depend on nothing but the records, so they can be kept and compared later.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordMarks(Vec<RecordMark>);

/// The marks of a record: its key (0 if it has none), its texts, all its fields.
type RecordMark = (u64, u64, u64);

/// How the records of a list relate to those of another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overlap {
    /// Number of records.
    pub records: usize,
    /// How many of them the other list has too, by their key or by their texts.
    pub shared: usize,
    /// How many of them the other list has with the same values.
    pub same: usize,
}

/// Records converted at a time.
const BATCH: usize = 4096;

impl RecordMarks {
    /// The marks of records.
    #[must_use]
    pub fn of(records: &RecordBatch, shape: &RecordShape) -> Self {
        let columns = |wanted: &dyn Fn(usize) -> bool| -> Vec<ArrayRef> {
            let fields = shape.fields.iter().enumerate();
            fields
                .filter(|(i, field)| field.kind.is_kept() && wanted(*i))
                .filter_map(|(_, field)| records.column_by_name(&field.column).cloned())
                .collect()
        };
        let keys = columns(&|i| shape.key.contains(&i));
        let is_text = |i: usize| shape.fields[i].kind == FieldKind::Text;
        let texts = columns(&|i| is_text(i) && !shape.key.contains(&i));
        let all = columns(&|_| true);
        let n = records.num_rows();
        let has_key = |record: usize| !keys.is_empty() && keys.iter().all(|k| k.is_valid(record));
        let (key, text, row) = (hashes(&keys, n), hashes(&texts, n), hashes(&all, n));
        let marks = (0..n).map(|i| {
            let key = if has_key(i) { key[i].max(1) } else { 0 };
            (key, text[i], row[i])
        });
        Self(marks.collect())
    }

    /// Number of records.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds the records of another list.
    pub fn extend(&mut self, other: &Self) {
        self.0.extend_from_slice(&other.0);
    }

    /// What these records share with those of another list.
    #[must_use]
    pub fn overlap(&self, other: &Self) -> Overlap {
        let set = |of: fn(&RecordMark) -> u64| -> HashSet<u64> { other.0.iter().map(of).collect() };
        let (keys, texts, rows) = (set(|m| m.0), set(|m| m.1), set(|m| m.2));
        let shared = self
            .0
            .iter()
            .filter(|(key, text, _)| (*key != 0 && keys.contains(key)) || texts.contains(text));
        let same = self.0.iter().filter(|(_, _, row)| rows.contains(row));
        Overlap {
            records: self.len(),
            shared: shared.count(),
            same: same.count(),
        }
    }

    /// Whether no record of a list is in another one of `lists`.
    #[must_use]
    pub fn are_apart(lists: &[&Self]) -> bool {
        let mut first_with: HashMap<(bool, u64), usize> = HashMap::new();
        lists.iter().enumerate().all(|(n, list)| {
            let marks = list.0.iter();
            let mut marks = marks.flat_map(|(key, text, _)| [(true, *key), (false, *text)]);
            marks.all(|mark| mark == (true, 0) || *first_with.entry(mark).or_insert(n) == n)
        })
    }

    /// Whether two lists are versions of one list: more than half of the records of the shorter one are in the other.
    #[must_use]
    pub fn is_version_of(&self, other: &Self) -> bool {
        let overlap = if self.len() <= other.len() {
            self.overlap(other)
        } else {
            other.overlap(self)
        };
        2 * overlap.shared > overlap.records
    }
}

/// A hash of each row of some columns.
fn hashes(columns: &[ArrayRef], rows: usize) -> Vec<u64> {
    let fields = columns
        .iter()
        .map(|column| SortField::new(column.data_type().clone()))
        .collect();
    let Ok(converter) = RowConverter::new(fields) else {
        return vec![0; rows];
    };
    let mut all = Vec::with_capacity(rows);
    for from in (0..rows).step_by(BATCH) {
        let length = BATCH.min(rows - from);
        let part: Vec<ArrayRef> = columns.iter().map(|c| c.slice(from, length)).collect();
        match converter.convert_columns(&part) {
            Ok(part) if !columns.is_empty() => {
                all.extend(part.iter().map(|row| hash(row.as_ref())));
            }
            _ => all.resize(from + length, 0),
        }
    }
    all
}

/// The hash FNV-1a, which is the same in every version of the program and on every computer.
fn hash(bytes: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in bytes {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(records: &[RecordMark]) -> RecordMarks {
        RecordMarks(records.to_vec())
    }

    #[test]
    fn lists_are_versions_if_most_of_the_shorter_one_is_in_the_other() {
        let (a, b) = (
            marks(&[(1, 10, 100), (2, 20, 200)]),
            marks(&[(3, 30, 300), (4, 40, 400)]),
        );
        assert!(!a.is_version_of(&b));
        let corrected = marks(&[(1, 10, 101)]);
        assert!(corrected.is_version_of(&a) && a.is_version_of(&corrected));
        assert_eq!(
            corrected.overlap(&a),
            Overlap {
                records: 1,
                shared: 1,
                same: 0
            }
        );
        let by_texts = marks(&[(7, 10, 102), (2, 90, 900), (8, 80, 800)]);
        assert!(
            by_texts.is_version_of(&a),
            "one is the same by its texts, one by its key"
        );
        let half = marks(&[(1, 10, 100), (7, 70, 700)]);
        assert!(!half.is_version_of(&a));
        let hardly = marks(&[(1, 10, 100), (5, 50, 500), (6, 60, 600)]);
        assert!(!hardly.is_version_of(&marks(&[(1, 10, 100), (8, 80, 0), (9, 90, 0)])));
        assert!(!marks(&[]).is_version_of(&a));
    }

    #[test]
    fn lists_are_apart_if_no_record_is_in_two() {
        let (a, b) = (marks(&[(1, 10, 100), (1, 10, 100)]), marks(&[(2, 20, 200)]));
        assert!(RecordMarks::are_apart(&[&a, &b]));
        assert!(!RecordMarks::are_apart(&[&a, &b, &marks(&[(0, 20, 300)])]));
        assert!(!RecordMarks::are_apart(&[&a, &marks(&[(1, 30, 300)])]));
    }

    #[test]
    fn records_without_a_key_are_compared_by_their_texts() {
        let (a, b) = (marks(&[(0, 10, 100)]), marks(&[(0, 20, 200)]));
        assert!(!a.is_version_of(&b));
    }

    #[test]
    fn a_hash_stays_the_same() {
        assert_eq!(hash(b"a"), 0xaf63_dc4c_8601_ec8c);
    }
}
