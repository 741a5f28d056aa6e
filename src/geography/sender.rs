//! The body that sent a report.

use serde::{Deserialize, Serialize};

/// The body that sent a report, as far as its words say.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Sender {
    /// No body is named.
    #[default]
    Unnamed,
    /// A body of the pipeline, by its identifier.
    Known(String),
    /// A body that the pipeline does not know, by its words, folded.
    Unknown(String),
}

impl Sender {
    /// The identifier of a known body.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Known(id) => Some(id),
            Self::Unnamed | Self::Unknown(_) => None,
        }
    }
}

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
    /// The rank of a sender. A report without a named sender ranks first, one of an unknown body last.
    #[must_use]
    pub fn rank(&self, sender: &Sender) -> i64 {
        let ranks = || self.0.iter().map(|r| r.rank);
        let first = ranks().min().unwrap_or(0);
        match sender {
            Sender::Unnamed => first,
            Sender::Known(id) => {
                let known = self.0.iter().find(|r| r.id == *id);
                known.map_or(first, |r| r.rank)
            }
            Sender::Unknown(_) => ranks().max().map_or(first, |last| last.saturating_add(1)),
        }
    }

    /// The body that words begin with, with or without the marks of its letters, and the number of these words.
    pub(super) fn at_start(&self, words: &[String]) -> Option<(&str, usize)> {
        let begins = |name: &str| {
            let bare = crate::text::without_marks(name);
            let parts = name.split(' ').zip(bare.split(' ')).collect::<Vec<_>>();
            let is_word =
                |(word, (marked, bare)): (&String, &(&str, &str))| word == marked || word == bare;
            let fits = words.len() >= parts.len() && words.iter().zip(&parts).all(is_word);
            fits.then_some(parts.len())
        };
        let named = self.0.iter().flat_map(|reporter| {
            let names = reporter.words.iter();
            names.filter_map(|name| Some((reporter.id.as_str(), begins(name)?)))
        });
        // The first of those that are equally long.
        named.fold(None, |best: Option<(&str, usize)>, next| match best {
            Some((_, count)) if count >= next.1 => best,
            _ => Some(next),
        })
    }
}
