//! Whether the words of the reference data can be found in documents, and the texts that are printed name what they should.

use std::collections::{BTreeMap, BTreeSet};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::file_errors::FileErrors;
use super::source::Source;
use crate::diagnostic::DefinitionErrors;
use crate::extract::RawDocumentWords;
use crate::period::Period;
use crate::text::Folder;

/// A text of a TOML file.
struct Text {
    /// Its key with those above it, without the numbers of entries: `template.input.whole`.
    place: String,
    value: String,
    /// Where it stands, in bytes.
    offset: usize,
}

/// All texts of a file that could be read, in their order.
fn texts(source: &Source) -> Vec<Text> {
    let mut all = Vec::new();
    if let Ok(table) = DeTable::parse(&source.text) {
        collect_table(table.get_ref(), "", &mut all);
    }
    all.sort_by_key(|text| text.offset);
    all
}

fn collect_table(table: &DeTable<'_>, above: &str, all: &mut Vec<Text>) {
    for (key, value) in table {
        let dot = if above.is_empty() { "" } else { "." };
        collect(format!("{above}{dot}{}", key.get_ref()), value, all);
    }
}

fn collect(place: String, value: &Spanned<DeValue<'_>>, all: &mut Vec<Text>) {
    match value.get_ref() {
        DeValue::String(text) => all.push(Text {
            place,
            value: text.to_string(),
            offset: value.span().start,
        }),
        DeValue::Array(items) => items
            .iter()
            .for_each(|item| collect(place.clone(), item, all)),
        DeValue::Table(table) => collect_table(table, &place, all),
        _ => {}
    }
}

/// Checks the words of documents: each can be found, and means one thing.
pub(super) fn check_document_words(
    source: &Source,
    words: &RawDocumentWords,
    folder: &Folder,
    errors: &mut DefinitionErrors,
) {
    let mut wrong = FileErrors::in_source(source, errors);
    for text in texts(source) {
        // Symbols and signs of numbers are compared as they are.
        let as_is = ["symbols.", "numbers.", "abbreviations."];
        let is_empty = if as_is.iter().any(|begin| text.place.starts_with(begin)) {
            text.value.trim().is_empty()
        } else {
            folder.fold(&text.value).is_empty()
        };
        if is_empty {
            let message = format!(
                "a text of `{}` is empty: nothing could be found by it",
                text.place
            );
            wrong.at_offset(
                text.offset,
                message,
                "write the words of the documents, or delete the entry",
            );
        }
    }
    let statements = &words.statements;
    let of_statements = [
        ("form_code", &statements.form_code),
        ("reporter", &statements.reporter),
        ("unit_code", &statements.unit_code),
        ("unit_of_measure", &statements.unit_of_measure),
        ("geography", &statements.geography),
        ("sending", &statements.sending),
    ];
    for (kind, own) in &of_statements[..2] {
        if own.is_empty() {
            let message = format!("`{kind}` has no words, so no sheet could state it");
            wrong.at_key(kind, message, "write the words that begin the statement");
        }
    }
    let fold = |word: &String| folder.fold(word);
    one_meaning("statements", of_statements.into_iter(), fold, &mut wrong);
    for (section, by_vintage) in [
        ("geographies", &words.geographies),
        ("beside_a_name", &words.beside_a_name),
    ] {
        let lists = by_vintage
            .iter()
            .map(|(vintage, words)| (vintage.as_str(), words));
        one_meaning(section, lists, fold, &mut wrong);
    }
    let symbols = &words.symbols;
    let lists = [
        ("nil", &symbols.nil),
        ("not_collected", &symbols.not_collected),
        ("not_applicable", &symbols.not_applicable),
    ];
    for (kind, symbol) in lists
        .iter()
        .flat_map(|(kind, list)| list.iter().map(move |s| (kind, s)))
    {
        if symbol.contains(|c: char| c.is_ascii_digit()) {
            let message = format!(
                "the symbol `{symbol}` of `{kind}` has a digit: numbers would be taken for it"
            );
            wrong.at_key(kind, message, "write a sign that no number has");
        }
    }
    one_meaning(
        "symbols",
        lists.into_iter(),
        |symbol| symbol.to_lowercase(),
        &mut wrong,
    );
    check_periods(words, folder, &mut wrong);
}

/// Checks that no word is in two lists of a section.
fn one_meaning<'a>(
    section: &str,
    lists: impl Iterator<Item = (&'a str, &'a Vec<String>)>,
    fold: impl Fn(&String) -> String,
    wrong: &mut FileErrors<'_>,
) {
    let mut meanings: BTreeMap<String, &str> = BTreeMap::new();
    for (key, words) in lists {
        for word in words {
            let meant = *meanings.entry(fold(word)).or_insert(key);
            if meant != key {
                wrong.at_text(
                    &format!("[{section}]"),
                    format!("`{word}` means both `{meant}` and `{key}`"),
                    "keep the word in one of the two lists",
                );
            }
        }
    }
}

/// Checks the ways to state a period: each gives a period of the calendar, and no two are the same words.
fn check_periods(words: &RawDocumentWords, folder: &Folder, wrong: &mut FileErrors<'_>) {
    let mut seen = BTreeSet::new();
    for entry in &words.periods {
        let at = format!("words = {:?}", entry.words);
        if !seen.insert(folder.fold(&entry.words)) {
            let message = format!("`{}` is listed twice: the second never counts", entry.words);
            wrong.at_text(&at, message, "delete one of the two");
        }
        let Some(period) = &entry.period else {
            continue;
        };
        let filled = period
            .replace("{Y}", "2025")
            .replace("{Q}", "3")
            .replace("{M}", "09");
        let is_stated = |name: &&str| !period.contains(name) || entry.words.contains(name);
        let is_period = filled.parse::<Period>().is_ok() && period.contains("{Y}");
        if !is_period || !["{Y}", "{Q}", "{M}"].iter().all(is_stated) {
            wrong.at_text(
                &at,
                format!(
                    "`{period}` is not a period that `{}` could state",
                    entry.words
                ),
                "write {Y}, {Y}-S1, {Y}-Q{Q} or {Y}-{M}, with names that the words have",
            );
        }
    }
}

/// Names in braces that texts must have: what they say would be wrong or useless without them.
const NEEDED: [(&str, &[&str]); 28] = [
    ("words.edition_of", &["date"]),
    ("words.of_table", &["table"]),
    ("words.form_awaited", &["forms"]),
    ("words.without_figures", &["forms"]),
    ("words.received_until", &["date"]),
    ("words.closed_on", &["date"]),
    ("words.made_with", &["snapshot", "tool"]),
    ("words.partial", &["columns", "missing"]),
    ("words.partial_rows", &["columns", "rows", "missing"]),
    ("words.incomplete", &["columns", "missing"]),
    ("naming.of_member", &["breakdown", "indicator", "member"]),
    ("naming.column", &["scenario", "period"]),
    ("naming.more", &["count"]),
    ("naming.periods.annual", &["Y"]),
    ("naming.periods.first_half", &["Y"]),
    ("naming.periods.second_half", &["Y"]),
    ("naming.periods.quarter", &["n", "Y"]),
    ("naming.periods.month", &["n", "Y"]),
    ("feedback.dear", &["unit"]),
    ("feedback.sent", &["file", "received"]),
    ("feedback.counts", &["errors", "warnings", "infos"]),
    ("feedback.footer", &["page", "pages"]),
    ("feedback.note.remark", &["code", "message"]),
    ("feedback.note.remedy", &["remedy"]),
    ("template.footer", &["form", "page", "pages"]),
    ("template.input.decimal", &["decimals", "unit"]),
    ("template.input.symbols", &["symbols"]),
    ("template.input.estimate", &["value"]),
];

/// The names in braces of a text.
fn names(text: &str) -> BTreeSet<&str> {
    let after = text.split('{').skip(1);
    after
        .filter_map(|rest| Some(rest.split_once('}')?.0))
        .collect()
}

/// Checks the texts that are printed: none is empty, each has the names that it needs, and both languages have the same.
pub(super) fn check_printed_texts(source: &Source, errors: &mut DefinitionErrors) {
    let mut wrong = FileErrors::in_source(source, errors);
    let all = texts(source);
    for text in &all {
        if text.value.trim().is_empty() {
            let message = format!("the text `{}` is empty", text.place);
            wrong.at_offset(text.offset, message, "write the text: it is printed");
        }
        let place = text.place.trim_end_matches(".vi").trim_end_matches(".en");
        let own = names(&text.value);
        let needed = NEEDED.iter().find(|(key, _)| *key == place);
        let missing =
            needed.and_then(|(_, needed)| needed.iter().find(|name| !own.contains(**name)));
        if let Some(name) = missing {
            let message = format!("the text `{place}` does not say `{{{name}}}`");
            wrong.at_offset(
                text.offset,
                message,
                format!("write {{{name}}} where the text is to be filled in"),
            );
        }
        if let Some(place) = text.place.strip_suffix(".en") {
            let vi = all
                .iter()
                .find(|other| other.place == format!("{place}.vi"));
            if vi.is_some_and(|vi| names(&vi.value) != own) {
                let message = format!("the two languages of `{place}` have other names in braces");
                wrong.at_offset(text.offset, message, "write the same names in both");
            }
        }
    }
}
