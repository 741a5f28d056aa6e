//! The end of a list: open numbers are settled, skipped columns are noted, the columns become a table.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Int64Array, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{DataType, Field as ArrowField, Schema};
use rust_decimal::Decimal;

use super::cells::MILLION;
use super::open_list::{OpenList, OpenNumber, claim_period};
use crate::diagnostic::findings::th235;
use crate::diagnostic::{Argument, Message, findings};
use crate::extract::{ListPlace, SheetTable};
use crate::normalize::locale::{LocaleVerdict, SUSPICIOUS, doubt, settle};
use crate::normalize::number::ParsedNumber;
use crate::normalize::records::marks::RecordMarks;
use crate::normalize::records::record_list::{FilledCells, RecordList};
use crate::normalize::records::value::{FieldValue, in_lake};
use crate::read::{Address, CellRange, Sheet};

impl OpenList<'_> {
    /// The complete list. `index` is the number of its sheet in the document; `place` is its place on that sheet.
    pub(crate) fn finish(mut self, index: usize, sheet: &Sheet, place: ListPlace) -> RecordList {
        self.end_row();
        self.settle_open();
        self.settle_dates();
        self.fill_merged(sheet);
        let mut records = self.records();
        let mut stays = self.leave_out_group_lines(&records);
        self.leave_out_moved(&mut stays);
        records = self.find_entries(records, &mut stays);
        self.note_incomplete(&records, &stays);
        if stays.contains(&false) {
            let mask = BooleanArray::from(stays.clone());
            records = filter_record_batch(&records, &mask).unwrap_or(records);
            let mut keep = stays.iter();
            self.rows.retain(|_| keep.next() == Some(&true));
            let mut keep = stays.iter();
            self.filled.retain(|_| keep.next() == Some(&true));
        }
        self.note_mended();
        self.note_headless();
        self.note_skipped();
        self.note_decoded();
        let heads = std::mem::take(&mut self.head.columns);
        let columns: Vec<u32> = heads.iter().map(|c| c.column).collect();
        let range = CellRange {
            start: Address::new(self.head.top, columns.iter().copied().min().unwrap_or(0)),
            end: Address::new(self.last_row, columns.iter().copied().max().unwrap_or(0)),
        };
        let fields = &self.shape.fields;
        let head = |column: u32| {
            let head = heads.iter().find(|c| c.column == column);
            head.and_then(|c| Some(fields[c.field?].title.clone()))
        };
        let head_cells = heads.iter().filter_map(|c| {
            let field = &fields[c.field?];
            let is_kept = field.kind.is_kept();
            is_kept.then(|| (field.column.clone(), c.head.at))
        });
        let head_cells = head_cells.collect();
        let findings = self.faults.finish(head);
        let filled = FilledCells {
            columns,
            rows: self.rows.iter().map(|row| *row as u32).collect(),
            bits: self.filled,
        };
        let marks = RecordMarks::of(&records, self.shape);
        let key_column = heads
            .iter()
            .find(|c| c.field.is_some() && c.field == self.shape.key.first().copied())
            .map(|c| c.column);
        let period = claim_period(&self.head.title, self.form);
        RecordList {
            sheet: index,
            place,
            head_ends: self.head.bottom,
            heads: head_cells,
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

    /// The records as a table.
    fn records(&mut self) -> RecordBatch {
        let mut fields: Vec<ArrowField> = Vec::new();
        let mut arrays: Vec<ArrayRef> = Vec::new();
        let columns = std::mem::take(&mut self.columns);
        for (field, column) in self.fields.iter().zip(columns) {
            if let Ok((field, array)) = column.finish(&self.shape.fields[*field].column) {
                fields.push(field);
                arrays.push(array);
            }
        }
        fields.push(ArrowField::new("row", DataType::Int64, true));
        arrays.push(Arc::new(Int64Array::from(self.rows.clone())));
        let schema = Arc::new(Schema::new(fields));
        RecordBatch::try_new(schema.clone(), arrays)
            .unwrap_or_else(|_| RecordBatch::new_empty(schema))
    }

    /// Settles the numbers that were left open, by what their column proves, else by what the rest of the sheet does.
    fn settle_open(&mut self) {
        let open = std::mem::take(&mut self.open);
        let all_doubtful = self.all_doubtful && open.len() >= SUSPICIOUS;
        let verdicts = settle(std::mem::take(&mut self.proofs), all_doubtful);
        for number in open {
            let verdict = verdicts.get(&number.column);
            let (value, message) = settled(&number, verdict);
            match value {
                Some(value) => {
                    self.loaded += 1;
                    if let Some(loaded) = self.loaded_of.get_mut(number.record) {
                        *loaded = loaded.saturating_add(1);
                    }
                    self.columns[number.column].settle(number.record, value);
                }
                None => self.explained += 1,
            }
            if let Some(message) = message {
                self.faults.cell(number.at, message);
            }
        }
    }

    /// Leaves out the records with a cell beyond the heads, which have moved, unless most records have one: then a column has
    /// no head.
    fn leave_out_moved(&mut self, stays: &mut [bool]) {
        let beyond = std::mem::take(&mut self.beyond);
        if !self.form.is_personal() || 2 * beyond.len() > stays.len() {
            return;
        }
        for (record, at) in beyond {
            if !std::mem::replace(&mut stays[record], false) {
                continue;
            }
            let count = self.loaded_of.get(record).map_or(0, |n| i64::from(*n));
            self.loaded -= count;
            self.explained += count;
            self.faults.forget_row(at.row);
            let why = Argument::from(th235::Beyond);
            self.faults.cell(at, findings::TH235 { why, count });
        }
    }

    /// Notes that cells of records stand under no head.
    fn note_headless(&mut self) {
        if let Some((at, count)) = self.headless {
            self.faults.once(at, findings::TH236 { count });
        }
    }

    /// Notes the columns whose cells were skipped.
    fn note_skipped(&mut self) {
        for (column, count) in std::mem::take(&mut self.skipped) {
            let Some(head) = self.head.columns.iter().find(|c| c.column == column) else {
                continue;
            };
            let at = head.head.at;
            if let Some(field) = head.field {
                let head = &self.shape.fields[field].title;
                self.faults.once(at, findings::TH227 { head, count });
            } else {
                let head = &head.head.text;
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

/// The value of a number that was left open, none if it is held back, and what to say of it.
fn settled(
    open: &OpenNumber,
    verdict: Option<&LocaleVerdict>,
) -> (Option<FieldValue<'static>>, Option<Message>) {
    let raw = open.raw.as_str();
    let ParsedNumber::Doubtful {
        grouped,
        fraction,
        groups_in,
    } = open.number
    else {
        return (None, None);
    };
    let Some(proof) = verdict.and_then(LocaleVerdict::proof) else {
        return (None, Some(doubt(raw, grouped, fraction, verdict)));
    };
    let value = open.number.in_locale(proof.locale).normalize();
    let Some(n) = in_lake(value, open.factor) else {
        return (None, Some(findings::TH319 { raw }.into()));
    };
    // Where things are counted, a group of three is expected to be a group of thousands.
    let is_expected = open.whole && open.factor == Decimal::ONE && proof.locale == groups_in;
    let said = (!is_expected).then(|| {
        let decided = findings::TH307 {
            raw,
            value: value.to_string(),
            proof: &proof.raw,
            proof_cell: proof.at.to_string(),
        };
        decided.into()
    });
    match (open.whole, n % MILLION) {
        (false, _) => (Some(FieldValue::Decimal(n)), said),
        (true, 0) => (Some(FieldValue::Whole((n / MILLION) as i64)), said),
        (true, _) => (None, Some(findings::TH318 { raw }.into())),
    }
}
