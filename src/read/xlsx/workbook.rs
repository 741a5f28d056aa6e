//! A workbook of Office Open XML to a document: its parts, its sheets, and what they share.

use std::collections::BTreeMap;

use bytes::Bytes;
use quick_xml::events::{BytesStart, Event};

use super::formulas::{contradicted, has_results, without_results};
use super::merged::{merged_in, merged_ranges};
use super::sheet::{BookFacts, SheetFacts, read_cells};
use super::styles::cell_styles;
use super::texts::SharedTexts;
use crate::intake::Limits;
use crate::read::address::CellRange;
use crate::read::content::CellContent;
use crate::read::document::{Document, LegacyFont, ReadError};
use crate::read::listed_sheet::ListedSheet;
use crate::read::package::{FOREIGN, PackageReader};
use crate::read::relations::{Relation, carried, relationships};
use crate::read::sheet::{Sheet, joined};
use crate::read::sink::RecordSink;
use crate::read::tally::{Filling, Tally};
use crate::read::xml::{attribute, is_true, xml_reader};

/// The part that lists the sheets, where nothing says otherwise.
const WORKBOOK: &str = "xl/workbook.xml";

/// Reads a workbook. Where `records` opens a list in a sheet, its cells go there. A sheet that cannot be read is named in
/// the document; the others are read.
///
/// # Errors
/// When the workbook is damaged, protected or exceeds a limit.
pub(crate) fn read_xlsx(
    mut package: PackageReader,
    limits: Limits,
    legacy_font: LegacyFont<'_>,
    records: &mut (dyn RecordSink + Send),
) -> Result<Document, ReadError> {
    let listing = Listing::read(&mut package, &limits)?;
    // Without formats it is not known what a cell shows.
    package.check_whole(&listing.styles)?;
    let styles = package.bytes(&listing.styles)?;
    let shared = match package.part(&listing.shared_texts) {
        // The cells that refer to it are damaged; the others are not.
        Some(part) if part.is_foreign => Bytes::new(),
        _ => package.bytes(&listing.shared_texts)?,
    };
    let book = BookFacts {
        styles: cell_styles(&styles, legacy_font)?,
        shared: SharedTexts::read(&shared, legacy_font),
        is_1904: listing.is_1904,
        legacy_font,
    };
    drop((styles, shared));
    let any_legacy =
        book.shared.any_legacy || book.styles.iter().any(|style| style.font.legacy.is_some());
    let mut document = Document {
        carried: carried(&mut package)?,
        ..Document::default()
    };
    let left_to_calculate = leaves_formulas(&mut package, &listing)?;
    let mut tally = Tally::new(limits);
    for listed in listing.sheets {
        let part = match sheet_part(&package, &listed) {
            Ok(Some(part)) => part,
            Ok(None) => continue,
            Err(reason) => {
                document.unreadable.push((listed.name, reason));
                continue;
            }
        };
        let merged = merged(&mut package, &part)?;
        if merged.len() > limits.max_cells {
            return Err(ReadError::over("max_cells", limits.max_cells));
        }
        let stated = (&listed, &merged[..]);
        let at = (&book, left_to_calculate, document.sheets.len());
        let before = tally.clone();
        // Texts in old fonts are decoded in the sheet, so nothing may leave it before.
        let sink: Option<&mut (dyn RecordSink + Send)> = if any_legacy {
            None
        } else {
            Some(&mut *records)
        };
        let mut read = fill_sheet(&mut package, &part, stated, at, (&mut tally, sink))?;
        if read.2 {
            tally = before;
            read = fill_sheet(&mut package, &part, stated, at, (&mut tally, None))?;
        }
        let (mut sheet, facts, _) = read;
        for at in contradicted(&sheet, &facts.zeros) {
            sheet.put(at, CellContent::NoCachedValue);
        }
        for at in without_results(&sheet, &facts.arrays) {
            sheet.put(at, CellContent::NoCachedValue);
        }
        sheet.hidden_rows = Some(facts.hidden_rows);
        sheet.hidden_columns = Some(joined(facts.hidden_columns));
        document.sheets.push(sheet);
    }
    Ok(document)
}

/// Reads the cells of a sheet. Returns whether it holds more than the list that the sink took from it: then it must be read
/// again without the sink.
fn fill_sheet(
    package: &mut PackageReader,
    part: &str,
    (listed, merged): (&ListedSheet, &[CellRange]),
    (book, left_to_calculate, index): (&BookFacts<'_>, bool, usize),
    (tally, sink): (&mut Tally, Option<&mut (dyn RecordSink + Send)>),
) -> Result<(Sheet, SheetFacts, bool), ReadError> {
    let mut sheet = Sheet::new(Some(listed.name.clone()), listed.is_visible);
    sheet.merge(merged.to_vec());
    // The sink outlives the sheet, and is lent for as long as that is filled.
    let lent = sink.map(|sink| sink as &mut (dyn RecordSink + Send));
    let mut filling = Filling::new(tally, &mut sheet, lent);
    let facts = match package.reader(part)? {
        Some(part) => read_cells(part, book, left_to_calculate, &mut filling)?,
        None => SheetFacts::default(),
    };
    let is_mixed = filling.close(index);
    Ok((sheet, facts, is_mixed))
}

/// The part of a sheet of cells; none if it is another kind of sheet.
///
/// # Errors
/// Why the sheet cannot be read.
fn sheet_part(package: &PackageReader, listed: &ListedSheet) -> Result<Option<String>, String> {
    let Some(name) = listed.part(package)? else {
        return Ok(None);
    };
    match package.part(&name) {
        // Parts of other extensions were not measured as XML.
        Some(part) if !part.is_xml => Err(format!("{name} is no XML")),
        Some(part) if part.is_foreign => Err(format!("{name}: {FOREIGN}")),
        _ => Ok(Some(name)),
    }
}

/// Whether the program that wrote the workbook left all its formulas to be calculated when it is opened.
fn leaves_formulas(package: &mut PackageReader, listing: &Listing) -> Result<bool, ReadError> {
    let parts: Vec<String> = listing
        .sheets
        .iter()
        .filter_map(|listed| sheet_part(package, listed).ok().flatten())
        .collect();
    let asks = |part: &String| package.part(part).is_some_and(|p| p.mentions_calculation);
    if !listing.calculates_on_load && !parts.iter().any(asks) {
        return Ok(false);
    }
    for part in parts {
        let has_formulas = package.part(&part).is_some_and(|p| p.mentions_formulas);
        if has_formulas && package.reader(&part)?.is_some_and(has_results) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn merged(package: &mut PackageReader, part: &str) -> Result<Vec<CellRange>, ReadError> {
    if package.part(part).is_none_or(|part| !part.mentions_merged) {
        return Ok(Vec::new());
    }
    if package.is_in_memory() {
        return Ok(merged_ranges(&package.bytes(part)?));
    }
    Ok(package.reader(part)?.map_or_else(Vec::new, merged_in))
}

/// What the part of the workbook lists.
#[derive(Default)]
struct Listing {
    sheets: Vec<ListedSheet>,
    /// The names of the parts that all sheets share.
    styles: String,
    shared_texts: String,
    is_1904: bool,
    calculates_on_load: bool,
}

impl Listing {
    fn read(package: &mut PackageReader, limits: &Limits) -> Result<Self, ReadError> {
        let main = relationships(package, "_rels/.rels")?;
        let stated = main
            .into_values()
            .find(|relation| relation.is_of_kind("officeDocument"))
            .map(|relation| relation.target);
        let workbook = stated
            .filter(|target| package.part(target).is_some())
            .unwrap_or_else(|| WORKBOOK.to_owned());
        let (folder, base) = workbook.rsplit_once('/').unwrap_or(("", &workbook));
        let separator = if folder.is_empty() { "" } else { "/" };
        let relations = format!("{folder}{separator}_rels/{base}.rels");
        let relations = relationships(package, &relations)?;
        let shared = |kind: &str, name: &str| shared_part(package, &relations, kind, name);
        let mut listing = Self {
            styles: shared("styles", "styles.xml"),
            shared_texts: shared("sharedStrings", "sharedstrings.xml"),
            ..Self::default()
        };
        package.check_whole(&workbook)?;
        if package.part(&workbook).is_some_and(|part| !part.is_xml) {
            return Err(ReadError::Damaged(format!("{workbook} is no XML")));
        }
        let Some(part) = package.reader(&workbook)? else {
            return Err(ReadError::Damaged(format!("{workbook} is not in the file")));
        };
        let mut reader = xml_reader(part);
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            match reader.read_event_into(&mut buffer)? {
                Event::Start(e) => listing.take(&e, &relations)?,
                Event::Eof => break,
                _ => {}
            }
            if listing.sheets.len() > limits.max_sheets {
                return Err(ReadError::over("max_sheets", limits.max_sheets));
            }
        }
        if listing.sheets.is_empty() {
            return Err(ReadError::Damaged(format!("{workbook} lists no sheet")));
        }
        Ok(listing)
    }

    fn take(
        &mut self,
        e: &BytesStart<'_>,
        relations: &BTreeMap<String, Relation>,
    ) -> Result<(), ReadError> {
        match e.local_name().as_ref() {
            // Extensions have elements of the same names: what they leave out takes nothing back.
            "workbookPr" => self.is_1904 |= is_true(attribute(e, "date1904")?.as_deref()),
            "calcPr" => {
                self.calculates_on_load |= is_true(attribute(e, "fullCalcOnLoad")?.as_deref());
            }
            "sheet" => {
                let relation = attribute(e, "id")?.and_then(|id| relations.get(&id).cloned());
                let state = attribute(e, "state")?.unwrap_or_default();
                self.sheets.push(ListedSheet {
                    name: attribute(e, "name")?.unwrap_or_default(),
                    is_visible: !matches!(state.as_str(), "hidden" | "veryHidden"),
                    relation,
                });
            }
            _ => {}
        }
        Ok(())
    }
}

/// The part that all sheets share: the one that the workbook refers to, else the one of the usual name, wherever it is.
fn shared_part(
    package: &PackageReader,
    relations: &BTreeMap<String, Relation>,
    kind: &str,
    name: &str,
) -> String {
    let related = relations
        .values()
        .find(|relation| relation.is_of_kind(kind))
        .map(|relation| relation.target.clone())
        .filter(|target| package.part(target).is_some_and(|part| part.is_xml));
    let is_named = |part: &&str| part.rsplit('/').next() == Some(name);
    related
        .or_else(|| package.names().find(is_named).map(str::to_owned))
        .unwrap_or_default()
}
