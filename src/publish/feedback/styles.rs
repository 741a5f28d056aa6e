//! The styles of a workbook. Existing styles stay unchanged; new ones are added at the end of their lists.

use std::collections::BTreeMap;
use std::ops::Range;

use super::error::MarkError;
use super::xml::{Edits, Tag, TagKind, root, tags};
use crate::diagnostic::Severity;

/// The background of a cell with findings: pale, so that its content can be read, also on paper.
pub(super) fn colour_of(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "F8C9C4",
        Severity::Warning => "FFE8A3",
        Severity::Info => "DCE9F5",
    }
}

/// A list in the styles part, with the elements added to it.
#[derive(Debug, Default)]
struct StyleList {
    /// The bytes of its opening tag.
    span: Range<usize>,
    /// The tag that replaces it; its count is filled in last.
    open: String,
    /// The position before its closing tag; for an empty element, after its tag.
    end: usize,
    /// The closing tag to add, if it was an empty element.
    close: Option<String>,
    count: usize,
    added: Vec<String>,
}

impl StyleList {
    fn add(&mut self, element: String) -> usize {
        if let Some(i) = self.added.iter().position(|e| *e == element) {
            return self.count + i;
        }
        self.added.push(element);
        self.count + self.added.len() - 1
    }
}

/// The styles of a workbook.
#[derive(Debug)]
pub(super) struct Styles {
    text: String,
    prefix: String,
    fonts: StyleList,
    fills: StyleList,
    borders: StyleList,
    formats: StyleList,
    /// The bytes of the existing cell formats.
    existing: Vec<Range<usize>>,
}

impl Styles {
    /// Reads a styles part.
    pub(super) fn read(text: String) -> Result<Self, MarkError> {
        let mut lists: BTreeMap<&str, StyleList> = BTreeMap::new();
        let mut existing: Vec<Range<usize>> = Vec::new();
        let mut inside: Option<&str> = None;
        for tag in tags(&text) {
            let tag = tag?;
            let name = ["fonts", "fills", "borders", "cellXfs"]
                .into_iter()
                .find(|name| *name == tag.local());
            match (tag.depth, tag.kind, name, inside) {
                (1, TagKind::Open | TagKind::Empty, Some(name), _) => {
                    lists.insert(name, list(&tag));
                    inside = (tag.kind == TagKind::Open).then_some(name);
                }
                (1, TagKind::Close, Some(name), _) => {
                    if let Some(list) = lists.get_mut(name) {
                        list.end = tag.span.start;
                    }
                    inside = None;
                }
                (2, TagKind::Open | TagKind::Empty, _, Some(name)) => {
                    if let Some(list) = lists.get_mut(name) {
                        list.count += 1;
                    }
                    if name == "cellXfs" {
                        existing.push(tag.span.clone());
                    }
                }
                (2, TagKind::Close, _, Some("cellXfs")) => {
                    if let Some(last) = existing.last_mut() {
                        last.end = tag.span.end;
                    }
                }
                _ => {}
            }
        }
        let prefix = root(&text)?.prefix().to_owned();
        let mut take = |name: &str| {
            lists
                .remove(name)
                .ok_or_else(|| MarkError::Xml(format!("the styles have no `{name}`")))
        };
        let (fonts, fills, borders, formats) = (
            take("fonts")?,
            take("fills")?,
            take("borders")?,
            take("cellXfs")?,
        );
        Ok(Self {
            text,
            prefix,
            fonts,
            fills,
            borders,
            formats,
            existing,
        })
    }

    /// The number of a format like `base` with a background; `rgb` is six hexadecimal digits.
    pub(super) fn coloured(&mut self, base: usize, rgb: &str) -> Result<usize, MarkError> {
        let fill = self.background(rgb);
        let range = self
            .existing
            .get(base)
            .or(self.existing.first())
            .cloned()
            .ok_or_else(|| MarkError::Xml("the styles have no cell format".to_owned()))?;
        let format = &self.text[range];
        let tag = root(format)?;
        let fill = fill.to_string();
        let start = tag.with(&[("fillId", &fill), ("applyFill", "1")], tag.kind);
        let element = format!("{start}{}", &format[tag.span.end..]);
        Ok(self.formats.add(element))
    }

    fn background(&mut self, rgb: &str) -> usize {
        let p = &self.prefix;
        self.fills.add(format!(
            "<{p}fill><{p}patternFill patternType=\"solid\"><{p}fgColor rgb=\"FF{rgb}\"/><{p}bgColor indexed=\"64\"/></{p}patternFill></{p}fill>"
        ))
    }

    /// The number of a new format.
    pub(super) fn own(&mut self, look: &CellLook) -> usize {
        let p = self.prefix.clone();
        let mut font = format!("<{p}font>");
        if look.bold {
            font.push_str(&format!("<{p}b/>"));
        }
        if look.link {
            font.push_str(&format!("<{p}u/>"));
        }
        let colour = if look.link { "FF1F4E66" } else { "FF000000" };
        font.push_str(&format!(
            "<{p}sz val=\"{}\"/><{p}color rgb=\"{colour}\"/><{p}name val=\"Times New Roman\"/><{p}family val=\"1\"/></{p}font>",
            look.size
        ));
        let font = self.fonts.add(font);
        let fill = look.background.map_or(0, |rgb| self.background(rgb));
        let side = |name: &str| {
            if look.framed {
                format!("<{p}{name} style=\"thin\"><{p}color rgb=\"FF8C8C8C\"/></{p}{name}>")
            } else {
                format!("<{p}{name}/>")
            }
        };
        let sides: String = ["left", "right", "top", "bottom"].map(side).concat();
        let border = self
            .borders
            .add(format!("<{p}border>{sides}<{p}diagonal/></{p}border>"));
        let horizontal = if look.centred { "center" } else { "left" };
        let vertical = if look.framed { "top" } else { "center" };
        self.formats.add(format!(
            "<{p}xf numFmtId=\"49\" fontId=\"{font}\" fillId=\"{fill}\" borderId=\"{border}\" xfId=\"0\" applyNumberFormat=\"1\" \
             applyFont=\"1\" applyFill=\"1\" applyBorder=\"1\" applyAlignment=\"1\">\
             <{p}alignment horizontal=\"{horizontal}\" vertical=\"{vertical}\" wrapText=\"1\"/></{p}xf>"
        ))
    }

    /// The styles part with the added elements.
    pub(super) fn finish(self) -> String {
        let mut edits = Edits::default();
        for list in [self.fonts, self.fills, self.borders, self.formats] {
            if list.added.is_empty() {
                continue;
            }
            let count = (list.count + list.added.len()).to_string();
            edits.replace(list.span, list.open.replace(COUNT, &count));
            edits.insert(
                list.end,
                format!("{}{}", list.added.concat(), list.close.unwrap_or_default()),
            );
        }
        edits.apply(&self.text)
    }
}

/// Placeholder for the number of elements until it is known.
const COUNT: &str = "\u{1}";

fn list(tag: &Tag<'_>) -> StyleList {
    let open = if tag.attribute("count").is_some() {
        tag.with(&[("count", COUNT)], TagKind::Open)
    } else {
        tag.with(&[], TagKind::Open)
    };
    StyleList {
        span: tag.span.clone(),
        open,
        end: tag.span.end,
        close: (tag.kind == TagKind::Empty).then(|| format!("</{}>", tag.name)),
        count: 0,
        added: Vec::new(),
    }
}

/// The look of a cell on the list of remarks.
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is an independent property of a cell"
)]
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct CellLook {
    /// Size of the font, in points.
    pub size: u8,
    pub bold: bool,
    pub link: bool,
    pub centred: bool,
    pub framed: bool,
    /// RGB in six hexadecimal digits.
    pub background: Option<&'static str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const PART: &str = "<styleSheet xmlns=\"m\"><fonts count=\"1\"><font/></fonts><fills count=\"2\"><fill><patternFill/></fill><fill/></fills>\
        <borders><border/></borders><cellStyleXfs count=\"1\"><xf/></cellStyleXfs><cellXfs count=\"2\"><xf numFmtId=\"3\" fillId=\"0\"/>\
        <xf numFmtId=\"4\"><alignment horizontal=\"right\"/></xf></cellXfs><dxfs count=\"1\"><dxf><fill/></dxf></dxfs></styleSheet>";

    #[test]
    fn a_format_is_cloned_with_a_background_and_the_rest_stays() {
        let mut styles = Styles::read(PART.to_owned()).expect("styles");
        assert_eq!(styles.coloured(1, "FFC7CE").expect("a format"), 2);
        assert_eq!(styles.coloured(1, "FFC7CE").expect("a format"), 2);
        assert_eq!(styles.coloured(0, "FFC7CE").expect("a format"), 3);
        let text = styles.finish();
        assert!(text.contains(
            "<xf numFmtId=\"4\" fillId=\"2\" applyFill=\"1\"><alignment horizontal=\"right\"/></xf>"
        ));
        assert!(text.contains("<xf numFmtId=\"3\" fillId=\"2\" applyFill=\"1\"/>"));
        assert!(text.contains("<cellXfs count=\"4\">") && text.contains("<fills count=\"3\">"));
        assert!(text.contains("<fonts count=\"1\"><font/></fonts>"));
        assert_eq!(text.matches("FFFFC7CE").count(), 1);
    }

    #[test]
    fn styles_without_a_list_are_refused() {
        assert!(Styles::read("<styleSheet xmlns=\"m\"/>".to_owned()).is_err());
    }
}
