//! Styles of a workbook: what is there stays as it is, and styles are added at the end of their lists.

use std::collections::BTreeMap;
use std::ops::Range;

use super::MarkError;
use super::xml::{Edits, Kind, Tag, root, tags};

/// A list of the styles part, with what is added to it.
#[derive(Debug, Default)]
struct List {
    /// Its opening tag.
    span: Range<usize>,
    /// The tag to be written in its place, without its count.
    open: String,
    /// Where its end stands; the end of an empty element's tag.
    end: usize,
    /// It has no content, and no closing tag.
    close: Option<String>,
    count: usize,
    added: Vec<String>,
}

impl List {
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
    fonts: List,
    fills: List,
    borders: List,
    formats: List,
    /// The cell formats as they stand.
    existing: Vec<Range<usize>>,
}

impl Styles {
    /// Reads a styles part.
    pub(super) fn read(text: String) -> Result<Self, MarkError> {
        let mut lists: BTreeMap<&str, List> = BTreeMap::new();
        let mut existing: Vec<Range<usize>> = Vec::new();
        let mut inside: Option<&str> = None;
        for tag in tags(&text) {
            let tag = tag?;
            let name = ["fonts", "fills", "borders", "cellXfs"]
                .into_iter()
                .find(|name| *name == tag.local());
            match (tag.depth, tag.kind, name, inside) {
                (1, Kind::Open | Kind::Empty, Some(name), _) => {
                    lists.insert(name, list(&tag));
                    inside = (tag.kind == Kind::Open).then_some(name);
                }
                (1, Kind::Close, Some(name), _) => {
                    if let Some(list) = lists.get_mut(name) {
                        list.end = tag.span.start;
                    }
                    inside = None;
                }
                (2, Kind::Open | Kind::Empty, _, Some(name)) => {
                    if let Some(list) = lists.get_mut(name) {
                        list.count += 1;
                    }
                    if name == "cellXfs" {
                        existing.push(tag.span.clone());
                    }
                }
                (2, Kind::Close, _, Some("cellXfs")) => {
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

    /// The format `base` with a background; `rgb` in six hexadecimal digits.
    pub(super) fn coloured(&mut self, base: usize, rgb: &str) -> Result<usize, MarkError> {
        let fill = self.fill(rgb);
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

    fn fill(&mut self, rgb: &str) -> usize {
        let p = &self.prefix;
        self.fills.add(format!(
            "<{p}fill><{p}patternFill patternType=\"solid\"><{p}fgColor rgb=\"FF{rgb}\"/><{p}bgColor indexed=\"64\"/></{p}patternFill></{p}fill>"
        ))
    }

    /// A format made of nothing that is there.
    pub(super) fn own(&mut self, look: &Look) -> usize {
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
        let fill = look.background.map_or(0, |rgb| self.fill(rgb));
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

    /// The part with what was added.
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

/// Stands for the number of elements until it is known.
const COUNT: &str = "\u{1}";

fn list(tag: &Tag<'_>) -> List {
    let open = if tag.attribute("count").is_some() {
        tag.with(&[("count", COUNT)], Kind::Open)
    } else {
        tag.with(&[], Kind::Open)
    };
    List {
        span: tag.span.clone(),
        open,
        end: tag.span.end,
        close: (tag.kind == Kind::Empty).then(|| format!("</{}>", tag.name)),
        count: 0,
        added: Vec::new(),
    }
}

/// How a cell of our own looks.
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a property of a cell by itself"
)]
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Look {
    /// Size of the font, in points.
    pub size: u8,
    pub bold: bool,
    pub link: bool,
    pub centred: bool,
    pub framed: bool,
    /// Six hexadecimal digits.
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
