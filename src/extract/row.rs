//! The rows under a header: which cells describe a row, which ones are its values.

use super::form::{Form, FormRow};
use super::head_meaning::ColumnRole;
use super::header::Header;
use super::label::{without_footnote, without_numbering};
use super::slip::is_slip;
use super::title::Stated;
use super::vocabulary::Vocabulary;
use crate::read::{Address, CellContent, Sheet};

/// What a row of the sheet is.
pub(super) enum RowKind {
    /// Nothing to read.
    Blank,
    /// It introduces the rows below.
    LeadIn,
    /// It begins a section of the form; `slip` are the words of its heading, if the heading has a slip.
    Section { id: String, slip: Option<String> },
    /// It ends the table.
    Foot,
    /// A row of the form.
    Member { row: usize, doubt: Option<Doubt> },
    /// A sum of other rows that the form does not have.
    Subtotal,
    /// A sum that is the form's row of totals under another name, or a subtotal: its place decides.
    MayBeTotal,
    /// Code and label contradict each other: the code names other rows or none.
    Torn {
        by_code: Vec<usize>,
        by_label: usize,
    },
    /// No row that the form has; its label.
    Unknown(Option<String>),
}

/// Why a row that was recognised gets a finding.
pub(super) enum Doubt {
    /// Its label has a slip.
    Slip,
    /// Its code is known, but its label is not like that of the row.
    UnfamiliarLabel,
}

/// The cells that describe a row.
pub(super) struct Stubs {
    pub(super) label: Option<(Address, String)>,
    pub(super) code: Option<(Address, String)>,
    pub(super) measure: Option<Stated>,
}

/// Reads the rows of a sheet under a header.
pub(super) struct RowReader<'a> {
    pub(super) sheet: &'a Sheet,
    pub(super) vocabulary: &'a Vocabulary,
    pub(super) header: &'a Header,
    pub(super) form: &'a Form,
    /// The leftmost column of values.
    first_value: Option<u32>,
    /// The rightmost column of values.
    last_value: Option<u32>,
}

impl<'a> RowReader<'a> {
    pub(super) fn new(sheet: &'a Sheet, vocabulary: &'a Vocabulary, header: &'a Header) -> Self {
        let values = || {
            header
                .columns
                .iter()
                .filter(|c| matches!(c.role, ColumnRole::Value(_) | ColumnRole::Comparison(_)))
                .map(|c| c.column)
        };
        Self {
            sheet,
            vocabulary,
            header,
            form: &vocabulary.forms[header.form],
            first_value: values().min(),
            last_value: values().max(),
        }
    }
}

impl RowReader<'_> {
    /// Whether a row is the one below the header that numbers the columns, such as `A B C 1 2 3`.
    pub(super) fn is_column_numbers(&self, row: u32) -> bool {
        let texts: Vec<String> = self
            .sheet
            .row(row)
            .map(|(_, content)| content.as_read())
            .collect();
        // `(7)=(5)/(6)` also says how column 7 is computed.
        let mark = |text: &str| {
            let made = text.split(['=', '/', ':']).next().unwrap_or_default();
            made.trim()
                .trim_matches(['(', ')', '[', ']'])
                .trim()
                .to_owned()
        };
        let is_mark = |text: &str| {
            let mark = mark(text);
            (1..=2).contains(&mark.chars().count())
                && (mark.chars().all(|c| c.is_ascii_digit())
                    || mark.chars().all(char::is_alphabetic))
        };
        let numbers: Vec<i64> = texts
            .iter()
            .filter_map(|text| mark(text).parse().ok())
            .collect();
        // With one value column there is one number, after the letters of the columns that describe rows.
        let letters = texts.len() - numbers.len();
        texts.len() >= 3
            && texts.iter().all(|text| is_mark(text))
            && (numbers.len() >= 2 || (numbers.len() == 1 && letters >= 2))
            && numbers.windows(2).all(|pair| pair[1] == pair[0] + 1)
    }

    /// The first field of a line of a text file that has more fields than the header: a delimiter within a number has
    /// torn the line, and none of its fields is where it should be.
    pub(super) fn beyond_heads(&self, row: u32) -> Option<Address> {
        let last = self.header.columns.last()?.column;
        let is_text_file = self.sheet.name.is_none() && !self.sheet.is_turned();
        self.sheet
            .right_of(Address::new(row, last))
            .map(|(at, _)| at)
            .filter(|_| is_text_file && self.has_numbers(row))
    }

    /// The cell of a row in the column of this role.
    fn at(&self, row: u32, role: &ColumnRole) -> Option<(Address, &CellContent)> {
        let at = Address::new(row, self.header.column(role)?.column);
        self.sheet.get(at).map(|content| (at, content))
    }

    /// The unit of measure of a row: its own cell, or a merged one that reaches over it.
    fn measure_at(&self, row: u32) -> Option<(Address, &CellContent)> {
        let at = Address::new(row, self.header.column(&ColumnRole::Measure)?.column);
        let own = self.sheet.get(at).map(|content| (at, content));
        own.or_else(|| {
            let start = self.sheet.merged_at(at)?.start;
            // A range that begins among the heads is a head.
            let below = start.row > self.header.bottom && start.column == at.column;
            self.sheet
                .get(start)
                .filter(|_| below)
                .map(|content| (start, content))
        })
    }

    /// The cells that describe a row.
    pub(super) fn stubs(&self, row: u32) -> Stubs {
        let read = |role| {
            let (at, content) = self.at(row, &role)?;
            Some((at, content.as_read()))
        };
        let label = read(ColumnRole::Label).or_else(|| self.label_beside(row));
        let measure = self
            .measure_at(row)
            .map(|(at, content)| Stated {
                text: content.as_read().trim().to_owned(),
                at,
            })
            .or_else(|| {
                let (at, text) = label.as_ref()?;
                let (_, unit) = self.split_label(text);
                unit.map(|unit| Stated {
                    text: unit.to_owned(),
                    at: *at,
                })
            });
        Stubs {
            label,
            code: read(ColumnRole::Code),
            measure,
        }
    }

    /// A label that is not in the label column: it may be indented by a column of its own, be in the column of running
    /// numbers, or be further left.
    fn label_beside(&self, row: u32) -> Option<(Address, String)> {
        let label_column = self
            .header
            .column(&ColumnRole::Label)
            .map_or(0, |c| c.column);
        let is_long = |text: &str| text.chars().filter(|c| c.is_alphabetic()).count() > 5;
        let is_indented = |at: Address, content: &CellContent| {
            let known = self.header.at(at.column);
            at.column > label_column
                && content.text().is_some()
                && known.is_none_or(|c| c.role == ColumnRole::Unknown)
                && self.last_value.is_some_and(|last| last > at.column)
        };
        let indented = || {
            self.sheet
                .row(row)
                .find(|(at, content)| is_indented(*at, content))
        };
        let is_label = |text: &str| {
            let folded = self.vocabulary.fold_label(text);
            let mut rows = self.form.rows.iter();
            is_long(text) || rows.any(|row| row.labels.contains(&folded))
        };
        let numbered = || {
            let number = self.at(row, &ColumnRole::Number);
            number.filter(|(_, content)| is_label(&content.as_read()))
        };
        let further_left = || {
            self.sheet.row(row).find(|(at, content)| {
                at.column < label_column && content.text().is_some_and(is_long)
            })
        };
        let (at, content) = indented().or_else(numbered).or_else(further_left)?;
        Some((at, content.as_read()))
    }

    /// A label without the unit of measure behind it: in brackets, or behind a comma where what stands before it is the label
    /// of a row and the whole is not.
    pub(super) fn split_label<'t>(&self, text: &'t str) -> (&'t str, Option<&'t str>) {
        let (label, unit) = self.vocabulary.split_measure(text);
        if unit.is_some() {
            return (label, unit);
        }
        let is_label = |text: &str| {
            let spellings = self.spellings(text);
            let mut rows = self.form.rows.iter();
            rows.any(|row| spellings.iter().any(|label| row.labels.contains(label)))
        };
        let behind = text.rsplit_once(|c| [',', ':', ';'].contains(&c));
        let behind = behind.map(|(label, unit)| (label, unit.trim()));
        match behind {
            Some((label, unit))
                if self.vocabulary.is_measure(unit) && !is_label(text) && is_label(label) =>
            {
                (label, Some(unit))
            }
            _ => (text, None),
        }
    }

    /// The one row whose label this is, apart from a slip.
    pub(super) fn by_slip(&self, forms: &[String], section: Option<&str>) -> Option<usize> {
        let near = |row: &FormRow| {
            row.labels
                .iter()
                .any(|known| forms.iter().any(|read| is_slip(known, read)))
        };
        let fits: Vec<usize> = (0..self.form.rows.len())
            .filter(|i| near(&self.form.rows[*i]))
            .collect();
        self.one_of(&fits, section)
    }

    /// The row of the section among those that fit, or the only one that fits.
    pub(super) fn one_of(&self, fits: &[usize], section: Option<&str>) -> Option<usize> {
        let of_section = fits
            .iter()
            .copied()
            .find(|i| section.is_some() && self.form.rows[*i].section.as_deref() == section);
        of_section.or(match fits {
            [one] => Some(*one),
            _ => None,
        })
    }

    /// The folded ways to read a label: as it is, without numbering, without footnotes, without a lead-in.
    pub(super) fn spellings(&self, text: &str) -> Vec<String> {
        let fold = |t: &str| self.vocabulary.folder.fold(t);
        let bare = without_numbering(text);
        let mut all = vec![fold(text), fold(bare), fold(without_footnote(bare))];
        all.dedup();
        // `of which: …` and `…, of which:`
        let lead_in = &self.vocabulary.words.lead_in;
        let inner: Vec<String> = lead_in
            .iter()
            .flat_map(|words| all.iter().filter_map(|label| without_words(label, words)))
            .collect();
        all.extend(inner);
        all
    }

    /// The first filled body cell of a row.
    pub(super) fn first_body_cell(&self, row: u32) -> Option<Address> {
        let mut cells = self.sheet.row(row).map(|(at, _)| at);
        cells.find(|at| self.is_body(at.column))
    }

    /// Number of filled body cells of a row.
    pub(super) fn count_values(&self, row: u32) -> i64 {
        self.sheet
            .row(row)
            .filter(|(at, _)| self.is_body(at.column))
            .count() as i64
    }

    /// Whether the cells of a column are body cells.
    pub(super) fn is_body(&self, column: u32) -> bool {
        match self.header.at(column) {
            Some(c) => matches!(
                c.role,
                ColumnRole::Value(_) | ColumnRole::Comparison(_) | ColumnRole::Unknown
            ),
            None => self.first_value.is_some_and(|first| column > first),
        }
    }

    /// Whether a body cell of a row holds a number, or an error or a formula in place of one.
    pub(super) fn has_numbers(&self, row: u32) -> bool {
        self.sheet
            .row(row)
            .filter(|(at, _)| self.is_body(at.column))
            .any(|(_, content)| is_figure(content))
    }

    /// The labels most like `text`, as a proposal in a message.
    pub(super) fn nearest(&self, text: &str) -> String {
        let folded = self.vocabulary.folder.fold(without_numbering(text));
        let mut scored: Vec<(f64, &str)> = self
            .form
            .rows
            .iter()
            .filter_map(|row| {
                let best = row
                    .labels
                    .iter()
                    .map(|l| strsim::normalized_levenshtein(l, &folded))
                    .fold(0.0, f64::max);
                (best > 0.5).then_some((best, row.label.as_str()))
            })
            .collect();
        scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
        // Rows of several sections may have one label.
        scored.dedup_by(|a, b| a.1 == b.1);
        let names: Vec<String> = scored
            .iter()
            .take(3)
            .map(|(_, label)| format!("`{label}`"))
            .collect();
        if names.is_empty() {
            "-".to_owned()
        } else {
            names.join(", ")
        }
    }
}

/// Whether a cell holds a number, or an error or a formula in place of one.
pub(super) fn is_figure(content: &CellContent) -> bool {
    match content {
        CellContent::Number(_) | CellContent::NoCachedValue | CellContent::Error(_) => true,
        CellContent::Text(text) => text
            .trim_start_matches(|c: char| c.is_whitespace() || "(-+'~".contains(c))
            .starts_with(|c: char| c.is_ascii_digit()),
        CellContent::Shown(shown) => shown.number.is_some(),
        CellContent::Bool(_) | CellContent::Date(_) | CellContent::Withheld(_) => false,
    }
}

/// A folded label without these words before or after it.
fn without_words(label: &str, words: &str) -> Option<String> {
    let rest = label
        .strip_prefix(words)
        .and_then(|rest| rest.strip_prefix(' '))
        .or_else(|| label.strip_suffix(words)?.strip_suffix(' '))?;
    Some(rest.to_owned())
}
