//! A workbook as a package of parts. Unchanged parts are copied byte for byte, still compressed.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::error::MarkError;
use super::names::first_free;
use super::xml::{append_child, root, tags, value};

/// The part that states the content types of all others.
const TYPES: &str = "[Content_Types].xml";

/// A link from one part to another.
#[derive(Debug, Clone)]
pub(super) struct Relationship {
    pub id: String,
    /// The type: an address whose last word says what the other part is.
    pub kind: String,
    /// The part that it links to.
    pub part: String,
}

impl Relationship {
    /// Whether the last word of its type is `word`.
    pub(super) fn is(&self, word: &str) -> bool {
        self.kind.rsplit('/').next() == Some(word)
    }
}

/// A package that is being changed.
pub(super) struct EditedPackage<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    /// Names of the parts as stored.
    names: Vec<String>,
    /// Place of each part in the archive, by its name as OPC compares it.
    index: BTreeMap<String, usize>,
    /// New texts of parts, by stored name.
    texts: BTreeMap<String, String>,
    /// The largest size of a part, in bytes.
    limit: u64,
}

/// A part name as it is compared: without regard to case, and with `/` where some writers use backslashes.
fn key(name: &str) -> String {
    name.trim_start_matches('/')
        .replace('\\', "/")
        .to_ascii_lowercase()
}

impl<'a> EditedPackage<'a> {
    /// Opens a package.
    pub(super) fn open(bytes: &'a [u8], limit: u64) -> Result<Self, MarkError> {
        let archive = ZipArchive::new(Cursor::new(bytes))?;
        let mut names = Vec::with_capacity(archive.len());
        for i in 0..archive.len() {
            let name = archive.name_for_index(i).transpose()?;
            names.push(name.unwrap_or_default().into_owned());
        }
        let index = names
            .iter()
            .enumerate()
            .map(|(i, name)| (key(name), i))
            .collect();
        Ok(Self {
            archive,
            names,
            index,
            texts: BTreeMap::new(),
            limit,
        })
    }

    /// The name that a part is stored under.
    fn stored_name(&self, part: &str) -> String {
        let stored = self.index.get(&key(part)).map(|i| &self.names[*i]);
        stored.map_or(part, String::as_str).to_owned()
    }

    /// Whether there is a part with this name.
    pub(super) fn has(&self, part: &str) -> bool {
        self.index.contains_key(&key(part)) || self.texts.contains_key(part)
    }

    /// The text of a part, if there is one with this name.
    pub(super) fn text(&mut self, part: &str) -> Result<Option<String>, MarkError> {
        if let Some(text) = self.texts.get(&self.stored_name(part)) {
            return Ok(Some(text.clone()));
        }
        let Some(i) = self.index.get(&key(part)) else {
            return Ok(None);
        };
        let mut bytes = Vec::new();
        self.archive
            .by_index(*i)?
            .take(self.limit + 1)
            .read_to_end(&mut bytes)?;
        if bytes.len() as u64 > self.limit {
            return Err(MarkError::TooLarge(part.to_owned()));
        }
        String::from_utf8(bytes)
            .map(Some)
            .map_err(|_| MarkError::NotUtf8(part.to_owned()))
    }

    /// The text of a part that must exist.
    pub(super) fn expect(&mut self, part: &str) -> Result<String, MarkError> {
        self.text(part)?
            .ok_or_else(|| MarkError::Missing(part.to_owned()))
    }

    /// Replaces the text of a part, or adds the part.
    pub(super) fn put(&mut self, part: &str, text: String) {
        let name = self.stored_name(part);
        self.texts.insert(name, text);
    }

    /// The first free name `<stem><n>.<extension>`.
    pub(super) fn free_name(&self, stem: &str, extension: &str) -> String {
        first_free(|n| format!("{stem}{n}.{extension}"), |name| self.has(name))
    }

    /// The links from a part to other parts of the package.
    pub(super) fn relationships(&mut self, part: &str) -> Result<Vec<Relationship>, MarkError> {
        let Some(text) = self.text(&relationships_of(part))? else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        for tag in tags(&text) {
            let tag = tag?;
            let outside = tag.attribute("TargetMode").as_deref() == Some("External");
            if tag.local() != "Relationship" || outside {
                continue;
            }
            if let (Some(id), Some(kind), Some(target)) = (
                tag.attribute("Id"),
                tag.attribute("Type"),
                tag.attribute("Target"),
            ) {
                found.push(Relationship {
                    id,
                    kind,
                    part: resolve(part, &target),
                });
            }
        }
        Ok(found)
    }

    /// Adds a link from a part to another. Returns its id.
    pub(super) fn relate(&mut self, from: &str, kind: &str, to: &str) -> Result<String, MarkError> {
        let name = relationships_of(from);
        let text = self.text(&name)?.unwrap_or_else(|| {
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
             <Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"/>"
                .to_owned()
        });
        let mut taken = Vec::new();
        for tag in tags(&text) {
            taken.extend(tag?.attribute("Id"));
        }
        let id = first_free(
            |n| format!("rIdFeedback{n}"),
            |id| taken.iter().any(|t| t == id),
        );
        let prefix = root(&text)?.prefix().to_owned();
        let child = format!(
            "<{prefix}Relationship Id=\"{id}\" Type=\"{}\" Target=\"/{}\"/>",
            value(kind),
            value(to)
        );
        let text = append_child(&text, "Relationships", &child)?;
        self.put(&name, text);
        Ok(id)
    }

    /// States the content type of a part.
    pub(super) fn declare(&mut self, part: &str, media: &str) -> Result<(), MarkError> {
        let text = self.expect(TYPES)?;
        let prefix = root(&text)?.prefix().to_owned();
        let child = format!(
            "<{prefix}Override PartName=\"/{}\" ContentType=\"{media}\"/>",
            value(part)
        );
        let text = append_child(&text, "Types", &child)?;
        self.put(TYPES, text);
        Ok(())
    }

    /// The content type stated for a part itself; none where only its extension has one.
    pub(super) fn declared(&mut self, part: &str) -> Result<Option<String>, MarkError> {
        let text = self.expect(TYPES)?;
        for tag in tags(&text) {
            let tag = tag?;
            let own = tag.local() == "Override"
                && tag
                    .attribute("PartName")
                    .is_some_and(|name| key(&name) == key(part));
            if own {
                return Ok(tag.attribute("ContentType"));
            }
        }
        Ok(None)
    }

    /// The package with its changes.
    pub(super) fn finish(mut self) -> Result<Vec<u8>, MarkError> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(zip::DateTime::default());
        for (i, name) in self.names.iter().enumerate() {
            if let Some(text) = self.texts.remove(name) {
                writer.start_file(name.as_str(), options)?;
                writer.write_all(text.as_bytes())?;
            } else {
                writer.raw_copy_file(self.archive.by_index_raw(i)?)?;
            }
        }
        for (name, text) in self.texts {
            writer.start_file(name, options)?;
            writer.write_all(text.as_bytes())?;
        }
        Ok(writer.finish()?.into_inner())
    }
}

/// A new package with the given parts.
pub(super) fn pack(parts: &[(&str, &str)]) -> Result<Vec<u8>, MarkError> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    for (name, text) in parts {
        writer.start_file(*name, options)?;
        writer.write_all(text.as_bytes())?;
    }
    Ok(writer.finish()?.into_inner())
}

fn relationships_of(part: &str) -> String {
    match part.rsplit_once('/') {
        Some((directory, file)) => format!("{directory}/_rels/{file}.rels"),
        None => format!("_rels/{part}.rels"),
    }
}

/// The part that a target in the relationships of `from` names.
fn resolve(from: &str, target: &str) -> String {
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut path: Vec<&str> = from.split('/').collect();
    path.pop();
    for step in target.split('/') {
        match step {
            "." | "" => {}
            ".." => {
                path.pop();
            }
            step => path.push(step),
        }
    }
    path.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_resolved_from_their_part() {
        let from = "xl/worksheets/sheet1.xml";
        assert_eq!(resolve(from, "../comments1.xml"), "xl/comments1.xml");
        assert_eq!(resolve(from, "/xl/a.xml"), "xl/a.xml");
        assert_eq!(resolve("", "xl/workbook.xml"), "xl/workbook.xml");
        assert_eq!(relationships_of(""), "_rels/.rels");
        assert_eq!(
            relationships_of(from),
            "xl/worksheets/_rels/sheet1.xml.rels"
        );
    }

    #[test]
    fn unchanged_parts_are_copied_with_their_bytes() {
        let bytes = pack(&[
            (TYPES, "<Types xmlns=\"t\"/>"),
            ("XL\\Other.xml", "<a>  </a>"),
            ("b.bin", "\u{1}"),
        ])
        .expect("a package");
        let mut package = EditedPackage::open(&bytes, 1000).expect("a package");
        assert_eq!(
            package.text("xl/other.xml").expect("text").as_deref(),
            Some("<a>  </a>")
        );
        package.put("xl/other.xml", "<a/>".to_owned());
        package.declare("xl/new.xml", "x/y").expect("declared");
        let id = package
            .relate("xl/other.xml", "k/new", "xl/new.xml")
            .expect("related");
        assert_eq!(id, "rIdFeedback1");
        let out = package.finish().expect("written");
        let mut again = EditedPackage::open(&out, 1000).expect("a package");
        assert_eq!(
            again.text("xl/other.xml").expect("text").as_deref(),
            Some("<a/>")
        );
        assert_eq!(again.text("b.bin").expect("text").as_deref(), Some("\u{1}"));
        assert_eq!(
            again.declared("xl/new.xml").expect("types").as_deref(),
            Some("x/y")
        );
        let related = again.relationships("xl/other.xml").expect("relationships");
        assert!(related[0].is("new") && related[0].part == "xl/new.xml");
        assert!(matches!(
            EditedPackage::open(&bytes, 2)
                .expect("a package")
                .text("xl/other.xml"),
            Err(MarkError::TooLarge(_))
        ));
    }
}
