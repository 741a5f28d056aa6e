//! Workbooks in office formats, written part by part: real files contain what no library would write.

mod attached;
mod flaws;
mod format;
mod looks;
pub(super) mod ods;
mod record;
pub(super) mod xls;
pub(super) mod xlsb;
pub(super) mod xlsx;

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{Cursor, Write};

use serde::Deserialize;
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

use super::encode::{Typed, decomposed};
use super::grid::{self, Area, Cell, Run};
use flaws::Flaws;
use looks::{Look, Rich};

/// A workbook as its manifest describes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools, reason = "each is a key of its own")]
pub(crate) struct Workbook {
    pub(crate) sheet: Vec<Sheet>,
    /// Other formats in which the same workbook is written.
    #[serde(default)]
    pub(crate) also: Vec<String>,
    /// Days are counted from 1904.
    #[serde(default)]
    date1904: bool,
    /// The strict variant of Office Open XML, with namespaces of its own.
    #[serde(default)]
    strict: bool,
    /// Parts are named from the root of the package.
    #[serde(default)]
    absolute_targets: bool,
    /// Texts stand in their cells, not in a table of shared texts.
    #[serde(default)]
    inline_strings: bool,
    /// A part that links to another workbook.
    #[serde(default)]
    external_link: bool,
    /// Writes no `r="A1"` on cells and rows: position alone tells.
    #[serde(default)]
    no_references: bool,
    /// The program that wrote the formulas did not compute them, and asks the reader to: the results saved beside them mean nothing.
    #[serde(default)]
    never_computed: bool,
    /// What is unusual or broken in the file.
    #[serde(default)]
    flaws: Flaws,
}

/// One sheet.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools, reason = "each is a key of its own")]
pub(crate) struct Sheet {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) grid: String,
    #[serde(default)]
    merged: Vec<String>,
    #[serde(default)]
    hidden: bool,
    /// Rows, from 1.
    #[serde(default)]
    hidden_rows: Vec<u32>,
    /// Columns, by letter.
    #[serde(default)]
    hidden_columns: Vec<String>,
    /// Fonts by name, with the cells set in them; a font that stands for an encoding is typed in it.
    #[serde(default)]
    fonts: BTreeMap<String, Vec<String>>,
    /// The fonts say an encoding and the texts are Unicode all the same.
    #[serde(default)]
    fonts_not_typed: bool,
    /// Number formats, with the cells that they are set for.
    #[serde(default)]
    formats: BTreeMap<String, Vec<String>>,
    /// Cells struck out as a whole.
    #[serde(default)]
    struck: Vec<String>,
    /// All texts are typed so, and no font says it.
    typed: Option<Typed>,
    /// Unicode in decomposed form.
    #[serde(default)]
    decomposed: bool,
    /// A sheet that is a chart.
    #[serde(default)]
    chart: bool,
    /// The area that is printed, such as `A1:H20`.
    print_area: Option<String>,
}

/// A sheet, ready to be written.
struct Page<'a> {
    sheet: &'a Sheet,
    rows: Vec<Vec<Cell>>,
    merged: Vec<Area>,
    hidden_columns: Vec<u16>,
    fonts: Vec<(Area, &'a str)>,
    formats: Vec<(Area, &'a str)>,
    struck: Vec<Area>,
}

/// Areas with a word for each.
fn worded(of: &BTreeMap<String, Vec<String>>) -> Result<Vec<(Area, &str)>, Box<dyn Error>> {
    let mut all = Vec::new();
    for (word, areas) in of {
        for area in areas {
            all.push((grid::area(area)?, word.as_str()));
        }
    }
    Ok(all)
}

fn within((r1, c1, r2, c2): &Area, row: u32, column: u16) -> bool {
    (*r1..=*r2).contains(&row) && (*c1..=*c2).contains(&column)
}

impl<'a> Page<'a> {
    fn of(sheet: &'a Sheet) -> Result<Self, Box<dyn Error>> {
        let merged = sheet.merged.iter().map(|text| grid::area(text));
        let hidden = sheet.hidden_columns.iter().map(|text| grid::column(text));
        let struck = sheet.struck.iter().map(|text| grid::area(text));
        let mut page = Self {
            sheet,
            rows: grid::read(&sheet.grid)?,
            merged: merged.collect::<Result<_, _>>()?,
            hidden_columns: hidden.collect::<Result<_, _>>()?,
            fonts: worded(&sheet.fonts)?,
            formats: worded(&sheet.formats)?,
            struck: struck.collect::<Result<_, _>>()?,
        };
        page.type_texts()?;
        Ok(page)
    }

    fn all(book: &'a Workbook) -> Result<Vec<Self>, Box<dyn Error>> {
        book.sheet.iter().map(Self::of).collect()
    }

    /// Puts every text as the sheet's fonts make people type it.
    fn type_texts(&mut self) -> Result<(), Box<dyn Error>> {
        for row in 0..self.rows.len() {
            for column in 0..self.rows[row].len() {
                let font = self.font(row as u32, column as u16);
                let typed = font
                    .and_then(Typed::by_font)
                    .filter(|_| !self.sheet.fonts_not_typed)
                    .or(self.sheet.typed);
                let store = |text: &str, font: Option<&str>| -> Result<String, Box<dyn Error>> {
                    match font.map_or(typed, Typed::by_font) {
                        Some(typed) => typed.as_stored(text),
                        None if self.sheet.decomposed => Ok(decomposed(text)),
                        None => Ok(text.to_owned()),
                    }
                };
                let stored = match &self.rows[row][column] {
                    Cell::Text(text) => Cell::Text(store(text, None)?),
                    Cell::Runs(runs) => {
                        let mut stored = Vec::new();
                        for run in runs {
                            stored.push(Run {
                                text: store(&run.text, run.font.as_deref())?,
                                ..run.clone()
                            });
                        }
                        Cell::Runs(stored)
                    }
                    _ => continue,
                };
                self.rows[row][column] = stored;
            }
        }
        Ok(())
    }

    /// The font of a cell, where it is not the workbook's own.
    fn font(&self, row: u32, column: u16) -> Option<&'a str> {
        let mut fonts = self.fonts.iter();
        let found = fonts.find(|(area, _)| within(area, row, column));
        found.map(|(_, font)| *font)
    }

    /// How a cell looks, if its format is its own or it is struck out.
    fn look(&self, row: u32, column: u16) -> Option<Look<'a>> {
        let mut formats = self.formats.iter();
        let format = formats.find(|(area, _)| within(area, row, column));
        let struck = self.struck.iter().any(|area| within(area, row, column));
        if format.is_none() && !struck {
            return None;
        }
        let cells = self.rows.get(row as usize);
        let cell = cells.and_then(|cells| cells.get(usize::from(column)));
        let usual = matches!(cell, Some(Cell::Date(..))).then_some(looks::DAY);
        Some(Look {
            font: self.font(row, column),
            struck,
            format: format.map(|(_, format)| *format).or(usual),
        })
    }

    fn hides_row(&self, row: u32) -> bool {
        self.sheet.hidden_rows.contains(&(row + 1))
    }

    /// The cells that hold something, row by row.
    fn cells(&self) -> impl Iterator<Item = (u32, u16, &Cell)> {
        self.rows.iter().enumerate().flat_map(|(row, cells)| {
            cells
                .iter()
                .enumerate()
                .filter(|(_, cell)| **cell != Cell::Blank)
                .map(move |(column, cell)| (row as u32, column as u16, cell))
        })
    }

    /// Number of columns.
    fn width(&self) -> u16 {
        let width = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        width as u16
    }

    /// All texts of the cells, in order, each once.
    fn texts(&self, all: &mut Vec<Rich>) {
        for (_, _, cell) in self.cells() {
            if let Cell::Text(_) | Cell::Runs(_) = cell {
                let text = Rich::of(cell);
                if !all.contains(&text) {
                    all.push(text);
                }
            }
        }
    }
}

/// The parts of a package, in order.
#[derive(Default)]
pub(super) struct Parts(Vec<(String, Vec<u8>)>);

impl Parts {
    pub(super) fn add(&mut self, name: &str, bytes: impl Into<Vec<u8>>) {
        self.0.push((name.to_owned(), bytes.into()));
    }

    /// Puts the flaws of the workbook into the parts.
    fn spoil(&mut self, flaws: &Flaws) -> Result<(), Box<dyn Error>> {
        flaws.spoil(&mut self.0)
    }

    /// Stored, not compressed: the bytes must not depend on a compressor's version.
    pub(super) fn zip(self) -> Result<Vec<u8>, Box<dyn Error>> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .unix_permissions(0o644);
        for (name, bytes) in self.0 {
            zip.start_file(name, options)?;
            zip.write_all(&bytes)?;
        }
        Ok(zip.finish()?.into_inner())
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
