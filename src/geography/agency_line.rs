//! Finds the names of agencies in the statement of the reporter, and in the names of sheets and files.

use std::collections::BTreeSet;
use std::ops::Range;

use jiff::civil::Date;

use super::agencies::{Agencies, Agency, Members};
use super::claim::{NameLookup, NotTheUnit, ReporterClaim};
use super::names::Words;
use super::unit::UnitKey;
use crate::text::{Folder, without_marks};

/// The fewest letters of a name that counts within a text: shorter ones mean too much.
const CLEAR_LETTERS: usize = 4;

/// What a statement of the reporter says of agencies.
pub(super) enum AgencyLine {
    /// It names this one and nothing else.
    Names(UnitKey),
    /// It names several.
    Several,
    /// It names one, and does not mean it.
    NotTheSender {
        /// Why.
        why: NotTheUnit,
        /// Whether it says so even if it names a unit too.
        is_clear: bool,
    },
}

/// The name of an agency within words.
struct Found<'a> {
    agency: &'a Agency,
    words: Range<usize>,
}

impl NameLookup<'_> {
    /// What the statement of a claim says of agencies in a report received on a day; none if it names none.
    pub(super) fn agency_line(self, claim: &ReporterClaim, on: Date) -> Option<AgencyLine> {
        let text = claim.reporter.as_deref()?;
        if self.geography.agencies.all.is_empty() {
            return None;
        }
        let words = Words::of(text, self.folder).without(&self.geography.agencies.joining);
        let found = self.geography.agencies.found_in(&words);
        let first = found.first()?;
        let is_whole = |n: &usize| {
            let within = found.iter().any(|f| f.words.contains(n));
            within || self.is_silent_word(&words, *n)
        };
        let unread: Vec<&str> = (0..words.words.len())
            .filter(|n| !is_whole(n))
            .map(|n| words.words[n].as_str())
            .collect();
        let other = |words: String| NotTheUnit::OtherBody { words };
        if !unread.is_empty() {
            // A part of a body, or a name that nobody knows.
            let counts = first.agency.members != Some(Members::EachUnit);
            return counts.then(|| AgencyLine::NotTheSender {
                why: other(unread.join(" ")),
                is_clear: false,
            });
        }
        if let Some(members) = &first.agency.members {
            return (*members != Members::EachUnit).then(|| AgencyLine::NotTheSender {
                why: other(words.words[first.words.clone()].join(" ")),
                is_clear: true,
            });
        }
        let ids: BTreeSet<&str> = found.iter().map(|f| f.agency.id.as_str()).collect();
        if ids.len() > 1 {
            return Some(AgencyLine::Several);
        }
        if let Some(words) = self.body_beside(claim) {
            return Some(AgencyLine::NotTheSender {
                why: other(words),
                is_clear: true,
            });
        }
        if let Some(from) = first.agency.valid_from.filter(|from| *from > on) {
            let why = NotTheUnit::NoBodyYet {
                name: first.agency.name_vi.clone(),
                from,
            };
            return Some(AgencyLine::NotTheSender {
                why,
                is_clear: true,
            });
        }
        Some(AgencyLine::Names(first.agency.key()))
    }

    /// The agency that a free text, such as the name of a file, names as its sender on a day; none if it names several, and
    /// none behind a word by which a text is addressed to it.
    pub(super) fn agency_named_in(
        self,
        text: &str,
        on: Date,
    ) -> Option<Result<UnitKey, NotTheUnit>> {
        if self.geography.agencies.all.is_empty() {
            return None;
        }
        let words = Words::of(text, self.folder).without(&self.geography.agencies.joining);
        let found = self.geography.agencies.found_in(&words);
        let named = found.iter().filter(|f| {
            f.agency.members.is_none() && !self.senders.is_addressed(&words.words[..f.words.start])
        });
        let named: Vec<&Found<'_>> = named.collect();
        let ids: BTreeSet<&str> = named.iter().map(|f| f.agency.id.as_str()).collect();
        let (Some(first), 1) = (named.first(), ids.len()) else {
            return None;
        };
        if let Some(words) = self.part_of_a_body(&words, &found) {
            return Some(Err(NotTheUnit::OtherBody { words }));
        }
        let not_yet = first.agency.valid_from.filter(|from| *from > on);
        Some(match not_yet {
            None => Ok(first.agency.key()),
            Some(from) => Err(NotTheUnit::NoBodyYet {
                name: first.agency.name_vi.clone(),
                from,
            }),
        })
    }

    /// Whether a word belongs to a part of a line that says nothing about who reports.
    fn is_silent_word(self, words: &Words, at: usize) -> bool {
        let start = (0..=at).rev().find(|n| words.begins[*n]).unwrap_or(0);
        let end = (at + 1..=words.words.len()).find(|n| words.ends_at(*n));
        let part = &words.words[start..end.unwrap_or(words.words.len())];
        let part: Vec<&str> = part.iter().map(String::as_str).collect();
        self.senders.says_nothing(&part)
    }

    /// The words beside the statement that name a part of a body, or a lower level.
    fn body_beside(self, claim: &ReporterClaim) -> Option<String> {
        let mut lines = claim.beside.as_deref().unwrap_or_default().lines();
        lines.find_map(|line| {
            let words = Words::of(line, self.folder);
            self.senders
                .part_of_a_body(&words.from(0), words.unmarked)
                .map(|_| words.words.join(" "))
        })
    }

    /// The first words outside the names of agencies that name a part of a body.
    fn part_of_a_body(self, words: &Words, found: &[Found<'_>]) -> Option<String> {
        let mut at = 0;
        while at < words.words.len() {
            if let Some(name) = found.iter().find(|f| f.words.contains(&at)) {
                at = name.words.end;
                continue;
            }
            let rest = words.from(at);
            if let Some(count) = self.senders.harmless_at(&rest) {
                at += count;
            } else if let Some(count) = self.senders.part_of_a_body(&rest, words.unmarked) {
                let end = found
                    .iter()
                    .map(|f| f.words.start)
                    .find(|start| *start > at);
                let end = end.unwrap_or(at + count).max(at + count);
                return Some(words.words[at..end].join(" "));
            } else {
                at += 1;
            }
        }
        None
    }
}

impl Agencies {
    /// The agency that a free text mentions; none if it mentions several.
    pub(super) fn mentioned(&self, text: &str, folder: &Folder) -> BTreeSet<UnitKey> {
        let found = self.found_in(&Words::of(text, folder).without(&self.joining));
        let single = found.iter().filter(|f| f.agency.members.is_none());
        let keys: BTreeSet<UnitKey> = single.map(|f| f.agency.key()).collect();
        if keys.len() > 1 {
            BTreeSet::new()
        } else {
            keys
        }
    }

    /// The names of agencies within words, from left to right, the longest where they overlap. A short name counts only as
    /// a part of its own.
    fn found_in(&self, words: &Words) -> Vec<Found<'_>> {
        let mut found = Vec::new();
        // Abbreviations that folding has written out bear marks even in a text without them.
        let bare: Vec<String> = words.words.iter().map(|word| without_marks(word)).collect();
        let mut at = 0;
        while at < words.words.len() {
            let rest = &words.words[at..];
            let named = self.spellings.iter().find(|s| {
                let fits = rest.starts_with(&s.folded)
                    || (words.unmarked && bare[at..].starts_with(&s.bare));
                let letters: usize = s.folded.iter().map(|word| word.chars().count()).sum();
                let end = at + s.folded.len();
                let is_part = words.begins[at] && words.ends_at(end);
                fits && (letters >= CLEAR_LETTERS || is_part)
            });
            match named {
                Some(spelling) => {
                    let end = at + spelling.folded.len();
                    found.push(Found {
                        agency: &self.all[spelling.agency],
                        words: at..end,
                    });
                    at = end;
                }
                None => at += 1,
            }
        }
        found
    }
}
