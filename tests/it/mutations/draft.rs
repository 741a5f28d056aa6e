//! Sound workbooks of two forms, as drafts that a change may alter before they are written and read.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use tonghop::answers::read_files;

use crate::corpus::files::{Workbook, grid, write_workbook};
use crate::support::definitions::kttt;

/// A form with figures in all of its cells.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Form {
    pub(super) crosstab: bool,
    /// Which figures it has.
    pub(super) seed: u32,
}

/// Row and column, from 0.
pub(super) type Place = (usize, usize);

/// Title lines, heads and labels of a form, and the first of its body cells, both from 0.
pub(super) struct Shape {
    pub(super) heads: &'static str,
    /// Label cells of each row, and whether its values have a decimal.
    pub(super) rows: &'static [(&'static str, bool)],
    pub(super) columns: usize,
    pub(super) body: Place,
    pub(super) merged: &'static [(Place, Place)],
}

const INDICATORS: Shape = Shape {
    heads: "Biểu số: KTTT-01
MỘT SỐ CHỈ TIÊU CƠ BẢN VỀ PHÁT TRIỂN KINH TẾ TẬP THỂ NĂM 2024
Đơn vị báo cáo: UBND tỉnh Cao Bằng
TT | Chỉ tiêu | Đơn vị tính | Mã số | Thực hiện năm 2023 | Kế hoạch năm 2024 | Ước thực hiện năm 2024 | Kế hoạch năm 2025",
    rows: &[
        ("1 | Tổng số hợp tác xã | HTX | 101", false),
        ("1.1 | Số HTX đang hoạt động | HTX | 102", false),
        ("2 | Tổng số thành viên HTX | người | 111", false),
        ("3 | Doanh thu bình quân một HTX | triệu đồng/năm | 141", true),
        ("4 | Tổng số tổ hợp tác | THT | 301", false),
    ],
    columns: 4,
    body: (4, 4),
    merged: &[],
};

const SECTORS: Shape = Shape {
    heads: "Biểu số: KTTT-02
SỐ LƯỢNG HỢP TÁC XÃ, LIÊN HIỆP HỢP TÁC XÃ, TỔ HỢP TÁC PHÂN THEO LĨNH VỰC NĂM 2024
Đơn vị báo cáo: UBND tỉnh Lạng Sơn
TT | Lĩnh vực | Mã số | Hợp tác xã |  |  | Tổ hợp tác |
 |  |  | Tổng số | Đang hoạt động | Thành viên | Tổng số | Thành viên",
    rows: &[
        (" | Tổng số | ", false),
        (
            "1 | Nông nghiệp, lâm nghiệp, thủy sản, diêm nghiệp | A",
            false,
        ),
        ("1.1 | Chăn nuôi | A2", false),
        ("2 | Thương mại - dịch vụ | D", false),
    ],
    columns: 5,
    body: (5, 3),
    merged: &[
        ((3, 0), (4, 0)),
        ((3, 1), (4, 1)),
        ((3, 2), (4, 2)),
        ((3, 3), (3, 5)),
        ((3, 6), (3, 7)),
    ],
};

impl Form {
    pub(super) fn shape(&self) -> &'static Shape {
        if self.crosstab { &SECTORS } else { &INDICATORS }
    }

    /// The cell of a figure, from 0.
    pub(super) fn cell(&self, n: usize) -> Place {
        let Shape { columns, body, .. } = self.shape();
        (body.0 + n / columns, body.1 + n % columns)
    }

    pub(super) fn cells(&self) -> usize {
        self.shape().rows.len() * self.shape().columns
    }

    /// A figure between 1 and 99,999; neighbours have nothing in common.
    fn figure(&self, n: usize) -> u32 {
        let mixed = (n as u32 + 1 + self.seed * 31).wrapping_mul(2_654_435_761);
        let most = [1_000, 100_000][n % 2];
        (mixed >> 8) % (most - 1) + 1
    }

    /// What is read from it without any change, read once.
    pub(super) fn plain(&self) -> Result<Arc<Reading>, TestCaseError> {
        static KNOWN: Mutex<BTreeMap<Form, Arc<Reading>>> = Mutex::new(BTreeMap::new());
        if let Some(known) = KNOWN.lock().expect("no panic").get(self) {
            return Ok(known.clone());
        }
        let read = Arc::new(self.draft("xlsx").read()?);
        if read.values.len() != self.cells() {
            return Err(TestCaseError::fail(format!("the plain form: {read:?}")));
        }
        KNOWN
            .lock()
            .expect("no panic")
            .insert(self.clone(), read.clone());
        Ok(read)
    }

    /// The workbook as it is without any change.
    pub(super) fn draft(&self, format: &'static str) -> Draft {
        let shape = self.shape();
        let mut rows: Vec<Vec<String>> = Vec::new();
        let split = |line: &str| line.split('|').map(|cell| cell.trim().to_owned()).collect();
        rows.extend(shape.heads.lines().map(split));
        for (n, (labels, decimal)) in shape.rows.iter().enumerate() {
            let mut row: Vec<String> = split(labels);
            for column in 0..shape.columns {
                let figure = self.figure(n * shape.columns + column);
                row.push(match decimal {
                    true => format!("{figure}.5"),
                    false => figure.to_string(),
                });
            }
            rows.push(row);
        }
        Draft {
            format,
            rows,
            moved: (0, 0),
            merged: shape.merged.to_vec(),
            formats: Vec::new(),
            sheet: Vec::new(),
            workbook: Vec::new(),
            flaws: Vec::new(),
        }
    }
}

pub(super) fn form() -> impl Strategy<Value = Form> {
    (any::<bool>(), 0_u32..8).prop_map(|(crosstab, seed)| Form { crosstab, seed })
}

/// A workbook that is about to be written.
pub(super) struct Draft {
    pub(super) format: &'static str,
    pub(super) rows: Vec<Vec<String>>,
    /// Blank rows above, blank columns to the left.
    pub(super) moved: (usize, usize),
    /// First and last cell of each range.
    pub(super) merged: Vec<(Place, Place)>,
    /// Number formats with their areas.
    pub(super) formats: Vec<(String, String)>,
    /// Other keys of the sheet, of the workbook, and of its flaws.
    pub(super) sheet: Vec<String>,
    pub(super) workbook: Vec<String>,
    pub(super) flaws: Vec<String>,
}

impl Draft {
    pub(super) fn address(&self, (row, column): Place) -> String {
        let column = grid::letters((column + self.moved.1) as u16);
        format!("{column}{}", row + self.moved.0 + 1)
    }

    pub(super) fn patch(&mut self, patches: &[(&str, &str, &str)]) {
        let all: Vec<[&str; 3]> = patches.iter().map(|(a, b, c)| [*a, *b, *c]).collect();
        self.flaws
            .push(format!("patch = {}", serde_json::to_string(&all).unwrap()));
    }

    /// The section `[make]` of a manifest.
    pub(super) fn manifest(&self) -> String {
        let mut text = self.workbook.join("\n");
        if !self.flaws.is_empty() {
            let _ = write!(text, "\n[flaws]\n{}", self.flaws.join("\n"));
        }
        let merged = self.merged.iter();
        let merged: Vec<String> = merged
            .map(|(from, to)| format!("{}:{}", self.address(*from), self.address(*to)))
            .collect();
        let formats: Vec<String> = self
            .formats
            .iter()
            .map(|(format, area)| format!("'{format}' = [\"{area}\"]"))
            .collect();
        let _ = write!(
            text,
            "\n[[sheet]]\nname = \"KTTT\"\nmerged = {:?}\nformats = {{ {} }}\n{}\ngrid = '''\n{}",
            merged,
            formats.join(", "),
            self.sheet.join("\n"),
            "\n".repeat(self.moved.0)
        );
        for row in &self.rows {
            text += &" | ".repeat(self.moved.1);
            text += &row.join(" | ");
            text.push('\n');
        }
        text + "'''\n"
    }

    pub(super) fn read(&self) -> Result<Reading, TestCaseError> {
        let manifest = self.manifest();
        let fail = |e: String| TestCaseError::fail(format!("{e}\n{}: {manifest}", self.format));
        let book: Workbook = toml::from_str(&manifest).map_err(|e| fail(e.to_string()))?;
        let bytes = write_workbook(&book, self.format).map_err(|e| fail(e.to_string()))?;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(format!("bao-cao.{}", self.format));
        fs::write(&path, bytes).expect("written");
        let name = format!("bao-cao.{}", self.format);
        Ok(Reading::of(&[(path, name)]))
    }
}

/// Indicator, sector, scenario and period.
pub(super) type Key = [String; 4];

/// What was read from a workbook.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// Forms with their periods and the units that they may be of.
    pub(super) reports: Vec<String>,
    /// Value and status of each key.
    pub(super) values: BTreeMap<Key, String>,
    /// The cell of each key.
    pub(super) cells: BTreeMap<String, Key>,
    /// Codes and cells of findings.
    pub(super) findings: Vec<(String, String)>,
}

impl Reading {
    pub(super) fn of(files: &[(PathBuf, String)]) -> Self {
        let mut reading = Self::default();
        for file in read_files(kttt(), files).expect("the file is there") {
            let reports = file.reports.iter().map(|r| r.report.any());
            let mut findings: Vec<_> = file.findings.iter().collect();
            for report in reports {
                let dossier = report.dossier();
                reading.reports.push(format!(
                    "{} {:?} {:?}",
                    dossier.source.form,
                    report.period().map(|p| p.to_string()),
                    dossier.unit_claim.candidates
                ));
                for o in &dossier.content.observations {
                    let key = [
                        o.indicator.clone(),
                        o.members.to_string(),
                        o.scenario.as_str().to_owned(),
                        o.period.to_string(),
                    ];
                    let value = o
                        .value
                        .map_or("NULL".to_owned(), |v| v.normalize().to_string());
                    reading.cells.insert(o.at.to_string(), key.clone());
                    reading
                        .values
                        .insert(key, format!("{value} {}", o.status.as_str()));
                }
                findings.extend(&dossier.findings);
            }
            reading.findings.extend(findings.into_iter().map(|f| {
                let cell = f.place.cell.clone().unwrap_or_default();
                (f.code.clone(), cell)
            }));
        }
        reading
    }

    /// The values that another reading has not, or has otherwise.
    pub(super) fn unlike(&self, other: &Self) -> Vec<String> {
        let mut all = Vec::new();
        for (key, value) in &self.values {
            let got = other.values.get(key).map_or("nothing", String::as_str);
            if got != value {
                all.push(format!("{}: expected {value}, got {got}", key.join(" ")));
            }
        }
        let extra = other
            .values
            .keys()
            .filter(|key| !self.values.contains_key(*key));
        all.extend(extra.map(|key| format!("{}: too many", key.join(" "))));
        if self.reports != other.reports {
            all.push(format!(
                "expected {:?}, got {:?}",
                self.reports, other.reports
            ));
        }
        all
    }
}
