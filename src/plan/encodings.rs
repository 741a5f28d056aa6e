//! Encodings older than Unicode, read from the reference data, and the words that distinguish them.

use std::collections::BTreeSet;
use std::path::Path;

use super::paths::files_of;
use super::source::Source;
use crate::diagnostic::DefinitionError;
use crate::geography::Csv;
use crate::text::{Encodings, FontEncoding, RawEncoding, RawEncodings};

/// Reads `encodings/encodings.toml` and its tables. The words come from the pipeline in `directory` and from the reference
/// data: labels, heads, units, names of territory.
pub(super) fn read_encodings(
    directory: &Path,
    reference: &Path,
    lists: &[&String],
) -> Result<Encodings, DefinitionError> {
    let folder = reference.join("encodings");
    let source = Source::read(&folder.join("encodings.toml"))?;
    let raw: RawEncodings = source.parse()?;
    check_ids(&source, &raw)?;
    let mut fonts = Vec::new();
    for encoding in &raw.encoding {
        let table = Csv::read(
            &folder.join(&encoding.table),
            &["bytes_hex", "as_cp1252", "char", "name", "layer"],
        )?;
        check_table(&folder.join(&encoding.table), &table)?;
        check_patterns(&source, encoding)?;
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
    let named = ["pipeline.toml", "indicators.csv"]
        .map(|name| directory.join(name))
        .into_iter()
        .chain(lists.iter().map(|list| directory.join(list)))
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

/// Checks that encodings are told apart, and that some encoding is tried.
fn check_ids(source: &Source, raw: &RawEncodings) -> Result<(), DefinitionError> {
    let mut seen = BTreeSet::new();
    for encoding in &raw.encoding {
        if encoding.id.trim().is_empty()
            || !seen.insert((&encoding.id, 0))
            || !seen.insert((&encoding.table, 1))
        {
            let at = source
                .text
                .rfind(&format!("id = {:?}", encoding.id))
                .unwrap_or(0);
            let message = format!(
                "the encoding `{}` has no id or no table of its own",
                encoding.id
            );
            return Err(source.error(at, message, "give each encoding its own id and table"));
        }
    }
    Ok(())
}

/// Fonts that show what is stored.
const ORDINARY_FONTS: [&str; 4] = ["", "Arial", "Times New Roman", "Calibri"];

/// Checks that an encoding has patterns of fonts, and that they do not match ordinary fonts.
fn check_patterns(source: &Source, encoding: &RawEncoding) -> Result<(), DefinitionError> {
    let at = source
        .text
        .find(&format!("id = {:?}", encoding.id))
        .unwrap_or(0);
    let all = encoding.fonts.iter().chain(&encoding.capitals);
    let too_wide = |pattern: &&String| {
        let pattern = regex::RegexBuilder::new(pattern)
            .case_insensitive(true)
            .build();
        pattern.is_ok_and(|p| ORDINARY_FONTS.iter().any(|font| p.is_match(font)))
    };
    let message = match all.into_iter().find(too_wide) {
        Some(pattern) => format!(
            "the pattern `{pattern}` of `{}` matches ordinary fonts, whose text would be decoded",
            encoding.id
        ),
        None if encoding.fonts.is_empty() => format!("the encoding `{}` has no fonts", encoding.id),
        None => return Ok(()),
    };
    Err(source.error(
        at,
        message,
        "write patterns that only the fonts of this encoding match",
    ))
}

/// Checks the table of an encoding: the bytes are the characters, and each stands for one letter of its own.
fn check_table(path: &Path, table: &Csv) -> Result<(), DefinitionError> {
    let mut seen = BTreeSet::new();
    for (line, row) in table.rows() {
        let (bytes, letter) = (row.get("bytes_hex"), row.get("char"));
        let read: Option<Vec<u8>> = bytes
            .split(' ')
            .map(|b| u8::from_str_radix(b, 16).ok())
            .collect();
        let read = read.map(|bytes| encoding_rs::WINDOWS_1252.decode(&bytes).0.into_owned());
        let message = if read.as_deref().map(str::trim) != Some(row.get("as_cp1252").as_str()) {
            format!(
                "`{bytes}` are not the bytes of `{}` in Windows-1252",
                row.get("as_cp1252")
            )
        } else if letter.chars().count() != 1 {
            format!("`{letter}` is not one letter")
        } else if !seen.insert(bytes.clone()) || !seen.insert(letter.clone()) {
            format!("`{bytes}` or `{letter}` stands in an earlier row")
        } else {
            continue;
        };
        let remedy = "a row has the bytes, the same as characters of Windows-1252, and the one letter that they stand for";
        return Err(DefinitionError::new(path, Some(line), message, remedy));
    }
    Ok(())
}
