//! An OpenDocument spreadsheet to a document.

use std::collections::BTreeSet;

use memchr::memmem;

use super::content::ContentReader;
use super::settings::HiddenZeros;
use super::styles::Styles;
use crate::intake::Limits;
use crate::read::document::{Carried, Document, LegacyFont, ReadError};
use crate::read::package::PackageReader;

/// Reads a spreadsheet.
///
/// # Errors
/// When the file is damaged, protected or exceeds a limit.
pub(crate) fn read_ods(
    mut package: PackageReader,
    limits: Limits,
    legacy_font: LegacyFont<'_>,
) -> Result<Document, ReadError> {
    let manifest = package.bytes("META-INF/manifest.xml")?;
    if memmem::find(&manifest, b"encryption-data").is_some() {
        return Err(ReadError::Encrypted);
    }
    let mut carried = BTreeSet::new();
    if package.names().any(is_macro) {
        carried.insert(Carried::Macros);
    }
    // Without styles it is not known what a cell shows.
    package.check_whole("styles.xml")?;
    let mut styles = Styles::new(legacy_font);
    styles.read(&package.bytes("styles.xml")?)?;
    let hidden_zeros = HiddenZeros::read(&package.bytes("settings.xml")?);
    let Some(content) = package.reader("content.xml")? else {
        return Err(ReadError::Damaged("content.xml is not in it".to_owned()));
    };
    let mut content = ContentReader::new(content, limits, styles, hidden_zeros);
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
