//! Who reports: finds the units that the words of a sheet may mean, and the body that sent it.

use std::collections::BTreeSet;

use super::territory::Geography;
use super::unit::UnitKey;
use crate::extract::Title;
use crate::text::Folder;

/// A body that may send a form.
#[derive(Debug, Clone)]
pub struct Reporter {
    /// Identifier in the tables.
    pub id: String,
    /// How it is written: the first of its words.
    pub name: String,
    /// Folded words that name it.
    pub words: Vec<String>,
    /// Between several reporters, the report of the lowest rank counts.
    pub rank: i64,
}

/// The bodies of a pipeline.
#[derive(Debug, Clone, Default)]
pub struct Reporters(pub Vec<Reporter>);

impl Reporters {
    /// The rank of a reporter; a report without a named sender ranks first.
    #[must_use]
    pub fn rank(&self, id: Option<&str>) -> i64 {
        let first = self.0.iter().map(|r| r.rank).min().unwrap_or(0);
        id.and_then(|id| self.0.iter().find(|r| r.id == id))
            .map_or(first, |r| r.rank)
    }

    /// Splits a folded text into the reporter that it begins with, if any, and the rest.
    fn split<'t>(&self, folded: &'t str) -> (Option<&str>, &'t str) {
        let mut best: Option<(&str, usize)> = None;
        for reporter in &self.0 {
            for word in &reporter.words {
                let fits = folded == word || folded.starts_with(&format!("{word} "));
                if fits && best.is_none_or(|(_, length)| word.len() > length) {
                    best = Some((&reporter.id, word.len()));
                }
            }
        }
        match best {
            Some((id, length)) => (Some(id), folded[length..].trim_start()),
            None => (None, folded),
        }
    }
}

/// What a document says about the unit and the body that report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReporterClaim {
    /// The statement of the reporter, as read.
    pub reporter: Option<String>,
    /// What stands beside it, as read.
    pub beside: Option<String>,
    /// The statement of the unit's code, as read.
    pub code: Option<String>,
}

impl ReporterClaim {
    /// The claim of a title block.
    pub(crate) fn of(title: &Title) -> Self {
        Self {
            reporter: title.reporter.as_ref().map(|s| s.text.clone()),
            beside: title.beside_reporter.clone(),
            code: title.unit_code.as_ref().map(|s| s.text.clone()),
        }
    }
}

/// Who a claim may mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identified {
    /// The body, if it is named.
    pub reporter: Option<String>,
    /// The units that match name and code together.
    pub units: BTreeSet<UnitKey>,
    /// The words name several units, of which none has all the names: it is open who reports.
    pub several: bool,
    /// Both a name and a code were given, and no unit has both.
    pub contradiction: bool,
    /// The code, if one was given.
    pub code: Option<String>,
    /// The units that match the name, whatever the code.
    pub named: BTreeSet<UnitKey>,
}

/// Everything needed to look up the names of units and reporters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NameLookup<'a> {
    pub(crate) geography: &'a Geography,
    pub(crate) reporters: &'a Reporters,
    pub(crate) folder: &'a Folder,
}

impl NameLookup<'_> {
    /// See [`Geography::identify`].
    pub(crate) fn identify(self, claim: &ReporterClaim) -> Identified {
        self.geography.identify(claim, self.reporters, self.folder)
    }

    /// See [`Geography::nearest_names`].
    pub(crate) fn nearest(self, text: &str) -> String {
        let Self {
            geography,
            reporters,
            folder,
        } = self;
        geography.nearest_names(text, reporters, folder)
    }

    /// Whether a free text such as the name of a sheet names several units.
    pub(crate) fn names_several(self, text: &str) -> bool {
        let folded = self.folder.fold(text);
        are_several(&self.geography.names_in(&folded))
    }

    /// See [`Geography::mentioned`].
    pub(crate) fn mentioned(self, text: &str) -> BTreeSet<UnitKey> {
        self.geography.mentioned(text, self.folder)
    }
}

impl Geography {
    /// The units that the words of a reporter and a code may mean.
    #[must_use]
    pub fn identify(
        &self,
        claim: &ReporterClaim,
        reporters: &Reporters,
        folder: &Folder,
    ) -> Identified {
        let folded = claim
            .reporter
            .as_deref()
            .map(|text| folder.fold(text))
            .unwrap_or_default();
        let (reporter, rest) = reporters.split(&folded);
        let (inline, name) = split_code(rest);
        let code = claim.code.as_deref().and_then(code_of).or(inline);
        // Within a whole name nothing else is named.
        let mut names = match self.aliases.get(&name) {
            Some(units) => vec![units],
            None => self.names_in(&name),
        };
        let beside = claim.beside.as_deref().map(|text| folder.fold(text));
        names.extend(beside.iter().flat_map(|text| self.names_in(text)));
        let several = are_several(&names);
        let named = if several {
            BTreeSet::new()
        } else {
            self.named(&name)
        };
        let coded: BTreeSet<UnitKey> = match &code {
            Some(code) => self
                .tables
                .units
                .iter()
                .map(|u| &u.unit)
                .filter(|u| same_code(&u.code, code))
                .cloned()
                .collect(),
            None => BTreeSet::new(),
        };
        let by_name = named.clone();
        let (units, contradiction) = match (named.is_empty(), code.is_some()) {
            (true, true) if name.is_empty() && !several => (coded, false),
            (true, _) => (BTreeSet::new(), false),
            (false, false) => (named, false),
            (false, true) => {
                let both: BTreeSet<UnitKey> = named.intersection(&coded).cloned().collect();
                let contradiction = both.is_empty();
                (both, contradiction)
            }
        };
        Identified {
            reporter: reporter.map(str::to_owned),
            units,
            several,
            contradiction,
            code,
            named: by_name,
        }
    }

    /// The names in a folded text from left to right, the longest where they overlap: the units that each may mean. Short
    /// names mean too much to be found within a text.
    fn names_in(&self, folded: &str) -> Vec<&BTreeSet<UnitKey>> {
        let words: Vec<&str> = folded.split(' ').collect();
        let lengths = self.aliases.keys().map(|name| name.split(' ').count());
        let longest = lengths.max().unwrap_or(0);
        let name_at = |at: usize| {
            (1..=longest.min(words.len() - at)).rev().find_map(|count| {
                let name = words[at..at + count].join(" ");
                let units = self.aliases.get(&name)?;
                (name.chars().count() > 3).then_some((count, units))
            })
        };
        let mut names = Vec::new();
        let mut at = 0;
        while at < words.len() {
            let found = name_at(at);
            at += found.map_or(1, |(count, _)| count);
            names.extend(found.map(|(_, units)| units));
        }
        names
    }

    /// The units that a folded name means: by the whole name, else by the longest known name that it ends with.
    fn named(&self, folded: &str) -> BTreeSet<UnitKey> {
        if let Some(units) = self.aliases.get(folded) {
            return units.clone();
        }
        self.aliases
            .iter()
            .filter(|(alias, _)| {
                alias.chars().count() > 3 && folded.ends_with(&format!(" {alias}"))
            })
            .max_by_key(|(alias, _)| alias.len())
            .map(|(_, units)| units.clone())
            .unwrap_or_default()
    }

    /// The three names most similar to the one in a reporter's words, to suggest in a message.
    #[must_use]
    pub fn nearest_names(&self, text: &str, reporters: &Reporters, folder: &Folder) -> String {
        let folded = folder.fold(text);
        let (_, rest) = reporters.split(&folded);
        let mut scored: Vec<(f64, &str)> = self
            .tables
            .units
            .iter()
            .map(|u| {
                (
                    strsim::jaro_winkler(&folder.fold(&u.name_vi), rest),
                    u.name_vi.as_str(),
                )
            })
            .collect();
        scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
        scored.dedup_by_key(|(_, name)| *name);
        scored
            .iter()
            .take(3)
            .map(|(_, name)| format!("`{name}`"))
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// The units that a free text such as a file name mentions; none when it mentions several.
    #[must_use]
    pub fn mentioned(&self, text: &str, folder: &Folder) -> BTreeSet<UnitKey> {
        meant_by_all(&self.names_in(&folder.fold(text)))
    }
}

/// The units that each of the names may mean.
fn meant_by_all(names: &[&BTreeSet<UnitKey>]) -> BTreeSet<UnitKey> {
    let Some((first, others)) = names.split_first() else {
        return BTreeSet::new();
    };
    let units = first.iter();
    units
        .filter(|unit| others.iter().all(|other| other.contains(unit)))
        .cloned()
        .collect()
}

/// Whether names mean several units: none has all of them.
fn are_several(names: &[&BTreeSet<UnitKey>]) -> bool {
    names.len() > 1 && meant_by_all(names).is_empty()
}

/// `44 name` or `name 44`: a code at either end of a folded name.
fn split_code(folded: &str) -> (Option<String>, String) {
    let words: Vec<&str> = folded.split(' ').filter(|w| !w.is_empty()).collect();
    let is_code =
        |word: &str| (1..=3).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_digit());
    match words.as_slice() {
        [first, rest @ ..] if is_code(first) => (Some((*first).to_owned()), rest.join(" ")),
        [rest @ .., last] if is_code(last) => (Some((*last).to_owned()), rest.join(" ")),
        _ => (None, folded.to_owned()),
    }
}

/// The digits at the start of a stated code.
fn code_of(text: &str) -> Option<String> {
    let digits: String = text
        .trim()
        .trim_start_matches('\'')
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    Some(digits).filter(|d| !d.is_empty())
}

/// Whether two codes are the same but for leading zeros: a spreadsheet turns `04` into 4.
fn same_code(code: &str, written: &str) -> bool {
    code == written || code.trim_start_matches('0') == written.trim_start_matches('0')
}
