//! Parts of a statement of the reporter that say nothing about who reports: the country, who made the table, the body behind
//! the name; and the former units that a merged one is made of.

use std::collections::BTreeSet;
use std::ops::Range;

use super::claim::NameLookup;
use super::names::{NameMatch, Words};
use super::territory::Geography;
use super::unit::UnitKey;
use crate::extract::SenderWord;

/// The parts of a text: ranges of its words.
pub(super) fn parts_of(words: &Words) -> Vec<Range<usize>> {
    let all = words.words.len();
    let starts: Vec<usize> = (0..all).filter(|at| words.begins[*at]).collect();
    let ends = starts.iter().skip(1).copied().chain([all]);
    starts
        .iter()
        .zip(ends)
        .map(|(from, to)| *from..to)
        .collect()
}

/// Whether a part says nothing about who reports: it names the country, or says which body made the table. A lower level
/// that made it may have made it of its own figures.
pub(super) fn is_silent(names: NameLookup<'_>, words: &Words, part: &Range<usize>) -> bool {
    let own: Vec<&str> = words.words[part.clone()]
        .iter()
        .map(String::as_str)
        .collect();
    if names.senders.says_nothing(&own) {
        return true;
    }
    let Some(count) = names.senders.made_by(&own) else {
        return false;
    };
    let body = &own[..own.len() - count];
    let mut at = 0;
    let mut after_body = 0;
    while at < body.len() {
        match names.senders.word_at(&body[at..], words.unmarked) {
            Some((SenderWord::Level, _)) => return false,
            Some((SenderWord::Body, count)) => {
                at += count;
                after_body = body.len() - at;
            }
            Some((_, count)) => {
                at += count;
                after_body = after_body.max(1);
            }
            None => {
                at += 1;
                after_body = after_body.max(1);
            }
        }
    }
    // A body that is only called after this work reports itself.
    after_body > 0
}

/// The vintage of the unit that a line names if it adds in brackets all the other former units that the unit was made of,
/// with a word for an earlier geography: `X (Y, Z before)`.
pub(super) fn merged_of<'a>(
    geography: &'a Geography,
    found: &[NameMatch<'a>],
    before_bracket: usize,
) -> Option<&'a str> {
    let (first, others) = found.split_first()?;
    let is_in_brackets = |name: &NameMatch<'_>| name.start >= before_bracket;
    // `X (Y before)` may be the part of X that was Y.
    if others.len() < 2 || is_in_brackets(first) || !others.iter().all(is_in_brackets) {
        return None;
    }
    let merged = first.units.iter().find(|unit| {
        let former = geography.former_units(unit);
        let of = |name: &NameMatch<'_>| -> BTreeSet<&UnitKey> {
            let units = former.iter().copied();
            units.filter(|unit| name.units.contains(unit)).collect()
        };
        let named: Vec<BTreeSet<&UnitKey>> = found.iter().map(of).collect();
        let all: BTreeSet<&UnitKey> = named.iter().flatten().copied().collect();
        former.len() > 1 && all == former && named.iter().skip(1).all(|units| !units.is_empty())
    })?;
    Some(&merged.vintage)
}
