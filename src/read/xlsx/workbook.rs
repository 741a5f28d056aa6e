//! A workbook of Office Open XML to a document, its cells streamed by calamine.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use calamine::{Reader as _, SheetType, SheetVisible, Xlsx, XlsxError};
use quick_xml::events::Event;
use regex::bytes::Regex;

use super::fonts::Fonts;
use super::layout::add_layout;
use crate::intake::Limits;
use crate::read::document::{Document, LegacyFont, ReadError};
use crate::read::from_calamine::range_of;
use crate::read::package::{PackageReader, PackageSource, Packed};
use crate::read::relations::{Relation, carried, relationships};
use crate::read::sheet::Sheet;
use crate::read::sink::RecordSink;
use crate::read::tally::{Filling, Tally};
use crate::read::xml::{attribute, xml_reader};

/// The part that says which part each sheet is.
const RELATIONS: &str = "xl/_rels/workbook.xml.rels";

/// The fewest bytes that a shared text takes: `<si/>`.
const SMALLEST_TEXT: u64 = 5;

impl From<XlsxError> for ReadError {
    fn from(error: XlsxError) -> Self {
        match error {
            XlsxError::Password => Self::Encrypted,
            other => Self::Damaged(other.to_string()),
        }
    }
}

/// Reads a workbook. Where `records` opens a list in a sheet, its cells go there.
///
/// # Errors
/// When the workbook is damaged, protected or exceeds a limit.
pub(crate) fn read_xlsx(
    packed: &Packed,
    limits: Limits,
    legacy_font: LegacyFont<'_>,
    records: &mut (dyn RecordSink + Send),
) -> Result<Document, ReadError> {
    let mut package = PackageReader::open(packed, &limits)?;
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
        sheet.merge(merged.iter().map(range_of).collect());
        // Texts in old fonts are decoded in the sheet, so nothing may leave it before.
        let records: Option<&mut (dyn RecordSink + Send)> =
            if fonts.any { None } else { Some(&mut *records) };
        let mut filling = Filling::new(&mut tally, &mut sheet, records);
        let mut reader = book.worksheet_cells_reader(&meta.name)?;
        if part.is_some_and(|part| !part.mentions_formulas) {
            while let Some(cell) = reader.next_cell()? {
                filling.fill(cell.get_position(), cell.get_value(), false)?;
            }
        } else {
            // Formulas are not written out: a shared one could be made to grow without end.
            while let Some(cell) = reader.next_cell_with_formula_metadata()? {
                filling.fill(cell.pos, &cell.value, cell.formula.is_some())?;
            }
        }
        filling.close(document.sheets.len());
        add_layout(&mut package, parts.get(&meta.name), &fonts, &mut sheet)?;
        document.sheets.push(sheet);
    }
    Ok(document)
}

/// Calamine makes room for as many shared texts as the part declares: a count that the part cannot hold is refused.
fn check_shared_count(package: &mut PackageReader, limits: &Limits) -> Result<(), ReadError> {
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

/// The package with its macro sheets declared as dialogs. Old viruses leave macro sheets behind; calamine refuses a
/// workbook that has any, but knows dialogs, which nobody reads.
fn without_macro_sheets(package: &mut PackageReader) -> Result<PackageSource, ReadError> {
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

/// The part of each sheet, by the name of the sheet.
fn sheet_parts(package: &mut PackageReader) -> Result<BTreeMap<String, String>, ReadError> {
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
    // Parts of other extensions were not measured as XML.
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
