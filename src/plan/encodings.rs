//! Encodings older than Unicode, read from the reference data, and the words that distinguish them.

use std::path::Path;

use super::paths::files_of;
use super::source::Source;
use crate::diagnostic::DefinitionError;
use crate::geography::Csv;
use crate::text::{Encodings, FontEncoding, RawEncodings};

/// Reads `encodings/encodings.toml` and its tables. The words come from the pipeline in `directory` and from the reference
/// data: labels, heads, units, names of territory.
pub(super) fn read_encodings(
    directory: &Path,
    reference: &Path,
) -> Result<Encodings, DefinitionError> {
    let folder = reference.join("encodings");
    let source = Source::read(&folder.join("encodings.toml"))?;
    let raw: RawEncodings = source.parse()?;
    let mut fonts = Vec::new();
    for encoding in &raw.encoding {
        let table = Csv::read(
            &folder.join(&encoding.table),
            &["bytes_hex", "as_cp1252", "char", "name", "layer"],
        )?;
        let letters = table
            .rows()
            .map(|(_, row)| (row.get("as_cp1252"), row.get("char")));
        let compiled = FontEncoding::compile(encoding, letters).map_err(|e| {
            let at = source.text.find(&encoding.id).unwrap_or(0);
            source.error(at, e, "`fonts` and `capitals` are regular expressions")
        })?;
        fonts.push(compiled);
    }
    let mut texts = Vec::new();
    // Not every pipeline has sectors.
    let named = ["pipeline.toml", "indicators.csv", "sectors.csv"]
        .map(|name| directory.join(name))
        .into_iter()
        .filter(|path| path.is_file());
    let shared = [
        "words.toml",
        "units_of_measure.toml",
        "admin_units.csv",
        "name_aliases.csv",
    ]
    .map(|name| reference.join(name));
    for path in named
        .chain(shared)
        .chain(files_of(&directory.join("forms"), "toml"))
    {
        texts.push(Source::read(&path)?.text);
    }
    Encodings::new(fonts, &raw.files.candidates, texts).map_err(|label| {
        let at = source.text.find(&label).unwrap_or(0);
        source.error(
            at,
            format!("there is no encoding `{label}`"),
            "use a label of the WHATWG Encoding Standard, such as windows-1258",
        )
    })
}
