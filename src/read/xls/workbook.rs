//! A workbook of the older binary formats to a document: its stream, and its sheets.

use std::collections::BTreeSet;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use super::cells::{CellFacts, LetterCount, read_cells};
use super::formulas::FormulaResults;
use super::globals::{Globals, SheetKind};
use super::layout::layout_of;
use super::record::SheetRecords;
use crate::intake::{Limits, open_file};
use crate::read::document::{Carried, Document, LegacyFont, ReadError};
use crate::read::protected::decrypted_stream;
use crate::read::sheet::{Sheet, joined};
use crate::read::tally::Tally;

/// Reads a workbook. A sheet that cannot be read is named in the document; the others are read.
///
/// # Errors
/// When the workbook is damaged, protected or exceeds a limit.
pub(crate) fn read_xls(
    path: &Path,
    limits: Limits,
    legacy_font: LegacyFont<'_>,
) -> Result<Document, ReadError> {
    let (stream, has_project) = workbook_stream(path, &limits)?;
    let mut document = read_stream(&stream, limits, legacy_font)?;
    if has_project && !document.carried.contains(&Carried::Macros) {
        document.carried.insert(0, Carried::Macros);
    }
    Ok(document)
}

fn read_stream(
    stream: &[u8],
    limits: Limits,
    legacy_font: LegacyFont<'_>,
) -> Result<Document, ReadError> {
    let mut globals = Globals::read(stream, &limits, legacy_font)?;
    let sheets = std::mem::take(&mut globals.sheets);
    let mut document = Document {
        encoding: globals.substitute.take(),
        ..Document::default()
    };
    let starts: BTreeSet<usize> = sheets.iter().map(|sheet| sheet.start).collect();
    let mut results = FormulaResults::new(globals.coding);
    let mut budget = stream.len().saturating_mul(2);
    let mut read = Vec::new();
    for listed in sheets {
        match listed.kind {
            SheetKind::Cells => {}
            SheetKind::Macros => {
                globals.carried.insert(Carried::Macros);
                continue;
            }
            SheetKind::Other => continue,
        }
        let Some(mut records) = SheetRecords::of_sheet(stream, listed.start, &starts) else {
            let reason = "it is not where the workbook says".to_owned();
            document.unreadable.push((listed.name, reason));
            continue;
        };
        let layout = layout_of(
            stream,
            &mut records,
            &mut results,
            &mut budget,
            limits.max_cells,
        )?;
        read.push((listed, layout));
    }
    let mut tally = Tally::new(limits);
    let mut letters = LetterCount::new(&limits);
    for (listed, layout) in read {
        let mut sheet = Sheet::new(Some(listed.name), listed.is_visible);
        let facts = CellFacts {
            stream,
            globals: &globals,
            results,
            layout: &layout,
        };
        if let Some(records) = SheetRecords::of_sheet(stream, listed.start, &starts) {
            read_cells(facts, records, &mut tally, &mut letters, &mut sheet)?;
        }
        sheet.merge(layout.merged);
        sheet.hidden_rows = Some(layout.hidden_rows);
        sheet.hidden_columns = Some(joined(layout.hidden_columns));
        document.sheets.push(sheet);
    }
    document.carried = globals.carried.into_iter().collect();
    Ok(document)
}

/// The stream that holds the cells, and whether the file has macros.
fn workbook_stream(path: &Path, limits: &Limits) -> Result<(Vec<u8>, bool), ReadError> {
    let damaged = |e: io::Error| ReadError::Damaged(e.to_string());
    let bounded = |source: &mut dyn Read| {
        let mut stream = Vec::new();
        let most = limits.max_stream_bytes;
        source
            .take(most + 1)
            .read_to_end(&mut stream)
            .map_err(damaged)?;
        if stream.len() as u64 > most {
            return Err(ReadError::over("max_stream_bytes", most));
        }
        decrypted_stream(stream)
    };
    let mut source = BufReader::new(open_file(path)?);
    if source.fill_buf()?.starts_with(&[0x09, 0x08]) {
        // The stream came without a container.
        return Ok((bounded(&mut source)?, false));
    }
    let mut file = cfb::CompoundFile::open(source).map_err(damaged)?;
    let has_project = file.exists("_VBA_PROJECT_CUR");
    let name = if file.exists("Workbook") {
        "Workbook"
    } else {
        "Book"
    };
    let stream = bounded(&mut file.open_stream(name).map_err(damaged)?)?;
    Ok((stream, has_project))
}
