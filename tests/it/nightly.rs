//! A job that runs every night: files are not read twice, readers never see an unfinished run, and logs, reports and
//! `status` say what happened.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tonghop::lake::Lake;

use crate::support::definitions::judge_only;
use crate::support::files::{root, tree};
use crate::support::office::{Office, csv, current, list, reports_of};
use crate::support::program::{program, tonghop};

fn read_by(report: &Value) -> (Vec<&str>, u64) {
    let reading = &report["summary"]["reading"];
    let read = reading["read"].as_array().unwrap();
    (
        read.iter().map(|name| name.as_str().unwrap()).collect(),
        reading["cached"].as_u64().unwrap(),
    )
}

#[test]
fn what_was_read_is_read_again_only_when_what_it_depends_on_changes() {
    let mut office = Office::new();
    judge_only(&office.path("pipelines/kttt"), &["R101"]);
    let report = |province, total| csv(province, 2024, total, total - 1, "");
    office.send("list.csv", "2026-01-02", &list("Sơn La", 20));
    office.send(
        "report.csv",
        "2026-01-03",
        &report("UBND tỉnh Lai Châu", 50),
    );
    office.send(
        "unknown.csv",
        "2026-01-03",
        &report("UBND tỉnh Vô Danh", 70),
    );
    office.send("letter.csv", "2026-01-03", b"a letter\nof no form\n");
    office.run("lake", &[]);
    office.run("lake", &[]);
    office.send("more.csv", "2026-01-04", &list("Lào Cai", 21));
    office.run("lake", &[]);
    let change = |file: &str, from: &str, to: &str| {
        let path = office.path(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file}");
        fs::write(path, text.replacen(from, to, 1)).unwrap();
    };
    let reports = ["report.csv", "unknown.csv"];
    let lists = ["list.csv", "more.csv"];
    let letter = ["letter.csv"];
    let form = |n: u8| format!("pipelines/kttt/forms/kttt-0{n}.toml");
    let (forms, aliases) = ([1, 2, 4].map(form), "pipelines/reference/name_aliases.csv");
    // What is changed, and what is read again for it.
    let changes: [(&str, &str, &str, Vec<&str>); 9] = [
        (
            "pipelines/kttt/rules.toml",
            "\n",
            "\n# Another line.\n",
            vec![],
        ),
        (&forms[0], "\n", "\n# Another line.\n", vec![]),
        (
            &forms[2],
            "\"Tên\"",
            "\"Tên\", \"Tên gọi\"",
            [&letter[..], &lists].concat(),
        ),
        (
            &forms[0],
            "\"Chỉ tiêu\"",
            "\"Chỉ tiêu\", \"Các chỉ tiêu\"",
            [&letter[..], &reports].concat(),
        ),
        (
            "pipelines/kttt/indicators.csv",
            "Số HTX đang hoạt động,Operating",
            "Số HTX hoạt động,Operating",
            [&letter[..], &reports].concat(),
        ),
        // A change in a form that shares no word with the files, and one in a form that does.
        (&forms[1], "\"Ghi chú\"", "\"Diễn giải\"", letter.to_vec()),
        (
            &forms[1],
            "head = [",
            "head = [\"Tổng số hợp tác xã\", ",
            [&letter[..], &reports].concat(),
        ),
        // Of a list with personal columns no words are kept, so it may depend on any name.
        (
            aliases,
            "\n",
            "\n2004,14,Tỉnh miền sông Đà\n",
            lists.to_vec(),
        ),
        (
            aliases,
            "\n",
            "\n2004,14,Vô Danh\n",
            [&lists[..], &["unknown.csv"]].concat(),
        ),
    ];
    let lake = office.path("lake");
    for (n, (file, from, to, expected)) in changes.into_iter().enumerate() {
        change(file, from, to);
        office.run("lake", &[]);
        let all = reports_of(&lake);
        let (mut read, cached) = read_by(all.last().unwrap());
        read.sort_unstable();
        let mut expected = expected;
        expected.sort_unstable();
        assert_eq!(read, expected, "{n}: {file}");
        assert_eq!(cached as usize, 5 - expected.len(), "{n}: {file}");
        assert_eq!(all.last().unwrap()["published"], true);
        // The result is that of a run without a cache.
        let fresh = format!("fresh-{n}");
        office.run(&fresh, &[]);
        assert!(
            current(&lake) == current(&office.path(&fresh)),
            "{n}: {file}"
        );
    }
    let all = reports_of(&lake);
    let (first, second, third) = (read_by(&all[0]), read_by(&all[1]), read_by(&all[2]));
    assert_eq!((first.0.len(), first.1), (4, 0));
    assert_eq!(
        (second.0.len(), all[1]["published"].as_bool()),
        (0, Some(false))
    );
    assert_eq!(third, (vec!["more.csv"], 4));
    // The unit that is known now counts.
    let counted = "SELECT value FROM provincial WHERE indicator = 'htx_total' AND geography = '2004' AND code = '14' AND scenario = 'best'";
    assert_eq!(office.sql(counted), ["70.000000"]);
    // `--full` gives the same.
    office.run("third", &["--full"]);
    assert!(current(&lake) == current(&office.path("third")));
    // Files that did not change are links to those of the snapshot before.
    let linked = fs::read_dir(lake.join("current/organisations"))
        .unwrap()
        .filter(|e| e.as_ref().unwrap().metadata().unwrap().nlink() > 1);
    assert_eq!(linked.count(), 2);
}

#[test]
fn a_damaged_cache_is_read_past() {
    let mut office = Office::new();
    office.send("a.csv", "2026-01-02", &list("Sơn La", 20));
    office.run("lake", &[]);
    let sound = current(&office.path("lake"));
    for entry in fs::read_dir(office.path("lake/cache")).unwrap() {
        let path = entry.unwrap().path();
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0x55;
        fs::write(path, bytes).unwrap();
    }
    fs::remove_file(office.path("lake/current")).unwrap();
    fs::remove_dir_all(office.path("lake/snapshots")).unwrap();
    office.run("lake", &[]);
    assert_eq!(sound, current(&office.path("lake")));
    let reports = reports_of(&office.path("lake"));
    assert_eq!(read_by(reports.last().unwrap()), (vec!["a.csv"], 0));
}

#[test]
fn a_plan_tells_what_a_run_would_do_and_writes_nothing() {
    let mut office = Office::new();
    office.send(
        "a.csv",
        "2025-01-02",
        &csv("UBND tỉnh Sơn La", 2024, 100, 80, ""),
    );
    office.run("lake", &[]);
    office.send(
        "b.csv",
        "2025-02-02",
        &csv("UBND tỉnh Sơn La", 2024, 107, 80, ""),
    );
    let before = (tree(&office.path("lake")), tree(&office.path("lake-out")));
    let text = office.run("lake", &["--plan"]);
    for said in [
        "b.csv (accepted",
        "superseded   2004:14 KTTT-01 2024 · a.csv by b.csv",
        "national figures",
        "Cooperatives 2024: 100 (1/34) (e) -> 107 (1/34) (e)",
        "1 files; 1 were read before",
    ] {
        assert!(text.contains(said), "{said} in {text}");
    }
    assert_eq!(
        before,
        (tree(&office.path("lake")), tree(&office.path("lake-out")))
    );
    let text = office.run("lake", &[]);
    assert!(
        text.contains("Cooperatives 2024: 100 (1/34) (e) -> 107 (1/34) (e)"),
        "{text}"
    );
    let text = office.run("lake", &["--plan"]);
    assert!(text.contains("nothing has changed"), "{text}");
    assert!(text.contains("0 files; 2 were read before"), "{text}");
}

#[test]
fn one_run_at_a_time_and_readers_need_no_lock() {
    let mut office = Office::new();
    office.send("a.csv", "2026-01-02", &list("Sơn La", 3));
    office.run("lake", &[]);
    let held = Lake::open(&office.path("lake"), "kttt").unwrap();
    let output = Command::new(program())
        .args(office.arguments("lake"))
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{text}");
    let holder = format!("process {} of ", std::process::id());
    assert!(
        text.contains(&holder) && text.contains("since 20"),
        "{text}"
    );
    assert_eq!(office.sql("SELECT count(*) AS n FROM organisations"), ["3"]);
    drop(held);
    let text = fs::read_to_string(office.path("lake/.lock")).unwrap();
    assert_eq!(text, "", "a lock that is free names nobody");
    office.run("lake", &[]);
}

/// A pseudo-random number in `0..below`, the same in every run.
fn chance(seed: &mut u64, below: u64) -> u64 {
    *seed = seed
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    (*seed >> 33) % below
}

/// An office with a published snapshot and three newer files; the result of a run over them, and how long it takes.
fn interrupted() -> (Office, BTreeMap<String, Vec<u8>>, Duration) {
    let mut office = Office::new();
    office.send("a.csv", "2026-01-02", &list("Sơn La", 400));
    office.run("lake", &[]);
    office.send("b.csv", "2026-01-03", &list("Lào Cai", 400));
    office.send("c.csv", "2026-01-04", &list("Cà Mau", 400));
    office.send("d.csv", "2026-01-05", &list("An Giang", 400));
    let began = Instant::now();
    office.run("undisturbed", &[]);
    let took = began.elapsed();
    let whole = current(&office.path("undisturbed"));
    (office, whole, took)
}

/// Checks a lake after a disturbed run: readers see the whole old or the whole new snapshot, and the next run gives the
/// result of an undisturbed one.
fn is_sound(office: &Office, first: &BTreeMap<String, Vec<u8>>, last: &BTreeMap<String, Vec<u8>>) {
    let seen = current(&office.path("lake"));
    assert!(seen == *first || seen == *last, "readers see half a run");
    let n = office.sql("SELECT count(*) AS n FROM organisations");
    assert_eq!(n, [if seen == *first { "400" } else { "1600" }]);
    office.run("lake", &[]);
    assert_eq!(current(&office.path("lake")), *last);
    let left = tree(&office.path("lake"));
    let is_left = |path: &&PathBuf| {
        let name = path.to_string_lossy();
        name.contains(".part") || name.contains(".gone")
    };
    assert_eq!(
        left.keys().find(is_left),
        None,
        "leftovers of the cut run are cleared"
    );
}

#[test]
fn a_run_killed_at_any_moment_leaves_the_last_whole_snapshot() {
    let (office, last, took) = interrupted();
    let first = current(&office.path("lake"));
    let inbox = tree(&office.path("inbox"));
    let kept = office.path("kept");
    fs::rename(office.path("lake"), &kept).unwrap();
    let mut seed = 20_261_127;
    let (mut killed, mut old, mut new) = (0, 0, 0);
    for _ in 0..24 {
        office.put_back("kept", "lake");
        let delay = chance(&mut seed, 1 + took.as_micros() as u64 * 11 / 10);
        let mut child = Command::new(program())
            .args(office.arguments("lake"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_micros(delay));
        let ended = child.try_wait().unwrap().is_some();
        child.kill().unwrap();
        child.wait().unwrap();
        killed += usize::from(!ended);
        if current(&office.path("lake")) == first {
            old += 1;
        } else {
            new += 1;
        }
        is_sound(&office, &first, &last);
    }
    assert!(
        killed >= 12,
        "only {killed} of 24 were killed; {old} left the old snapshot, {new} the new one"
    );
    assert!(old > 0, "no kill came before the switch");
    assert_eq!(
        inbox,
        tree(&office.path("inbox")),
        "the provinces' files are not touched"
    );
}

#[test]
fn a_run_that_cannot_write_says_so_and_leaves_the_last_whole_snapshot() {
    let (office, last, _) = interrupted();
    let first = current(&office.path("lake"));
    let kept = office.path("kept");
    fs::rename(office.path("lake"), &kept).unwrap();
    let mut failed = 0;
    // The largest size of a file, in blocks of 512 bytes: writing a larger one fails.
    for blocks in [
        0, 1, 2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 28, 32, 40, 48, 64, 96, 128, 4096,
    ] {
        office.put_back("kept", "lake");
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
        let output = Command::new("sh")
            .args(["-c", &script])
            .arg(program())
            .args(office.arguments("lake"))
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        match output.status.code() {
            Some(0) => {}
            Some(2) => {
                failed += 1;
                assert!(
                    text.contains("File too large") && text.contains('/'),
                    "{text}"
                );
            }
            other => panic!("{other:?} with {blocks} blocks: {text}"),
        }
        is_sound(&office, &first, &last);
    }
    assert!(failed >= 8, "only {failed} runs failed");
}

#[test]
fn the_status_says_how_each_unit_stands() {
    let mut office = Office::new();
    office.send(
        "a.csv",
        "2024-12-01",
        &csv("UBND tỉnh Sơn La", 2024, 100, 80, ""),
    );
    office.send(
        "b.csv",
        "2025-01-15",
        &csv("UBND tỉnh Lai Châu", 2024, 50, 40, ""),
    );
    office.send(
        "BC_Cao Bằng_2024.csv",
        "2024-12-05",
        b"a letter that holds no form\nof any kind\n",
    );
    office.send(
        "c.csv",
        "2024-12-06",
        &csv(
            "UBND tỉnh Điện Biên",
            2024,
            50,
            40,
            "Địa giới: 34 tỉnh;\nĐịa giới: 63 tỉnh;\n",
        ),
    );
    office.send(
        "thu.csv",
        "2024-12-07",
        b"another letter\nthat names nobody\n",
    );
    // A rule that holds a report back, and a report that breaks it.
    let rules = office.path("pipelines/kttt/rules.toml");
    let text = fs::read_to_string(&rules).unwrap();
    let strict = text.replacen("id = \"R101\"\n", "id = \"R101\"\non_fail = \"hold\"\n", 1);
    assert_ne!(text, strict);
    fs::write(&rules, strict).unwrap();
    office.send(
        "d.csv",
        "2024-12-08",
        &csv("UBND tỉnh Hòa Bình", 2024, 80, 90, ""),
    );
    office.run("lake", &[]);
    let place = |name: &str| office.path(name).to_string_lossy().into_owned();
    let (pipeline, lake) = (place("pipelines/kttt"), place("lake"));
    let ask_at = |at: &str, format: &str| {
        tonghop(&[
            "status", &pipeline, "--lake", &lake, "--at", at, "--form", "KTTT-01", "--period",
            "2024", "--format", format,
        ])
    };
    let output = ask_at("2025-01-20", "json");
    assert_eq!(output.status.code(), Some(1), "something is overdue");
    let status: Value = serde_json::from_slice(&output.stdout).unwrap();
    let state = |code: &str| {
        let owed = status["owed"].as_array().unwrap();
        let row = owed.iter().find(|o| o["code"] == code).unwrap();
        row["state"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        (state("14").as_str(), state("12").as_str()),
        ("on_time", "late")
    );
    assert_eq!(
        (state("04").as_str(), state("01").as_str()),
        ("rejected", "overdue")
    );
    assert_eq!(state("17"), "held");
    let one = &status["collections"][0];
    let summary = reports_of(&office.path("lake"));
    let counted = summary[0]["summary"]["reports"].as_array().unwrap();
    let counted = counted
        .iter()
        .find(|r| r["form"] == "KTTT-01" && r["period"] == "2024")
        .unwrap();
    assert_eq!(one["accepted"], counted["units_reported"]);
    assert_eq!(one["expected"], counted["units_expected"]);
    assert_eq!(one["due"], "2024-12-25");
    assert_eq!(status["rejected"], serde_json::json!(["thu.csv"]));
    // Before the due date nothing is overdue.
    let output = ask_at("2024-12-20", "table");
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        text.contains("2004:14 Sơn La") && !text.contains("!\n"),
        "{text}"
    );
    let output = ask_at("2025-01-20", "csv");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(
        text.lines().count(),
        64,
        "a line for each of 63, and the heads"
    );
    assert!(text.starts_with("form,period,due,vintage,code,name,state,received_at,file_name,revision,reporter,errors,warnings\n"));
}

/// A report whose period stays open lies there, and so the unit is not called overdue.
#[test]
fn the_status_names_every_file_that_came_for_a_unit() {
    let mut office = Office::new();
    let open = |unit: &str| {
        let text = csv(unit, 2024, 100, 80, "");
        let text = String::from_utf8(text).unwrap();
        text.replacen("2024", "2023", 1).into_bytes()
    };
    office.send(
        "a.csv",
        "2024-12-01",
        &csv("UBND tỉnh Sơn La", 2024, 100, 80, ""),
    );
    // Held for good; held and then sent again, late; a letter of a unit that has reported.
    office.send("b.csv", "2024-12-02", &open("UBND tỉnh Hòa Bình"));
    office.send("c.csv", "2024-12-03", &open("UBND tỉnh Hà Giang"));
    office.send(
        "d.csv",
        "2025-01-10",
        &csv("UBND tỉnh Hà Giang", 2024, 90, 80, ""),
    );
    office.send(
        "thu Sơn La.csv",
        "2024-12-04",
        b"a letter that holds no form\nof any kind\n",
    );
    office.run("lake", &[]);
    let ask = |more: &[&str]| {
        let (pipeline, lake) = (office.text("pipelines/kttt"), office.text("lake"));
        let mut all = vec!["status", &pipeline, "--lake", &lake, "--at", "2025-01-20"];
        all.extend(more);
        tonghop(&all)
    };
    let status: Value = serde_json::from_slice(&ask(&["--format", "json"]).stdout).unwrap();
    let row = |code: &str| {
        let owed = status["owed"].as_array().unwrap();
        owed.iter().find(|o| o["code"] == code).unwrap().clone()
    };
    let files = |row: &Value| -> Vec<(String, String)> {
        let files = row["files"].as_array().unwrap().iter();
        let text = |file: &Value, key: &str| file[key].as_str().unwrap().to_owned();
        files
            .map(|f| (text(f, "file_name"), text(f, "state")))
            .collect()
    };
    let said = |file: &str, state: &str| (file.to_owned(), state.to_owned());
    let hoa_binh = row("17");
    assert_eq!(hoa_binh["state"], "held");
    assert_eq!(hoa_binh["file_name"], "b.csv");
    assert_eq!(files(&hoa_binh), [said("b.csv", "held")]);
    assert_eq!(hoa_binh["files"][0]["period"], Value::Null);
    assert_eq!(hoa_binh["files"][0]["why"][0]["code"], "TH313");
    // The version that was sent first was in time.
    assert_eq!(row("02")["state"], "on_time");
    assert_eq!(
        files(&row("02")),
        [said("c.csv", "held"), said("d.csv", "counts")]
    );
    assert_eq!(status["other_files"][0]["code"], "14");
    assert_eq!(status["other_files"][0]["file_name"], "thu Sơn La.csv");
    let text = String::from_utf8(ask(&["--unit", "Hòa Bình"]).stdout).unwrap();
    assert!(
        text.contains("held back: 2004:17 Hòa Bình, KTTT-01 2024: b.csv"),
        "{text}"
    );
    assert!(!text.contains("Sơn La"), "{text}");
    for (more, hint) in [
        (["--form", "KTTT-77"], "KTTT-01"),
        (["--period", "2031-Q9"], "years such as 2025"),
        (["--unit", "Hoa Bin"], "Hòa Bình"),
    ] {
        let output = ask(&more);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(hint) && output.stdout.is_empty(), "{said}");
    }
    // Feedback does not say that the report did not come.
    let out = office.text("feedback");
    let (pipeline, lake) = (office.text("pipelines/kttt"), office.text("lake"));
    let all = [
        "feedback",
        &pipeline,
        "--lake",
        &lake,
        "--out",
        &out,
        "--severity",
        "info",
    ];
    assert_eq!(tonghop(&all).status.code(), Some(0));
    let folder = office.path("feedback/2004-17 Hòa Bình");
    let names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|f| f.unwrap().file_name())
        .collect();
    assert_eq!(names, ["b.xlsx"]);
}

#[test]
fn the_log_is_json_also_where_nothing_can_start() {
    let office = Office::new();
    let events = |arguments: &[String]| {
        let output = Command::new(program()).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(output.stdout.is_empty());
        let text = String::from_utf8(output.stderr).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
        lines.collect::<Vec<Value>>()
    };
    let with = |more: &[&str]| {
        let mut all = office.arguments("lake");
        all.extend(more.iter().map(|m| (*m).to_owned()));
        all
    };
    let lines = events(&with(&["--log", "json", "--submissions", "/nonexist"]));
    let last = lines.last().unwrap();
    assert_eq!(last["event"], "run_failed");
    assert!(
        last["message"].as_str().unwrap().contains("`/nonexist`"),
        "{last}"
    );
    let lines = events(&with(&["--log=json", "--no-such-option"]));
    assert_eq!(lines.len(), 1);
    assert!(
        lines[0]["message"]
            .as_str()
            .unwrap()
            .contains("--no-such-option")
    );
    let rules = office.path("pipelines/kttt/rules.toml");
    fs::write(rules, "[[rules]]\nid = 1\n").unwrap();
    let lines = events(&with(&["--log", "json"]));
    assert_eq!(lines[0]["event"], "definition_error");
    assert!(lines[0]["file"].as_str().unwrap().ends_with("rules.toml"));
    assert_eq!(lines.last().unwrap()["event"], "run_failed");
}

#[test]
fn every_line_of_the_log_is_an_object_and_stages_are_bracketed() {
    let mut office = Office::new();
    office.send("a.csv", "2026-01-02", &list("Sơn La", 5));
    office.send("b.csv", "2026-01-03", b"no form\n");
    let output = Command::new(program())
        .args(office.arguments("lake"))
        .args(["--log", "json"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stdout.is_empty());
    let lines: Vec<Value> = String::from_utf8(output.stderr)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let events: Vec<&str> = lines.iter().map(|l| l["event"].as_str().unwrap()).collect();
    assert_eq!(
        (events[0], *events.last().unwrap()),
        ("run_started", "run_ended")
    );
    assert!(
        lines
            .iter()
            .all(|l| l["time"].is_string() && l["level"].is_string())
    );
    let open: Vec<&Value> = lines
        .iter()
        .filter(|l| l["event"] == "stage_started")
        .map(|l| &l["stage"])
        .collect();
    let closed: Vec<&Value> = lines
        .iter()
        .filter(|l| l["event"] == "stage_ended")
        .map(|l| &l["stage"])
        .collect();
    assert_eq!(open, closed);
    assert!(open.len() >= 4);
    let finding = lines
        .iter()
        .find(|l| l["event"] == "finding" && l["file_name"] == "b.csv")
        .unwrap();
    assert_eq!(
        (finding["code"].as_str(), finding["level"].as_str()),
        (Some("TH201"), Some("error"))
    );
    assert!(events.contains(&"snapshot_published"));
    // A run that cannot start says so in one object too.
    fs::write(office.path("lake-out/.tonghop"), "").unwrap();
    fs::remove_file(office.path("lake-out/.tonghop")).unwrap();
    let output = Command::new(program())
        .args(office.arguments("lake"))
        .args(["--log", "json"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stderr).unwrap();
    let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!(last["event"], "run_failed");
}

#[test]
fn the_report_of_a_run_is_what_its_schema_says() {
    let mut office = Office::new();
    office.send("a.csv", "2026-01-02", &list("Sơn La", 5));
    office.run("lake", &[]);
    // A run that fails leaves one too.
    fs::remove_file(office.path("lake-out/.tonghop")).unwrap();
    let output = Command::new(program())
        .args(office.arguments("lake"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let reports = reports_of(&office.path("lake"));
    assert_eq!(reports.len(), 2);
    let root = root();
    let schema = fs::read_to_string(root.join("docs/run-report.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    for report in &reports {
        conforms("report", report, &schema);
    }
    assert_eq!(reports[0]["exit_code"], 0);
    assert_eq!(
        (&reports[1]["exit_code"], reports[1]["error"].is_string()),
        (&Value::from(2), true)
    );
    let page = fs::read_to_string(root.join("docs/run-report.md")).unwrap();
    for key in schema["properties"].as_object().unwrap().keys() {
        assert!(
            page.contains(&format!("`{key}`")),
            "{key} is not on the page"
        );
    }
}

/// Checks a value against the keywords of JSON Schema that this schema uses; unknown keys are errors.
fn conforms(place: &str, value: &Value, schema: &Value) {
    if let Some(constant) = schema.get("const") {
        assert_eq!(value, constant, "{place}");
    }
    if let Some(one) = schema.get("enum") {
        assert!(
            one.as_array().unwrap().contains(value),
            "{place} is {value}"
        );
    }
    if let Some(kinds) = schema.get("type") {
        let kind = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(n) if n.is_i64() || n.is_u64() => "integer",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        let kinds: Vec<&str> = match kinds {
            Value::String(one) => vec![one],
            many => many
                .as_array()
                .unwrap()
                .iter()
                .map(|k| k.as_str().unwrap())
                .collect(),
        };
        let fits = kinds.contains(&kind) || (kind == "integer" && kinds.contains(&"number"));
        assert!(fits, "{place} is {kind}, not {kinds:?}");
    }
    if let (Some(items), Some(list)) = (schema.get("items"), value.as_array()) {
        for (i, item) in list.iter().enumerate() {
            conforms(&format!("{place}[{i}]"), item, items);
        }
    }
    if let (Some(known), Some(object)) = (schema.get("properties"), value.as_object()) {
        for key in schema["required"].as_array().unwrap() {
            assert!(
                object.contains_key(key.as_str().unwrap()),
                "{place} lacks {key}"
            );
        }
        for (key, value) in object {
            let schema = known.get(key);
            let schema = schema.unwrap_or_else(|| panic!("{place}.{key} is not in the schema"));
            conforms(&format!("{place}.{key}"), value, schema);
        }
    }
}

#[test]
fn the_page_of_scheduling_names_only_what_there_is() {
    let root = root().join("docs");
    let mut text = fs::read_to_string(root.join("scheduling.md")).unwrap();
    for file in [
        "tonghop.service",
        "tonghop.timer",
        "tonghop-failed@.service",
    ] {
        assert!(text.contains(file), "the page does not name {file}");
        text.push_str(&fs::read_to_string(root.join("scheduling").join(file)).unwrap());
    }
    let commands = text
        .lines()
        .filter(|line| line.starts_with("tonghop ") || line.contains("tonghop run"))
        .map(|line| &line[line.rfind("tonghop ").unwrap()..])
        .chain(
            text.lines()
                .filter_map(|line| line.strip_prefix("ExecStart=/usr/local/bin/")),
        );
    let mut seen = 0;
    for command in commands {
        let words: Vec<&str> = command
            .split(['#', '|', '`'])
            .next()
            .unwrap()
            .split_whitespace()
            .collect();
        if !["run", "status", "snapshots", "rollback", "gc"].contains(&words[1]) {
            continue;
        }
        let output = tonghop(&[words[1], "--help"]);
        assert_eq!(output.status.code(), Some(0), "{command}");
        let help = String::from_utf8_lossy(&output.stdout).into_owned();
        for flag in words.iter().filter(|word| word.starts_with("--")) {
            assert!(help.contains(flag), "{flag} of {command}");
            seen += 1;
        }
    }
    assert!(seen >= 8, "only {seen} options were looked at");
}
