//! Snapshots of a lake: rollback, deleting old ones, and refusing to guess where a part of the lake cannot be read.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use tonghop::lake::{Lake, Snapshot, before};

use crate::support::files::tree;
use crate::support::office::{Office, current_id, list, reports_of};
use crate::support::program::{said, tonghop};

/// A lake with three snapshots, and what they are called.
fn three() -> (Office, [String; 3]) {
    let mut office = Office::new();
    let mut ids = Vec::new();
    for (name, province, day) in [
        ("a.csv", "Sơn La", "2026-01-02"),
        ("b.csv", "Lào Cai", "2026-01-03"),
        ("c.csv", "Cà Mau", "2026-01-04"),
    ] {
        office.send(name, day, &list(province, 5));
        office.run("lake", &[]);
        ids.push(current_id(&office.path("lake")));
    }
    (office, ids.try_into().unwrap())
}

/// The exit code of a command on a lake, and what it said.
fn say(lake: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let place = lake.to_string_lossy();
    let mut all = arguments.to_vec();
    all.extend(["--lake", &place]);
    let output = tonghop(&all);
    (output.status.code(), said(&output))
}

fn snapshots(lake: &Path) -> BTreeSet<String> {
    fs::read_dir(lake.join("snapshots"))
        .unwrap()
        .map(|e| e.unwrap().file_name().to_string_lossy().into_owned())
        .collect()
}

#[test]
fn snapshots_are_listed_gone_back_to_and_let_go() {
    let (office, [one, two, three]) = three();
    let lake = office.path("lake");
    let say = |arguments: &[&str]| say(&lake, arguments);
    let (code, text) = say(&["snapshots", "--format", "json"]);
    assert_eq!(code, Some(0));
    let listed: Value = serde_json::from_str(&text).unwrap();
    let ids: Vec<&str> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["snapshot"].as_str().unwrap())
        .collect();
    assert_eq!(ids, [&three, &two, &one]);
    assert_eq!(listed[0]["is_current"], true);
    assert_eq!(
        (
            listed[0]["submissions"].as_i64(),
            listed[2]["submissions"].as_i64()
        ),
        (Some(3), Some(1))
    );

    let (code, text) = say(&["rollback"]);
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(current_id(&lake), two);
    assert_eq!(
        office.sql("SELECT count(*) AS n FROM organisations"),
        ["10"]
    );
    assert_eq!(say(&["rollback", &one[..8]]).0, Some(0));
    assert_eq!(current_id(&lake), one);
    assert_eq!(say(&["rollback", "zzz"]).0, Some(2));
    // The inbox still holds the files that the rollback took back.
    office.run("lake", &[]);
    assert_eq!(current_id(&lake), three);

    // An edition uses the first snapshot; nothing uses the second.
    fs::create_dir_all(lake.join("editions")).unwrap();
    fs::write(
        lake.join("editions/2025.toml"),
        format!("snapshot = \"{one}\"\n"),
    )
    .unwrap();
    fs::write(
        lake.join("inbox/0123"),
        "an original of a run that was killed",
    )
    .unwrap();
    let before = tree(&lake);
    let (code, text) = say(&["gc", "--keep", "1", "--dry-run"]);
    assert_eq!(code, Some(0));
    assert!(
        text.contains(&two) && !text.contains(&one) && !text.contains(&three),
        "{text}"
    );
    let without_lock = |mut all: BTreeMap<PathBuf, _>| {
        all.remove(&lake.join(".lock"));
        all
    };
    assert_eq!(
        without_lock(before),
        without_lock(tree(&lake)),
        "a dry run removes nothing"
    );
    let (code, text) = say(&["gc", "--keep", "1"]);
    assert_eq!(code, Some(0));
    assert!(text.contains("removed 1 snapshots, 1 originals"), "{text}");
    let left = snapshots(&lake);
    assert_eq!(left.len(), 2, "{left:?}");
    assert!(left.contains(&one) && left.contains(&three));
    assert_eq!(
        office.sql("SELECT count(*) AS n FROM organisations"),
        ["15"]
    );
    office.run("lake", &[]);
    let reports = reports_of(&lake);
    assert_eq!(reports.last().unwrap()["published"], false);
}

#[test]
fn going_back_twice_goes_further_back() {
    let (office, [one, two, three]) = three();
    let lake = office.path("lake");
    for to in [&two, &one] {
        assert_eq!(say(&lake, &["rollback"]).0, Some(0));
        assert_eq!(current_id(&lake), *to);
    }
    // `diff` shows what the rollback changed.
    let now = Snapshot::current(&lake).unwrap();
    assert_eq!(before(&lake, &now).unwrap().id, two);
    let (code, text) = say(&lake, &["rollback"]);
    assert_eq!((code, current_id(&lake)), (Some(2), one.clone()));
    assert!(text.contains("nothing was current before"), "{text}");
    // Forward again by name; then a rollback goes to the snapshot before it.
    assert_eq!(say(&lake, &["rollback", &three]).0, Some(0));
    assert_eq!(say(&lake, &["rollback"]).0, Some(0));
    assert_ne!(current_id(&lake), three);
}

#[test]
fn a_lake_whose_current_snapshot_cannot_be_reached_is_not_taken_for_empty() {
    let (office, [_, two, three]) = three();
    let lake = office.path("lake");
    fs::rename(lake.join("snapshots").join(&three), office.path("lost")).unwrap();
    let before = snapshots(&lake);
    for arguments in [
        office.arguments("lake"),
        vec![
            "gc".into(),
            "--keep".into(),
            "1".into(),
            "--lake".into(),
            lake.to_string_lossy().into(),
        ],
    ] {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let output = tonghop(&arguments);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(text.contains(&three) && text.contains("rollback"), "{text}");
        assert_eq!(snapshots(&lake), before, "nothing was written or removed");
    }
    assert_eq!(say(&lake, &["snapshots"]).0, Some(0));
    let (code, text) = say(&lake, &["rollback", &two]);
    assert_eq!(code, Some(0), "{text}");
    office.run("lake", &[]);
    assert_eq!(
        office.sql("SELECT count(*) AS n FROM organisations"),
        ["15"]
    );
}

#[test]
fn a_register_that_cannot_be_read_stops_a_run_and_a_collection() {
    let (office, [_, _, three]) = three();
    let lake = office.path("lake");
    let folder = lake.join("snapshots").join(&three).join("submissions");
    let file = fs::read_dir(&folder)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let whole = fs::read(&file).unwrap();
    fs::remove_file(&file).unwrap();
    fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    let originals = fs::read_dir(lake.join("inbox")).unwrap().count();
    assert_eq!(say(&lake, &["gc", "--keep", "1"]).0, Some(2));
    assert_eq!(fs::read_dir(lake.join("inbox")).unwrap().count(), originals);
    let arguments = office.arguments("lake");
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let output = tonghop(&arguments);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(current_id(&lake), three);
    fs::write(&file, whole).unwrap();
    office.run("lake", &[]);
}

#[test]
fn a_collection_keeps_what_was_current_in_the_last_days() {
    let (office, [one, two, three]) = three();
    let lake = office.path("lake");
    let log = lake.join("runs/current.log");
    // The first was current until a year ago, the second until today.
    fs::write(
        &log,
        format!(
            "2024-01-01T00:00:00Z {one}\n2024-06-01T00:00:00Z {two}\n{} {three}\n",
            jiff::Timestamp::now()
        ),
    )
    .unwrap();
    assert_eq!(say(&lake, &["gc"]).0, Some(2), "it says what is kept");
    let (code, text) = say(&lake, &["gc", "--keep-days", "90"]);
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(snapshots(&lake), BTreeSet::from([two, three.clone()]));
    assert_eq!(say(&lake, &["gc", "--keep", "1"]).0, Some(0));
    assert_eq!(snapshots(&lake), BTreeSet::from([three]));
}

#[test]
fn a_switch_that_was_not_noted_is_noted_by_the_next_writer() {
    let (office, [one, two, three]) = three();
    let lake = office.path("lake");
    let log = lake.join("runs/current.log");
    let text = fs::read_to_string(&log).unwrap();
    // The run was killed while it wrote the last line.
    fs::write(&log, &text[..text.len() - 30]).unwrap();
    drop(Lake::open(&lake, "kttt").unwrap());
    let ids: Vec<String> = tonghop::lake::history(&lake)
        .unwrap()
        .into_iter()
        .map(|t| t.id)
        .collect();
    let whole: Vec<&String> = ids
        .iter()
        .filter(|id| [&one, &two, &three].contains(id))
        .collect();
    assert_eq!(whole, [&one, &two, &three]);
    let listed = tonghop::lake::listed(&lake).unwrap();
    assert!(listed.iter().all(|l| l.current_since.is_some()));
}
