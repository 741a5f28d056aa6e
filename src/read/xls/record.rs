//! The records of a BIFF stream.

use crate::read::biff::Fields;

/// Records by their numbers in the description of the format.
pub(super) mod kind {
    pub(crate) const FORMULA: u16 = 0x0006;
    pub(crate) const EOF: u16 = 0x000a;
    pub(crate) const EXTERN_SHEET: u16 = 0x0017;
    pub(crate) const NAME: u16 = 0x0018;
    pub(crate) const FILE_PASS: u16 = 0x002f;
    pub(crate) const CONTINUE: u16 = 0x003c;
    pub(crate) const COLUMN_INFO: u16 = 0x007d;
    pub(crate) const BOUND_SHEET: u16 = 0x0085;
    pub(crate) const MUL_RK: u16 = 0x00bd;
    pub(crate) const RICH_STRING: u16 = 0x00d6;
    pub(crate) const SHARED_STRINGS: u16 = 0x00fc;
    pub(crate) const LABEL_SHARED: u16 = 0x00fd;
    pub(crate) const SUP_BOOK: u16 = 0x01ae;
    pub(crate) const DIMENSIONS: u16 = 0x0200;
    pub(crate) const NUMBER: u16 = 0x0203;
    pub(crate) const LABEL: u16 = 0x0204;
    pub(crate) const BOOL_OR_ERROR: u16 = 0x0205;
    pub(crate) const STRING: u16 = 0x0207;
    pub(crate) const ROW: u16 = 0x0208;
    pub(crate) const RK: u16 = 0x027e;
    pub(crate) const BOF: u16 = 0x0809;
    /// No record has this number: readers skip it.
    pub(crate) const NONE: u16 = 0x0fff;
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

    /// Takes the record out: it gets a number that means nothing.
    pub(super) fn blank(self, stream: &mut [u8]) {
        stream[self.at..self.at + 2].copy_from_slice(&kind::NONE.to_le_bytes());
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
