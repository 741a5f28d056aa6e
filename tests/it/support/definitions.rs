//! Definitions for tests: the pipelines as they are committed, loaded once; copies that a test may change; and a copy that
//! prints one table, for tests that look at the lake alone.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use tempfile::TempDir;
use tonghop::plan::{Plan, load};

use super::files::{copy, root, write};

static PLANS: LazyLock<BTreeMap<String, Plan>> = LazyLock::new(|| {
    let folders = fs::read_dir(root().join("pipelines")).expect("a directory");
    folders
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.join("pipeline.toml").is_file())
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy();
            (name.into_owned(), load(&path).expect("sound definitions"))
        })
        .collect()
});

/// A pipeline, by the name of its folder.
pub(crate) fn plan(name: &str) -> &'static Plan {
    &PLANS[name]
}

/// The pipeline that the command line takes unless told otherwise.
pub(crate) fn kttt() -> &'static Plan {
    plan("kttt")
}

/// Copies the definitions into a directory, beside an inbox that is empty; gives the folder of the pipelines.
pub(crate) fn definitions(directory: &Path) -> PathBuf {
    let pipelines = directory.join("pipelines");
    copy(&root().join("pipelines"), &pipelines);
    fs::create_dir_all(directory.join("sample-data")).expect("a directory");
    pipelines
}

/// Leaves only these chapters of the edition, each with only these tables: the others would cost time.
pub(crate) fn print_only(pipeline: &Path, chapters: &[(&str, &[&str])]) {
    let edition = pipeline.join("editions/2025.toml");
    let text = fs::read_to_string(&edition).expect("an edition");
    let from = text.find("[[chapters]]").expect("chapters");
    let to = text.find("# Tables that belong").expect("awaited");
    let kept: String = chapters
        .iter()
        .map(|(id, tables)| format!("[[chapters]]\nid = \"{id}\"\ntables = {tables:?}\n\n"))
        .collect();
    fs::write(&edition, format!("{}{kept}{}", &text[..from], &text[to..])).expect("written");
    let kept = |id: &str| chapters.iter().any(|(_, tables)| tables.contains(&id));
    for entry in fs::read_dir(pipeline.join("tables")).expect("tables") {
        let path = entry.expect("an entry").path();
        let id = path.file_stem().expect("a name").to_string_lossy();
        if path.extension().is_some_and(|e| e == "toml") && !kept(&id) {
            fs::remove_file(&path).expect("removed");
        }
    }
}

/// Leaves only one table to be printed.
pub(crate) fn print_one_table(pipeline: &Path) {
    let title = "title = { vi = \"Một bảng\", en = \"One table\" }\n";
    write(&pipeline.join("chapters/one.toml"), title);
    print_only(pipeline, &[("one", &["02"])]);
}

/// Leaves only these rules: each costs time in every run.
pub(crate) fn judge_only(pipeline: &Path, rules: &[&str]) {
    let path = pipeline.join("rules.toml");
    let text = fs::read_to_string(&path).expect("rules");
    let mut parts = text.split("[[rule]]\n");
    let mut kept = parts.next().expect("a head").to_owned();
    for rule in parts {
        if rules
            .iter()
            .any(|id| rule.contains(&format!("id = \"{id}\"\n")))
        {
            kept.push_str("[[rule]]\n");
            kept.push_str(rule);
        }
    }
    assert_eq!(kept.matches("[[rule]]").count(), rules.len(), "{rules:?}");
    fs::write(path, kept).expect("written");
}

/// The first pipeline with one table, for tests that do not look at what is printed.
pub(crate) fn with_one_table() -> &'static Path {
    static COPY: LazyLock<(TempDir, PathBuf)> = LazyLock::new(|| {
        let directory = TempDir::new().expect("a directory");
        let pipeline = definitions(directory.path()).join("kttt");
        print_one_table(&pipeline);
        (directory, pipeline)
    });
    &COPY.1
}
