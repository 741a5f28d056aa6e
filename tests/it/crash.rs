//! Faults of a disk: a run is killed, gets an input/output error, or finds the disk full at each system call that changes
//! something. Readers always see one whole snapshot and one whole set of tables, and the next run ends with the same
//! result as an undisturbed one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use crate::support::definitions::judge_only;
use crate::support::files::{contents, root, tree};
use crate::support::office::{Office, csv, current, list, reports_of};
use crate::support::program::program;

/// The library that makes a file system fail (`support/faults.c`), built once.
struct Faults {
    _place: tempfile::TempDir,
    library: PathBuf,
}

impl Faults {
    fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        let library = place.path().join("faults.so");
        let source = root().join("tests/it/support/faults.c");
        let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
        let built = Command::new(compiler)
            .args(["-Wall", "-Werror", "-O1", "-shared", "-fPIC", "-o"])
            .arg(&library)
            .arg(source)
            .arg("-ldl")
            .status();
        assert!(built.unwrap().success(), "a C compiler is needed");
        Self {
            _place: place,
            library,
        }
    }

    fn run(&self, office: &Office, kind: &str, at: usize) -> Output {
        Command::new(program())
            .args(office.arguments("lake"))
            .env("LD_PRELOAD", &self.library)
            // The lake, its output, and what is written beside them.
            .env("FAULT_UNDER", office.path(""))
            .env("FAULT_COUNT", office.path("count"))
            .env("FAULT_KIND", kind)
            .env("FAULT_AT", at.to_string())
            .output()
            .unwrap()
    }
}

type Files = BTreeMap<String, Vec<u8>>;

/// What readers see: the tables of the snapshot, and those in `out/`.
#[derive(PartialEq, Eq)]
struct Seen {
    lake: Files,
    out: Files,
}

fn seen(office: &Office, lake: &str) -> Seen {
    Seen {
        lake: current(&office.path(lake)),
        out: contents(&office.path(&format!("{lake}-out"))),
    }
}

/// A lake before a run, and the same run undisturbed.
struct Scene {
    office: Office,
    faults: Faults,
    first: Seen,
    last: Seen,
    /// Number of system calls of the run that change something.
    calls: usize,
}

const LAKE: [&str; 2] = ["lake", "lake-out"];

impl Scene {
    fn new(mut office: Office, before: &[(&str, Vec<u8>)], after: &[(&str, Vec<u8>)]) -> Self {
        for (name, bytes) in before {
            office.send(name, "2026-01-02", bytes);
        }
        office.run("lake", &[]);
        let first = seen(&office, "lake");
        for (name, bytes) in after {
            office.send(name, "2026-01-03", bytes);
        }
        office.run("undisturbed", &[]);
        let last = seen(&office, "undisturbed");
        for name in LAKE {
            fs::rename(office.path(name), office.path(&format!("{name}-kept"))).unwrap();
        }
        let faults = Faults::new();
        let mut scene = Self {
            office,
            faults,
            first,
            last,
            calls: 0,
        };
        scene.set_up();
        let output = scene.faults.run(&scene.office, "count", 0);
        assert_eq!(output.status.code(), Some(0));
        let count = fs::read_to_string(scene.office.path("count")).unwrap();
        scene.calls = count.trim().parse().unwrap();
        assert!(scene.calls > 50, "{} calls", scene.calls);
        assert!(seen(&scene.office, "lake") == scene.last);
        scene
    }

    fn set_up(&self) {
        for name in LAKE {
            self.office.put_back(&format!("{name}-kept"), name);
        }
    }

    /// The report of the last run says what happened. On a full disk there may be none.
    fn reports_truly(&self, code: i64, what: &str) {
        let reports = reports_of(&self.office.path("lake"));
        assert!(reports.len() <= 2, "{what}");
        let Some(report) = reports.get(1) else { return };
        assert_eq!(report["exit_code"].as_i64(), Some(code), "{what}");
        assert_eq!(report["published"], code == 0, "{what}");
        assert_eq!(report["snapshot"].is_string(), code == 0, "{what}");
        assert_eq!(report["error"].is_string(), code == 2, "{what}");
        assert!(report["snapshot_before"].is_string(), "{what}");
    }

    /// `n` calls spread over the whole run, including the first and the last.
    fn points(&self, n: usize) -> BTreeSet<usize> {
        (0..n).map(|i| 1 + i * (self.calls - 1) / (n - 1)).collect()
    }

    /// Readers see one whole state, and the next run ends where an undisturbed one ends.
    fn is_sound(&self, what: &str) {
        let now = seen(&self.office, "lake");
        for (whole, is) in [
            (
                "snapshot",
                now.lake == self.first.lake || now.lake == self.last.lake,
            ),
            (
                "out/",
                now.out == self.first.out || now.out == self.last.out,
            ),
        ] {
            assert!(is, "{what}: readers see half of the {whole}");
        }
        self.office.run("lake", &[]);
        assert!(
            seen(&self.office, "lake") == self.last,
            "{what}: the next run"
        );
        let damaged = tonghop::lake::health(&self.office.path("lake"))
            .unwrap()
            .damaged;
        assert!(damaged.is_empty(), "{what}: {damaged:?}");
        let lake = self.office.path("lake");
        let listed = tonghop::lake::listed(&lake).unwrap();
        assert!(
            listed.iter().all(|l| l.current_since.is_some()),
            "{what}: the history knows each snapshot"
        );
        let beside = fs::read_dir(lake.parent().unwrap()).unwrap();
        let left: Vec<PathBuf> = tree(&lake)
            .into_keys()
            .chain(beside.map(|entry| entry.unwrap().path()))
            .filter(|path| {
                let name = path.to_string_lossy();
                [".part", ".gone", ".tonghop-"]
                    .iter()
                    .any(|end| name.contains(end))
            })
            .collect();
        assert_eq!(left, Vec::<PathBuf>::new(), "{what}: leftovers");
    }
}

/// An office without rules: they write nothing of their own and would cost time in each of many runs.
fn office() -> Office {
    let office = Office::new();
    judge_only(&office.path("pipelines/kttt"), &[]);
    office
}

fn lists() -> Scene {
    Scene::new(
        office(),
        &[("a.csv", list("Sơn La", 400))],
        &[
            ("b.csv", list("Lào Cai", 400)),
            ("c.csv", list("Cà Mau", 400)),
        ],
    )
}

fn reports() -> Scene {
    let report = |province, total| csv(province, 2024, total, total - 1, "");
    Scene::new(
        office(),
        &[
            ("a.csv", report("UBND tỉnh Sơn La", 100)),
            ("b.csv", list("Lào Cai", 30)),
        ],
        &[
            ("c.csv", report("UBND tỉnh Sơn La", 107)),
            ("d.csv", report("UBND tỉnh Lai Châu", 50)),
        ],
    )
}

fn killed(scene: &Scene, points: usize) {
    let mut ended = 0;
    for at in scene.points(points) {
        scene.set_up();
        let output = scene.faults.run(&scene.office, "kill", at);
        let what = format!("killed at call {at} of {}", scene.calls);
        // A run may need one call less than the counted run; then it ends before the last of them.
        match output.status.code() {
            None => {}
            Some(0) => ended += 1,
            other => panic!("{other:?} {what}: {output:?}"),
        }
        scene.is_sound(&what);
    }
    assert!(ended <= 1, "{ended} of {points} were not killed");
}

fn failing(scene: &Scene, kind: &str, points: usize, said: &str) {
    let mut failed = 0;
    for at in scene.points(points) {
        scene.set_up();
        let output = scene.faults.run(&scene.office, kind, at);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        let what = format!("{kind} at call {at} of {}: {text}", scene.calls);
        match output.status.code() {
            // The call that failed does not matter, such as one of the cache, or came after the switch.
            Some(0) => {
                assert!(
                    seen(&scene.office, "lake") == scene.last,
                    "published: {what}"
                );
                scene.reports_truly(0, &what);
            }
            Some(2) => {
                failed += 1;
                assert!(text.contains(said) && text.contains('/'), "{what}");
                assert!(
                    seen(&scene.office, "lake") == scene.first,
                    "nothing changed: {what}"
                );
                scene.reports_truly(2, &what);
            }
            other => panic!("{other:?} {what}"),
        }
        scene.is_sound(&what);
    }
    assert!(failed * 2 > points, "only {failed} of {points} failed");
}

#[test]
fn a_run_of_lists_killed_at_any_call_leaves_whole_states() {
    killed(&lists(), 12);
}

#[test]
fn an_input_output_error_at_any_call_leaves_whole_states() {
    failing(&lists(), "eio", 10, "Input/output error");
}

#[test]
fn a_full_disk_leaves_whole_states() {
    failing(&lists(), "full", 8, "No space left on device");
}

/// With reports the models run and tables are printed. One test, because the scene takes long to set up.
#[test]
fn a_run_of_reports_killed_or_on_a_full_disk_leaves_whole_states() {
    let scene = reports();
    killed(&scene, 8);
    failing(&scene, "full", 6, "No space left on device");
}
