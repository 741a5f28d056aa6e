//! Who reports: finds the units that the words of a sheet may mean, and the body that sent it.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::agency_line::AgencyLine;
use super::claim::{NameLookup, NotTheUnit, ReporterClaim};
use super::names::{Words, meant_by_all};
use super::sender::{Reporters, Sender};
use super::sender_line::{SenderLine, read_line};
use super::territory::Geography;
use super::unit::UnitKey;
use crate::extract::SenderWords;
use crate::text::{Folder, without_marks};

/// Who a claim may mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identified {
    /// The body.
    pub sender: Sender,
    /// The units that match name and code together.
    pub units: BTreeSet<UnitKey>,
    /// The words name several units, of which none has all the names: it is open who reports.
    pub several: bool,
    /// Why the words do not mean the unit that they name.
    pub not_the_unit: Option<NotTheUnit>,
    /// Both a name and a code were given, and no unit has both.
    pub contradiction: bool,
    /// The code, if one was given.
    pub code: Option<String>,
    /// The units that match the name, whatever the code.
    pub named: BTreeSet<UnitKey>,
    /// The vintage that words beside the name mean.
    pub vintage: Option<String>,
}

impl NameLookup<'_> {
    /// The units that the words of a reporter and a code may mean in a report received on a day.
    pub(crate) fn identify(self, claim: &ReporterClaim, on: Date) -> Identified {
        let line = read_line(self, claim, on);
        if let Some(identified) = self.agency_of_claim(claim, &line, on) {
            return identified;
        }
        let code = claim.code.as_deref().and_then(code_of).or(line.code);
        let is_clear = !line.several && line.not_the_unit.is_none();
        let named = if is_clear && !line.is_unread {
            meant_by_all(&line.names)
        } else {
            BTreeSet::new()
        };
        let coded: BTreeSet<UnitKey> = match &code {
            Some(code) => self.geography.coded(code),
            None => BTreeSet::new(),
        };
        let by_name = named.clone();
        let (units, contradiction) = match (named.is_empty(), code.is_some()) {
            (true, true) if line.is_nameless && is_clear => (coded, false),
            (true, _) => (BTreeSet::new(), false),
            (false, false) => (named, false),
            (false, true) => {
                let both: BTreeSet<UnitKey> = named.intersection(&coded).cloned().collect();
                let contradiction = both.is_empty();
                (both, contradiction)
            }
        };
        Identified {
            sender: line.sender,
            units,
            several: line.several,
            not_the_unit: line.not_the_unit,
            contradiction,
            code,
            named: by_name,
            vintage: line.vintage,
        }
    }

    /// Who reports, if the statement of a claim names agencies. A line that names a unit, or stands beside a code, is read as
    /// that of a unit, unless it is the name of an agency from end to end.
    fn agency_of_claim(
        self,
        claim: &ReporterClaim,
        line: &SenderLine<'_>,
        on: Date,
    ) -> Option<Identified> {
        let of_agency = self.agency_line(claim, on)?;
        let nobody = Identified {
            sender: Sender::Unnamed,
            units: BTreeSet::new(),
            several: false,
            not_the_unit: None,
            contradiction: false,
            code: None,
            named: BTreeSet::new(),
            vintage: None,
        };
        let names_a_unit =
            !line.names.is_empty() || line.not_the_unit.is_some() || claim.code.is_some();
        match of_agency {
            AgencyLine::Names(_) if claim.code.is_some() => None,
            AgencyLine::Names(unit) => Some(Identified {
                units: BTreeSet::from([unit.clone()]),
                named: BTreeSet::from([unit]),
                ..nobody
            }),
            AgencyLine::Several if !names_a_unit => Some(Identified {
                several: true,
                ..nobody
            }),
            AgencyLine::NotTheSender { why, is_clear } if is_clear || !names_a_unit => {
                Some(Identified {
                    not_the_unit: Some(why),
                    ..nobody
                })
            }
            _ => None,
        }
    }

    /// See [`Geography::nearest_names`].
    pub(crate) fn nearest(self, text: &str) -> String {
        let Self {
            geography,
            reporters,
            folder,
            ..
        } = self;
        geography.nearest_names(text, reporters, folder)
    }

    /// See [`Geography::mentioned`].
    pub(crate) fn mentioned(self, text: &str) -> BTreeSet<UnitKey> {
        self.geography.mentioned(text, self.folder)
    }
}

impl Geography {
    /// The units of every vintage that have a code.
    fn coded(&self, code: &str) -> BTreeSet<UnitKey> {
        let units = self.tables.units.iter().map(|u| &u.unit);
        units
            .filter(|u| same_code(&u.code, code))
            .cloned()
            .collect()
    }

    /// The three names most similar to the one in a reporter's words, to suggest in a message.
    #[must_use]
    pub fn nearest_names(&self, text: &str, reporters: &Reporters, folder: &Folder) -> String {
        let words = Words::of(text, folder).words;
        let body = reporters.at_start(&words).map_or(0, |(_, count)| count);
        let rest = words[body..].join(" ");
        // A missing or wrong mark is less than a wrong letter.
        let likeness = |name: &str| {
            let name = folder.fold(name);
            let bare = (without_marks(&name), without_marks(&rest));
            let marked = strsim::normalized_damerau_levenshtein(&name, &rest);
            let bare = tail_likeness(&bare.0, &bare.1);
            bare + marked / 100.0
        };
        let mut scored: Vec<(f64, &str)> = self
            .tables
            .units
            .iter()
            .map(|u| (likeness(&u.name_vi), u.name_vi.as_str()))
            .collect();
        let agencies = self.agencies.all().iter().filter(|a| a.members.is_none());
        scored.extend(agencies.map(|a| (likeness(&a.name_vi), a.name_vi.as_str())));
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
        let words = Words::of(text, folder);
        let whole = (0, words.words.len());
        let senders = SenderWords::default();
        let names = self.names_in(&words, whole, &senders);
        if names.is_empty() {
            return self.agencies.mentioned(text, folder);
        }
        meant_by_all(&names.iter().map(|name| name.units).collect::<Vec<_>>())
    }
}

/// How like a name is to a text or to its last words: other words, such as that for its type, may stand before it.
fn tail_likeness(name: &str, text: &str) -> f64 {
    let words: Vec<&str> = text.split(' ').collect();
    let tails = (0..words.len()).map(|from| {
        let left_out = f64::from(u32::try_from(from).unwrap_or(u32::MAX)) / 1000.0;
        strsim::normalized_damerau_levenshtein(name, &words[from..].join(" ")) - left_out
    });
    tails.fold(0.0, f64::max)
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
