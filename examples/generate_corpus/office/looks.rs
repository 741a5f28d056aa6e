//! How cells and pieces of texts look, as far as that says what they mean.

use super::super::grid::{Cell, Mark};
use super::Page;
use super::record::units;

/// The format of days that every office has.
pub(super) const DAY: &str = "mm-dd-yy";

/// The look of a cell that has a number format or is struck out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look<'a> {
    pub(super) font: Option<&'a str>,
    pub(super) struck: bool,
    pub(super) format: Option<&'a str>,
}

/// The looks of a workbook's cells, each once, in the order of the cells.
pub(super) struct Looks<'a> {
    pub(super) all: Vec<Look<'a>>,
    /// The formats that no office has by number.
    pub(super) formats: Vec<&'a str>,
}

/// The formats that every office has by number.
const BUILT_IN: [(&str, u16); 10] = [
    ("0", 1),
    ("0.00", 2),
    ("#,##0", 3),
    ("#,##0.00", 4),
    ("0%", 9),
    ("0.00%", 10),
    ("0.00E+00", 11),
    (DAY, 14),
    ("mmm-yy", 17),
    ("@", 49),
];

impl<'a> Looks<'a> {
    pub(super) fn of(pages: &[Page<'a>]) -> Self {
        let mut all: Vec<Look<'a>> = Vec::new();
        let mut formats: Vec<&'a str> = Vec::new();
        for page in pages {
            for (row, column, _) in page.cells() {
                let Some(look) = page.look(row, column) else {
                    continue;
                };
                if !all.contains(&look) {
                    all.push(look);
                }
                if let Some(format) = look.format
                    && !BUILT_IN.iter().any(|(known, _)| *known == format)
                    && !formats.contains(&format)
                {
                    formats.push(format);
                }
            }
        }
        Self { all, formats }
    }

    pub(super) fn place(&self, look: &Look<'_>) -> Option<usize> {
        self.all.iter().position(|known| known == look)
    }

    /// The number of a format.
    pub(super) fn number(&self, format: Option<&str>) -> u16 {
        let Some(format) = format else { return 0 };
        let known = BUILT_IN.iter().find(|(known, _)| *known == format);
        known.map_or_else(
            || {
                let own = self.formats.iter().position(|own| *own == format);
                164 + own.unwrap_or(0) as u16
            },
            |(_, number)| *number,
        )
    }
}

/// A text with the places where its look changes, for formats that have no fonts in texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rich {
    pub(super) text: String,
    /// From which UTF-16 unit on; none if nothing in it is marked.
    pub(super) marks: Vec<(u16, Option<Mark>)>,
}

impl Rich {
    pub(super) fn of(cell: &Cell) -> Self {
        let text = cell.as_typed();
        let mut marks = Vec::new();
        if let Cell::Runs(runs) = cell
            && runs.iter().any(|run| run.mark.is_some())
        {
            let mut place = 0;
            for run in runs {
                marks.push((place, run.mark));
                place += units(&run.text) as u16;
            }
        }
        Self { text, marks }
    }
}

/// The number of a mark's font among those that marks need.
pub(super) fn font_of(mark: Option<Mark>) -> u16 {
    match mark {
        None => 0,
        Some(Mark::Struck) => 1,
        Some(Mark::Raised) => 2,
        Some(Mark::Lowered) => 3,
    }
}
