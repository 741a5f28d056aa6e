//! What all sheets of a workbook share: its list of sheets, its styles and its texts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use encoding_rs::WINDOWS_1252;

use super::code_page::encoding_of;
use super::fonts::FontFacts;
use super::record::{BiffRecord, kind};
use super::texts::{SharedTexts, TextCoding, TextCursor};
use crate::intake::Limits;
use crate::read::biff::Fields;
use crate::read::document::{Carried, LegacyFont, ReadError};
use crate::read::number_format::CellFormat;
use crate::read::rich_text::Raised;
use crate::text::FileEncoding;

/// A cell style.
#[derive(Debug, Clone, Default)]
pub(super) struct CellStyle {
    pub(super) format: CellFormat,
    pub(super) font: FontFacts,
}

/// A sheet as the workbook lists it.
#[derive(Debug)]
pub(super) struct ListedSheet {
    pub(super) name: String,
    pub(super) is_visible: bool,
    pub(super) kind: SheetKind,
    /// Offset of its first record.
    pub(super) start: usize,
}

/// What a sheet holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SheetKind {
    Cells,
    Macros,
    /// A chart, or something that is not known.
    Other,
}

/// What all sheets of a workbook share.
#[derive(Debug)]
pub(super) struct Globals {
    pub(super) coding: TextCoding,
    /// The encoding of the texts, where the one that the workbook states is not known.
    pub(super) substitute: Option<FileEncoding>,
    /// Whether days are counted from 1904.
    pub(super) is_1904: bool,
    pub(super) styles: Vec<CellStyle>,
    fonts: Vec<FontFacts>,
    pub(super) shared: SharedTexts,
    pub(super) sheets: Vec<ListedSheet>,
    pub(super) carried: BTreeSet<Carried>,
}

impl Globals {
    /// Walks the records before the sheets.
    ///
    /// # Errors
    /// When the workbook is protected, damaged, of an older version, or exceeds a limit.
    pub(super) fn read(
        stream: &[u8],
        limits: &Limits,
        legacy_font: LegacyFont<'_>,
    ) -> Result<Self, ReadError> {
        let (coding, substitute) = coding_of(stream)?;
        let mut globals = Self {
            coding,
            substitute,
            is_1904: false,
            styles: Vec::new(),
            fonts: Vec::new(),
            shared: SharedTexts::default(),
            sheets: Vec::new(),
            carried: BTreeSet::new(),
        };
        // A workbook can state a format again and again: only the last of a number counts.
        let mut formats = BTreeMap::new();
        let mut styles = Vec::new();
        for record in records(stream) {
            let body = record.body(stream);
            match record.kind {
                kind::EOF => {
                    let formats = Formats::of(formats);
                    globals.styles = styles
                        .into_iter()
                        .map(|(font, format)| CellStyle {
                            format: formats.get(format),
                            font: globals.font(font),
                        })
                        .collect();
                    return Ok(globals);
                }
                kind::FILE_PASS => return Err(ReadError::Encrypted),
                kind::DATE_MODE => globals.is_1904 = body.u16_at(0) == Some(1),
                kind::FONT => globals
                    .fonts
                    .push(font(stream, record, coding, legacy_font)),
                kind::FORMAT => {
                    let code = format_code(stream, record, coding);
                    if let (Some(number), Some(code)) = (body.u16_at(0), code) {
                        formats.insert(number, code);
                    }
                }
                kind::XF => {
                    let font = usize::from(body.u16_at(0).unwrap_or(0));
                    styles.push((font, body.u16_at(2).unwrap_or(0)));
                }
                kind::BOUND_SHEET => {
                    let sheet = listed_sheet(stream, record, coding, globals.sheets.len());
                    globals.sheets.push(sheet);
                    if globals.sheets.len() > limits.max_sheets {
                        return Err(ReadError::over("max_sheets", limits.max_sheets));
                    }
                }
                kind::SUP_BOOK => globals.carried.extend(link_of(body)),
                kind::SHARED_STRINGS => {
                    globals.shared = SharedTexts::find(stream, record, limits)?;
                }
                _ => {}
            }
        }
        // Without all formats and fonts it is not known what a cell shows.
        Err(ReadError::Damaged(
            "what its sheets share ends before its end".to_owned(),
        ))
    }

    /// The font of a number. No font has the number 4.
    pub(super) fn font(&self, number: usize) -> FontFacts {
        let index = if number > 4 { number - 1 } else { number };
        self.fonts.get(index).cloned().unwrap_or_default()
    }

    /// The style of a number; none if the workbook has no such style.
    pub(super) fn style(&self, number: usize) -> Option<&CellStyle> {
        self.styles.get(number)
    }
}

/// The records from the start of the stream.
fn records(stream: &[u8]) -> impl Iterator<Item = BiffRecord> {
    std::iter::successors(BiffRecord::at(stream, 0), |record| {
        BiffRecord::at(stream, record.next())
    })
}

/// How a stream writes its texts, and what stands in for an encoding that is not known.
///
/// # Errors
/// When it is no stream of BIFF5 or BIFF8.
fn coding_of(stream: &[u8]) -> Result<(TextCoding, Option<FileEncoding>), ReadError> {
    let first = BiffRecord::at(stream, 0).filter(|record| record.kind == kind::BOF);
    let Some(body) = first.map(|record| record.body(stream)) else {
        return Err(ReadError::Damaged(
            "it begins with no record of Excel 5 or later".to_owned(),
        ));
    };
    let is_biff5 = match body.u16_at(0) {
        Some(0x0500 | 0x0700) => true,
        // Some programs state no version; this kind of stream is one of BIFF5.
        Some(0) => body.u16_at(2) == Some(0x1000),
        // BIFF8 writes Unicode, whatever code page it names.
        _ => false,
    };
    if !is_biff5 {
        return Ok((TextCoding::Unicode, None));
    }
    let stated = records(stream)
        .take_while(|record| record.kind != kind::EOF)
        .find(|record| record.kind == kind::CODE_PAGE)
        .and_then(|record| record.body(stream).u16_at(0));
    let Some(page) = stated else {
        return Ok((TextCoding::Bytes(WINDOWS_1252), None));
    };
    Ok(match encoding_of(page) {
        Some(encoding) => (TextCoding::Bytes(encoding), None),
        None => {
            let substitute = FileEncoding {
                words: None,
                name: WINDOWS_1252.name().to_owned(),
                evidence: format!("code page {page}"),
                dropped: 0,
            };
            (TextCoding::Bytes(WINDOWS_1252), Some(substitute))
        }
    })
}

/// The formats of a workbook by their numbers.
struct Formats(BTreeMap<u16, CellFormat>);

impl Formats {
    fn of(codes: BTreeMap<u16, String>) -> Self {
        let parsed = |(number, code): (u16, String)| (number, CellFormat::of_code(&code));
        Self(codes.into_iter().map(parsed).collect())
    }

    fn get(&self, number: u16) -> CellFormat {
        let own = self.0.get(&number).cloned();
        own.or_else(|| CellFormat::built_in(u32::from(number)))
            .unwrap_or_default()
    }
}

fn format_code(stream: &[u8], record: BiffRecord, coding: TextCoding) -> Option<String> {
    let mut cursor = TextCursor::within(stream, record, 2);
    match coding {
        TextCoding::Unicode => Some(cursor.text(coding)?.whole()),
        TextCoding::Bytes(_) => cursor.short_text(coding),
    }
}

fn font(
    stream: &[u8],
    record: BiffRecord,
    coding: TextCoding,
    legacy_font: LegacyFont<'_>,
) -> FontFacts {
    let body = record.body(stream);
    let name = TextCursor::within(stream, record, 14).short_text(coding);
    FontFacts {
        legacy: name.filter(|name| legacy_font(name)).map(Arc::from),
        is_struck: body.u16_at(2).is_some_and(|flags| flags & 0x08 != 0),
        raised: match body.u16_at(8) {
            Some(1) => Raised::Above,
            Some(2) => Raised::Below,
            _ => Raised::No,
        },
    }
}

fn listed_sheet(
    stream: &[u8],
    record: BiffRecord,
    coding: TextCoding,
    before: usize,
) -> ListedSheet {
    let body = record.body(stream);
    let name = TextCursor::within(stream, record, 6).short_text(coding);
    let mut name = name.unwrap_or_else(|| format!("{}", before + 1));
    name.retain(|c| c != '\0');
    ListedSheet {
        name,
        is_visible: !matches!(body.get(4).map(|state| state & 3), Some(1 | 2)),
        kind: match body.get(5) {
            Some(0) => SheetKind::Cells,
            // Sheets of macros, and modules.
            Some(1 | 6) => SheetKind::Macros,
            _ => SheetKind::Other,
        },
        start: body.u32_at(0).map_or(usize::MAX, |at| at as usize),
    }
}

/// The kind of a link; none for a link to this workbook or to functions.
fn link_of(body: &[u8]) -> Option<Carried> {
    match body.u16_at(2)? {
        0x0401 | 0x3a01 => None,
        // This byte separates the parts of a link to another program.
        _ if body.get(4..)?.contains(&0x03) => Some(Carried::Dde),
        _ => Some(Carried::ExternalLinks),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::xls::record::bytes_of;

    fn read(version: u8, records: &[(u16, &[u8])]) -> Result<Globals, ReadError> {
        let mut stream = bytes_of(kind::BOF, &[0, version, 5, 0]);
        for (kind, body) in records {
            stream.extend(bytes_of(*kind, body));
        }
        Globals::read(&stream, &Limits::default(), &|font: &str| font == ".VnTime")
    }

    const END: (u16, &[u8]) = (kind::EOF, b"");

    #[test]
    fn a_style_has_the_format_and_the_font_it_names() {
        let plain = (kind::FONT, &b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0A"[..]);
        let old = (
            kind::FONT,
            &b"\0\0\x08\0\0\0\0\0\x01\0\0\0\0\0\x07\0.VnTime"[..],
        );
        let format = (kind::FORMAT, &b"\xa4\0\x08\0\0#,##0.0,"[..]);
        let globals = read(
            6,
            &[
                plain,
                plain,
                plain,
                plain,
                old,
                format,
                (kind::XF, &b"\x05\0\xa4\0"[..]),
                (kind::XF, &b"\0\0\x0e\0"[..]),
                (kind::XF, &b""[..]),
                END,
            ],
        )
        .expect("sound");
        let [scaled, day, plain] = &globals.styles[..] else {
            panic!("{:?}", globals.styles);
        };
        assert!(matches!(scaled.format, CellFormat::Special(_)));
        assert_eq!(scaled.font.legacy.as_deref(), Some(".VnTime"));
        assert!(scaled.font.is_struck && scaled.font.raised == Raised::Above);
        assert!(matches!(day.format, CellFormat::Date));
        assert_eq!(day.font, FontFacts::default());
        assert!(matches!(plain.format, CellFormat::Plain));
    }

    #[test]
    fn texts_are_in_unicode_or_in_the_code_page() {
        let sheet = (kind::BOUND_SHEET, &b"\0\0\0\0\x02\0\x01\0B"[..]);
        for page in [[0x2d, 0x27], [0x01, 0x80], [0, 0], [0xea, 0x04]] {
            let globals = read(6, &[(kind::CODE_PAGE, &page), sheet, END]).expect("sound");
            assert!(matches!(globals.coding, TextCoding::Unicode));
            assert!(globals.substitute.is_none());
            assert_eq!(globals.sheets[0].name, "B");
            assert!(!globals.sheets[0].is_visible);
        }
        let sheet = (kind::BOUND_SHEET, &b"\0\0\0\0\0\0\x02B\xf0"[..]);
        let page = |bytes: &'static [u8]| read(5, &[(kind::CODE_PAGE, bytes), sheet, END]);
        let vietnamese = page(&[0xea, 0x04]).expect("sound");
        assert_eq!(vietnamese.sheets[0].name, "Bđ");
        assert!(vietnamese.substitute.is_none());
        let unknown = page(&[0x2d, 0x27]).expect("sound");
        assert_eq!(unknown.sheets[0].name, "Bð");
        let substitute = unknown.substitute.expect("said");
        assert_eq!(substitute.evidence, "code page 10029");
    }

    #[test]
    fn what_is_cut_or_locked_is_refused() {
        let locked = read(6, &[(kind::FILE_PASS, &[0; 2]), END]);
        assert!(matches!(locked, Err(ReadError::Encrypted)));
        assert!(matches!(read(6, &[]), Err(ReadError::Damaged(_))));
        let older = bytes_of(0x0409, &[0, 4, 5, 0]);
        let older = Globals::read(&older, &Limits::default(), &|_: &str| false);
        assert!(matches!(older, Err(ReadError::Damaged(_))));
        let sheet = (kind::BOUND_SHEET, &b"\0\0\0\0\0\0\x01\0B"[..]);
        let mut many = vec![sheet; 201];
        many.push(END);
        assert!(matches!(read(6, &many), Err(ReadError::TooLarge(_))));
    }
}
