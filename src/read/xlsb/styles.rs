//! The styles part: number formats and fonts of cells.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::read::biff::{Biff12, Fields, wide_text};
use crate::read::document::{LegacyFont, ReadError};
use crate::read::number_format::CellFormat;
use crate::read::rich_text::Raised;

/// What of a font matters to a reader.
#[derive(Debug, Clone, Default)]
pub(super) struct Font {
    /// Its name, if it belongs to an old encoding.
    pub(super) legacy: Option<Arc<str>>,
    pub(super) is_struck: bool,
    pub(super) raised: Raised,
}

/// A cell style.
#[derive(Debug, Clone, Default)]
pub(super) struct CellStyle {
    pub(super) format: CellFormat,
    pub(super) font: Font,
}

/// The fonts and the cell styles of a workbook, by their index.
#[derive(Debug, Default)]
pub(super) struct Styles {
    pub(super) fonts: Vec<Font>,
    pub(super) cells: Vec<CellStyle>,
}

impl Styles {
    /// Reads the part.
    ///
    /// # Errors
    /// When the part ends within a record.
    pub(super) fn read(part: &[u8], legacy_font: LegacyFont<'_>) -> Result<Self, ReadError> {
        let mut styles = Self::default();
        let mut formats: BTreeMap<u32, CellFormat> = BTreeMap::new();
        let mut in_cells = false;
        let mut records = Biff12::new(part);
        while let Some((kind, body)) = records.next()? {
            match kind {
                // BrtFont: height, flags, weight, position, underline, family, character set, -, colour, scheme, name.
                43 => {
                    let name = body.get(21..).and_then(wide_text).map(|(name, _)| name);
                    styles.fonts.push(Font {
                        legacy: name.filter(|name| legacy_font(name)).map(Into::into),
                        is_struck: body.get(2).is_some_and(|flags| flags & 0x08 != 0),
                        raised: match body.u16_at(6) {
                            Some(1) => Raised::Above,
                            Some(2) => Raised::Below,
                            _ => Raised::No,
                        },
                    });
                }
                // BrtFmt: number, code.
                44 => {
                    let code = body.get(2..).and_then(wide_text);
                    if let (Some(id), Some((code, _))) = (body.u16_at(0), code) {
                        formats.insert(id.into(), CellFormat::of_code(&code));
                    }
                }
                // BrtBeginCellXFs, BrtEndCellXFs.
                617 => in_cells = true,
                618 => in_cells = false,
                // BrtXF: parent, format, font.
                47 if in_cells => {
                    let format = body.u16_at(2).map(u32::from).and_then(|id| {
                        let own = formats.get(&id).cloned();
                        own.or_else(|| CellFormat::built_in(id))
                    });
                    let font = body.u16_at(4).map(usize::from);
                    let font = font.and_then(|id| styles.fonts.get(id)).cloned();
                    styles.cells.push(CellStyle {
                        format: format.unwrap_or_default(),
                        font: font.unwrap_or_default(),
                    });
                }
                _ => {}
            }
        }
        Ok(styles)
    }
}
