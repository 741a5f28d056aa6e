//! The documents: every finding's code has its texts, the page of findings is up to date, and the pages with commands can
//! be followed.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use tonghop::diagnostic::catalogue;

use tempfile::TempDir;

use crate::architecture::sources;
use crate::support::definitions::definitions;
use crate::support::files::{copy, root};
use crate::support::program::{tonghop, tonghop_in};
use crate::support::sample::SAMPLE;

/// The codes that the sources name, but for comments and the module that is made of the catalogue.
fn codes_in_use() -> BTreeSet<String> {
    let mut files = Vec::new();
    let src = root().join("src");
    sources(&src, &mut files);
    files.retain(|file| !file.starts_with(src.join("diagnostic")));
    let mut codes = BTreeSet::new();
    for file in files {
        let text = fs::read_to_string(file).expect("a source");
        let lines = text.lines();
        for line in lines.filter(|line| !line.trim_start().starts_with("//")) {
            let words = line.split(|c: char| !c.is_ascii_alphanumeric());
            codes.extend(words.filter(|word| is_code(word)).map(str::to_owned));
        }
    }
    codes
}

fn is_code(word: &str) -> bool {
    word.strip_prefix("TH")
        .is_some_and(|digits| digits.len() == 3 && digits.bytes().all(|b| b.is_ascii_digit()))
}

#[test]
fn every_code_in_use_has_its_texts_and_every_text_is_in_use() {
    let known: BTreeSet<String> = catalogue().keys().cloned().collect();
    assert_eq!(codes_in_use(), known);
    let names: BTreeSet<&str> = catalogue().values().map(|e| e.name.as_str()).collect();
    assert_eq!(names.len(), known.len(), "two codes share a name");
}

/// The page that is made from `findings.toml`.
fn page() -> String {
    let mut page = String::from(
        "# Findings\n\nEvery finding that a run can report, by code. Generated from `src/diagnostic/findings.toml`; regenerate with\n\
         `UPDATE_DOCS=1 cargo test --test it documents`. `tonghop explain CODE` prints one of them.\n",
    );
    for (code, entry) in catalogue() {
        let _ = write!(
            page,
            "\n## {code} {}\n\n{} · *{}* · **{}**\n\n{}\n\n- {}\n- {}\n",
            entry.name,
            entry.severity.as_str(),
            entry.title_vi,
            entry.title_en,
            entry.meaning,
            entry.remedy_vi,
            entry.remedy_en,
        );
    }
    page
}

#[test]
fn the_page_of_findings_is_up_to_date() {
    let path = root().join("docs/findings.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, page()).expect("written");
    }
    assert!(
        fs::read_to_string(&path).is_ok_and(|text| text == page()),
        "docs/findings.md is old: see its head"
    );
}

#[test]
fn explain_tells_a_finding_by_code_and_by_name_and_a_rule() {
    let said = |code: &str| {
        let output = tonghop(&["explain", code]);
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).expect("text")
    };
    assert_eq!(said("TH412"), said("ambiguous-unit"));
    insta::assert_snapshot!("explain_a_finding", said("th412"));
    insta::assert_snapshot!("explain_a_rule", said("R104"));
    assert_eq!(tonghop(&["explain", "TH999"]).status.code(), Some(2));
}

/// What a person sees at the end of a run, without the paths that differ between machines.
#[test]
fn the_summary_of_a_run() {
    let said = String::from_utf8(SAMPLE.output.stderr.clone()).expect("text");
    let root = SAMPLE.lake();
    let root = root.parent().expect("a directory").to_string_lossy();
    let stable: Vec<String> = said
        .replace(&*root, "…")
        .lines()
        .map(|line| match line.split_once("snapshot ") {
            Some((before, _)) => format!("{before}snapshot …"),
            None => line.trim_end().to_owned(),
        })
        .collect();
    insta::assert_snapshot!(stable.join("\n"));
}

/// The fenced blocks of a page: what stands behind the fence, and the lines within.
fn blocks(page: &str) -> Vec<(&str, &str)> {
    let mut fences = page.split("```");
    let mut blocks = Vec::new();
    while let (Some(_), Some(block)) = (fences.next(), fences.next()) {
        blocks.push(block.split_once('\n').expect("a fence ends its line"));
    }
    blocks
}

/// Whether a text is the lines of `expected`, where a line `…` stands for any lines.
fn says(text: &str, expected: &str) -> bool {
    let mut lines = text.trim_end().lines();
    let mut left_out = false;
    for line in expected.lines() {
        if line == "…" {
            left_out = true;
        } else if left_out {
            left_out = false;
            if !lines.any(|said| said == line) {
                return false;
            }
        } else if lines.next() != Some(line) {
            return false;
        }
    }
    left_out || lines.next().is_none()
}

/// The words of a command; a text in quotes is one word.
fn words(command: &str) -> Vec<&str> {
    let parts = command.split('"').enumerate();
    parts
        .flat_map(|(n, part)| match n % 2 {
            0 => part.split_whitespace().collect(),
            _ => vec![part],
        })
        .collect()
}

/// A copy of the definitions, in which a page can be followed.
fn workplace() -> TempDir {
    let directory = TempDir::new().expect("a directory");
    definitions(directory.path());
    directory
}

/// Follows a page in a copy of the definitions: writes its files (`toml PATH`, `csv PATH`), makes its changes (`diff
/// PATH`), runs its commands (`console`) and compares their output. Gives the number of commands.
fn follow(page: &str, directory: &Path) -> usize {
    let root = root();
    let page = fs::read_to_string(root.join(page)).expect("a page");
    let mut commands = 0;
    for (kind, body) in blocks(&page) {
        if kind == "console" {
            let (command, answer) = body.split_once('\n').expect("a command and its answer");
            let arguments = words(command.strip_prefix("$ tonghop ").expect("a command"));
            let output = tonghop_in(directory, &arguments);
            let said = [output.stdout, output.stderr].concat();
            let said = String::from_utf8(said).expect("text");
            assert!(says(&said, answer), "`{command}` says\n{said}");
            commands += 1;
        } else if let Some(("diff", file)) = kind.split_once(' ') {
            let path = directory.join(file);
            let side = |mark: char| -> String {
                let lines = body.lines().filter(|l| l.starts_with([' ', mark]));
                lines.map(|line| format!("{}\n", &line[1..])).collect()
            };
            let (before, after) = (side('-'), side('+'));
            let text = fs::read_to_string(&path).expect("a definition");
            assert_eq!(text.matches(&before).count(), 1, "in {file}: {before}");
            fs::write(&path, text.replacen(&before, &after, 1)).expect("written");
        } else if let Some((_, file)) = kind.split_once(' ') {
            let path = directory.join(file);
            let folder = path.parent().expect("a folder");
            fs::create_dir_all(folder).expect("a directory");
            fs::write(path, body).expect("written");
        }
    }
    commands
}

#[test]
fn the_page_of_a_new_form_can_be_followed() {
    assert_eq!(follow("docs/new-form.md", workplace().path()), 7);
}

#[test]
fn the_page_of_a_new_year_can_be_followed() {
    assert_eq!(follow("docs/new-year.md", workplace().path()), 4);
}

/// The page makes the second pipeline from its table alone, and each file is the committed one.
#[test]
fn the_page_of_a_new_subject_can_be_followed() {
    let directory = workplace();
    let made = directory.path().join("pipelines/htx-pxweb");
    let committed = root().join("pipelines/htx-pxweb");
    fs::remove_dir_all(&made).expect("removed");
    copy(&committed.join("sample-data"), &made.join("sample-data"));
    assert_eq!(follow("docs/new-subject.md", directory.path()), 9);
    for folder in ["", "forms", "tables", "editions"] {
        let files = fs::read_dir(committed.join(folder)).expect("a folder");
        let paths = files.map(|entry| entry.expect("an entry").path());
        for path in paths.filter(|p| p.is_file() && !p.ends_with("README.md")) {
            let name = path.file_name().expect("a name");
            assert_eq!(
                fs::read_to_string(made.join(folder).join(name)).ok(),
                fs::read_to_string(&path).ok(),
                "{} is not what the page makes",
                path.display()
            );
        }
    }
}

#[test]
fn what_a_page_leaves_out_is_marked() {
    assert!(says("a\nb\nc\n", "a\n…\nc"));
    assert!(says("a\nb\n", "a\n…"));
    for wrong in ["a\nc", "a\n…\nd", "a\nb", "…\nb", "b\n…"] {
        assert!(!says("a\nb\nc\n", wrong), "{wrong}");
    }
}

/// Gives each Vietnamese text of a definition to `judge`, with its place.
fn texts(place: &str, value: &toml::Value, is_vi: bool, judge: &mut dyn FnMut(&str, &str)) {
    match value {
        toml::Value::Table(table) => {
            for (key, value) in table {
                let is_vi = key == "vi" || key.ends_with("_vi");
                texts(&format!("{place}.{key}"), value, is_vi, judge);
            }
        }
        toml::Value::Array(all) => all
            .iter()
            .for_each(|value| texts(place, value, is_vi, judge)),
        toml::Value::String(text) if is_vi => judge(place, text),
        _ => {}
    }
}

/// The Vietnamese texts of findings and of printed tables have no English words. What stands in backticks or braces, names of
/// files and of programs are no words.
#[test]
fn vietnamese_texts_are_vietnamese() {
    let english = [
        "the", "of", "and", "is", "are", "was", "not", "with", "without", "from", "for", "has",
        "have", "at", "by", "it", "file", "files", "sheet", "cell", "row", "column", "value",
        "values", "figure", "figures", "report", "reports", "table", "header", "heading", "unit",
        "unknown", "missing", "known", "words", "text", "warning", "error", "line", "page",
    ];
    let ignored = regex::Regex::new(r"`[^`]*`|\{[^}]*\}|[\w./-]+\.(csv|toml|xlsx|sql)").unwrap();
    let mut wrong = Vec::new();
    let mut judge = |place: &str, text: &str| {
        let text = ignored.replace_all(text, " ").to_lowercase();
        let words = text.split(|c: char| !c.is_alphabetic());
        wrong.extend(
            words
                .filter(|word| english.contains(word))
                .map(|word| format!("{place}: {word}")),
        );
    };
    for file in [
        "src/diagnostic/findings.toml",
        "pipelines/reference/printed.toml",
        "pipelines/reference/correspondence.toml",
        "pipelines/kttt/rules.toml",
        "pipelines/kttt/editions/2025.toml",
    ] {
        let text = fs::read_to_string(root().join(file)).unwrap();
        texts(file, &toml::from_str(&text).unwrap(), false, &mut judge);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
