//! Reads the statement of the reporter word by word: the body, the type and the name of the unit, its code, the words for a
//! vintage. What is left over decides whether the line means the unit at all.
//!
//! Before the name may stand a body of the pipeline, a type of units, or nothing. A lower level (`district X, province Y`),
//! a department or a regional office is another sender than the unit, and so is a town that is named like the province
//! before the province became a city.

use std::collections::BTreeSet;
use std::ops::Range;

use jiff::civil::Date;

use super::claim::{NameLookup, NotTheUnit, ReporterClaim, is_code};
use super::names::{NameMatch, Words, are_several};
use super::sender::Sender;
use super::silent_parts::{is_silent, merged_of, parts_of};
use super::unit::UnitKey;
use crate::extract::SenderWord;

/// What the statement of the reporter says.
pub(super) struct SenderLine<'a> {
    pub(super) sender: Sender,
    /// A code at either end of it.
    pub(super) code: Option<String>,
    /// The units that each of its names may mean.
    pub(super) names: Vec<&'a BTreeSet<UnitKey>>,
    /// Its names mean several units.
    pub(super) several: bool,
    pub(super) not_the_unit: Option<NotTheUnit>,
    /// It has words behind or between the names that nobody understands.
    pub(super) is_unread: bool,
    /// It says nothing besides the body and the code.
    pub(super) is_nameless: bool,
    pub(super) vintage: Option<String>,
}

/// The words of a line while it is read.
struct Reader<'a> {
    names: NameLookup<'a>,
    words: Words,
    /// The words of the statement itself; those of the texts beside it follow.
    own: Range<usize>,
    /// Whether a word is accounted for.
    is_read: Vec<bool>,
    /// The first word within brackets.
    before_bracket: usize,
}

/// Reads the statement of a claim in a report received on a day.
pub(super) fn read_line<'a>(
    names: NameLookup<'a>,
    claim: &ReporterClaim,
    on: Date,
) -> SenderLine<'a> {
    let text = claim.reporter.as_deref().unwrap_or_default();
    let mut words = Words::of(text, names.folder);
    let own = words.words.len();
    // A code may stand at either end, and before or behind the body.
    let mut start = usize::from(words.words.first().is_some_and(|word| is_code(word)));
    let body = names.reporters.at_start(&words.words[start..]);
    let body_at = start;
    start += body.map_or(0, |(_, count)| count);
    let mut end = own;
    let mut code = (body_at > 0).then(|| words.words[0].clone());
    if code.is_none() && start < end && is_code(&words.words[start]) {
        code = Some(words.words[start].clone());
        start += 1;
    } else if code.is_none() && start < end && is_code(&words.words[end - 1]) {
        code = Some(words.words[end - 1].clone());
        end -= 1;
    }
    if let (Some(beside), true) = (&claim.beside, claim.reporter.is_some()) {
        for line in beside.lines() {
            words.add(line, names.folder);
        }
    }
    let mut is_read = vec![false; words.words.len()];
    is_read[..start].fill(true);
    is_read[end..own].fill(true);
    let mut known = body.map(|(id, _)| id.to_owned());
    for part in parts_of(&words).into_iter().skip(1) {
        let is_body = || {
            let found = names.reporters.at_start(&words.words[part.clone()]);
            found.filter(|(_, count)| *count == part.len() && known.is_none())
        };
        if let Some((id, _)) = is_body().filter(|_| part.end <= own) {
            // The body may stand behind the name.
            known = Some(id.to_owned());
            is_read[part].fill(true);
        } else if is_silent(names, &words, &part) {
            is_read[part].fill(true);
        }
    }
    let bracket = text.find('(').map_or(text.len(), |at| at);
    let reader = Reader {
        before_bracket: Words::of(&text[..bracket], names.folder).words.len(),
        names,
        words,
        own: start..end,
        is_read,
    };
    reader.read(known, code, on)
}

impl<'a> Reader<'a> {
    fn read(mut self, known: Option<String>, code: Option<String>, on: Date) -> SenderLine<'a> {
        let NameLookup {
            geography, senders, ..
        } = self.names;
        let whole = (self.own.start, self.own.end);
        let found = geography.names_in(&self.words, whole, senders);
        // The body may be one that has a unit in its name.
        let found: Vec<NameMatch<'a>> = found
            .into_iter()
            .filter(|name| name.start >= self.own.start)
            .collect();
        for name in &found {
            self.is_read[name.start..name.end].fill(true);
        }
        let own_names: Vec<&NameMatch<'a>> = found
            .iter()
            .filter(|name| name.start < self.own.end)
            .collect();
        let first = own_names.first().map(|name| name.start);
        let mut vintages = self.take_vintages(&found);
        let merged = merged_of(geography, &found, self.before_bracket);
        let merged = merged.filter(|vintage| !vintages.is_empty() && !vintages.contains(*vintage));
        if let Some(vintage) = merged {
            vintages = BTreeSet::from([vintage.to_owned()]);
        }
        let before = self.unread(self.own.start..first.unwrap_or(self.own.end));
        let behind = first.map_or(Vec::new(), |at| self.unread(at..self.own.end));
        let is_nameless = found.is_empty() && before.is_empty();
        let other = self
            .other_body()
            .or_else(|| self.leftover_type(&found))
            // A body of the pipeline of something that is not the unit.
            .or_else(|| {
                let is_part = known.is_some() && first.is_some() && !before.is_empty();
                is_part.then(|| before.join(" "))
            })
            .or_else(|| self.own_name_twice(&own_names));
        let names: Vec<&BTreeSet<UnitKey>> = found
            .iter()
            .filter(|name| !self.is_of_a_level(name))
            .take(if merged.is_some() { 1 } else { usize::MAX })
            .map(|name| name.units)
            .collect();
        let several = are_several(&names);
        let not_yet = || found.iter().find_map(|name| self.not_yet(name, on));
        let not_the_unit = if several {
            None
        } else {
            let other = other.map(|words| NotTheUnit::OtherBody { words });
            other.or_else(not_yet)
        };
        let is_unknown = first.is_some() && !before.is_empty();
        let sender = match known {
            Some(id) => Sender::Known(id),
            None if is_unknown && !self.names.reporters.0.is_empty() => {
                Sender::Unknown(before.join(" "))
            }
            None => Sender::Unnamed,
        };
        let mut vintages = vintages.into_iter();
        let vintage = vintages.next();
        let is_unread = !behind.is_empty()
            // Words that name no unit, though a text beside them does.
            || (first.is_none() && !before.is_empty())
            // Words for two vintages.
            || vintages.next().is_some();
        SenderLine {
            sender,
            code,
            names,
            several,
            not_the_unit,
            is_unread,
            is_nameless,
            vintage: vintage.filter(|_| !is_unread),
        }
    }

    /// The words of a range that are not accounted for.
    fn unread(&self, range: Range<usize>) -> Vec<&str> {
        let words = range.filter(|i| !self.is_read[*i]);
        words.map(|i| self.words.words[i].as_str()).collect()
    }

    /// The vintages that words beside the names mean. These words, and the numbers of a date behind them, are then accounted
    /// for.
    fn take_vintages(&mut self, found: &[NameMatch<'_>]) -> BTreeSet<String> {
        let senders = self.names.senders;
        let mut vintages = BTreeSet::new();
        for at in self.own.start..self.words.words.len() {
            if self.is_read[at] {
                continue;
            }
            let rest = self.words.from(at);
            let Some((vintage, count)) = senders.vintage_at(&rest, self.words.unmarked) else {
                continue;
            };
            let numbers = rest[count..].iter();
            let is_number = |word: &&&str| word.bytes().all(|b| b.is_ascii_digit());
            let mut end = at + count;
            let is_first = at == self.own.start;
            let is_beside =
                |name: &NameMatch<'_>| name.end == at || (is_first && name.start == end);
            let is_whole_part = self.words.begins[at] && self.words.ends_at(end);
            if found.iter().any(is_beside) || is_whole_part || self.words.has_number(end) {
                end += numbers.take_while(is_number).count();
                vintages.insert(vintage.to_owned());
                self.is_read[at..end].fill(true);
            }
        }
        vintages
    }

    /// The words that mean something about a sender outside the names, from left to right, with their first and last place.
    fn sender_words(&self) -> Vec<(SenderWord<'a>, Range<usize>)> {
        let senders = self.names.senders;
        let mut all = Vec::new();
        let mut at = self.own.start;
        while at < self.words.words.len() {
            let found = senders.word_at(&self.words.from(at), self.words.unmarked);
            match found.filter(|_| !self.is_read[at]) {
                Some((word, count)) => {
                    all.push((word, at..at + count));
                    at += count;
                }
                None => at += 1,
            }
        }
        all
    }

    /// The first words for a lower level or another body. Beside the statement only what begins a text counts: a reference
    /// to a document may name a department too.
    fn other_body(&self) -> Option<String> {
        let mut words = self.sender_words().into_iter();
        words.find_map(|(word, place)| {
            let counts = self.own.contains(&place.start) || self.words.begins[place.start];
            let is_other = matches!(word, SenderWord::Level | SenderWord::Body);
            (counts && is_other).then(|| self.words.words[place].join(" "))
        })
    }

    /// A word for a type of units that stands before no name: that of a town of the unit.
    fn leftover_type(&self, found: &[NameMatch<'_>]) -> Option<String> {
        if found.is_empty() {
            return None;
        }
        let mut words = self.sender_words().into_iter();
        words.find_map(|(word, place)| {
            let is_type = matches!(word, SenderWord::Type(_)) && self.own.contains(&place.start);
            // With the name that follows, up to the end of the part or another name.
            let ends = |at: &usize| {
                let is_name = found.iter().any(|name| name.start == *at);
                self.words.ends_at(*at) || self.words.has_number(*at) || is_name
            };
            let end = (place.end..=self.words.words.len()).find(ends);
            let end = end.unwrap_or(place.end);
            is_type.then(|| self.words.words[place.start..end].join(" "))
        })
    }

    /// `city X, province X`: the city of that name within the unit.
    fn own_name_twice(&self, own_names: &[&NameMatch<'_>]) -> Option<String> {
        let (first, others) = own_names.split_first()?;
        let name = first.name(&self.words);
        let again = others
            .iter()
            .any(|other| other.is_typed() && other.name(&self.words) == name);
        let words = &self.words.words[first.start..first.end];
        (again && !first.types.is_empty()).then(|| words.join(" "))
    }

    /// Whether a word for a lower level stands before a name: it is not that of a unit.
    fn is_of_a_level(&self, name: &NameMatch<'_>) -> bool {
        let mut words = self.sender_words().into_iter();
        words.any(|(word, place)| word == SenderWord::Level && place.end == name.start)
    }

    /// Why a name means no unit on the day of receipt.
    fn not_yet(&self, name: &NameMatch<'_>, on: Date) -> Option<NotTheUnit> {
        let not_yet = self.names.geography.not_yet(name, on)?;
        Some(NotTheUnit::NotYet {
            name: self.words.words[name.start..name.end].join(" "),
            from: not_yet.from,
        })
    }
}
