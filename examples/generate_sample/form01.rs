//! KTTT-01 on a grid: indicators in rows, scenarios in columns.

use super::arithmetic::{divide, scale};
use super::columns01::{Column, columns};
use super::facts::{Facts, Indicator};
use super::figures::Figures;
use super::grid::{Content, Grid, Look, Table, address};
use super::habits::{Habits, Header, Mark, Numbering};
use super::heading::{FORM_01, above, below};
use super::heads::{at, head_rows, write_heads};
use super::planted::{Planted, WRONG_UNIT_ROW};
use super::random::Random;
use super::reports::Report;
use super::senders::Manner;
use super::words::{label, toned};
use Column::{
    Actual, Code, Estimate, Gap, NextPlan, Ordinal, Plan, Remark, ToActual, ToPlan, Unit,
};

/// Writes the form. `link` is where KTTT-02 keeps the count of cooperatives.
pub(crate) fn lay_out(
    seed: u64,
    facts: &Facts,
    report: &Report,
    habits: &Habits,
    link: Option<&str>,
) -> Grid {
    let columns = columns(habits);
    let mut grid = Grid::default();
    let width = u16::try_from(columns.len()).unwrap_or(u16::MAX);
    let top = above(&mut grid, report, habits, FORM_01, width);
    for (c, column) in columns.iter().enumerate() {
        grid.widths.insert(at(habits, c), column.width());
    }
    let mut sheet = Sheet {
        grid,
        columns,
        habits,
        report,
        row: top,
    };
    sheet.heads();
    let first = sheet.row;
    sheet.column_numbers();
    sheet.body(seed, facts, link);
    let mut grid = sheet.grid;
    grid.table = Table {
        top,
        body: first,
        end: sheet.row,
    };
    if habits.has(Manner::Hidden) {
        hide(&mut grid, &sheet.columns, habits);
    }
    let end = footnotes(&mut grid, habits, sheet.row);
    below(&mut grid, report, habits, end, width);
    grid
}

/// Writes what the marks in the table mean, below it; gives the row after it.
fn footnotes(grid: &mut Grid, habits: &Habits, from: u32) -> u32 {
    let mut notes = Vec::new();
    if habits.has(Manner::Footnotes) {
        notes.extend(FOOTNOTES.map(|(.., note)| note));
    }
    if habits.has(Manner::Asterisks) {
        notes.push("(*) Số liệu sơ bộ.");
    }
    let mut row = from;
    for note in notes {
        row += 1;
        grid.text(row, habits.left_columns + 1, note, Look::Italic);
    }
    row
}

/// Rows that are hidden where rows are.
const HIDDEN_ROWS: [&str; 2] = ["lhhtx_new", "lhhtx_dissolved"];

/// Marks of footnotes: the indicator, the mark behind its label, the note below the table.
pub(crate) const FOOTNOTES: [(&str, &str, &str); 3] = [
    ("htx_active", "¹", "¹ Có kê khai thuế trong năm."),
    (
        "htx_good_fair",
        " (2)",
        "(2) Theo kết quả phân loại, đánh giá hằng năm.",
    ),
    (
        "htx_income_avg",
        " (*)",
        "(*) Bao gồm tiền lương, tiền công và tiền thưởng.",
    ),
];

/// Other than in the catalogue's unit and decimals.
struct Scale {
    /// What a figure is multiplied by.
    factor: i64,
    /// Its decimals then.
    decimals: u32,
    /// The unit, if it is not the catalogue's.
    unit: Option<&'static str>,
}

/// Hides the columns of codes and remarks, and a note between title and table.
fn hide(grid: &mut Grid, columns: &[Column], habits: &Habits) {
    for (c, column) in columns.iter().enumerate() {
        if matches!(column, Code | Remark) {
            grid.hidden_columns.insert(at(habits, c));
        }
    }
    let row = grid.table.top.saturating_sub(1);
    grid.text(
        row,
        habits.left_columns + 1,
        "Bản nháp đã đối chiếu với Cục Thống kê, không in dòng này",
        Look::Italic,
    );
    grid.hidden_rows.insert(row);
}

struct Sheet<'a> {
    grid: Grid,
    columns: Vec<Column>,
    habits: &'a Habits,
    report: &'a Report,
    row: u32,
}

impl Sheet<'_> {
    fn heads(&mut self) {
        let heads: Vec<(Option<&str>, String)> = self
            .columns
            .iter()
            .map(|c| c.head(self.report.year, self.habits))
            .collect();
        let stub = self.columns.iter().filter(|c| c.is_stub()).count();
        let stacked: Vec<Option<(String, String)>> = self
            .columns
            .iter()
            .zip(&heads)
            .map(|(c, (_, own))| {
                let year = own
                    .find(" năm ")
                    .filter(|_| matches!(c, Actual | Plan | Estimate | NextPlan))?;
                Some((
                    own[..year].to_owned(),
                    format!("Năm {}", &own[year + " năm ".len()..]),
                ))
            })
            .collect();
        let span = matches!(self.habits.header, Header::ThreeSpan).then_some(stub);
        let rows = head_rows(&heads, &stacked, self.habits.header);
        self.row = write_heads(&mut self.grid, self.row, self.habits, &rows, span);
    }

    fn column_numbers(&mut self) {
        if !self.habits.column_numbers {
            return;
        }
        let (mut letters, mut number) = (b'A', 0);
        for (c, column) in self.columns.clone().into_iter().enumerate() {
            let place = (self.row, at(self.habits, c));
            match column {
                Gap => self
                    .grid
                    .put(place.0, place.1, Content::Blank, Look::Numbers),
                c if c.is_stub() => {
                    self.grid.text(
                        place.0,
                        place.1,
                        char::from(letters).to_string(),
                        Look::Numbers,
                    );
                    letters += 1;
                }
                _ => {
                    number += 1;
                    self.grid
                        .put(place.0, place.1, Content::Number(number, 0), Look::Numbers);
                }
            }
        }
        self.row += 1;
    }

    fn body(&mut self, seed: u64, facts: &Facts, link: Option<&str>) {
        let mut remarks = Random::of(
            seed,
            &[
                &self.report.unit.name,
                &self.report.year.to_string(),
                "remarks",
            ],
        );
        let mut numbers = [0_usize; 3];
        let mut section = "";
        for (index, indicator) in facts.indicators.iter().enumerate() {
            if indicator.section != section {
                section = &indicator.section;
                numbers = [0; 3];
                if self.habits.has_sections {
                    self.section(section);
                }
            }
            numbers[indicator.level] += 1;
            numbers[indicator.level + 1..].fill(0);
            let ordinal = self.ordinal(&numbers[..=indicator.level]);
            if self.habits.has(Manner::Hidden) && HIDDEN_ROWS.contains(&indicator.id.as_str()) {
                self.grid.hidden_rows.insert(self.row);
            }
            self.indicator(indicator, &ordinal, link, &mut remarks);
            let opens = facts
                .indicators
                .get(index + 1)
                .is_some_and(|n| n.section == section && n.level == 1);
            if self.habits.of_which && indicator.level == 0 && opens && parts_follow(&indicator.id)
            {
                let text = toned("Trong đó:", self.habits);
                self.stub_row(|_| None, &text, Look::Stub(1));
            }
        }
    }

    /// `2.1`, or `a)` where rows are lettered.
    fn ordinal(&self, numbers: &[usize]) -> String {
        if self.habits.has(Manner::Lettered) {
            return match numbers {
                [main] => format!("{main})"),
                [_, sub] => format!("{})", char::from(b'a' + u8::try_from(sub - 1).unwrap_or(0))),
                _ => "-".to_owned(),
            };
        }
        let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
        numbers.join(".")
    }

    fn section(&mut self, section: &str) {
        let (number, name) = match section {
            "HTX" => ("I", "Hợp tác xã"),
            "LHHTX" => ("II", "Liên hiệp hợp tác xã"),
            _ => ("III", "Tổ hợp tác"),
        };
        if self.habits.blank_rows && section != "HTX" {
            self.row += 1;
        }
        let name = if self.habits.loud_sections {
            name.to_uppercase()
        } else {
            name.to_owned()
        };
        let inside = self.habits.numbering == Numbering::Label;
        let text = if inside {
            format!("{number}. {name}")
        } else {
            name
        };
        self.stub_row(
            |c| (c == Ordinal).then(|| number.to_owned()),
            &text,
            Look::Strong,
        );
    }

    /// A row without figures.
    fn stub_row(&mut self, other: impl Fn(Column) -> Option<String>, text: &str, look: Look) {
        for (c, column) in self.columns.clone().into_iter().enumerate() {
            let place = at(self.habits, c);
            match (column, other(column)) {
                (Column::Label, _) => self.grid.text(self.row, place, text, look),
                (_, Some(text)) => self.grid.text(self.row, place, text, Look::Middle),
                _ => self.grid.put(self.row, place, Content::Blank, Look::Middle),
            }
        }
        self.row += 1;
    }

    fn indicator(
        &mut self,
        indicator: &Indicator,
        ordinal: &str,
        link: Option<&str>,
        remarks: &mut Random,
    ) {
        let scale = self.scale(indicator);
        let columns = self.columns.clone();
        let place = |wanted: Column| {
            columns
                .iter()
                .position(|c| *c == wanted)
                .map(|c| at(self.habits, c))
        };
        for (c, column) in columns.iter().copied().enumerate() {
            let (row, col) = (self.row, at(self.habits, c));
            let figures =
                |f: &Figures| Content::Number(f.get(&indicator.id) * scale.factor, scale.decimals);
            let number_look = match scale.decimals {
                0 => Look::Integer,
                1 => Look::Tenths,
                _ => Look::General,
            };
            let columns = &self.report.columns;
            let (content, look) = match column {
                Ordinal => (Content::Text(ordinal.to_owned()), Look::Middle),
                Column::Label => {
                    let depth = if self.habits.mark == Mark::Indent {
                        indicator.level
                    } else {
                        0
                    };
                    (
                        Content::Text(self.label(indicator, ordinal)),
                        Look::Stub(u8::try_from(depth).unwrap_or(0)),
                    )
                }
                Unit => (Content::Text(self.unit(indicator, &scale)), Look::Middle),
                Code => (Content::Text(indicator.row_code.clone()), Look::Middle),
                Gap => (Content::Blank, Look::Middle),
                Actual => (figures(&columns.actual), number_look),
                Plan => (figures(&columns.plan), number_look),
                Estimate => {
                    let content = figures(&columns.estimate);
                    match (link, content, indicator.id.as_str()) {
                        (Some(link), Content::Number(m, d), "htx_total") => {
                            (Content::Formula(format!("={link}"), m, d), number_look)
                        }
                        (_, content, _) => (content, number_look),
                    }
                }
                NextPlan => (
                    self.about(indicator, figures(&columns.next_plan)),
                    number_look,
                ),
                ToActual | ToPlan => {
                    let base = if column == ToActual { Actual } else { Plan };
                    let under = if column == ToActual {
                        &columns.actual
                    } else {
                        &columns.plan
                    };
                    let cells = place(Estimate)
                        .zip(place(base))
                        .map(|(over, under)| [address(row, over), address(row, under)]);
                    let values = [
                        columns.estimate.get(&indicator.id),
                        under.get(&indicator.id),
                    ];
                    (self.comparison(values, cells), Look::Tenths)
                }
                Remark => (remark(remarks), Look::Middle),
            };
            self.grid.put(row, col, content, look);
        }
        self.row += 1;
    }

    /// How the figures of a row are written.
    fn scale(&self, indicator: &Indicator) -> Scale {
        let habits = self.habits;
        let mean = indicator.unit == "triệu đồng/năm";
        let members = matches!(indicator.id.as_str(), "htx_members" | "tht_members");
        let (factor, decimals, unit) = if habits.small_money && indicator.unit == "tỷ đồng" {
            (100, 0, Some("triệu đồng"))
        } else if habits.thousands && members {
            (1, 3, Some("nghìn người"))
        } else if habits.has(Manner::ThousandDong) && mean {
            (100, 0, Some("nghìn đồng"))
        } else if habits.has(Manner::BillionsAbove) && mean {
            (1, 4, Some("tỷ đồng"))
        } else {
            (1, indicator.decimals, None)
        };
        Scale {
            factor,
            decimals,
            unit,
        }
    }

    /// Plans of a few rows are said about.
    fn about(&self, indicator: &Indicator, content: Content) -> Content {
        let words = match indicator.id.as_str() {
            "htx_members" => "khoảng ",
            "htx_workers" => "~",
            _ => return content,
        };
        match (content, self.habits.hand()) {
            (Content::Number(m, d), Some(hand)) if self.habits.has(Manner::About) => {
                Content::Text(format!("{words}{}", hand.write(m, d)))
            }
            (content, _) => content,
        }
    }

    fn label(&self, indicator: &Indicator, ordinal: &str) -> String {
        let mut text = label(&indicator.name, self.habits);
        for manner in self.habits.manners {
            if let Manner::Slip(year, id, right, wrong) = *manner
                && year == self.report.year
                && id == indicator.id
            {
                text = text.replace(right, wrong);
            }
        }
        if self.habits.loud_rows && indicator.level == 0 {
            text = text.to_uppercase();
        }
        if self.habits.has(Manner::UnitInLabel) && indicator.unit.contains("đồng") {
            let unit = self.scale(indicator).unit.unwrap_or(&indicator.unit);
            text = format!("{text} ({unit})");
        }
        if self.habits.has(Manner::Footnotes) {
            let mark = FOOTNOTES.iter().find(|(id, ..)| *id == indicator.id);
            text.push_str(mark.map_or("", |(_, mark, _)| mark));
        }
        if self.habits.numbering == Numbering::Label {
            let stop = if self.habits.has(Manner::Lettered) {
                ""
            } else {
                "."
            };
            return format!("{ordinal}{stop} {text}");
        }
        match (self.habits.mark, indicator.level) {
            (_, 0) | (Mark::Indent, _) => text,
            (Mark::Spaces, level) => format!("{}{text}", "   ".repeat(level)),
            (Mark::Dash, 1) => format!("- {text}"),
            (Mark::Dash | Mark::Plus, _) => format!("+ {text}"),
        }
    }

    fn unit(&self, indicator: &Indicator, scale: &Scale) -> String {
        if self.report.planted == Some(Planted::WrongUnit) && indicator.id == WRONG_UNIT_ROW.0 {
            return WRONG_UNIT_ROW.1.to_owned();
        }
        if let Some(unit) = scale.unit {
            return unit.to_owned();
        }
        let unit = indicator.unit.as_str();
        match unit {
            "triệu đồng/năm" if self.habits.other_units => "triệu đồng",
            "người" if self.habits.other_units && indicator.id.contains("members") => {
                "thành viên"
            }
            "HTX" if self.habits.other_units => "hợp tác xã",
            _ => unit,
        }
        .to_owned()
    }

    /// `over / under` in per cent, with one decimal; blank where nothing stands under the line.
    fn comparison(&self, [over, under]: [i64; 2], cells: Option<[String; 2]>) -> Content {
        if under == 0 {
            return match cells {
                Some([a, b]) if self.habits.has(Manner::Errors) => {
                    Content::Failed(format!("={a}/{b}*100"))
                }
                _ => Content::Blank,
            };
        }
        match cells {
            Some([a, b]) if self.habits.formulas.comparisons && !self.habits.formulas.rounded => {
                let exact = divide(i128::from(over) * 100_000_000_000, i128::from(under));
                Content::Formula(format!("={a}/{b}*100"), exact, 9)
            }
            Some([a, b]) if self.habits.formulas.comparisons => Content::Formula(
                format!("=ROUND({a}/{b}*100,1)"),
                scale(over, 1_000, under),
                1,
            ),
            _ => {
                let per_mille = scale(over, 1_000, under);
                match self.habits.hand() {
                    Some(hand) if self.habits.has(Manner::Percent) => {
                        Content::Text(format!("{}%", hand.write(per_mille, 1)))
                    }
                    _ => Content::Number(per_mille, 1),
                }
            }
        }
    }
}

/// Whether the sub-rows of an indicator are introduced by `Trong đó:`.
fn parts_follow(id: &str) -> bool {
    matches!(
        id,
        "htx_total" | "htx_workers" | "htx_managers" | "htx_directors" | "tht_total"
    )
}

fn remark(random: &mut Random) -> Content {
    if !random.chance(4) {
        return Content::Blank;
    }
    let text = random.pick(&[
        "Số sơ bộ",
        "Ước cả năm",
        "Theo báo cáo của các xã",
        "Đã rà soát",
        "Theo tiêu chí mới",
        "Liên minh HTX cung cấp",
    ]);
    Content::Text(text.to_owned())
}
