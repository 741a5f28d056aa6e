//! An office: a pipeline of its own, an inbox and its lakes; and the small reports and lists that it is sent.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use tonghop::intake::hex;

use super::definitions::{definitions, print_one_table};
use super::files::contents;
use super::program::{sql, succeeded, tonghop};

/// A pipeline of its own, an inbox and its lakes.
pub(crate) struct Office {
    place: TempDir,
    received: String,
}

impl Office {
    /// With one table to be printed: most tests look at the lake alone.
    pub(crate) fn new() -> Self {
        let office = Self::with_all_tables();
        print_one_table(&office.path("pipelines/kttt"));
        office
    }

    pub(crate) fn with_all_tables() -> Self {
        let place = TempDir::new().expect("a directory");
        definitions(place.path());
        fs::create_dir_all(place.path().join("inbox")).expect("made");
        Self {
            place,
            received: "file_name,received_at\n".to_owned(),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    /// The path as an argument.
    pub(crate) fn text(&self, name: &str) -> String {
        self.path(name).to_string_lossy().into_owned()
    }

    /// Puts a file into the inbox; returns its submission's id.
    pub(crate) fn send(&mut self, name: &str, day: &str, bytes: &[u8]) -> String {
        fs::write(self.path("inbox").join(name), bytes).expect("written");
        let _ = writeln!(self.received, "{name},{day}T08:00:00+07:00");
        fs::write(self.path("inbox/received.csv"), &self.received).expect("written");
        hex(&Sha256::digest(bytes))[..16].to_owned()
    }

    pub(crate) fn decide(&self, decisions: &str) {
        fs::write(self.path("pipelines/kttt/decisions.toml"), decisions).expect("written");
    }

    /// The arguments of a run into a lake; its tables go to `<lake>-out`.
    pub(crate) fn arguments(&self, lake: &str) -> Vec<String> {
        let pairs = [
            ("--submissions", self.text("inbox")),
            ("--lake", self.text(lake)),
            ("--out", self.text(&format!("{lake}-out"))),
            ("--fail-on", "never".to_owned()),
            ("--at", "2026-11-30".to_owned()),
        ];
        let mut all = vec!["run".to_owned(), self.text("pipelines/kttt")];
        all.extend(
            pairs
                .into_iter()
                .flat_map(|(name, value)| [name.to_owned(), value]),
        );
        all
    }

    /// Runs, which must go well; returns standard output and error together.
    pub(crate) fn run(&self, lake: &str, more: &[&str]) -> String {
        let arguments = self.arguments(lake);
        let mut all: Vec<&str> = arguments.iter().map(String::as_str).collect();
        all.extend(more);
        succeeded(&tonghop(&all))
    }

    pub(crate) fn sql(&self, query: &str) -> Vec<String> {
        sql(&self.path("lake"), query)
    }

    /// Puts a copy of a directory that was kept in the place of another.
    pub(crate) fn put_back(&self, kept: &str, name: &str) {
        let _ = fs::remove_dir_all(self.path(name));
        let copied = Command::new("cp")
            .arg("-a")
            .args([self.path(kept), self.path(name)])
            .status();
        assert!(copied.unwrap().success());
    }
}

/// A report as text: province as it is written, year, total, active, and lines above the table.
pub(crate) fn csv(province: &str, year: u16, total: u32, active: u32, above: &str) -> Vec<u8> {
    let next = year + 1;
    format!(
        "Biểu số: KTTT-01;\nĐơn vị báo cáo: {province};\n{above}NĂM {year};\nChỉ tiêu;Ước thực hiện năm {year};Kế hoạch năm {next}\n\
         Tổng số hợp tác xã;{total};{total}\nSố HTX đang hoạt động;{active};{active}\nSố HTX ngừng hoạt động, chờ giải thể;0;0\n"
    )
    .into_bytes()
}

/// A record list of a province: quickly read, and no model runs over it.
pub(crate) fn list(province: &str, records: usize) -> Vec<u8> {
    let mut text = format!(
        "Biểu số: KTTT-04;\nDANH SÁCH HỢP TÁC XÃ NĂM 2025;\nĐơn vị báo cáo: UBND tỉnh {province};\nĐịa giới: 34 tỉnh;\n\
         STT;Tên;Loại hình;Mã số thuế;Ngày thành lập;Lĩnh vực;Tình trạng;Xếp loại;Số thành viên;Số lao động;Doanh thu (triệu đồng);Giám đốc\n"
    );
    for n in 1..=records {
        text.push_str(&format!(
            "{n};HTX {province} {n};HTX;{};2019;A1;đang hoạt động;khá;{n};7;12,25;Ai\n",
            tax_code(province, n)
        ));
    }
    text.into_bytes()
}

/// The tax code number `n` of a province: no other province has it, and its check digit is right.
pub(crate) fn tax_code(province: &str, n: usize) -> String {
    let of_province = province
        .bytes()
        .fold(0_usize, |sum, b| (sum * 31 + usize::from(b)) % 900);
    // One code in eleven has no check digit.
    let codes = (0..).map(|i| format!("{}{i:06}", of_province + 100));
    let mut checked = codes.filter_map(|code| {
        let weights = [31, 29, 23, 19, 17, 13, 7, 5, 3];
        let digits = code.bytes().map(|b| usize::from(b - b'0'));
        let sum: usize = digits
            .zip(weights)
            .map(|(digit, weight)| digit * weight)
            .sum();
        let digit = 10 - sum % 11;
        (digit < 10).then(|| format!("{code}{digit}"))
    });
    checked.nth(n).expect("a code")
}

/// The tables of the current snapshot, by their files.
pub(crate) fn current(lake: &Path) -> BTreeMap<String, Vec<u8>> {
    contents(&fs::canonicalize(lake.join("current")).unwrap())
}

pub(crate) fn current_id(lake: &Path) -> String {
    let target = fs::read_link(lake.join("current")).unwrap();
    target.file_name().unwrap().to_string_lossy().into_owned()
}

/// The reports of all runs of a lake, the oldest first.
pub(crate) fn reports_of(lake: &Path) -> Vec<Value> {
    let mut names: Vec<PathBuf> = fs::read_dir(lake.join("runs"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "json"))
        .collect();
    names.sort();
    names
        .iter()
        .map(|p| serde_json::from_str(&fs::read_to_string(p).unwrap()).unwrap())
        .collect()
}
