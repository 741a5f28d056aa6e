//! The second walk over a sheet: its cells.

use super::formulas::FormulaResults;
use super::globals::{CellStyle, Globals};
use super::layout::SheetLayout;
use super::record::{BiffRecord, SheetRecords, kind};
use super::texts::{RawText, TextCursor};
use crate::intake::Limits;
use crate::read::address::Address;
use crate::read::biff::{Fields, error_text, rk_number};
use crate::read::content::{CellContent, Withheld};
use crate::read::document::ReadError;
use crate::read::rich_text::visible;
use crate::read::sheet::{FontRun, ReadNote, Sheet};
use crate::read::tally::{MAX_COLUMNS, Tally};

/// Counts the letters that are decoded for cells: a small table of texts can be shown by many cells.
#[derive(Debug)]
pub(super) struct LetterCount {
    left: usize,
    limit: usize,
}

impl LetterCount {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            left: limits.max_text_bytes,
            limit: limits.max_text_bytes,
        }
    }

    fn take(&mut self, text: &RawText) -> Result<(), ReadError> {
        let left = self.left.checked_sub(text.cost());
        self.left = left.ok_or_else(|| ReadError::over("max_text_bytes", self.limit))?;
        Ok(())
    }
}

/// What the cells of a sheet are read with.
#[derive(Debug, Clone, Copy)]
pub(super) struct CellFacts<'a> {
    pub(super) stream: &'a [u8],
    pub(super) globals: &'a Globals,
    pub(super) results: FormulaResults,
    pub(super) layout: &'a SheetLayout,
}

/// Reads the cells of a sheet. Damage ends the sheet with a note; what stands before it is kept.
///
/// # Errors
/// When the file exceeds a limit.
pub(super) fn read_cells(
    facts: CellFacts<'_>,
    mut records: SheetRecords<'_>,
    tally: &mut Tally,
    letters: &mut LetterCount,
    sheet: &mut Sheet,
) -> Result<(), ReadError> {
    let mut pass = CellPass {
        facts,
        tally,
        letters,
        sheet,
        next: Address::new(0, 0),
        awaited: None,
    };
    let mut broken = None;
    for record in records.by_ref() {
        if !pass.take(record)? {
            broken = Some("a record there is no cell of any sheet");
            break;
        }
    }
    pass.give_up_text()?;
    if let Some(reason) = broken.or(records.broken()) {
        let note = ReadNote::DamagedFrom(reason.to_owned());
        pass.sheet.note(pass.next, note);
    }
    Ok(())
}

/// A cell as its record begins.
#[derive(Debug, Clone, Copy)]
struct CellHead {
    at: Address,
    /// The number of its style.
    style: usize,
}

/// The walk over the cells of a sheet.
struct CellPass<'p> {
    facts: CellFacts<'p>,
    tally: &'p mut Tally,
    letters: &'p mut LetterCount,
    sheet: &'p mut Sheet,
    /// Behind the last cell.
    next: Address,
    /// A formula whose result is a text that stands in a later record.
    awaited: Option<CellHead>,
}

impl CellPass<'_> {
    /// Takes a record; false if it states a cell that no sheet can have.
    fn take(&mut self, record: BiffRecord) -> Result<bool, ReadError> {
        match record.kind {
            kind::STRING => {
                if let Some(head) = self.awaited.take() {
                    let text = self.cursor(record, 0).text(self.facts.globals.coding);
                    self.stored_text(head, text)?;
                }
                return Ok(true);
            }
            // These stand between a formula and its text.
            kind::SHARED_FORMULA | kind::ARRAY | kind::DATA_TABLE | kind::CONTINUE => {
                return Ok(true);
            }
            _ => self.give_up_text()?,
        }
        if !matches!(
            record.kind,
            kind::NUMBER
                | kind::RK
                | kind::MUL_RK
                | kind::LABEL
                | kind::RICH_STRING
                | kind::LABEL_SHARED
                | kind::BOOL_OR_ERROR
                | kind::FORMULA
                | kind::FORMULA_3
                | kind::FORMULA_4
        ) {
            return Ok(true);
        }
        let body = record.body(self.facts.stream);
        let (Some(row), Some(column)) = (body.u16_at(0), body.u16_at(2)) else {
            return Ok(false);
        };
        if u32::from(column) >= MAX_COLUMNS {
            return Ok(false);
        }
        let head = CellHead {
            at: Address::new(row.into(), column.into()),
            style: usize::from(body.u16_at(4).unwrap_or(0)),
        };
        self.next = Address::new(head.at.row, head.at.column + 1);
        let coding = self.facts.globals.coding;
        match record.kind {
            kind::NUMBER => self.number(head, body.f64_at(6))?,
            kind::RK => self.number(head, body.u32_at(6).map(rk_number))?,
            kind::MUL_RK => self.numbers(head, body)?,
            kind::LABEL => {
                let text = self.cursor(record, 6).text(coding);
                self.stored_text(head, text)?;
            }
            kind::RICH_STRING => {
                let text = self.cursor(record, 6).text_and_runs(coding);
                self.stored_text(head, text)?;
            }
            kind::LABEL_SHARED => {
                let number = body.u32_at(6).unwrap_or(u32::MAX);
                let shared = &self.facts.globals.shared;
                match shared.get(self.facts.stream, number as usize) {
                    Some(text) => self.text(head, &text)?,
                    None => self.unreadable(head.at, number.to_string())?,
                }
            }
            kind::BOOL_OR_ERROR => match (body.get(6), body.get(7)) {
                (Some(value), Some(0)) => self.put(head, CellContent::Bool(*value != 0))?,
                (Some(code), Some(_)) => self.error(head.at, *code)?,
                _ => self.unreadable(head.at, String::new())?,
            },
            _ => self.formula(head, body)?,
        }
        Ok(true)
    }

    /// Delivers content that is set as its cell is.
    fn put(&mut self, head: CellHead, content: CellContent) -> Result<(), ReadError> {
        let style = self.facts.globals.style(head.style);
        let content = match content {
            CellContent::NoCachedValue | CellContent::Error(_) => content,
            content if style.is_some_and(|style| style.font.is_struck) => {
                CellContent::withheld(Withheld::Struck, content.as_read())
            }
            content => content,
        };
        self.tally.put(self.sheet, head.at, content)
    }

    fn unreadable(&mut self, at: Address, stated: String) -> Result<(), ReadError> {
        let content = CellContent::withheld(Withheld::Unreadable, stated);
        self.tally.put(self.sheet, at, content)
    }

    fn error(&mut self, at: Address, code: u8) -> Result<(), ReadError> {
        let content = CellContent::Error(error_text(code).to_owned());
        self.tally.put(self.sheet, at, content)
    }

    fn number(&mut self, head: CellHead, n: Option<f64>) -> Result<(), ReadError> {
        let Some(n) = n.filter(|n| n.is_finite()) else {
            return self.unreadable(head.at, n.map_or_else(String::new, |n| n.to_string()));
        };
        let globals = self.facts.globals;
        let content = match globals.style(head.style) {
            _ if n == 0.0 && self.facts.layout.hides_zeros => {
                CellContent::withheld(Withheld::Unshown, "0")
            }
            Some(style) => style.format.content(n, globals.is_1904),
            None => CellContent::Number(n),
        };
        self.put(head, content)
    }

    /// A row of numbers: each with its style, then the last column.
    fn numbers(&mut self, head: CellHead, body: &[u8]) -> Result<(), ReadError> {
        let end = body.len().saturating_sub(2);
        let stated = body.get(4..end).unwrap_or_default();
        let (numbers, rest) = stated.as_chunks::<6>();
        for (column, number) in (head.at.column..MAX_COLUMNS).zip(numbers) {
            let head = CellHead {
                at: Address::new(head.at.row, column),
                style: usize::from(number.u16_at(0).unwrap_or(0)),
            };
            self.number(head, number.u32_at(2).map(rk_number))?;
            self.next.column = column + 1;
        }
        if !rest.is_empty() || numbers.is_empty() {
            self.unreadable(self.next, String::new())?;
        }
        Ok(())
    }

    fn formula(&mut self, head: CellHead, body: &[u8]) -> Result<(), ReadError> {
        let Some(result) = body.get(6..).and_then(|rest| rest.first_chunk::<8>()) else {
            return self.unreadable(head.at, String::new());
        };
        if self.facts.results.lack(body) {
            return self.put(head, CellContent::NoCachedValue);
        }
        match *result {
            [0, .., 0xff, 0xff] => {
                self.awaited = Some(head);
                Ok(())
            }
            [1, _, value, .., 0xff, 0xff] => self.put(head, CellContent::Bool(value != 0)),
            [2, _, code, .., 0xff, 0xff] => self.error(head.at, code),
            // An empty text.
            [3, .., 0xff, 0xff] => Ok(()),
            number => self.number(head, Some(f64::from_le_bytes(number))),
        }
    }

    /// The text that a formula results in did not come.
    fn give_up_text(&mut self) -> Result<(), ReadError> {
        match self.awaited.take() {
            Some(head) => self.put(head, CellContent::NoCachedValue),
            None => Ok(()),
        }
    }

    fn cursor(&self, record: BiffRecord, offset: usize) -> TextCursor<'_> {
        TextCursor::within(self.facts.stream, record, offset)
    }

    /// A text that stands in a record of its own; none if it is cut.
    fn stored_text(&mut self, head: CellHead, text: Option<RawText>) -> Result<(), ReadError> {
        match text {
            Some(text) => self.text(head, &text),
            None => self.unreadable(head.at, String::new()),
        }
    }

    fn text(&mut self, head: CellHead, text: &RawText) -> Result<(), ReadError> {
        self.letters.take(text)?;
        let globals = self.facts.globals;
        let unset = CellStyle::default();
        let CellStyle { format, font } = globals.style(head.style).unwrap_or(&unset);
        if let Some(plain) = text.plain()
            && !font.is_struck
            && !format.hides_text()
        {
            let run = font.legacy.as_ref().map(|font| FontRun {
                text: plain.clone(),
                font: Some(font.clone()),
            });
            self.tally
                .put(self.sheet, head.at, CellContent::Text(plain))?;
            if let Some(run) = run {
                self.sheet.set_runs(head.at, vec![run]);
            }
            return Ok(());
        }
        let parts = text.parts(|number| globals.font(number));
        let seen = visible(&parts, font.is_struck, font.legacy.as_ref());
        let why = match seen.text.trim().is_empty() {
            true if seen.has_struck => Some(Withheld::Struck),
            false if format.hides_text() => Some(Withheld::Unshown),
            _ => None,
        };
        if let Some(why) = why {
            let content = CellContent::withheld(why, text.whole());
            return self.tally.put(self.sheet, head.at, content);
        }
        if seen.has_struck {
            self.sheet.note(head.at, ReadNote::StruckPart);
        }
        self.tally
            .put(self.sheet, head.at, CellContent::Text(seen.text))?;
        if !seen.fonts.is_empty() {
            self.sheet.set_runs(head.at, seen.fonts);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::read::xls::layout::layout_of;
    use crate::read::xls::record::bytes_of;

    /// Styles: plain, struck out, in thousands, days, nothing shown.
    fn globals(shared: &[u8]) -> Vec<u8> {
        let font = |flags: u8| {
            let mut body = vec![0, 0, flags, 0];
            body.extend([0; 10]);
            body.extend(b"\x01\0A");
            bytes_of(kind::FONT, &body)
        };
        let mut stream = bytes_of(kind::BOF, &[0, 6, 5, 0]);
        stream.extend([font(0), font(8)].concat());
        stream.extend(bytes_of(kind::FORMAT, b"\xa4\0\x08\0\0#,##0.0,"));
        stream.extend(bytes_of(kind::FORMAT, b"\xa5\0\x03\0\0;;;"));
        for (font, format) in [(0, 0), (1, 0), (0, 0xa4), (0, 14), (0, 0xa5)] {
            stream.extend(bytes_of(kind::XF, &[font, 0, format, 0]));
        }
        stream.extend(bytes_of(kind::SHARED_STRINGS, shared));
        stream.extend(bytes_of(kind::EOF, b""));
        stream
    }

    fn read_with(shared: &[u8], records: &[Vec<u8>], limits: Limits) -> Result<Sheet, ReadError> {
        let mut stream = globals(shared);
        let start = stream.len();
        stream.extend(bytes_of(kind::BOF, &[0, 6, 16, 0]));
        stream.extend(records.concat());
        let globals = Globals::read(&stream, &limits, &|_: &str| false).expect("sound");
        let starts = BTreeSet::from([start]);
        let records = || SheetRecords::of_sheet(&stream, start, &starts).expect("a sheet");
        let mut results = FormulaResults::new(globals.coding);
        let mut budget = 2 * stream.len();
        let layout = layout_of(&stream, &mut records(), &mut results, &mut budget, 100)?;
        let mut sheet = Sheet::new(None, true);
        let facts = CellFacts {
            stream: &stream,
            globals: &globals,
            results,
            layout: &layout,
        };
        let mut tally = Tally::new(limits);
        let mut letters = LetterCount::new(&limits);
        read_cells(facts, records(), &mut tally, &mut letters, &mut sheet)?;
        Ok(sheet)
    }

    fn read(records: &[Vec<u8>]) -> Sheet {
        let shared = b"\0\0\0\0\0\0\0\0\x01\0\0a\x01\0\0b";
        let mut records = records.to_vec();
        records.push(bytes_of(kind::EOF, b""));
        read_with(shared, &records, Limits::default()).expect("in limits")
    }

    fn cell(kind: u16, column: u8, style: u8, rest: &[u8]) -> Vec<u8> {
        bytes_of(kind, &[&[0, 0, column, 0, style, 0], rest].concat())
    }

    fn number(column: u8, style: u8, n: f64) -> Vec<u8> {
        cell(kind::NUMBER, column, style, &n.to_le_bytes())
    }

    fn formula(column: u8, result: [u8; 8], flags: u8) -> Vec<u8> {
        let rest = [&result[..], &[flags, 0, 0, 0, 0, 0, 0, 0]].concat();
        cell(kind::FORMULA, column, 0, &rest)
    }

    fn cells(sheet: &Sheet) -> Vec<String> {
        let filled = sheet.cells().map(|(at, c)| format!("{at}={}", c.as_read()));
        let withheld = sheet.all_withheld();
        let withheld = withheld.map(|(at, cell)| format!("{at}:{:?}", cell.why));
        filled.chain(withheld).collect()
    }

    #[test]
    fn one_bad_cell_costs_itself_alone() {
        let sheet = read(&[
            cell(kind::LABEL_SHARED, 0, 0, &[1, 0, 0, 0]),
            cell(kind::LABEL_SHARED, 1, 0, &[9, 0, 0, 0]),
            number(2, 0, f64::NAN),
            cell(kind::NUMBER, 3, 0, &[0; 3]),
            cell(kind::BOOL_OR_ERROR, 4, 0, &[0x33, 1]),
            cell(kind::LABEL, 5, 0, &[9, 0, 0, b'a']),
            cell(kind::BOOL_OR_ERROR, 6, 0, &[1, 0]),
            formula(7, [9, 0, 0, 0, 0, 0, 0xff, 0xff], 0),
            number(8, 1, 425.0),
            number(9, 2, 18_725_000.0),
            number(10, 3, 45_657.0),
            number(11, 4, 431.0),
            cell(kind::LABEL, 12, 4, &[1, 0, 0, b'a']),
            number(13, 200, 1.0),
        ]);
        assert_eq!(
            cells(&sheet),
            [
                "A1=b",
                "E1=#ERROR!",
                "G1=TRUE",
                "J1=18,725.0",
                "K1=2024-12-31",
                "N1=1",
                "B1:Unreadable",
                "C1:Unreadable",
                "D1:Unreadable",
                "F1:Unreadable",
                "H1:Unreadable",
                "I1:Struck",
                "L1:Unshown",
                "M1:Unshown",
            ]
        );
        assert!(sheet.notes().is_empty());
    }

    #[test]
    fn a_sheet_is_read_up_to_its_damage() {
        let damage = |records: &[Vec<u8>]| {
            let sheet = read_with(&[0; 8], records, Limits::default()).expect("in limits");
            let [(at, ReadNote::DamagedFrom(_))] = sheet.notes() else {
                panic!("the damage is not noted: {:?}", sheet.notes());
            };
            (cells(&sheet).join(" "), at.to_string())
        };
        let whole = number(0, 0, 1.0);
        let expected = ("A1=1".to_owned(), "B1".to_owned());
        let cut = number(1, 0, 2.0)[..9].to_vec();
        assert_eq!(damage(&[whole.clone(), cut]), expected);
        assert_eq!(damage(std::slice::from_ref(&whole)), expected);
        let outside = bytes_of(kind::NUMBER, &[0xff; 14]);
        assert_eq!(damage(&[whole, outside, number(2, 0, 3.0)]), expected);
    }

    #[test]
    fn formulas_have_results_of_each_kind() {
        let special = |kind, value| [kind, 0, value, 0, 0, 0, 0xff, 0xff];
        let text = bytes_of(kind::STRING, &[2, 0, 0, b'x']);
        let rest = bytes_of(kind::CONTINUE, &[1, b'y', 0]);
        let sheet = read(&[
            formula(0, 5_f64.to_le_bytes(), 0),
            formula(1, special(0, 0), 8),
            bytes_of(kind::SHARED_FORMULA, &[0; 10]),
            text,
            rest,
            formula(2, special(1, 1), 0),
            formula(3, special(2, 0x17), 0),
            formula(4, special(3, 0), 0),
            formula(5, special(0, 0), 0),
            formula(6, 0_f64.to_le_bytes(), 1),
            formula(7, 0_f64.to_le_bytes(), 2),
            formula(8, special(3, 0), 3),
            cell(
                kind::FORMULA_4,
                9,
                0,
                &[7_f64.to_le_bytes(), [0; 8]].concat(),
            ),
            formula(10, special(0, 0), 0),
        ]);
        assert_eq!(
            cells(&sheet),
            [
                "A1=5", "B1=xy", "C1=TRUE", "D1=#REF!", "F1==", "G1=0", "H1==", "I1==", "J1=7",
                "K1=="
            ]
        );
    }

    #[test]
    fn rows_of_numbers_are_read() {
        let rk = |n: f64| ((n.to_bits() >> 32) as u32).to_le_bytes();
        let whole = |n: i32, flags: i32| (n << 2 | 2 | flags).to_le_bytes();
        let mut body = vec![0, 0, 1, 0];
        for number in [rk(1.5), whole(-7, 0), whole(12_345, 1)] {
            body.extend([0, 0]);
            body.extend(number);
        }
        let mut cut = body.clone();
        body.extend([3, 0]);
        let sheet = read(&[bytes_of(kind::MUL_RK, &body)]);
        assert_eq!(cells(&sheet), ["B1=1.5", "C1=-7", "D1=123.45"]);
        cut.truncate(18);
        let sheet = read(&[bytes_of(kind::MUL_RK, &cut)]);
        assert_eq!(cells(&sheet), ["B1=1.5", "C1=-7"]);
        cut.truncate(15);
        let sheet = read(&[bytes_of(kind::MUL_RK, &cut)]);
        assert_eq!(cells(&sheet), ["B1=1.5", "C1:Unreadable"]);
    }

    #[test]
    fn a_sheet_that_shows_no_zeros_withholds_them() {
        let sheet = read(&[
            number(0, 0, 0.0),
            number(1, 0, 1.0),
            bytes_of(kind::WINDOW, &[0xa6, 0x06]),
        ]);
        assert_eq!(cells(&sheet), ["B1=1", "A1:Unshown"]);
    }

    #[test]
    fn texts_are_counted_where_cells_show_them() {
        let mut shared = vec![0; 8];
        shared.extend(b"\x64\0\0");
        shared.extend([b' '; 100]);
        let shows = cell(kind::LABEL_SHARED, 0, 0, &[0; 4]);
        let limits = Limits {
            max_text_bytes: 1000,
            ..Limits::default()
        };
        assert!(read_with(&shared, &vec![shows.clone(); 10], limits).is_ok());
        let over = read_with(&shared, &vec![shows; 11], limits);
        assert!(matches!(over, Err(ReadError::TooLarge(_))));
    }
}
