//! Where in the documents of a register the records of a list stand: by its title, its sheet, and the headings between them.

use std::collections::BTreeSet;

use super::entry_match::Standing;
use crate::extract::{Register, RegisterSection, numbers_of, words_of};
use crate::text::Folder;

/// The share of the words of a section's title in a heading, in hundredths, by which the heading is that of the section.
const OF_A_TITLE: usize = 70;

impl Standing {
    /// What texts above a list say: the document, if they name one and no other.
    pub(super) fn of_title<'t>(
        register: &Register,
        texts: impl IntoIterator<Item = &'t str>,
        folder: &Folder,
    ) -> Self {
        let documents: BTreeSet<&str> = texts
            .into_iter()
            .filter_map(|text| document_in(register, &words_of(text, folder)))
            .collect();
        let mut documents = documents.into_iter();
        let document = match (documents.next(), documents.next()) {
            (Some(only), None) => Some(only.to_owned()),
            _ => None,
        };
        Self {
            document,
            numbers: Vec::new(),
        }
    }

    /// Goes on below a heading; `title` is where the list as a whole stands. Returns whether the register knows the heading.
    pub(super) fn go_below(
        &mut self,
        register: &Register,
        heading: &str,
        title: &Self,
        folder: &Folder,
    ) -> bool {
        let words = words_of(heading, folder);
        if let Some(document) = document_in(register, &words) {
            self.document = Some(document.to_owned());
            self.numbers.clear();
            return true;
        }
        let (number, rest) = split_number(heading);
        let numbers = numbers_of(number, folder);
        let words = words_of(rest, folder);
        let named: Vec<&RegisterSection> = register
            .sections
            .iter()
            .filter(|section| is_title_of(&section.words, &words))
            .collect();
        let of_document = |s: &&&RegisterSection| Some(&s.document) == self.document.as_ref();
        let of_number =
            |s: &&&RegisterSection| !numbers.is_empty() && s.numbers.ends_with(&numbers);
        let narrowed = [
            named
                .iter()
                .filter(|s| of_document(s) && of_number(s))
                .collect::<Vec<_>>(),
            named.iter().filter(of_document).collect(),
            named.iter().filter(of_number).collect(),
            named.iter().collect(),
        ];
        if let Some(only) = narrowed.iter().find(|left| left.len() == 1) {
            self.document = Some(only[0].document.clone());
            self.numbers.clone_from(&only[0].numbers);
            return true;
        }
        if named.is_empty() && !is_of_a_section(number) {
            self.clone_from(title);
        }
        self.numbers = numbers;
        !named.is_empty()
    }
}

/// The document that words name.
fn document_in<'r>(register: &'r Register, words: &[String]) -> Option<&'r str> {
    let named = |name: &[String]| words.windows(name.len()).any(|part| part == name);
    let mut documents = register.documents.iter();
    documents
        .find(|(name, _)| named(name))
        .map(|(_, document)| document.as_str())
}

/// Whether words are the title of a section, at length or shortened.
fn is_title_of(title: &[String], words: &[String]) -> bool {
    let mut best = vec![0_usize; title.len() + 1];
    for word in words {
        let mut before = 0;
        for (n, of_title) in title.iter().enumerate() {
            let above = best[n + 1];
            let longer = if word == of_title { before + 1 } else { 0 };
            best[n + 1] = above.max(best[n]).max(longer);
            before = above;
        }
    }
    !title.is_empty() && best[title.len()] * 100 >= title.len() * OF_A_TITLE
}

/// The number at the start of a heading, such as `II` or `VI.3`, and the rest.
fn split_number(heading: &str) -> (&str, &str) {
    let heading = heading.trim();
    let end = heading.find(char::is_whitespace).unwrap_or(heading.len());
    let (first, rest) = heading.split_at(end);
    let number = first.trim_end_matches(['.', ')', ':', '-']);
    let is_roman = number.chars().all(|c| "IVXLC".contains(c));
    let is_letter = number.chars().count() == 1 && number.chars().all(char::is_uppercase);
    let is_path = number.starts_with(|c: char| c.is_ascii_digit() || "IVXLC".contains(c))
        && number.chars().count() <= 8
        && number.split('.').all(|part| part.chars().count() <= 4);
    let has_mark = number.len() < first.len() || number.contains('.');
    if !number.is_empty()
        && (is_roman
            || is_letter
            || (is_path && has_mark)
            || number.bytes().all(|b| b.is_ascii_digit()))
    {
        (number, rest)
    } else {
        ("", heading)
    }
}

/// Whether a number is one of a section: Roman or in digits, not a letter.
fn is_of_a_section(number: &str) -> bool {
    let is_part = |c: char| "IVX".contains(c) || c.is_ascii_digit() || c == '.';
    !number.is_empty() && number.chars().all(is_part)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::extract::EntryTexts;

    fn register() -> Register {
        let texts = [
            ("134/NQ-CP (2020)", "PL.I.1", "Information"),
            ("134/NQ-CP (2020)", "PL.VI.1", "Renewal of the alliance"),
            ("337/KH (2021)", "PL.IV.1", "Renewal of the alliance"),
            ("1128/QD (2026)", "VI.3.a", "Organisation of the work"),
            ("1128/QD (2026)", "VI.5.b", "Organisation of the work"),
        ];
        let texts = texts.map(|(document, place, section)| EntryTexts {
            id: place,
            document,
            place,
            section,
            title: place,
            due: None,
        });
        let also = [(
            "1128/QD (2026)".to_owned(),
            vec!["Decision 1128".to_owned()],
        )];
        Register::new(&texts, &BTreeMap::from(also), &Folder::default())
    }

    #[test]
    fn headings_name_documents_and_sections() {
        let (register, folder) = (register(), Folder::default());
        let title = Standing::default();
        let mut standing = Standing::default();
        let mut below = |heading: &str| {
            let known = standing.go_below(&register, heading, &title, &folder);
            let document = standing.document.clone().unwrap_or_default();
            format!("{known} {document} {}", standing.numbers.join("."))
        };
        assert_eq!(
            below("A. Tasks of Resolution 134/NQ-CP"),
            "true 134/NQ-CP (2020) "
        );
        assert_eq!(
            below("I. Information of the public"),
            "true 134/NQ-CP (2020) pl.i"
        );
        assert_eq!(
            below("VI. Renewal of the system of the alliance"),
            "true 134/NQ-CP (2020) pl.vi"
        );
        assert_eq!(below("II. Anything"), "false 134/NQ-CP (2020) ii");
        assert_eq!(below("B. Other tasks"), "false  b");
        assert_eq!(
            below("IV. Renewal of the alliance"),
            "true 337/KH (2021) pl.iv"
        );
        assert_eq!(
            below("Decision 1128 of the Prime Minister"),
            "true 1128/QD (2026) "
        );
        assert_eq!(
            below("VI. Organisation of the work"),
            "true 1128/QD (2026) vi"
        );
    }

    #[test]
    fn a_title_that_names_two_documents_names_none() {
        let (register, folder) = (register(), Folder::default());
        let of =
            |texts: &[&str]| Standing::of_title(&register, texts.iter().copied(), &folder).document;
        assert_eq!(
            of(&["Tasks 2025", "(134/NQ-CP)"]).as_deref(),
            Some("134/NQ-CP (2020)")
        );
        assert_eq!(of(&["134/NQ-CP", "337/KH"]), None);
    }
}
