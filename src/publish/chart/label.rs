//! Labels: their style, how wide they are, and where their lines break.

use plotters::prelude::*;
use plotters::style::FontTransform;

use super::look::{GAP, GREY, GUTTER_MAX, LEADING, MAIN, SECOND};
use crate::text::Bilingual;

/// Size and style of a text.
#[derive(Clone)]
pub(super) struct LabelStyle {
    pub(super) size: i32,
    pub(super) style: FontStyle,
    pub(super) color: RGBColor,
    pub(super) transform: FontTransform,
}

impl LabelStyle {
    pub(super) fn main(color: RGBColor) -> Self {
        Self {
            size: MAIN,
            style: FontStyle::Normal,
            color,
            transform: FontTransform::None,
        }
    }

    pub(super) fn small(color: RGBColor) -> Self {
        Self {
            size: SECOND,
            ..Self::main(color)
        }
    }

    pub(super) fn english() -> Self {
        Self {
            style: FontStyle::Italic,
            ..Self::small(GREY)
        }
    }

    pub(super) fn turned(self) -> Self {
        Self {
            transform: FontTransform::Rotate270,
            ..self
        }
    }

    pub(super) fn is_turned(&self) -> bool {
        matches!(self.transform, FontTransform::Rotate270)
    }
}

/// A line of a label: a text in one language, or both languages side by side.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LabelLine {
    pub(super) vi: String,
    pub(super) en: String,
}

impl LabelLine {
    pub(super) fn width(&self) -> i32 {
        let between = if self.vi.is_empty() || self.en.is_empty() {
            0
        } else {
            GAP
        };
        text_width(&self.vi, MAIN) + between + text_width(&self.en, SECOND)
    }

    pub(super) fn height(&self) -> i32 {
        let size = if self.vi.is_empty() { SECOND } else { MAIN };
        size * LEADING / 100
    }
}

/// The height of several lines.
pub(super) fn lines_height(lines: &[LabelLine]) -> i32 {
    lines.iter().map(LabelLine::height).sum()
}

/// The lines of each label, the English below.
pub(super) fn label_lines(labels: &[Bilingual], width: i32) -> Vec<Vec<LabelLine>> {
    labels.iter().map(|label| stacked(label, width)).collect()
}

/// The lines of a label, the English below.
fn stacked(label: &Bilingual, width: i32) -> Vec<LabelLine> {
    let mut lines: Vec<LabelLine> = wrap(&label.vi, MAIN, width)
        .into_iter()
        .map(|vi| LabelLine {
            vi,
            en: String::new(),
        })
        .collect();
    if !label.is_same() {
        let english = wrap(&label.en, SECOND, width);
        lines.extend(english.into_iter().map(|en| LabelLine {
            vi: String::new(),
            en,
        }));
    }
    lines
}

/// A label on one line with its English, or stacked where that line would be too long.
pub(super) fn side_by_side(label: &Bilingual) -> Vec<LabelLine> {
    let line = LabelLine {
        vi: label.vi.clone(),
        en: if label.is_same() {
            String::new()
        } else {
            label.en.clone()
        },
    };
    if line.width() <= GUTTER_MAX {
        vec![line]
    } else {
        stacked(label, GUTTER_MAX)
    }
}

/// Breaks a text into lines between words, and within words that are longer than a line.
pub(super) fn wrap(text: &str, size: i32, width: i32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        for piece in pieces(word, size, width) {
            match lines.last_mut() {
                Some(line) if text_width(&format!("{line} {piece}"), size) <= width => {
                    line.push(' ');
                    line.push_str(&piece);
                }
                _ => lines.push(piece),
            }
        }
    }
    lines
}

/// The parts of a word, each no wider than a line.
fn pieces(word: &str, size: i32, width: i32) -> Vec<String> {
    let mut found = vec![String::new()];
    for letter in word.chars() {
        if let Some(piece) = found.last_mut() {
            if !piece.is_empty() && text_width(&format!("{piece}{letter}"), size) > width {
                found.push(letter.to_string());
            } else {
                piece.push(letter);
            }
        }
    }
    found
}

/// Widths of the characters from the space to the tilde, in thousandths of the font size.
const ADVANCES: [i32; 95] = [
    250, 288, 336, 465, 465, 637, 705, 190, 298, 298, 369, 550, 220, 338, 220, 323, 465, 465, 465,
    465, 465, 465, 465, 465, 465, 465, 236, 236, 550, 550, 550, 435, 895, 695, 588, 646, 701, 557,
    485, 685, 730, 297, 322, 637, 528, 839, 699, 702, 541, 702, 587, 485, 597, 661, 652, 951, 660,
    575, 604, 356, 287, 356, 518, 486, 392, 457, 493, 428, 506, 447, 310, 500, 538, 271, 272, 512,
    264, 790, 542, 504, 519, 503, 372, 390, 316, 531, 497, 747, 490, 515, 424, 277, 205, 277, 449,
];

/// The estimated width of a text.
pub(super) fn text_width(text: &str, size: i32) -> i32 {
    let advance = |letter: char| {
        let known = (letter as usize).checked_sub(' ' as usize);
        match known.and_then(|index| ADVANCES.get(index)) {
            Some(advance) => *advance,
            // Letters with diacritics are about as wide as those without.
            None if letter.is_uppercase() => 690,
            None if letter.is_alphabetic() => 495,
            None => 750,
        }
    };
    text.chars().map(advance).sum::<i32>() * size / 1000 + 1
}
