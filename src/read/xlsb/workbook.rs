//! A binary workbook to a document: its parts, its sheets, and what they share.

use std::collections::BTreeMap;

use super::sheet::{BookFacts, SheetFacts, has_results, read_sheet};
use super::styles::Styles;
use super::texts::shared_texts;
use crate::intake::Limits;
use crate::read::biff::{Biff12, Fields, wide_text};
use crate::read::document::{Document, LegacyFont, ReadError};
use crate::read::listed_sheet::ListedSheet;
use crate::read::package::PackageReader;
use crate::read::relations::{Relation, carried, relationships};
use crate::read::sheet::{Sheet, joined};
use crate::read::tally::Tally;

/// The part that lists the sheets, where nothing says otherwise.
const WORKBOOK: &str = "xl/workbook.bin";

/// Reads a workbook. A sheet that cannot be read is named in the document; the others are read.
///
/// # Errors
/// When the workbook is damaged, protected or exceeds a limit.
pub(crate) fn read_xlsb(
    mut package: PackageReader,
    limits: Limits,
    legacy_font: LegacyFont<'_>,
) -> Result<Document, ReadError> {
    let listing = Listing::read(&mut package, &limits)?;
    // Without formats it is not known what a cell shows.
    package.check_whole(&listing.styles)?;
    let styles = Styles::read(&package.bytes(&listing.styles)?, legacy_font)?;
    let shared = shared_texts(&package.bytes(&listing.shared_texts)?, &styles.fonts);
    let mut book = BookFacts {
        styles,
        shared,
        is_1904: listing.is_1904,
        has_results: false,
        calculates_on_load: listing.calculates_on_load,
    };
    let mut document = Document {
        carried: carried(&mut package)?,
        ..Document::default()
    };
    let mut sheets = Vec::new();
    for listed in listing.sheets {
        match listed.part(&package) {
            Ok(Some(part)) => sheets.push((listed, part)),
            Ok(None) => {}
            Err(reason) => document.unreadable.push((listed.name, reason)),
        }
    }
    for (_, part) in &sheets {
        if let Some(part) = package.reader(part)? {
            book.has_results = book.has_results || has_results(part);
        }
    }
    let mut tally = Tally::new(limits);
    for (listed, part) in sheets {
        let mut sheet = Sheet::new(Some(listed.name), listed.is_visible);
        let facts = match package.reader(&part)? {
            Some(part) => read_sheet(part, &book, &limits, &mut tally, &mut sheet)?,
            None => SheetFacts::default(),
        };
        sheet.merge(facts.merged);
        sheet.hidden_rows = Some(facts.hidden_rows);
        sheet.hidden_columns = Some(joined(facts.hidden_columns));
        document.sheets.push(sheet);
    }
    Ok(document)
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
        let workbook = main
            .into_values()
            .find(|relation| relation.is_of_kind("officeDocument"))
            .map(|relation| relation.target)
            .filter(|target| package.part(target).is_some())
            .unwrap_or_else(|| WORKBOOK.to_owned());
        let (folder, base) = workbook.rsplit_once('/').unwrap_or(("", &workbook));
        let separator = if folder.is_empty() { "" } else { "/" };
        let relations = relationships(package, &format!("{folder}{separator}_rels/{base}.rels"))?;
        let mut listing = Self {
            styles: shared_part(package, &relations, "styles", "styles.bin"),
            shared_texts: shared_part(package, &relations, "sharedStrings", "sharedstrings.bin"),
            ..Self::default()
        };
        package.check_whole(&workbook)?;
        let Some(part) = package.reader(&workbook)? else {
            return Err(ReadError::Damaged(format!("{workbook} is not in the file")));
        };
        let mut records = Biff12::new(part);
        while let Some((kind, body)) = records.next()? {
            match kind {
                // BrtWbProp: flags.
                153 => listing.is_1904 = body.first().is_some_and(|flags| flags & 1 != 0),
                // BrtCalcProp: engine, mode, steps, least change, threads, flags.
                157 => {
                    let flags = body.get(24);
                    listing.calculates_on_load = flags.is_some_and(|flags| flags & 1 != 0);
                }
                // BrtBundleSh: state, id, relation, name.
                156 => listing.sheets.extend(listed_sheet(body, &relations)),
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
}

fn listed_sheet(body: &[u8], relations: &BTreeMap<String, Relation>) -> Option<ListedSheet> {
    // A sheet without a part, such as a module of macros in an old workbook, has no relation.
    let no_relation = body.u32_at(8) == Some(u32::MAX);
    if no_relation {
        return None;
    }
    let (relation, length) = wide_text(body.get(8..)?)?;
    let (name, _) = wide_text(body.get(8 + length..)?)?;
    Some(ListedSheet {
        name,
        is_visible: !matches!(body.u32_at(0), Some(1 | 2)),
        relation: relations.get(&relation).cloned(),
    })
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
        .filter(|target| package.part(target).is_some());
    let is_named = |part: &&str| part.rsplit('/').next() == Some(name);
    related
        .or_else(|| package.names().find(is_named).map(str::to_owned))
        .unwrap_or_default()
}
