//! Office Open XML workbooks, streamed by calamine. What calamine does not tell (hidden rows and columns, the
//! fonts of texts) is read from the same parts beside it, and only where a part mentions it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use calamine::{Reader as _, SheetType, SheetVisible, Xlsx, XlsxError};
use memchr::memmem;
use quick_xml::Reader;
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesStart, Event};
use regex::bytes::Regex;

use super::document::{Carried, Document, LegacyFont, ReadError};
use super::grid::{Address, CellContent, CellRange, FontRun, Sheet, joined};
use super::package::{Package, Source};
use super::sink::RecordSink;
use super::tally::{Filling, MAX_COLUMNS, MAX_ROWS, Tally};
use crate::intake::Limits;

/// The part that says which part each sheet is.
const RELATIONS: &str = "xl/_rels/workbook.xml.rels";

/// Bytes that a text of the shared table takes at least: `<si/>`.
const SMALLEST_TEXT: u64 = 5;

impl From<XlsxError> for ReadError {
    fn from(error: XlsxError) -> Self {
        match error {
            XlsxError::Password => Self::Encrypted,
            other => Self::Damaged(other.to_string()),
        }
    }
}

impl From<quick_xml::Error> for ReadError {
    fn from(error: quick_xml::Error) -> Self {
        Self::Damaged(error.to_string())
    }
}

impl From<quick_xml::events::attributes::AttrError> for ReadError {
    fn from(error: quick_xml::events::attributes::AttrError) -> Self {
        Self::Damaged(error.to_string())
    }
}

pub(super) fn read_xlsx(
    path: &Path,
    limits: Limits,
    legacy_font: LegacyFont<'_>,
    records: &mut (dyn RecordSink + Send),
) -> Result<Document, ReadError> {
    let mut package = Package::open(path, &limits)?;
    let shared = package.bytes("xl/sharedStrings.xml")?;
    check_shared_count(&mut package, &limits)?;
    let fonts = Fonts::of(&mut package, &shared, legacy_font)?;
    drop(shared);
    let parts = sheet_parts(&mut package)?;

    let mut book: Xlsx<_> = Xlsx::new(without_macro_sheets(&mut package)?)?;
    let metadata = book.sheets_metadata().to_vec();
    if metadata.len() > limits.max_sheets {
        return Err(ReadError::over("max_sheets", limits.max_sheets));
    }
    let mut document = Document {
        carried: carried(&mut package)?,
        ..Document::default()
    };
    let mut tally = Tally::new(limits);
    for meta in metadata
        .iter()
        .filter(|meta| meta.typ == SheetType::WorkSheet)
    {
        let mut sheet = Sheet::new(
            Some(meta.name.clone()),
            meta.visible == SheetVisible::Visible,
        );
        let part = parts.get(&meta.name).and_then(|name| package.part(name));
        let merged = if part.is_none_or(|part| part.mentions_merged) {
            book.merge_cells_by_sheet_name(&meta.name)
                .unwrap_or_default()
        } else {
            Vec::new()
        };
        if merged.len() > limits.max_cells {
            return Err(ReadError::over("max_cells", limits.max_cells));
        }
        sheet.merge(
            merged
                .iter()
                .map(|d| CellRange {
                    start: Address::new(d.start.0, d.start.1),
                    end: Address::new(d.end.0, d.end.1),
                })
                .collect(),
        );
        // The texts of old fonts are decoded in the grid.
        let records: Option<&mut (dyn RecordSink + Send)> =
            if fonts.any { None } else { Some(&mut *records) };
        let mut filling = Filling::new(&mut tally, &mut sheet, records);
        let mut reader = book.worksheet_cells_reader(&meta.name)?;
        if part.is_some_and(|part| !part.mentions_formulas) {
            while let Some(cell) = reader.next_cell()? {
                filling.fill(cell.get_position(), cell.get_value(), false)?;
            }
        } else {
            // The text of formulas is left out: a shared one could be made to grow without end.
            while let Some(cell) = reader.next_cell_with_formula_metadata()? {
                filling.fill(cell.pos, &cell.value, cell.formula.is_some())?;
            }
        }
        filling.close(document.sheets.len());
        lay_out(&mut package, parts.get(&meta.name), &fonts, &mut sheet)?;
        document.sheets.push(sheet);
    }
    Ok(document)
}

/// The number of shared texts is declared, and room for as many is made at once: a count that the part cannot
/// hold is refused.
fn check_shared_count(package: &mut Package, limits: &Limits) -> Result<(), ReadError> {
    static COUNT: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#"uniqueCount\s*=\s*["']\s*\+?0*([0-9]+)"#).ok());
    let tables: Vec<String> = package
        .names()
        .filter(|name| name.ends_with("sharedstrings.xml"))
        .map(str::to_owned)
        .collect();
    let most = limits.max_text_bytes as u64 / SMALLEST_TEXT;
    for name in tables {
        let bytes = package.bytes(&name)?;
        let counts = COUNT.iter().flat_map(|count| count.captures_iter(&bytes));
        for count in counts {
            let digits = std::str::from_utf8(&count[1]).unwrap_or_default();
            if digits.parse::<u64>().map_or(true, |n| n > most) {
                return Err(ReadError::Damaged(format!(
                    "{name} declares {digits} texts in {} bytes",
                    bytes.len()
                )));
            }
        }
    }
    Ok(())
}

/// Calamine refuses a workbook with sheets of macros, which old viruses leave behind. They are made to pass for
/// dialogs, which it knows and nobody reads.
fn without_macro_sheets(package: &mut Package) -> Result<Source, ReadError> {
    static MACRO_SHEETS: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new("relationships/xl(?:Intl)?Macrosheet").ok());
    let relations = package.bytes(RELATIONS)?;
    match MACRO_SHEETS.as_ref() {
        Some(kind) if kind.is_match(&relations) => {
            let patched = kind.replace_all(&relations, &b"relationships/dialogsheet"[..]);
            package.with_part(RELATIONS, &patched)
        }
        _ => Ok(package.source()?),
    }
}

/// What the package carries that is never run or followed.
pub(super) fn carried(package: &mut Package) -> Result<Vec<Carried>, ReadError> {
    let mut carried = BTreeSet::new();
    let mut links = Vec::new();
    for name in package.names() {
        if name.ends_with("vbaproject.bin") || name.contains("/macrosheets/") {
            carried.insert(Carried::Macros);
        }
        if name.contains("/externallinks/") && !name.contains("/_rels/") {
            links.push(name.to_owned());
        }
    }
    for name in links {
        let is_dde = memmem::find(&package.bytes(&name)?, b"ddeLink").is_some();
        carried.insert(if is_dde {
            Carried::Dde
        } else {
            Carried::ExternalLinks
        });
    }
    Ok(carried.into_iter().collect())
}

fn xml_reader<R: BufRead>(part: R) -> Reader<R> {
    let mut reader = Reader::from_reader(part);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.expand_empty_elements = true;
    reader
}

/// The value of an attribute, its references resolved.
pub(super) fn value_of(attribute: &Attribute<'_>) -> Result<String, ReadError> {
    match quick_xml::escape::unescape(&attribute.value) {
        Ok(value) => Ok(value.into_owned()),
        Err(e) => Err(ReadError::Damaged(e.to_string())),
    }
}

/// An attribute by its name without prefix.
fn attribute(element: &BytesStart<'_>, name: &str) -> Result<Option<String>, ReadError> {
    for attribute in element.attributes().with_checks(false) {
        let attribute = attribute?;
        if attribute.key.local_name().as_ref() == name {
            return value_of(&attribute).map(Some);
        }
    }
    Ok(None)
}

fn is_true(value: Option<&str>) -> bool {
    matches!(value, Some("1" | "true"))
}

/// What a part relates to.
pub(super) struct Relation {
    /// A URI whose last segment tells the kind.
    pub(super) kind: String,
    /// The name of the other part.
    pub(super) target: String,
}

/// What stands in a part of relations, by keys.
pub(super) fn relationships(
    package: &mut Package,
    part: &str,
) -> Result<BTreeMap<String, Relation>, ReadError> {
    let folder = part.split("_rels/").next().unwrap_or_default();
    let mut relations = BTreeMap::new();
    let Some(part) = package.reader(part)? else {
        return Ok(relations);
    };
    let mut reader = xml_reader(part);
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer)? {
            Event::Start(e) if e.local_name().as_ref() == "Relationship" => {
                if let (Some(id), Some(target)) = (attribute(&e, "Id")?, attribute(&e, "Target")?) {
                    let target = match target.strip_prefix('/') {
                        Some(absolute) => absolute.to_owned(),
                        None => format!("{folder}{target}"),
                    };
                    let kind = attribute(&e, "Type")?.unwrap_or_default();
                    relations.insert(id, Relation { kind, target });
                }
            }
            Event::Eof => return Ok(relations),
            _ => {}
        }
    }
}

/// The part of each sheet, by its name.
fn sheet_parts(package: &mut Package) -> Result<BTreeMap<String, String>, ReadError> {
    let targets = relationships(package, RELATIONS)?;
    let mut buffer = Vec::new();
    let mut parts = BTreeMap::new();
    if let Some(part) = package.reader("xl/workbook.xml")? {
        let mut reader = xml_reader(part);
        loop {
            buffer.clear();
            match reader.read_event_into(&mut buffer)? {
                Event::Start(e) if e.local_name().as_ref() == "sheet" => {
                    if let (Some(name), Some(id)) = (attribute(&e, "name")?, attribute(&e, "id")?)
                        && let Some(Relation { target, .. }) = targets.get(&id)
                    {
                        parts.insert(name, target.clone());
                    }
                }
                Event::Eof => break,
                _ => {}
            }
        }
    }
    // Parts of other names were not looked through.
    let main = relationships(package, "_rels/.rels")?;
    let documents = main
        .values()
        .filter(|relation| relation.kind.ends_with("/officeDocument"))
        .map(|relation| &relation.target);
    for target in parts.values().chain(documents) {
        if package.part(target).is_some_and(|part| !part.is_xml) {
            return Err(ReadError::Damaged(format!("{target} is no XML")));
        }
    }
    Ok(parts)
}

/// The fonts that stand for an encoding, as far as a workbook uses any.
#[derive(Default)]
struct Fonts {
    any: bool,
    /// By cell style.
    styles: Vec<Option<Arc<str>>>,
    /// By index in the table of shared texts.
    shared: Vec<TextFont>,
}

/// The fonts that a text states itself.
#[derive(Debug, Clone, PartialEq, Eq)]
enum TextFont {
    /// None: that of the cell.
    OfCell,
    /// Those of its runs.
    Runs(Arc<[Piece]>),
}

/// A run of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    text: String,
    font: RunFont,
}

/// The font that a run states.
#[derive(Debug, Clone, PartialEq, Eq)]
enum RunFont {
    /// None: that of the cell.
    OfCell,
    /// One that stands for an encoding.
    Legacy(Arc<str>),
    /// Another.
    Plain,
}

impl Fonts {
    fn of(
        package: &mut Package,
        shared: &[u8],
        legacy_font: LegacyFont<'_>,
    ) -> Result<Self, ReadError> {
        static NAMES: LazyLock<Option<Regex>> = LazyLock::new(|| {
            Regex::new(r#"<(?:\w+:)?(?:name|rFont)\s[^<>]*?val\s*=\s*["']([^"'<>]*)"#).ok()
        });
        let styles = package.bytes("xl/styles.xml")?;
        let mentions = |part: &[u8]| {
            NAMES.iter().any(|names| {
                names
                    .captures_iter(part)
                    .any(|name| std::str::from_utf8(&name[1]).is_ok_and(legacy_font))
            })
        };
        // Few tables of texts name fonts at all.
        let shared_fonts = memmem::find(shared, b"rFont").is_some() && mentions(shared);
        if !shared_fonts && !mentions(&styles) {
            return Ok(Self::default());
        }
        Ok(Self {
            any: true,
            styles: style_fonts(&styles, legacy_font)?,
            shared: fonts_of_texts(shared, legacy_font)?,
        })
    }

    /// The runs of a text cell, if any of it is in a font that stands for an encoding.
    fn at(&self, style: usize, text: &str, font: &TextFont) -> Vec<FontRun> {
        let of_cell = || self.styles.get(style).cloned().flatten();
        let runs: Vec<FontRun> = match font {
            TextFont::OfCell => vec![FontRun {
                text: text.to_owned(),
                font: of_cell(),
            }],
            TextFont::Runs(pieces) => pieces
                .iter()
                .map(|piece| FontRun {
                    text: piece.text.clone(),
                    font: match &piece.font {
                        RunFont::OfCell => of_cell(),
                        RunFont::Legacy(font) => Some(font.clone()),
                        RunFont::Plain => None,
                    },
                })
                .collect(),
        };
        if runs.iter().all(|run| run.font.is_none()) {
            return Vec::new();
        }
        runs
    }
}

/// The legacy font of each cell style.
fn style_fonts(
    styles: &[u8],
    legacy_font: LegacyFont<'_>,
) -> Result<Vec<Option<Arc<str>>>, ReadError> {
    let mut reader = xml_reader(styles);
    let mut buffer = Vec::new();
    let (mut in_fonts, mut in_styles) = (false, false);
    let mut fonts: Vec<Option<Arc<str>>> = Vec::new();
    let mut of_styles = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer)? {
            Event::Start(e) => match e.local_name().as_ref() {
                "fonts" => in_fonts = true,
                "cellXfs" => in_styles = true,
                "font" if in_fonts => fonts.push(None),
                "name" if in_fonts => {
                    let name = attribute(&e, "val")?.filter(|name| legacy_font(name));
                    if let (Some(name), Some(last)) = (name, fonts.last_mut()) {
                        *last = Some(name.into());
                    }
                }
                "xf" if in_styles => {
                    let font = attribute(&e, "fontId")?.and_then(|id| id.parse::<usize>().ok());
                    of_styles.push(font.and_then(|id| fonts.get(id).cloned().flatten()));
                }
                _ => {}
            },
            Event::End(e) => match e.local_name().as_ref() {
                "fonts" => in_fonts = false,
                "cellXfs" => in_styles = false,
                _ => {}
            },
            Event::Eof => return Ok(of_styles),
            _ => {}
        }
    }
}

/// The runs of one text, as they are read.
#[derive(Default)]
struct Runs {
    pieces: Vec<Piece>,
    in_run: bool,
    in_text: bool,
}

impl Runs {
    fn start(&mut self, e: &BytesStart<'_>, legacy_font: LegacyFont<'_>) -> Result<(), ReadError> {
        match e.local_name().as_ref() {
            "r" => {
                self.in_run = true;
                self.pieces.push(Piece {
                    text: String::new(),
                    font: RunFont::OfCell,
                });
            }
            "t" => self.in_text = self.in_run,
            "rFont" if self.in_run => {
                let name = attribute(e, "val")?.unwrap_or_default();
                if let Some(piece) = self.pieces.last_mut() {
                    piece.font = if legacy_font(&name) {
                        RunFont::Legacy(name.into())
                    } else {
                        RunFont::Plain
                    };
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, text: &str) {
        if let Some(piece) = self.pieces.last_mut().filter(|_| self.in_text) {
            piece.text.push_str(text);
        }
    }

    fn font(self) -> TextFont {
        if self
            .pieces
            .iter()
            .all(|piece| piece.font == RunFont::OfCell)
        {
            return TextFont::OfCell;
        }
        TextFont::Runs(self.pieces.into())
    }
}

/// The font of each text of the shared table.
fn fonts_of_texts(shared: &[u8], legacy_font: LegacyFont<'_>) -> Result<Vec<TextFont>, ReadError> {
    let mut reader = xml_reader(shared);
    let mut buffer = Vec::new();
    let mut fonts = Vec::new();
    let mut runs = Runs::default();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer)? {
            Event::Start(e) => runs.start(&e, legacy_font)?,
            Event::Text(text) => runs.text(&text.xml10_content()),
            Event::GeneralRef(part) => {
                if let Some(letter) = part.resolve_char_ref()? {
                    runs.text(letter.encode_utf8(&mut [0; 4]));
                } else if let Some(known) = quick_xml::escape::resolve_xml_entity(&part) {
                    runs.text(known);
                }
            }
            Event::End(e) => match e.local_name().as_ref() {
                "r" => runs.in_run = false,
                "t" => runs.in_text = false,
                "si" => fonts.push(std::mem::take(&mut runs).font()),
                _ => {}
            },
            Event::Eof => return Ok(fonts),
            _ => {}
        }
    }
}

/// Adds to a sheet what it hides and the fonts of its texts. A part that mentions neither is not read again.
fn lay_out(
    package: &mut Package,
    part: Option<&String>,
    fonts: &Fonts,
    sheet: &mut Sheet,
) -> Result<(), ReadError> {
    let Some((name, hides)) =
        part.and_then(|name| Some((name, package.part(name)?.mentions_hidden)))
    else {
        return Ok(());
    };
    let mut rows = BTreeSet::new();
    let mut columns = Vec::new();
    if (hides || fonts.any)
        && let Some(part) = package.reader(name)?
    {
        let mut reader = xml_reader(part);
        let mut buffer = Vec::new();
        let mut row = 0_u32;
        let mut next = Address::new(0, 0);
        // The text cell at hand: where, its style, whether its text is in the shared table, and the index there.
        let mut cell: Option<(Address, usize, bool)> = None;
        let mut index = String::new();
        let mut in_value = false;
        loop {
            buffer.clear();
            match reader.read_event_into(&mut buffer)? {
                Event::Start(e) => match e.local_name().as_ref() {
                    "col" if is_true(attribute(&e, "hidden")?.as_deref()) => {
                        let bound = |name| -> Result<Option<u32>, ReadError> {
                            Ok(attribute(&e, name)?
                                .and_then(|n| n.parse::<u32>().ok())
                                .and_then(|n| n.checked_sub(1))
                                .map(|n| n.min(MAX_COLUMNS - 1)))
                        };
                        if let (Some(from), Some(to)) = (bound("min")?, bound("max")?) {
                            columns.push((from, to));
                        }
                    }
                    "row" => {
                        if let Some(n) = attribute(&e, "r")?.and_then(|r| r.parse::<u32>().ok()) {
                            row = n.saturating_sub(1);
                        }
                        next = Address::new(row, 0);
                        if row < MAX_ROWS && is_true(attribute(&e, "hidden")?.as_deref()) {
                            rows.insert(row);
                        }
                    }
                    "c" if fonts.any => {
                        let at = attribute(&e, "r")?
                            .and_then(|r| address(&r))
                            .unwrap_or(next);
                        next = Address::new(at.row, at.column.saturating_add(1));
                        let style = attribute(&e, "s")?
                            .and_then(|s| s.parse().ok())
                            .unwrap_or(0);
                        let shared = attribute(&e, "t")?.as_deref() == Some("s");
                        cell = Some((at, style, shared));
                        index.clear();
                    }
                    "v" => in_value = true,
                    _ => {}
                },
                Event::Text(text) if in_value => index.push_str(&text.xml10_content()),
                Event::End(e) => match e.local_name().as_ref() {
                    "row" => row = row.saturating_add(1),
                    "v" => in_value = false,
                    "c" => {
                        if let Some((at, style, shared)) = cell.take()
                            && let Some(text) = sheet.get(at).and_then(CellContent::text)
                        {
                            let font = index.trim().parse::<usize>().ok();
                            let font = font
                                .filter(|_| shared)
                                .and_then(|index| fonts.shared.get(index))
                                .unwrap_or(&TextFont::OfCell);
                            let runs = fonts.at(style, text, font);
                            if !runs.is_empty() {
                                sheet.set_runs(at, runs);
                            }
                        }
                    }
                    "sheetData" => break,
                    _ => {}
                },
                Event::Eof => break,
                _ => {}
            }
        }
    }
    sheet.hidden_rows = Some(rows);
    sheet.hidden_columns = Some(joined(columns));
    Ok(())
}

/// A cell from its name such as `B12`.
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

    fn legacy(font: &str) -> bool {
        font.starts_with(".Vn")
    }

    #[test]
    fn names_of_cells_are_read() {
        assert_eq!(address("B12"), Some(Address::new(11, 1)));
        assert_eq!(address("XFD1048576"), Some(Address::new(1_048_575, 16_383)));
        assert_eq!(address("12"), None);
        assert_eq!(address("A0"), None);
    }

    #[test]
    fn the_runs_of_a_text_tell_its_font() {
        let run = |font: &str, text: &str| {
            if font.is_empty() {
                format!("<r><t>{text}</t></r>")
            } else {
                format!(r#"<r><rPr><rFont val="{font}"/></rPr><t>{text}</t></r>"#)
            }
        };
        let table = format!(
            "<sst><si><t>a</t></si><si>{}{}</si><si>{}{}</si><si>{}{}{}</si></sst>",
            run(".VnTime", "a"),
            run(".VnTimeH", "b"),
            run(".VnTime", "a"),
            run("Arial", "b"),
            run("", "a"),
            run(".VnTime", "b"),
            run("Arial", " "),
        );
        let fonts = fonts_of_texts(table.as_bytes(), &legacy).expect("sound");
        let piece = |text: &str, font: RunFont| Piece {
            text: text.to_owned(),
            font,
        };
        let old = |name: &str| RunFont::Legacy(name.into());
        let runs = |pieces: Vec<Piece>| TextFont::Runs(pieces.into());
        assert_eq!(
            fonts,
            [
                TextFont::OfCell,
                runs(vec![
                    piece("a", old(".VnTime")),
                    piece("b", old(".VnTimeH"))
                ]),
                runs(vec![piece("a", old(".VnTime")), piece("b", RunFont::Plain)]),
                runs(vec![
                    piece("a", RunFont::OfCell),
                    piece("b", old(".VnTime")),
                    piece(" ", RunFont::Plain)
                ]),
            ]
        );
    }

    #[test]
    fn a_style_has_the_font_it_names() {
        let styles = r#"<styleSheet><fonts><font><name val="Arial"/></font><font><name val=".VnTime"/></font></fonts>
            <cellStyleXfs><xf fontId="1"/></cellStyleXfs>
            <cellXfs><xf fontId="0"/><xf numFmtId="3" fontId="1"><alignment/></xf><xf/></cellXfs></styleSheet>"#;
        let fonts = style_fonts(styles.as_bytes(), &legacy).expect("sound");
        assert_eq!(fonts, [None, Some(".VnTime".into()), None]);
    }
}
