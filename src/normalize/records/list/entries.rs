//! The entries of a register that the records of a list report on, and the headings between the records.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray};

use super::open_list::OpenList;
use crate::diagnostic::findings;
use crate::extract::{RecordShape, Register, RegisterEntry, RegisterField, numbers_of, words_of};
use crate::normalize::records::entry_match::{Asked, EntryMatch, Standing, entry_of};
use crate::text::Bilingual;

/// How many entries a finding names.
const NAMED: usize = 3;

impl<'a> OpenList<'a> {
    /// Notes a heading between records. Returns whether the register of the list knows it.
    pub(super) fn note_heading(&mut self, text: &str) -> bool {
        let shape: &'a RecordShape = self.shape;
        let Some(field) = &shape.register else {
            return false;
        };
        self.headings.push((self.row, text.to_owned()));
        let mut standing = Standing::default();
        let title = Standing::default();
        standing.go_below(&field.register, text, &title, &self.vocabulary.folder)
    }

    /// Finds the entry of each record. Rows that are headings of the register do not stay. Returns the records with the
    /// identifiers of their entries.
    pub(super) fn find_entries(&mut self, records: RecordBatch, stays: &mut [bool]) -> RecordBatch {
        let shape: &'a RecordShape = self.shape;
        let Some(field) = &shape.register else {
            return records;
        };
        let folder = &self.vocabulary.folder;
        let mut found: Vec<Option<usize>> = vec![None; records.num_rows()];
        let title = self.standing_of_title(&field.register);
        let mut standing = title.clone();
        let headings = std::mem::take(&mut self.headings);
        let mut headings = headings.iter().peekable();
        for record in 0..records.num_rows() {
            let row = u32::try_from(self.rows[record] - 1).unwrap_or(0);
            while let Some((_, text)) = headings.next_if(|(at, _)| *at < row) {
                standing.go_below(&field.register, text, &title, folder);
            }
            if !stays[record] {
                continue;
            }
            let text = |of: Option<usize>| self.text_of(&records, of?, record);
            let [name, number] =
                [Some(shape.naming), field.number].map(|of| text(of).unwrap_or_default());
            if self.is_bare(&records, field, record) {
                let mut below = standing.clone();
                let heading = format!("{number} {name}");
                let is_known = below.go_below(&field.register, &heading, &title, folder);
                let is_lettered =
                    !number.is_empty() && !number.contains(|c: char| c.is_ascii_digit());
                let is_entry = || self.is_entry(&field.register, &name, &standing);
                if is_known || is_lettered || (number.is_empty() && !is_entry()) {
                    standing = below;
                    stays[record] = false;
                    let count = self.leave_out_heading(record);
                    if !(is_known || is_lettered) {
                        let at = self.place_of_record(record);
                        let label = name.as_str();
                        self.faults.cell(at, findings::TH228 { label, count });
                    }
                    continue;
                }
            }
            found[record] =
                self.entry_of_record(&field.register, record, (&name, &number), &standing);
        }
        self.hold_contradicting(&records, field, &mut found);
        for (record, entry) in found.iter().enumerate() {
            if let Some(entry) = entry {
                self.note_deadline(&records, field, record, &field.register.entries[*entry]);
            }
        }
        let ids = found
            .iter()
            .map(|at| at.map(|at| field.register.entries[at].id.as_str()));
        let ids: ArrayRef = Arc::new(ids.collect::<StringArray>());
        let column = &self.shape.fields[field.field].column;
        let mut columns = records.columns().to_vec();
        match records.schema().index_of(column) {
            Ok(place) => columns[place] = ids,
            Err(_) => return records,
        }
        RecordBatch::try_new(records.schema(), columns).unwrap_or(records)
    }

    /// The document that the block above the list or the name of its sheet names.
    fn standing_of_title(&self, register: &Register) -> Standing {
        let title = &self.head.title;
        let stated = title.periods.iter().map(|(stated, _)| stated);
        let stated = stated.chain(&title.other_periods).map(|s| s.text.as_str());
        let lines = title.lines.iter().map(String::as_str);
        let texts = lines.chain(stated).chain(self.sheet.as_deref());
        Standing::of_title(register, texts, &self.vocabulary.folder)
    }

    /// The text of a record in the column of a field.
    fn text_of(&self, records: &RecordBatch, field: usize, record: usize) -> Option<String> {
        let column = records.column_by_name(&self.shape.fields[field].column)?;
        let texts = column.as_string_opt::<i32>()?;
        texts
            .is_valid(record)
            .then(|| texts.value(record).to_owned())
    }

    /// Whether a record has nothing but a name and a number.
    fn is_bare(&self, records: &RecordBatch, field: &RegisterField, record: usize) -> bool {
        let own = [Some(self.shape.naming), field.number, Some(field.field)];
        let mut others = (0..self.shape.fields.len()).filter(|f| !own.contains(&Some(*f)));
        others.all(|of| {
            let column = records.column_by_name(&self.shape.fields[of].column);
            column.is_none_or(|column| column.is_null(record))
        })
    }

    /// Whether words alone name an entry.
    fn is_entry(&self, register: &Register, name: &str, standing: &Standing) -> bool {
        let words = words_of(name, &self.vocabulary.folder);
        let asked = Asked {
            words: &words,
            numbers: &[],
            standing,
        };
        matches!(entry_of(register, asked), EntryMatch::Is(_))
    }

    /// Leaves a row out that is the heading of a section. Returns the number of its cells.
    fn leave_out_heading(&mut self, record: usize) -> i64 {
        let at = self.place_of_record(record);
        let count = self.loaded_of.get(record).map_or(0, |n| i64::from(*n));
        self.loaded -= count;
        self.explained += count;
        self.faults.forget_row(at.row);
        count
    }

    /// The entry of a record; a finding says where it is open, or was found by a near miss.
    fn entry_of_record(
        &mut self,
        register: &Register,
        record: usize,
        (name, number): (&str, &str),
        standing: &Standing,
    ) -> Option<usize> {
        let folder = &self.vocabulary.folder;
        let asked = Asked {
            words: &words_of(name, folder),
            numbers: &numbers_of(number, folder),
            standing,
        };
        let at = self.place_of_record(record);
        let said = |entry: usize| shown(&register.entries[entry]);
        match entry_of(register, asked) {
            EntryMatch::Is(entry) => Some(entry),
            EntryMatch::Near(entry) => {
                let near = findings::TH354 {
                    text: name,
                    known: said(entry),
                };
                self.faults.cell(at, near);
                Some(entry)
            }
            EntryMatch::Several(entries) => {
                let count = entries.len();
                let named = entries.into_iter().take(NAMED).map(said);
                let mut known = named.collect::<Vec<_>>().join("; ");
                if count > NAMED {
                    known.push_str("; …");
                }
                self.faults.cell(at, findings::TH355 { text: name, known });
                None
            }
            EntryMatch::Contradiction(by_words, by_number) => {
                let contradiction = findings::TH242 {
                    text: name,
                    known: said(by_words),
                    number,
                    other: said(by_number),
                };
                self.faults.cell(at, contradiction);
                None
            }
            EntryMatch::Unknown(nearest) => {
                let near = match nearest {
                    Some(entry) => findings::th353::Nearest { known: said(entry) }.words(),
                    None => Bilingual::default(),
                };
                self.faults.cell(at, findings::TH353 { text: name, near });
                None
            }
        }
    }

    /// Tells a state that the deadline of the entry contradicts at the end of the period of the list.
    fn note_deadline(
        &mut self,
        records: &RecordBatch,
        field: &RegisterField,
        record: usize,
        entry: &RegisterEntry,
    ) {
        let (Some(state), Some(due), Some(ends)) = (&field.state, &entry.due, &self.ends) else {
            return;
        };
        let Some(said) = self.text_of(records, state.field, record) else {
            return;
        };
        let (is_late, is_finished) = (state.late.contains(&said), state.finished.contains(&said));
        let is_over = due < ends;
        let at = self.place_of(record, state.field);
        let (known, due) = (shown(entry), due.as_str());
        if is_late && !is_over {
            self.faults.cell(at, findings::TH469 { known, due });
        } else if is_over && !is_late && !is_finished {
            self.faults.cell(at, findings::TH470 { known, due });
        }
    }

    /// Leaves the entry of several records open if they say different things of it.
    fn hold_contradicting(
        &mut self,
        records: &RecordBatch,
        field: &RegisterField,
        found: &mut [Option<usize>],
    ) {
        let mut by_entry: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (record, entry) in found.iter().enumerate() {
            if let Some(entry) = entry {
                by_entry.entry(*entry).or_default().push(record);
            }
        }
        for (entry, of_entry) in by_entry.into_iter().filter(|(_, all)| all.len() > 1) {
            let says = |record: usize| {
                let fields = field.says.iter();
                fields
                    .map(|f| self.text_of(records, *f, record))
                    .collect::<Vec<_>>()
            };
            let first = says(of_entry[0]);
            if of_entry[1..].iter().all(|record| says(*record) == first) {
                continue;
            }
            let first = self.place_of_record(of_entry[0]).to_string();
            for record in &of_entry[1..] {
                let at = self.place_of_record(*record);
                let twice = findings::TH243 {
                    known: shown(&field.register.entries[entry]),
                    first: first.as_str(),
                };
                self.faults.cell(at, twice);
            }
            for record in of_entry {
                found[record] = None;
            }
        }
    }
}

/// An entry as findings name it.
fn shown(entry: &RegisterEntry) -> String {
    format!("{} ({}, {})", entry.title, entry.document, entry.place)
}
