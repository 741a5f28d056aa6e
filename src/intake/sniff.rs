//! What a file is, told by its content and not by its name.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use zip::ZipReadOptions;
use zip::read::Config;
use zip::unstable::read::ZipIterable;

use super::guard::guarded;

/// A kind of file that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaType {
    /// Office Open XML workbook.
    Xlsx,
    /// Office Open XML workbook with macros.
    Xlsm,
    /// Binary workbook (BIFF12).
    Xlsb,
    /// Workbook of the older binary format (BIFF8, BIFF5).
    Xls,
    /// OpenDocument spreadsheet.
    Ods,
    /// Delimited text.
    Csv,
    /// Text delimited by tabs.
    Tsv,
}

impl MediaType {
    /// The registered media type.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Xlsm => "application/vnd.ms-excel.sheet.macroEnabled.12",
            Self::Xlsb => "application/vnd.ms-excel.sheet.binary.macroEnabled.12",
            Self::Xls => "application/vnd.ms-excel",
            Self::Ods => "application/vnd.oasis.opendocument.spreadsheet",
            Self::Csv => "text/csv",
            Self::Tsv => "text/tab-separated-values",
        }
    }

    /// Whether it has sheets with names.
    #[must_use]
    pub fn is_workbook(self) -> bool {
        !matches!(self, Self::Csv | Self::Tsv)
    }
}

/// The media type of an archive.
pub const ARCHIVE: &str = "application/zip";

/// Why a file is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAccepted {
    /// Nothing is in it.
    Empty,
    /// An archive: its members are files of their own.
    Archive,
    /// An Office document that asks for a password.
    Encrypted,
    /// A kind of file that is known and not read; its media type.
    Known(&'static str),
    /// Nothing that is known.
    Unknown,
}

/// What a look at a file tells: its kind, or why it is not read.
pub type Sniffed = Result<MediaType, NotAccepted>;

/// Bytes at the head of a file that are looked at.
const HEAD: u64 = 8192;

/// Members of a package that are looked at.
const MEMBERS: usize = 10_000;

/// Tells what a file is.
///
/// # Errors
/// When it cannot be read.
pub fn sniff(path: &Path) -> io::Result<Sniffed> {
    let mut head = Vec::new();
    File::open(path)?.take(HEAD).read_to_end(&mut head)?;
    Ok(if is_zip(&head) {
        guarded(|| package(path))
            .flatten()
            .unwrap_or_else(|| broken_package(&head))
    } else if head.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        // A compound file that cannot be opened is taken for a workbook: the reader says what is wrong with it.
        guarded(|| compound(path))
            .flatten()
            .unwrap_or(Ok(MediaType::Xls))
    } else {
        by_head(&head)
    })
}

fn is_zip(head: &[u8]) -> bool {
    [b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"]
        .iter()
        .any(|magic| head.starts_with(*magic))
}

/// A zip file by the names of its members.
fn package(path: &Path) -> Option<Sniffed> {
    let mut zip =
        ZipIterable::try_new(BufReader::new(File::open(path).ok()?), Config::default()).ok()?;
    let mut names = Vec::new();
    let mut mimetype = String::new();
    for entry in zip.files().ok()?.take(MEMBERS) {
        let entry = entry.ok()?;
        let name = String::from_utf8_lossy(entry.name_raw())
            .replace('\\', "/")
            .to_lowercase();
        if name == "mimetype" {
            let mut body = BufReader::new(File::open(path).ok()?);
            if let Ok(file) = entry.with_reader(&mut body, ZipReadOptions::new()) {
                file.take(200).read_to_string(&mut mimetype).ok();
            }
        }
        names.push(name);
    }
    let has = |name: &str| names.iter().any(|n| n == name);
    let ends = |name: &str| names.iter().any(|n| n.rsplit('/').next() == Some(name));
    Some(if !mimetype.is_empty() {
        by_mimetype(mimetype.trim())
    } else if has("xl/workbook.bin") {
        Ok(MediaType::Xlsb)
    } else if has("xl/workbook.xml") || (has("[content_types].xml") && ends("workbook.xml")) {
        Ok(if ends("vbaproject.bin") {
            MediaType::Xlsm
        } else {
            MediaType::Xlsx
        })
    } else if has("word/document.xml") {
        Err(NotAccepted::Known(
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ))
    } else if has("ppt/presentation.xml") {
        Err(NotAccepted::Known(
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        ))
    } else if has("[content_types].xml") {
        Err(NotAccepted::Known("application/vnd.openxmlformats-package"))
    } else {
        Err(NotAccepted::Archive)
    })
}

fn by_mimetype(mimetype: &str) -> Sniffed {
    match mimetype {
        "application/vnd.oasis.opendocument.spreadsheet"
        | "application/vnd.oasis.opendocument.spreadsheet-template" => Ok(MediaType::Ods),
        "application/vnd.oasis.opendocument.text" => Err(NotAccepted::Known(
            "application/vnd.oasis.opendocument.text",
        )),
        "application/vnd.oasis.opendocument.presentation" => Err(NotAccepted::Known(
            "application/vnd.oasis.opendocument.presentation",
        )),
        other if other.starts_with("application/vnd.oasis.opendocument") => {
            Err(NotAccepted::Known("application/vnd.oasis.opendocument"))
        }
        "application/epub+zip" => Err(NotAccepted::Known("application/epub+zip")),
        _ => Err(NotAccepted::Archive),
    }
}

/// A zip file whose directory is lost, by the names of the members at its head.
fn broken_package(head: &[u8]) -> Sniffed {
    let holds = |name: &[u8]| head.windows(name.len()).any(|w| w == name);
    if holds(b"opendocument.spreadsheet") {
        Ok(MediaType::Ods)
    } else if holds(b"xl/workbook.bin") {
        Ok(MediaType::Xlsb)
    } else if holds(b"xl/") || holds(b"[Content_Types].xml") {
        Ok(MediaType::Xlsx)
    } else {
        Err(NotAccepted::Archive)
    }
}

/// A compound file by the names of its streams.
fn compound(path: &Path) -> Option<Sniffed> {
    let file = cfb::CompoundFile::open(BufReader::new(File::open(path).ok()?)).ok()?;
    let has = |name: &str| file.exists(name);
    Some(if has("EncryptedPackage") {
        Err(NotAccepted::Encrypted)
    } else if has("Workbook") || has("Book") {
        Ok(MediaType::Xls)
    } else if has("WordDocument") {
        Err(NotAccepted::Known("application/msword"))
    } else if has("PowerPoint Document") {
        Err(NotAccepted::Known("application/vnd.ms-powerpoint"))
    } else {
        Err(NotAccepted::Known("application/x-ole-storage"))
    })
}

/// First bytes of kinds of files that are known and not read.
const SIGNATURES: [(&[u8], &str); 9] = [
    (b"%PDF", "application/pdf"),
    (b"{\\rtf", "application/rtf"),
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"Rar!", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x1f\x8b", "application/gzip"),
    (b"\x09\x08\x10\x00", "application/vnd.ms-excel"),
];

fn by_head(head: &[u8]) -> Sniffed {
    if head.is_empty() {
        return Err(NotAccepted::Empty);
    }
    if let Some((_, kind)) = SIGNATURES.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Err(NotAccepted::Known(kind));
    }
    if head.contains(&0) && !is_utf16(head) {
        return Err(NotAccepted::Unknown);
    }
    // Letters are enough: the markup of other kinds is ASCII, in UTF-16 too.
    let letters: String = head
        .iter()
        .filter(|b| b.is_ascii() && **b != 0)
        .map(|b| char::from(b.to_ascii_lowercase()))
        .collect();
    let letters = letters.trim_start();
    if letters.starts_with('<') {
        let html = ["<html", "<!doctype html", "<table", "<meta", "<body"];
        if html.iter().any(|tag| letters.contains(tag)) {
            return Err(NotAccepted::Known("text/html"));
        }
        if letters.starts_with("<?xml") {
            return Err(NotAccepted::Known("application/xml"));
        }
    }
    if letters.starts_with("mime-version:") {
        return Err(NotAccepted::Known("multipart/related"));
    }
    let count = |delimiter: char| letters.matches(delimiter).count();
    Ok(if count('\t') > count(',').max(count(';')) {
        MediaType::Tsv
    } else {
        MediaType::Csv
    })
}

/// Whether bytes with NULs among them are UTF-16 text: by its mark, or because the NULs are the upper halves
/// of printable letters.
fn is_utf16(head: &[u8]) -> bool {
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        return true;
    }
    let reads = |upper: usize| {
        let mut letters = 0;
        for pair in head.chunks_exact(2) {
            match (pair[upper], pair[1 - upper]) {
                (_, 0) => return false,
                (0, b'\t' | b'\r' | b'\n' | b' '..=b'~') => letters += 1,
                (0, 0x01..0x20) => return false,
                _ => {}
            }
        }
        letters * 4 > head.len() / 2
    };
    reads(0) || reads(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, little: bool) -> Vec<u8> {
        text.encode_utf16()
            .flat_map(|unit| {
                if little {
                    unit.to_le_bytes()
                } else {
                    unit.to_be_bytes()
                }
            })
            .collect()
    }

    #[test]
    fn content_tells_not_the_name() {
        let known = |kind| Err(NotAccepted::Known(kind));
        assert_eq!(by_head(b""), Err(NotAccepted::Empty));
        assert_eq!(by_head("Biểu số;1".as_bytes()), Ok(MediaType::Csv));
        assert_eq!(by_head("Biểu\t1,5\t2\n".as_bytes()), Ok(MediaType::Tsv));
        assert_eq!(by_head(b"%PDF-1.7"), known("application/pdf"));
        assert_eq!(by_head(b"{\\rtf1\\ansi"), known("application/rtf"));
        assert_eq!(by_head(b"\n<HTML><table>"), known("text/html"));
        let saved = b"\xef\xbb\xbf<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?><Workbook>";
        assert_eq!(by_head(saved), known("application/xml"));
        assert_eq!(by_head(b"<5 members;1\n"), Ok(MediaType::Csv));
        assert_eq!(by_head(b"\x00\x01\x02\x03"), Err(NotAccepted::Unknown));
        assert_eq!(
            by_head(b"\x7fELF\x02\x01\x01\x00\x00"),
            Err(NotAccepted::Unknown)
        );
    }

    #[test]
    fn text_in_two_bytes_is_text() {
        let text = "Biểu số: KTTT-01;1\nTổng số hợp tác xã;10\n";
        for little in [true, false] {
            assert_eq!(by_head(&utf16(text, little)), Ok(MediaType::Csv));
            assert_eq!(
                by_head(&utf16(&text.replace(';', "\t"), little)),
                Ok(MediaType::Tsv)
            );
        }
        assert_eq!(by_head(b"\xff\xfeA\x00"), Ok(MediaType::Csv));
    }

    #[test]
    fn the_head_of_a_cut_package_still_tells() {
        assert_eq!(
            broken_package(b"PK\x03\x04..[Content_Types].xml"),
            Ok(MediaType::Xlsx)
        );
        assert_eq!(
            broken_package(b"PK\x03\x04..mimetypeapplication/vnd.oasis.opendocument.spreadsheet"),
            Ok(MediaType::Ods)
        );
        assert_eq!(
            broken_package(b"PK\x03\x04..report.csv"),
            Err(NotAccepted::Archive)
        );
    }
}
