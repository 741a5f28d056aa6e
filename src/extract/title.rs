//! The block above a table: the form's code, the reporter, the period, the geography, the submission.

use super::sender_words::SenderWord;
use super::sending::{Sending, sending_in};
use super::vocabulary::Vocabulary;
use super::words::{LinePeriod, StatementKind};
use crate::period::{Frequency, Period};
use crate::read::{Address, Sheet};
use crate::text::has_marks;

/// A text and its cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    /// The text.
    pub text: String,
    /// Its cell.
    pub at: Address,
}

/// What the block above a table states, in the words of the sheet. Nothing is decided here.
#[derive(Debug, Clone, Default)]
pub struct Title {
    /// The form's code.
    pub form: Option<Stated>,
    /// Who reports: body and unit.
    pub reporter: Option<Stated>,
    /// What stands beside that without a word that says what it is: the further lines of its cell, and what stands in
    /// brackets in its row or in the next one, or goes on there with a type of units, a lower level or another body.
    /// Each on a line of its own.
    pub beside_reporter: Option<String>,
    /// The reporting unit's code.
    pub unit_code: Option<Stated>,
    /// The unit of measure of the sheet.
    pub measure: Option<Stated>,
    /// The geography, and its vintage if it is a known one.
    pub geography: Option<(Stated, Option<String>)>,
    /// Which sending it is, as text and as read.
    pub sending: Option<(Stated, Sending)>,
    /// That the report is consolidated from others, and from which: nothing of it is counted again.
    pub consolidated: Option<Stated>,
    /// The periods that lines state, from the top.
    pub periods: Vec<(Stated, Period)>,
    /// The lines that state a period which no form has, such as nine months.
    pub other_periods: Vec<Stated>,
    /// The line that names a lower level as the body which sends the document: its letterhead.
    pub letterhead: Option<Stated>,
    /// The other lines, folded: the title of the form is among them.
    pub lines: Vec<String>,
}

impl Title {
    /// Takes from another block what this one does not state, except the form's code.
    pub fn complete_from(&mut self, other: Self) {
        if self.reporter.is_none() {
            self.reporter = other.reporter;
            self.beside_reporter = other.beside_reporter;
        }
        self.letterhead = self.letterhead.take().or(other.letterhead);
        self.unit_code = self.unit_code.take().or(other.unit_code);
        self.measure = self.measure.take().or(other.measure);
        self.geography = self.geography.take().or(other.geography);
        self.sending = self.sending.take().or(other.sending);
        if self.periods.is_empty() && self.other_periods.is_empty() {
            self.periods = other.periods;
            self.other_periods = other.other_periods;
        }
    }

    /// Whether this block states all that `later` states, in the same cells.
    pub(super) fn says_all_of(&self, later: &Self) -> bool {
        fn said<T: PartialEq>(own: Option<&T>, later: Option<&T>) -> bool {
            later.is_none() || own == later
        }
        said(self.form.as_ref(), later.form.as_ref())
            && said(self.reporter.as_ref(), later.reporter.as_ref())
            && said(
                self.beside_reporter.as_ref(),
                later.beside_reporter.as_ref(),
            )
            && said(self.unit_code.as_ref(), later.unit_code.as_ref())
            && said(self.measure.as_ref(), later.measure.as_ref())
            && said(self.geography.as_ref(), later.geography.as_ref())
            && said(self.sending.as_ref(), later.sending.as_ref())
            && later.periods.iter().all(|p| self.periods.contains(p))
            && (later.other_periods.iter()).all(|p| self.other_periods.contains(p))
    }

    /// Whether `later` states nothing that this block does not state too, in whatever cells.
    pub(super) fn says_the_same_as(&self, later: &Self) -> bool {
        fn said(own: Option<&Stated>, later: Option<&Stated>) -> bool {
            later.is_none_or(|later| own.is_some_and(|own| own.text == later.text))
        }
        let sending = |title: &Self| title.sending.as_ref().map(|(stated, _)| stated.clone());
        let geography = |title: &Self| title.geography.as_ref().map(|(stated, _)| stated.clone());
        said(self.form.as_ref(), later.form.as_ref())
            && said(self.reporter.as_ref(), later.reporter.as_ref())
            && said(self.unit_code.as_ref(), later.unit_code.as_ref())
            && said(self.measure.as_ref(), later.measure.as_ref())
            && said(geography(self).as_ref(), geography(later).as_ref())
            && said(sending(self).as_ref(), sending(later).as_ref())
            && (later.periods.iter()).all(|(_, p)| self.periods.iter().any(|(_, own)| own == p))
            && later.other_periods.len() <= self.other_periods.len()
    }

    /// The line that states a period of another frequency than `frequencies`, if none states one of those.
    #[must_use]
    pub fn unusable_period(&self, frequencies: &[Frequency]) -> Option<&Stated> {
        let mut periods = self.periods.iter();
        if periods.any(|(_, p)| frequencies.contains(&p.frequency)) {
            return None;
        }
        let of_others = self.periods.iter().map(|(stated, _)| stated);
        of_others.chain(&self.other_periods).next()
    }

    /// The form that the block names, by code or by title: its index in `Vocabulary::forms`.
    pub(crate) fn named_form(&self, vocabulary: &Vocabulary) -> Option<usize> {
        let mut forms = vocabulary.forms.iter();
        if let Some(stated) = &self.form {
            let code = vocabulary.folder.fold(&stated.text);
            return forms.position(|form| {
                code == form.folded_code || code.starts_with(&format!("{} ", form.folded_code))
            });
        }
        forms.position(|form| {
            let mut lines = self.lines.iter();
            lines.any(|line| line.starts_with(&form.folded_title))
        })
    }
}

/// Reads the rows `from..to` of a sheet as the block above a table.
#[must_use]
pub(super) fn read_title(sheet: &Sheet, from: u32, to: u32, vocabulary: &Vocabulary) -> Title {
    let mut title = Title::default();
    for (row, cells) in sheet.rows().filter(|(row, _)| (from..to).contains(row)) {
        for (column, content) in cells {
            let at = Address::new(row, *column);
            let Some(text) = content.text() else { continue };
            for line in text.lines() {
                read_line(&mut title, sheet, at, line, vocabulary);
            }
        }
    }
    title
}

/// Adds what a line of a cell states.
fn read_line(title: &mut Title, sheet: &Sheet, at: Address, line: &str, vocabulary: &Vocabulary) {
    let Vocabulary { folder, words, .. } = vocabulary;
    let folded = folder.fold(line);
    if folded.is_empty() {
        return;
    }
    if let Some((kind, said)) = statement(sheet, at, line, &folded, vocabulary) {
        let first = |slot: &mut Option<Stated>, said: Stated| {
            slot.get_or_insert(said);
        };
        match kind {
            StatementKind::Form => first(&mut title.form, said),
            StatementKind::Reporter => first(&mut title.reporter, said),
            StatementKind::UnitCode => first(&mut title.unit_code, said),
            StatementKind::Measure => first(&mut title.measure, said),
            StatementKind::Geography => {
                let vintage = words.vintage(&folder.fold(&said.text)).map(str::to_owned);
                title.geography.get_or_insert((said, vintage));
            }
            StatementKind::Sending => {
                let sending = sending_in(&said.text, vocabulary);
                title.sending.get_or_insert((said, sending));
            }
            StatementKind::Consolidated => first(&mut title.consolidated, said),
        }
        return;
    }
    let stated = || Stated {
        text: line.trim().to_owned(),
        at,
    };
    match words.period(&folded) {
        Some(LinePeriod::Is(period)) => title.periods.push((stated(), period)),
        Some(LinePeriod::Other) => title.other_periods.push(stated()),
        None => {}
    }
    if let Some(reporter) = &title.reporter
        && is_beside(reporter, at, line, vocabulary)
    {
        let said = title.beside_reporter.take().into_iter();
        let all: Vec<String> = said.chain([line.trim().to_owned()]).collect();
        title.beside_reporter = Some(all.join("\n"));
    }
    if title.letterhead.is_none() && title.reporter.is_none() && is_letterhead(line, vocabulary) {
        title.letterhead = Some(stated());
    }
    title.lines.push(folded);
}

/// The most words of a letterhead.
const LONGEST_LETTERHEAD: usize = 10;

/// Whether a line is the letterhead of a lower level: its first words, or those behind the body that it names, are a word
/// for one and a name. A line with a colon is addressed to somebody, or states something.
fn is_letterhead(line: &str, vocabulary: &Vocabulary) -> bool {
    let Vocabulary { folder, words, .. } = vocabulary;
    let folded = folder.fold(line);
    let all: Vec<&str> = folded.split(' ').collect();
    if line.contains(':') || all.len() > LONGEST_LETTERHEAD {
        return false;
    }
    let unmarked = !has_marks(line);
    let bodies = words
        .letterheads
        .iter()
        .map(|body| body.split(' ').collect::<Vec<_>>());
    let behind = bodies
        .filter(|body| all.starts_with(body))
        .map(|body| body.len());
    let rest = &all[behind.max().unwrap_or(0)..];
    let level = words.senders.word_at(rest, unmarked);
    let is_clear = |count: usize| rest[..count].iter().any(|word| word.chars().count() > 1);
    level.is_some_and(|(word, count)| {
        word == SenderWord::Level && is_clear(count) && rest.len() > count
    })
}

/// Whether a line of the cell `at` belongs to the statement of the reporter above it or before it.
fn is_beside(stated: &Stated, at: Address, line: &str, vocabulary: &Vocabulary) -> bool {
    let Vocabulary { folder, words, .. } = vocabulary;
    let is_bracketed = line.trim_start().starts_with('(');
    let is_next = at.row == stated.at.row || at.row == stated.at.row + 1;
    // Other fields of a form, such as `who receives it: …`, speak of others.
    let is_field = line.contains(':') && !is_bracketed;
    let goes_on = !is_field && words.senders.continues(line, folder);
    let is_in_line = at.row == stated.at.row || at.column <= stated.at.column;
    let belongs =
        (at == stated.at && !is_field) || (is_next && (is_bracketed || (is_in_line && goes_on)));
    // The cell of the statement may be another than that of its words.
    belongs && !stated.text.contains(line.trim())
}

/// The statement that a line makes: the words that begin it, then its value in the same cell or in the next one.
fn statement(
    sheet: &Sheet,
    at: Address,
    line: &str,
    folded: &str,
    vocabulary: &Vocabulary,
) -> Option<(StatementKind, Stated)> {
    let Vocabulary { folder, words, .. } = vocabulary;
    if let Some((head, rest)) = line.split_once(':') {
        let key = folder.fold(head);
        let Some(kind) = words.statement(&key) else {
            return sending_before_colon(line, &key, vocabulary)
                .map(|text| (StatementKind::Sending, Stated { text, at }));
        };
        if !rest.trim().is_empty() {
            return Some((
                kind,
                Stated {
                    text: rest.trim().to_owned(),
                    at,
                },
            ));
        }
        return next_value(sheet, at, kind, vocabulary).map(|said| (kind, said));
    }
    // Without a colon: the words alone with the value in the next cell, or the words and a value after them.
    if let Some(kind) = words.statement(folded) {
        return next_value(sheet, at, kind, vocabulary).map(|said| (kind, said));
    }
    // The words may also begin an ordinary sentence: what follows must then be a value of its kind.
    words.statements().find_map(|(kind, word)| {
        if !folded.starts_with(&format!("{word} ")) {
            return None;
        }
        let text = after_words(line, word.split(' ').count())?;
        let is_value = match kind {
            StatementKind::Form
            | StatementKind::Reporter
            | StatementKind::Geography
            | StatementKind::Sending => true,
            StatementKind::Measure => vocabulary.measures_in(&text).is_some(),
            StatementKind::UnitCode | StatementKind::Consolidated => false,
        };
        is_value.then_some((kind, Stated { text, at }))
    })
}

/// What a line says of the sending if its number stands before the colon, as in `Sending 2: 20/12/2024`.
fn sending_before_colon(line: &str, head: &str, vocabulary: &Vocabulary) -> Option<String> {
    let mut statements = vocabulary.words.statements();
    statements.find_map(|(kind, word)| {
        let begins = kind == StatementKind::Sending && head.starts_with(&format!("{word} "));
        begins
            .then(|| after_words(line, word.split(' ').count()))
            .flatten()
    })
}

/// The text after the first `count` words of a line.
fn after_words(line: &str, count: usize) -> Option<String> {
    let mut seen = 0;
    let mut in_word = false;
    for (i, c) in line.char_indices() {
        if c.is_alphanumeric() {
            if !in_word {
                if seen == count {
                    return Some(line[i..].trim().to_owned());
                }
                seen += 1;
            }
            in_word = true;
        } else {
            in_word = false;
        }
    }
    None
}

/// The value of a statement in the next filled cell to the right. For a sending, a cell with a statement of its own is not
/// its value.
fn next_value(
    sheet: &Sheet,
    at: Address,
    kind: StatementKind,
    vocabulary: &Vocabulary,
) -> Option<Stated> {
    let said = next_text(sheet, at)?;
    let head = said.text.split_once(':').map(|(head, _)| head);
    let is_statement = head.is_some_and(|head| {
        let key = vocabulary.folder.fold(head);
        vocabulary.words.statement(&key).is_some()
    });
    (kind != StatementKind::Sending || !is_statement).then_some(said)
}

/// The next filled cell to the right, as text.
fn next_text(sheet: &Sheet, at: Address) -> Option<Stated> {
    sheet
        .row(at.row)
        .find(|(other, _)| other.column > at.column)
        .map(|(other, content)| Stated {
            text: content.as_read().trim().to_owned(),
            at: other,
        })
}
