//! The records of a BIFF stream.

use std::collections::BTreeSet;

use crate::read::biff::Fields;

/// Records by their numbers in the description of the format.
pub(super) mod kind {
    pub(crate) const FORMULA: u16 = 0x0006;
    pub(crate) const EOF: u16 = 0x000a;
    pub(crate) const DATE_MODE: u16 = 0x0022;
    pub(crate) const FILE_PASS: u16 = 0x002f;
    pub(crate) const FONT: u16 = 0x0031;
    pub(crate) const CONTINUE: u16 = 0x003c;
    pub(crate) const CODE_PAGE: u16 = 0x0042;
    pub(crate) const COLUMN_INFO: u16 = 0x007d;
    pub(crate) const BOUND_SHEET: u16 = 0x0085;
    pub(crate) const MUL_RK: u16 = 0x00bd;
    pub(crate) const RICH_STRING: u16 = 0x00d6;
    pub(crate) const XF: u16 = 0x00e0;
    pub(crate) const MERGED_CELLS: u16 = 0x00e5;
    pub(crate) const SHARED_STRINGS: u16 = 0x00fc;
    pub(crate) const LABEL_SHARED: u16 = 0x00fd;
    pub(crate) const SUP_BOOK: u16 = 0x01ae;
    pub(crate) const NUMBER: u16 = 0x0203;
    pub(crate) const LABEL: u16 = 0x0204;
    pub(crate) const BOOL_OR_ERROR: u16 = 0x0205;
    /// A formula as BIFF3 has it. Some programs write it into BIFF8; what is read of it is the same.
    pub(crate) const FORMULA_3: u16 = 0x0206;
    pub(crate) const STRING: u16 = 0x0207;
    pub(crate) const ROW: u16 = 0x0208;
    pub(crate) const ARRAY: u16 = 0x0221;
    pub(crate) const DATA_TABLE: u16 = 0x0236;
    pub(crate) const WINDOW: u16 = 0x023e;
    pub(crate) const RK: u16 = 0x027e;
    /// As `FORMULA_3`, of BIFF4.
    pub(crate) const FORMULA_4: u16 = 0x0406;
    pub(crate) const FORMAT: u16 = 0x041e;
    pub(crate) const SHARED_FORMULA: u16 = 0x04bc;
    pub(crate) const BOF: u16 = 0x0809;
}

/// A record of a stream.
#[derive(Debug, Clone, Copy)]
pub(super) struct BiffRecord {
    /// Offset in the stream.
    pub(super) at: usize,
    pub(super) kind: u16,
    /// Bytes of its body.
    pub(super) length: usize,
}

impl BiffRecord {
    /// The record at an offset; none at the end of the stream, or where the stream is cut within the record.
    pub(super) fn at(stream: &[u8], at: usize) -> Option<Self> {
        let kind = stream.u16_at(at)?;
        let length = usize::from(stream.u16_at(at + 2)?);
        (at + 4 + length <= stream.len()).then_some(Self { at, kind, length })
    }

    /// The offset of the next record.
    pub(super) fn next(self) -> usize {
        self.at + 4 + self.length
    }

    pub(super) fn body(self, stream: &[u8]) -> &[u8] {
        stream.get(self.at + 4..self.next()).unwrap_or_default()
    }
}

/// The records of a sheet, without those of the charts within it.
#[derive(Debug)]
pub(super) struct SheetRecords<'a> {
    stream: &'a [u8],
    /// Where sheets begin.
    starts: &'a BTreeSet<usize>,
    at: usize,
    /// Parts that are open: the sheet, and a chart in it.
    depth: usize,
    /// Why the records break off; none as long as they do not.
    broken: Option<&'static str>,
}

impl<'a> SheetRecords<'a> {
    /// The records of the sheet that begins at an offset; none if no sheet begins there.
    pub(super) fn of_sheet(
        stream: &'a [u8],
        start: usize,
        starts: &'a BTreeSet<usize>,
    ) -> Option<Self> {
        let first = BiffRecord::at(stream, start).filter(|record| record.kind == kind::BOF)?;
        Some(Self {
            stream,
            starts,
            at: first.next(),
            depth: 1,
            broken: None,
        })
    }

    /// Why the records of the sheet end before its end; none if they do not.
    pub(super) fn broken(&self) -> Option<&'static str> {
        self.broken
    }

    /// The offset of the next record.
    pub(super) fn offset(&self) -> usize {
        self.at
    }
}

impl Iterator for SheetRecords<'_> {
    type Item = BiffRecord;

    fn next(&mut self) -> Option<BiffRecord> {
        while self.depth > 0 {
            let record = BiffRecord::at(self.stream, self.at)
                .filter(|record| record.kind != kind::BOF || !self.starts.contains(&record.at));
            let Some(record) = record else {
                self.depth = 0;
                self.broken = Some("it ends before its end");
                return None;
            };
            self.at = record.next();
            match record.kind {
                kind::BOF => self.depth += 1,
                kind::EOF => self.depth -= 1,
                _ if self.depth == 1 => return Some(record),
                _ => {}
            }
        }
        None
    }
}

/// The bytes of a record, for tests.
#[cfg(test)]
pub(super) fn bytes_of(kind: u16, body: &[u8]) -> Vec<u8> {
    let mut bytes = kind.to_le_bytes().to_vec();
    bytes.extend((body.len() as u16).to_le_bytes());
    bytes.extend(body);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charts_within_a_sheet_are_passed_over_and_the_next_sheet_ends_it() {
        let record = |kind| bytes_of(kind, &[0; 4]);
        let mut stream = [
            record(kind::BOF),
            record(kind::RK),
            record(kind::BOF),
            record(kind::NUMBER),
            record(kind::EOF),
            record(kind::ROW),
        ]
        .concat();
        let second = stream.len();
        stream.extend([record(kind::BOF), record(kind::LABEL), record(kind::EOF)].concat());
        let starts = BTreeSet::from([0, second]);
        let read = |start| {
            let mut records = SheetRecords::of_sheet(&stream, start, &starts).expect("a sheet");
            let kinds: Vec<u16> = records.by_ref().map(|record| record.kind).collect();
            (kinds, records.broken().is_some())
        };
        assert_eq!(read(0), (vec![kind::RK, kind::ROW], true));
        assert_eq!(read(second), (vec![kind::LABEL], false));
        assert!(SheetRecords::of_sheet(&stream, 8, &starts).is_none());
        assert!(SheetRecords::of_sheet(&stream, usize::MAX - 1, &starts).is_none());
    }
}
