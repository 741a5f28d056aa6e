//! A second pass over a sheet's part: the rows and columns it hides, and the fonts of its texts.

use std::collections::BTreeSet;
use std::io::BufRead;

use quick_xml::events::{BytesStart, Event};

use super::fonts::{Fonts, TextFont};
use crate::read::address::Address;
use crate::read::content::CellContent;
use crate::read::document::ReadError;
use crate::read::package::PackageReader;
use crate::read::sheet::{Sheet, joined};
use crate::read::tally::{MAX_COLUMNS, MAX_ROWS};
use crate::read::xml::{attribute, is_true, xml_reader};

/// Adds to a sheet what it hides and the fonts of its texts. A part that mentions neither is not read again.
pub(super) fn add_layout(
    package: &mut PackageReader,
    part: Option<&String>,
    fonts: &Fonts,
    sheet: &mut Sheet,
) -> Result<(), ReadError> {
    let Some((name, hides)) =
        part.and_then(|name| Some((name, package.part(name)?.mentions_hidden)))
    else {
        return Ok(());
    };
    let mut pass = LayoutPass::over(sheet, fonts);
    if (hides || fonts.any)
        && let Some(part) = package.reader(name)?
    {
        pass.read(part)?;
    }
    let (rows, columns) = (pass.hidden_rows, pass.hidden_columns);
    sheet.hidden_rows = Some(rows);
    sheet.hidden_columns = Some(joined(columns));
    Ok(())
}

/// The second pass over a sheet's part.
struct LayoutPass<'a> {
    sheet: &'a mut Sheet,
    fonts: &'a Fonts,
    hidden_rows: BTreeSet<u32>,
    hidden_columns: Vec<(u32, u32)>,
    /// The current row.
    row: u32,
    /// Where a cell that states no address stands.
    next: Address,
    /// The current cell, where fonts matter.
    cell: Option<StyledCell>,
    /// The value of the current cell: for a shared text, its index.
    value: String,
    in_value: bool,
}

/// A cell with its style.
struct StyledCell {
    at: Address,
    style: usize,
    /// The text is in the shared table.
    is_shared: bool,
}

impl<'a> LayoutPass<'a> {
    fn over(sheet: &'a mut Sheet, fonts: &'a Fonts) -> Self {
        Self {
            sheet,
            fonts,
            hidden_rows: BTreeSet::new(),
            hidden_columns: Vec::new(),
            row: 0,
            next: Address::new(0, 0),
            cell: None,
            value: String::new(),
            in_value: false,
        }
    }

    fn read(&mut self, part: impl BufRead) -> Result<(), ReadError> {
        let mut reader = xml_reader(part);
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            match reader.read_event_into(&mut buffer)? {
                Event::Start(e) => self.start(&e)?,
                Event::Text(text) if self.in_value => self.value.push_str(&text.xml10_content()),
                Event::End(e) => match e.local_name().as_ref() {
                    "row" => self.row = self.row.saturating_add(1),
                    "v" => self.in_value = false,
                    "c" => self.end_cell(),
                    "sheetData" => return Ok(()),
                    _ => {}
                },
                Event::Eof => return Ok(()),
                _ => {}
            }
        }
    }

    fn start(&mut self, e: &BytesStart<'_>) -> Result<(), ReadError> {
        match e.local_name().as_ref() {
            "col" if is_true(attribute(e, "hidden")?.as_deref()) => {
                let bound = |name| -> Result<Option<u32>, ReadError> {
                    Ok(attribute(e, name)?
                        .and_then(|n| n.parse::<u32>().ok())
                        .and_then(|n| n.checked_sub(1))
                        .map(|n| n.min(MAX_COLUMNS - 1)))
                };
                if let (Some(from), Some(to)) = (bound("min")?, bound("max")?) {
                    self.hidden_columns.push((from, to));
                }
            }
            "row" => {
                if let Some(n) = attribute(e, "r")?.and_then(|r| r.parse::<u32>().ok()) {
                    self.row = n.saturating_sub(1);
                }
                self.next = Address::new(self.row, 0);
                if self.row < MAX_ROWS && is_true(attribute(e, "hidden")?.as_deref()) {
                    self.hidden_rows.insert(self.row);
                }
            }
            "c" if self.fonts.any => {
                let at = attribute(e, "r")?
                    .and_then(|r| address(&r))
                    .unwrap_or(self.next);
                self.next = Address::new(at.row, at.column.saturating_add(1));
                let style = attribute(e, "s")?.and_then(|s| s.parse().ok()).unwrap_or(0);
                let is_shared = attribute(e, "t")?.as_deref() == Some("s");
                self.cell = Some(StyledCell {
                    at,
                    style,
                    is_shared,
                });
                self.value.clear();
            }
            "v" => self.in_value = true,
            _ => {}
        }
        Ok(())
    }

    /// Gives the text of the current cell its fonts.
    fn end_cell(&mut self) {
        let Some(cell) = self.cell.take() else { return };
        let Some(text) = self.sheet.get(cell.at).and_then(CellContent::text) else {
            return;
        };
        let index = self.value.trim().parse::<usize>().ok();
        let font = index
            .filter(|_| cell.is_shared)
            .and_then(|index| self.fonts.shared.get(index))
            .unwrap_or(&TextFont::OfCell);
        let runs = self.fonts.at(cell.style, text, font);
        if !runs.is_empty() {
            self.sheet.set_runs(cell.at, runs);
        }
    }
}

/// The address of a cell by its name, such as `B12`.
fn address(name: &str) -> Option<Address> {
    let digits = name.find(|c: char| c.is_ascii_digit())?;
    let (letters, digits) = name.split_at(digits);
    let mut column = 0_u32;
    for letter in letters.bytes() {
        let letter = letter.to_ascii_uppercase();
        let digit = letter.checked_sub(b'A').filter(|d| *d < 26)?;
        column = column.checked_mul(26)?.checked_add(u32::from(digit) + 1)?;
    }
    let row = digits.parse::<u32>().ok()?.checked_sub(1)?;
    Some(Address::new(row, column.checked_sub(1)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_cells_are_read() {
        assert_eq!(address("B12"), Some(Address::new(11, 1)));
        assert_eq!(address("XFD1048576"), Some(Address::new(1_048_575, 16_383)));
        assert_eq!(address("12"), None);
        assert_eq!(address("A0"), None);
    }
}
