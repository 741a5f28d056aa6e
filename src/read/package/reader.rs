//! A package with its parts, measured and ready to be read.

use std::collections::BTreeMap;
use std::io::{BufReader, Read};

use bytes::Bytes;
use zip::ZipArchive;
use zip::read::Config;
use zip::result::ZipError;
use zip::unstable::read::ZipIterable;

use super::copy::MemoryCopy;
use super::part::{PackagePart, decoded, measure, plain};
use super::source::{PackageSource, Packed};
use crate::intake::Limits;
use crate::read::document::ReadError;

/// Why a part is not parsed that declares a document type.
pub(crate) const FOREIGN: &str = "markup that no office program writes";

/// A package and its parts.
pub(crate) struct PackageReader {
    /// The package with its parts uncompressed, in memory; none where that would be large.
    unpacked: Option<Bytes>,
    zip: ZipArchive<PackageSource>,
    /// By name in lower case, with `/`.
    parts: BTreeMap<String, PackagePart>,
}

impl From<ZipError> for ReadError {
    fn from(error: ZipError) -> Self {
        match error {
            ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED)
            | ZipError::InvalidPassword => Self::Encrypted,
            ZipError::Io(e) => Self::Damaged(e.to_string()),
            other => Self::Damaged(other.to_string()),
        }
    }
}

impl PackageReader {
    /// Opens a package and unpacks every part once, into memory if the package is small.
    ///
    /// # Errors
    /// When it is damaged, protected, or unpacks to more than the limits allow.
    pub(crate) fn open(packed: &Packed, limits: &Limits) -> Result<Self, ReadError> {
        let source = PackageSource::of(packed)?;
        let size = source.len()?;
        // Walk the directory before loading it: here a million entries cost nothing.
        let mut directory = ZipIterable::try_new(source, Config::default())?;
        if directory.len() > limits.max_members {
            return Err(ReadError::over("max_members", limits.max_members));
        }
        for entry in directory.files()? {
            entry?;
        }
        let mut zip = ZipArchive::new(PackageSource::of(packed)?)?;
        let mut copy = MemoryCopy::of(&mut zip);
        let mut parts = BTreeMap::new();
        let mut unpacked = 0;
        let fair = limits.fair_size(size);
        for index in 0..zip.len() {
            let file = zip.by_index(index)?;
            let part = measure(file, &mut unpacked, fair, limits, &mut copy)?;
            parts.insert(plain(&part.name), part);
        }
        let mut package = Self {
            unpacked: None,
            zip,
            parts,
        };
        if let Some((bytes, zip)) = copy.finish() {
            // A name that no office program writes may have changed on the way.
            let has = |part: &PackagePart| zip.index_for_name(&part.name).is_some();
            if package.parts.values().all(has) {
                package.unpacked = Some(bytes);
                package.zip = zip;
            }
        }
        Ok(package)
    }

    /// Whether the parts are in memory, so that [`Self::bytes`] copies nothing.
    pub(crate) fn is_in_memory(&self) -> bool {
        self.unpacked.is_some()
    }

    /// The names of the parts, in lower case.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.keys().map(String::as_str)
    }

    /// A part by its name; case does not matter.
    pub(crate) fn part(&self, name: &str) -> Option<&PackagePart> {
        self.parts.get(&plain(name))
    }

    /// A reader of a part; none if there is no such part.
    pub(crate) fn reader(
        &mut self,
        name: &str,
    ) -> Result<Option<BufReader<Box<dyn Read + '_>>>, ReadError> {
        let Some(part) = self.parts.get(&plain(name)) else {
            return Ok(None);
        };
        if part.is_foreign {
            return Err(ReadError::Damaged(format!("{name}: {FOREIGN}")));
        }
        // The copy in memory is decoded already.
        let encoding = part.encoding.filter(|_| self.unpacked.is_none());
        let file = self.zip.by_name(&part.name)?;
        Ok(Some(BufReader::new(decoded(file, encoding))))
    }

    /// Checks that a part could be unpacked to its end and may be parsed.
    ///
    /// # Errors
    /// When it may not.
    pub(crate) fn check_whole(&self, name: &str) -> Result<(), ReadError> {
        let Some(part) = self.part(name) else {
            return Ok(());
        };
        let foreign = part.is_foreign.then_some(FOREIGN);
        match part.damage.as_deref().or(foreign) {
            Some(damage) => Err(ReadError::Damaged(format!("{name}: {damage}"))),
            None => Ok(()),
        }
    }

    /// The bytes of a part; empty if there is no such part.
    pub(crate) fn bytes(&mut self, name: &str) -> Result<Bytes, ReadError> {
        let Some(part) = self.parts.get(&plain(name)) else {
            return Ok(Bytes::new());
        };
        let file = self.zip.by_name(&part.name)?;
        let size = usize::try_from(file.size()).unwrap_or(0);
        if let (Some(unpacked), Some(from)) = (&self.unpacked, file.data_start()) {
            let from = usize::try_from(from).unwrap_or(usize::MAX);
            let to = from.saturating_add(size);
            if to <= unpacked.len() {
                return Ok(unpacked.slice(from..to));
            }
        }
        let encoding = part.encoding.filter(|_| self.unpacked.is_none());
        let mut bytes = Vec::new();
        // What was unpacked before damage is kept: the reader of the part meets its end.
        let _ = decoded(file, encoding).read_to_end(&mut bytes);
        Ok(bytes.into())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::write::{SimpleFileOptions, ZipWriter};

    use super::*;

    #[test]
    fn a_small_package_is_read_from_memory_part_by_part() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.xlsx");
        let mut zip = ZipWriter::new(std::fs::File::create(&path).expect("created"));
        let parts: [(&str, &[u8]); 3] = [
            ("xl/A.xml", b"<a>1</a>"),
            ("xl/media/b.png", &[7; 500]),
            ("xl/c.xml", b"<c/>"),
        ];
        for (name, content) in parts {
            zip.start_file(name, SimpleFileOptions::default())
                .and_then(|()| Ok(zip.write_all(content)?))
                .expect("written");
        }
        zip.finish().expect("finished");

        let mut package =
            PackageReader::open(&Packed::File(path), &Limits::default()).expect("sound");
        assert!(package.unpacked.is_some());
        for (name, content) in [parts[0], parts[2]] {
            assert_eq!(package.bytes(name).expect("there"), content);
        }
        assert_eq!(package.bytes("XL/a.XML").expect("there"), parts[0].1);
        assert_eq!(package.part("xl/media/b.png").map(|p| p.size), Some(500));
        assert!(
            package.bytes("xl/media/b.png").expect("there").is_empty(),
            "pictures are measured and not kept"
        );
    }
}
