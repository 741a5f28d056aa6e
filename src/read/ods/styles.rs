//! Styles of cells and texts: what is struck out, raised or in an old font, and how values are shown.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use quick_xml::events::{BytesStart, Event};

use super::cell::attributes;
use super::number_style::{NumberStyle, ValueFormat};
use crate::read::document::{LegacyFont, ReadError};
use crate::read::rich_text::{Raised, StatedFont};
use crate::read::xml::xml_reader;

/// The name of the style that cells without one have.
const DEFAULT_CELL: &str = "Default";
/// The most styles that a style may stand on.
const MAX_PARENTS: usize = 32;

/// What a style states about letters.
#[derive(Debug, Clone, Default)]
pub(super) struct Look {
    pub(super) is_struck: Option<bool>,
    pub(super) raised: Option<Raised>,
    pub(super) font: Option<StatedFont>,
}

impl Look {
    /// This look where it states something, else that of `other`.
    pub(super) fn or(&self, other: &Self) -> Self {
        Self {
            is_struck: self.is_struck.or(other.is_struck),
            raised: self.raised.or(other.raised),
            font: self.font.clone().or_else(|| other.font.clone()),
        }
    }
}

/// A style of cells.
#[derive(Debug, Clone, Default)]
pub(super) struct CellStyle {
    pub(super) value: ValueFormat,
    look: Look,
}

impl CellStyle {
    pub(super) fn is_struck(&self) -> bool {
        self.look.is_struck.unwrap_or(false)
    }

    /// Its font, if that belongs to an old encoding.
    pub(super) fn font(&self) -> Option<&Arc<str>> {
        match &self.look.font {
            Some(StatedFont::Legacy(font)) => Some(font),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Family {
    Cell,
    Text,
    Paragraph,
    Other,
}

/// A style as it is stated.
#[derive(Debug, Default)]
struct StatedStyle {
    parent: Option<String>,
    format: Option<String>,
    look: Look,
}

/// The styles of a spreadsheet: those of `styles.xml`, then those of `content.xml`.
pub(super) struct Styles<'a> {
    legacy_font: LegacyFont<'a>,
    /// The families of fonts, by the names they have in the file.
    faces: BTreeMap<String, String>,
    numbers: BTreeMap<String, NumberStyle>,
    /// Styles that are read and not yet joined with those they stand on.
    stated: BTreeMap<(Family, String), StatedStyle>,
    cells: BTreeMap<String, Arc<CellStyle>>,
    looks: BTreeMap<(Family, String), Look>,
    /// Styles of sheets that are hidden.
    hidden_tables: BTreeSet<String>,
    /// The style that the reader is in.
    current: Option<(Family, String)>,
    number: Option<(String, NumberStyle)>,
    plain: Arc<CellStyle>,
}

impl<'a> Styles<'a> {
    pub(super) fn new(legacy_font: LegacyFont<'a>) -> Self {
        Self {
            legacy_font,
            faces: BTreeMap::new(),
            numbers: BTreeMap::new(),
            stated: BTreeMap::new(),
            cells: BTreeMap::new(),
            looks: BTreeMap::new(),
            hidden_tables: BTreeSet::new(),
            current: None,
            number: None,
            plain: Arc::default(),
        }
    }

    /// Reads a part of styles.
    ///
    /// # Errors
    /// When the part is damaged.
    pub(super) fn read(&mut self, part: &[u8]) -> Result<(), ReadError> {
        let mut reader = xml_reader(part);
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            let event = reader.read_event_into(&mut buffer)?;
            if event == Event::Eof {
                self.settle();
                return Ok(());
            }
            self.take(&event);
        }
    }

    /// Takes an event of a part of styles.
    pub(super) fn take(&mut self, event: &Event<'_>) {
        match event {
            Event::Start(e) => self.start(e),
            Event::Text(text) => self.letters(&text.xml10_content()),
            Event::CData(text) => self.letters(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                if let Ok(Some(letter)) = reference.resolve_char_ref() {
                    self.letters(letter.encode_utf8(&mut [0; 4]));
                } else if let Some(known) = quick_xml::escape::resolve_xml_entity(reference) {
                    self.letters(known);
                }
            }
            Event::End(e) => {
                let name = e.local_name();
                let name = name.as_ref();
                let ends_number = name.ends_with("-style");
                match self.number.take_if(|_| ends_number) {
                    Some((name, number)) => {
                        self.numbers.insert(name, number);
                    }
                    None => match &mut self.number {
                        Some((_, number)) => number.end(name),
                        None if matches!(name, "style" | "default-style") => self.current = None,
                        None => {}
                    },
                }
            }
            _ => {}
        }
    }

    fn letters(&mut self, letters: &str) {
        if let Some((_, number)) = &mut self.number {
            number.text(letters);
        }
    }

    fn start(&mut self, e: &BytesStart<'_>) {
        if let Some((_, number)) = &mut self.number {
            number.start(e);
            return;
        }
        match e.local_name().as_ref() {
            "font-face" => {
                let (mut name, mut family) = (String::new(), String::new());
                attributes(e, |key, value| match key {
                    "name" => name = value.into_owned(),
                    "font-family" => unquoted(&value).clone_into(&mut family),
                    _ => {}
                });
                self.faces.insert(name, family);
            }
            "style" => self.begin(e, None),
            "default-style" => self.begin(e, Some("")),
            "text-properties" => {
                let look = self.look(e);
                let current = self.current.as_ref();
                if let Some(style) = current.and_then(|key| self.stated.get_mut(key)) {
                    style.look = look;
                }
            }
            "table-properties" => {
                let mut shown = true;
                attributes(e, |key, value| {
                    shown = shown && (key != "display" || value != "false");
                });
                if let (false, Some((_, name))) = (shown, &self.current) {
                    self.hidden_tables.insert(name.clone());
                }
            }
            _ => self.number = NumberStyle::begun_by(e),
        }
    }

    /// Begins a style. A default style has no name of its own.
    fn begin(&mut self, e: &BytesStart<'_>, name: Option<&str>) {
        let mut own_name = name.unwrap_or_default().to_owned();
        let mut family = Family::Other;
        let mut style = StatedStyle::default();
        attributes(e, |key, value| match key {
            "name" => own_name = value.into_owned(),
            "family" => {
                family = match value.as_ref() {
                    "table-cell" => Family::Cell,
                    "text" => Family::Text,
                    "paragraph" => Family::Paragraph,
                    _ => Family::Other,
                }
            }
            "parent-style-name" => style.parent = Some(value.into_owned()),
            "data-style-name" => style.format = Some(value.into_owned()),
            _ => {}
        });
        let key = (family, own_name);
        // The other families only tell which sheets are hidden.
        if family != Family::Other {
            self.stated.insert(key.clone(), style);
        }
        self.current = Some(key);
    }

    fn look(&self, e: &BytesStart<'_>) -> Look {
        let mut look = Look::default();
        let mut font: Option<String> = None;
        attributes(e, |key, value| match key {
            "text-line-through-style" | "text-line-through-type" | "text-crossing-out" => {
                let is_struck = value != "none";
                look.is_struck = Some(look.is_struck.unwrap_or(true) && is_struck);
            }
            "text-position" => look.raised = raised(&value),
            "font-name" => {
                let family = self.faces.get(value.as_ref()).filter(|f| !f.is_empty());
                font = Some(family.cloned().unwrap_or_else(|| value.into_owned()));
            }
            "font-family" if font.is_none() => font = Some(unquoted(&value).to_owned()),
            _ => {}
        });
        look.font = font.map(|font| {
            if (self.legacy_font)(&font) {
                StatedFont::Legacy(font.into())
            } else {
                StatedFont::Plain
            }
        });
        look
    }

    /// Joins the styles read so far with those they stand on. Must be called before they are asked for.
    pub(super) fn settle(&mut self) {
        if self.stated.is_empty() {
            return;
        }
        let stated = std::mem::take(&mut self.stated);
        let mut formats: BTreeMap<&str, ValueFormat> = BTreeMap::new();
        for style in stated.values() {
            if let Some(name) = style.format.as_deref()
                && let Some(number) = self.numbers.get(name)
                && !formats.contains_key(name)
            {
                formats.insert(name, number.format(&self.numbers));
            }
        }
        let mut cells = Vec::new();
        let mut looks = Vec::new();
        for (family, name) in stated.keys() {
            let style = self.joined(*family, name, &stated, &formats);
            match family {
                Family::Cell => cells.push((name.clone(), Arc::new(style))),
                _ => looks.push(((*family, name.clone()), style.look)),
            }
        }
        self.cells.extend(cells);
        self.looks.extend(looks);
        if let Some(default) = self.cells.get(DEFAULT_CELL).or(self.cells.get("")) {
            self.plain = default.clone();
        }
    }

    /// A style together with all that it stands on.
    fn joined(
        &self,
        family: Family,
        name: &str,
        stated: &BTreeMap<(Family, String), StatedStyle>,
        formats: &BTreeMap<&str, ValueFormat>,
    ) -> CellStyle {
        let mut look = Look::default();
        let mut value: Option<ValueFormat> = None;
        let mut next = Some(name.to_owned());
        for _ in 0..MAX_PARENTS {
            let Some(name) = next.take() else { break };
            let Some(style) = stated.get(&(family, name.clone())) else {
                // It stands on a style of the part before.
                if let Some(settled) = self.cells.get(&name).filter(|_| family == Family::Cell) {
                    look = look.or(&settled.look);
                    value = value.or_else(|| Some(settled.value.clone()));
                } else if let Some(settled) = self.looks.get(&(family, name)) {
                    look = look.or(settled);
                }
                break;
            };
            look = look.or(&style.look);
            let format = style.format.as_deref();
            value = value.or_else(|| formats.get(format?).cloned());
            let is_last = family != Family::Cell || name.is_empty();
            let parent = style.parent.clone();
            next = parent.or_else(|| (!is_last).then(String::new));
        }
        CellStyle {
            value: value.unwrap_or_default(),
            look,
        }
    }

    /// The style of cells that has this name; without a name, that of cells without a style.
    pub(super) fn cell(&self, name: Option<&str>) -> Arc<CellStyle> {
        let named = name.and_then(|name| self.cells.get(name));
        named.unwrap_or(&self.plain).clone()
    }

    /// What a span of this style looks like.
    pub(super) fn span(&self, name: &str) -> Look {
        let key = (Family::Text, name.to_owned());
        self.looks.get(&key).cloned().unwrap_or_default()
    }

    /// What a paragraph of this style looks like.
    pub(super) fn paragraph(&self, name: &str) -> Look {
        let key = (Family::Paragraph, name.to_owned());
        self.looks.get(&key).cloned().unwrap_or_default()
    }

    /// Whether sheets of this style are hidden.
    pub(super) fn hides_table(&self, name: &str) -> bool {
        self.hidden_tables.contains(name)
    }
}

/// Whether letters stand above or below their line: `super`, `sub`, or how far in per cent.
fn raised(position: &str) -> Option<Raised> {
    let first = position.split_whitespace().next()?;
    Some(match first {
        "super" => Raised::Above,
        "sub" => Raised::Below,
        _ => match first.trim_end_matches('%').parse::<f64>() {
            Ok(height) if height > 0.0 => Raised::Above,
            Ok(height) if height < 0.0 => Raised::Below,
            _ => Raised::No,
        },
    })
}

fn unquoted(name: &str) -> &str {
    name.trim().trim_matches(['\'', '"'])
}
