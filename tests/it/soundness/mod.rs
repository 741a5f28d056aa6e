//! Mistakes in definitions: each key and each cell of `pipelines/` is changed in the ways in which people change them by
//! mistake. `tonghop check` names the mistake, or the change is free: `free.toml` says why.

mod mutants;

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tempfile::TempDir;

use self::mutants::{Mutant, mutants};
use crate::support::definitions::definitions;

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
        tonghop::plan::load(&pipelines.join(pipeline(&mutant.file))).map(drop)
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

#[test]
#[ignore = "minutes"]
fn hunt() {
    let root = crate::support::files::root().join("pipelines");
    let filter = std::env::var("HUNT").unwrap_or_default();
    let every: usize = std::env::var("EVERY")
        .ok()
        .and_then(|e| e.parse().ok())
        .unwrap_or(1);
    let mut all = Vec::new();
    for file in definition_files(&root)
        .iter()
        .filter(|f| f.contains(&filter) && !f.ends_with("sql"))
    {
        let text = fs::read_to_string(root.join(file)).expect("a file");
        let mut by: BTreeMap<(String, &str), usize> = BTreeMap::new();
        for m in mutants(file, &text) {
            let n = by.entry((m.place.clone(), m.how)).or_default();
            *n += 1;
            if *n % every == 1 % every {
                all.push(m);
            }
        }
    }
    let start = std::time::Instant::now();
    let outcomes = try_all(&all);
    let mut silent: BTreeMap<String, (usize, usize, String)> = BTreeMap::new();
    let mut n = [0; 4];
    for (m, o) in all.iter().zip(&outcomes) {
        let key = format!("{} {} {}", m.file, m.place, m.how);
        match o {
            Outcome::Error {
                placed: true,
                first,
            } => {
                n[0] += 1;
                if std::env::var("SHOW").is_ok() {
                    println!("ERR {key}: {first}");
                }
            }
            Outcome::Error {
                placed: false,
                first,
            } => {
                n[1] += 1;
                println!("UNPLACED {key}: {first}");
            }
            Outcome::Sound => {
                n[2] += 1;
                let s = silent.entry(key).or_insert((0, m.line, m.now.clone()));
                s.0 += 1;
            }
            Outcome::Panic => {
                n[3] += 1;
                println!("PANIC {key} {}", m.line);
            }
        }
    }
    for (key, (count, line, now)) in &silent {
        println!("SILENT {count:5} {key} (line {line}: {now})");
    }
    println!(
        "{} mutants, errors {} unplaced {} sound {} panics {} in {:?}",
        all.len(),
        n[0],
        n[1],
        n[2],
        n[3],
        start.elapsed()
    );
}
