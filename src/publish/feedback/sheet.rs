//! The cells of a worksheet part: their colours, their sizes, and the drawing with their notes.

use std::collections::{BTreeMap, BTreeSet};

use super::error::MarkError;
use super::styles::Styles;
use super::xml::{Edits, Tag, TagKind, root, tags};
use crate::read::{Address, CellRange};

/// Elements of a worksheet that must follow `legacyDrawing`.
const AFTER_LEGACY_DRAWING: [&str; 8] = [
    "legacyDrawingHF",
    "drawingHF",
    "picture",
    "oleObjects",
    "controls",
    "webPublishItems",
    "tableParts",
    "extLst",
];

/// What must be known about a sheet before its cells are marked.
#[derive(Debug)]
pub(super) struct SheetMarkupLayout {
    /// The wanted cells that the part has.
    present: BTreeSet<Address>,
    /// The rows that the part has.
    rows: BTreeSet<u32>,
    merged: Vec<CellRange>,
    /// First and last column, width in characters, format number.
    columns: Vec<(u32, u32, Option<f64>, Option<usize>)>,
    /// Heights that rows state, in points.
    heights: BTreeMap<u32, f64>,
    default_width: f64,
    default_height: f64,
    /// The id of the drawing with notes.
    pub legacy_drawing: Option<String>,
}

/// The cell of a reference such as `A1`.
pub(super) fn address(text: &str) -> Option<Address> {
    let split = text.find(|c: char| c.is_ascii_digit())?;
    let (letters, digits) = text.split_at(split);
    if letters.is_empty() || letters.len() > 3 {
        return None;
    }
    let mut column = 0_u32;
    for letter in letters.bytes() {
        if !letter.is_ascii_alphabetic() {
            return None;
        }
        column = column * 26 + u32::from(letter.to_ascii_uppercase() - b'A') + 1;
    }
    let row: u32 = digits.parse().ok()?;
    Some(Address::new(row.checked_sub(1)?, column - 1))
}

/// The range of a reference such as `A1:B2`.
fn range(text: &str) -> Option<CellRange> {
    let (start, end) = text.split_once(':').unwrap_or((text, text));
    Some(CellRange {
        start: address(start)?,
        end: address(end)?,
    })
}

/// Follows rows and cells, because both may leave out their position.
#[derive(Debug, Default)]
struct Cursor {
    row: u32,
    column: u32,
    begun: bool,
}

impl Cursor {
    fn row(&mut self, tag: &Tag<'_>) -> u32 {
        let next = if self.begun { self.row + 1 } else { 0 };
        self.row = tag.number::<u32>("r").map_or(next, |n| n.saturating_sub(1));
        self.begun = true;
        self.column = 0;
        self.row
    }

    fn cell(&mut self, tag: &Tag<'_>) -> Address {
        let at = tag
            .attribute("r")
            .and_then(|r| address(&r))
            .unwrap_or(Address::new(self.row, self.column));
        self.column = at.column + 1;
        at
    }
}

impl SheetMarkupLayout {
    /// Scans a worksheet part for the `wanted` cells.
    pub(super) fn read(text: &str, wanted: &BTreeSet<Address>) -> Result<Self, MarkError> {
        let mut layout = Self {
            present: BTreeSet::new(),
            rows: BTreeSet::new(),
            merged: Vec::new(),
            columns: Vec::new(),
            heights: BTreeMap::new(),
            default_width: 9.14,
            default_height: 15.0,
            legacy_drawing: None,
        };
        let mut cursor = Cursor::default();
        for tag in tags(text) {
            let tag = tag?;
            if tag.kind == TagKind::Close {
                continue;
            }
            match (tag.depth, tag.local()) {
                (1, "sheetFormatPr") => {
                    let base = tag.number("baseColWidth").map(|n: f64| n + 0.71);
                    layout.default_width = tag
                        .number("defaultColWidth")
                        .or(base)
                        .unwrap_or(layout.default_width);
                    layout.default_height = tag
                        .number("defaultRowHeight")
                        .unwrap_or(layout.default_height);
                }
                (1, "legacyDrawing") => layout.legacy_drawing = tag.attribute("id"),
                (2, "col") => {
                    if let (Some(min), Some(max)) = (tag.number::<u32>("min"), tag.number("max")) {
                        let style = tag.number("style");
                        layout.columns.push((
                            min.max(1) - 1,
                            u32::max(max, 1) - 1,
                            tag.number("width"),
                            style,
                        ));
                    }
                }
                (2, "row") => {
                    let row = cursor.row(&tag);
                    layout.rows.insert(row);
                    if let Some(height) = tag.number("ht") {
                        layout.heights.insert(row, height);
                    }
                }
                (3, "c") => {
                    let at = cursor.cell(&tag);
                    if wanted.contains(&at) {
                        layout.present.insert(at);
                    }
                }
                (2, "mergeCell") => layout
                    .merged
                    .extend(tag.attribute("ref").and_then(|r| range(&r))),
                _ => {}
            }
        }
        Ok(layout)
    }

    /// The cell that is visible in place of a cell: the first of its merged range.
    pub(super) fn anchor(&self, at: Address) -> Address {
        let holds = |r: &&CellRange| {
            (r.start.row..=r.end.row).contains(&at.row)
                && (r.start.column..=r.end.column).contains(&at.column)
        };
        self.merged.iter().find(holds).map_or(at, |r| r.start)
    }

    /// The width of a column, in pixels.
    pub(super) fn width(&self, column: u32) -> u32 {
        let stated = self
            .columns
            .iter()
            .find(|(from, to, ..)| (*from..=*to).contains(&column))
            .and_then(|(.., width, _)| *width);
        (stated.unwrap_or(self.default_width) * 7.0 + 5.0).max(0.0) as u32
    }

    /// The height of a row, in pixels.
    pub(super) fn height(&self, row: u32) -> u32 {
        let points = self.heights.get(&row).copied();
        (points.unwrap_or(self.default_height) * 4.0 / 3.0).max(0.0) as u32
    }

    fn column_style(&self, column: u32) -> usize {
        self.columns
            .iter()
            .find(|(from, to, ..)| (*from..=*to).contains(&column))
            .and_then(|(.., style)| *style)
            .unwrap_or(0)
    }
}

/// Cells to colour and their background, RGB.
type Marks = BTreeMap<Address, &'static str>;

/// Gives cells a background. Existing cells keep their format otherwise; missing cells are added.
pub(super) fn colour(
    text: &str,
    marks: &Marks,
    layout: &SheetMarkupLayout,
    styles: &mut Styles,
) -> Result<String, MarkError> {
    let mut painter = Painter::new(text, marks, layout, styles)?;
    let mut cursor = Cursor::default();
    let mut found = false;
    for tag in tags(text) {
        let tag = tag?;
        match (tag.depth, tag.local(), tag.kind) {
            (1, "sheetData", TagKind::Empty) => {
                found = true;
                painter.fill_sheet(&tag)?;
            }
            (1, "sheetData", TagKind::Close) => {
                found = true;
                painter.add_rows(u32::MAX, tag.span.start)?;
            }
            (2, "row", TagKind::Open | TagKind::Empty) => {
                let row = cursor.row(&tag);
                painter.add_rows(row, tag.span.start)?;
                painter.begin_row(&tag, row)?;
            }
            (2, "row", TagKind::Close) => painter.add_cells(None, tag.span.start)?,
            (3, "c", TagKind::Open | TagKind::Empty) => {
                let at = cursor.cell(&tag);
                painter.add_cells(Some(at), tag.span.start)?;
                painter.colour_cell(&tag, at)?;
            }
            _ => {}
        }
    }
    if found {
        Ok(painter.edits.apply(text))
    } else {
        Err(MarkError::Xml("the sheet has no rows".to_owned()))
    }
}

/// Collects the edits that colour a worksheet part, tag by tag.
struct Painter<'a> {
    marks: &'a Marks,
    layout: &'a SheetMarkupLayout,
    styles: &'a mut Styles,
    edits: Edits,
    prefix: String,
    /// Cells to be added, by row.
    missing: BTreeMap<u32, Vec<(Address, &'static str)>>,
    /// Rows to be added, in order.
    rows: Vec<u32>,
    /// Cells to be added to the current row, in order.
    in_row: Vec<(Address, &'static str)>,
    /// The format of the current row.
    row_style: Option<usize>,
}

impl<'a> Painter<'a> {
    fn new(
        text: &str,
        marks: &'a Marks,
        layout: &'a SheetMarkupLayout,
        styles: &'a mut Styles,
    ) -> Result<Self, MarkError> {
        let mut missing: BTreeMap<u32, Vec<(Address, &'static str)>> = BTreeMap::new();
        for (at, rgb) in marks.iter().filter(|(at, _)| !layout.present.contains(at)) {
            missing.entry(at.row).or_default().push((*at, rgb));
        }
        let rows = missing.keys().copied();
        Ok(Self {
            marks,
            layout,
            styles,
            edits: Edits::default(),
            prefix: root(text)?.prefix().to_owned(),
            rows: rows.filter(|row| !layout.rows.contains(row)).collect(),
            missing,
            in_row: Vec::new(),
            row_style: None,
        })
    }

    /// Adds all rows to a sheet that has none.
    fn fill_sheet(&mut self, tag: &Tag<'_>) -> Result<(), MarkError> {
        let mut made = tag.with(&[], TagKind::Open);
        for row in std::mem::take(&mut self.rows) {
            made.push_str(&self.new_row(row)?);
        }
        self.edits
            .replace(tag.span.clone(), format!("{made}</{}>", tag.name));
        Ok(())
    }

    /// Adds the missing rows above a row, before the byte `at`.
    fn add_rows(&mut self, below: u32, at: usize) -> Result<(), MarkError> {
        while self.rows.first().is_some_and(|first| *first < below) {
            let row = self.rows.remove(0);
            let made = self.new_row(row)?;
            self.edits.insert(at, made);
        }
        Ok(())
    }

    /// Begins a row of the part. If it is empty, its cells are added at once.
    fn begin_row(&mut self, tag: &Tag<'_>, row: u32) -> Result<(), MarkError> {
        self.in_row = self.missing.remove(&row).unwrap_or_default();
        let formatted = tag
            .attribute("customFormat")
            .is_some_and(|v| v == "1" || v == "true");
        self.row_style = tag.number("s").filter(|_| formatted);
        if self.in_row.is_empty() {
            return Ok(());
        }
        let spans = spans(tag, &self.in_row);
        let changes: Vec<(&str, &str)> = spans.iter().map(|s| ("spans", s.as_str())).collect();
        let mut open = tag.with(&changes, TagKind::Open);
        if tag.kind == TagKind::Empty {
            for (at, rgb) in std::mem::take(&mut self.in_row) {
                open.push_str(&self.new_cell(at, rgb, self.row_style)?);
            }
            open.push_str(&format!("</{}>", tag.name));
        }
        self.edits.replace(tag.span.clone(), open);
        Ok(())
    }

    /// Adds the missing cells of the current row that come before a cell, or all, before the byte `at`.
    fn add_cells(&mut self, before: Option<Address>, at: usize) -> Result<(), MarkError> {
        let is_before = |cell: &Address| before.is_none_or(|before| *cell < before);
        while self.in_row.first().is_some_and(|(cell, _)| is_before(cell)) {
            let (cell, rgb) = self.in_row.remove(0);
            let made = self.new_cell(cell, rgb, self.row_style)?;
            self.edits.insert(at, made);
        }
        Ok(())
    }

    /// Colours an existing cell if it is marked.
    fn colour_cell(&mut self, tag: &Tag<'_>, at: Address) -> Result<(), MarkError> {
        if let Some(rgb) = self.marks.get(&at) {
            let style = self.styles.coloured(tag.number("s").unwrap_or(0), rgb)?;
            let changed = tag.with(&[("s", &style.to_string())], tag.kind);
            self.edits.replace(tag.span.clone(), changed);
        }
        Ok(())
    }

    fn new_row(&mut self, row: u32) -> Result<String, MarkError> {
        let mut text = format!("<{}row r=\"{}\">", self.prefix, row + 1);
        for (at, rgb) in self.missing.remove(&row).unwrap_or_default() {
            text.push_str(&self.new_cell(at, rgb, None)?);
        }
        text.push_str(&format!("</{}row>", self.prefix));
        Ok(text)
    }

    /// A blank cell with a background, in the format of its row or else its column.
    fn new_cell(
        &mut self,
        at: Address,
        rgb: &str,
        row_style: Option<usize>,
    ) -> Result<String, MarkError> {
        let base = row_style.unwrap_or_else(|| self.layout.column_style(at.column));
        let style = self.styles.coloured(base, rgb)?;
        Ok(format!("<{}c r=\"{at}\" s=\"{style}\"/>", self.prefix))
    }
}

/// The column span that a row states, widened to include new cells; none where it states none.
fn spans(tag: &Tag<'_>, cells: &[(Address, &'static str)]) -> Option<String> {
    let stated = tag.attribute("spans")?;
    let (from, to) = stated.split_once(':')?;
    let (mut from, mut to): (u32, u32) = (from.parse().ok()?, to.parse().ok()?);
    for (at, _) in cells {
        from = from.min(at.column + 1);
        to = to.max(at.column + 1);
    }
    Some(format!("{from}:{to}"))
}

/// Adds the drawing with notes where the order of a worksheet's elements requires it.
pub(super) fn attach_legacy_drawing(
    text: &str,
    id: &str,
    relationships: &str,
) -> Result<String, MarkError> {
    let prefix = root(text)?.prefix().to_owned();
    let mut at = None;
    // An alternative has the position of the element that it contains.
    let mut alternative = None;
    for tag in tags(text) {
        let tag = tag?;
        let local = tag.local();
        if tag.depth == 1 && local == "AlternateContent" {
            alternative = (tag.kind == TagKind::Open).then_some(tag.span.start);
        }
        if AFTER_LEGACY_DRAWING.contains(&local) && tag.kind != TagKind::Close {
            if tag.depth == 1 {
                at = Some(tag.span.start);
                break;
            }
            if alternative.is_some() {
                at = alternative;
                break;
            }
        }
        if tag.depth == 0 && tag.kind == TagKind::Close {
            at = Some(tag.span.start);
        }
    }
    let at = at.ok_or_else(|| MarkError::Xml("the sheet has no end".to_owned()))?;
    let mut edits = Edits::default();
    edits.insert(
        at,
        format!("<{prefix}legacyDrawing xmlns:r=\"{relationships}\" r:id=\"{id}\"/>"),
    );
    Ok(edits.apply(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    const STYLES: &str = "<styleSheet xmlns=\"m\"><fonts><font/></fonts><fills><fill/></fills><borders><border/></borders>\
        <cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"1\"/><xf numFmtId=\"2\"/></cellXfs></styleSheet>";

    fn coloured(text: &str, cells: &[&str]) -> String {
        let marks: BTreeMap<Address, &'static str> = cells
            .iter()
            .map(|c| (address(c).expect("a cell"), "FF0000"))
            .collect();
        let wanted = marks.keys().copied().collect();
        let layout = SheetMarkupLayout::read(text, &wanted).expect("a sheet");
        let mut styles = Styles::read(STYLES.to_owned()).expect("styles");
        colour(text, &marks, &layout, &mut styles).expect("a sheet")
    }

    #[test]
    fn references_are_read_as_they_are_written() {
        for text in ["A1", "Z10", "AA1", "XFD1048576"] {
            assert_eq!(address(text).expect("a cell").to_string(), text);
        }
        for wrong in ["", "A", "1", "A0", "AAAA1", "Ă1", "A1B"] {
            assert_eq!(address(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_existing_cell_keeps_its_content() {
        let text = "<worksheet><sheetData><row r=\"2\"><c r=\"A2\"><v>1</v></c><c r='B2' s='1' t='s'><f>A2</f><v>0</v></c></row></sheetData></worksheet>";
        assert_eq!(
            coloured(text, &["B2"]),
            text.replace("<c r='B2' s='1' t='s'>", "<c r=\"B2\" s=\"3\" t=\"s\">")
        );
    }

    #[test]
    fn a_blank_cell_is_made_in_its_place() {
        let text = "<worksheet><cols><col min=\"3\" max=\"4\" style=\"2\"/></cols><sheetData><row r=\"2\" spans=\"1:2\"><c r=\"A2\"/><c r=\"E2\"/></row>\
            <row r=\"4\" s=\"1\" customFormat=\"1\"/></sheetData></worksheet>";
        let made = coloured(text, &["C2", "F2", "B3", "A4", "A1", "B9"]);
        let expected = "<worksheet><cols><col min=\"3\" max=\"4\" style=\"2\"/></cols><sheetData><row r=\"1\"><c r=\"A1\" s=\"3\"/></row>\
            <row r=\"2\" spans=\"1:6\"><c r=\"A2\"/><c r=\"C2\" s=\"4\"/><c r=\"E2\"/><c r=\"F2\" s=\"3\"/></row>\
            <row r=\"3\"><c r=\"B3\" s=\"3\"/></row>\
            <row r=\"4\" s=\"1\" customFormat=\"1\"><c r=\"A4\" s=\"5\"/></row><row r=\"9\"><c r=\"B9\" s=\"3\"/></row></sheetData></worksheet>";
        assert_eq!(made, expected);
        assert_eq!(
            coloured("<x:worksheet><x:sheetData/></x:worksheet>", &["B1"]),
            "<x:worksheet><x:sheetData><x:row r=\"1\"><x:c r=\"B1\" s=\"3\"/></x:row></x:sheetData></x:worksheet>"
        );
    }

    #[test]
    fn rows_and_cells_may_leave_out_their_position() {
        let text = "<worksheet><sheetData><row><c/><c><v>1</v></c></row><row><c/></row></sheetData></worksheet>";
        assert_eq!(
            coloured(text, &["B1", "A2"]),
            "<worksheet><sheetData><row><c/><c s=\"3\"><v>1</v></c></row><row><c s=\"3\"/></row></sheetData></worksheet>"
        );
    }

    #[test]
    fn the_drawing_with_notes_is_in_the_required_order() {
        let attach = |text: &str| attach_legacy_drawing(text, "r1", "ns").expect("a sheet");
        let drawing = "<legacyDrawing xmlns:r=\"ns\" r:id=\"r1\"/>";
        assert_eq!(
            attach("<worksheet><pageSetup/><drawing/><tableParts/><extLst/></worksheet>"),
            format!("<worksheet><pageSetup/><drawing/>{drawing}<tableParts/><extLst/></worksheet>")
        );
        assert_eq!(
            attach("<worksheet><sheetData/></worksheet>"),
            format!("<worksheet><sheetData/>{drawing}</worksheet>")
        );
        assert_eq!(
            attach(
                "<worksheet><drawing/><mc:AlternateContent><mc:Choice><controls/></mc:Choice></mc:AlternateContent></worksheet>"
            ),
            format!(
                "<worksheet><drawing/>{drawing}<mc:AlternateContent><mc:Choice><controls/></mc:Choice></mc:AlternateContent></worksheet>"
            )
        );
    }
}
