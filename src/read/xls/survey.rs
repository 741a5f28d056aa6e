//! What the records of a stream amount to, and what they hide. Whatever would make a reader grow is counted against the
//! limits or taken out.

use std::collections::BTreeSet;

use super::record::{BiffRecord, kind};
use super::shared_texts::shared_texts;
use crate::intake::Limits;
use crate::read::biff::Fields;
use crate::read::document::{Carried, ReadError};

/// What a sheet hides.
#[derive(Debug, Default)]
pub(super) struct Hidden {
    pub(super) rows: BTreeSet<u32>,
    /// Ranges with both ends.
    pub(super) columns: Vec<(u32, u32)>,
}

/// What the records of a stream amount to.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// What each sheet hides, in the order of the workbook.
    pub(super) sheets: Vec<Hidden>,
    pub(super) carried: BTreeSet<Carried>,
    /// The most bytes that each shared text takes.
    shared: Vec<u32>,
    cells: usize,
    text_bytes: usize,
    /// Cells of the rectangles around what the sheets hold.
    area: usize,
    /// Bytes of records that were walked: sheets that share them would make a small file large.
    walked: usize,
}

/// The rectangle around cells: top, bottom, left, right.
#[derive(Debug, Default)]
struct Extent(Option<(u16, u16, u16, u16)>);

impl Extent {
    fn add(&mut self, row: u16, first: u16, last: u16) {
        let (top, bottom, left, right) = self.0.unwrap_or((row, row, first, last));
        self.0 = Some((
            top.min(row),
            bottom.max(row),
            left.min(first),
            right.max(last),
        ));
    }

    fn area(&self) -> usize {
        self.0.map_or(0, |(top, bottom, left, right)| {
            (usize::from(bottom - top) + 1) * (usize::from(right - left) + 1)
        })
    }
}

impl Survey {
    /// Walks a stream. Takes out what would make a reader grow: declared sizes, names, the tokens of formulas.
    ///
    /// # Errors
    /// When the stream is protected, damaged or exceeds a limit.
    pub(super) fn of(stream: &mut [u8], limits: &Limits) -> Result<Self, ReadError> {
        let mut survey = Self::default();
        let mut starts = Vec::new();
        let mut at = 0;
        while let Some(record) = BiffRecord::at(stream, at) {
            at = record.next();
            let body = record.body(stream);
            match record.kind {
                kind::FILE_PASS => return Err(ReadError::Encrypted),
                kind::BOUND_SHEET => {
                    starts.push(body.u32_at(0).unwrap_or(u32::MAX) as usize);
                    if starts.len() > limits.max_sheets {
                        return Err(ReadError::over("max_sheets", limits.max_sheets));
                    }
                }
                kind::SUP_BOOK => survey.carried.extend(link_of(body)),
                kind::SHARED_STRINGS => survey.shared = shared_texts(stream, record, limits)?,
                kind::NAME | kind::EXTERN_SHEET => record.blank(stream),
                kind::EOF => break,
                _ => {}
            }
        }
        for start in starts {
            let sheet = survey.walk_sheet(stream, start, limits)?;
            survey.sheets.push(sheet);
        }
        Ok(survey)
    }

    fn walk_sheet(
        &mut self,
        stream: &mut [u8],
        start: usize,
        limits: &Limits,
    ) -> Result<Hidden, ReadError> {
        let mut hidden = Hidden::default();
        let mut extent = Extent::default();
        let mut depth = 0_usize;
        let mut at = start;
        while let Some(record) = BiffRecord::at(stream, at) {
            at = record.next();
            self.walked += 4 + record.length;
            if self.walked > 2 * stream.len() {
                return Err(ReadError::Damaged("its sheets overlap".to_owned()));
            }
            match record.kind {
                kind::BOF => depth += 1,
                kind::EOF if depth <= 1 => break,
                kind::EOF => depth -= 1,
                // Within a chart of the sheet.
                _ if depth > 1 => {}
                kind::DIMENSIONS => record.blank(stream),
                kind::ROW => {
                    let body = record.body(stream);
                    if let (Some(row), Some(flags)) = (body.u16_at(0), body.u16_at(12))
                        && flags & 0x20 != 0
                    {
                        hidden.rows.insert(u32::from(row));
                    }
                }
                kind::COLUMN_INFO => {
                    let body = record.body(stream);
                    if let (Some(from), Some(to), Some(flags)) =
                        (body.u16_at(0), body.u16_at(2), body.u16_at(8))
                        && flags & 1 != 0
                    {
                        hidden.columns.push((u32::from(from), u32::from(to)));
                    }
                }
                _ => self.count(stream, record, &mut extent),
            }
            if record.kind == kind::FORMULA && record.length >= 22 {
                // Its tokens are not read: their length becomes zero.
                stream[record.at + 24..record.at + 26].fill(0);
            }
            // A formula and the text it results in are two records of one cell.
            if self.cells > 2 * limits.max_cells {
                return Err(ReadError::over("max_cells", limits.max_cells));
            }
            if self.text_bytes > limits.max_text_bytes {
                return Err(ReadError::over("max_text_bytes", limits.max_text_bytes));
            }
        }
        self.area = self.area.saturating_add(extent.area());
        if self.area > limits.max_area {
            return Err(ReadError::over("max_area", limits.max_area));
        }
        Ok(hidden)
    }

    /// Counts the cells and text bytes that a record stands for.
    fn count(&mut self, stream: &[u8], record: BiffRecord, extent: &mut Extent) {
        let body = record.body(stream);
        let text = match record.kind {
            kind::NUMBER | kind::RK | kind::BOOL_OR_ERROR | kind::FORMULA => 0,
            kind::MUL_RK => 0,
            kind::LABEL | kind::RICH_STRING => usize::from(body.u16_at(6).unwrap_or(0)),
            kind::STRING => usize::from(body.u16_at(0).unwrap_or(0)),
            kind::LABEL_SHARED => {
                let index = body.u32_at(6).unwrap_or(u32::MAX) as usize;
                self.shared.get(index).map_or(0, |bytes| *bytes as usize)
            }
            _ => return,
        };
        self.text_bytes = self.text_bytes.saturating_add(text);
        self.cells += 1;
        if record.kind == kind::STRING {
            return;
        }
        let (Some(row), Some(first)) = (body.u16_at(0), body.u16_at(2)) else {
            return;
        };
        let last = match record.kind {
            kind::MUL_RK => body.u16_at(body.len() - 2).unwrap_or(first),
            _ => first,
        };
        self.cells += usize::from(last.saturating_sub(first));
        extent.add(row, first.min(last), first.max(last));
    }
}

/// The kind of a link; none for a link to this workbook or to functions.
fn link_of(body: &[u8]) -> Option<Carried> {
    match body.u16_at(2)? {
        0x0401 | 0x3a01 => None,
        // This byte separates the parts of a link to another program.
        _ if body.get(4..)?.contains(&0x03) => Some(Carried::Dde),
        _ => Some(Carried::ExternalLinks),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::xls::record::bytes_of;

    fn sheet(records: &[Vec<u8>]) -> Vec<u8> {
        let mut stream = bytes_of(kind::BOF, &[0, 6, 5, 0]);
        stream.extend(bytes_of(kind::BOUND_SHEET, &[0; 8]));
        stream.extend(bytes_of(kind::EOF, b""));
        let start = stream.len() as u32;
        stream[12..16].copy_from_slice(&start.to_le_bytes());
        stream.extend(bytes_of(kind::BOF, &[0, 6, 16, 0]));
        for bytes in records {
            stream.extend(bytes);
        }
        stream.extend(bytes_of(kind::EOF, b""));
        stream
    }

    fn number(row: u16, column: u16) -> Vec<u8> {
        let mut body = row.to_le_bytes().to_vec();
        body.extend(column.to_le_bytes());
        body.extend([0; 10]);
        bytes_of(kind::NUMBER, &body)
    }

    #[test]
    fn what_a_sheet_spans_is_bounded_and_what_grows_is_taken_out() {
        let limits = Limits::default();
        let mut far = sheet(&[number(0, 0), number(65_535, 255)]);
        assert!(
            matches!(Survey::of(&mut far, &limits), Err(ReadError::TooLarge(limit)) if limit.starts_with("max_area"))
        );

        let mut row = vec![7, 0];
        row.extend([0; 10]);
        row.extend([0x20, 0, 0, 0]);
        let mut formula = vec![1, 0, 2, 0];
        formula.extend([0; 16]);
        formula.extend([3, 0, 0x1e, 1, 0]);
        let mut near = sheet(&[
            bytes_of(kind::DIMENSIONS, &[0xff; 14]),
            bytes_of(kind::COLUMN_INFO, &[2, 0, 4, 0, 0, 0, 0, 0, 1, 0, 0, 0]),
            bytes_of(kind::ROW, &row),
            bytes_of(kind::FORMULA, &formula),
        ]);
        let survey = Survey::of(&mut near, &limits).expect("sound");
        assert_eq!(survey.area, 1);
        assert_eq!(survey.sheets[0].rows, BTreeSet::from([7]));
        assert_eq!(survey.sheets[0].columns, [(2, 4)]);
        let kinds: Vec<u16> = std::iter::successors(BiffRecord::at(&near, 0), |r| {
            BiffRecord::at(&near, r.next())
        })
        .map(|r| r.kind)
        .collect();
        assert!(!kinds.contains(&kind::DIMENSIONS) && kinds.contains(&kind::NONE));
        let mut locked = bytes_of(kind::BOF, &[0, 6, 5, 0]);
        locked.extend(bytes_of(kind::FILE_PASS, &[0; 2]));
        assert!(matches!(
            Survey::of(&mut locked, &limits),
            Err(ReadError::Encrypted)
        ));
    }
}
