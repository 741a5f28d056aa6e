//! `tonghop verify`: every flipped byte of a lake is named, and what can be repaired is repaired.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;

use crate::support::definitions::judge_only;
use crate::support::files::paths;
use crate::support::office::{Office, csv, current, current_id, list, reports_of};
use crate::support::program::{said, tonghop};

/// An office with a lake of two snapshots, of a report and of lists.
fn office() -> Office {
    let mut office = Office::new();
    judge_only(&office.path("pipelines/kttt"), &[]);
    let report = csv("UBND tỉnh Sơn La", 2024, 100, 99, "");
    office.send("a.csv", "2026-01-02", &list("Sơn La", 5));
    office.run("lake", &[]);
    office.send("b.csv", "2026-01-03", &report);
    office.run("lake", &[]);
    office
}

fn verify(office: &Office, more: &[&str]) -> Output {
    let (pipeline, lake) = (office.text("pipelines/kttt"), office.text("lake"));
    let inbox = office.text("inbox");
    let mut all = vec!["verify", &pipeline, "--lake", &lake];
    all.extend(["--submissions", &inbox, "--format", "json"]);
    all.extend(more);
    tonghop(&all)
}

/// The exit code of a check, and the paths that an entry of its answer names.
fn named(output: &Output, entry: &str) -> (Option<i32>, BTreeSet<String>) {
    let answer: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", said(output)));
    let paths = answer[entry].as_array().unwrap().iter();
    let paths = paths.map(|d| d["path"].as_str().unwrap().to_owned());
    (output.status.code(), paths.collect())
}

/// The files of a lake by their names in it, without the lock. Hard links of a file are one file.
fn files_of(lake: &Path) -> Vec<PathBuf> {
    let mut files = paths(lake);
    let mut inodes = BTreeSet::new();
    files.retain(|path| {
        let name = path.strip_prefix(lake).unwrap();
        name != Path::new(".lock")
            && !name.starts_with("current")
            && inodes.insert(fs::metadata(path).unwrap().ino())
    });
    files
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 1;
    // In place: hard links of the file are damaged as well.
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_flipped_byte_in_any_file_is_named() {
    let office = office();
    let lake = office.path("lake");
    let clean = verify(&office, &[]);
    assert_eq!(named(&clean, "damaged"), (Some(0), BTreeSet::new()));
    assert_eq!(
        named(&clean, "unchecked").1,
        BTreeSet::new(),
        "each file carries a hash"
    );
    let files = files_of(&lake);
    assert!(files.len() > 40, "{}", files.len());
    for (n, file) in files.iter().enumerate() {
        let length = fs::read(file).unwrap().len();
        // The places wander from file to file: the first byte, the last, and others between.
        let at = [0, length - 1, length / 2, length / 3, length - 9][n % 5];
        flip(file, at);
        let health = tonghop::lake::health(&lake).unwrap();
        let name = file.strip_prefix(&lake).unwrap();
        assert!(
            health.damaged.iter().any(|d| d.path == name),
            "{} at {at}: {:?}",
            name.display(),
            health.damaged
        );
        flip(file, at);
    }
    assert!(tonghop::lake::health(&lake).unwrap().damaged.is_empty());
    // Each byte of the files that are no Parquet.
    let small = files.iter().filter(|file| {
        let name = file.to_string_lossy();
        ["lake.toml", "current.log", "used.txt", "seen.json"]
            .iter()
            .any(|end| name.ends_with(end))
    });
    for file in small {
        for at in 0..fs::read(file).unwrap().len() {
            flip(file, at);
            let health = tonghop::lake::health(&lake).unwrap();
            assert!(!health.damaged.is_empty(), "{} at {at}", file.display());
            flip(file, at);
        }
    }
}

#[test]
fn what_is_damaged_is_repaired_from_the_originals() {
    let office = office();
    let lake = office.path("lake");
    let (before, id) = (current(&lake), current_id(&lake));
    let inbox = fs::read_dir(lake.join("inbox")).unwrap().count();
    for file in files_of(&lake) {
        let length = fs::metadata(&file).unwrap().len() as usize;
        if !file.starts_with(lake.join("runs")) && !file.ends_with("lake.toml") {
            flip(&file, length / 2);
        }
    }
    let (code, damaged) = named(&verify(&office, &[]), "damaged");
    assert_eq!(code, Some(1));
    assert!(damaged.len() > 40, "{damaged:#?}");
    let output = verify(&office, &["--repair"]);
    let (_, left) = named(&output, "not_repaired");
    // With its inputs damaged as well, nothing says what a snapshot was made of.
    assert!(
        left.iter().all(|path| path.starts_with("snapshots/")),
        "{left:#?}"
    );
    assert_eq!(fs::read_dir(lake.join("inbox")).unwrap().count(), inbox);
    assert_eq!(current_id(&lake), id);
    // All tables, but not what the snapshot was made of.
    let office = self::office();
    let lake = office.path("lake");
    for file in files_of(&lake) {
        let length = fs::metadata(&file).unwrap().len() as usize;
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        if !["inputs.json", "snapshot.toml", "SHA256SUMS"].contains(&name.as_str()) {
            flip(&file, length / 2);
        }
    }
    let output = verify(&office, &["--repair"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let repaired = named(&output, "repaired").1;
    assert!(
        repaired.contains("lake.toml") && repaired.len() > 40,
        "{repaired:#?}"
    );
    assert!(current(&lake) == before, "the same bytes");
    assert_eq!(named(&verify(&office, &[]), "damaged").0, Some(0));
    office.run("lake", &[]);
    assert_eq!(reports_of(&lake).last().unwrap()["published"], false);
}

#[test]
fn an_original_that_nobody_has_is_named_and_not_made_up() {
    let office = office();
    let lake = office.path("lake");
    fs::remove_file(office.path("inbox/b.csv")).unwrap();
    let received = fs::read_to_string(office.path("inbox/received.csv")).unwrap();
    let lines: Vec<&str> = received
        .lines()
        .filter(|l| !l.starts_with("b.csv"))
        .collect();
    fs::write(office.path("inbox/received.csv"), lines.join("\n") + "\n").unwrap();
    let report = csv("UBND tỉnh Sơn La", 2024, 100, 99, "");
    let original = paths(&lake.join("inbox"))
        .into_iter()
        .find(|path| fs::read(path).unwrap() == report)
        .unwrap();
    let before = current(&lake);
    let name = original
        .strip_prefix(&lake)
        .unwrap()
        .to_string_lossy()
        .into_owned();
    let missing = |what: &str, code| {
        for more in [&[][..], &["--repair"]] {
            let found = named(&verify(&office, more), "damaged");
            assert_eq!(
                found,
                (Some(code), BTreeSet::from([name.clone()])),
                "{what}"
            );
        }
        // A run that needs it does not publish without it.
        let arguments = office.arguments("lake");
        let mut all: Vec<&str> = arguments.iter().map(String::as_str).collect();
        all.push("--full");
        let output = tonghop(&all);
        assert_eq!(output.status.code(), Some(2), "{what}: {}", said(&output));
        assert!(said(&output).contains(&name) && said(&output).contains("b.csv"));
        assert!(current(&lake) == before, "{what}");
    };
    let whole = fs::read(&original).unwrap();
    fs::write(&original, &whole[..20]).unwrap();
    missing("cut", 1);
    fs::remove_file(&original).unwrap();
    missing("gone", 1);
    // The file comes again: the run restores the original.
    fs::write(&original, &whole[..20]).unwrap();
    fs::write(office.path("inbox/b.csv"), &whole).unwrap();
    fs::write(office.path("inbox/received.csv"), received).unwrap();
    let text = office.run("lake", &["--full"]);
    assert!(text.contains("is whole again"), "{text}");
    assert_eq!(named(&verify(&office, &[]), "damaged").0, Some(0));
}

#[test]
fn a_damaged_current_snapshot_is_made_whole_by_the_next_run() {
    let office = office();
    let lake = office.path("lake");
    let before = current(&lake);
    let id = current_id(&lake);
    let tables: Vec<PathBuf> = paths(&lake.join("snapshots").join(&id));
    let of = |table: &str| {
        let found = tables
            .iter()
            .find(|path| path.parent().unwrap().ends_with(table));
        found.unwrap().clone()
    };
    for (table, more) in [
        ("observations", &[][..]),
        ("national", &["--full"]),
        ("submissions", &["--full"]),
    ] {
        let file = of(table);
        let whole = fs::read(&file).unwrap();
        fs::write(&file, &whole[..whole.len() / 2]).unwrap();
        let text = office.run("lake", more);
        assert!(current(&lake) == before, "{table}: {text}");
        let report = reports_of(&lake).pop().unwrap();
        let mended = report["mended"].as_array().unwrap();
        assert!(
            mended.iter().any(|m| m.as_str().unwrap().contains(table)),
            "{mended:?}"
        );
        assert_eq!(report["published"], false);
        // The other snapshot shares files; it may still be damaged.
        let output = verify(&office, &["--repair"]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    }
    // Another file of the same name does not pass either.
    let file = of("regional");
    fs::copy(of("national"), &file).unwrap();
    office.run("lake", &["--full"]);
    assert!(current(&lake) == before);
}

#[test]
fn a_damaged_file_is_not_linked_into_the_next_snapshot() {
    let mut office = office();
    let lake = office.path("lake");
    let id = current_id(&lake);
    for table in ["organisations", "units", "observations"] {
        let file = paths(&lake.join("snapshots").join(&id).join(table)).remove(0);
        flip(&file, fs::read(&file).unwrap().len() / 2);
    }
    office.send("c.csv", "2026-01-04", &list("Lào Cai", 7));
    office.run("lake", &[]);
    let now = current_id(&lake);
    assert_ne!(now, id);
    let (code, damaged) = named(&verify(&office, &[]), "damaged");
    assert_eq!(code, Some(1));
    assert!(
        damaged.iter().all(|path| !path.contains(&now)),
        "{damaged:?}"
    );
    assert_eq!(verify(&office, &["--repair"]).status.code(), Some(0));
}

#[test]
fn links_foreign_files_and_other_folders_are_told() {
    let office = office();
    let lake = office.path("lake");
    let id = current_id(&lake);
    let link = lake.join("current");
    let snapshot = lake.join("snapshots").join(&id);
    let place = |to: &Path| {
        fs::remove_file(&link).unwrap();
        std::os::unix::fs::symlink(to, &link).unwrap();
    };
    for (to, problem, is_mended) in [
        (snapshot.clone(), "outside", true),
        (
            PathBuf::from("snapshots/0123456789abcdef"),
            "dangling",
            false,
        ),
    ] {
        place(&to);
        let output = verify(&office, &[]);
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(answer["damaged"][0]["path"], "current");
        assert_eq!(answer["damaged"][0]["problem"], problem);
        let (code, left) = named(&verify(&office, &["--repair"]), "not_repaired");
        assert_eq!((code == Some(0), left.is_empty()), (is_mended, is_mended));
    }
    place(&Path::new("snapshots").join(&id));
    let foreign = snapshot.join("national/2099-0123456789abcdef.parquet");
    fs::write(&foreign, b"x").unwrap();
    let found = named(&verify(&office, &[]), "damaged");
    let name = foreign
        .strip_prefix(&lake)
        .unwrap()
        .to_string_lossy()
        .into_owned();
    assert_eq!(found, (Some(1), BTreeSet::from([name])));
    assert_eq!(verify(&office, &["--repair"]).status.code(), Some(0));
    assert!(!foreign.exists());
    // No lake.
    let output = tonghop(&["verify", "--lake", &office.text("nowhere")]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("nowhere"));
}

#[test]
fn a_lake_of_an_earlier_version_is_checked_by_its_names() {
    let office = office();
    let lake = office.path("lake");
    let before = current(&lake);
    for snapshot in fs::read_dir(lake.join("snapshots")).unwrap() {
        let snapshot = snapshot.unwrap().path();
        for name in ["SHA256SUMS", "inputs.json"] {
            fs::remove_file(snapshot.join(name)).unwrap();
        }
    }
    fs::write(
        lake.join("lake.toml"),
        "# The pipeline that this lake belongs to.\npipeline = \"kttt\"\n",
    )
    .unwrap();
    let output = verify(&office, &[]);
    assert_eq!(named(&output, "damaged").0, Some(0));
    let unchecked = named(&output, "unchecked").1;
    assert!(unchecked.contains("lake.toml"), "{unchecked:?}");
    assert!(unchecked.iter().any(|path| path.ends_with("snapshot.toml")));
    let file = paths(&lake.join("current/observations")).remove(0);
    flip(&file, fs::read(&file).unwrap().len() / 2);
    assert_eq!(named(&verify(&office, &[]), "damaged").0, Some(1));
    office.run("lake", &["--full"]);
    assert!(current(&lake) == before, "the list is there again");
}
