//! `content.xml`: the sheets of a spreadsheet.

use std::collections::BTreeSet;
use std::io::BufRead;
use std::sync::Arc;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::cell::{CellAttributes, LineAttributes, Span, attributes};
use super::settings::HiddenZeros;
use super::styles::{CellStyle, Styles};
use super::text::{CellText, Step};
use super::value::{CellParts, SheetView, cell_parts};
use crate::intake::Limits;
use crate::read::address::{Address, CellRange};
use crate::read::document::{Carried, ReadError};
use crate::read::rich_text::TextRun;
use crate::read::sheet::{ReadNote, Sheet, joined};
use crate::read::tally::{MAX_COLUMNS, MAX_ROWS, Tally};
use crate::read::xml::xml_reader;

/// `content.xml`, while it is read.
pub(super) struct ContentReader<'s, R> {
    reader: Reader<R>,
    limits: Limits,
    tally: Tally,
    styles: Styles<'s>,
    hidden_zeros: HiddenZeros,
    /// Whether days are counted from 1904.
    is_1904: bool,
    /// Whether the spreadsheet has come to its end, or to damage that is noted.
    has_ended: bool,
    /// The sheets read so far.
    pub(super) sheets: Vec<Sheet>,
    /// What the content carries besides cells.
    pub(super) carried: BTreeSet<Carried>,
}

/// A sheet while it is read.
struct OpenSheet {
    sheet: Sheet,
    view: SheetView,
    /// The styles of columns, each up to the column before the stated one.
    column_styles: Vec<(u32, Option<String>)>,
    hidden_rows: Vec<(u32, u32)>,
    hidden_columns: Vec<(u32, u32)>,
    merged: Vec<CellRange>,
    /// Where the next cell stands.
    next: Address,
}

/// A cell that holds something, with the columns it fills.
struct FilledCell {
    columns: Span,
    parts: CellParts,
}

fn cut_off() -> ReadError {
    ReadError::Damaged("content.xml ends before its end".to_owned())
}

impl<'s, R: BufRead> ContentReader<'s, R> {
    pub(super) fn new(
        content: R,
        limits: Limits,
        styles: Styles<'s>,
        hidden_zeros: HiddenZeros,
    ) -> Self {
        Self {
            reader: xml_reader(content),
            limits,
            tally: Tally::new(limits),
            styles,
            hidden_zeros,
            is_1904: false,
            has_ended: false,
            sheets: Vec::new(),
            carried: BTreeSet::new(),
        }
    }

    /// Reads all sheets. Damage within or behind a sheet is noted there; what stands before is kept.
    ///
    /// # Errors
    /// When the content is damaged before its first sheet, or exceeds a limit.
    pub(super) fn read(&mut self) -> Result<(), ReadError> {
        match self.read_tables() {
            Err(ReadError::Damaged(reason)) if !self.sheets.is_empty() => {
                if let Some(last) = self.sheets.last_mut() {
                    let row = last.rows().last().map_or(0, |(row, _)| row + 1);
                    last.note(Address::new(row, 0), ReadNote::DamagedFrom(reason));
                }
                Ok(())
            }
            result => result,
        }
    }

    fn read_tables(&mut self) -> Result<(), ReadError> {
        let mut buffer = Vec::new();
        while !self.has_ended {
            buffer.clear();
            let event = self.reader.read_event_into(&mut buffer)?;
            match &event {
                Event::Start(e) => match e.local_name().as_ref() {
                    "dde-links" => {
                        self.carried.insert(Carried::Dde);
                        self.skip()?;
                    }
                    "tracked-changes" => self.skip()?,
                    "table" => {
                        self.styles.settle();
                        self.table(e)?;
                    }
                    "null-date" => {
                        attributes(e, |name, value| {
                            if name == "date-value" {
                                self.is_1904 = value.starts_with("1904-01-01");
                            }
                        });
                    }
                    _ => self.styles.take(&event),
                },
                Event::End(e) if e.local_name().as_ref() == "spreadsheet" => {
                    self.has_ended = true;
                }
                Event::Eof => return Err(cut_off()),
                event => self.styles.take(event),
            }
        }
        Ok(())
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

    /// Reads a sheet. Damage ends it, and the file, with a note.
    fn table(&mut self, start: &BytesStart<'_>) -> Result<(), ReadError> {
        let (mut name, mut style) = (String::new(), String::new());
        attributes(start, |key, value| match key {
            "name" => name = value.into_owned(),
            "style-name" => style = value.into_owned(),
            _ => {}
        });
        // A copy of what a linked file held is kept as a sheet of its own, which nobody sees.
        if name.starts_with('\'') && name.contains("'#$") {
            self.carried.insert(Carried::ExternalLinks);
            return self.skip();
        }
        if self.sheets.len() >= self.limits.max_sheets {
            return Err(ReadError::over("max_sheets", self.limits.max_sheets));
        }
        let mut open = OpenSheet {
            view: SheetView {
                hides_zeros: self.hidden_zeros.in_table(&name),
                is_1904: self.is_1904,
            },
            sheet: Sheet::new(Some(name), !self.styles.hides_table(&style)),
            column_styles: Vec::new(),
            hidden_rows: Vec::new(),
            hidden_columns: Vec::new(),
            merged: Vec::new(),
            next: Address::new(0, 0),
        };
        match self.rows(&mut open) {
            Ok(()) => {}
            Err(ReadError::Damaged(reason)) => {
                open.sheet.note(open.next, ReadNote::DamagedFrom(reason));
                self.has_ended = true;
            }
            Err(limit) => return Err(limit),
        }
        let mut sheet = open.sheet;
        sheet.hidden_rows = Some(filled_rows_within(&sheet, &joined(open.hidden_rows)));
        sheet.hidden_columns = Some(joined(open.hidden_columns));
        sheet.merge(open.merged);
        self.sheets.push(sheet);
        Ok(())
    }

    /// Reads the columns and rows of a sheet to its end.
    fn rows(&mut self, open: &mut OpenSheet) -> Result<(), ReadError> {
        let mut column = 0;
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            match self.reader.read_event_into(&mut buffer)? {
                Event::Start(e) => match e.local_name().as_ref() {
                    "table-column" => {
                        let line = LineAttributes::of(&e, "number-columns-repeated");
                        let columns = Span::at(column, line.count.as_deref(), MAX_COLUMNS);
                        column = columns.end();
                        if line.is_hidden && columns.count > 0 {
                            open.hidden_columns.push((columns.from, column - 1));
                        }
                        open.column_styles.push((column, line.cell_style));
                    }
                    "table-row" => {
                        let line = LineAttributes::of(&e, "number-rows-repeated");
                        let from = open.next.row;
                        let rows = Span::at(from, line.count.as_deref(), MAX_ROWS);
                        if line.is_hidden && rows.count > 0 {
                            open.hidden_rows.push((rows.from, rows.end() - 1));
                        }
                        self.row(rows, line.cell_style.as_deref(), open)?;
                        open.next = Address::new(rows.end(), 0);
                    }
                    "table-source" => {
                        self.carried.insert(Carried::ExternalLinks);
                        self.skip()?;
                    }
                    "dde-source" => {
                        self.carried.insert(Carried::Dde);
                        self.skip()?;
                    }
                    "shapes" | "forms" | "table" => self.skip()?,
                    _ => {}
                },
                Event::End(e) if e.local_name().as_ref() == "table" => return Ok(()),
                Event::Eof => return Err(cut_off()),
                _ => {}
            }
        }
    }

    /// Reads a row, which stands for all of `rows`. What stands before damage is kept.
    fn row(
        &mut self,
        rows: Span,
        row_style: Option<&str>,
        open: &mut OpenSheet,
    ) -> Result<(), ReadError> {
        let mut cells = Vec::new();
        let result = self.cells(&mut cells, rows, row_style, open);
        if let Err(ReadError::TooLarge(_)) = result {
            return result;
        }
        if cells.is_empty() {
            return result;
        }
        let sheet = &mut open.sheet;
        for row in rows.from..rows.end() {
            for cell in &cells {
                for column in cell.columns.from..cell.columns.end() {
                    let at = Address::new(row, column);
                    self.tally.put(sheet, at, cell.parts.content.clone())?;
                    if cell.parts.has_struck {
                        sheet.note(at, ReadNote::StruckPart);
                    }
                    if !cell.parts.fonts.is_empty() {
                        sheet.set_runs(at, cell.parts.fonts.clone());
                    }
                }
            }
        }
        result
    }

    /// Reads the cells of a row to its end.
    fn cells(
        &mut self,
        cells: &mut Vec<FilledCell>,
        rows: Span,
        row_style: Option<&str>,
        open: &mut OpenSheet,
    ) -> Result<(), ReadError> {
        let mut column = 0;
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            open.next = Address::new(rows.from, column);
            match self.reader.read_event_into(&mut buffer)? {
                Event::Start(e) => match e.local_name().as_ref() {
                    "table-cell" | "covered-table-cell" => {
                        let stated = CellAttributes::of(&e);
                        let columns = Span::at(column, stated.columns.as_deref(), MAX_COLUMNS);
                        if let Some(range) = stated.merged_over(open.next) {
                            open.merged.push(range);
                            if open.merged.len() > self.limits.max_cells {
                                return Err(ReadError::over("max_cells", self.limits.max_cells));
                            }
                        }
                        if stated.is_linked {
                            self.carried.insert(Carried::ExternalLinks);
                        }
                        let shown = self.shown_text()?;
                        let own_style = stated.style.as_deref().or(row_style);
                        for (columns, style) in self.styled(columns, own_style, open) {
                            let parts = cell_parts(&stated, &shown, &style, open.view);
                            cells.extend(parts.map(|parts| FilledCell { columns, parts }));
                        }
                        column = columns.end();
                    }
                    _ => self.skip()?,
                },
                Event::End(_) => return Ok(()),
                Event::Eof => return Err(cut_off()),
                _ => {}
            }
        }
    }

    /// The styles of the cells in `columns`: the own one, else that of their columns.
    fn styled(
        &self,
        columns: Span,
        own: Option<&str>,
        open: &OpenSheet,
    ) -> Vec<(Span, Arc<CellStyle>)> {
        if own.is_some() || open.column_styles.is_empty() {
            return vec![(columns, self.styles.cell(own))];
        }
        let mut styled = Vec::new();
        let mut from = columns.from;
        let first = open.column_styles.partition_point(|(end, _)| *end <= from);
        for (end, style) in &open.column_styles[first..] {
            if from >= columns.end() {
                break;
            }
            let count = columns.end().min(*end) - from;
            let span = Span { from, count };
            styled.push((span, self.styles.cell(style.as_deref())));
            from = span.end();
        }
        if from < columns.end() {
            let count = columns.end() - from;
            styled.push((Span { from, count }, self.styles.cell(None)));
        }
        styled
    }

    /// Reads to the end of a cell. The text that it shows.
    fn shown_text(&mut self) -> Result<Vec<TextRun>, ReadError> {
        let mut text = CellText::new(self.limits.max_text_bytes);
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            let event = self.reader.read_event_into(&mut buffer)?;
            if event == Event::Eof {
                return Err(cut_off());
            }
            match text.take(&event, &self.styles)? {
                Step::Go => {}
                Step::Skip => self.skip()?,
                Step::Done => return Ok(text.finish()),
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
        let legacy = |font: &str| font.starts_with(".Vn");
        let styles = Styles::new(&legacy);
        let zeros = HiddenZeros::default();
        let mut content = ContentReader::new(xml.as_bytes(), limits, styles, zeros);
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
    }
}
