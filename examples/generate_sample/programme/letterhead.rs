//! What stands above and below the table of a form of the programme.

use super::super::facts::{NEW, OLD};
use super::super::grid::{Grid, Look};
use super::super::habits::{CodeLine, Habits, Reporter, Title};
use super::super::words::toned;
use super::paper::{Paper, Period};

/// A form's code and title.
pub(crate) struct Form {
    /// `KTTT-03`.
    pub(crate) code: &'static str,
    /// Its title, without the period.
    pub(crate) title: &'static str,
}

/// Writes the block above a table and gives the first row of heads.
pub(crate) fn above<T>(
    grid: &mut Grid,
    paper: &Paper<T>,
    habits: &Habits,
    form: &Form,
    columns: u16,
) -> u32 {
    let right = columns.saturating_sub(1);
    let mut row = habits.top_rows;
    if habits.motto {
        let body = toned(&paper.sender.title(false), habits).to_uppercase();
        grid.text(row, 0, body, Look::Title);
        row += 2;
    }
    let code = match habits.sheet_names % 3 {
        0 => format!("Biểu số: {}", form.code),
        1 => format!("Biểu số {}", form.code),
        _ => format!("BIỂU SỐ: {}", form.code),
    };
    match habits.code_line {
        CodeLine::Left | CodeLine::Absent => grid.text(row, 0, code, Look::Plain),
        CodeLine::Right => grid.text(row, right, code, Look::Plain),
    }
    row += 1;
    let title = toned(form.title, habits);
    let period = paper.period.words();
    let lines = match habits.title {
        Title::TwoLines => vec![title.to_uppercase(), period.to_uppercase()],
        Title::OneLine => vec![format!("{title} {period}").to_uppercase()],
        Title::Sentence => vec![format!("{title} {period}")],
    };
    for line in lines {
        grid.text(row, 0, line, Look::Title);
        grid.merge((row, 0, row, right));
        row += 1;
    }
    let long = habits.reporter == Reporter::Full;
    let name = toned(&paper.sender.title(long), habits);
    grid.text(row, 0, format!("Đơn vị báo cáo: {name}"), Look::Plain);
    row += 1;
    if let Some(line) = geography(paper, habits) {
        grid.text(row, 0, line, Look::Plain);
        row += 1;
    }
    row + 1
}

/// A year in which the map changed must say which one it means; a month or quarter need not.
fn geography<T>(paper: &Paper<T>, habits: &Habits) -> Option<&'static str> {
    let vintage = &paper.sender.unit()?.vintage;
    match paper.period {
        Period::Year(_) if vintage == NEW => Some("Địa giới: 34 tỉnh"),
        Period::Month(..) if vintage == OLD && habits.geography_early => Some("Địa giới: 63 tỉnh"),
        _ => None,
    }
}

/// Writes place, date and signatures below a table, from a row on.
pub(crate) fn below<T>(
    grid: &mut Grid,
    paper: &Paper<T>,
    habits: &Habits,
    from: u32,
    columns: u16,
) {
    if !habits.signatures {
        return;
    }
    let right = columns * 2 / 3;
    let date: Vec<&str> = paper.received_at.split(['-', 'T']).collect();
    if let ([year, month, day, ..], Some(unit)) = (&date[..], paper.sender.unit()) {
        let name = unit.name.replace("Hồ Chí Minh", "TP. Hồ Chí Minh");
        let place = format!("{name}, ngày {day} tháng {month} năm {year}");
        grid.text(from + 1, right, toned(&place, habits), Look::Italic);
    }
    grid.text(from + 2, 1, "Người lập biểu", Look::Title);
    grid.text(from + 2, right, "THỦ TRƯỞNG ĐƠN VỊ", Look::Title);
}
