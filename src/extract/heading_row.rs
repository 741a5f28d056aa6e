//! Heading rows that are a row of the form as well: the row's label stands beside the heading, or its figures in the heading's
//! own cells.

use super::head_meaning::ColumnRole;
use super::row::{RowReader, Stubs, is_figure};
use super::title::Stated;
use crate::read::{Address, CellContent};

/// How a heading is numbered. Headings of one table are numbered alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Roman,
    Digits,
    Letter,
}

impl RowReader<'_> {
    /// The row of the form that a heading row of this section is too, with the cells that describe it.
    pub(super) fn row_in_heading(
        &self,
        row: u32,
        section: &str,
        stubs: &Stubs,
    ) -> Option<(usize, Stubs)> {
        if !self.has_numbers(row) {
            return None;
        }
        let own = || Stubs {
            label: stubs.label.clone(),
            code: None,
            measure: stubs.measure.clone(),
        };
        let beside = self.label_behind_heading(row, section, stubs);
        beside.or_else(|| Some((self.by_filled_cells(row, section)?, own())))
    }

    /// The row of the section whose label stands to the right of the heading.
    fn label_behind_heading(
        &self,
        row: u32,
        section: &str,
        stubs: &Stubs,
    ) -> Option<(usize, Stubs)> {
        let (heading, _) = stubs.label.as_ref()?;
        let is_open = |at: Address| {
            let known = self.header.at(at.column);
            at.column > heading.column && known.is_none_or(|c| c.role == ColumnRole::Unknown)
        };
        let texts = self.sheet.row(row).filter(|(at, _)| is_open(*at));
        let mut rows = texts.filter_map(|(at, content)| {
            let text = content.text()?;
            let (label, unit) = self.split_label(text);
            let member = self.by_label(label, Some(section))?;
            (self.form.rows[member].section.as_deref() == Some(section)).then(|| {
                let unit = unit.map(|unit| Stated {
                    text: unit.to_owned(),
                    at,
                });
                let stubs = Stubs {
                    label: Some((at, text.to_owned())),
                    code: None,
                    measure: stubs.measure.clone().or(unit),
                };
                (member, stubs)
            })
        });
        rows.next()
    }

    /// The one row of the section that has all cells with a figure, where other rows of the section do not have them. A zero or
    /// a mark may stand where a row has no cell.
    fn by_filled_cells(&self, row: u32, section: &str) -> Option<usize> {
        let says = |content: &CellContent| {
            let is_digit = |c: char| c.is_ascii_digit() && c != '0';
            is_figure(content) && content.as_read().contains(is_digit)
        };
        let filled: Vec<usize> = self
            .sheet
            .row(row)
            .filter(|(_, content)| says(content))
            .filter_map(|(at, _)| match self.header.at(at.column)?.role {
                ColumnRole::Value(column) => Some(column),
                _ => None,
            })
            .collect();
        let has_all = |at: &usize| filled.iter().all(|column| self.form.has_cell(*at, *column));
        let rows = 0..self.form.rows.len();
        let of_section: Vec<usize> = rows
            .filter(|at| self.form.rows[*at].section.as_deref() == Some(section))
            .collect();
        let fits: Vec<usize> = of_section.iter().copied().filter(has_all).collect();
        match fits.as_slice() {
            [one] if of_section.len() > 1 => Some(*one),
            _ => None,
        }
    }

    /// Whether the label of a row begins with the words of the heading that it belongs under.
    pub(super) fn says_heading(&self, member: usize, stubs: &Stubs) -> bool {
        let section = self.form.rows[member].section.as_ref();
        let headings = self.form.sections.iter().filter(|s| section == Some(&s.id));
        let spellings = stubs.label.as_ref().map(|(_, text)| self.spellings(text));
        let begins = |heading: &String| {
            let mut all = spellings.iter().flatten();
            all.any(|text| {
                text.strip_prefix(heading.as_str())
                    .is_some_and(|rest| rest.starts_with(' '))
            })
        };
        headings.flat_map(|s| &s.labels).any(begins)
    }

    /// How a row is numbered, as the headings of a table are.
    pub(super) fn sign(&self, row: u32) -> Option<Sign> {
        let column = self.header.column(&ColumnRole::Number)?.column;
        let content = self.sheet.get(Address::new(row, column))?.as_read();
        let text = content.trim().trim_end_matches(['.', ')', '/']);
        let is_all = |test: fn(char) -> bool| !text.is_empty() && text.chars().all(test);
        if is_all(|c| "IVX".contains(c)) {
            Some(Sign::Roman)
        } else if is_all(|c| c.is_ascii_digit()) {
            Some(Sign::Digits)
        } else if text.chars().count() == 1 && is_all(char::is_alphabetic) {
            Some(Sign::Letter)
        } else {
            None
        }
    }
}
