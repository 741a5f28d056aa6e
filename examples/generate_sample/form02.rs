//! KTTT-02 on a grid: sectors in rows, organisations and people in columns.

use super::by_sector::{MEASURES, TOTAL};
use super::facts::{Facts, Sector};
use super::grid::{Content, Grid, Look, Table, address};
use super::habits::{Habits, Header, Mark, Numbering};
use super::heading::{FORM_02, above, below};
use super::heads::{at, head_rows, write_heads};
use super::reports::Report;
use super::senders::Manner;
use super::words::toned;

/// A column of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Ordinal,
    Label,
    Code,
    Measure(usize),
}

use Column::{Code, Ordinal};

/// The form, and where its count of all cooperatives stands.
pub(crate) struct Laid {
    /// The sheet.
    pub(crate) grid: Grid,
    /// The cell of `Tổng số`, such as `D10`.
    pub(crate) total: String,
}

fn columns(habits: &Habits) -> Vec<Column> {
    let mut columns = vec![Column::Label];
    if habits.numbering == Numbering::Column {
        columns.insert(0, Ordinal);
    }
    if habits.has_codes {
        columns.push(Code);
    }
    let order: [usize; 9] = if habits.groups_first {
        [0, 1, 2, 3, 4, 5, 7, 8, 6]
    } else {
        [0, 1, 2, 3, 4, 5, 6, 7, 8]
    };
    columns.extend(order.map(Column::Measure));
    columns
}

/// Writes the form.
pub(crate) fn lay_out(facts: &Facts, report: &Report, habits: &Habits) -> Laid {
    let columns = columns(habits);
    let mut grid = Grid::default();
    let width = u16::try_from(columns.len()).unwrap_or(u16::MAX);
    let top = above(&mut grid, report, habits, FORM_02, width);
    for (c, column) in columns.iter().enumerate() {
        let chars = match column {
            Ordinal => 6.0,
            Column::Label => 44.0,
            Code => 8.0,
            Column::Measure(_) => 12.0,
        };
        grid.widths.insert(at(habits, c), chars);
    }
    let heads: Vec<(Option<&str>, String)> = columns.iter().map(|c| head(*c, habits)).collect();
    let stub = columns
        .iter()
        .filter(|c| !matches!(c, Column::Measure(_)))
        .count();
    let span = (habits.header == Header::ThreeSpan).then_some(stub);
    let header = if habits.header == Header::ThreeRepeat {
        Header::Two
    } else {
        habits.header
    };
    let rows = head_rows(&heads, &vec![None; columns.len()], header);
    let row = write_heads(&mut grid, top, habits, &rows, span);
    let mut sheet = Sheet {
        grid,
        columns,
        habits,
        report,
        row,
    };
    sheet.column_numbers();
    let total = sheet.body(facts);
    let mut grid = sheet.grid;
    grid.table = Table {
        top,
        body: row,
        end: sheet.row,
    };
    below(&mut grid, report, habits, sheet.row, width);
    Laid { grid, total }
}

fn head(column: Column, habits: &Habits) -> (Option<&'static str>, String) {
    match column {
        Ordinal => (
            None,
            if habits.sheet_names == 2 { "STT" } else { "TT" }.to_owned(),
        ),
        Column::Label => (
            None,
            if habits.sheet_names == 2 {
                "LĨNH VỰC"
            } else {
                "Lĩnh vực"
            }
            .to_owned(),
        ),
        Code => (None, "Mã số".to_owned()),
        Column::Measure(m) => {
            let (measure, group, own) = MEASURES[m];
            let group = match group {
                "Hợp tác xã" if habits.has(Manner::ShortHeads) => "HTX",
                "Liên hiệp HTX" if habits.has(Manner::ShortHeads) => "LH HTX",
                "Tổ hợp tác" if habits.has(Manner::ShortHeads) => "THT",
                _ => group,
            };
            let own = if in_thousands(measure, habits) {
                format!("{own} (nghìn người)")
            } else {
                own.to_owned()
            };
            (Some(group), own)
        }
    }
}

/// People may be counted in thousands.
fn in_thousands(measure: &str, habits: &Habits) -> bool {
    habits.has(Manner::ThousandsInHead)
        && matches!(measure, "htx_members" | "htx_workers" | "tht_members")
}

struct Sheet<'a> {
    grid: Grid,
    columns: Vec<Column>,
    habits: &'a Habits,
    report: &'a Report,
    row: u32,
}

impl Sheet<'_> {
    fn column_numbers(&mut self) {
        if !self.habits.column_numbers {
            return;
        }
        let (mut letters, mut number) = (b'A', 0);
        for (c, column) in self.columns.clone().into_iter().enumerate() {
            let col = at(self.habits, c);
            if let Column::Measure(_) = column {
                number += 1;
                self.grid
                    .put(self.row, col, Content::Number(number, 0), Look::Numbers);
            } else {
                self.grid.text(
                    self.row,
                    col,
                    char::from(letters).to_string(),
                    Look::Numbers,
                );
                letters += 1;
            }
        }
        self.row += 1;
    }

    /// The rows; gives the cell of the total count.
    fn body(&mut self, facts: &Facts) -> String {
        let first = self.row + u32::from(!self.habits.total_last);
        let rows_of = |wanted: &dyn Fn(&Sector) -> bool| -> Vec<u32> {
            let at = (first..).zip(&facts.sectors);
            at.filter(|(_, s)| wanted(s)).map(|(row, _)| row).collect()
        };
        let tops = rows_of(&|s| s.parent.is_none());
        if !self.habits.total_last {
            self.sector(None, "", &tops);
        }
        let (mut top, mut sub) = (0, 0);
        for (index, sector) in facts.sectors.iter().enumerate() {
            let ordinal = if sector.parent.is_some() {
                sub += 1;
                format!("{top}.{sub}")
            } else {
                top += 1;
                sub = 0;
                top.to_string()
            };
            let parts = rows_of(&|s| s.parent.as_deref() == Some(sector.code.as_str()));
            self.sector(Some(sector), &ordinal, &parts);
            let next = facts.sectors.get(index + 1).map(|s| &s.parent);
            if self.habits.has(Manner::Subtotals)
                && let Some(parent) = &sector.parent
                && next != Some(&sector.parent)
            {
                self.subtotal(facts, parent);
            }
        }
        if self.habits.total_last {
            self.sector(None, "", &tops);
        }
        let total = if self.habits.total_last {
            self.row - 1
        } else {
            first - 1
        };
        let column = self
            .columns
            .iter()
            .position(|c| *c == Column::Measure(0))
            .unwrap_or(0);
        address(total, at(self.habits, column))
    }

    /// One row; `None` is the total. `parts` are the rows that a formula may add up.
    fn sector(&mut self, sector: Option<&Sector>, ordinal: &str, parts: &[u32]) {
        let code = sector.map_or(TOTAL, |s| s.code.as_str());
        let strong = sector.is_none_or(|s| s.parent.is_none() && !parts.is_empty());
        for (c, column) in self.columns.clone().into_iter().enumerate() {
            let col = at(self.habits, c);
            let (content, look) = match column {
                Ordinal if self.habits.mark == Mark::Dash && ordinal.contains('.') => {
                    (Content::Blank, Look::Middle)
                }
                Ordinal if ordinal.is_empty() => (Content::Blank, Look::Middle),
                Ordinal => (Content::Text(ordinal.to_owned()), Look::Middle),
                Column::Label => {
                    let depth = u8::from(sector.is_some_and(|s| s.parent.is_some()));
                    let look = if strong {
                        Look::Strong
                    } else {
                        Look::Stub(depth)
                    };
                    (Content::Text(self.label(sector, ordinal)), look)
                }
                Code => match sector {
                    Some(_) => (Content::Text(code.to_owned()), Look::Middle),
                    None => (Content::Blank, Look::Middle),
                },
                Column::Measure(m) => {
                    let measure = MEASURES[m].0;
                    let value = self.report.by_sector.get(code, measure);
                    if in_thousands(measure, self.habits) {
                        (Content::Number(value, 3), Look::General)
                    } else {
                        (self.number(value, measure, col, parts), Look::Integer)
                    }
                }
            };
            self.grid.put(self.row, col, content, look);
        }
        self.row += 1;
    }

    /// A row that adds up the rows of one sector's parts.
    fn subtotal(&mut self, facts: &Facts, parent: &str) {
        for (c, column) in self.columns.clone().into_iter().enumerate() {
            let (content, look) = match column {
                Column::Label => (Content::Text(format!("Cộng mục {parent}")), Look::Strong),
                Column::Measure(m) => {
                    let measure = MEASURES[m].0;
                    let parts = facts
                        .sectors
                        .iter()
                        .filter(|s| s.parent.as_deref() == Some(parent));
                    let sum = parts
                        .map(|s| self.report.by_sector.get(&s.code, measure))
                        .sum();
                    (Content::Number(sum, 0), Look::Integer)
                }
                _ => (Content::Blank, Look::Middle),
            };
            self.grid.put(self.row, at(self.habits, c), content, look);
        }
        self.row += 1;
    }

    fn label(&self, sector: Option<&Sector>, ordinal: &str) -> String {
        let Some(sector) = sector else {
            return if self.habits.loud_rows {
                "TỔNG SỐ"
            } else {
                "Tổng số"
            }
            .to_owned();
        };
        let text = toned(&sector.name, self.habits);
        let below = sector.parent.is_some();
        match (self.habits.numbering, self.habits.mark) {
            (Numbering::Label, _) if !below => format!("{ordinal}. {text}"),
            (_, Mark::Spaces) if below => format!("   {text}"),
            (_, Mark::Dash) if below => format!("- {text}"),
            (_, Mark::Plus) if below => format!("+ {text}"),
            _ => text,
        }
    }

    /// A number, or the sum of rows where the province adds up and the rows do.
    fn number(&self, value: i64, measure: &'static str, col: u16, parts: &[u32]) -> Content {
        let (Some(first), Some(last)) = (parts.first(), parts.last()) else {
            return Content::Number(value, 0);
        };
        if !self.habits.formulas.totals || self.loose(measure, parts.len()) {
            return Content::Number(value, 0);
        }
        let span = usize::try_from(last - first).unwrap_or(0) + 1;
        let formula = if span == parts.len() {
            format!("=SUM({}:{})", address(*first, col), address(*last, col))
        } else {
            let cells: Vec<String> = parts.iter().map(|row| address(*row, col)).collect();
            format!("={}", cells.join("+"))
        };
        Content::Formula(formula, value, 0)
    }

    /// Whether the sub-rows of this measure leave a remainder in some sector of that many rows.
    fn loose(&self, measure: &'static str, rows: usize) -> bool {
        let letter = if rows == 6 {
            ["A", "I"]
        } else {
            [TOTAL, TOTAL]
        };
        letter.iter().filter(|l| **l != TOTAL).any(|letter| {
            let codes = if *letter == "A" { 1..=6 } else { 1..=9 };
            let sum: i64 = codes
                .map(|n| self.report.by_sector.get(&format!("{letter}{n}"), measure))
                .sum();
            sum != self.report.by_sector.get(letter, measure)
        })
    }
}
