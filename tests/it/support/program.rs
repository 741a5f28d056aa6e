//! The program under test: how it is started, and what it says.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::files::root;

/// Where the program is. The environment goes first: the tests may run elsewhere than they were built.
pub(crate) fn program() -> PathBuf {
    std::env::var_os("CARGO_BIN_EXE_tonghop")
        .unwrap_or_else(|| env!("CARGO_BIN_EXE_tonghop").into())
        .into()
}

/// Runs a command in the repository.
pub(crate) fn tonghop(arguments: &[&str]) -> Output {
    tonghop_in(&root(), arguments)
}

/// Runs a command in another directory.
pub(crate) fn tonghop_in(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(program())
        .args(arguments)
        .current_dir(directory)
        .output()
        .expect("the command runs")
}

/// Standard output and standard error together.
pub(crate) fn said(output: &Output) -> String {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8_lossy(&text).into_owned()
}

/// What a command said that had to go well.
pub(crate) fn succeeded(output: &Output) -> String {
    let said = said(output);
    assert_eq!(output.status.code(), Some(0), "{said}");
    said
}

/// Runs a pipeline over the inbox of a place: its lake is `lake/`, its tables are in `out/`.
pub(crate) fn run_at(place: &Path, pipeline: &Path, more: &[&str]) -> Output {
    let below = |name: &str| place.join(name).to_string_lossy().into_owned();
    let (inbox, lake, out) = (below("inbox"), below("lake"), below("out"));
    let pipeline = pipeline.to_string_lossy();
    let mut all = vec!["run", &pipeline, "--submissions", &inbox];
    all.extend(["--lake", &lake, "--out", &out]);
    all.extend(more);
    tonghop(&all)
}

/// The answer of `tonghop sql` over a lake, as CSV without its header.
pub(crate) fn sql(lake: &Path, query: &str) -> Vec<String> {
    sql_with(lake, query, &[])
}

/// The same with further options.
pub(crate) fn sql_with(lake: &Path, query: &str, more: &[&str]) -> Vec<String> {
    let lake = lake.to_string_lossy();
    let mut all = vec!["sql", query, "--format", "csv", "--lake", &lake];
    all.extend(more);
    let output = tonghop(&all);
    assert!(output.status.success(), "{}", said(&output));
    let text = String::from_utf8(output.stdout).expect("text");
    text.lines().skip(1).map(str::to_owned).collect()
}
