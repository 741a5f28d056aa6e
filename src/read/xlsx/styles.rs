//! The cell styles of a workbook: what each number format shows, and which fonts matter.

use std::collections::BTreeMap;
use std::sync::Arc;

use quick_xml::events::{BytesStart, Event};

use crate::read::document::{LegacyFont, ReadError};
use crate::read::number_format::CellFormat;
use crate::read::xml::{attribute, is_true, xml_reader};

/// A cell style.
#[derive(Debug, Clone, Default)]
pub(super) struct CellStyle {
    pub(super) format: CellFormat,
    pub(super) font: StyleFont,
}

/// What of a font matters to a reader.
#[derive(Debug, Clone, Default)]
pub(super) struct StyleFont {
    /// Its name, if it belongs to an old encoding.
    pub(super) legacy: Option<Arc<str>>,
    /// Whether it is struck out.
    pub(super) is_struck: bool,
}

/// The styles of the cells of a workbook, by their index.
///
/// # Errors
/// When the part is damaged.
pub(super) fn cell_styles(
    styles: &[u8],
    legacy_font: LegacyFont<'_>,
) -> Result<Vec<CellStyle>, ReadError> {
    let mut table = StyleTable::default();
    let mut reader = xml_reader(styles);
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer)? {
            Event::Start(e) => table.start(&e, legacy_font)?,
            Event::End(e) => match e.local_name().as_ref() {
                "fonts" | "cellXfs" | "dxfs" => table.within = Within::Other,
                _ => {}
            },
            Event::Eof => return Ok(table.styles),
            _ => {}
        }
    }
}

/// The tables of a part of styles, while it is read.
#[derive(Default)]
struct StyleTable {
    within: Within,
    formats: BTreeMap<u32, CellFormat>,
    fonts: Vec<StyleFont>,
    styles: Vec<CellStyle>,
}

/// The element that the reader is in.
#[derive(Default, PartialEq, Eq)]
enum Within {
    Fonts,
    Styles,
    /// Formats for cells that meet a condition: they are not followed.
    Conditional,
    #[default]
    Other,
}

impl StyleTable {
    fn start(&mut self, e: &BytesStart<'_>, legacy_font: LegacyFont<'_>) -> Result<(), ReadError> {
        let number = |name| -> Result<Option<u32>, ReadError> {
            Ok(attribute(e, name)?.and_then(|n| n.trim().parse().ok()))
        };
        match (&self.within, e.local_name().as_ref()) {
            (_, "fonts") => self.within = Within::Fonts,
            (_, "cellXfs") => self.within = Within::Styles,
            (_, "dxfs") => self.within = Within::Conditional,
            (Within::Other, "numFmt") => {
                if let (Some(id), Some(code)) = (number("numFmtId")?, attribute(e, "formatCode")?) {
                    self.formats.insert(id, CellFormat::of_code(&code));
                }
            }
            (Within::Fonts, "font") => self.fonts.push(StyleFont::default()),
            (Within::Fonts, "name") => {
                let name = attribute(e, "val")?.filter(|name| legacy_font(name));
                if let (Some(name), Some(font)) = (name, self.fonts.last_mut()) {
                    font.legacy = Some(name.into());
                }
            }
            (Within::Fonts, "strike") => {
                if let Some(font) = self.fonts.last_mut() {
                    font.is_struck = is_on(e)?;
                }
            }
            (Within::Styles, "xf") => {
                let font = number("fontId")?.and_then(|id| self.fonts.get(id as usize));
                let format = number("numFmtId")?.and_then(|id| {
                    let own = self.formats.get(&id).cloned();
                    own.or_else(|| CellFormat::built_in(id))
                });
                self.styles.push(CellStyle {
                    format: format.unwrap_or_default(),
                    font: font.cloned().unwrap_or_default(),
                });
            }
            _ => {}
        }
        Ok(())
    }
}

/// Whether a property of a font is on: it is, unless it says otherwise.
pub(super) fn is_on(element: &BytesStart<'_>) -> Result<bool, ReadError> {
    let value = attribute(element, "val")?;
    Ok(value.is_none() || is_true(value.as_deref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_has_the_format_and_the_font_it_names() {
        let styles = r##"<styleSheet><numFmts count="1"><numFmt numFmtId="164" formatCode="#,##0.0,"/></numFmts>
            <fonts><font><name val="Arial"/></font><font><strike/><name val=".VnTime"/></font><font><strike val="0"/></font></fonts>
            <cellStyleXfs><xf fontId="1"/></cellStyleXfs>
            <cellXfs><xf fontId="0" numFmtId="14"/><xf numFmtId="164" fontId="1"><alignment/></xf><xf fontId="2"/></cellXfs>
            <dxfs><dxf><font><strike/></font><numFmt numFmtId="164" formatCode="0"/></dxf></dxfs></styleSheet>"##;
        let legacy = |font: &str| font.starts_with(".Vn");
        let styles = cell_styles(styles.as_bytes(), &legacy).expect("sound");
        assert_eq!(styles.len(), 3);
        assert!(matches!(styles[0].format, CellFormat::Date));
        assert!(matches!(styles[1].format, CellFormat::Special(_)));
        assert_eq!(styles[1].font.legacy.as_deref(), Some(".VnTime"));
        assert!(styles[1].font.is_struck && !styles[0].font.is_struck && !styles[2].font.is_struck);
    }
}
