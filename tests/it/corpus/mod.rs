//! The corpus: one small file for each case, beside a manifest that says how it must be read.
//!
//! People wrote what a manifest expects from the file's meaning; it was never copied from the program's output.
//! `tests/corpus/README.md` explains manifests. `cargo test corpus` reads all of them.

mod compare;
mod lists;
mod manifest;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::definitions::plan;
use manifest::Manifest;

#[path = "../../../examples/generate_corpus/lib.rs"]
pub(crate) mod files;

/// The cases of a theme that are known to be read wrongly: one line of `pending.txt` each, with the file's ending if the
/// case has several files.
fn pending(theme: &str) -> BTreeSet<String> {
    let list = fs::read_to_string(files::committed().join("pending.txt")).unwrap_or_default();
    list.lines()
        .map(str::trim)
        .filter(|line| line.split('/').next() == Some(theme))
        .map(str::to_owned)
        .collect()
}

/// A file of a case, with the name that it has in `pending.txt`.
struct CorpusFile {
    name: String,
    path: PathBuf,
}

fn files_of(name: &str, case: &Path) -> Vec<CorpusFile> {
    let all = files::files_of(case).unwrap_or_else(|e| panic!("{e}"));
    let several = all.len() > 1;
    let named = all.into_iter().map(|path| {
        let ending = path.extension().unwrap_or_default().to_string_lossy();
        let name = if several {
            format!("{name}.{ending}")
        } else {
            name.to_owned()
        };
        CorpusFile { name, path }
    });
    named.collect()
}

/// Reads every case of a theme and reports all differences at once.
fn check(theme: &str) {
    let root = files::committed();
    let mut pending = pending(theme);
    let mut wrong = Vec::new();
    let mut count = 0;
    for path in files::cases(&root).expect("a corpus") {
        let relative = path.strip_prefix(&root).expect("in the corpus");
        let name = relative.with_extension("").to_string_lossy().into_owned();
        if name.split('/').next() != Some(theme) {
            continue;
        }
        count += 1;
        let manifest = Manifest::read(&path).unwrap_or_else(|e| panic!("{name}: {e}"));
        for CorpusFile { name, path } in files_of(&name, &path) {
            let differences = compare::differences(plan(&manifest.pipeline), &path, &manifest);
            match (differences.is_empty(), pending.remove(&name)) {
                (true, false) | (false, true) => {}
                (true, true) => wrong.push(format!(
                    "{name}: is read as it should be; take it off pending.txt"
                )),
                (false, false) => wrong.push(format!(
                    "{name}: {}\n    {}",
                    manifest.holds,
                    differences.join("\n    ")
                )),
            }
        }
    }
    for gone in pending {
        wrong.push(format!("{gone}: is on pending.txt and is no case"));
    }
    assert!(count > 0, "no case in {theme}");
    assert!(
        wrong.is_empty(),
        "{} of {count} cases in tests/corpus/{theme}:\n\n{}\n",
        wrong.len(),
        wrong.join("\n\n")
    );
}

macro_rules! themes {
    ($($theme:ident),*) => {
        const THEMES: &[&str] = &[$(stringify!($theme)),*];
        $(#[test] fn $theme() { check(stringify!($theme)); })*
    };
}

themes!(
    formats, text, numbers, symbols, measures, layout, sheets, place, sending, units, lists,
    breakdowns, programme
);

#[test]
fn every_folder_is_a_theme() {
    let folders: BTreeSet<String> = fs::read_dir(files::committed())
        .expect("a corpus")
        .filter_map(|entry| {
            let entry = entry.expect("an entry");
            let name = entry.file_name().to_string_lossy().into_owned();
            entry.path().is_dir().then_some(name)
        })
        .collect();
    assert_eq!(
        folders,
        THEMES.iter().map(|theme| (*theme).to_owned()).collect()
    );
}

/// The committed files are what their manifests describe, to the byte, and every file has a manifest.
#[test]
fn the_files_are_what_their_manifests_describe() {
    let root = files::committed();
    let mut known = BTreeSet::new();
    let mut wrong = Vec::new();
    for case in files::cases(&root).expect("a corpus") {
        for (file, made) in files::make(&root, &case).unwrap_or_else(|e| panic!("{e}")) {
            if fs::read(&file).ok() != Some(made) {
                wrong.push(format!("{}: is not what is made", file.display()));
            }
        }
        known.extend(files::files_of(&case).unwrap_or_else(|e| panic!("{e}")));
        known.insert(case);
    }
    for theme in THEMES {
        for entry in fs::read_dir(root.join(theme)).expect("a theme") {
            let path = entry.expect("an entry").path();
            if !known.contains(&path) {
                wrong.push(format!("{}: has no manifest", path.display()));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{}\n`cargo run --example generate_corpus` writes them anew",
        wrong.join("\n")
    );
}

/// A comparison proves something only if it notices wrong expectations.
#[test]
fn what_is_expected_wrongly_is_told() {
    let path = files::committed().join("numbers/lone-group-decided-by-its-column.toml");
    let file = files::files_of(&path).expect("its file").remove(0);
    let text = fs::read_to_string(&path).expect("a manifest");
    let told = |text: &str| {
        let manifest = Manifest::parse(text).expect("a manifest");
        compare::differences(plan(&manifest.pipeline), &file, &manifest)
    };
    assert_eq!(told(&text), Vec::<String>::new());
    for (right, wrong) in [
        ("htx_revenue_avg | 1234 |", "htx_revenue_avg | 1.234 |"),
        ("htx_revenue_avg | 1234 |", "htx_revenue_avg | held |"),
        ("htx_revenue_avg | 1234 |", "htx_profit_avg | 1234 |"),
        ("| E actual 2023 |", "| E actual 2022 |"),
        ("| E actual 2023 |", "| I actual 2023 |"),
        ("TH307 KTTT-01!E6", "TH307 KTTT-01!E7"),
        ("findings = [\"TH307 KTTT-01!E6\"]", "findings = []"),
        ("sheet = \"KTTT-01\"\nperiod", "sheet = \"KTTT-02\"\nperiod"),
        ("period = \"2024\"", "period = \"2023\""),
        ("[\"2004/14\", \"2025/14\"]", "[\"2025/14\"]"),
        ("reporter = \"UBND\"", "reporter = \"LMHTX\""),
        ("[expect]", "[expect]\nrejected = true"),
    ] {
        assert!(text.contains(right), "`{right}` is not in the manifest");
        let differences = told(&text.replace(right, wrong));
        assert!(!differences.is_empty(), "`{wrong}` is not told");
    }
}
