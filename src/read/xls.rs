//! Workbooks of the older binary format (BIFF8, BIFF5), read by calamine once their records were looked through.
//!
//! Calamine builds the rectangle around the cells of a sheet, makes room for what is declared, repeats a shared text
//! for each cell that shows it and writes every formula out. So the records are walked first: what would grow is
//! counted or taken out, and calamine is given a container of our own making with nothing but the checked stream.
//! The same walk tells what calamine does not: hidden rows and columns.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Write};
use std::path::Path;

use calamine::{Data, Reader as _, SheetType, SheetVisible, Xls, XlsError};

use super::biff::Fields;
use super::document::{Carried, Document, ReadError};
use super::grid::{Address, CellRange, Sheet, joined};
use super::tally::{Tally, content_of};
use crate::intake::Limits;

/// Records by their numbers in the format's description.
mod record {
    pub(super) const FORMULA: u16 = 0x0006;
    pub(super) const EOF: u16 = 0x000a;
    pub(super) const EXTERN_SHEET: u16 = 0x0017;
    pub(super) const NAME: u16 = 0x0018;
    pub(super) const FILE_PASS: u16 = 0x002f;
    pub(super) const CONTINUE: u16 = 0x003c;
    pub(super) const COLUMN_INFO: u16 = 0x007d;
    pub(super) const BOUND_SHEET: u16 = 0x0085;
    pub(super) const MUL_RK: u16 = 0x00bd;
    pub(super) const RICH_STRING: u16 = 0x00d6;
    pub(super) const SHARED_STRINGS: u16 = 0x00fc;
    pub(super) const LABEL_SHARED: u16 = 0x00fd;
    pub(super) const SUP_BOOK: u16 = 0x01ae;
    pub(super) const DIMENSIONS: u16 = 0x0200;
    pub(super) const NUMBER: u16 = 0x0203;
    pub(super) const LABEL: u16 = 0x0204;
    pub(super) const BOOL_OR_ERROR: u16 = 0x0205;
    pub(super) const STRING: u16 = 0x0207;
    pub(super) const ROW: u16 = 0x0208;
    pub(super) const RK: u16 = 0x027e;
    pub(super) const BOF: u16 = 0x0809;
    /// No record has this number: readers pass over it.
    pub(super) const NONE: u16 = 0x0fff;
}

/// Pieces that the table of shared texts may come in: one more costs a move of all others.
const MAX_PIECES: usize = 50_000;

impl From<XlsError> for ReadError {
    fn from(error: XlsError) -> Self {
        match error {
            XlsError::Password => Self::Encrypted,
            other => Self::Damaged(other.to_string()),
        }
    }
}

pub(super) fn read_xls(path: &Path, limits: Limits) -> Result<Document, ReadError> {
    let (mut stream, has_project) = workbook_stream(path, &limits)?;
    let survey = Survey::of(&mut stream, &limits)?;
    let container = contain(&stream).map_err(|e| ReadError::Damaged(e.to_string()))?;
    drop(stream);
    let mut book: Xls<_> = Xls::new(container)?;
    let metadata = book.sheets_metadata().to_vec();
    let mut carried = survey.carried;
    if has_project || metadata.iter().any(|m| m.typ == SheetType::MacroSheet) {
        carried.insert(Carried::Macros);
    }
    let mut document = Document {
        carried: carried.into_iter().collect(),
        ..Document::default()
    };
    let mut tally = Tally::new(limits);
    for (meta, hidden) in metadata.iter().zip(survey.sheets) {
        if meta.typ != SheetType::WorkSheet {
            continue;
        }
        let mut sheet = Sheet::new(
            Some(meta.name.clone()),
            meta.visible == SheetVisible::Visible,
        );
        let formulas = book.worksheet_formula(&meta.name)?;
        let values = book.worksheet_range(&meta.name)?;
        let first = values.start().unwrap_or_default();
        for (row, column, value) in values.used_cells() {
            let at = Address::new(first.0 + row as u32, first.1 + column as u32);
            if let Some(content) = content_of(value.clone(), false) {
                tally.put(&mut sheet, at, content)?;
            }
        }
        let first = formulas.start().unwrap_or_default();
        for (row, column, _) in formulas.used_cells() {
            let at = Address::new(first.0 + row as u32, first.1 + column as u32);
            let value = values.get_value((at.row, at.column));
            if value.is_none_or(|value| *value == Data::Empty)
                && let Some(content) = content_of(Data::Empty, true)
            {
                tally.put(&mut sheet, at, content)?;
            }
        }
        let merged = book.merge_cells_by_sheet_name(&meta.name)?;
        sheet.merge(
            merged
                .iter()
                .map(|d| CellRange {
                    start: Address::new(d.start.0, d.start.1),
                    end: Address::new(d.end.0, d.end.1),
                })
                .collect(),
        );
        sheet.hidden_rows = Some(hidden.rows);
        sheet.hidden_columns = Some(joined(hidden.columns));
        document.sheets.push(sheet);
    }
    Ok(document)
}

/// The stream with the cells, and whether the file has macros.
fn workbook_stream(path: &Path, limits: &Limits) -> Result<(Vec<u8>, bool), ReadError> {
    let damaged = |e: io::Error| ReadError::Damaged(e.to_string());
    let mut file = cfb::CompoundFile::open(BufReader::new(File::open(path)?)).map_err(damaged)?;
    let has_project = file.exists("_VBA_PROJECT_CUR");
    let name = if file.exists("Workbook") {
        "Workbook"
    } else {
        "Book"
    };
    let mut stream = Vec::new();
    file.open_stream(name)
        .map_err(damaged)?
        .take(limits.max_stream_bytes + 1)
        .read_to_end(&mut stream)
        .map_err(damaged)?;
    if stream.len() as u64 > limits.max_stream_bytes {
        return Err(ReadError::over("max_stream_bytes", limits.max_stream_bytes));
    }
    Ok((stream, has_project))
}

/// A new compound file with nothing but this stream.
fn contain(stream: &[u8]) -> io::Result<Cursor<Vec<u8>>> {
    let empty = Cursor::new(Vec::new());
    let mut file = cfb::CompoundFile::create_with_version(cfb::Version::V3, empty)?;
    file.create_stream("/Workbook")?.write_all(stream)?;
    file.flush()?;
    let mut cursor = file.into_inner();
    cursor.set_position(0);
    Ok(cursor)
}

/// What a sheet hides.
#[derive(Debug, Default)]
struct Hidden {
    rows: BTreeSet<u32>,
    columns: Vec<(u32, u32)>,
}

/// What the records of a stream tell.
#[derive(Debug, Default)]
struct Survey {
    /// In the order of the workbook.
    sheets: Vec<Hidden>,
    carried: BTreeSet<Carried>,
    /// Bytes of each shared text.
    shared: Vec<u32>,
    cells: usize,
    text_bytes: usize,
    area: usize,
    /// Bytes of sheets that were walked: sheets may not share them.
    walked: usize,
}

/// A record: where it stands, its number, its body.
#[derive(Debug, Clone, Copy)]
struct Record {
    at: usize,
    kind: u16,
    length: usize,
}

impl Record {
    /// The record at an offset; none at the end of the stream or where it is cut.
    fn at(stream: &[u8], at: usize) -> Option<Self> {
        let kind = stream.u16_at(at)?;
        let length = usize::from(stream.u16_at(at + 2)?);
        (at + 4 + length <= stream.len()).then_some(Self { at, kind, length })
    }

    fn next(self) -> usize {
        self.at + 4 + self.length
    }

    fn body(self, stream: &[u8]) -> &[u8] {
        stream.get(self.at + 4..self.next()).unwrap_or_default()
    }

    /// Takes the record out: what stands in its place has no meaning.
    fn blank(self, stream: &mut [u8]) {
        stream[self.at..self.at + 2].copy_from_slice(&record::NONE.to_le_bytes());
    }
}

/// The rectangle around cells.
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
    /// Walks a stream, and takes out of it what a reader would let grow: declared sizes, names, the texts of formulas.
    fn of(stream: &mut [u8], limits: &Limits) -> Result<Self, ReadError> {
        let mut this = Self::default();
        let mut starts = Vec::new();
        let mut at = 0;
        while let Some(record) = Record::at(stream, at) {
            at = record.next();
            let body = record.body(stream);
            match record.kind {
                record::FILE_PASS => return Err(ReadError::Encrypted),
                record::BOUND_SHEET => {
                    starts.push(body.u32_at(0).unwrap_or(u32::MAX) as usize);
                    if starts.len() > limits.max_sheets {
                        return Err(ReadError::over("max_sheets", limits.max_sheets));
                    }
                }
                record::SUP_BOOK => this.carried.extend(link_of(body)),
                record::SHARED_STRINGS => this.shared = shared_texts(stream, record, limits)?,
                record::NAME | record::EXTERN_SHEET => record.blank(stream),
                record::EOF => break,
                _ => {}
            }
        }
        for start in starts {
            let sheet = this.walk_sheet(stream, start, limits)?;
            this.sheets.push(sheet);
        }
        Ok(this)
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
        while let Some(record) = Record::at(stream, at) {
            at = record.next();
            self.walked += 4 + record.length;
            if self.walked > 2 * stream.len() {
                return Err(ReadError::Damaged("its sheets overlap".to_owned()));
            }
            match record.kind {
                record::BOF => depth += 1,
                record::EOF if depth <= 1 => break,
                record::EOF => depth -= 1,
                // A chart within the sheet.
                _ if depth > 1 => {}
                record::DIMENSIONS => record.blank(stream),
                record::ROW => {
                    let body = record.body(stream);
                    if let (Some(row), Some(flags)) = (body.u16_at(0), body.u16_at(12))
                        && flags & 0x20 != 0
                    {
                        hidden.rows.insert(u32::from(row));
                    }
                }
                record::COLUMN_INFO => {
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
            if record.kind == record::FORMULA && record.length >= 22 {
                // Its tokens are not read, so none are left.
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

    /// Counts what a record of a cell comes to.
    fn count(&mut self, stream: &[u8], record: Record, extent: &mut Extent) {
        let body = record.body(stream);
        let text = match record.kind {
            record::NUMBER | record::RK | record::BOOL_OR_ERROR | record::FORMULA => 0,
            record::MUL_RK => 0,
            record::LABEL | record::RICH_STRING => usize::from(body.u16_at(6).unwrap_or(0)),
            record::STRING => usize::from(body.u16_at(0).unwrap_or(0)),
            record::LABEL_SHARED => {
                let index = body.u32_at(6).unwrap_or(u32::MAX) as usize;
                self.shared.get(index).map_or(0, |bytes| *bytes as usize)
            }
            _ => return,
        };
        self.text_bytes = self.text_bytes.saturating_add(text);
        self.cells += 1;
        if record.kind == record::STRING {
            return;
        }
        let (Some(row), Some(first)) = (body.u16_at(0), body.u16_at(2)) else {
            return;
        };
        let last = match record.kind {
            record::MUL_RK => body.u16_at(body.len() - 2).unwrap_or(first),
            _ => first,
        };
        self.cells += usize::from(last.saturating_sub(first));
        extent.add(row, first.min(last), first.max(last));
    }
}

/// What a link to another book is; one to this book or to functions is none.
fn link_of(body: &[u8]) -> Option<Carried> {
    match body.u16_at(2)? {
        0x0401 | 0x3a01 => None,
        // The parts of a link to another program are held apart by this byte.
        _ if body.get(4..)?.contains(&0x03) => Some(Carried::Dde),
        _ => Some(Carried::ExternalLinks),
    }
}

/// The bytes that each shared text takes, at most: a letter is one byte or three.
fn shared_texts(stream: &[u8], first: Record, limits: &Limits) -> Result<Vec<u32>, ReadError> {
    let mut pieces = vec![first.body(stream)];
    let mut bytes = first.length;
    let mut at = first.next();
    while let Some(record) = Record::at(stream, at).filter(|r| r.kind == record::CONTINUE) {
        pieces.push(record.body(stream));
        bytes += record.length;
        at = record.next();
    }
    if bytes > limits.max_text_bytes {
        return Err(ReadError::over("max_text_bytes", limits.max_text_bytes));
    }
    if pieces.len() > MAX_PIECES {
        return Err(ReadError::Damaged(
            "its texts are in more pieces than any program writes".to_owned(),
        ));
    }
    let mut walk = Pieces {
        pieces: &pieces,
        piece: 0,
        at: 8,
    };
    let mut texts = Vec::new();
    // What a faulty table holds beyond its fault is not read by calamine either: it ends there with an error.
    while let Some(text) = walk.text() {
        texts.push(text);
    }
    Ok(texts)
}

/// A record and those that continue it.
struct Pieces<'a> {
    pieces: &'a [&'a [u8]],
    piece: usize,
    at: usize,
}

impl Pieces<'_> {
    fn rest(&self) -> &[u8] {
        self.pieces
            .get(self.piece)
            .and_then(|piece| piece.get(self.at..))
            .unwrap_or_default()
    }

    /// Goes on to the next piece where this one is used up; false after the last.
    fn fill(&mut self) -> bool {
        while self.rest().is_empty() {
            if self.piece + 1 >= self.pieces.len() {
                return false;
            }
            self.piece += 1;
            self.at = 0;
        }
        true
    }

    fn skip(&mut self, mut bytes: usize) -> Option<()> {
        while bytes > 0 {
            if !self.fill() {
                return None;
            }
            let n = bytes.min(self.rest().len());
            self.at += n;
            bytes -= n;
        }
        Some(())
    }

    /// The bytes that the next text takes; none after the last.
    fn text(&mut self) -> Option<u32> {
        if !self.fill() {
            return None;
        }
        let head = self.rest();
        let letters = usize::from(head.u16_at(0)?);
        let flags = *head.get(2)?;
        let mut skipped = 3;
        let mut after = 0_usize;
        if flags & 0x08 != 0 {
            after += 4 * usize::from(head.u16_at(skipped)?);
            skipped += 2;
        }
        if flags & 0x04 != 0 {
            after = after.checked_add(head.u32_at(skipped)? as usize)?;
            skipped += 4;
        }
        self.at += skipped;
        let mut wide = flags & 1 != 0;
        let mut left = letters;
        loop {
            let size = if wide { 2 } else { 1 };
            let n = left.min(self.rest().len() / size);
            self.at += n * size;
            left -= n;
            if left == 0 {
                break;
            }
            // The next piece says anew how wide its letters are.
            self.at += self.rest().len();
            if !self.fill() {
                return None;
            }
            wide = self.rest()[0] & 1 != 0;
            self.at += 1;
        }
        self.skip(after)?;
        Some(3 * letters as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u16, body: &[u8]) -> Vec<u8> {
        let mut bytes = kind.to_le_bytes().to_vec();
        bytes.extend((body.len() as u16).to_le_bytes());
        bytes.extend(body);
        bytes
    }

    #[test]
    fn shared_texts_are_measured_over_their_pieces() {
        // `ab` with a format run, then `cde` cut within, its rest in two-byte letters.
        let first = b"\0\0\0\0\0\0\0\0\x02\0\x08\x01\0ab\0\0\0\0\x03\0\0c";
        let mut stream = record(record::SHARED_STRINGS, first);
        stream.extend(record(record::CONTINUE, b"\x01d\0e\0"));
        stream.extend(record(record::EOF, b""));
        let head = Record::at(&stream, 0).expect("a record");
        let texts = shared_texts(&stream, head, &Limits::default()).expect("sound");
        assert_eq!(texts, [6, 9]);
    }

    fn sheet(records: &[Vec<u8>]) -> Vec<u8> {
        let mut stream = record(record::BOF, &[0, 6, 5, 0]);
        stream.extend(record(record::BOUND_SHEET, &[0; 8]));
        stream.extend(record(record::EOF, b""));
        let start = stream.len() as u32;
        stream[12..16].copy_from_slice(&start.to_le_bytes());
        stream.extend(record(record::BOF, &[0, 6, 16, 0]));
        for bytes in records {
            stream.extend(bytes);
        }
        stream.extend(record(record::EOF, b""));
        stream
    }

    fn number(row: u16, column: u16) -> Vec<u8> {
        let mut body = row.to_le_bytes().to_vec();
        body.extend(column.to_le_bytes());
        body.extend([0; 10]);
        record(record::NUMBER, &body)
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
            record(record::DIMENSIONS, &[0xff; 14]),
            record(record::COLUMN_INFO, &[2, 0, 4, 0, 0, 0, 0, 0, 1, 0, 0, 0]),
            record(record::ROW, &row),
            record(record::FORMULA, &formula),
        ]);
        let survey = Survey::of(&mut near, &limits).expect("sound");
        assert_eq!(survey.area, 1);
        assert_eq!(survey.sheets[0].rows, BTreeSet::from([7]));
        assert_eq!(survey.sheets[0].columns, [(2, 4)]);
        let kinds: Vec<u16> =
            std::iter::successors(Record::at(&near, 0), |r| Record::at(&near, r.next()))
                .map(|r| r.kind)
                .collect();
        assert!(!kinds.contains(&record::DIMENSIONS) && kinds.contains(&record::NONE));
        let mut locked = record(record::BOF, &[0, 6, 5, 0]);
        locked.extend(record(record::FILE_PASS, &[0; 2]));
        assert!(matches!(
            Survey::of(&mut locked, &limits),
            Err(ReadError::Encrypted)
        ));
    }
}
