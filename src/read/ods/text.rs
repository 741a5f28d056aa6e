//! The text that a cell shows: its paragraphs with their spans, without notes and drawings.

use quick_xml::events::{BytesStart, Event};

use super::cell::attributes;
use super::styles::{Look, Styles};
use crate::read::document::ReadError;
use crate::read::rich_text::TextRun;

/// Elements of drawings, whatever their prefix.
const SHAPES: [&str; 15] = [
    "frame",
    "custom-shape",
    "line",
    "rect",
    "circle",
    "ellipse",
    "polygon",
    "polyline",
    "path",
    "connector",
    "caption",
    "measure",
    "g",
    "control",
    "page-thumbnail",
];

/// The text of a cell, while it is read.
pub(super) struct CellText {
    most_bytes: usize,
    bytes: usize,
    paragraphs: usize,
    runs: Vec<TextRun>,
    /// The open elements: how letters within them look, and whether they are shown.
    open: Vec<(Look, bool)>,
}

/// What the reader of the cell must do next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    Go,
    /// Skip the element that has begun.
    Skip,
    /// The cell has ended.
    Done,
}

impl CellText {
    pub(super) fn new(most_bytes: usize) -> Self {
        Self {
            most_bytes,
            bytes: 0,
            paragraphs: 0,
            runs: Vec::new(),
            open: Vec::new(),
        }
    }

    /// Takes an event within the cell.
    ///
    /// # Errors
    /// When the text exceeds the limit.
    pub(super) fn take(
        &mut self,
        event: &Event<'_>,
        styles: &Styles<'_>,
    ) -> Result<Step, ReadError> {
        match event {
            Event::Start(e) => return self.start(e, styles),
            Event::Text(text) => self.push(&text.xml10_content())?,
            Event::CData(text) => self.push(&text.xml10_content())?,
            Event::GeneralRef(part) => {
                if let Ok(Some(letter)) = part.resolve_char_ref() {
                    self.push(letter.encode_utf8(&mut [0; 4]))?;
                } else if let Some(known) = quick_xml::escape::resolve_xml_entity(part) {
                    self.push(known)?;
                }
            }
            Event::End(_) if self.open.pop().is_none() => return Ok(Step::Done),
            _ => {}
        }
        Ok(Step::Go)
    }

    fn start(&mut self, e: &BytesStart<'_>, styles: &Styles<'_>) -> Result<Step, ReadError> {
        let (look, is_shown) = self.open.last().cloned().unwrap_or_default();
        let name = e.local_name();
        let name = name.as_ref();
        let stated_style = || {
            let mut style = String::new();
            attributes(e, |key, value| {
                if key == "style-name" {
                    style = value.into_owned();
                }
            });
            style
        };
        let inner = match name {
            "p" | "h" => {
                if self.paragraphs > 0 {
                    self.append("\n", &Look::default())?;
                }
                self.paragraphs += 1;
                (styles.paragraph(&stated_style()).or(&look), true)
            }
            "list" | "list-item" | "list-header" => (look, is_shown),
            // Notes, drawings and sheets within a cell.
            _ if !is_shown => return Ok(Step::Skip),
            "annotation" | "note-body" | "ruby-text" => return Ok(Step::Skip),
            "line-break" => {
                self.push("\n")?;
                (look, true)
            }
            name if SHAPES.contains(&name) || e.name().as_ref().starts_with("draw:") => {
                return Ok(Step::Skip);
            }
            "span" => (styles.span(&stated_style()).or(&look), true),
            "s" => {
                let mut count = 1;
                attributes(e, |key, value| {
                    if key == "c" {
                        count = value.trim().parse().unwrap_or(1);
                    }
                });
                if count > self.most_bytes {
                    return Err(ReadError::over("max_text_bytes", self.most_bytes));
                }
                self.push(&" ".repeat(count))?;
                (look, true)
            }
            "tab" => {
                self.push("\t")?;
                (look, true)
            }
            _ => (look, true),
        };
        self.open.push(inner);
        Ok(Step::Go)
    }

    /// Adds letters, if the open element shows them.
    fn push(&mut self, letters: &str) -> Result<(), ReadError> {
        match self.open.last().cloned() {
            Some((look, true)) => self.append(letters, &look),
            _ => Ok(()),
        }
    }

    fn append(&mut self, letters: &str, look: &Look) -> Result<(), ReadError> {
        self.bytes += letters.len();
        if self.bytes > self.most_bytes {
            return Err(ReadError::over("max_text_bytes", self.most_bytes));
        }
        let run = TextRun {
            text: letters.to_owned(),
            font: look.font.clone().unwrap_or_default(),
            is_struck: look.is_struck,
            raised: look.raised.unwrap_or_default(),
        };
        match self.runs.last_mut() {
            Some(last)
                if (&last.font, last.is_struck, last.raised)
                    == (&run.font, run.is_struck, run.raised) =>
            {
                last.text.push_str(letters);
            }
            _ => self.runs.push(run),
        }
        Ok(())
    }

    /// The text, complete.
    pub(super) fn finish(self) -> Vec<TextRun> {
        self.runs
    }
}
