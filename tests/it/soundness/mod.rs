//! Mistakes in definitions: each key and each cell of `pipelines/` is changed in the ways in which people change them by
//! mistake. `tonghop check` names the mistake, or the change is free: `free.toml` says why.

mod mutants;

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tempfile::TempDir;

use tonghop::plan::{check_queries, load, other_editions};

use self::mutants::{Mutant, mutants};
use crate::support::definitions::definitions;
use crate::support::files::root;

/// The pipeline that reads a file.
fn pipeline(file: &str) -> &'static str {
    if file.starts_with("htx-pxweb/") {
        "htx-pxweb"
    } else {
        "kttt"
    }
}

fn definition_files(pipelines: &Path) -> Vec<String> {
    fn collect(directory: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(directory).expect("a directory") {
            let path = entry.expect("an entry").path();
            let extension = path.extension().and_then(|e| e.to_str()).unwrap_or("");
            if path.is_dir() && !path.ends_with("sample-data") {
                collect(&path, files);
            } else if ["toml", "csv", "sql"].contains(&extension) {
                files.push(path);
            }
        }
    }
    let mut files = Vec::new();
    collect(pipelines, &mut files);
    let mut files: Vec<String> = files
        .iter()
        .filter_map(|path| path.strip_prefix(pipelines).ok())
        .map(|path| path.to_string_lossy().into_owned())
        .collect();
    files.sort();
    files
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Outcome {
    Error { placed: bool, first: String },
    Sound,
    Panic,
}

fn try_mutant(pipelines: &Path, mutant: &Mutant) -> Outcome {
    let path = pipelines.join(&mutant.file);
    let original = fs::read(&path).expect("a file");
    fs::write(&path, &mutant.text).expect("written");
    let result = catch_unwind(AssertUnwindSafe(|| {
        load(&pipelines.join(pipeline(&mutant.file)))
            .and_then(|plan| other_editions(&plan).map(drop))
    }));
    fs::write(&path, original).expect("written");
    match result {
        Err(_) => Outcome::Panic,
        Ok(Ok(())) => Outcome::Sound,
        Ok(Err(errors)) => Outcome::Error {
            placed: errors.0.iter().any(|e| e.line.is_some()),
            first: errors.0[0]
                .to_string()
                .replace(&*pipelines.to_string_lossy(), ""),
        },
    }
}

fn try_all(all: &[Mutant]) -> Vec<Outcome> {
    let next = Mutex::new(0);
    let outcomes = Mutex::new(vec![Outcome::Sound; all.len()]);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let directory = TempDir::new().expect("a directory");
                let pipelines = definitions(directory.path());
                loop {
                    let i = {
                        let mut next = next.lock().expect("lock");
                        *next += 1;
                        *next - 1
                    };
                    let Some(mutant) = all.get(i) else { return };
                    let outcome = try_mutant(&pipelines, mutant);
                    outcomes.lock().expect("lock")[i] = outcome;
                }
            });
        }
    });
    outcomes.into_inner().expect("lock")
}

/// Values that a mistake leaves sound, with the reason.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Free {
    files: Vec<String>,
    places: Vec<String>,
    #[serde(default)]
    how: Vec<String>,
    why: String,
}

#[derive(serde::Deserialize)]
struct FreeList {
    free: Vec<Free>,
}

/// Whether a text is like a pattern, in which `*` stands for any characters.
fn is_like(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((begin, rest)) => text.strip_prefix(begin).is_some_and(|after| {
            let mut starts = (0..=after.len()).filter(|at| after.is_char_boundary(*at));
            starts.any(|at| is_like(rest, &after[at..]))
        }),
    }
}

impl FreeList {
    fn read() -> Self {
        let list: Self = toml::from_str(include_str!("free.toml")).expect("a list");
        assert!(
            list.free.iter().all(|free| free.why.len() > 20),
            "a reason is missing"
        );
        list
    }

    fn has(&self, mutant: &Mutant) -> bool {
        self.free.iter().any(|free| {
            free.files.iter().any(|file| is_like(file, &mutant.file))
                && free
                    .places
                    .iter()
                    .any(|place| is_like(place, &mutant.place))
                && (free.how.is_empty() || free.how.iter().any(|how| how == mutant.how))
        })
    }
}

/// Every n-th mutant of each change of each key, at least one.
fn chosen(every: usize, files: impl Fn(&str) -> bool) -> Vec<Mutant> {
    let root = root().join("pipelines");
    let mut all = Vec::new();
    for file in definition_files(&root).iter().filter(|file| files(file)) {
        let text = fs::read_to_string(root.join(file)).expect("a file");
        let mut counts: BTreeMap<(String, &str), usize> = BTreeMap::new();
        for mutant in mutants(file, &text) {
            let count = counts
                .entry((mutant.place.clone(), mutant.how))
                .or_default();
            if count.is_multiple_of(every) {
                all.push(mutant);
            }
            *count += 1;
        }
    }
    all
}

/// Counts what `check` says of mutants, and fails on those that it neither tells nor may leave untold.
#[expect(clippy::print_stdout, reason = "the whole hunt is run to be read")]
fn assert_told_or_free(all: &[Mutant]) {
    let free = FreeList::read();
    let (mut told, mut left, mut wrong) = (0, 0, Vec::new());
    for (mutant, outcome) in all.iter().zip(try_all(all)) {
        let Mutant {
            file,
            place,
            how,
            line,
            now,
            ..
        } = mutant;
        let at = format!("{file}:{line} `{place}` {how}: `{now}`");
        match outcome {
            Outcome::Error { placed: true, .. } => told += 1,
            Outcome::Error {
                placed: false,
                first,
            } => wrong.push(format!("no line  {at}\n    {first}")),
            Outcome::Panic => wrong.push(format!("panic    {at}")),
            Outcome::Sound if free.has(mutant) => left += 1,
            Outcome::Sound => wrong.push(format!("silent   {at}")),
        }
    }
    println!(
        "{} mistakes: {told} told, {left} free, {} wrong",
        all.len(),
        wrong.len()
    );
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        all.len(),
        wrong.join("\n")
    );
}

fn is_query(file: &str) -> bool {
    Path::new(file).extension().is_some_and(|e| e == "sql")
}

#[test]
fn a_mistake_in_a_definition_is_told() {
    let all = chosen(usize::MAX, |file| !is_query(file));
    let step = (all.len() / 100).max(1);
    let sample: Vec<Mutant> = all.into_iter().step_by(step).collect();
    assert_told_or_free(&sample);
}

/// The whole hunt; `EVERY=20` takes every 20th mistake of each kind, `FILES=forms/` only files whose paths hold that.
#[test]
#[ignore = "an hour"]
fn every_mistake_in_a_definition_is_told() {
    let every = std::env::var("EVERY")
        .ok()
        .and_then(|every| every.parse().ok());
    let files = std::env::var("FILES").unwrap_or_default();
    let all = chosen(every.unwrap_or(1), |file| {
        !is_query(file) && file.contains(&files)
    });
    assert_told_or_free(&all);
}

/// Whether the check of queries finds a mistake.
async fn is_found_in_queries(pipelines: &Path, mutant: &Mutant) -> bool {
    let path = pipelines.join(&mutant.file);
    let original = fs::read(&path).expect("a file");
    fs::write(&path, &mutant.text).expect("written");
    let found = match load(&pipelines.join("kttt")) {
        Err(_) => true,
        Ok(plan) => match other_editions(&plan) {
            Err(_) => true,
            Ok(editions) => check_queries(&plan, &editions).await.is_err(),
        },
    };
    fs::write(&path, original).expect("written");
    found
}

/// Each table that a query reads and each column that it names, misspelt: what is read from it by another name is missed.
#[tokio::test]
#[ignore = "half an hour"]
async fn a_name_that_no_query_finds_is_told() {
    let directory = TempDir::new().expect("a directory");
    let pipelines = definitions(directory.path());
    let mut silent = Vec::new();
    let all = chosen(25, is_query);
    for mutant in all.iter().filter(|m| m.place != "AS") {
        if !Box::pin(is_found_in_queries(&pipelines, mutant)).await {
            silent.push(format!("{}:{} {}", mutant.file, mutant.line, mutant.place));
        }
    }
    assert!(silent.is_empty(), "{silent:#?}");
}
