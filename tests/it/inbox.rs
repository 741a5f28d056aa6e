//! What lies in an inbox beside sound files: pipes, links, hidden files, halves of files; and folders that overlap.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use crate::support::files::{change, copy, root, write};
use crate::support::program::{run_at, said, sql, tonghop_in};

const REPORT: &str = "sample-data/2025/KTTT_Dong-Thap_2025.xlsx";

/// A place with `pipelines/` alone, as on a machine without the sample, and an empty inbox.
fn place() -> TempDir {
    let place = tempfile::tempdir().unwrap();
    copy(&root().join("pipelines"), &place.path().join("pipelines"));
    fs::create_dir(place.path().join("inbox")).unwrap();
    place
}

fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

/// Gives a file the time of some hours ago.
fn age(path: &Path, hours: u64) {
    let time = SystemTime::now() - Duration::from_secs(hours * 3600);
    let file = File::options().append(true).open(path).unwrap();
    file.set_modified(time).unwrap();
}

/// Files and codes of the findings of intake, sorted.
fn told(place: &Path) -> Vec<String> {
    sql(
        &place.join("lake"),
        "SELECT file_name, code FROM findings WHERE code < 'TH2' ORDER BY 1, 2",
    )
}

fn outcomes(place: &Path) -> Vec<String> {
    sql(
        &place.join("lake"),
        "SELECT file_name, outcome FROM submissions ORDER BY 1, received_at",
    )
}

#[test]
fn what_is_no_file_is_told_and_a_refused_half_is_replaced() {
    let place = place();
    let (home, inbox) = (place.path(), place.path().join("inbox"));
    let pipeline = home.join("pipelines/kttt");
    let at = |name: &str| inbox.join(name);
    let whole = fs::read(root().join(REPORT)).unwrap();
    write(&at("half.xlsx"), &whole[..whole.len() / 2]);
    age(&at("half.xlsx"), 1);
    for name in ["empty-1.csv", "empty-2.csv", ".hidden.csv"] {
        write(&at(name), "");
        age(&at(name), 1);
    }
    pipe(&at("pipe.xlsx"));
    let _socket = UnixListener::bind(at("socket.csv")).unwrap();
    symlink("nowhere.csv", at("dangling.csv")).unwrap();
    symlink("..", at("up")).unwrap();
    let ran = run_at(home, &pipeline, &[]);
    assert_eq!(ran.status.code(), Some(1), "{}", said(&ran));
    let both = ["empty-1.csv,TH102", "empty-2.csv,TH102"];
    assert_eq!(
        told(home),
        [
            &[".hidden.csv,TH142", "dangling.csv,TH139"][..],
            &both,
            &[
                "half.xlsx,TH106",
                "pipe.xlsx,TH138",
                "socket.csv,TH138",
                "up,TH140"
            ],
        ]
        .concat()
    );
    let rejected = [
        "empty-1.csv,rejected",
        "empty-2.csv,rejected",
        "half.xlsx,rejected",
    ];
    assert_eq!(outcomes(home), rejected);

    // The whole file comes with the time of the file that it is a copy of.
    fs::remove_dir_all(&inbox).unwrap();
    write(&at("half.xlsx"), &whole);
    age(&at("half.xlsx"), 48);
    let ran = run_at(home, &pipeline, &["--at", "2025-12-01"]);
    assert_eq!(ran.status.code(), Some(1), "{}", said(&ran));
    let now = outcomes(home);
    assert_eq!(now[..3], rejected);
    assert!(now[3].starts_with("half.xlsx,accepted"), "{now:?}");
    let codes = told(home);
    assert!(codes.contains(&"half.xlsx,TH145".to_owned()), "{codes:?}");
    assert!(!codes.contains(&"half.xlsx,TH106".to_owned()), "{codes:?}");
}

#[test]
fn every_file_that_has_just_changed_waits_where_the_pipeline_says_so() {
    let place = place();
    let (home, file) = (place.path(), place.path().join("inbox/a.xlsx"));
    let pipeline = home.join("pipelines/kttt");
    let zone = "utc_offset_hours = 7";
    let stated = format!("settle_seconds = 3600\n{zone}");
    change(&pipeline.join("pipeline.toml"), zone, &stated);
    fs::copy(root().join(REPORT), &file).unwrap();
    File::options()
        .append(true)
        .open(&file)
        .unwrap()
        .set_modified(SystemTime::now())
        .unwrap();
    let ran = run_at(home, &pipeline, &[]);
    assert_eq!(ran.status.code(), Some(0), "{}", said(&ran));
    assert_eq!(told(home), ["a.xlsx,TH141"]);
    assert!(outcomes(home).is_empty());
    age(&file, 2);
    run_at(home, &pipeline, &[]);
    assert_eq!(outcomes(home).len(), 1);
    assert!(!told(home).contains(&"a.xlsx,TH141".to_owned()));
}

#[test]
fn folders_that_overlap_are_refused_before_anything_is_written() {
    let place = place();
    let home = place.path();
    fs::create_dir_all(home.join("inbox/deep")).unwrap();
    symlink("inbox", home.join("link")).unwrap();
    let refused = |arguments: &[&str], named: &[&str]| {
        let ran = tonghop_in(home, arguments);
        let text = said(&ran);
        assert_eq!(ran.status.code(), Some(2), "{arguments:?}: {text}");
        for name in named.iter().chain(&["hint: "]) {
            assert!(text.contains(name), "{arguments:?}: {text}");
        }
        assert!(!home.join("lake").exists() && !home.join("out").exists());
        assert_eq!(fs::read_dir(home.join("inbox")).unwrap().count(), 1);
    };
    refused(&["run", "--submissions", "."], &["`.`", "`lake`"]);
    for lake in ["inbox", "inbox/lake", "link/lake", "./inbox/deep/.."] {
        let named = format!("`{lake}`");
        refused(
            &["run", "--submissions", "inbox", "--lake", lake],
            &["`inbox`", &named],
        );
        refused(
            &["run", "--submissions", "inbox", "--out", lake],
            &["`inbox`", &named],
        );
    }
    refused(
        &["run", "--submissions", "inbox", "--out", "lake/out"],
        &["`lake`", "`lake/out`"],
    );
    refused(&["run", "--submissions", "absent"], &["`absent`"]);
    refused(&["run"], &["sample-data", "--submissions"]);
    refused(&["feedback", "--out", "lake/x"], &["`lake`", "`lake/x`"]);
    refused(&["book", "--out", "lake"], &["`lake`", "are the same"]);
    refused(
        &["template", "KTTT-01", "--out", "lake/a.xlsx"],
        &["`lake/a.xlsx`"],
    );
}

#[test]
fn a_pipe_among_definitions_is_not_opened_and_missing_submissions_are_a_note() {
    let place = place();
    let home = place.path();
    let check = || {
        let ran = tonghop_in(home, &["check"]);
        (ran.status.code(), said(&ran))
    };
    let (code, text) = check();
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.contains("note: ") && text.contains("sample-data"),
        "{text}"
    );
    let decisions = home.join("pipelines/kttt/decisions.toml");
    fs::remove_file(&decisions).unwrap();
    pipe(&decisions);
    let (code, text) = check();
    assert_eq!(code, Some(1));
    assert!(
        text.contains("named pipe") && text.contains("decisions.toml"),
        "{text}"
    );
    fs::remove_file(&decisions).unwrap();
    symlink("nowhere", &decisions).unwrap();
    assert_eq!(check().0, Some(1), "a link to decisions that are gone");
    fs::remove_file(&decisions).unwrap();
    assert_eq!(check().0, Some(0), "no decisions");
    pipe(&home.join("pipe"));
    let ran = tonghop_in(home, &["inspect", "pipe"]);
    assert_eq!(ran.status.code(), Some(2));
    assert!(said(&ran).contains("named pipe"));
}
