//! What stands above and below a form's table.

use super::facts::{FIRST_NEW_YEAR, OLD};
use super::grid::{Grid, Look};
use super::habits::{CodeLine, Habits, Numbering, Reporter, Title};
use super::reports::Report;
use super::senders::Manner;
use super::words::{full_name, toned};

/// Units whose sheets of 2025 say nothing of their geography: an unchanged one, two whose name and
/// code together are telling, and one that the other reports must decide.
const SILENT: [&str; 4] = ["01", "44", "15", "08"];

/// A form's identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Form {
    /// `KTTT-01`.
    pub(crate) code: &'static str,
    /// Its title.
    pub(crate) title: &'static str,
}

/// The indicators by scenario.
pub(crate) const FORM_01: Form = Form {
    code: "KTTT-01",
    title: "Một số chỉ tiêu cơ bản về phát triển kinh tế tập thể",
};
/// The numbers by sector.
pub(crate) const FORM_02: Form = Form {
    code: "KTTT-02",
    title: "Số lượng hợp tác xã, liên hiệp hợp tác xã, tổ hợp tác phân theo lĩnh vực",
};

/// Writes the block above the table and gives the first row of heads.
pub(crate) fn above(
    grid: &mut Grid,
    report: &Report,
    habits: &Habits,
    form: Form,
    columns: u16,
) -> u32 {
    let left = habits.left_columns;
    let right = left + columns.saturating_sub(1);
    let middle = left + columns / 2;
    let mut row = habits.top_rows;
    if habits.motto {
        grid.text(
            row,
            left,
            toned(&body(report).to_uppercase(), habits),
            Look::Title,
        );
        grid.text(
            row,
            middle,
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
            Look::Title,
        );
        grid.text(row + 1, middle, "Độc lập - Tự do - Hạnh phúc", Look::Title);
        row += 3;
    }
    let code = match habits.sheet_names % 3 {
        0 => format!("Biểu số: {}", form.code),
        1 => format!("Biểu số {}", form.code),
        _ => format!("BIỂU SỐ: {}", form.code),
    };
    match habits.code_line {
        CodeLine::Left => grid.text(row, left, code, Look::Plain),
        CodeLine::Right => grid.text(row, right.saturating_sub(1), code, Look::Plain),
        CodeLine::Absent => {}
    }
    if habits.code_line != CodeLine::Absent {
        row += 1;
    }
    let title = toned(form.title, habits);
    let mut lines = match habits.title {
        Title::TwoLines => vec![title.to_uppercase(), format!("NĂM {}", report.year)],
        Title::OneLine => vec![format!("{} NĂM {}", title.to_uppercase(), report.year)],
        Title::Sentence => vec![format!("{title} năm {}", report.year)],
    };
    if report.revision > 1 {
        lines.push(format!("Lần gửi: {}", report.revision));
    }
    for line in lines {
        grid.text(row, left, line, Look::Title);
        grid.merge((row, left, row, right));
        row += 1;
    }
    row = who(grid, report, habits, row);
    if habits.sheet_unit && form == FORM_01 {
        grid.text(
            row,
            right.saturating_sub(1),
            if habits.has(Manner::BillionsAbove) {
                "Đơn vị tính: tỷ đồng"
            } else {
                "Đơn vị tính: triệu đồng"
            },
            Look::Italic,
        );
        row += 1;
    }
    row + 1
}

/// Names the reporter, its code and its geography.
fn who(grid: &mut Grid, report: &Report, habits: &Habits, mut row: u32) -> u32 {
    let left = habits.left_columns + habits.who_column;
    let unit = &report.unit;
    let first_new = report.year == FIRST_NEW_YEAR;
    let style = match unit.code.as_str() {
        "15" if first_new => Reporter::CodeBefore,
        "08" | "44" if first_new => Reporter::Short,
        _ => habits.reporter,
    };
    let name = match style {
        Reporter::Short => format!("UBND {}", full_name(unit)),
        Reporter::Full => format!("Ủy ban nhân dân {}", full_name(unit)),
        Reporter::CodeBefore => format!("{} - {}", unit.code, unit.name),
        Reporter::CodeAfter => format!("{} ({})", unit.name, unit.code),
    };
    let name = toned(&name, habits);
    if habits.reporter_apart {
        grid.text(row, left, "Đơn vị báo cáo:", Look::Plain);
        let narrow = habits.who_column == 0 && habits.numbering == Numbering::Column;
        grid.text(row, left + 1 + u16::from(narrow), name, Look::Plain);
    } else {
        grid.text(row, left, format!("Đơn vị báo cáo: {name}"), Look::Plain);
    }
    row += 1;
    let code_apart = match unit.code.as_str() {
        "44" if first_new => true,
        "08" | "15" if first_new => false,
        _ => habits.code_apart,
    };
    if code_apart {
        grid.text(row, left, format!("Mã tỉnh: {}", unit.code), Look::Plain);
        row += 1;
    }
    if let Some(line) = geography(report, habits) {
        grid.text(row, left, line, Look::Plain);
        row += 1;
    }
    row
}

fn geography(report: &Report, habits: &Habits) -> Option<&'static str> {
    if report.unit.vintage == OLD {
        return habits.geography_early.then_some("Địa giới: 63 tỉnh");
    }
    let silent = report.year == FIRST_NEW_YEAR && SILENT.contains(&report.unit.code.as_str());
    (!silent).then_some("Địa giới: 34 tỉnh")
}

fn body(report: &Report) -> String {
    format!("UBND {}", full_name(&report.unit))
}

/// Writes notes, place, date and signatures below the table, from a row on.
pub(crate) fn below(grid: &mut Grid, report: &Report, habits: &Habits, from: u32, columns: u16) {
    let label = habits.left_columns + 1;
    let right = habits.left_columns + columns * 2 / 3;
    let mut row = from + 1;
    if habits.note {
        let note = match habits.sheet_names {
            0 => "Ghi chú: Số liệu do các sở, ngành cung cấp.",
            1 => "Ghi chú: Số ước thực hiện tính đến ngày 31/12.",
            2 => "Ghi chú: - Số liệu chưa bao gồm các HTX đang làm thủ tục giải thể.",
            3 if report.unit.vintage == OLD => {
                "Nguồn: Sở Kế hoạch và Đầu tư, Liên minh HTX và UBND các huyện."
            }
            3 => "Nguồn: Sở Tài chính, Liên minh HTX và UBND các xã, phường.",
            _ => "Ghi chú: Số liệu tổng hợp từ báo cáo của các địa phương.",
        };
        grid.text(row, label, toned(note, habits), Look::Italic);
        row += 1;
    }
    if habits.signatures {
        let date: Vec<&str> = report.received_at.split(['-', 'T']).collect();
        if let [year, month, day, ..] = date[..] {
            let name = report.unit.name.replace("Hồ Chí Minh", "TP. Hồ Chí Minh");
            let place = format!("{name}, ngày {day} tháng {month} năm {year}");
            grid.text(row, right, toned(&place, habits), Look::Italic);
        }
        grid.text(row + 1, label, "Người lập biểu", Look::Title);
        grid.text(row + 1, right, "THỦ TRƯỞNG ĐƠN VỊ", Look::Title);
        grid.text(row + 2, right, "(Ký tên, đóng dấu)", Look::Italic);
    }
}
