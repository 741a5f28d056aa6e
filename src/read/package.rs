//! Workbooks that are zip packages (xlsx, xlsb, ods): what they unpack to, looked at before any reader sees it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use memchr::memmem;
use zip::read::{Config, ZipFile};
use zip::result::ZipError;
use zip::unstable::read::ZipIterable;
use zip::write::{SimpleFileOptions, ZipWriter};
use zip::{CompressionMethod, ZipArchive};

use super::document::ReadError;
use super::markup::Markup;
use crate::intake::Limits;

/// Parts that hold pictures: never read, so what they unpack to counts and nothing else does.
const PICTURES: [&str; 10] = [
    "png", "jpg", "jpeg", "gif", "bmp", "tif", "tiff", "emf", "wmf", "wdp",
];

/// Elements and bytes of tags that a table of styles may have: each style is kept with the names it refers to.
const MAX_STYLE_ELEMENTS: usize = 1_000_000;
const MAX_STYLE_BYTES: usize = 500_000_000;

/// A part, after it was unpacked once.
#[derive(Debug, Default)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, and none excludes another"
)]
pub(super) struct Part {
    name: String,
    /// Bytes.
    pub(super) size: u64,
    /// Whether it is known to be sound markup.
    pub(super) is_xml: bool,
    /// Whether the word `hidden` is in it.
    pub(super) mentions_hidden: bool,
    /// Whether it merges cells.
    pub(super) mentions_merged: bool,
    /// Whether it may have formulas.
    pub(super) mentions_formulas: bool,
}

/// A package and its parts.
pub(super) struct Package {
    path: PathBuf,
    /// What it unpacks to, as a package of its own that is not packed; none where that is large.
    unpacked: Option<Bytes>,
    zip: ZipArchive<Source>,
    /// By name in small letters, with `/`.
    parts: BTreeMap<String, Part>,
}

/// Where a package is read from.
pub(super) enum Source {
    /// Its file.
    File(BufReader<File>),
    /// Memory.
    Memory(Cursor<Bytes>),
}

impl Source {
    fn file(path: &Path) -> io::Result<Self> {
        Ok(Self::File(BufReader::new(File::open(path)?)))
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read(buffer),
            Self::Memory(bytes) => bytes.read(buffer),
        }
    }
}

impl Seek for Source {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Self::File(file) => file.seek(to),
            Self::Memory(bytes) => bytes.seek(to),
        }
    }
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

fn plain(name: &str) -> String {
    name.replace('\\', "/").to_lowercase()
}

impl Package {
    /// Opens a package and unpacks every part once: into memory if it is small, else into nothing.
    ///
    /// # Errors
    /// When it is damaged, protected, or unpacks to more than the limits allow.
    pub(super) fn open(path: &Path, limits: &Limits) -> Result<Self, ReadError> {
        let file = File::open(path)?;
        let packed = file.metadata()?.len();
        // The directory is walked before it is loaded: a million entries cost nothing here.
        let mut directory = ZipIterable::try_new(BufReader::new(file), Config::default())?;
        if directory.len() > limits.max_members {
            return Err(ReadError::over("max_members", limits.max_members));
        }
        for entry in directory.files()? {
            entry?;
        }
        let mut zip = ZipArchive::new(Source::file(path)?)?;
        let mut copy = Unpacking::of(&mut zip);
        let mut parts = BTreeMap::new();
        let mut unpacked = 0;
        let fair = limits.fair_size(packed);
        for index in 0..zip.len() {
            let file = zip.by_index(index)?;
            let part = survey(file, &mut unpacked, fair, limits, &mut copy)?;
            parts.insert(plain(&part.name), part);
        }
        let mut package = Self {
            path: path.to_owned(),
            unpacked: None,
            zip,
            parts,
        };
        if let Some((bytes, zip)) = copy.finish() {
            // A name that no office program gives may have become another.
            let has = |part: &Part| zip.index_for_name(&part.name).is_some();
            if package.parts.values().all(has) {
                package.unpacked = Some(bytes);
                package.zip = zip;
            }
        }
        Ok(package)
    }

    /// The package, to be read by another reader.
    pub(super) fn source(&self) -> io::Result<Source> {
        match &self.unpacked {
            Some(bytes) => Ok(Source::Memory(Cursor::new(bytes.clone()))),
            None => Source::file(&self.path),
        }
    }

    /// The names of the parts, in small letters.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.keys().map(String::as_str)
    }

    /// A part by its name, whatever its case.
    pub(super) fn part(&self, name: &str) -> Option<&Part> {
        self.parts.get(&plain(name))
    }

    /// A part, to be read.
    pub(super) fn reader(
        &mut self,
        name: &str,
    ) -> Result<Option<BufReader<ZipFile<'_, Source>>>, ReadError> {
        let Some(part) = self.parts.get(&plain(name)) else {
            return Ok(None);
        };
        Ok(Some(BufReader::new(self.zip.by_name(&part.name)?)))
    }

    /// The package in a file of its own, with another content of one part.
    pub(super) fn with_part(&mut self, name: &str, content: &[u8]) -> Result<Source, ReadError> {
        let mut copy = ZipWriter::new(tempfile::tempfile()?);
        for index in 0..self.zip.len() {
            let part = self.zip.by_index_raw(index)?;
            if plain(&String::from_utf8_lossy(part.name_raw())) == plain(name) {
                copy.start_file(name, SimpleFileOptions::default())?;
                copy.write_all(content)?;
            } else {
                copy.raw_copy_file(part)?;
            }
        }
        let mut file = copy.finish()?;
        file.rewind()?;
        Ok(Source::File(BufReader::new(file)))
    }

    /// The bytes of a part; empty if there is none.
    pub(super) fn bytes(&mut self, name: &str) -> Result<Bytes, ReadError> {
        let Some(part) = self.parts.get(&plain(name)) else {
            return Ok(Bytes::new());
        };
        let mut file = self.zip.by_name(&part.name)?;
        let size = usize::try_from(file.size()).unwrap_or(0);
        if let (Some(unpacked), Some(from)) = (&self.unpacked, file.data_start()) {
            let from = usize::try_from(from).unwrap_or(usize::MAX);
            let to = from.saturating_add(size);
            if to <= unpacked.len() {
                return Ok(unpacked.slice(from..to));
            }
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(bytes.into())
    }
}

/// Bytes up to which what a package unpacks to is kept in memory.
const SMALL: u64 = 1 << 26;

/// A package as it is copied into memory, its parts not packed; none from where it would not be the same or not small.
struct Unpacking(Option<ZipWriter<Cursor<Vec<u8>>>>);

impl Unpacking {
    fn of(zip: &mut ZipArchive<Source>) -> Self {
        // Not every package says it where this looks.
        let size = zip.decompressed_size().unwrap_or(0);
        let room = usize::try_from(size).ok().filter(|_| size <= SMALL.into());
        Self(room.map(|room| ZipWriter::new(Cursor::new(Vec::with_capacity(room + (1 << 12))))))
    }

    /// Begins a part.
    fn begin(&mut self, name: &str) {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        self.attempt(|copy| Ok(copy.start_file(name, options)?));
    }

    /// Adds to the part at hand. `unpacked` is what there is of the package.
    fn add(&mut self, bytes: &[u8], unpacked: u64) {
        if unpacked > SMALL {
            self.0 = None;
        }
        self.attempt(|copy| copy.write_all(bytes));
    }

    fn attempt(&mut self, step: impl FnOnce(&mut ZipWriter<Cursor<Vec<u8>>>) -> io::Result<()>) {
        if self.0.as_mut().is_some_and(|copy| step(copy).is_err()) {
            self.0 = None;
        }
    }

    fn finish(self) -> Option<(Bytes, ZipArchive<Source>)> {
        let bytes = Bytes::from(self.0?.finish().ok()?.into_inner());
        let zip = ZipArchive::new(Source::Memory(Cursor::new(bytes.clone()))).ok()?;
        Some((bytes, zip))
    }
}

fn survey(
    mut file: ZipFile<'_, Source>,
    unpacked: &mut u64,
    fair: u64,
    limits: &Limits,
    copy: &mut Unpacking,
) -> Result<Part, ReadError> {
    let name = match file.name() {
        Ok(name) => name.into_owned(),
        Err(_) => String::from_utf8_lossy(file.name_raw()).into_owned(),
    };
    let known = plain(&name);
    let extension = known.rsplit_once('.').map_or("", |(_, e)| e);
    let base = known.rsplit('/').next().unwrap_or_default().to_owned();
    let is_picture = PICTURES.contains(&extension);
    let is_xml = matches!(extension, "xml" | "rels");
    let shares_texts = base.starts_with("sharedstrings.");
    let mut part = Part {
        name,
        is_xml,
        ..Part::default()
    };
    copy.begin(&part.name);
    let mut markup = Markup::default();
    let hidden = memmem::Finder::new(b"hidden");
    let merged = memmem::Finder::new(b"mergeCell");
    let formulas = [memmem::Finder::new(b"<f"), memmem::Finder::new(b":f")];
    let mut buffer = vec![0; (1 << 16) + OVERLAP];
    // The end of one piece is kept before the next, so that no word is cut in two.
    let mut kept = 0;
    loop {
        let n = match file.read(&mut buffer[kept..]) {
            Ok(0) => break,
            Ok(n) => n,
            Err(_) if is_picture => break,
            Err(e) => return Err(ReadError::Damaged(format!("{}: {e}", part.name))),
        };
        part.size += n as u64;
        *unpacked += n as u64;
        if *unpacked > limits.max_unpacked_bytes {
            return Err(ReadError::over(
                "max_unpacked_bytes",
                limits.max_unpacked_bytes,
            ));
        }
        if *unpacked > fair {
            return Err(ReadError::over("max_ratio", limits.max_ratio));
        }
        if shares_texts && part.size > limits.max_text_bytes as u64 {
            return Err(ReadError::over("max_text_bytes", limits.max_text_bytes));
        }
        if !is_picture {
            copy.add(&buffer[kept..kept + n], *unpacked);
        }
        if is_xml {
            markup.follow(&buffer[kept..kept + n]);
            let piece = &buffer[..kept + n];
            part.mentions_hidden = part.mentions_hidden || hidden.find(piece).is_some();
            part.mentions_merged = part.mentions_merged || merged.find(piece).is_some();
            part.mentions_formulas =
                part.mentions_formulas || formulas.iter().any(|f| f.find(piece).is_some());
            judge(&markup, &part.name, limits)?;
        }
        let end = kept + n;
        kept = end.min(OVERLAP);
        buffer.copy_within(end - kept..end, 0);
    }
    let styles = markup.elements > MAX_STYLE_ELEMENTS
        || markup.elements.saturating_mul(markup.longest_tag) > MAX_STYLE_BYTES;
    if base == "styles.xml" && styles {
        return Err(ReadError::Damaged(format!(
            "{}: more styles than any program writes",
            part.name
        )));
    }
    Ok(part)
}

/// Bytes of a piece that are seen again with the next.
const OVERLAP: usize = 8;

fn judge(markup: &Markup, name: &str, limits: &Limits) -> Result<(), ReadError> {
    if markup.deepest > limits.max_xml_depth {
        return Err(ReadError::over("max_xml_depth", limits.max_xml_depth));
    }
    if markup.longest_tag.max(markup.longest_text) > limits.max_text_bytes {
        return Err(ReadError::over("max_text_bytes", limits.max_text_bytes));
    }
    if markup.foreign && !name.eq_ignore_ascii_case("META-INF/manifest.xml") {
        return Err(ReadError::Damaged(format!(
            "{name}: markup that no office program writes"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_package_is_read_from_memory_part_by_part() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.xlsx");
        let mut zip = ZipWriter::new(File::create(&path).expect("created"));
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

        let mut package = Package::open(&path, &Limits::default()).expect("sound");
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
        let mut other = ZipArchive::new(package.source().expect("memory")).expect("sound");
        let mut text = String::new();
        let read = other
            .by_name("xl/c.xml")
            .map(|mut part| part.read_to_string(&mut text));
        assert_eq!(
            (read.expect("there").ok(), text.as_str()),
            (Some(4), "<c/>")
        );
    }
}
