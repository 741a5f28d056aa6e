//! An OpenDocument spreadsheet to a document.

use std::collections::BTreeSet;

use memchr::memmem;

use super::content::ContentReader;
use crate::intake::Limits;
use crate::read::document::{Carried, Document, ReadError};
use crate::read::package::{PackageReader, Packed};

/// Reads a spreadsheet.
///
/// # Errors
/// When the file is damaged, protected or exceeds a limit.
pub(crate) fn read_ods(packed: &Packed, limits: Limits) -> Result<Document, ReadError> {
    let mut package = PackageReader::open(packed, &limits)?;
    let manifest = package.bytes("META-INF/manifest.xml")?;
    if memmem::find(&manifest, b"encryption-data").is_some() {
        return Err(ReadError::Encrypted);
    }
    let mut carried = BTreeSet::new();
    if package.names().any(is_macro) {
        carried.insert(Carried::Macros);
    }
    let Some(content) = package.reader("content.xml")? else {
        return Err(ReadError::Damaged("content.xml is not in it".to_owned()));
    };
    let mut content = ContentReader::new(content, limits);
    content.read()?;
    carried.extend(content.carried);
    Ok(Document {
        sheets: content.sheets,
        carried: carried.into_iter().collect(),
        ..Document::default()
    })
}

/// Whether a part is a program. Files without programs have lists of libraries, too.
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
