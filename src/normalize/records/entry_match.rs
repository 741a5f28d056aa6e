//! Finds the entry of a register that the words and the number of a record mean. Nothing is guessed: what fits two entries,
//! or whose words and number mean two, stays open.

use crate::extract::Register;

/// The share of the words of one text in another, in thousandths, that makes them a long common part.
const LONG: u64 = 800;

/// The same of the title, where the text is shorter than the title.
const SHORTENED: u64 = 600;

/// The same for a near miss, which only a number can settle.
const NEAR: u64 = 450;

/// Where in the documents a record stands, by its title, its sheet and the headings above it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Standing {
    /// The document.
    pub(super) document: Option<String>,
    /// The parts of the place of its section.
    pub(super) numbers: Vec<String>,
}

/// What a record says of its entry.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    /// The folded words of its name.
    pub(super) words: &'a [String],
    /// The parts of its number.
    pub(super) numbers: &'a [String],
    pub(super) standing: &'a Standing,
}

/// The entry of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum EntryMatch {
    /// Its words are those of this one, or have a long part in common with it alone.
    Is(usize),
    /// Its number means this one, and its words are near; or its words mean it, and the heading names another document.
    Near(usize),
    /// It may be any of these.
    Several(Vec<usize>),
    /// Its words mean the first, its number the second.
    Contradiction(usize, usize),
    /// None. The one that is nearest, if any is near.
    Unknown(Option<usize>),
}

/// Finds the entry of a record.
pub(super) fn entry_of(register: &Register, asked: Asked<'_>) -> EntryMatch {
    let of_document: Vec<usize> = (0..register.entries.len())
        .filter(|at| {
            let document = asked.standing.document.as_ref();
            document.is_none_or(|document| register.entries[*at].document == *document)
        })
        .collect();
    let found = among(register, asked, &of_document);
    if asked.standing.document.is_none() || !matches!(found, EntryMatch::Unknown(_)) {
        return found;
    }
    // The words of an entry of another document, to the letter.
    let all: Vec<usize> = (0..register.entries.len()).collect();
    let exact = exact(register, asked, &all);
    match exact.as_slice() {
        [one] => EntryMatch::Near(*one),
        [] => found,
        _ => EntryMatch::Several(exact),
    }
}

/// Finds the entry of a record among some.
fn among(register: &Register, asked: Asked<'_>, entries: &[usize]) -> EntryMatch {
    let numbered = numbered(register, asked, entries);
    let exact = exact(register, asked, entries);
    let by_words = if exact.is_empty() {
        let is_long = |at: &&usize| shares(register, asked.words, **at).is_long();
        entries.iter().filter(is_long).copied().collect()
    } else {
        exact
    };
    match by_words.as_slice() {
        [one] => match numbered.as_slice() {
            // A number alone may count the rows of the list.
            [other] if other != one && asked.numbers.len() > 1 => {
                EntryMatch::Contradiction(*one, *other)
            }
            _ => EntryMatch::Is(*one),
        },
        [] => {
            // Several documents may have the number; the words are near to one of them.
            let is_near = |at: &&usize| shares(register, asked.words, **at).is_near();
            let near: Vec<&usize> = numbered.iter().filter(is_near).collect();
            match near.as_slice() {
                [one] => EntryMatch::Near(**one),
                _ => EntryMatch::Unknown(nearest(register, asked, entries)),
            }
        }
        several => {
            let is_last = |at: &&usize| {
                let last = register.entries[**at].numbers.iter().rev().take(1);
                asked.numbers.len() == 1 && last.eq(asked.numbers)
            };
            let in_section = |at: &&usize| {
                let numbers = &register.entries[**at].numbers;
                let standing = &asked.standing.numbers;
                !standing.is_empty() && has_section(numbers, standing)
            };
            let narrowed = [
                several
                    .iter()
                    .filter(|at| numbered.contains(at))
                    .collect::<Vec<_>>(),
                several.iter().filter(in_section).collect(),
                several.iter().filter(is_last).collect(),
            ];
            match narrowed.iter().find(|left| left.len() == 1) {
                Some(left) => EntryMatch::Is(*left[0]),
                None => EntryMatch::Several(by_words),
            }
        }
    }
}

/// The entries whose titles have the words of a record, and no others.
fn exact(register: &Register, asked: Asked<'_>, entries: &[usize]) -> Vec<usize> {
    let is_exact = |at: &&usize| register.entries[**at].words == asked.words;
    entries.iter().filter(is_exact).copied().collect()
}

/// The entries that the number of a record means: a number with its section, else one below a heading of a section.
fn numbered(register: &Register, asked: Asked<'_>, entries: &[usize]) -> Vec<usize> {
    let standing = &asked.standing.numbers;
    let below: Vec<String> = standing.iter().chain(asked.numbers).cloned().collect();
    let wanted: &[String] = match asked.numbers.len() {
        0 => return Vec::new(),
        1 if standing.is_empty() => return Vec::new(),
        1 => &below,
        _ => asked.numbers,
    };
    let ends = |at: &&usize| register.entries[**at].numbers.ends_with(wanted);
    entries.iter().filter(ends).copied().collect()
}

/// Whether a place is within a section, whose number may be written without what stands before it.
fn has_section(place: &[String], section: &[String]) -> bool {
    let within = place.len().saturating_sub(1);
    place[..within]
        .windows(section.len().max(1))
        .any(|part| part == section)
}

/// How much of one text is in another, in thousandths.
#[derive(Debug, Clone, Copy)]
struct Shares {
    /// Of the title.
    title: u64,
    /// Of the text of the record.
    text: u64,
}

impl Shares {
    fn is_long(self) -> bool {
        self.title >= LONG || (self.text >= LONG && self.title >= SHORTENED)
    }

    fn is_near(self) -> bool {
        self.title >= NEAR || (self.text >= LONG && self.title >= NEAR / 2)
    }
}

/// The words that a text and the title of an entry have in common.
fn shares(register: &Register, words: &[String], entry: usize) -> Shares {
    let title = &register.entries[entry].words;
    let nothing = Shares { title: 0, text: 0 };
    if words.is_empty() || title.is_empty() || !has_same_numbers(title, words) {
        return nothing;
    }
    let weight = |word: &String| u64::from(register.weight(word));
    // Writers turn titles around: the order of the words does not matter.
    let mut left: Vec<&String> = title.iter().collect();
    let mut common = 0;
    for word in words {
        if let Some(at) = left.iter().position(|of_title| *of_title == word) {
            left.swap_remove(at);
            common += weight(word);
        }
    }
    // Who leaves out the years of a title means the title all the same.
    let without_numbers = !words.iter().any(|word| is_number(word));
    let counted = title
        .iter()
        .filter(|word| !without_numbers || !is_number(word));
    let share = |of: u64| common * 1000 / of.max(1);
    Shares {
        title: share(counted.map(weight).sum()),
        text: share(words.iter().map(weight).sum()),
    }
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_digit())
}

/// Whether a text has all the numbers of a title, or none at all. Other years are another task.
fn has_same_numbers(title: &[String], words: &[String]) -> bool {
    let mut numbers = title.iter().filter(|word| is_number(word));
    !words.iter().any(|word| is_number(word)) || numbers.all(|number| words.contains(number))
}

/// The entry that has most in common with a text, if that is near.
fn nearest(register: &Register, asked: Asked<'_>, entries: &[usize]) -> Option<usize> {
    let scored = entries
        .iter()
        .map(|at| (shares(register, asked.words, *at), *at));
    let near = scored.filter(|(shares, _)| shares.is_near());
    let best = near.max_by_key(|(shares, at)| (shares.title + shares.text, std::cmp::Reverse(*at)));
    best.map(|(_, at)| at)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::extract::{EntryTexts, numbers_of, words_of};
    use crate::text::Folder;

    const ENTRIES: [(&str, &str, &str, &str); 6] = [
        (
            "A1",
            "10/A",
            "PL.I.1",
            "Programme of information on cooperatives",
        ),
        (
            "A2",
            "10/A",
            "PL.II.9",
            "National database of cooperatives 2021-2025",
        ),
        (
            "A3",
            "10/A",
            "PL.II.10",
            "Yearly white book on cooperatives",
        ),
        (
            "B1",
            "20/B",
            "PL.I.1",
            "Part in the yearly white book on cooperatives",
        ),
        ("B2", "20/B", "PL.I.2", "Scheme for consumer cooperatives"),
        ("C1", "30/C", "VI.3.a", "Yearly white book on cooperatives"),
    ];

    fn register() -> Register {
        let texts = ENTRIES.map(|(id, document, place, title)| EntryTexts {
            id,
            document,
            place,
            section: "Section",
            title,
            due: None,
        });
        Register::new(&texts, &BTreeMap::new(), &Folder::default())
    }

    fn find(text: &str, number: &str, document: Option<&str>, section: &str) -> String {
        let (register, folder) = (register(), Folder::default());
        let standing = Standing {
            document: document.map(str::to_owned),
            numbers: numbers_of(section, &folder),
        };
        let found = entry_of(
            &register,
            Asked {
                words: &words_of(text, &folder),
                numbers: &numbers_of(number, &folder),
                standing: &standing,
            },
        );
        let id = |at: usize| register.entries[at].id.clone();
        match found {
            EntryMatch::Is(at) => id(at),
            EntryMatch::Near(at) => format!("near {}", id(at)),
            EntryMatch::Several(all) => all.into_iter().map(id).collect::<Vec<_>>().join(" or "),
            EntryMatch::Contradiction(one, other) => format!("{} not {}", id(one), id(other)),
            EntryMatch::Unknown(near) => near.map_or("-".to_owned(), |at| format!("- {}", id(at))),
        }
    }

    #[test]
    fn a_number_that_several_documents_have_means_the_one_whose_words_are_near() {
        assert_eq!(find("Information", "I.1", None, ""), "near A1");
        assert_eq!(find("Another thing", "I.1", None, ""), "-");
    }

    #[test]
    fn words_find_an_entry_at_length_and_shortened() {
        assert_eq!(
            find("Programme of information on cooperatives", "", None, ""),
            "A1"
        );
        assert_eq!(
            find(
                "To work out the programme of information on agricultural cooperatives",
                "1",
                None,
                ""
            ),
            "A1"
        );
        assert_eq!(
            find("National database of cooperatives", "", None, ""),
            "A2"
        );
        // No other entry is a scheme.
        assert_eq!(find("Scheme for cooperatives", "", None, ""), "B2");
        // What tells it from others is missing.
        assert_eq!(find("Book of cooperatives", "", None, ""), "-");
        assert_eq!(find("Something else altogether", "", None, ""), "-");
    }

    #[test]
    fn other_years_are_another_entry() {
        assert_eq!(
            find(
                "National database of cooperatives 2026-2030",
                "II.9",
                None,
                ""
            ),
            "-"
        );
    }

    #[test]
    fn what_fits_two_stays_open_until_document_or_number_decide() {
        let book = "Yearly white book on cooperatives";
        assert_eq!(find(book, "", None, ""), "A3 or C1");
        assert_eq!(find(book, "II.10", None, ""), "A3");
        assert_eq!(find(book, "10", None, ""), "A3");
        assert_eq!(find(book, "", Some("30/C"), ""), "C1");
        assert_eq!(find(book, "", None, "VI"), "C1");
        // The document of the heading has no such title: it stays open.
        assert_eq!(find(book, "", Some("20/B"), ""), "A3 or C1");
    }

    #[test]
    fn words_and_number_of_two_entries_contradict_each_other() {
        assert_eq!(
            find("Scheme for consumer cooperatives", "II.9", None, ""),
            "B2 not A2"
        );
        // A number alone may count the rows.
        assert_eq!(
            find("Scheme for consumer cooperatives", "9", None, ""),
            "B2"
        );
    }

    #[test]
    fn a_number_settles_words_that_are_near() {
        let near = "A database of cooperatives for the country";
        assert_eq!(find(near, "II.9", None, ""), "near A2");
        assert_eq!(find(near, "9", None, "II"), "near A2");
        assert_eq!(
            find(
                "Programme of information on cooperatives",
                "",
                Some("30/C"),
                ""
            ),
            "near A1"
        );
    }
}
