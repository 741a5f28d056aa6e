//! The fonts of texts, where a workbook uses fonts of old encodings: of each cell style and of each run of a text.

use std::sync::{Arc, LazyLock};

use memchr::memmem;
use quick_xml::events::{BytesStart, Event};
use regex::bytes::Regex;

use crate::read::document::{LegacyFont, ReadError};
use crate::read::package::PackageReader;
use crate::read::sheet::FontRun;
use crate::read::xml::{attribute, xml_reader};

/// The fonts of old encodings that a workbook uses.
#[derive(Default)]
pub(super) struct Fonts {
    /// Whether it uses any.
    pub(super) any: bool,
    /// By cell style.
    styles: Vec<Option<Arc<str>>>,
    /// By index in the table of shared texts.
    pub(super) shared: Vec<TextFont>,
}

/// The fonts that a text states itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TextFont {
    /// None: the font of the cell counts.
    OfCell,
    /// The fonts of its runs.
    Runs(Arc<[TextRun]>),
}

/// A run of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TextRun {
    text: String,
    font: StatedFont,
}

/// The font that a run states.
#[derive(Debug, Clone, PartialEq, Eq)]
enum StatedFont {
    /// None: the font of the cell counts.
    OfCell,
    /// A font of an old encoding.
    Legacy(Arc<str>),
    /// Any other font.
    Plain,
}

impl Fonts {
    /// The fonts of old encodings in the styles and the shared texts of a workbook.
    pub(super) fn of(
        package: &mut PackageReader,
        shared: &[u8],
        legacy_font: LegacyFont<'_>,
    ) -> Result<Self, ReadError> {
        static NAMES: LazyLock<Option<Regex>> = LazyLock::new(|| {
            Regex::new(r#"<(?:\w+:)?(?:name|rFont)\s[^<>]*?val\s*=\s*["']([^"'<>]*)"#).ok()
        });
        let styles = package.bytes("xl/styles.xml")?;
        let mentions = |part: &[u8]| {
            NAMES.iter().any(|names| {
                names
                    .captures_iter(part)
                    .any(|name| std::str::from_utf8(&name[1]).is_ok_and(legacy_font))
            })
        };
        // Few tables of shared texts name fonts at all.
        let shared_fonts = memmem::find(shared, b"rFont").is_some() && mentions(shared);
        if !shared_fonts && !mentions(&styles) {
            return Ok(Self::default());
        }
        Ok(Self {
            any: true,
            styles: style_fonts(&styles, legacy_font)?,
            shared: fonts_of_texts(shared, legacy_font)?,
        })
    }

    /// The runs of a text cell; empty if no part of it is in a font of an old encoding.
    pub(super) fn at(&self, style: usize, text: &str, font: &TextFont) -> Vec<FontRun> {
        let of_cell = || self.styles.get(style).cloned().flatten();
        let runs: Vec<FontRun> = match font {
            TextFont::OfCell => vec![FontRun {
                text: text.to_owned(),
                font: of_cell(),
            }],
            TextFont::Runs(runs) => runs
                .iter()
                .map(|run| FontRun {
                    text: run.text.clone(),
                    font: match &run.font {
                        StatedFont::OfCell => of_cell(),
                        StatedFont::Legacy(font) => Some(font.clone()),
                        StatedFont::Plain => None,
                    },
                })
                .collect(),
        };
        if runs.iter().all(|run| run.font.is_none()) {
            return Vec::new();
        }
        runs
    }
}

/// The font of each cell style, where it is one of an old encoding.
fn style_fonts(
    styles: &[u8],
    legacy_font: LegacyFont<'_>,
) -> Result<Vec<Option<Arc<str>>>, ReadError> {
    let mut reader = xml_reader(styles);
    let mut buffer = Vec::new();
    let (mut in_fonts, mut in_styles) = (false, false);
    let mut fonts: Vec<Option<Arc<str>>> = Vec::new();
    let mut of_styles = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer)? {
            Event::Start(e) => match e.local_name().as_ref() {
                "fonts" => in_fonts = true,
                "cellXfs" => in_styles = true,
                "font" if in_fonts => fonts.push(None),
                "name" if in_fonts => {
                    let name = attribute(&e, "val")?.filter(|name| legacy_font(name));
                    if let (Some(name), Some(last)) = (name, fonts.last_mut()) {
                        *last = Some(name.into());
                    }
                }
                "xf" if in_styles => {
                    let font = attribute(&e, "fontId")?.and_then(|id| id.parse::<usize>().ok());
                    of_styles.push(font.and_then(|id| fonts.get(id).cloned().flatten()));
                }
                _ => {}
            },
            Event::End(e) => match e.local_name().as_ref() {
                "fonts" => in_fonts = false,
                "cellXfs" => in_styles = false,
                _ => {}
            },
            Event::Eof => return Ok(of_styles),
            _ => {}
        }
    }
}

/// The runs of one shared text, while it is read.
#[derive(Default)]
struct RunsReader {
    runs: Vec<TextRun>,
    in_run: bool,
    in_text: bool,
}

impl RunsReader {
    fn start(&mut self, e: &BytesStart<'_>, legacy_font: LegacyFont<'_>) -> Result<(), ReadError> {
        match e.local_name().as_ref() {
            "r" => {
                self.in_run = true;
                self.runs.push(TextRun {
                    text: String::new(),
                    font: StatedFont::OfCell,
                });
            }
            "t" => self.in_text = self.in_run,
            "rFont" if self.in_run => {
                let name = attribute(e, "val")?.unwrap_or_default();
                if let Some(run) = self.runs.last_mut() {
                    run.font = if legacy_font(&name) {
                        StatedFont::Legacy(name.into())
                    } else {
                        StatedFont::Plain
                    };
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, text: &str) {
        if let Some(run) = self.runs.last_mut().filter(|_| self.in_text) {
            run.text.push_str(text);
        }
    }

    fn font(self) -> TextFont {
        if self.runs.iter().all(|run| run.font == StatedFont::OfCell) {
            return TextFont::OfCell;
        }
        TextFont::Runs(self.runs.into())
    }
}

/// The font of each text of the shared table.
fn fonts_of_texts(shared: &[u8], legacy_font: LegacyFont<'_>) -> Result<Vec<TextFont>, ReadError> {
    let mut reader = xml_reader(shared);
    let mut buffer = Vec::new();
    let mut fonts = Vec::new();
    let mut runs = RunsReader::default();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer)? {
            Event::Start(e) => runs.start(&e, legacy_font)?,
            Event::Text(text) => runs.text(&text.xml10_content()),
            Event::GeneralRef(part) => {
                if let Some(letter) = part.resolve_char_ref()? {
                    runs.text(letter.encode_utf8(&mut [0; 4]));
                } else if let Some(known) = quick_xml::escape::resolve_xml_entity(&part) {
                    runs.text(known);
                }
            }
            Event::End(e) => match e.local_name().as_ref() {
                "r" => runs.in_run = false,
                "t" => runs.in_text = false,
                "si" => fonts.push(std::mem::take(&mut runs).font()),
                _ => {}
            },
            Event::Eof => return Ok(fonts),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn legacy(font: &str) -> bool {
        font.starts_with(".Vn")
    }

    #[test]
    fn the_runs_of_a_text_tell_its_font() {
        let run = |font: &str, text: &str| {
            if font.is_empty() {
                format!("<r><t>{text}</t></r>")
            } else {
                format!(r#"<r><rPr><rFont val="{font}"/></rPr><t>{text}</t></r>"#)
            }
        };
        let table = format!(
            "<sst><si><t>a</t></si><si>{}{}</si><si>{}{}</si><si>{}{}{}</si></sst>",
            run(".VnTime", "a"),
            run(".VnTimeH", "b"),
            run(".VnTime", "a"),
            run("Arial", "b"),
            run("", "a"),
            run(".VnTime", "b"),
            run("Arial", " "),
        );
        let fonts = fonts_of_texts(table.as_bytes(), &legacy).expect("sound");
        let text_run = |text: &str, font: StatedFont| TextRun {
            text: text.to_owned(),
            font,
        };
        let old = |name: &str| StatedFont::Legacy(name.into());
        let runs = |runs: Vec<TextRun>| TextFont::Runs(runs.into());
        assert_eq!(
            fonts,
            [
                TextFont::OfCell,
                runs(vec![
                    text_run("a", old(".VnTime")),
                    text_run("b", old(".VnTimeH"))
                ]),
                runs(vec![
                    text_run("a", old(".VnTime")),
                    text_run("b", StatedFont::Plain)
                ]),
                runs(vec![
                    text_run("a", StatedFont::OfCell),
                    text_run("b", old(".VnTime")),
                    text_run(" ", StatedFont::Plain)
                ]),
            ]
        );
    }

    #[test]
    fn a_style_has_the_font_it_names() {
        let styles = r#"<styleSheet><fonts><font><name val="Arial"/></font><font><name val=".VnTime"/></font></fonts>
            <cellStyleXfs><xf fontId="1"/></cellStyleXfs>
            <cellXfs><xf fontId="0"/><xf numFmtId="3" fontId="1"><alignment/></xf><xf/></cellXfs></styleSheet>"#;
        let fonts = style_fonts(styles.as_bytes(), &legacy).expect("sound");
        assert_eq!(fonts, [None, Some(".VnTime".into()), None]);
    }
}
