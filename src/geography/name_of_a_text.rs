//! What the name of a sheet or of a file says about the unit that reports.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::agencies::Agency;
use super::claim::{NameLookup, NotTheUnit};
use super::names::{NameMatch, Words, are_several, as_written, meant_by_all};
use super::territory::Geography;
use super::unit::UnitKey;
use crate::extract::SenderWord;

/// What a free text such as the name of a file says about a unit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct NamedInText {
    /// The units that it may mean; none if it names several.
    pub(crate) units: BTreeSet<UnitKey>,
    /// It names several units.
    pub(crate) several: bool,
    /// It names a lower level, by these words.
    pub(crate) level: Option<String>,
    /// Why it does not mean the unit that it names.
    pub(crate) not_the_unit: Option<NotTheUnit>,
    /// The vintage that the words behind the name mean.
    pub(crate) vintage: Option<String>,
}

/// The shortest word for a lower level that counts within a free text, in letters.
const CLEAR_LETTERS: usize = 4;

/// The most words of the name of a lower level.
const LONGEST_NAME: usize = 4;

impl<'a> NameLookup<'a> {
    /// What a free text says about a unit, in a report received on a day.
    pub(crate) fn named_in(self, text: &str, on: Date) -> NamedInText {
        let words = Words::of(text, self.folder);
        let whole = (0, words.words.len());
        let found = self.geography.names_in(&words, whole, self.senders);
        let names: Vec<&BTreeSet<UnitKey>> = found.iter().map(|name| name.units).collect();
        let level = self.level_in(&words, &found);
        let level = level.map(|folded| {
            let written = as_written(text, &folded, self.folder);
            written.map_or(folded.clone(), str::to_owned)
        });
        let other = level.clone().map(|words| NotTheUnit::OtherBody { words });
        let not_yet = || {
            found.iter().find_map(|name| {
                let not_yet = self.geography.not_yet(name, on)?;
                Some(NotTheUnit::NotYet {
                    name: words.words[name.start..name.end].join(" "),
                    from: not_yet.from,
                })
            })
        };
        let vintages = found
            .iter()
            .filter_map(|name| self.vintage_behind(name, &words));
        let vintages: BTreeSet<&str> = vintages.collect();
        let mut vintages = vintages.into_iter();
        let of_agency = |key: &UnitKey| {
            let agency = self.geography.agencies.of(key);
            let name = agency.map(|a| self.folder.fold(&a.name_vi));
            let is_within = |found: &NameMatch<'_>| {
                let own = found.name(&words);
                name.as_ref().is_some_and(|name| name.contains(&own))
            };
            found.iter().all(is_within)
        };
        match self.agency_named_in(text, on) {
            // A unit that is named beside it is what the text is about, unless it is a part of the agency's name.
            Some(Ok(agency)) if level.is_none() && of_agency(&agency) => {
                return NamedInText {
                    units: BTreeSet::from([agency]),
                    ..NamedInText::default()
                };
            }
            Some(Err(why)) if level.is_none() && found.is_empty() => {
                return NamedInText {
                    not_the_unit: Some(why),
                    ..NamedInText::default()
                };
            }
            _ => {}
        }
        NamedInText {
            units: meant_by_all(&names),
            several: are_several(&names),
            not_the_unit: other.or_else(not_yet),
            level,
            vintage: match (vintages.next(), vintages.next()) {
                (Some(only), None) => Some(only.to_owned()),
                _ => None,
            },
        }
    }

    /// A word for a lower level with the name behind it, outside the names of units. `11 districts` and `11 districts of X`
    /// are none.
    fn level_in(self, words: &Words, found: &[NameMatch<'_>]) -> Option<String> {
        let mut at = 0;
        while at < words.words.len() {
            if let Some(name) = found.iter().find(|n| n.start <= at && at < n.end) {
                at = name.end;
                continue;
            }
            let rest = words.from(at);
            match self.senders.word_at(&rest, false) {
                Some((SenderWord::Level, count)) => {
                    let letters: usize = rest[..count].iter().map(|w| w.chars().count()).sum();
                    let next = at + count;
                    let is_named = !words.ends_at(next) && !words.has_number(next);
                    let is_counted = at > 0 && words.has_number(at - 1);
                    let of_a_unit = found.iter().any(|name| name.start == next);
                    if letters >= CLEAR_LETTERS && is_named && !(is_counted && of_a_unit) {
                        return Some(rest[..self.end_of_name(words, found, at, next)].join(" "));
                    }
                    at += count;
                }
                Some((SenderWord::Harmless, count)) => at += count,
                _ => at += 1,
            }
        }
        None
    }

    /// The number of words from `at` to the end of the name that begins at `next`: up to the end of the part, a number, the
    /// name of a unit or another word with a meaning of its own.
    fn end_of_name(self, words: &Words, found: &[NameMatch<'_>], at: usize, next: usize) -> usize {
        let ends = |place: usize| {
            words.ends_at(place)
                || words.has_number(place)
                || found.iter().any(|name| name.start == place)
                || self.senders.word_at(&words.from(place), false).is_some()
        };
        let longest = next + LONGEST_NAME;
        let end = (next + 1..longest)
            .find(|place| ends(*place))
            .unwrap_or(longest);
        end - at
    }

    /// The vintage that the words behind a name mean: up to the end of a part of the text, or up to a number.
    fn vintage_behind(self, name: &NameMatch<'_>, words: &Words) -> Option<&'a str> {
        let rest = words.from(name.end);
        let (vintage, count) = self.senders.vintage_at(&rest, words.unmarked)?;
        let end = name.end + count;
        (words.ends_at(end) || words.has_number(end)).then_some(vintage)
    }
}

impl Geography {
    /// Whether two sets of units have territory in common, in the vintages that had begun on a day: a unit, those it was
    /// made of, and what it became are kin.
    pub(super) fn are_kin(
        &self,
        one: &BTreeSet<UnitKey>,
        other: &BTreeSet<UnitKey>,
        on: Date,
    ) -> bool {
        if let (Some(one), Some(other)) = (self.agency_of(one), self.agency_of(other)) {
            let line = |agency| {
                let later = self.agencies.successors(agency).into_iter();
                let all = std::iter::once(agency).chain(later);
                all.map(|a| a.id.as_str()).collect::<BTreeSet<_>>()
            };
            return !line(one).is_disjoint(&line(other));
        }
        let has_begun = |unit: &&UnitKey| {
            let first = self.vintages.first().map(|(vintage, _)| vintage);
            let mut begun = self.vintages.iter().filter(|(_, day)| *day <= on);
            first == Some(&unit.vintage) || begun.any(|(vintage, _)| *vintage == unit.vintage)
        };
        let atoms = |units: &BTreeSet<UnitKey>| -> BTreeSet<UnitKey> {
            let all = units
                .iter()
                .filter(has_begun)
                .flat_map(|unit| self.atoms(unit));
            all.cloned().collect()
        };
        !atoms(one).is_disjoint(&atoms(other))
    }

    /// The agency that stands first among some senders.
    pub(super) fn agency_of(&self, units: &BTreeSet<UnitKey>) -> Option<&Agency> {
        self.agencies.of(units.first()?)
    }
}
