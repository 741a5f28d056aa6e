//! The end of a list: open numbers are settled, skipped columns are noted, the columns become a table.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch};
use arrow::datatypes::{DataType, Field as ArrowField, Schema};

use super::open_list::{OpenList, claim_period};
use crate::diagnostic::findings;
use crate::extract::SheetTable;
use crate::normalize::number::ParsedNumber;
use crate::normalize::records::marks::RecordMarks;
use crate::normalize::records::record_list::{FilledCells, RecordList};
use crate::normalize::records::value::in_lake;
use crate::read::{Address, CellRange};

impl OpenList<'_> {
    /// The list, complete. `index` is the place of its sheet in the document.
    pub(crate) fn finish(mut self, index: usize) -> RecordList {
        self.end_row();
        self.settle_open();
        self.settle_dates();
        self.note_mended();
        self.note_skipped();
        self.note_decoded();
        let heads = std::mem::take(&mut self.head.columns);
        let columns: Vec<u32> = heads.iter().map(|c| c.column).collect();
        let range = CellRange {
            start: Address::new(self.head.top, columns.iter().copied().min().unwrap_or(0)),
            end: Address::new(self.last_row, columns.iter().copied().max().unwrap_or(0)),
        };
        let head = |column: u32| {
            let head = heads.iter().find(|c| c.column == column);
            head.map(|c| c.head.clone())
        };
        let findings = self.faults.finish(head);
        let filled = FilledCells {
            columns,
            rows: self.rows.iter().map(|row| *row as u32).collect(),
            bits: self.filled,
        };
        let mut fields: Vec<ArrowField> = Vec::new();
        let mut arrays: Vec<ArrayRef> = Vec::new();
        for (field, column) in self.fields.iter().zip(self.columns) {
            if let Ok((field, array)) = column.finish(&self.shape.fields[*field].column) {
                fields.push(field);
                arrays.push(array);
            }
        }
        fields.push(ArrowField::new("row", DataType::Int64, true));
        arrays.push(Arc::new(Int64Array::from(self.rows)));
        let schema = Arc::new(Schema::new(fields));
        let records = RecordBatch::try_new(schema.clone(), arrays)
            .unwrap_or_else(|_| RecordBatch::new_empty(schema));
        let marks = RecordMarks::of(&records, self.shape);
        let key_column = heads
            .iter()
            .find(|c| c.field.is_some() && c.field == self.shape.key.first().copied())
            .map(|c| c.column);
        let period = claim_period(&self.head.title, self.form);
        RecordList {
            sheet: index,
            head_ends: self.head.bottom,
            table: SheetTable {
                form: self.head.form,
                sheet: self.sheet,
                ranges: vec![range],
                title: self.head.title,
                period,
                year_head: None,
                cells: Vec::new(),
                cells_held: 0,
                findings,
            },
            records,
            marks,
            key_column,
            filled,
            cells_total: self.total,
            cells_loaded: self.loaded,
            cells_explained: self.explained,
        }
    }

    /// Settles the numbers that were left open, by what the rest of the sheet proves.
    fn settle_open(&mut self) {
        let open = std::mem::take(&mut self.open);
        let proof = match self.proofs.as_slice() {
            [only] => Some((only.clone(), only.at.to_string())),
            _ => None,
        };
        for number in open {
            let settled = proof.as_ref().and_then(|(proof, _)| {
                let value = number.number.in_locale(proof.locale);
                Some((value, in_lake(value, number.factor)?))
            });
            match (settled, &proof) {
                (Some((value, n)), Some((proof, at))) => {
                    self.loaded += 1;
                    self.columns[number.column].settle(number.record, n);
                    let settled = findings::TH307 {
                        raw: number.raw,
                        value: value.normalize().to_string(),
                        proof: &proof.raw,
                        proof_cell: at,
                    };
                    self.faults.cell(number.at, settled);
                }
                _ => {
                    self.explained += 1;
                    if let ParsedNumber::Doubtful {
                        grouped, fraction, ..
                    } = number.number
                    {
                        let doubtful = findings::TH302 {
                            raw: number.raw,
                            grouped: grouped.to_string(),
                            fraction: fraction.to_string(),
                        };
                        self.faults.cell(number.at, doubtful);
                    }
                }
            }
        }
    }

    /// Notes the columns whose cells were skipped.
    fn note_skipped(&mut self) {
        for (column, count) in std::mem::take(&mut self.skipped) {
            let Some(head) = self.head.columns.iter().find(|c| c.column == column) else {
                continue;
            };
            let (at, is_personal) = (head.head.at, head.field.is_some());
            let head = &head.head.text;
            if is_personal {
                self.faults.once(at, findings::TH227 { head, count });
            } else {
                self.faults.once(at, findings::TH204 { head, count });
            }
        }
    }

    /// Notes that texts were decoded from an old encoding.
    fn note_decoded(&mut self) {
        if let Some(texts) = &self.decoded {
            let decoded = findings::TH215 {
                encoding: &texts.encoding,
                count: texts.count,
                read: &texts.read,
                decoded: &texts.decoded,
            };
            self.faults.once(texts.at, decoded);
        }
    }
}
