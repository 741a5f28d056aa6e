//! The rows under a header: which of the form's rows each is, where the table ends, what fits nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::Vocabulary;
use super::form::Form;
use super::grid::{Address, Content, Sheet};
use super::header::{HeadedColumn, Header, Role};
use super::label::{one_line, without_footnote, without_numbering};
use super::table::{ColumnRef, LocatedCell};
use super::title::Stated;

/// A code of `findings.toml` at a cell, with its arguments.
pub(super) type Notice = (Address, &'static str, Vec<(&'static str, String)>);

/// What was read under a header.
pub(super) struct Body {
    pub cells: Vec<LocatedCell>,
    pub held: i64,
    pub notices: Vec<Notice>,
    /// The first row after the table.
    pub end: u32,
}

/// What a row of the sheet is.
enum RowKind {
    Blank,
    LeadIn,
    Section(String),
    Foot,
    Member(usize),
    /// The code names one row, the label another.
    Torn {
        by_code: usize,
        by_label: usize,
    },
    Unknown(Option<String>),
}

/// The descriptive cells of a row.
struct Stubs {
    label: Option<(Address, String)>,
    code: Option<(Address, String)>,
    measure: Option<Stated>,
}

pub(super) fn read_body(
    sheet: &Sheet,
    vocabulary: &Vocabulary,
    header: &Header,
    until: u32,
) -> Body {
    Reader {
        sheet,
        vocabulary,
        header,
        form: &vocabulary.forms[header.form],
    }
    .read(until)
}

struct Reader<'a> {
    sheet: &'a Sheet,
    vocabulary: &'a Vocabulary,
    header: &'a Header,
    form: &'a Form,
}

impl Reader<'_> {
    fn read(&self, until: u32) -> Body {
        let mut body = Body {
            cells: Vec::new(),
            held: 0,
            notices: Vec::new(),
            end: self.header.bottom + 1,
        };
        let mut section: Option<String> = None;
        let mut found: BTreeMap<usize, Vec<Vec<LocatedCell>>> = BTreeMap::new();
        // Rows that fit nothing count as the table's only if a known row follows them.
        let mut pending: Vec<(u32, Stubs, Option<String>)> = Vec::new();
        let mut unknown_columns: BTreeMap<u32, (i64, Address)> = BTreeMap::new();
        let rows = self
            .sheet
            .rows()
            .map(|(row, _)| row)
            .filter(|row| (self.header.bottom + 1..until).contains(row));
        let mut foot = false;
        for (i, row) in rows.enumerate() {
            if i == 0 && self.is_column_numbers(row) {
                continue;
            }
            let stubs = self.stubs(row);
            match self.kind(&stubs, section.as_deref(), row) {
                RowKind::Blank => {}
                RowKind::LeadIn => self.hold_stray_values(row, &mut body),
                RowKind::Foot => foot = true,
                RowKind::Section(id) if !foot => {
                    section = Some(id);
                    self.settle_unknown(&mut pending, &mut body);
                    self.hold_stray_values(row, &mut body);
                }
                RowKind::Section(_) => {}
                RowKind::Member(member) => {
                    foot = false;
                    self.settle_unknown(&mut pending, &mut body);
                    found.entry(member).or_default().push(self.cells_of(
                        row,
                        member,
                        stubs.measure.as_ref(),
                        &mut unknown_columns,
                    ));
                    body.end = row + 1;
                }
                RowKind::Torn { by_code, by_label } => {
                    self.settle_unknown(&mut pending, &mut body);
                    let at = stubs.code.map_or(Address::new(row, 0), |(at, _)| at);
                    let held = self.count_values(row);
                    body.held += held;
                    body.notices.push((
                        at,
                        "TH207",
                        vec![
                            ("code_row", self.form.rows[by_code].label.clone()),
                            ("label_row", self.form.rows[by_label].label.clone()),
                            ("count", held.to_string()),
                        ],
                    ));
                    body.end = row + 1;
                }
                RowKind::Unknown(text) => {
                    if !foot || self.has_numbers(row) {
                        pending.push((row, stubs, text));
                    }
                }
            }
        }
        // After the last known row only rows that carry numbers are the table's.
        pending.retain(|(row, stubs, _)| stubs.label.is_some() && self.has_numbers(*row));
        self.settle_unknown(&mut pending, &mut body);
        for (member, versions) in found {
            self.settle_member(member, versions, &mut body);
        }
        for (column, (count, first)) in unknown_columns {
            let head = self
                .header
                .columns
                .iter()
                .find(|c| c.column == column)
                .and_then(|c| c.head.clone());
            let (at, text) = head.map_or((first, String::new()), |head| (head.at, head.text));
            body.held += count;
            body.notices.push((
                at,
                "TH204",
                vec![("head", one_line(&text)), ("count", count.to_string())],
            ));
        }
        body.cells.sort_by_key(|cell| cell.at);
        body
    }

    /// A row such as `A B C 1 2 3` right under the header.
    fn is_column_numbers(&self, row: u32) -> bool {
        let texts: Vec<String> = self
            .sheet
            .row(row)
            .map(|(_, content)| content.as_read())
            .collect();
        let is_mark = |text: &str| {
            let inner = text
                .trim()
                .trim_matches(|c| matches!(c, '(' | ')' | '[' | ']'));
            let plain = inner
                .split(['=', '/', ':', '*', 'x'])
                .next()
                .unwrap_or(inner)
                .trim();
            (1..=2).contains(&plain.chars().count())
                && (plain.chars().all(|c| c.is_ascii_digit())
                    || plain.chars().all(char::is_alphabetic))
        };
        let numbers: Vec<i64> = texts
            .iter()
            .filter_map(|text| {
                text.trim()
                    .trim_matches(['(', ')'])
                    .split(['=', '/'])
                    .next()?
                    .trim()
                    .parse()
                    .ok()
            })
            .collect();
        texts.len() >= 3
            && texts.iter().all(|text| is_mark(text))
            && numbers.len() >= 2
            && numbers.windows(2).all(|pair| pair[1] == pair[0] + 1)
    }

    fn at(&self, row: u32, role: &Role) -> Option<(Address, &Content)> {
        let at = Address::new(row, self.header.column(role)?.column);
        self.sheet.get(at).map(|content| (at, content))
    }

    fn stubs(&self, row: u32) -> Stubs {
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
                        .columns
                        .iter()
                        .all(|c| c.column != at.column || c.role == Role::Unknown)
                    && self
                        .header
                        .columns
                        .iter()
                        .any(|c| matches!(c.role, Role::Value(_)) && c.column > at.column)
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
            .at(row, &Role::Measure)
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

    fn kind(&self, stubs: &Stubs, section: Option<&str>, row: u32) -> RowKind {
        let label = stubs
            .label
            .as_ref()
            .map(|(_, text)| self.vocabulary.split_measure(text).0);
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
                    RowKind::Member(by_code)
                } else {
                    RowKind::Torn { by_code, by_label }
                };
            }
            (Some(member), _) | (None, Some(member)) => return RowKind::Member(member),
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
        RowKind::Unknown(Some(text.to_owned()))
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
            fits.iter()
                .copied()
                .find(|i| section.is_some() && self.form.rows[*i].section.as_deref() == section)
                .or(match fits[..] {
                    [one] => Some(one),
                    _ => None,
                })
        })
    }

    /// The folded ways to read a label: as it is, without its numbering, without footnote marks.
    fn spellings(&self, text: &str) -> Vec<String> {
        let fold = |t: &str| self.vocabulary.folder.fold(t);
        let bare = without_numbering(text);
        let mut all = vec![fold(text), fold(bare), fold(without_footnote(bare))];
        all.dedup();
        all
    }

    fn value_columns(&self) -> impl Iterator<Item = &HeadedColumn> {
        self.header
            .columns
            .iter()
            .filter(|c| matches!(c.role, Role::Value(_) | Role::Comparison(_)))
    }

    fn count_values(&self, row: u32) -> i64 {
        self.sheet
            .row(row)
            .filter(|(at, _)| self.is_body(at.column))
            .count() as i64
    }

    /// Whether cells of a column count as body cells.
    fn is_body(&self, column: u32) -> bool {
        let first = self.value_columns().map(|c| c.column).min().unwrap_or(0);
        match self.header.columns.iter().find(|c| c.column == column) {
            Some(c) => matches!(c.role, Role::Value(_) | Role::Comparison(_) | Role::Unknown),
            None => column > first,
        }
    }

    fn has_numbers(&self, row: u32) -> bool {
        self.value_columns()
            .any(|c| match self.sheet.get(Address::new(row, c.column)) {
                Some(Content::Number(_) | Content::NoCachedValue | Content::Error(_)) => true,
                Some(Content::Text(text)) => text.trim().starts_with(|c: char| c.is_ascii_digit()),
                _ => false,
            })
    }

    fn cells_of(
        &self,
        row: u32,
        member: usize,
        row_measure: Option<&Stated>,
        unknown: &mut BTreeMap<u32, (i64, Address)>,
    ) -> Vec<LocatedCell> {
        let mut cells = Vec::new();
        for headed in &self.header.columns {
            let column = match headed.role {
                Role::Value(i) => ColumnRef::Value(i),
                Role::Comparison(i) => ColumnRef::Comparison(i),
                _ => continue,
            };
            let at = Address::new(row, headed.column);
            let content = self.sheet.get(at).cloned();
            cells.push(LocatedCell {
                at,
                content,
                row: member,
                column,
                row_measure: row_measure.cloned(),
                column_measure: headed.measure.clone(),
            });
        }
        let labelled: BTreeSet<u32> = self
            .stubs(row)
            .label
            .iter()
            .map(|(at, _)| at.column)
            .collect();
        for (at, _) in self.sheet.row(row) {
            let known = self
                .header
                .columns
                .iter()
                .any(|c| c.column == at.column && c.role != Role::Unknown);
            if !known && self.is_body(at.column) && !labelled.contains(&at.column) {
                unknown.entry(at.column).or_insert((0, at)).0 += 1;
            }
        }
        cells
    }

    fn hold_stray_values(&self, row: u32, body: &mut Body) {
        if self.has_numbers(row) {
            let held = self.count_values(row);
            body.held += held;
            if let Some((at, _)) = self.sheet.row(row).find(|(at, _)| self.is_body(at.column)) {
                body.notices
                    .push((at, "TH206", vec![("count", held.to_string())]));
            }
        }
    }

    fn settle_unknown(&self, pending: &mut Vec<(u32, Stubs, Option<String>)>, body: &mut Body) {
        for (row, stubs, text) in pending.drain(..) {
            let held = self.count_values(row);
            if held == 0 {
                continue;
            }
            body.held += held;
            body.end = body.end.max(row + 1);
            let first = self
                .sheet
                .row(row)
                .find(|(at, _)| self.is_body(at.column))
                .map(|(at, _)| at);
            let at = stubs
                .label
                .map(|(at, _)| at)
                .or(first)
                .unwrap_or(Address::new(row, 0));
            let text = text.unwrap_or_default();
            body.notices.push((
                at,
                "TH205",
                vec![
                    ("label", one_line(&text)),
                    ("nearest", self.nearest(&text)),
                    ("count", held.to_string()),
                ],
            ));
        }
    }

    /// The labels most like `text`, for a proposal.
    fn nearest(&self, text: &str) -> String {
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

    /// A row found once is used; found again with the same content it is used once; with another, not at all.
    fn settle_member(&self, member: usize, mut versions: Vec<Vec<LocatedCell>>, body: &mut Body) {
        let first = versions.remove(0);
        let contents =
            |cells: &[LocatedCell]| cells.iter().map(|c| c.content.clone()).collect::<Vec<_>>();
        let filled =
            |cells: &[LocatedCell]| cells.iter().filter(|c| c.content.is_some()).count() as i64;
        let label = self.form.rows[member].label.clone();
        let Some(other) = versions.iter().find(|v| contents(v) != contents(&first)) else {
            for again in &versions {
                body.held += filled(again);
                body.notices
                    .push((again[0].at, "TH209", vec![("label", label.clone())]));
            }
            body.cells.extend(first);
            return;
        };
        let at = other[0].at;
        let held = filled(&first) + versions.iter().map(|v| filled(v)).sum::<i64>();
        body.held += held;
        body.notices.push((
            at,
            "TH208",
            vec![
                ("label", label),
                ("first", first[0].at.to_string()),
                ("count", held.to_string()),
            ],
        ));
    }
}
