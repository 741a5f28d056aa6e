//! Writes reports as the files of an inbox: one plain layout, a file for each report, and `received.csv`.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook};

use super::catalogue::{NEW, OLD, catalogue};
use super::programme::{self, Field};
use super::truth::{Cell, Form, Period, Report, Reporter};

#[derive(Clone)]
enum Entry {
    Empty,
    Text(String),
    Tenths(i64),
}

impl From<&str> for Entry {
    fn from(text: &str) -> Self {
        if text.is_empty() {
            Self::Empty
        } else {
            Self::Text(text.to_owned())
        }
    }
}

impl From<Cell> for Entry {
    fn from(cell: Cell) -> Self {
        match cell {
            Cell::Tenths(tenths) => Self::Tenths(tenths),
            Cell::Nil => Self::Text("-".to_owned()),
            Cell::NotCollected => Self::Text("…".to_owned()),
            Cell::NotApplicable => Self::Text("x".to_owned()),
            Cell::Blank => Self::Empty,
        }
    }
}

/// Gives every report a file name, and writes the files with their times of receipt.
pub(crate) fn write(reports: &mut [Report], inbox: &Path) {
    let mut received = String::from("file_name,received_at\n");
    for (index, report) in reports.iter_mut().enumerate() {
        if report.file.is_empty() {
            let extension = if report.as_csv { "csv" } else { "xlsx" };
            report.file = format!(
                "{index:04}-{}-{}.{extension}",
                report.form.code(),
                report.period
            );
        }
        write_report(report, &inbox.join(&report.file));
        writeln!(received, "{},{}", report.file, report.received).unwrap();
    }
    fs::write(inbox.join("received.csv"), received).unwrap();
}

/// Writes one report as a file.
pub(crate) fn write_report(report: &Report, path: &Path) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let grid = lay_out(report);
    if report.as_csv {
        write_csv(&grid, path);
    } else {
        write_workbook(report, &grid, path);
    }
}

fn lay_out(report: &Report) -> Vec<Vec<Entry>> {
    let mut grid: Vec<Vec<Entry>> = Vec::new();
    let mut line = |text: String| grid.push(vec![Entry::Text(text)]);
    let year = report.period.year();
    let period = match report.period {
        Period::Year(_) => format!("NĂM {year}"),
        Period::FirstHalf(_) => format!("6 THÁNG ĐẦU NĂM {year}"),
        Period::Quarter(_, quarter) => {
            let roman = ["I", "II", "III", "IV"][quarter as usize - 1];
            format!("QUÝ {roman} NĂM {year}")
        }
        Period::Month(_, month) => format!("THÁNG {month} NĂM {year}"),
    };
    line(format!("Biểu số: {}", report.form.code()));
    line(match report.form {
        Form::Indicators => {
            format!("MỘT SỐ CHỈ TIÊU CƠ BẢN VỀ PHÁT TRIỂN KINH TẾ TẬP THỂ {period}")
        }
        Form::Sectors => {
            format!(
                "SỐ LƯỢNG HỢP TÁC XÃ, LIÊN HIỆP HỢP TÁC XÃ, TỔ HỢP TÁC PHÂN THEO LĨNH VỰC {period}"
            )
        }
        form => format!("{} {period}", programme::title(form)),
    });
    let sender = match report.reporter {
        Some(Reporter::Ubnd) => "UBND ",
        Some(Reporter::Alliance) => "Liên minh Hợp tác xã ",
        None => "",
    };
    line(format!("Đơn vị báo cáo: {sender}{}", report.name));
    if report.code_written {
        line(format!("Mã tỉnh: {}", report.code));
    }
    if report.geography_written {
        line(match report.vintage.as_str() {
            OLD => "Địa giới: 63 tỉnh".to_owned(),
            NEW => "Địa giới: 34 tỉnh".to_owned(),
            other => panic!("no words for the vintage {other}"),
        });
    }
    if let Some(number) = report.sending {
        line(format!("Lần gửi: {number}"));
    }
    grid.push(Vec::new());
    match report.form {
        Form::Indicators => indicator_rows(report, &mut grid),
        Form::Sectors => sector_rows(report, &mut grid),
        Form::Support | Form::Needs => topic_rows(report, &mut grid),
        Form::Quick => quick_rows(report, &mut grid),
        Form::Organisations | Form::Selected | Form::Tasks => records(report, &mut grid),
    }
    grid.push(Vec::new());
    grid.push(vec!["".into(), "Người lập biểu".into()]);
    grid
}

fn indicator_rows(report: &Report, grid: &mut Vec<Vec<Entry>>) {
    let mut head: Vec<Entry> = ["TT", "Chỉ tiêu", "Đơn vị tính", "Mã số"]
        .map(Entry::from)
        .into();
    head.extend(
        report
            .columns()
            .iter()
            .map(|column| Entry::Text(column.heads[0].clone())),
    );
    head.push("Ghi chú".into());
    grid.push(head);
    let catalogue = catalogue();
    for (number, id, title) in [
        ("I", "HTX", "HỢP TÁC XÃ"),
        ("II", "LHHTX", "LIÊN HIỆP HỢP TÁC XÃ"),
        ("III", "THT", "TỔ HỢP TÁC"),
    ] {
        grid.push(vec![number.into(), title.into()]);
        let mut rows: Vec<_> = (report.rows.iter())
            .map(|(row, cells)| (&catalogue.indicators[row], cells))
            .filter(|(indicator, _)| indicator.section == id)
            .collect();
        rows.sort_by_key(|(indicator, _)| indicator.row_code.clone());
        for (indicator, cells) in rows {
            let mut row = vec![
                Entry::Empty,
                Entry::Text(indicator.name_vi.clone()),
                Entry::Text(indicator.unit.clone()),
                Entry::Text(indicator.row_code.clone()),
            ];
            row.extend(cells.iter().map(|cell| Entry::from(*cell)));
            grid.push(row);
        }
    }
}

fn sector_rows(report: &Report, grid: &mut Vec<Vec<Entry>>) {
    let mut top = vec![Entry::from("TT"), Entry::from("Lĩnh vực")];
    let mut bottom = vec![Entry::Empty, Entry::Empty];
    let mut last = String::new();
    for column in report.columns() {
        // The upper head stands once over its columns, as a merged cell does.
        let upper = if column.heads[0] == last {
            Entry::Empty
        } else {
            Entry::Text(column.heads[0].clone())
        };
        last.clone_from(&column.heads[0]);
        top.push(upper);
        bottom.push(Entry::Text(column.heads[1].clone()));
    }
    grid.push(top);
    grid.push(bottom);
    for (sector, cells) in &report.rows {
        let name = if sector == "_T" {
            "Tổng số"
        } else {
            catalogue().sectors[sector].as_str()
        };
        let mut row = vec![Entry::Empty, Entry::Text(name.to_owned())];
        row.extend(cells.iter().map(|cell| Entry::from(*cell)));
        grid.push(row);
    }
}

/// Two rows of heads over the columns; the upper stands once over its columns, as a merged cell does.
fn two_heads(report: &Report, grid: &mut Vec<Vec<Entry>>) {
    let mut top = ["TT", "Nội dung hỗ trợ", "Đơn vị tính"]
        .map(Entry::from)
        .to_vec();
    let mut bottom = vec![Entry::Empty, Entry::Empty, Entry::Empty];
    let mut last = String::new();
    for column in report.columns() {
        top.push(if column.heads[0] == last {
            Entry::Empty
        } else {
            Entry::Text(column.heads[0].clone())
        });
        last.clone_from(&column.heads[0]);
        bottom.push(Entry::Text(column.heads[1].clone()));
    }
    grid.push(top);
    grid.push(bottom);
}

/// Rows by topic: of support a count and what it cost under the topic's words, of needs one.
fn topic_rows(report: &Report, grid: &mut Vec<Vec<Entry>>) {
    two_heads(report, grid);
    let columns = report.columns();
    for (topic, words) in programme::TOPICS {
        if report.form == Form::Support {
            grid.push(vec![Entry::Empty, words.into()]);
        }
        for (row, cells) in &report.rows {
            let label = match (row.split_once('_'), report.form) {
                (Some(("need", own)), _) if own == topic => words,
                (Some((_, own)), Form::Support) if own.starts_with(topic) => row_of_support(own),
                _ => continue,
            };
            let unit = &catalogue().indicators[row].unit;
            let mut line = vec![Entry::Empty, label.into(), Entry::Text(unit.clone())];
            for (column, cell) in columns.iter().zip(cells) {
                line.push(if programme::exists(report.form, row, column) {
                    Entry::from(*cell)
                } else {
                    Entry::Empty
                });
            }
            grid.push(line);
        }
    }
}

/// `training_count`, `land_area` and so on, in the words of the form.
fn row_of_support(row: &str) -> &'static str {
    match row {
        "training_count" => "Số người",
        "land_area" => "Diện tích",
        "insurance_money" => "Số tiền nợ",
        _ if row.ends_with("_count") => "Số HTX",
        _ => "Kinh phí",
    }
}

fn quick_rows(report: &Report, grid: &mut Vec<Vec<Entry>>) {
    let columns = report.columns();
    let mut head = ["Chỉ tiêu", "Đơn vị tính", "Mã số"]
        .map(Entry::from)
        .to_vec();
    head.extend(columns.iter().map(|c| Entry::Text(c.heads[0].clone())));
    grid.push(head);
    for (row, cells) in &report.rows {
        let indicator = &catalogue().indicators[row];
        let mut line = [&indicator.name_vi, &indicator.unit, &indicator.row_code]
            .map(|text| Entry::Text(text.clone()))
            .to_vec();
        for (column, cell) in columns.iter().zip(cells) {
            line.push(if programme::exists(report.form, row, column) {
                Entry::from(*cell)
            } else {
                Entry::Empty
            });
        }
        grid.push(line);
    }
}

fn records(report: &Report, grid: &mut Vec<Vec<Entry>>) {
    let heads = programme::heads_of_list(report.form);
    grid.push(heads.iter().copied().map(Entry::from).collect());
    for (number, record) in (1..).zip(&report.records) {
        let fields = programme::fields(report, number, record).into_iter();
        grid.push(
            fields
                .map(|field| match field {
                    Field::Blank => Entry::Empty,
                    Field::Text(text) => Entry::Text(text),
                    Field::Tenths(tenths) => Entry::Tenths(tenths),
                })
                .collect(),
        );
    }
}

fn write_csv(grid: &[Vec<Entry>], path: &Path) {
    let mut writer = csv::WriterBuilder::new()
        .flexible(true)
        .from_path(path)
        .unwrap();
    let width = grid.iter().map(Vec::len).max().unwrap();
    for row in grid {
        let texts = (0..width).map(|i| match row.get(i) {
            None | Some(Entry::Empty) => String::new(),
            Some(Entry::Text(text)) => text.clone(),
            Some(Entry::Tenths(tenths)) if tenths % 10 == 0 => (tenths / 10).to_string(),
            Some(Entry::Tenths(tenths)) => {
                format!(
                    "{}{}.{}",
                    if *tenths < 0 { "-" } else { "" },
                    tenths.abs() / 10,
                    tenths.abs() % 10
                )
            }
        });
        writer.write_record(texts).unwrap();
    }
    writer.flush().unwrap();
}

fn write_workbook(report: &Report, grid: &[Vec<Entry>], path: &Path) {
    let mut workbook = Workbook::new();
    // The same report is the same bytes, whenever it is written.
    let made = ExcelDateTime::from_ymd(2025, 1, 1).unwrap();
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let sheet = workbook
        .add_worksheet()
        .set_name(report.form.code())
        .unwrap();
    for (r, row) in grid.iter().enumerate() {
        for (c, entry) in row.iter().enumerate() {
            let (r, c) = (u32::try_from(r).unwrap(), u16::try_from(c).unwrap());
            match entry {
                Entry::Empty => {}
                Entry::Text(text) => {
                    sheet.write_string(r, c, text).unwrap();
                }
                // An exact integer divided once gives the double nearest to the decimal.
                #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
                Entry::Tenths(tenths) => {
                    sheet.write_number(r, c, *tenths as f64 / 10.0).unwrap();
                }
            }
        }
    }
    workbook.save(path).unwrap();
}
