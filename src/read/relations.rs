//! Parts of an Office Open XML package (.xlsx, .xlsb) that refer to others: the relations of a part, and what the
//! package carries that this program never runs or follows.

use std::collections::{BTreeMap, BTreeSet};

use memchr::memmem;
use quick_xml::events::Event;

use super::document::{Carried, ReadError};
use super::package::PackageReader;
use super::xml::{attribute, xml_reader};

/// A reference from one part to another.
#[derive(Debug, Clone)]
pub(super) struct Relation {
    /// A URI whose last segment names the kind of the other part.
    pub(super) kind: String,
    /// The name of the other part.
    pub(super) target: String,
}

impl Relation {
    /// Whether the other part is of this kind. The kind is the last segment of a URI; some programs write it alone.
    pub(super) fn is_of_kind(&self, kind: &str) -> bool {
        self.kind.rsplit('/').next() == Some(kind)
    }
}

/// The relations that a `.rels` part lists, by their ids.
pub(super) fn relationships(
    package: &mut PackageReader,
    part: &str,
) -> Result<BTreeMap<String, Relation>, ReadError> {
    let folder = part.split("_rels/").next().unwrap_or_default().to_owned();
    let mut relations = BTreeMap::new();
    package.check_whole(part)?;
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
                    let target = part_named(&target, &folder);
                    let kind = attribute(&e, "Type")?.unwrap_or_default();
                    relations.insert(id, Relation { kind, target });
                }
            }
            Event::Eof => return Ok(relations),
            _ => {}
        }
    }
}

/// The name of the part that a target means, seen from a folder of the package: `../` climbs, `./` stays, `/` starts at
/// the root, `%20` is a blank.
fn part_named(target: &str, folder: &str) -> String {
    let target = without_percent_signs(&target.replace('\\', "/"));
    let (from, path) = match target.strip_prefix('/') {
        Some(path) => ("", path),
        None => (folder, target.as_str()),
    };
    let mut steps: Vec<&str> = Vec::new();
    for step in from.split('/').chain(path.split('/')) {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    steps.join("/")
}

/// A URI with its percent signs resolved, if they are letters.
fn without_percent_signs(uri: &str) -> String {
    if !uri.contains('%') {
        return uri.to_owned();
    }
    let mut bytes = Vec::with_capacity(uri.len());
    let mut rest = uri.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after
            .get(..2)
            .and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| uri.to_owned())
}

/// What the package carries that is never run or followed.
pub(super) fn carried(package: &mut PackageReader) -> Result<Vec<Carried>, ReadError> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_of_a_part_may_stand_alone() {
        let of = |kind: &str| Relation {
            kind: kind.to_owned(),
            target: String::new(),
        };
        let uri = "http://purl.oclc.org/ooxml/officeDocument/relationships/worksheet";
        assert!(of(uri).is_of_kind("worksheet") && of("worksheet").is_of_kind("worksheet"));
        assert!(!of("http://example.org/xlMacrosheet").is_of_kind("worksheet"));
    }

    #[test]
    fn targets_are_names_of_parts() {
        for (target, name) in [
            ("worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("../xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("./worksheets/./sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("/xl/sharedStrings.xml", "xl/sharedStrings.xml"),
            ("../../../sharedStrings.xml", "sharedStrings.xml"),
            ("worksheets\\sheet%201.xml", "xl/worksheets/sheet 1.xml"),
            ("100%.xml", "xl/100%.xml"),
        ] {
            assert_eq!(part_named(target, "xl/"), name, "{target}");
        }
        assert_eq!(part_named("xl/workbook.xml", ""), "xl/workbook.xml");
    }
}
