//! Writes a registry of organisations for measurements: one workbook in the layout of KTTT-04 for each of the 34
//! provinces, 5,441 rows × 23 columns, in all about 4.0 million filled cells. The same arguments give the same bytes.
//!
//! `cargo run --release --example generate_registry -- DIR [--times N] [--year Y] [--only CODE] [--seed S]`

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a tool for developers"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook};

const ROWS: u32 = 5441;

const HEADS: [&str; 23] = [
    "STT",
    "Tên",
    "Loại hình",
    "Mã số thuế",
    "Mã số đăng ký",
    "Ngày thành lập",
    "Xã/phường",
    "Mã xã",
    "Lĩnh vực",
    "Tình trạng",
    "Xếp loại",
    "Số thành viên",
    "Số lao động",
    "Vốn điều lệ (triệu đồng)",
    "Tổng tài sản (triệu đồng)",
    "Doanh thu (triệu đồng)",
    "Lãi (triệu đồng)",
    "Giám đốc",
    "Giới tính giám đốc",
    "Trình độ giám đốc",
    "Điện thoại",
    "Công nghệ cao",
    "Chuỗi giá trị",
];

/// A linear congruential generator: pseudo-random numbers that are the same on every machine.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    fn number(&mut self, n: u32) -> f64 {
        f64::from(u32::try_from(self.below(u64::from(n))).unwrap())
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len() as u64) as usize]
    }
}

/// The options.
struct Asked {
    /// How many times the rows of one registry.
    times: u32,
    year: u32,
    /// Writes only the province with this code.
    only: Option<String>,
    seed: u64,
}

struct Province {
    code: String,
    name: String,
}

/// The provinces of the newest vintage, from the reference data.
fn provinces() -> Vec<Province> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/reference/admin_units.csv");
    let mut reader = csv::Reader::from_path(path).unwrap();
    let heads = reader.headers().unwrap().clone();
    let at = |name: &str| heads.iter().position(|h| h == name).unwrap();
    let (code, vintage, name) = (at("unit_code"), at("vintage"), at("name_vi"));
    let mut all: Vec<Province> = Vec::new();
    for row in reader.records() {
        let row = row.unwrap();
        let is_new = all.iter().all(|p: &Province| p.code != row[code]);
        if &row[vintage] == "2025" && is_new {
            all.push(Province {
                code: row[code].to_owned(),
                name: row[name].to_owned(),
            });
        }
    }
    all
}

/// Writes one workbook; gives the number of its filled cells.
fn write(province: &Province, directory: &Path, asked: &Asked) -> usize {
    let Asked { times, year, .. } = *asked;
    let mut workbook = Workbook::new();
    let made = ExcelDateTime::from_ymd(2026, 1, 15).unwrap();
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let day = Format::new().set_num_format("dd/mm/yyyy");
    let sheet = workbook.add_worksheet().set_name("KTTT-04").unwrap();
    for (row, text) in [
        "Biểu số: KTTT-04".to_owned(),
        format!("DANH SÁCH HỢP TÁC XÃ, LIÊN HIỆP HỢP TÁC XÃ, TỔ HỢP TÁC NĂM {year}"),
        format!("Đơn vị báo cáo: UBND {}", province.name),
        "Địa giới: 34 tỉnh".to_owned(),
    ]
    .iter()
    .enumerate()
    {
        sheet.write_string(row as u32, 0, text).unwrap();
    }
    sheet.write_row(5, 0, HEADS).unwrap();
    let seed: u64 = province.code.parse().unwrap();
    let mut chance = Chance(seed * 10_000 + u64::from(year) + asked.seed * 1_000_003);
    let mut cells = 4 + HEADS.len();
    for n in 0..ROWS * times {
        let row = 6 + n;
        let kind = chance.one(&["HTX", "HTX", "HTX", "HTX", "LHHTX", "THT"]);
        let commune = chance.below(120);
        let mut text = |column: u16, text: &str| {
            sheet.write_string(row, column, text).unwrap();
            cells += 1;
        };
        text(
            1,
            &format!("{kind} Nông nghiệp và Dịch vụ {} {n}", province.name),
        );
        text(2, kind);
        text(3, &format!("{}{n:08}", province.code));
        text(4, &format!("{}07{n:06}", province.code));
        text(6, &format!("Xã số {commune}"));
        text(7, &format!("{:05}", seed * 200 + commune));
        text(
            8,
            chance.one(&["A1", "A2", "A3", "Trồng trọt", "Chăn nuôi", "Lâm nghiệp"]),
        );
        text(
            9,
            chance.one(&[
                "đang hoạt động",
                "đang hoạt động",
                "ngừng hoạt động",
                "chờ giải thể",
            ]),
        );
        text(
            10,
            chance.one(&["tốt", "khá", "trung bình", "yếu", "không đánh giá"]),
        );
        text(17, &format!("Nguyễn Văn {n}"));
        text(18, chance.one(&["nam", "nữ"]));
        text(
            19,
            chance.one(&["Đại học", "Cao đẳng", "Trung cấp", "Sơ cấp"]),
        );
        text(20, &format!("09{:08}", chance.below(100_000_000)));
        if chance.below(3) == 0 {
            text(21, "x");
        }
        if chance.below(2) == 0 {
            text(22, "x");
        }
        let mut number = |column: u16, value: f64| {
            sheet.write_number(row, column, value).unwrap();
            cells += 1;
        };
        number(0, f64::from(n + 1));
        number(11, chance.number(500));
        number(12, chance.number(120));
        for column in 13..=15 {
            number(column, chance.number(5_000_000) / 100.0);
        }
        number(16, chance.number(200_000) / 100.0 - 500.0);
        let founded = ExcelDateTime::from_ymd(
            1998 + chance.below(27) as u16,
            1 + chance.below(12) as u8,
            1 + chance.below(28) as u8,
        );
        sheet
            .write_with_format(row, 5, founded.unwrap(), &day)
            .unwrap();
        cells += 1;
    }
    workbook
        .save(directory.join(format!("{}.xlsx", province.code)))
        .unwrap();
    cells
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let directory = PathBuf::from(arguments.next().expect("a directory"));
    let mut asked = Asked {
        times: 1,
        year: 2025,
        only: None,
        seed: 0,
    };
    while let Some(name) = arguments.next() {
        let value = arguments.next().expect("a value");
        match name.as_str() {
            "--times" => asked.times = value.parse().expect("a number"),
            "--year" => asked.year = value.parse().expect("a number"),
            "--seed" => asked.seed = value.parse().expect("a number"),
            "--only" => asked.only = Some(value),
            other => panic!("{other} is no argument"),
        }
    }
    fs::create_dir_all(&directory).unwrap();
    let mut provinces = provinces();
    provinces.retain(|p| asked.only.as_ref().is_none_or(|only| p.code == *only));
    let (next, cells) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(province) = provinces.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let written = write(province, &directory, &asked);
                    cells.fetch_add(written, Ordering::Relaxed);
                }
            });
        }
    });
    let mut received = "file_name,received_at\n".to_owned();
    for province in &provinces {
        received.push_str(&format!(
            "{}.xlsx,{}-01-15T08:00:00+07:00\n",
            province.code,
            asked.year + 1
        ));
    }
    fs::write(directory.join("received.csv"), received).unwrap();
    eprintln!(
        "{} workbooks, {} cells",
        provinces.len(),
        cells.into_inner()
    );
}
