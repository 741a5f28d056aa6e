//! What is unusual or broken in a file: other programs write so, or it was damaged on its way.

use std::collections::BTreeMap;
use std::error::Error;

use serde::Deserialize;

/// The flaws of a workbook.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Flaws {
    /// Part of the package, a text in it, and what stands there instead, everywhere in the part.
    pub(super) patch: Vec<[String; 3]>,
    /// Parts in UTF-16.
    pub(super) utf16: Vec<String>,
    /// Parts by name, with the name they have instead.
    pub(super) rename: BTreeMap<String, String>,
    /// Parts by name, with the number of bytes that are left of them.
    pub(super) cut: BTreeMap<String, usize>,
    /// .xls: the code page that the workbook names.
    pub(super) code_page: Option<u16>,
    /// .xls: how many bytes a record of shared texts holds at most: a text goes on in the next.
    pub(super) continue_after: Option<usize>,
    /// .xls: an empty record among the shared texts.
    pub(super) empty_continue: Option<Gap>,
    /// .xls: records that no version of the format has, and some that say nothing.
    pub(super) odd_records: bool,
    /// .ods: errors as Excel writes them, as the number 0 that shows their name.
    pub(super) errors_as_floats: bool,
    /// .ods: formats are in the part of styles, as an office that keeps all its styles writes them.
    pub(super) styles_apart: bool,
}

/// Where an empty record stands.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Gap {
    /// Within every third text.
    Within,
    /// Behind every third text.
    Between,
}

impl Flaws {
    /// Puts the flaws into the parts of a package.
    pub(super) fn spoil(&self, parts: &mut [(String, Vec<u8>)]) -> Result<(), Box<dyn Error>> {
        for [part, old, new] in &self.patch {
            let bytes = find(parts, part)?;
            let text = String::from_utf8(std::mem::take(bytes))?;
            if !text.contains(old.as_str()) {
                return Err(format!("`{old}` is not in {part}").into());
            }
            *bytes = text.replace(old.as_str(), new).into_bytes();
        }
        for part in &self.utf16 {
            let bytes = find(parts, part)?;
            let text = String::from_utf8(std::mem::take(bytes))?;
            let text = text.replace("encoding=\"UTF-8\"", "encoding=\"UTF-16\"");
            let marked = format!("\u{feff}{text}");
            *bytes = marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
        }
        for (part, length) in &self.cut {
            find(parts, part)?.truncate(*length);
        }
        for (part, name) in &self.rename {
            find(parts, part)?;
            for (known, _) in parts.iter_mut().filter(|(known, _)| known == part) {
                known.clone_from(name);
            }
        }
        Ok(())
    }
}

fn find<'a>(
    parts: &'a mut [(String, Vec<u8>)],
    name: &str,
) -> Result<&'a mut Vec<u8>, Box<dyn Error>> {
    let mut found = parts.iter_mut().filter(|(part, _)| part == name);
    let found = found.next().ok_or_else(|| format!("no part {name}"))?;
    Ok(&mut found.1)
}
