//! What is written about findings: every code in use has its texts, and the page of all of them is up to date.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use tonghop::diagnostic::catalogue;

use crate::architecture::sources;
use crate::golden::{SAMPLE, tonghop};

/// The codes that stand in quotes in the sources.
fn codes_in_use() -> BTreeSet<String> {
    let mut files = Vec::new();
    sources(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut files,
    );
    let mut codes = BTreeSet::new();
    for file in files {
        let text = fs::read_to_string(file).expect("a source");
        for (at, _) in text.match_indices("\"TH") {
            let code: String = text[at + 1..]
                .chars()
                .take_while(char::is_ascii_alphanumeric)
                .collect();
            codes.insert(code);
        }
    }
    codes
}

#[test]
fn every_code_in_use_has_its_texts_and_every_text_is_in_use() {
    let known: BTreeSet<String> = catalogue().keys().cloned().collect();
    assert_eq!(codes_in_use(), known);
    let names: BTreeSet<&str> = catalogue().values().map(|e| e.name.as_str()).collect();
    assert_eq!(names.len(), known.len(), "two codes share a name");
}

/// The page that is made of `findings.toml`.
fn page() -> String {
    let mut page = String::from(
        "# Findings\n\nWhat a run has to say about its input, by code. Made from `src/diagnostic/findings.toml`; write it anew with\n\
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
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/findings.md");
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

/// What a person sees at the end of a run, without the places that differ from machine to machine.
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
