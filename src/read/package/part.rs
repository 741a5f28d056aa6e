//! A part of a package: what it unpacks to, measured while it unpacks.

use std::io::{Cursor, Read};

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use encoding_rs_io::DecodeReaderBytesBuilder;
use memchr::memmem::{self, Finder};
use zip::read::ZipFile;

use super::copy::MemoryCopy;
use super::source::PackageSource;
use crate::intake::Limits;
use crate::read::document::ReadError;
use crate::read::markup::Markup;

/// Extensions of pictures. They are never read, so only their unpacked size counts.
const PICTURES: [&str; 10] = [
    "png", "jpg", "jpeg", "gif", "bmp", "tif", "tiff", "emf", "wmf", "wdp",
];

/// Elements, and bytes of tags, that a table of styles may have: parsers keep each style with the names it refers to.
const MAX_STYLE_ELEMENTS: usize = 1_000_000;
const MAX_STYLE_BYTES: usize = 500_000_000;

/// A part, as it was measured while it unpacked.
#[derive(Debug, Default)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, and none excludes another"
)]
pub(crate) struct PackagePart {
    /// Its name in the package.
    pub(super) name: String,
    /// Unpacked size in bytes.
    pub(crate) size: u64,
    /// Whether it was measured as XML and is within the limits.
    pub(crate) is_xml: bool,
    /// Its encoding, if it is not UTF-8.
    pub(super) encoding: Option<&'static Encoding>,
    /// Why it could not be unpacked to its end.
    pub(crate) damage: Option<String>,
    /// Whether it has markup that no office program writes into the parts that are read. It was not measured, so it is
    /// never parsed.
    pub(crate) is_foreign: bool,
    /// Whether it may merge cells.
    pub(crate) mentions_merged: bool,
    /// Whether it may contain formulas.
    pub(crate) mentions_formulas: bool,
    /// Whether it may ask for all formulas to be calculated when it is opened.
    pub(crate) mentions_calculation: bool,
}

/// Bytes at the beginning of a part that tell its encoding.
const HEAD: usize = 256;

/// Bytes read at a time.
const PIECE: usize = 1 << 16;

/// Bytes at the end of a piece that are searched again with the next one.
const OVERLAP: usize = 24;

/// A name as packages are searched for it: in lower case, with `/`.
pub(super) fn plain(name: &str) -> String {
    name.replace('\\', "/").to_lowercase()
}

/// The encoding of an XML part that begins with these bytes, if it is not UTF-8. Source: XML 1.0, appendix F.
fn foreign_encoding(head: &[u8]) -> Option<&'static Encoding> {
    match head {
        [0xff, 0xfe, ..] | [b'<', 0, ..] => return Some(UTF_16LE),
        [0xfe, 0xff, ..] | [0, b'<', ..] => return Some(UTF_16BE),
        _ => {}
    }
    let declaration = head.strip_prefix(b"<?xml")?;
    let declaration = &declaration[..memchr::memchr(b'>', declaration)?];
    let at = memmem::find(declaration, b"encoding")?;
    let label = declaration[at..]
        .split(|b| matches!(b, b'"' | b'\''))
        .nth(1)?;
    Encoding::for_label(label).filter(|encoding| *encoding != UTF_8)
}

/// A reader of a part as UTF-8.
pub(super) fn decoded<'r>(
    part: impl Read + 'r,
    encoding: Option<&'static Encoding>,
) -> Box<dyn Read + 'r> {
    match encoding {
        None => Box::new(part),
        Some(_) => Box::new(
            DecodeReaderBytesBuilder::new()
                .encoding(encoding)
                .bom_override(true)
                .build(part),
        ),
    }
}

/// Unpacks a part: measures it and copies it. `unpacked` counts the bytes of the package so far; `fair` is the most
/// that a package of this size may unpack to.
///
/// # Errors
/// When the part is damaged or exceeds a limit.
pub(super) fn measure(
    file: ZipFile<'_, PackageSource>,
    unpacked: &mut u64,
    fair: u64,
    limits: &Limits,
    copy: &mut MemoryCopy,
) -> Result<PackagePart, ReadError> {
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
    let mut part = PackagePart {
        name,
        is_xml,
        ..PackagePart::default()
    };
    copy.begin(&part.name);
    let mut file = file;
    let mut head = Vec::new();
    if is_xml {
        let begin = file.by_ref().take(HEAD as u64).read_to_end(&mut head);
        if let Err(e) = begin {
            part.damage = Some(e.to_string());
        }
        part.encoding = foreign_encoding(&head);
    }
    let mut file = decoded(Cursor::new(head).chain(file), part.encoding);
    let mut markup = Markup::default();
    let words = WordFinders::new();
    let mut buffer = vec![0; PIECE + OVERLAP];
    // The end of one piece is searched again with the next, so that no word is missed where it is cut.
    let mut kept = 0;
    loop {
        let n = match file.read(&mut buffer[kept..]) {
            Ok(0) => break,
            Ok(n) => n,
            Err(_) if is_picture => break,
            Err(e) => {
                part.damage = Some(e.to_string());
                break;
            }
        };
        part.size += n as u64;
        *unpacked += n as u64;
        check_size(*unpacked, fair, limits)?;
        if shares_texts && part.size > limits.max_text_bytes as u64 {
            return Err(ReadError::over("max_text_bytes", limits.max_text_bytes));
        }
        if !is_picture {
            copy.add(&buffer[kept..kept + n], *unpacked);
        }
        if is_xml {
            markup.follow(&buffer[kept..kept + n]);
            words.look_for(&buffer[..kept + n], &mut part);
            check_markup(&markup, limits)?;
        }
        let end = kept + n;
        kept = end.min(OVERLAP);
        buffer.copy_within(end - kept..end, 0);
    }
    part.is_foreign = markup.foreign;
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

/// Words in a part that tell which of its contents need a closer look.
struct WordFinders {
    merged: Finder<'static>,
    calculation: Finder<'static>,
    /// With and without a prefix.
    formulas: [Finder<'static>; 2],
}

impl WordFinders {
    fn new() -> Self {
        Self {
            merged: Finder::new(b"mergeCell"),
            calculation: Finder::new(b"fullCalcOnLoad=\"1\""),
            formulas: [Finder::new(b"<f"), Finder::new(b":f")],
        }
    }

    fn look_for(&self, piece: &[u8], part: &mut PackagePart) {
        let has = |word: &Finder<'_>| word.find(piece).is_some();
        part.mentions_merged = part.mentions_merged || has(&self.merged);
        part.mentions_formulas = part.mentions_formulas || self.formulas.iter().any(has);
        part.mentions_calculation = part.mentions_calculation || has(&self.calculation);
    }
}

/// Whether a package may unpack to so many bytes.
fn check_size(unpacked: u64, fair: u64, limits: &Limits) -> Result<(), ReadError> {
    if unpacked > limits.max_unpacked_bytes {
        return Err(ReadError::over(
            "max_unpacked_bytes",
            limits.max_unpacked_bytes,
        ));
    }
    if unpacked > fair {
        return Err(ReadError::over("max_ratio", limits.max_ratio));
    }
    Ok(())
}

/// Whether the markup seen so far is within the limits.
fn check_markup(markup: &Markup, limits: &Limits) -> Result<(), ReadError> {
    if markup.deepest > limits.max_xml_depth {
        return Err(ReadError::over("max_xml_depth", limits.max_xml_depth));
    }
    if markup.longest_tag.max(markup.longest_text) > limits.max_text_bytes {
        return Err(ReadError::over("max_text_bytes", limits.max_text_bytes));
    }
    Ok(())
}
