//! What a row is: a row of the form, a heading, a subtotal, the foot of the table, or something unknown.

use super::form::Dimension;
use super::row::{Doubt, RowKind, RowReader, Stubs};
use super::slip::is_slip;
use crate::text::narrow;

/// Labels that are less alike than this (of 1) have nothing to do with each other.
const LIKE_NONE: f64 = 0.4;

impl RowReader<'_> {
    /// What a row in this section is.
    pub(super) fn kind(&self, stubs: &Stubs, section: Option<&str>, row: u32) -> RowKind {
        let label = stubs
            .label
            .as_ref()
            .map(|(_, text)| self.split_label(text).0);
        if self.form.dimension == Dimension::Unit
            && let Some(kind) = self.unit_row(label, stubs)
        {
            return kind;
        }
        if let Some(kind) = self.row_of_form(label, stubs, section) {
            return kind;
        }
        match label {
            Some(text) => self.kind_by_words(text, section, row),
            None if self.count_values(row) > 0 && self.has_numbers(row) => RowKind::Unknown(None),
            None => RowKind::Blank,
        }
    }

    /// The row of the form that code and label name; none if neither does.
    fn row_of_form(
        &self,
        label: Option<&str>,
        stubs: &Stubs,
        section: Option<&str>,
    ) -> Option<RowKind> {
        let by_label = label.and_then(|text| self.by_label(text, section));
        let by_code = stubs.code.as_ref().and_then(|(_, code)| self.by_code(code));
        Some(match (by_code, by_label) {
            (Some(by_code), Some(by_label)) if by_code != by_label => {
                // Two sections may have equal labels: then the code decides.
                let rows = &self.form.rows;
                let mut labels = rows[by_code].labels.iter();
                if labels.any(|label| rows[by_label].labels.contains(label)) {
                    RowKind::Member {
                        row: by_code,
                        doubt: None,
                    }
                } else {
                    RowKind::Torn {
                        by_code: vec![by_code],
                        by_label,
                    }
                }
            }
            (_, Some(row)) => RowKind::Member { row, doubt: None },
            (Some(row), None) => RowKind::Member {
                row,
                doubt: label.and_then(|text| self.doubt_of(text, row)),
            },
            (None, None) => return None,
        })
    }

    /// What a label says of a row that is none of the form's.
    fn kind_by_words(&self, text: &str, section: Option<&str>, row: u32) -> RowKind {
        let spellings = self.spellings(text);
        let mut sections = self.form.sections.iter();
        if let Some(section) = sections.find(|s| spellings.iter().any(|f| s.labels.contains(f))) {
            return RowKind::Section {
                id: section.id.clone(),
                slip: None,
            };
        }
        let words = &self.vocabulary.words;
        if spellings.iter().any(|f| words.lead_in.contains(f)) {
            return RowKind::LeadIn;
        }
        let is_foot = |label: &String| {
            let mut foot = words.foot.iter();
            foot.any(|w| label == w || label.starts_with(&format!("{w} ")))
        };
        if spellings.iter().any(is_foot) && !self.has_numbers(row) {
            return RowKind::Foot;
        }
        if self.form.total_row().is_some() && spellings.iter().any(|f| words.may_be_total(f)) {
            return RowKind::MayBeTotal;
        }
        let is_sum = |f: &String| self.form.sums.contains(f) || words.is_subtotal(f);
        if spellings.iter().any(is_sum) {
            return RowKind::Subtotal;
        }
        if let Some(row) = self.by_slip(&spellings, section) {
            return RowKind::Member {
                row,
                doubt: Some(Doubt::Slip),
            };
        }
        self.section_by_slip(&spellings)
            .unwrap_or_else(|| RowKind::Unknown(Some(text.to_owned())))
    }

    /// The one section whose heading this is, apart from a slip.
    fn section_by_slip(&self, spellings: &[String]) -> Option<RowKind> {
        let near = |label: &&String| spellings.iter().any(|read| is_slip(label, read));
        let sections = self.form.sections.iter();
        let mut fits = sections.filter_map(|s| Some((s, s.labels.iter().find(near)?)));
        let (section, label) = fits.next()?;
        fits.next().is_none().then(|| RowKind::Section {
            id: section.id.clone(),
            slip: Some(label.clone()),
        })
    }

    /// The doubt about a label that is not one of the row that the code names.
    fn doubt_of(&self, text: &str, row: usize) -> Option<Doubt> {
        let known = &self.form.rows[row].labels;
        let spellings = self.spellings(text);
        let pairs = || {
            known
                .iter()
                .flat_map(|known| spellings.iter().map(move |read| (known, read)))
        };
        if pairs().any(|(known, read)| is_slip(known, read)) {
            return Some(Doubt::Slip);
        }
        let alike = pairs()
            .map(|(known, read)| strsim::normalized_levenshtein(known, read))
            .fold(0.0, f64::max);
        (alike < LIKE_NONE).then_some(Doubt::UnfamiliarLabel)
    }

    fn by_code(&self, code: &str) -> Option<usize> {
        let code: String = code.chars().map(narrow).collect();
        let code = code.trim().trim_start_matches('\'').to_lowercase();
        self.form
            .rows
            .iter()
            .position(|row| row.code.as_ref().is_some_and(|c| c.to_lowercase() == code))
    }

    pub(super) fn by_label(&self, text: &str, section: Option<&str>) -> Option<usize> {
        let spellings = self.spellings(text);
        let own = spellings.iter().find_map(|label| {
            let fits: Vec<usize> = (0..self.form.rows.len())
                .filter(|i| self.form.rows[*i].labels.contains(label))
                .collect();
            self.one_of(&fits, section)
        });
        own.or_else(|| {
            spellings
                .iter()
                .find_map(|label| self.by_both_labels(label))
        })
    }

    /// The row whose label stands behind the words of its heading, as in `Training: persons`.
    fn by_both_labels(&self, label: &str) -> Option<usize> {
        let rest = |heading: &str| label.strip_prefix(heading)?.strip_prefix(' ');
        let mut found = self.form.sections.iter().flat_map(|section| {
            let behind: Vec<&str> = section.labels.iter().filter_map(|h| rest(h)).collect();
            let rows = self.form.rows.iter().enumerate();
            let own = rows.filter(move |(_, row)| {
                let is_label = |text: &&str| row.labels.iter().any(|label| label == text);
                row.section.as_ref() == Some(&section.id) && behind.iter().any(is_label)
            });
            own.map(|(at, _)| at)
        });
        let first = found.next()?;
        found.all(|other| other == first).then_some(first)
    }
}
