//! One pass over the records of a sheet: its cells, its merged ranges, and what it hides.

use std::collections::BTreeSet;
use std::io::Read;

use super::styles::{CellStyle, Styles};
use super::texts::{StoredText, rich_text};
use crate::intake::Limits;
use crate::read::address::{Address, CellRange};
use crate::read::biff::{Biff12, Fields, error_text, rk_number, wide_text};
use crate::read::content::{CellContent, StoredValue, Withheld};
use crate::read::document::ReadError;
use crate::read::rich_text::{TextRun, visible};
use crate::read::sheet::{ReadNote, Sheet};
use crate::read::tally::{MAX_COLUMNS, MAX_ROWS, Tally};

/// What all sheets of a workbook share.
#[derive(Default)]
pub(super) struct BookFacts {
    pub(super) styles: Styles,
    pub(super) shared: Vec<StoredText>,
    /// Whether days are counted from 1904.
    pub(super) is_1904: bool,
    /// Whether any formula has a result other than 0. Then the program that wrote the file calculates.
    pub(super) has_results: bool,
    /// Whether all formulas are to be calculated when the workbook is opened.
    pub(super) calculates_on_load: bool,
}

/// What a sheet states besides its cells.
#[derive(Debug, Default)]
pub(super) struct SheetFacts {
    pub(super) hidden_rows: BTreeSet<u32>,
    pub(super) hidden_columns: Vec<(u32, u32)>,
    pub(super) merged: Vec<CellRange>,
    /// Whether the sheet shows nothing in place of a zero.
    hides_zeros: bool,
}

/// The value of a cell as its record stores it.
#[derive(Debug)]
enum Stored {
    Number(f64),
    Bool(bool),
    Error(u8),
    Shared(u32),
    Text(StoredText),
    /// It cannot be read.
    Unreadable,
}

/// A cell as its record states it.
#[derive(Debug)]
struct CellRecord {
    column: u32,
    style: usize,
    stored: Stored,
    /// The flags of its formula, if it has one.
    formula: Option<u16>,
}

/// Whether a formula of a sheet's part has a result other than 0 or an empty text.
pub(super) fn has_results(part: impl Read) -> bool {
    let mut records = Biff12::new(part);
    // What is damaged is said where the cells are read.
    while let Ok(Some((kind, body))) = records.next() {
        let has_result = match kind {
            8 => body.u32_at(8).is_some_and(|letters| letters > 0),
            9 => number_at(body).is_some_and(|n| n != 0.0),
            10 => body.get(8).is_some_and(|b| *b != 0),
            11 => true,
            _ => false,
        };
        if has_result {
            return true;
        }
    }
    false
}

/// Reads the records of a sheet's part. Damage ends the sheet with a note; what stands before it is kept.
///
/// # Errors
/// When the file exceeds a limit.
pub(super) fn read_sheet(
    part: impl Read,
    book: &BookFacts,
    limits: &Limits,
    tally: &mut Tally,
    sheet: &mut Sheet,
) -> Result<SheetFacts, ReadError> {
    let mut pass = SheetPass {
        book,
        limits,
        tally,
        sheet,
        facts: SheetFacts::default(),
        next: Address::new(0, 0),
    };
    match pass.read(part) {
        Ok(()) => {}
        Err(limit @ ReadError::TooLarge(_)) => return Err(limit),
        Err(damage) => {
            let note = ReadNote::DamagedFrom(damage.to_string());
            pass.sheet.note(pass.next, note);
        }
    }
    Ok(pass.facts)
}

/// The pass over a sheet's part.
struct SheetPass<'p> {
    book: &'p BookFacts,
    limits: &'p Limits,
    tally: &'p mut Tally,
    sheet: &'p mut Sheet,
    facts: SheetFacts,
    /// Where a cell that states no column stands.
    next: Address,
}

impl SheetPass<'_> {
    fn read(&mut self, part: impl Read) -> Result<(), ReadError> {
        let mut records = Biff12::new(part);
        let mut has_ended = false;
        while let Some((kind, body)) = records.next()? {
            match kind {
                // BrtRowHdr: row, style, height, flags; fDyZero.
                0 => {
                    let row = body.u32_at(0).unwrap_or(0);
                    self.next = Address::new(row, 0);
                    if row < MAX_ROWS && body.get(11).is_some_and(|flags| flags & 0x10 != 0) {
                        self.facts.hidden_rows.insert(row);
                    }
                }
                // BrtColInfo: first, last, width, style, flags; fHidden.
                60 => {
                    let hidden = body.u16_at(16).is_some_and(|flags| flags & 1 != 0);
                    if let (true, Some(from), Some(to)) = (hidden, body.u32_at(0), body.u32_at(4)) {
                        let to = to.min(MAX_COLUMNS - 1);
                        self.facts.hidden_columns.push((from, to));
                    }
                }
                // BrtBeginWsView: flags; fDspZeros.
                137 => {
                    self.facts.hides_zeros = body.first().is_some_and(|flags| flags & 0x10 == 0);
                }
                // BrtEndSheet.
                130 => has_ended = true,
                176 => self.merged(body)?,
                _ => {
                    let cell = cell_record(kind, body, self.next.column, &self.book.styles);
                    if let Some(cell) = cell {
                        self.cell(cell)?;
                    }
                }
            }
        }
        if has_ended {
            return Ok(());
        }
        Err(ReadError::Damaged("it ends before its end".to_owned()))
    }

    /// `BrtMergeCell`: first and last row, first and last column.
    fn merged(&mut self, body: &[u8]) -> Result<(), ReadError> {
        if let (Some(top), Some(bottom), Some(left), Some(right)) = (
            body.u32_at(0),
            body.u32_at(4),
            body.u32_at(8),
            body.u32_at(12),
        ) {
            self.facts.merged.push(CellRange {
                start: Address::new(top, left),
                end: Address::new(bottom, right),
            });
            if self.facts.merged.len() > self.limits.max_cells {
                return Err(ReadError::over("max_cells", self.limits.max_cells));
            }
        }
        Ok(())
    }

    /// Puts a cell into the sheet.
    fn cell(&mut self, cell: CellRecord) -> Result<(), ReadError> {
        let at = Address::new(self.next.row, cell.column);
        self.next = Address::new(at.row, at.column.saturating_add(1));
        if at.row >= MAX_ROWS || at.column >= MAX_COLUMNS {
            let outside = "a cell lies outside of every sheet".to_owned();
            self.sheet.note(at, ReadNote::DamagedFrom(outside));
            return Ok(());
        }
        let book = self.book;
        let none = CellStyle::default();
        let style = book.styles.cells.get(cell.style).unwrap_or(&none);
        let content = match cell.stored {
            Stored::Number(n) => self.number(n, cell.formula, style),
            Stored::Bool(b) => unless_struck(CellContent::Bool(b), style),
            Stored::Error(code) => CellContent::Error(error_text(code).to_owned()),
            Stored::Unreadable => CellContent::withheld(Withheld::Unreadable, ""),
            Stored::Text(text) => return self.text(at, style, &text),
            Stored::Shared(index) => match book.shared.get(index as usize) {
                Some(text) => return self.text(at, style, text),
                None => CellContent::withheld(Withheld::Unreadable, index.to_string()),
            },
        };
        self.tally.put(self.sheet, at, content)
    }

    fn number(&self, n: f64, formula: Option<u16>, style: &CellStyle) -> CellContent {
        // fAlwaysCalc of the formula asks for it alone.
        let is_left = self.book.calculates_on_load || formula.is_some_and(|flags| flags & 2 != 0);
        if n == 0.0 && formula.is_some() && is_left && !self.book.has_results {
            return CellContent::NoCachedValue;
        }
        if n == 0.0 && self.facts.hides_zeros {
            return CellContent::withheld(Withheld::Unshown, StoredValue::Number(n).as_text());
        }
        unless_struck(style.format.content(n, self.book.is_1904), style)
    }

    fn text(&mut self, at: Address, style: &CellStyle, text: &StoredText) -> Result<(), ReadError> {
        let own_run;
        let runs: &[TextRun] = match text {
            StoredText::Rich(runs) => runs,
            StoredText::Plain(text) => {
                own_run = [TextRun {
                    text: text.clone(),
                    ..TextRun::default()
                }];
                &own_run
            }
        };
        let whole = || -> String { runs.iter().map(|run| run.text.as_str()).collect() };
        let seen = visible(runs, style.font.is_struck, style.font.legacy.as_ref());
        let why = if style.format.hides_text() && !seen.text.trim().is_empty() {
            Some(Withheld::Unshown)
        } else if seen.has_struck && seen.text.trim().is_empty() {
            Some(Withheld::Struck)
        } else {
            None
        };
        if let Some(why) = why {
            let content = CellContent::withheld(why, whole());
            return self.tally.put(self.sheet, at, content);
        }
        if seen.text.trim().is_empty() {
            return Ok(());
        }
        if seen.has_struck {
            self.sheet.note(at, ReadNote::StruckPart);
        }
        self.tally
            .put(self.sheet, at, CellContent::Text(seen.text))?;
        if !seen.fonts.is_empty() {
            self.sheet.set_runs(at, seen.fonts);
        }
        Ok(())
    }
}

fn unless_struck(content: CellContent, style: &CellStyle) -> CellContent {
    if style.font.is_struck && !matches!(content, CellContent::Withheld(_)) {
        return CellContent::withheld(Withheld::Struck, content.as_read());
    }
    content
}

/// The cell that a record states; none if it is blank, or another record. Short records (12 to 18) leave out the column:
/// it is the `next` one.
fn cell_record(kind: u32, body: &[u8], next: u32, styles: &Styles) -> Option<CellRecord> {
    let (kind, body, column) = match kind {
        1..=11 | 62 => (kind, body.get(4..)?, body.u32_at(0)?),
        12..=18 => (kind - 11, body, next),
        _ => return None,
    };
    let style = body.u32_at(0).map_or(0, |style| style & 0x00ff_ffff) as usize;
    let value = body.get(4..).unwrap_or_default();
    let stored = match kind {
        2 => value.u32_at(0).map(|rk| Stored::Number(rk_number(rk))),
        3 | 11 => value.first().map(|code| Stored::Error(*code)),
        4 | 10 => value.first().map(|b| Stored::Bool(*b != 0)),
        5 | 9 => value
            .first_chunk()
            .map(|bytes| f64::from_le_bytes(*bytes))
            .filter(|n| n.is_finite())
            .map(Stored::Number),
        6 | 8 => wide_text(value).map(|(text, _)| Stored::Text(StoredText::Plain(text))),
        7 => value.u32_at(0).map(Stored::Shared),
        62 => rich_text(value, &styles.fonts).map(Stored::Text),
        // A blank cell takes its column.
        _ => Some(Stored::Text(StoredText::Plain(String::new()))),
    };
    let formula = match kind {
        8 => wide_text(value).and_then(|(_, end)| value.u16_at(end)),
        9 => value.u16_at(8),
        10 | 11 => value.u16_at(1),
        _ => None,
    };
    Some(CellRecord {
        column,
        style,
        stored: stored.unwrap_or(Stored::Unreadable),
        formula: formula.or_else(|| (8..=11).contains(&kind).then_some(0)),
    })
}

/// The number of a cell record with a column.
fn number_at(body: &[u8]) -> Option<f64> {
    let bytes = body.get(8..)?.first_chunk()?;
    Some(f64::from_le_bytes(*bytes))
}
