//! `content.xml`: the sheets of a spreadsheet.

use std::collections::BTreeSet;
use std::io::BufRead;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::cell::{CellAttributes, Span, attributes, count_and_visibility};
use crate::intake::Limits;
use crate::read::address::{Address, CellRange};
use crate::read::content::CellContent;
use crate::read::document::{Carried, ReadError};
use crate::read::sheet::{Sheet, joined};
use crate::read::tally::{MAX_COLUMNS, MAX_ROWS, Tally};
use crate::read::xml::xml_reader;

/// `content.xml`, while it is read.
pub(super) struct ContentReader<R> {
    reader: Reader<R>,
    limits: Limits,
    tally: Tally,
    /// Styles of sheets that are hidden.
    hidden_styles: BTreeSet<String>,
    /// The sheets read so far.
    pub(super) sheets: Vec<Sheet>,
    /// What the content carries besides cells.
    pub(super) carried: BTreeSet<Carried>,
}

/// A cell that holds something, with the columns it fills.
struct FilledCell {
    columns: Span,
    content: CellContent,
}

fn cut_off() -> ReadError {
    ReadError::Damaged("content.xml ends before its end".to_owned())
}

impl<R: BufRead> ContentReader<R> {
    pub(super) fn new(content: R, limits: Limits) -> Self {
        Self {
            reader: xml_reader(content),
            limits,
            tally: Tally::new(limits),
            hidden_styles: BTreeSet::new(),
            sheets: Vec::new(),
            carried: BTreeSet::new(),
        }
    }

    /// Reads all sheets.
    ///
    /// # Errors
    /// When the content is damaged or exceeds a limit.
    pub(super) fn read(&mut self) -> Result<(), ReadError> {
        let mut buffer = Vec::new();
        let mut style = String::new();
        loop {
            buffer.clear();
            match self.reader.read_event_into(&mut buffer)? {
                Event::Start(e) => match e.name().as_ref() {
                    "style:style" => {
                        style.clear();
                        attributes(&e, |name, value| {
                            if name == "style:name" {
                                style = value;
                            }
                        })?;
                    }
                    "style:table-properties" => {
                        let mut shown = true;
                        attributes(&e, |name, value| {
                            shown = shown && (name != "table:display" || value != "false");
                        })?;
                        if !shown {
                            self.hidden_styles.insert(style.clone());
                        }
                    }
                    "table:dde-links" => {
                        self.carried.insert(Carried::Dde);
                        self.skip()?;
                    }
                    "table:tracked-changes" => self.skip()?,
                    "table:table" => self.table(&e)?,
                    _ => {}
                },
                Event::Eof => return Ok(()),
                _ => {}
            }
        }
    }

    /// Skips the rest of an element.
    fn skip(&mut self) -> Result<(), ReadError> {
        let mut buffer = Vec::new();
        let mut open = 1;
        while open > 0 {
            buffer.clear();
            match self.reader.read_event_into(&mut buffer)? {
                Event::Start(_) => open += 1,
                Event::End(_) => open -= 1,
                Event::Eof => return Err(cut_off()),
                _ => {}
            }
        }
        Ok(())
    }

    /// Reads a sheet.
    fn table(&mut self, start: &BytesStart<'_>) -> Result<(), ReadError> {
        let (mut name, mut style) = (String::new(), String::new());
        attributes(start, |key, value| match key {
            "table:name" => name = value,
            "table:style-name" => style = value,
            _ => {}
        })?;
        // A copy of what a linked file held is kept as a sheet of its own, which nobody sees.
        if name.starts_with('\'') && name.contains("'#$") {
            self.carried.insert(Carried::ExternalLinks);
            return self.skip();
        }
        if self.sheets.len() >= self.limits.max_sheets {
            return Err(ReadError::over("max_sheets", self.limits.max_sheets));
        }
        let mut sheet = Sheet::new(Some(name), !self.hidden_styles.contains(&style));
        let mut hidden_rows = Vec::new();
        let mut hidden_columns = Vec::new();
        let mut merged = Vec::new();
        let (mut row, mut column) = (0, 0);
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            match self.reader.read_event_into(&mut buffer)? {
                Event::Start(e) => match e.name().as_ref() {
                    "table:table-column" => {
                        let (count, hidden) =
                            count_and_visibility(&e, "table:number-columns-repeated")?;
                        let columns = Span::at(column, count.as_deref(), MAX_COLUMNS);
                        if hidden && columns.count > 0 {
                            hidden_columns.push((columns.from, columns.end() - 1));
                        }
                        column = columns.end();
                    }
                    "table:table-row" => {
                        let (count, hidden) =
                            count_and_visibility(&e, "table:number-rows-repeated")?;
                        let rows = Span::at(row, count.as_deref(), MAX_ROWS);
                        if hidden && rows.count > 0 {
                            hidden_rows.push((rows.from, rows.end() - 1));
                        }
                        self.row(rows, &mut sheet, &mut merged)?;
                        row = rows.end();
                    }
                    "table:table-source" => {
                        self.carried.insert(Carried::ExternalLinks);
                        self.skip()?;
                    }
                    "table:shapes" | "office:forms" | "table:table" => self.skip()?,
                    _ => {}
                },
                Event::End(e) if e.name().as_ref() == "table:table" => break,
                Event::Eof => return Err(cut_off()),
                _ => {}
            }
        }
        sheet.hidden_rows = Some(filled_rows_within(&sheet, &joined(hidden_rows)));
        sheet.hidden_columns = Some(joined(hidden_columns));
        sheet.merge(merged);
        self.sheets.push(sheet);
        Ok(())
    }

    /// Reads a row, which stands for all of `rows`.
    fn row(
        &mut self,
        rows: Span,
        sheet: &mut Sheet,
        merged: &mut Vec<CellRange>,
    ) -> Result<(), ReadError> {
        let mut cells: Vec<FilledCell> = Vec::new();
        let mut column = 0;
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            match self.reader.read_event_into(&mut buffer)? {
                Event::Start(e) => match e.name().as_ref() {
                    "table:table-cell" | "table:covered-table-cell" => {
                        let stated = CellAttributes::of(&e)?;
                        let columns = Span::at(column, stated.columns.as_deref(), MAX_COLUMNS);
                        column = columns.end();
                        let start = Address::new(rows.from, columns.from);
                        if let Some(range) = stated.merged_over(start) {
                            merged.push(range);
                            if merged.len() > self.limits.max_cells {
                                return Err(ReadError::over("max_cells", self.limits.max_cells));
                            }
                        }
                        if stated.is_linked {
                            self.carried.insert(Carried::ExternalLinks);
                        }
                        let shown = self.shown_text()?;
                        let content = stated.content(shown).filter(|content| {
                            content.text().is_none_or(|text| !text.trim().is_empty())
                        });
                        if let Some(content) = content {
                            cells.push(FilledCell { columns, content });
                        }
                    }
                    _ => self.skip()?,
                },
                Event::End(_) => break,
                Event::Eof => return Err(cut_off()),
                _ => {}
            }
        }
        if cells.is_empty() {
            return Ok(());
        }
        for row in rows.from..rows.end() {
            for cell in &cells {
                for column in cell.columns.from..cell.columns.end() {
                    let at = Address::new(row, column);
                    self.tally.put(sheet, at, cell.content.clone())?;
                }
            }
        }
        Ok(())
    }

    /// Reads to the end of a cell. The text that it shows: its paragraphs, without notes and drawings.
    fn shown_text(&mut self) -> Result<String, ReadError> {
        let mut text = String::new();
        let mut paragraphs = 0;
        let mut open = 0_usize;
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            match self.reader.read_event_into(&mut buffer)? {
                Event::Start(e) => {
                    let name = e.name();
                    match name.as_ref() {
                        "office:annotation" | "table:detective" => {
                            self.skip()?;
                            continue;
                        }
                        name if name.starts_with("draw:") => {
                            self.skip()?;
                            continue;
                        }
                        "text:p" => {
                            if paragraphs > 0 {
                                text.push('\n');
                            }
                            paragraphs += 1;
                        }
                        "text:s" => {
                            let mut count = 1;
                            attributes(&e, |name, value| {
                                if name == "text:c" {
                                    count = value.parse().unwrap_or(1);
                                }
                            })?;
                            if count > self.limits.max_text_bytes {
                                let most = self.limits.max_text_bytes;
                                return Err(ReadError::over("max_text_bytes", most));
                            }
                            text.extend(std::iter::repeat_n(' ', count));
                        }
                        "text:tab" => text.push('\t'),
                        "text:line-break" => text.push('\n'),
                        _ => {}
                    }
                    open += 1;
                }
                Event::Text(part) if paragraphs > 0 => text.push_str(&part.xml10_content()),
                Event::CData(part) if paragraphs > 0 => text.push_str(&part.xml10_content()),
                Event::GeneralRef(part) if paragraphs > 0 => {
                    if let Some(letter) = part.resolve_char_ref()? {
                        text.push(letter);
                    } else if let Some(known) = quick_xml::escape::resolve_xml_entity(&part) {
                        text.push_str(known);
                    }
                }
                Event::End(_) if open == 0 => return Ok(text),
                Event::End(_) => open -= 1,
                Event::Eof => return Err(cut_off()),
                _ => {}
            }
            if text.len() > self.limits.max_text_bytes {
                return Err(ReadError::over(
                    "max_text_bytes",
                    self.limits.max_text_bytes,
                ));
            }
        }
    }
}

/// The rows of a sheet that hold something and lie within the ranges. A sheet may hide the rest by the million.
fn filled_rows_within(sheet: &Sheet, ranges: &[(u32, u32)]) -> BTreeSet<u32> {
    let holds = |row: u32| {
        let before = ranges.partition_point(|(from, _)| *from <= row);
        before > 0 && ranges[before - 1].1 >= row
    };
    sheet
        .rows()
        .map(|(row, _)| row)
        .filter(|row| holds(*row))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(tables: &str, limits: Limits) -> Result<Vec<Sheet>, ReadError> {
        let xml = format!(
            r#"<office:document-content><office:automatic-styles><style:style style:name="ta2" style:family="table">
               <style:table-properties table:display="false"/></style:style></office:automatic-styles>
               <office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"#
        );
        let mut content = ContentReader::new(xml.as_bytes(), limits);
        content.read()?;
        Ok(content.sheets)
    }

    fn cells(sheet: &Sheet) -> Vec<String> {
        sheet
            .cells()
            .map(|(at, content)| format!("{at}={}", content.as_read()))
            .collect()
    }

    #[test]
    fn cells_hold_what_they_state() {
        let sheets = read(
            r#"<table:table table:name="A" table:style-name="ta2">
             <table:table-column/><table:table-column table:visibility="collapse" table:number-columns-repeated="2"/>
             <table:table-row><table:table-cell office:value-type="string" table:number-columns-spanned="3"><text:p>Tổng <text:span>số</text:span></text:p><text:p>a<text:s text:c="2"/>&amp;b</text:p><office:annotation><text:p>note</text:p></office:annotation></table:table-cell><table:covered-table-cell table:number-columns-repeated="2"/></table:table-row>
             <table:table-row table:number-rows-repeated="1000000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>
             <table:table-row table:visibility="filter"><table:table-cell office:value-type="float" office:value="1.5"><text:p>1,5</text:p></table:table-cell><table:table-cell/><table:table-cell table:formula="of:=[.A1]"/><table:table-cell office:value-type="date" office:date-value="2024-12-31T00:00:00"><text:p>x</text:p></table:table-cell><table:table-cell office:value-type="string" office:string-value="" calcext:value-type="error" table:formula="of:=1/0"><text:p>#DIV/0!</text:p></table:table-cell></table:table-row>
             <table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="2" office:value-type="float" office:value="7"/></table:table-row>
             </table:table>"#,
            Limits::default(),
        )
        .expect("sound");
        let sheet = &sheets[0];
        assert_eq!(
            cells(sheet),
            [
                "A1=Tổng số
a  &b",
                "A1000002=1.5",
                "C1000002==",
                "D1000002=2024-12-31",
                "E1000002=#DIV/0!",
                "A1000003=7",
                "B1000003=7",
                "A1000004=7",
                "B1000004=7"
            ]
        );
        assert!(!sheet.visible);
        assert_eq!(sheet.hidden_rows, Some(BTreeSet::from([1_000_001])));
        assert_eq!(sheet.hidden_columns, Some(vec![(1, 2)]));
        let head = sheet.merged_at(Address::new(0, 2)).map(|range| range.end);
        assert_eq!(head, Some(Address::new(0, 2)));
    }

    #[test]
    fn a_count_of_values_is_counted() {
        let row = r#"<table:table table:name="A"><table:table-row table:number-rows-repeated="1000000"><table:table-cell
            table:number-columns-repeated="16384" office:value-type="float" office:value="1"/></table:table-row></table:table>"#;
        let small = Limits {
            max_cells: 1000,
            ..Limits::default()
        };
        assert!(
            matches!(read(row, small), Err(ReadError::TooLarge(limit)) if limit == "max_cells = 1000")
        );
        let spaces = r#"<table:table table:name="A"><table:table-row><table:table-cell office:value-type="string">
            <text:p><text:s text:c="99999999999"/></text:p></table:table-cell></table:table-row></table:table>"#;
        assert!(matches!(read(spaces, small), Err(ReadError::TooLarge(_))));
        assert!(read("<table:table><table:table-row>", small).is_err());
    }
}
