//! Texts of a workbook: the shared table, and texts that stand in their cells.

use std::borrow::Cow;

use quick_xml::events::{BytesRef, BytesStart, Event};

use super::styles::is_on;
use crate::read::document::{LegacyFont, ReadError};
use crate::read::rich_text::{Raised, StatedFont, TextRun};
use crate::read::xml::{attribute, xml_reader};

/// A text as the workbook stores it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum StoredText {
    /// All of it is set as its cell is.
    Plain(String),
    /// Its parts may be set differently.
    Rich(Box<[TextRun]>),
}

impl StoredText {
    /// Whether a part is in a font of an old encoding.
    fn is_legacy(&self) -> bool {
        match self {
            Self::Plain(_) => false,
            Self::Rich(runs) => runs
                .iter()
                .any(|run| matches!(run.font, StatedFont::Legacy(_))),
        }
    }
}

/// The shared texts of a workbook.
#[derive(Debug, Default)]
pub(super) struct SharedTexts {
    texts: Vec<StoredText>,
    /// Whether a part of any text is in a font of an old encoding.
    pub(super) any_legacy: bool,
}

impl SharedTexts {
    /// Reads the table. What follows damage in it is missing: cells that refer to it are damaged.
    pub(super) fn read(part: &[u8], legacy_font: LegacyFont<'_>) -> Self {
        let mut table = Self::default();
        let mut reader = xml_reader(part);
        let mut buffer = Vec::new();
        let mut text = TextReader::default();
        loop {
            buffer.clear();
            let Ok(event) = reader.read_event_into(&mut buffer) else {
                return table;
            };
            match event {
                Event::End(e) if e.local_name().as_ref() == "si" => {
                    let stored = std::mem::take(&mut text).finish();
                    table.any_legacy |= stored.is_legacy();
                    table.texts.push(stored);
                }
                Event::Eof => return table,
                event => {
                    if text.take(&event, legacy_font).is_err() {
                        return table;
                    }
                }
            }
        }
    }

    pub(super) fn get(&self, index: usize) -> Option<&StoredText> {
        self.texts.get(index)
    }
}

/// Reads one text, event by event.
#[derive(Default)]
pub(super) struct TextReader {
    runs: Vec<TextRun>,
    /// Whether a run states how it is set.
    is_rich: bool,
    in_run: bool,
    within: Within,
}

/// The element that the reader is in.
#[derive(Default, PartialEq, Eq)]
enum Within {
    Text,
    /// Reading aids for East Asian writing, which are no part of the text.
    Phonetic,
    #[default]
    Other,
}

impl TextReader {
    /// Takes an event within the text.
    pub(super) fn take(
        &mut self,
        event: &Event<'_>,
        legacy_font: LegacyFont<'_>,
    ) -> Result<(), ReadError> {
        match event {
            Event::Start(e) => self.start(e, legacy_font)?,
            Event::Text(text) => self.push(&text.xml10_content()),
            Event::CData(text) => self.push(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                if let Some(letters) = resolved(reference) {
                    self.push(&letters);
                }
            }
            Event::End(e) => match e.local_name().as_ref() {
                "r" => self.in_run = false,
                "t" if self.within == Within::Text => self.within = Within::Other,
                "rPh" => self.within = Within::Other,
                _ => {}
            },
            _ => {}
        }
        Ok(())
    }

    fn start(&mut self, e: &BytesStart<'_>, legacy_font: LegacyFont<'_>) -> Result<(), ReadError> {
        match e.local_name().as_ref() {
            "r" => {
                self.in_run = true;
                self.runs.push(TextRun::default());
            }
            "t" if self.within == Within::Other => {
                self.within = Within::Text;
                if !self.in_run {
                    self.runs.push(TextRun::default());
                }
            }
            "rPh" => self.within = Within::Phonetic,
            name if self.in_run => {
                let Some(run) = self.runs.last_mut() else {
                    return Ok(());
                };
                match name {
                    "rPr" => {
                        self.is_rich = true;
                        run.is_struck = Some(false);
                    }
                    "strike" => run.is_struck = Some(is_on(e)?),
                    "vertAlign" => {
                        run.raised = match attribute(e, "val")?.as_deref() {
                            Some("superscript") => Raised::Above,
                            Some("subscript") => Raised::Below,
                            _ => Raised::No,
                        };
                    }
                    "rFont" => {
                        let name = attribute(e, "val")?.unwrap_or_default();
                        run.font = if legacy_font(&name) {
                            StatedFont::Legacy(name.into())
                        } else {
                            StatedFont::Plain
                        };
                    }
                    _ => {}
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn push(&mut self, text: &str) {
        if let Some(run) = self.runs.last_mut().filter(|_| self.within == Within::Text) {
            run.text.push_str(text);
        }
    }

    /// The text, complete.
    pub(super) fn finish(mut self) -> StoredText {
        for run in &mut self.runs {
            if let Cow::Owned(text) = without_escapes(&run.text) {
                run.text = text;
            }
        }
        if self.is_rich {
            return StoredText::Rich(self.runs.into());
        }
        let mut runs = self.runs.into_iter().map(|run| run.text);
        let first = runs.next().unwrap_or_default();
        StoredText::Plain(runs.fold(first, |text, run| text + &run))
    }
}

/// The letters that a reference stands for; none if it is not known.
pub(super) fn resolved(reference: &BytesRef<'_>) -> Option<String> {
    if let Ok(Some(letter)) = reference.resolve_char_ref() {
        return Some(letter.to_string());
    }
    quick_xml::escape::resolve_xml_entity(reference).map(str::to_owned)
}

/// A text with `_x000D_` as the character it stands for; a character beyond the basic ones takes two. Source: ECMA-376,
/// part 1, 22.4.2.4 (`bstr`).
pub(super) fn without_escapes(text: &str) -> Cow<'_, str> {
    if !text.contains("_x") {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let mut units = Vec::new();
        while let Some(unit) = escaped_unit(rest) {
            units.push(unit);
            rest = &rest[ESCAPE..];
        }
        if units.is_empty() {
            plain.push_str("_x");
            rest = &rest[2..];
        }
        plain.push_str(&String::from_utf16_lossy(&units));
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

/// Letters of an escape: `_x000D_`.
const ESCAPE: usize = 7;

/// The UTF-16 unit of the escape that a text begins with.
fn escaped_unit(text: &str) -> Option<u16> {
    let escape = text.get(..ESCAPE)?;
    let digits = escape.strip_prefix("_x")?.strip_suffix('_')?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::rich_text::visible;

    fn legacy(font: &str) -> bool {
        font.starts_with(".Vn")
    }

    fn table(items: &[&str]) -> SharedTexts {
        let items: String = items.iter().map(|i| format!("<si>{i}</si>")).collect();
        SharedTexts::read(format!("<sst>{items}</sst>").as_bytes(), &legacy)
    }

    #[test]
    fn texts_are_read_with_their_parts() {
        let table = table(&[
            "<t>a&amp;<![CDATA[b]]>&#x110;</t>",
            "<r><t>a</t></r><r><t>b</t></r>",
            "<t>x</t><rPh sb=\"0\" eb=\"1\"><t>ka</t></rPh>",
            "<t>1_x000D_2_x005F_x_ _xD83D__xDE00__xyz_</t>",
            "<r><rPr><strike/></rPr><t>425</t></r><r><rPr/><t>431</t></r><r><rPr><vertAlign val=\"superscript\"/></rPr><t>1</t></r>",
        ]);
        let plain = |i| match table.get(i) {
            Some(StoredText::Plain(text)) => text.clone(),
            other => format!("{other:?}"),
        };
        assert_eq!(plain(0), "a&bĐ");
        assert_eq!(plain(1), "ab");
        assert_eq!(plain(2), "x");
        assert_eq!(plain(3), "1\r2_x_ 😀_xyz_");
        let Some(StoredText::Rich(runs)) = table.get(4) else {
            panic!("parts are lost");
        };
        let seen = visible(runs, false, None);
        assert_eq!((seen.text.as_str(), seen.has_struck), ("431¹", true));
        assert!(!table.any_legacy && table.get(5).is_none());
    }

    #[test]
    fn the_runs_of_a_text_tell_its_font() {
        let table = table(&[
            "<r><rPr><rFont val=\".VnTime\"/></rPr><t>a</t></r><r><rPr><rFont val=\"Arial\"/></rPr><t>b</t></r><r><t> </t></r>",
        ]);
        assert!(table.any_legacy);
        let Some(StoredText::Rich(runs)) = table.get(0) else {
            panic!("parts are lost");
        };
        let of_cell: std::sync::Arc<str> = ".VnArial".into();
        let fonts = visible(runs, false, Some(&of_cell)).fonts;
        let fonts: Vec<_> = fonts.iter().map(|run| run.font.as_deref()).collect();
        assert_eq!(fonts, [Some(".VnTime"), None, Some(".VnArial")]);
    }

    #[test]
    fn damage_ends_the_table_and_nothing_else() {
        let table = SharedTexts::read(b"<sst><si><t>a</t></si><si><t>b</t", &legacy);
        assert!(table.get(0).is_some() && table.get(1).is_none());
    }
}
