//! Changes to definition files: every key and every cell is changed in the ways in which people change them by mistake.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::de::{DeTable, DeValue};

/// A definition file with one mistake.
#[derive(Debug, Clone)]
pub(super) struct Mutant {
    /// The file, within `pipelines/`.
    pub(super) file: String,
    /// The key without the numbers of entries (`columns.head`), or the column of a CSV file.
    pub(super) place: String,
    /// What was changed.
    pub(super) how: &'static str,
    /// Line of the change.
    pub(super) line: usize,
    /// What stands there now; for messages.
    pub(super) now: String,
    /// The whole file.
    pub(super) text: String,
}

/// All mutants of a file.
pub(super) fn mutants(file: &str, text: &str) -> Vec<Mutant> {
    match file.rsplit('.').next() {
        Some("toml") => toml_mutants(file, text),
        Some("csv") => csv_mutants(file, text),
        _ => sql_mutants(file, text),
    }
}

/// Makes mutants of one file by replacing parts of its text.
struct Editor<'a> {
    file: &'a str,
    text: &'a str,
    made: Vec<Mutant>,
}

impl Editor<'_> {
    fn replace(&mut self, place: &str, how: &'static str, at: Range<usize>, new: &str) {
        if self.text[at.clone()] == *new {
            return;
        }
        let now: String = new.trim().chars().take(60).collect();
        self.made.push(Mutant {
            file: self.file.to_owned(),
            place: place.to_owned(),
            how,
            line: self.text[..at.start].matches('\n').count() + 1,
            now,
            text: format!("{}{new}{}", &self.text[..at.start], &self.text[at.end..]),
        });
    }
}

/// A value of a TOML file: its place, the span of its key, its own span.
struct Value<'a> {
    place: String,
    key: Option<Range<usize>>,
    span: Range<usize>,
    value: &'a DeValue<'a>,
}

fn values<'a>(table: &'a DeTable<'a>, above: &str, all: &mut Vec<Value<'a>>) {
    for (key, value) in table {
        let name = key.get_ref();
        let place = if above.is_empty() {
            name.to_string()
        } else {
            format!("{above}.{name}")
        };
        push(place, Some(key.span()), value, all);
    }
}

fn push<'a>(
    place: String,
    key: Option<Range<usize>>,
    spanned: &'a toml::Spanned<DeValue<'a>>,
    all: &mut Vec<Value<'a>>,
) {
    let value = spanned.get_ref();
    match value {
        DeValue::Table(table) => values(table, &place, all),
        DeValue::Array(items) if items.iter().any(|i| i.get_ref().is_table()) => {
            for item in items {
                push(place.clone(), None, item, all);
            }
            return;
        }
        DeValue::Array(items) => {
            for item in items {
                push(format!("{place}[]"), None, item, all);
            }
        }
        _ => {}
    }
    all.push(Value {
        place,
        key,
        span: spanned.span(),
        value,
    });
}

fn toml_mutants(file: &str, text: &str) -> Vec<Mutant> {
    let table = DeTable::parse(text).expect("TOML");
    let mut all = Vec::new();
    values(table.get_ref(), "", &mut all);
    all.sort_by_key(|v| (v.span.start, v.place.clone()));
    let mut editor = Editor {
        file,
        text,
        made: Vec::new(),
    };
    let mut by_place: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for value in &all {
        by_place
            .entry(&value.place)
            .or_default()
            .push(&text[value.span.clone()]);
    }
    for value in &all {
        if let Some(key) = &value.key
            && !text[key.start..].starts_with('[')
            && text[..key.start]
                .rsplit('\n')
                .next()
                .is_some_and(|l| !l.contains('['))
        {
            mutate_key(&mut editor, value, key);
        }
        mutate_value(&mut editor, value, &by_place[value.place.as_str()]);
    }
    mutate_blocks(&mut editor);
    editor.made
}

/// The key is missing, or misspelt.
fn mutate_key(editor: &mut Editor<'_>, value: &Value<'_>, key: &Range<usize>) {
    let text = editor.text;
    let begins_line = text[..key.start].ends_with('\n') || key.start == 0;
    if begins_line && value.span.start >= key.end {
        let end = text[value.span.end..].find('\n');
        let end = end.map_or(text.len(), |n| value.span.end + n + 1);
        editor.replace(&value.place, "removed", key.start..end, "");
    }
    let quoted = text[key.clone()].ends_with('"');
    let at = if quoted { key.end - 1 } else { key.end };
    editor.replace(&value.place, "misspelt key", at..at, "zz");
}

fn mutate_value(editor: &mut Editor<'_>, value: &Value<'_>, same: &[&str]) {
    let (place, span) = (value.place.as_str(), value.span.clone());
    let text = editor.text;
    let own = &text[span.clone()];
    match value.value {
        DeValue::String(_) => {
            let quotes = if own.starts_with("\"\"\"") { 3 } else { 1 };
            let inner = span.start + quotes..span.end - quotes;
            editor.replace(place, "misspelt", inner.end..inner.end, "zz");
            editor.replace(place, "empty", inner.clone(), "");
            editor.replace(place, "blank", inner.clone(), " ");
            editor.replace(place, "wrong type", span.clone(), "7");
            if text[inner.clone()].parse::<f64>().is_ok() {
                editor.replace(place, "negative", inner.clone(), "-1");
                editor.replace(place, "zero", inner, "0");
            } else if text[inner.clone()].starts_with('N') && inner.len() <= 4 {
                for (how, period) in [("no sign", "N3"), ("far off", "N+70"), ("other", "N-2")] {
                    editor.replace(place, how, inner.clone(), period);
                }
            }
        }
        DeValue::Integer(_) => {
            for (how, number) in [("zero", "0"), ("negative", "-1"), ("huge", "999999")] {
                editor.replace(place, how, span.clone(), number);
            }
            editor.replace(place, "wrong type", span.clone(), "\"text\"");
        }
        DeValue::Boolean(is) => {
            editor.replace(
                place,
                "the other",
                span.clone(),
                if *is { "false" } else { "true" },
            );
            editor.replace(place, "wrong type", span.clone(), "\"true\"");
        }
        DeValue::Array(items) => {
            editor.replace(place, "empty", span.clone(), "[]");
            editor.replace(place, "wrong type", span.clone(), "7");
            if let Some(first) = items.iter().next() {
                let first = format!("{}, ", &text[first.span()]);
                let at = span.start + 1;
                editor.replace(place, "doubled", at..at, &first);
            }
        }
        _ => {}
    }
    let mut after = same.iter().skip_while(|other| **other != own);
    let sibling = after
        .find(|other| **other != own)
        .or_else(|| same.iter().find(|other| **other != own));
    if let (Some(sibling), false) = (sibling, value.value.is_table()) {
        editor.replace(place, "sibling's", span, sibling);
    }
}

/// Each `[[entry]]` and `[table]` twice, and left out.
fn mutate_blocks(editor: &mut Editor<'_>) {
    let text = editor.text;
    let mut starts = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.starts_with('[') {
            starts.push(at);
        }
        at += line.len();
    }
    for (i, start) in starts.iter().enumerate() {
        let end = starts.get(i + 1).copied().unwrap_or(text.len());
        let head = text[*start..].lines().next().unwrap_or_default();
        let name = head.trim_start_matches('[').split(']').next().unwrap_or("");
        let place = format!("[{name}]");
        let block = &text[*start..end];
        editor.replace(&place, "entry removed", *start..end, "");
        editor.replace(&place, "entry doubled", end..end, &format!("\n{block}"));
    }
}

fn csv_mutants(file: &str, text: &str) -> Vec<Mutant> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes());
    let rows: Vec<Vec<String>> = reader
        .records()
        .map(|r| r.expect("CSV").iter().map(str::to_owned).collect())
        .collect();
    let mut made = Vec::new();
    let mut add = |place: &str, how, line: usize, now: &str, rows: &[Vec<String>]| {
        let mut writer = csv::Writer::from_writer(Vec::new());
        for row in rows {
            writer.write_record(row).expect("written");
        }
        made.push(Mutant {
            file: file.to_owned(),
            place: place.to_owned(),
            how,
            line,
            now: now.to_owned(),
            text: String::from_utf8(writer.into_inner().expect("written")).expect("text"),
        });
    };
    let heads = rows[0].clone();
    for (c, head) in heads.iter().enumerate() {
        let mut other = rows.clone();
        other[0][c].push_str("zz");
        add(head, "misspelt key", 1, "", &other);
        let mut other = rows.clone();
        for row in &mut other {
            row.remove(c);
        }
        add(head, "removed", 1, "", &other);
    }
    for r in 1..rows.len() {
        let line = r + 1;
        let mut other = rows.clone();
        other.remove(r);
        add("[row]", "entry removed", line, "", &other);
        let mut other = rows.clone();
        other.insert(r, rows[r].clone());
        add("[row]", "entry doubled", line, "", &other);
        for (c, head) in heads.iter().enumerate() {
            let own = rows[r][c].clone();
            let column = || (1..rows.len()).map(|i| &rows[(r + i - 1) % (rows.len() - 1) + 1][c]);
            let sibling = column().find(|v| **v != own && !v.is_empty()).cloned();
            let mut changes = vec![
                ("empty", String::new()),
                ("misspelt", format!("{own}zz")),
                ("sibling's", sibling.unwrap_or_default()),
            ];
            if own.parse::<f64>().is_ok() {
                changes.extend([
                    ("negative", "-5".to_owned()),
                    ("huge", "99999999999".to_owned()),
                ]);
            }
            if own.parse::<jiff::civil::Date>().is_ok() {
                changes.extend([
                    ("no day", "2025-02-31".to_owned()),
                    ("other day", "1990-01-01".to_owned()),
                    ("other day", "2091-01-01".to_owned()),
                ]);
            }
            for (how, value) in changes.into_iter().filter(|(_, value)| *value != own) {
                let mut other = rows.clone();
                other[r][c].clone_from(&value);
                add(head, how, line, &value, &other);
            }
        }
    }
    made
}

/// The tables and columns that a query names, misspelt.
fn sql_mutants(file: &str, text: &str) -> Vec<Mutant> {
    let mut editor = Editor {
        file,
        text,
        made: Vec::new(),
    };
    for word in ["FROM ", "JOIN ", " AS "] {
        let found: Vec<usize> = text.match_indices(word).map(|(at, _)| at).collect();
        for at in found {
            let from = at + word.len();
            let name = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let length = text[from..].find(|c| !name(c)).unwrap_or(0);
            let line = text[..at].rsplit('\n').next().unwrap_or_default();
            if length > 0 && !line.contains("--") {
                let end = from + length;
                editor.replace(word.trim(), "misspelt", end..end, "zz");
            }
        }
    }
    editor.made
}
