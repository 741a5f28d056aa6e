//! Parts of an Office Open XML package (.xlsx, .xlsb) that refer to others: the relations of a part, and what the
//! package carries that this program never runs or follows.

use std::collections::{BTreeMap, BTreeSet};

use memchr::memmem;
use quick_xml::events::Event;

use super::document::{Carried, ReadError};
use super::package::PackageReader;
use super::xml::{attribute, xml_reader};

/// A reference from one part to another.
pub(super) struct Relation {
    /// A URI whose last segment names the kind of the other part.
    pub(super) kind: String,
    /// The name of the other part.
    pub(super) target: String,
}

/// The relations that a `.rels` part lists, by their ids.
pub(super) fn relationships(
    package: &mut PackageReader,
    part: &str,
) -> Result<BTreeMap<String, Relation>, ReadError> {
    let folder = part.split("_rels/").next().unwrap_or_default();
    let mut relations = BTreeMap::new();
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
                    let target = match target.strip_prefix('/') {
                        Some(absolute) => absolute.to_owned(),
                        None => format!("{folder}{target}"),
                    };
                    let kind = attribute(&e, "Type")?.unwrap_or_default();
                    relations.insert(id, Relation { kind, target });
                }
            }
            Event::Eof => return Ok(relations),
            _ => {}
        }
    }
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
