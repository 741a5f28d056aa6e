//! OpenDocument spreadsheets, read in one pass over their content.
//!
//! The format writes empty and equal cells once with a count. Calamine builds the rectangle that these counts claim;
//! here a count of empty cells costs nothing, and one of values is counted against the limits.

use std::collections::BTreeSet;
use std::io::BufRead;
use std::path::Path;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::document::{Carried, Document, ReadError};
use super::grid::{Address, CellContent, CellRange, Sheet, joined};
use super::package::Package;
use super::tally::{MAX_COLUMNS, MAX_ROWS, Tally};
use super::xlsx::value_of;
use crate::intake::Limits;

pub(super) fn read_ods(path: &Path, limits: Limits) -> Result<Document, ReadError> {
    let mut package = Package::open(path, &limits)?;
    let manifest = package.bytes("META-INF/manifest.xml")?;
    if memchr::memmem::find(&manifest, b"encryption-data").is_some() {
        return Err(ReadError::Encrypted);
    }
    let mut carried = BTreeSet::new();
    if package.names().any(is_macro) {
        carried.insert(Carried::Macros);
    }
    let Some(content) = package.reader("content.xml")? else {
        return Err(ReadError::Damaged("content.xml is not in it".to_owned()));
    };
    let mut body = Body::new(content, limits);
    body.read()?;
    carried.extend(body.carried);
    Ok(Document {
        sheets: body.sheets,
        carried: carried.into_iter().collect(),
        ..Document::default()
    })
}

/// Whether a part is a program; the lists of libraries are in files without any, too.
fn is_macro(part: &str) -> bool {
    let list = [
        "script-lc.xml",
        "script-lb.xml",
        "dialog-lc.xml",
        "dialog-lb.xml",
    ];
    let base = part.rsplit('/').next().unwrap_or_default();
    (part.starts_with("basic/") || part.starts_with("scripts/"))
        && !base.is_empty()
        && !list.contains(&base)
}

/// content.xml, while it is read.
struct Body<R> {
    reader: Reader<R>,
    limits: Limits,
    tally: Tally,
    /// Styles of sheets that are not shown.
    hidden_styles: BTreeSet<String>,
    sheets: Vec<Sheet>,
    carried: BTreeSet<Carried>,
}

/// A count of rows or columns from some place on.
#[derive(Debug, Clone, Copy)]
struct Span {
    from: u32,
    count: u32,
}

impl Span {
    /// The span at `from` that an attribute counts; without one it is a single one. What lies beyond any sheet is cut.
    fn at(from: u32, count: Option<&str>, most: u32) -> Self {
        let count = count.map_or(1, |text| text.trim().parse::<u64>().unwrap_or(1));
        Self {
            from,
            count: count.min(u64::from(most.saturating_sub(from))) as u32,
        }
    }

    fn end(self) -> u32 {
        self.from + self.count
    }
}

/// A cell that holds something, with the columns it stands in.
struct Filled {
    columns: Span,
    content: CellContent,
}

/// What the attributes of a cell say.
#[derive(Debug, Default)]
struct Stated {
    columns: Option<String>,
    columns_spanned: Option<String>,
    rows_spanned: Option<String>,
    kind: Option<String>,
    is_error: bool,
    /// A value other than text, as the content it makes.
    value: Option<CellContent>,
    text: Option<String>,
    has_formula: bool,
    is_linked: bool,
}

fn cut_off() -> ReadError {
    ReadError::Damaged("content.xml ends before its end".to_owned())
}

fn attributes(
    element: &BytesStart<'_>,
    mut each: impl FnMut(&str, String),
) -> Result<(), ReadError> {
    for attribute in element.attributes().with_checks(false) {
        let attribute = attribute?;
        each(attribute.key.as_ref(), value_of(&attribute)?);
    }
    Ok(())
}

impl Stated {
    fn by(element: &BytesStart<'_>) -> Result<Self, ReadError> {
        let mut stated = Self::default();
        attributes(element, |name, value| match name {
            "table:number-columns-repeated" => stated.columns = Some(value),
            "table:number-columns-spanned" => stated.columns_spanned = Some(value),
            "table:number-rows-spanned" => stated.rows_spanned = Some(value),
            "office:value-type" => stated.kind = Some(value),
            "calcext:value-type" => stated.is_error = value == "error",
            "table:formula" => {
                stated.has_formula = true;
                stated.is_linked = value.contains("'file:");
            }
            "office:value" => {
                stated.value = Some(match value.trim().parse() {
                    Ok(number) => CellContent::Number(number),
                    Err(_) => CellContent::Text(value),
                });
            }
            "office:boolean-value" => {
                stated.value = Some(CellContent::Bool(value.eq_ignore_ascii_case("true")));
            }
            "office:date-value" => {
                let day = value.strip_suffix("T00:00:00").map(str::to_owned);
                stated.value = Some(CellContent::Date(day.unwrap_or(value)));
            }
            "office:time-value" => stated.value = Some(CellContent::Date(value)),
            "office:string-value" => stated.text = Some(value),
            _ => {}
        })?;
        Ok(stated)
    }

    /// What the cell holds, given the text it shows.
    fn content(self, shown: String) -> Option<CellContent> {
        let kind = self.kind.as_deref();
        if self.is_error {
            let text = self.text.filter(|t| !t.trim().is_empty()).unwrap_or(shown);
            return Some(CellContent::Error(text));
        }
        match (kind, self.value) {
            (Some("string"), _) => Some(CellContent::Text(self.text.unwrap_or(shown))),
            (_, Some(value)) => Some(value),
            (None, None) if shown.trim().is_empty() => {
                self.has_formula.then_some(CellContent::NoCachedValue)
            }
            (_, None) if self.has_formula => Some(CellContent::NoCachedValue),
            (_, None) => Some(CellContent::Text(shown)),
        }
    }
}

impl<R: BufRead> Body<R> {
    fn new(content: R, limits: Limits) -> Self {
        let mut reader = Reader::from_reader(content);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.expand_empty_elements = true;
        Self {
            reader,
            limits,
            tally: Tally::new(limits),
            hidden_styles: BTreeSet::new(),
            sheets: Vec::new(),
            carried: BTreeSet::new(),
        }
    }

    fn read(&mut self) -> Result<(), ReadError> {
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

    /// Passes over all that is left of an element.
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

    fn table(&mut self, start: &BytesStart<'_>) -> Result<(), ReadError> {
        let (mut name, mut style) = (String::new(), String::new());
        attributes(start, |key, value| match key {
            "table:name" => name = value,
            "table:style-name" => style = value,
            _ => {}
        })?;
        // What another file held when it was last linked stands as a sheet of its own, which nobody sees.
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
        // Of hidden rows only those that hold something matter; the rest of a sheet may be hidden by the million.
        let hidden_rows = joined(hidden_rows);
        let hides = |row: u32| {
            let before = hidden_rows.partition_point(|(from, _)| *from <= row);
            before > 0 && hidden_rows[before - 1].1 >= row
        };
        sheet.hidden_rows = Some(
            sheet
                .rows()
                .map(|(row, _)| row)
                .filter(|row| hides(*row))
                .collect(),
        );
        sheet.hidden_columns = Some(joined(hidden_columns));
        sheet.merge(merged);
        self.sheets.push(sheet);
        Ok(())
    }

    fn row(
        &mut self,
        rows: Span,
        sheet: &mut Sheet,
        merged: &mut Vec<CellRange>,
    ) -> Result<(), ReadError> {
        let mut cells: Vec<Filled> = Vec::new();
        let mut column = 0;
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            match self.reader.read_event_into(&mut buffer)? {
                Event::Start(e) => match e.name().as_ref() {
                    "table:table-cell" | "table:covered-table-cell" => {
                        let stated = Stated::by(&e)?;
                        let columns = Span::at(column, stated.columns.as_deref(), MAX_COLUMNS);
                        column = columns.end();
                        let start = Address::new(rows.from, columns.from);
                        if let Some(range) = spanned(start, &stated) {
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
                            cells.push(Filled { columns, content });
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

    /// The text that a cell shows, up to the end of the cell: its paragraphs, without notes and drawings.
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

/// How often a row or column is repeated, and whether it is hidden.
fn count_and_visibility(
    element: &BytesStart<'_>,
    count_name: &str,
) -> Result<(Option<String>, bool), ReadError> {
    let (mut count, mut hidden) = (None, false);
    attributes(element, |name, value| {
        if name == count_name {
            count = Some(value);
        } else if name == "table:visibility" {
            hidden = value != "visible";
        }
    })?;
    Ok((count, hidden))
}

/// The range that a cell is merged over, if it is.
fn spanned(start: Address, stated: &Stated) -> Option<CellRange> {
    let columns = Span::at(start.column, stated.columns_spanned.as_deref(), MAX_COLUMNS);
    let rows = Span::at(start.row, stated.rows_spanned.as_deref(), MAX_ROWS);
    (rows.count > 0 && columns.count > 0 && (rows.count > 1 || columns.count > 1)).then(|| {
        CellRange {
            start,
            end: Address::new(rows.end() - 1, columns.end() - 1),
        }
    })
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
        let mut body = Body::new(xml.as_bytes(), limits);
        body.read()?;
        Ok(body.sheets)
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
