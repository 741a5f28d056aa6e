//! What a file is, by its content and not by its name.

use std::io::{self, BufReader, Cursor, Read, Seek};
use std::path::Path;

use zip::ZipReadOptions;
use zip::read::Config;
use zip::unstable::read::ZipIterable;

use super::guard::guarded;
use super::media::{FileFormat, MediaType};
use super::open::open_file;
use crate::text::without_padding;

/// Why a file is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAccepted {
    /// It is empty.
    Empty,
    /// It is an archive: its members are files of their own.
    Archive,
    /// It is of a known kind that is not read.
    Known(MediaType),
    /// It is of no known kind.
    Unknown,
}

impl NotAccepted {
    /// The media type of the file, if it is known.
    #[must_use]
    pub fn media_type(self) -> Option<MediaType> {
        match self {
            Self::Archive => Some(MediaType::Zip),
            Self::Known(kind) => Some(kind),
            Self::Empty | Self::Unknown => None,
        }
    }
}

/// The format of a file, or why it is not read.
pub type Sniffed = Result<FileFormat, NotAccepted>;

/// Bytes at the start of a file that are looked at.
const HEAD: u64 = 8192;

/// Bytes that are looked at where the first ones do not tell: markup may begin behind blank lines, and its first telling
/// element behind long styles, scripts and comments.
const LONG_HEAD: u64 = 8 << 20;

/// Members of a package that are looked at.
const MEMBERS: usize = 10_000;

/// Tells what a file is.
///
/// # Errors
/// When it cannot be read.
pub fn sniff(path: &Path) -> io::Result<Sniffed> {
    let mut head = Vec::new();
    open_file(path)?.take(HEAD).read_to_end(&mut head)?;
    Ok(if is_zip(&head) {
        let open = || open_file(path).map(BufReader::new).ok();
        guarded(|| package(open))
            .flatten()
            .unwrap_or_else(|| broken_package(&head))
    } else if head.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        // A compound file that cannot be opened counts as a workbook: its reader will say what is wrong.
        guarded(|| compound(path))
            .flatten()
            .unwrap_or(Ok(FileFormat::Xls))
    } else if is_undecided(&head) {
        let mut long = Vec::new();
        open_file(path)?.take(LONG_HEAD).read_to_end(&mut long)?;
        by_head(&long)
    } else {
        by_head(&head)
    })
}

/// Whether the first bytes are blank, padding, or the beginning of markup, so that more have to be looked at.
fn is_undecided(head: &[u8]) -> bool {
    let letters = letters_of(without_padding(head));
    let letters = letters.trim_start();
    head.len() as u64 == HEAD
        && (letters.is_empty() || letters.starts_with('<') || has_mail_head(letters))
}

/// The ASCII letters of a text, in lower case. They are enough: the markup of other kinds is ASCII, in UTF-16 too.
fn letters_of(head: &[u8]) -> String {
    let ascii = head.iter().filter(|b| b.is_ascii() && **b != 0);
    ascii.map(|b| char::from(b.to_ascii_lowercase())).collect()
}

/// Whether a text begins with header fields of a mail, as web archives do: `From: …`, `Subject: …`, `MIME-Version: …`.
fn has_mail_head(letters: &str) -> bool {
    const FIELDS: [&str; 9] = [
        "mime-version:",
        "from:",
        "subject:",
        "date:",
        "content-type:",
        "content-location:",
        "message-id:",
        "snapshot-content-location:",
        "x-mimeole:",
    ];
    FIELDS.iter().any(|field| letters.starts_with(field))
}

fn is_zip(head: &[u8]) -> bool {
    [b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"]
        .iter()
        .any(|magic| head.starts_with(*magic))
}

/// Tells what a zip file in memory is; whatever else the bytes are is unknown.
///
/// # Errors
/// Why it is not read.
pub fn sniff_package(bytes: &[u8]) -> Sniffed {
    guarded(|| package(|| Some(Cursor::new(bytes))))
        .flatten()
        .unwrap_or(Err(NotAccepted::Unknown))
}

/// What a zip file is, by the names of its members.
fn package<R: Read + Seek>(open: impl Fn() -> Option<R>) -> Option<Sniffed> {
    let mut zip = ZipIterable::try_new(open()?, Config::default()).ok()?;
    let mut names = Vec::new();
    let mut mimetype = String::new();
    let mut manifest = String::new();
    for entry in zip.files().ok()?.take(MEMBERS) {
        let entry = entry.ok()?;
        let name = String::from_utf8_lossy(entry.name_raw())
            .replace('\\', "/")
            .to_lowercase();
        let (said, most) = match name.as_str() {
            "mimetype" => (&mut mimetype, 200),
            "meta-inf/manifest.xml" => (&mut manifest, 1 << 16),
            _ => {
                names.push(name);
                continue;
            }
        };
        let mut body = open()?;
        if let Ok(file) = entry.with_reader(&mut body, ZipReadOptions::new()) {
            let mut bytes = Vec::new();
            file.take(most).read_to_end(&mut bytes).ok();
            *said = String::from_utf8_lossy(&bytes).into_owned();
        }
        names.push(name);
    }
    let has = |name: &str| names.iter().any(|n| n == name);
    let ends = |name: &str| names.iter().any(|n| n.rsplit('/').next() == Some(name));
    Some(if !mimetype.is_empty() {
        by_mimetype(mimetype.trim())
    } else if let Some(stated) = stated_in_manifest(&manifest).filter(|_| has("content.xml")) {
        by_mimetype(stated)
    } else if has("xl/workbook.bin") {
        Ok(FileFormat::Xlsb)
    } else if has("xl/workbook.xml") || (has("[content_types].xml") && ends("workbook.xml")) {
        Ok(if ends("vbaproject.bin") {
            FileFormat::Xlsm
        } else {
            FileFormat::Xlsx
        })
    } else if has("word/document.xml") {
        Err(NotAccepted::Known(MediaType::Docx))
    } else if has("ppt/presentation.xml") {
        Err(NotAccepted::Known(MediaType::Pptx))
    } else if has("[content_types].xml") && names.iter().any(|n| n.starts_with("xl/")) {
        // The name of its main part is up to the program that wrote it.
        Ok(FileFormat::Xlsx)
    } else if has("[content_types].xml") {
        Err(NotAccepted::Known(MediaType::OfficePackage))
    } else if has("index/document.iwa") {
        Err(NotAccepted::Known(MediaType::Numbers))
    } else {
        Err(NotAccepted::Archive)
    })
}

/// The media type that the list of an OpenDocument package states for the package itself. Some programs write no
/// `mimetype` beside it.
fn stated_in_manifest(manifest: &str) -> Option<&str> {
    let entry = manifest
        .split('<')
        .find(|element| element.contains("full-path=\"/\""))?;
    let (_, stated) = entry.split_once("media-type=\"")?;
    stated.split('"').next()
}

/// What a package is, by the `mimetype` that it states.
fn by_mimetype(mimetype: &str) -> Sniffed {
    match mimetype {
        "application/vnd.oasis.opendocument.spreadsheet"
        | "application/vnd.oasis.opendocument.spreadsheet-template" => Ok(FileFormat::Ods),
        "application/vnd.oasis.opendocument.text" => Err(NotAccepted::Known(MediaType::Odt)),
        "application/vnd.oasis.opendocument.presentation" => {
            Err(NotAccepted::Known(MediaType::Odp))
        }
        other if other.starts_with("application/vnd.oasis.opendocument") => {
            Err(NotAccepted::Known(MediaType::OpenDocument))
        }
        "application/epub+zip" => Err(NotAccepted::Known(MediaType::Epub)),
        _ => Err(NotAccepted::Archive),
    }
}

/// What a zip file without a directory is, by the names of its first members.
fn broken_package(head: &[u8]) -> Sniffed {
    let holds = |name: &[u8]| head.windows(name.len()).any(|w| w == name);
    if holds(b"opendocument.spreadsheet") {
        Ok(FileFormat::Ods)
    } else if holds(b"xl/workbook.bin") {
        Ok(FileFormat::Xlsb)
    } else if holds(b"xl/") || holds(b"[Content_Types].xml") {
        Ok(FileFormat::Xlsx)
    } else {
        Err(NotAccepted::Archive)
    }
}

/// What a compound file is, by the names of its streams.
fn compound(path: &Path) -> Option<Sniffed> {
    let file = cfb::CompoundFile::open(BufReader::new(open_file(path).ok()?)).ok()?;
    let has = |name: &str| file.exists(name);
    // Where a server holds the key, a workbook that says so stands in for the real one.
    let is_managed = has("\u{9}DRMContent");
    Some(if has("EncryptedPackage") || is_managed {
        Ok(FileFormat::Protected)
    } else if has("Workbook") || has("Book") {
        Ok(FileFormat::Xls)
    } else if has("WordDocument") {
        Err(NotAccepted::Known(MediaType::Doc))
    } else if has("PowerPoint Document") {
        Err(NotAccepted::Known(MediaType::Ppt))
    } else {
        Err(NotAccepted::Known(MediaType::CompoundFile))
    })
}

/// First bytes of known kinds of files that are not read.
const SIGNATURES: [(&[u8], MediaType); 8] = [
    (b"%PDF", MediaType::Pdf),
    (b"{\\rtf", MediaType::Rtf),
    (b"\x89PNG", MediaType::Png),
    (b"\xff\xd8\xff", MediaType::Jpeg),
    (b"GIF8", MediaType::Gif),
    (b"Rar!", MediaType::Rar),
    (b"7z\xbc\xaf\x27\x1c", MediaType::SevenZip),
    (b"\x1f\x8b", MediaType::Gzip),
];

/// Whether a file begins like a workbook of the older binary formats that no container holds: with the first record of
/// its version, whose body has a known length.
fn begins_with_record(head: &[u8]) -> bool {
    let lengths = [4, 6, 8, 16];
    matches!(head, [0x09, 0x00 | 0x02 | 0x04 | 0x08, length, 0, ..] if lengths.contains(length))
}

/// What a file is, by its first bytes.
fn by_head(head: &[u8]) -> Sniffed {
    if head.is_empty() {
        return Err(NotAccepted::Empty);
    }
    let padded = head;
    let head = without_padding(padded);
    if let Some((_, kind)) = SIGNATURES.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Err(NotAccepted::Known(*kind));
    }
    if begins_with_record(head) {
        // Its reader knows the last two versions.
        return match head[1] {
            0x08 => Ok(FileFormat::Xls),
            _ => Err(NotAccepted::Known(MediaType::Xls)),
        };
    }
    let is_control = |byte: &u8| matches!(byte, 1..=8 | 0xe..=0x1f);
    let is_padded = head.len() < padded.len() && padded.contains(&0);
    let is_binary = head.contains(&0) || (is_padded && head.iter().any(is_control));
    if head.is_empty() || (is_binary && !is_utf16(head)) {
        return Err(NotAccepted::Unknown);
    }
    let letters = letters_of(head);
    let letters = letters.trim_start();
    if letters.starts_with('<')
        && let Some(kind) = markup(letters)
    {
        return Err(NotAccepted::Known(kind));
    }
    let is_web_archive = letters.starts_with("mime-version:")
        || (has_mail_head(letters) && letters.contains("\nmime-version:"));
    if is_web_archive {
        return Err(NotAccepted::Known(MediaType::WebArchive));
    }
    let count = |delimiter: char| letters.matches(delimiter).count();
    Ok(if count('\t') > count(',').max(count(';')) {
        FileFormat::Tsv
    } else {
        FileFormat::Csv
    })
}

/// What markup is; none if a text only begins with `<`.
fn markup(letters: &str) -> Option<MediaType> {
    const HTML: [&str; 12] = [
        "<html",
        "<!doctype html",
        "<table",
        "<meta",
        "<body",
        "<head>",
        "<style",
        "<script",
        "<div",
        "<tbody",
        "<tr>",
        "<td>",
    ];
    let has = |word: &str| letters.contains(word);
    // The XML of Excel 2003 has elements of the name `Table`.
    let is_workbook = has("urn:schemas-microsoft-com:office:spreadsheet") && has("<workbook");
    if is_workbook && !has("<html") {
        return Some(MediaType::Xml);
    }
    if HTML.iter().any(|tag| has(tag)) {
        return Some(MediaType::Html);
    }
    (letters.starts_with("<?xml") || has("xmlns=\"")).then_some(MediaType::Xml)
}

/// Whether bytes that include NULs are UTF-16 text: it has a byte order mark, or the NULs are the upper halves of
/// printable letters.
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
    use std::io::Write as _;

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
        assert_eq!(by_head("Biểu số;1".as_bytes()), Ok(FileFormat::Csv));
        assert_eq!(by_head("Biểu\t1,5\t2\n".as_bytes()), Ok(FileFormat::Tsv));
        assert_eq!(by_head(b"%PDF-1.7"), known(MediaType::Pdf));
        assert_eq!(by_head(b"{\\rtf1\\ansi"), known(MediaType::Rtf));
        assert_eq!(by_head(b"\n<HTML><table>"), known(MediaType::Html));
        let saved = b"\xef\xbb\xbf<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?><Workbook>";
        assert_eq!(by_head(saved), known(MediaType::Xml));
        assert_eq!(by_head(b"<5 members;1\n"), Ok(FileFormat::Csv));
        assert_eq!(by_head(b"\x00\x01\x02\x03"), Err(NotAccepted::Unknown));
        assert_eq!(
            by_head(b"\x7fELF\x02\x01\x01\x00\x00"),
            Err(NotAccepted::Unknown)
        );
    }

    #[test]
    fn a_workbook_may_come_without_its_container() {
        let known = Err(NotAccepted::Known(MediaType::Xls));
        assert_eq!(by_head(b"\x09\x08\x10\0\0\x06\x05\0"), Ok(FileFormat::Xls));
        assert_eq!(
            by_head(b"\x09\x08\x08\0\0\0\x10\0\0\0\0\0"),
            Ok(FileFormat::Xls)
        );
        assert_eq!(by_head(b"\x09\0\x04\0\x02\0\x10\0"), known);
        assert_eq!(by_head("\tBiểu số\t1\t2\n".as_bytes()), Ok(FileFormat::Tsv));
    }

    #[test]
    fn a_package_is_told_by_its_parts() {
        let sniffed = |parts: &[&str]| {
            let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
            for part in parts {
                let options = zip::write::SimpleFileOptions::default();
                zip.start_file(*part, options).expect("begun");
            }
            sniff_package(zip.finish().expect("finished").get_ref())
        };
        let known = |kind| Err(NotAccepted::Known(kind));
        let types = "[Content_Types].xml";
        assert_eq!(sniffed(&[types, "xl/workbook.xml"]), Ok(FileFormat::Xlsx));
        assert_eq!(sniffed(&[types, "XL\\Workbook.xml"]), Ok(FileFormat::Xlsx));
        assert_eq!(sniffed(&[types, "xl/book2.xml"]), Ok(FileFormat::Xlsx));
        assert_eq!(sniffed(&[types, "xl/workbook.bin"]), Ok(FileFormat::Xlsb));
        assert_eq!(
            sniffed(&[types, "word/document.xml"]),
            known(MediaType::Docx)
        );
        assert_eq!(
            sniffed(&[types, "visio/document.xml"]),
            known(MediaType::OfficePackage)
        );
        assert_eq!(sniffed(&["Index/Document.iwa"]), known(MediaType::Numbers));
        assert_eq!(sniffed(&["report.csv"]), Err(NotAccepted::Archive));
        assert_eq!(sniff_package(b"no zip file"), Err(NotAccepted::Unknown));
    }

    #[test]
    fn a_package_without_mimetype_is_told_by_its_manifest() {
        let sniffed = |media_type: &str| {
            let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
            let options = zip::write::SimpleFileOptions::default();
            zip.start_file("content.xml", options).expect("begun");
            zip.start_file("META-INF/manifest.xml", options)
                .expect("begun");
            let entry = format!(
                "\u{feff}<?xml version=\"1.0\"?><manifest:manifest><manifest:file-entry manifest:media-type=\"{media_type}\" manifest:full-path=\"/\" /><manifest:file-entry manifest:media-type=\"text/xml\" manifest:full-path=\"content.xml\"/></manifest:manifest>"
            );
            zip.write_all(entry.as_bytes()).expect("written");
            sniff_package(zip.finish().expect("finished").get_ref())
        };
        let spreadsheet = "application/vnd.oasis.opendocument.spreadsheet";
        assert_eq!(sniffed(spreadsheet), Ok(FileFormat::Ods));
        assert_eq!(sniffed(""), Err(NotAccepted::Archive));
    }

    #[test]
    fn a_container_is_told_by_its_streams() {
        let sniffed = |streams: &[&str]| {
            let file = tempfile::NamedTempFile::new().expect("a file");
            let mut container = cfb::create(file.path()).expect("created");
            for stream in streams {
                container.create_stream(stream).expect("created");
            }
            container.flush().expect("written");
            sniff(file.path()).expect("read")
        };
        assert_eq!(sniffed(&["/Workbook"]), Ok(FileFormat::Xls));
        assert_eq!(sniffed(&["/EncryptedPackage"]), Ok(FileFormat::Protected));
        let managed = ["/\u{9}DRMContent", "/Workbook"];
        assert_eq!(sniffed(&managed), Ok(FileFormat::Protected));
        let known = |kind| Err(NotAccepted::Known(kind));
        assert_eq!(sniffed(&["/WordDocument"]), known(MediaType::Doc));
        assert_eq!(sniffed(&["/note"]), known(MediaType::CompoundFile));
    }

    #[test]
    fn markup_is_known_behind_styles_blank_lines_and_comments() {
        let known = |kind| Err(NotAccepted::Known(kind));
        let directory = tempfile::tempdir().expect("a directory");
        let sniffed = |text: &str| {
            let path = directory.path().join("a.xls");
            std::fs::write(&path, text).expect("written");
            sniff(&path).expect("readable")
        };
        let long = "x { a: b }\n".repeat(2000);
        for text in [
            format!("<style>{long}</style><table><tr><td>1"),
            format!("<!-- {long} --><TABLE>"),
            format!("{}<html>", "\r\n".repeat(9000)),
            format!("\u{feff}  <?xml version=\"1.0\"?><!-- {long} --><!DOCTYPE html><html>"),
        ] {
            assert_eq!(sniffed(&text), known(MediaType::Html));
        }
        let workbook = "<Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"><Table>";
        assert_eq!(
            sniffed(&format!("<?xml version=\"1.0\"?><!-- {long} -->{workbook}")),
            known(MediaType::Xml)
        );
        assert_eq!(sniffed(workbook), known(MediaType::Xml));
        for text in [
            format!("{}MIME-Version: 1.0\n", "\n".repeat(9000)),
            format!("From: <a>\nX-Long: {long}\nMIME-Version: 1.0\n"),
        ] {
            assert_eq!(sniffed(&text), known(MediaType::WebArchive));
        }
        assert_eq!(sniffed(&format!("<5;{long}")), Ok(FileFormat::Csv));
    }

    #[test]
    fn padding_does_not_hide_a_text() {
        assert_eq!(by_head(b"a;b\n1;2\n\0\0\0\0"), Ok(FileFormat::Csv));
        assert_eq!(by_head(b"\0\0a;b\n1;2\n\x1a"), Ok(FileFormat::Csv));
        assert_eq!(by_head(b"\0\0\0\0"), Err(NotAccepted::Unknown));
        assert_eq!(
            by_head(b"a;b;c;d;e;f;g;h\0\x01\x02\n"),
            Err(NotAccepted::Unknown)
        );
    }

    #[test]
    fn text_in_two_bytes_is_text() {
        let text = "Biểu số: KTTT-01;1\nTổng số hợp tác xã;10\n";
        for little in [true, false] {
            assert_eq!(by_head(&utf16(text, little)), Ok(FileFormat::Csv));
            assert_eq!(
                by_head(&utf16(&text.replace(';', "\t"), little)),
                Ok(FileFormat::Tsv)
            );
        }
        assert_eq!(by_head(b"\xff\xfeA\x00"), Ok(FileFormat::Csv));
    }

    #[test]
    fn the_head_of_a_cut_package_still_tells() {
        assert_eq!(
            broken_package(b"PK\x03\x04..[Content_Types].xml"),
            Ok(FileFormat::Xlsx)
        );
        assert_eq!(
            broken_package(b"PK\x03\x04..mimetypeapplication/vnd.oasis.opendocument.spreadsheet"),
            Ok(FileFormat::Ods)
        );
        assert_eq!(
            broken_package(b"PK\x03\x04..report.csv"),
            Err(NotAccepted::Archive)
        );
    }
}
