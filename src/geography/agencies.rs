//! Senders that are no territory: ministries and other central bodies. They owe reports and send them like units, and enter
//! no total of a territory.

use jiff::civil::Date;

use super::unit::UnitKey;
use crate::text::{Folder, without_marks};

/// The vintage of every sender that is no territory.
pub const AGENCY: &str = "agency";

/// Whom a collective name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Members {
    /// A body in each unit of the geography in force.
    EachUnit,
    /// The agencies of these kinds that are in force.
    Kinds(Vec<String>),
    /// Nobody in particular.
    Unnamed,
}

impl Members {
    /// How the table `agencies` writes it: `each-unit`, `unnamed`, or the kinds separated by `;`.
    #[must_use]
    pub fn written(&self) -> String {
        match self {
            Self::EachUnit => "each-unit".to_owned(),
            Self::Unnamed => "unnamed".to_owned(),
            Self::Kinds(kinds) => kinds.join(";"),
        }
    }
}

/// A sender that is no territory, or a collective name for several.
#[derive(Debug, Clone)]
pub struct Agency {
    /// Identifier.
    pub id: String,
    /// Name in Vietnamese.
    pub name_vi: String,
    /// Name in English.
    pub name_en: String,
    /// Other ways to write its name.
    pub abbreviations: Vec<String>,
    /// Kind.
    pub kind: String,
    /// First day; none if it was always there.
    pub valid_from: Option<Date>,
    /// First day after it ended.
    pub valid_to: Option<Date>,
    /// The agency that took over what it did.
    pub successor: Option<String>,
    /// A remark.
    pub note: Option<String>,
    /// Whom it stands for, if it is a collective name.
    pub members: Option<Members>,
    /// Line in the file.
    pub line: usize,
}

impl Agency {
    /// Its key.
    #[must_use]
    pub fn key(&self) -> UnitKey {
        UnitKey {
            vintage: AGENCY.to_owned(),
            code: self.id.clone(),
        }
    }

    /// Whether it is there on a day.
    #[must_use]
    pub fn is_in_force(&self, day: Date) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.valid_to.is_none_or(|to| day < to)
    }
}

/// A way to write the name of an agency.
#[derive(Debug, Clone)]
pub(super) struct Spelling {
    /// The folded words, without those that join two things.
    pub(super) folded: Vec<String>,
    /// The same without the marks of their letters.
    pub(super) bare: Vec<String>,
    /// Place in [`Agencies`].
    pub(super) agency: usize,
}

/// The senders of a pipeline that are no territory.
#[derive(Debug, Clone, Default)]
pub struct Agencies {
    pub(super) all: Vec<Agency>,
    /// The longest first.
    pub(super) spellings: Vec<Spelling>,
    /// Folded words that join two things. Writers leave them out or write a sign for them.
    pub(super) joining: Vec<String>,
    /// Their keys.
    keys: Vec<UnitKey>,
    /// For each agency that ended, its name behind that of the agency in force now.
    names_since: Vec<Option<String>>,
}

impl Agencies {
    /// Makes the names ready to be found. `joining` are the folded words for `and`.
    #[must_use]
    pub fn new(all: Vec<Agency>, joining: &[String], folder: &Folder) -> Self {
        let mut agencies = Self {
            joining: joining.to_vec(),
            ..Self::default()
        };
        let mut spellings: Vec<Spelling> = Vec::new();
        for (agency, of) in all.iter().enumerate() {
            for name in std::iter::once(&of.name_vi).chain(&of.abbreviations) {
                let folded = agencies.spelling(name, folder);
                let bare = folded.iter().map(|word| without_marks(word)).collect();
                let is_known = spellings.iter().any(|s| s.folded == folded);
                if !folded.is_empty() && !is_known {
                    spellings.push(Spelling {
                        folded,
                        bare,
                        agency,
                    });
                }
            }
        }
        spellings.sort_by_key(|s| std::cmp::Reverse(s.folded.len()));
        agencies.spellings = spellings;
        agencies.keys = all.iter().map(Agency::key).collect();
        agencies.all = all;
        agencies.names_since = (0..agencies.all.len())
            .map(|n| agencies.name_since(&agencies.all[n]))
            .collect();
        agencies
    }

    /// The folded words of a name by which it is compared with others.
    #[must_use]
    pub fn spelling(&self, name: &str, folder: &Folder) -> Vec<String> {
        let folded = folder.fold(name);
        let words = folded.split(' ').filter(|word| !word.is_empty());
        let words = words.filter(|word| !self.joining.iter().any(|j| j == word));
        words.map(str::to_owned).collect()
    }

    /// All of them, in the order of the file.
    #[must_use]
    pub fn all(&self) -> &[Agency] {
        &self.all
    }

    /// The keys of all of them.
    pub fn keys(&self) -> impl Iterator<Item = &UnitKey> {
        self.keys.iter()
    }

    /// The agency with an identifier.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Agency> {
        self.all.iter().find(|agency| agency.id == id)
    }

    /// The agency of a key.
    #[must_use]
    pub fn of(&self, unit: &UnitKey) -> Option<&Agency> {
        (unit.vintage == AGENCY)
            .then(|| self.get(&unit.code))
            .flatten()
    }

    /// The agencies of some kinds that are in force on a day. Collective names send nothing.
    #[must_use]
    pub fn owing(&self, kinds: &[String], day: Date) -> Vec<&Agency> {
        let all = self.all.iter();
        all.filter(|agency| agency.members.is_none() && agency.is_in_force(day))
            .filter(|agency| kinds.contains(&agency.kind))
            .collect()
    }

    /// The agencies that took over what an agency did, one after the other.
    #[must_use]
    pub fn successors<'a>(&'a self, agency: &'a Agency) -> Vec<&'a Agency> {
        let mut found: Vec<&Agency> = Vec::new();
        let mut at = agency;
        while let Some(next) = at.successor.as_deref().and_then(|id| self.get(id)) {
            if next.id == agency.id || found.iter().any(|known| known.id == next.id) {
                break;
            }
            found.push(next);
            at = next;
        }
        found
    }

    /// The agencies whose successor is this one, if it began with them; none if it was there before.
    #[must_use]
    pub fn former<'a>(&'a self, agency: &Agency) -> Vec<&'a Agency> {
        let all = self.all.iter();
        all.filter(|_| agency.valid_from.is_some())
            .filter(|other| other.successor.as_ref() == Some(&agency.id))
            .collect()
    }

    /// The agencies that fulfil the duty of an agency: itself; else one that began as its successor; else all those that it
    /// began with. `sent` says who reported. Empty if the report is missing.
    pub(super) fn fulfilled_by<'a>(
        &'a self,
        unit: &UnitKey,
        sent: impl Fn(&UnitKey) -> bool,
    ) -> Vec<&'a Agency> {
        let Some(agency) = self.of(unit) else {
            return Vec::new();
        };
        let later = self.successors(agency).into_iter();
        let later = later.filter(|a| a.valid_from.is_some());
        let mut one = std::iter::once(agency).chain(later);
        if let Some(found) = one.find(|a| sent(&a.key())) {
            return vec![found];
        }
        let former = self.former(agency);
        let all_sent = former.iter().all(|a| sent(&a.key()));
        if all_sent { former } else { Vec::new() }
    }

    /// The name of an agency on a day. One that has ended by then is named behind the agency in force.
    #[must_use]
    pub fn name(&self, id: &str, on: Date) -> Option<&str> {
        let at = self.all.iter().position(|agency| agency.id == id)?;
        let agency = &self.all[at];
        let has_ended = agency.valid_to.is_some_and(|to| to <= on);
        let since = self.names_since[at].as_deref().filter(|_| has_ended);
        Some(since.unwrap_or(&agency.name_vi))
    }

    fn name_since(&self, agency: &Agency) -> Option<String> {
        agency.valid_to?;
        let now = self.successors(agency).into_iter().next_back()?;
        Some(format!("{} ({})", now.name_vi, agency.name_vi))
    }

    /// Every name with the agency that has it, as text.
    pub fn names(&self) -> impl Iterator<Item = (String, &Agency)> {
        let spellings = self.spellings.iter();
        spellings.map(|s| (s.folded.join(" "), &self.all[s.agency]))
    }
}
