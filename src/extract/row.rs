//! One row of a sheet beside a header: what it is, and which of its cells count.

use super::Vocabulary;
use super::form::{Dimension, Form, FormRow, is_slip};
use super::header::{Header, Role};
use super::label::{without_footnote, without_numbering};
use super::title::Stated;
use crate::read::{Address, CellContent, Sheet};

/// Below this likeness (of 1) a label has nothing to do with another.
const LIKE_NONE: f64 = 0.4;

/// What a row of the sheet is.
pub(super) enum RowKind {
    Blank,
    LeadIn,
    Section(String),
    Foot,
    /// A row of the form.
    Member {
        row: usize,
        doubt: Option<Doubt>,
    },
    /// A sum of rows above or below, which the form does not have.
    Subtotal,
    /// The code names other rows (or none) than the label.
    Torn {
        by_code: Vec<usize>,
        by_label: usize,
    },
    Unknown(Option<String>),
}

/// Why a row that was recognised is worth a word.
pub(super) enum Doubt {
    /// A letter of its label differs.
    Slip,
    /// Its code is known, its label is like none.
    UnfamiliarLabel,
}

/// The descriptive cells of a row.
pub(super) struct Stubs {
    pub(super) label: Option<(Address, String)>,
    pub(super) code: Option<(Address, String)>,
    pub(super) measure: Option<Stated>,
}

/// A sheet read by a header.
pub(super) struct Reader<'a> {
    pub(super) sheet: &'a Sheet,
    pub(super) vocabulary: &'a Vocabulary,
    pub(super) header: &'a Header,
    pub(super) form: &'a Form,
    /// The leftmost column of values.
    pub(super) first_value: Option<u32>,
    /// The rightmost column of values.
    pub(super) last_value: Option<u32>,
}

impl Reader<'_> {
    /// A row such as `A B C 1 2 3` right under the header.
    pub(super) fn is_column_numbers(&self, row: u32) -> bool {
        let texts: Vec<String> = self
            .sheet
            .row(row)
            .map(|(_, content)| content.as_read())
            .collect();
        // `(7)=(5)/(6)` says how column 7 is made.
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
        // A form with one column of values has one number, behind the letters of the columns that describe rows.
        let letters = texts.len() - numbers.len();
        texts.len() >= 3
            && texts.iter().all(|text| is_mark(text))
            && (numbers.len() >= 2 || (numbers.len() == 1 && letters >= 2))
            && numbers.windows(2).all(|pair| pair[1] == pair[0] + 1)
    }

    fn at(&self, row: u32, role: &Role) -> Option<(Address, &CellContent)> {
        let at = Address::new(row, self.header.column(role)?.column);
        self.sheet.get(at).map(|content| (at, content))
    }

    /// The unit of a row: its own cell, or the merged one that reaches over it.
    fn measure_at(&self, row: u32) -> Option<(Address, &CellContent)> {
        let at = Address::new(row, self.header.column(&Role::Measure)?.column);
        let own = self.sheet.get(at).map(|content| (at, content));
        own.or_else(|| {
            let start = self.sheet.merged_at(at)?.start;
            // One that begins among the heads is a head.
            let below = start.row > self.header.bottom && start.column == at.column;
            self.sheet
                .get(start)
                .filter(|_| below)
                .map(|content| (start, content))
        })
    }

    pub(super) fn stubs(&self, row: u32) -> Stubs {
        let read = |role| {
            self.at(row, &role)
                .map(|(at, content)| (at, content.as_read()))
        };
        let label_column = self.header.column(&Role::Label).map_or(0, |c| c.column);
        // A label may be indented by a column of its own, or stand in the number's column.
        let label = read(Role::Label).or_else(|| {
            let next = self.sheet.row(row).find(|(at, content)| {
                at.column > label_column
                    && content.text().is_some()
                    && self
                        .header
                        .at(at.column)
                        .is_none_or(|c| c.role == Role::Unknown)
                    && self.last_value.is_some_and(|last| last > at.column)
            });
            next.map(|(at, content)| (at, content.as_read()))
                .or_else(|| {
                    read(Role::Number)
                        .filter(|(_, text)| text.chars().filter(|c| c.is_alphabetic()).count() > 5)
                })
                .or_else(|| {
                    self.sheet
                        .row(row)
                        .find(|(at, content)| {
                            at.column < label_column
                                && content.text().is_some_and(|t| {
                                    t.chars().filter(|c| c.is_alphabetic()).count() > 5
                                })
                        })
                        .map(|(at, content)| (at, content.as_read()))
                })
        });
        let measure = self
            .measure_at(row)
            .map(|(at, content)| Stated {
                text: content.as_read().trim().to_owned(),
                at,
            })
            .or_else(|| {
                let (at, text) = label.as_ref()?;
                let (_, unit) = self.vocabulary.split_measure(text);
                unit.map(|unit| Stated {
                    text: unit.to_owned(),
                    at: *at,
                })
            });
        Stubs {
            label,
            code: read(Role::Code),
            measure,
        }
    }

    pub(super) fn kind(&self, stubs: &Stubs, section: Option<&str>, row: u32) -> RowKind {
        let label = stubs
            .label
            .as_ref()
            .map(|(_, text)| self.vocabulary.split_measure(text).0);
        if self.form.dimension == Dimension::Unit
            && let Some(kind) = self.unit_row(label, stubs)
        {
            return kind;
        }
        let by_label = label.and_then(|text| self.by_label(text, section));
        let by_code = stubs.code.as_ref().and_then(|(_, code)| self.by_code(code));
        match (by_code, by_label) {
            (Some(by_code), Some(by_label)) if by_code != by_label => {
                // Equal labels in two sections: the code knows better.
                let shared = self.form.rows[by_code]
                    .labels
                    .iter()
                    .any(|l| self.form.rows[by_label].labels.contains(l));
                return if shared {
                    RowKind::Member {
                        row: by_code,
                        doubt: None,
                    }
                } else {
                    RowKind::Torn {
                        by_code: vec![by_code],
                        by_label,
                    }
                };
            }
            (_, Some(row)) => return RowKind::Member { row, doubt: None },
            (Some(row), None) => {
                let doubt = label.and_then(|text| self.doubt_of(text, row));
                return RowKind::Member { row, doubt };
            }
            (None, None) => {}
        }
        let Some(text) = label else {
            return if self.count_values(row) > 0 && self.has_numbers(row) {
                RowKind::Unknown(None)
            } else {
                RowKind::Blank
            };
        };
        let forms = self.spellings(text);
        if let Some(section) = self
            .form
            .sections
            .iter()
            .find(|s| forms.iter().any(|f| s.labels.contains(f)))
        {
            return RowKind::Section(section.id.clone());
        }
        let words = &self.vocabulary.words;
        if forms.iter().any(|f| words.lead_in.contains(f)) {
            return RowKind::LeadIn;
        }
        if forms.iter().any(|f| {
            words
                .foot
                .iter()
                .any(|w| f == w || f.starts_with(&format!("{w} ")))
        }) && !self.has_numbers(row)
        {
            return RowKind::Foot;
        }
        if forms.iter().any(|f| words.is_subtotal(f)) {
            return RowKind::Subtotal;
        }
        if let Some(row) = self.by_slip(&forms, section) {
            return RowKind::Member {
                row,
                doubt: Some(Doubt::Slip),
            };
        }
        RowKind::Unknown(Some(text.to_owned()))
    }

    /// What to say of a label that is not that of the row which the code names.
    fn doubt_of(&self, text: &str, row: usize) -> Option<Doubt> {
        let known = &self.form.rows[row].labels;
        let forms = self.spellings(text);
        let pairs = || {
            known
                .iter()
                .flat_map(|known| forms.iter().map(move |read| (known, read)))
        };
        if pairs().any(|(known, read)| is_slip(known, read)) {
            return Some(Doubt::Slip);
        }
        let alike = pairs()
            .map(|(known, read)| strsim::normalized_levenshtein(known, read))
            .fold(0.0, f64::max);
        (alike < LIKE_NONE).then_some(Doubt::UnfamiliarLabel)
    }

    /// The one row whose label a text is, but for one letter.
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

    /// The row of the section, or the only row there is.
    fn one_of(&self, fits: &[usize], section: Option<&str>) -> Option<usize> {
        let of_section = fits
            .iter()
            .copied()
            .find(|i| section.is_some() && self.form.rows[*i].section.as_deref() == section);
        of_section.or(match fits {
            [one] => Some(*one),
            _ => None,
        })
    }

    fn by_code(&self, code: &str) -> Option<usize> {
        let code = code.trim().trim_start_matches('\'').to_lowercase();
        self.form
            .rows
            .iter()
            .position(|row| row.code.as_ref().is_some_and(|c| c.to_lowercase() == code))
    }

    fn by_label(&self, text: &str, section: Option<&str>) -> Option<usize> {
        self.spellings(text).iter().find_map(|label| {
            let fits: Vec<usize> = (0..self.form.rows.len())
                .filter(|i| self.form.rows[*i].labels.contains(label))
                .collect();
            self.one_of(&fits, section)
        })
    }

    /// The folded ways to read a label: as it is, without its numbering, without footnote marks.
    pub(super) fn spellings(&self, text: &str) -> Vec<String> {
        let fold = |t: &str| self.vocabulary.folder.fold(t);
        let bare = without_numbering(text);
        let mut all = vec![fold(text), fold(bare), fold(without_footnote(bare))];
        all.dedup();
        // `of which: …`, and `…, of which:`
        let lead_in = &self.vocabulary.words.lead_in;
        let inner: Vec<String> = lead_in
            .iter()
            .flat_map(|words| all.iter().filter_map(|label| without_words(label, words)))
            .collect();
        all.extend(inner);
        all
    }

    pub(super) fn count_values(&self, row: u32) -> i64 {
        self.sheet
            .row(row)
            .filter(|(at, _)| self.is_body(at.column))
            .count() as i64
    }

    /// Whether cells of a column count as body cells.
    pub(super) fn is_body(&self, column: u32) -> bool {
        match self.header.at(column) {
            Some(c) => matches!(c.role, Role::Value(_) | Role::Comparison(_) | Role::Unknown),
            None => self.first_value.is_some_and(|first| column > first),
        }
    }

    /// Whether a body cell of a row holds a number, or what stands in the place of one.
    pub(super) fn has_numbers(&self, row: u32) -> bool {
        self.sheet
            .row(row)
            .filter(|(at, _)| self.is_body(at.column))
            .any(|(_, content)| match content {
                CellContent::Number(_) | CellContent::NoCachedValue | CellContent::Error(_) => true,
                CellContent::Text(text) => text
                    .trim_start_matches(|c: char| c.is_whitespace() || "(-+'~".contains(c))
                    .starts_with(|c: char| c.is_ascii_digit()),
                CellContent::Bool(_) | CellContent::Date(_) => false,
            })
    }

    /// The labels most like `text`, for a proposal.
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

/// A folded label without the words before it, or behind it.
fn without_words(label: &str, words: &str) -> Option<String> {
    let rest = label
        .strip_prefix(words)
        .and_then(|rest| rest.strip_prefix(' '))
        .or_else(|| label.strip_suffix(words)?.strip_suffix(' '))?;
    Some(rest.to_owned())
}
