//! Reports as plain values, before they are written as files: what the provinces mean.

use std::fmt;

use super::catalogue::{OLD, catalogue};
use super::programme::{self, Record};
use super::registers::AGENCY;

/// The forms that carry figures of the country, by their own rows or as lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Form {
    Indicators,
    Sectors,
    /// Support by source of funds.
    Support,
    /// The list of organisations.
    Organisations,
    /// The list of those selected.
    Selected,
    /// The list of tasks.
    Tasks,
    /// Needs by year and kind of capital.
    Needs,
    /// The quick report of a month or quarter.
    Quick,
}

impl Form {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Indicators => "KTTT-01",
            Self::Sectors => "KTTT-02",
            Self::Support => "KTTT-03",
            Self::Organisations => "KTTT-04",
            Self::Selected => "KTTT-05",
            Self::Tasks => "KTTT-06",
            Self::Needs => "KTTT-07",
            Self::Quick => "KTTT-08",
        }
    }
}

/// The period of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Period {
    Year(i32),
    FirstHalf(i32),
    /// A quarter, from 1.
    Quarter(i32, u32),
    /// A month, from 1.
    Month(i32, u32),
}

impl Period {
    pub(crate) fn year(self) -> i32 {
        match self {
            Self::Year(year)
            | Self::FirstHalf(year)
            | Self::Quarter(year, _)
            | Self::Month(year, _) => year,
        }
    }

    /// The last day, as YYYY-MM-DD.
    pub(crate) fn last_day(self) -> String {
        let (year, month) = match self {
            Self::Year(year) => (year, 12),
            Self::FirstHalf(year) => (year, 6),
            Self::Quarter(year, quarter) => (year, quarter * 3),
            Self::Month(year, month) => (year, month),
        };
        let day = match month {
            2 if year % 4 == 0 => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        format!("{year}-{month:02}-{day}")
    }

    /// Months that it lasts.
    pub(crate) fn months(self) -> u32 {
        match self {
            Self::Year(_) => 12,
            Self::FirstHalf(_) => 6,
            Self::Quarter(..) => 3,
            Self::Month(..) => 1,
        }
    }

    /// From the text of a table: `2025`, `2025-S1`, `2025-Q3` or `2025-09`.
    pub(crate) fn parse(text: &str) -> Self {
        let Some((year, part)) = text.split_once('-') else {
            return Self::Year(text.parse().unwrap());
        };
        let year = year.parse().unwrap();
        match part.strip_prefix('Q') {
            Some(quarter) => Self::Quarter(year, quarter.parse().unwrap()),
            None if part == "S1" => Self::FirstHalf(year),
            None => Self::Month(year, part.parse().unwrap()),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Year(year) => write!(f, "{year}"),
            Self::FirstHalf(year) => write!(f, "{year}-S1"),
            Self::Quarter(year, quarter) => write!(f, "{year}-Q{quarter}"),
            Self::Month(year, month) => write!(f, "{year}-{month:02}"),
        }
    }
}

/// Who sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reporter {
    Ubnd,
    Alliance,
}

/// The content of a cell. Numbers are in tenths: no figure that the tests write has more decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cell {
    Tenths(i64),
    /// `-`: nothing occurred.
    Nil,
    /// `…`: occurred, not collected.
    NotCollected,
    /// `x`: cannot exist.
    NotApplicable,
    Blank,
}

/// A whole number.
pub(crate) const fn n(value: i64) -> Cell {
    Cell::Tenths(value * 10)
}

/// Cells of whole numbers.
pub(crate) fn numbers<const N: usize>(values: [i64; N]) -> Vec<Cell> {
    values.map(n).to_vec()
}

/// A column with values: its meaning, and the heads above it from the top down.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) indicator: Option<&'static str>,
    /// The member of the breakdown by funds.
    pub(crate) fund: &'static str,
    pub(crate) scenario: &'static str,
    pub(crate) period: Period,
    pub(crate) heads: Vec<String>,
}

/// What a value is of: period, indicator, sector, fund, scenario.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) period: String,
    pub(crate) indicator: String,
    pub(crate) sector: String,
    pub(crate) fund: String,
    pub(crate) scenario: String,
}

impl Key {
    pub(crate) fn with_indicator(&self, indicator: &str) -> Self {
        Self {
            indicator: indicator.to_owned(),
            ..self.clone()
        }
    }

    pub(crate) fn with_scenario(&self, scenario: &str) -> Self {
        Self {
            scenario: scenario.to_owned(),
            ..self.clone()
        }
    }
}

/// One form that somebody sent.
#[derive(Debug, Clone)]
pub(crate) struct Report {
    pub(crate) form: Form,
    pub(crate) period: Period,
    /// The unit that is meant.
    pub(crate) vintage: String,
    pub(crate) code: String,
    /// The name as the sheet gives it.
    pub(crate) name: String,
    pub(crate) code_written: bool,
    /// Whether the sheet says `Địa giới: …`.
    pub(crate) geography_written: bool,
    pub(crate) reporter: Option<Reporter>,
    /// `Lần gửi: n`.
    pub(crate) sending: Option<u32>,
    /// RFC 3339.
    pub(crate) received: String,
    pub(crate) as_csv: bool,
    /// Name of its file in the inbox; empty until the inbox gives it one.
    pub(crate) file: String,
    /// Row (an indicator, or a sector) and its cells, one for each column.
    pub(crate) rows: Vec<(String, Vec<Cell>)>,
    /// The records of a list.
    pub(crate) records: Vec<Record>,
}

impl Report {
    /// An annual report of the people's committee that states its geography and came in December. In the year of the change a
    /// unit that was merged sent it in June, while it stood.
    pub(crate) fn of(form: Form, vintage: &str, code: &str, year: i32) -> Self {
        let is_merged = vintage == OLD && !catalogue().unchanged.contains(code);
        let month = if is_merged && year == 2025 {
            "06"
        } else {
            "12"
        };
        Self {
            form,
            period: Period::Year(year),
            vintage: vintage.to_owned(),
            code: code.to_owned(),
            name: catalogue().name(vintage, code).to_owned(),
            code_written: false,
            geography_written: true,
            reporter: Some(Reporter::Ubnd),
            sending: None,
            received: format!("{year}-{month}-20T08:00:00+07:00"),
            as_csv: false,
            file: String::new(),
            rows: Vec::new(),
            records: Vec::new(),
        }
    }

    /// The same for the first half of the year, by the alliance, in July.
    pub(crate) fn half_year(vintage: &str, code: &str, year: i32) -> Self {
        let mut this = Self::of(Form::Indicators, vintage, code, year);
        this.period = Period::FirstHalf(year);
        this.reporter = Some(Reporter::Alliance);
        this.received = format!("{year}-07-08T08:00:00+07:00");
        this
    }

    /// What a body without territory says of its tasks.
    pub(crate) fn of_agency(id: &str, name: &str, period: Period) -> Self {
        let last_day = period.last_day();
        let received = match period {
            Period::FirstHalf(year) => format!("{year}-07-02T08:00:00+07:00"),
            _ => format!("{}-20T08:00:00+07:00", &last_day[..7]),
        };
        Self {
            form: Form::Tasks,
            period,
            vintage: AGENCY.to_owned(),
            code: id.to_owned(),
            name: name.to_owned(),
            code_written: false,
            geography_written: false,
            reporter: None,
            sending: None,
            received,
            as_csv: true,
            file: String::new(),
            rows: Vec::new(),
            records: Vec::new(),
        }
    }

    pub(crate) fn row(mut self, row: &str, cells: Vec<Cell>) -> Self {
        assert_eq!(cells.len(), self.columns().len(), "cells of {row}");
        self.rows.push((row.to_owned(), cells));
        self
    }

    pub(crate) fn reporter(mut self, reporter: Option<Reporter>) -> Self {
        self.reporter = reporter;
        self
    }

    pub(crate) fn sending(mut self, number: u32) -> Self {
        self.sending = Some(number);
        self
    }

    pub(crate) fn received(mut self, time: &str) -> Self {
        time.clone_into(&mut self.received);
        self
    }

    /// Leaves out `Địa giới: …`.
    pub(crate) fn without_geography(mut self) -> Self {
        self.geography_written = false;
        self
    }

    /// Writes `Mã tỉnh: …`.
    pub(crate) fn with_code(mut self) -> Self {
        self.code_written = true;
        self
    }

    pub(crate) fn file(mut self, name: &str) -> Self {
        name.clone_into(&mut self.file);
        self
    }

    /// The columns of the form for this period.
    pub(crate) fn columns(&self) -> Vec<Column> {
        let year = self.period.year();
        let column = |indicator, scenario, period, heads: &[&str]| Column {
            indicator,
            fund: "_T",
            scenario,
            period,
            heads: heads.iter().map(ToString::to_string).collect(),
        };
        match self.form {
            Form::Indicators => {
                let third = match self.period {
                    Period::FirstHalf(_) => column(
                        None,
                        "actual",
                        self.period,
                        &[&format!("Thực hiện 6 tháng đầu năm {year}")],
                    ),
                    _ => column(
                        None,
                        "estimate",
                        self.period,
                        &[&format!("Ước thực hiện năm {year}")],
                    ),
                };
                vec![
                    column(
                        None,
                        "actual",
                        Period::Year(year - 1),
                        &[&format!("Thực hiện năm {}", year - 1)],
                    ),
                    column(
                        None,
                        "plan",
                        Period::Year(year),
                        &[&format!("Kế hoạch năm {year}")],
                    ),
                    third,
                    column(
                        None,
                        "plan",
                        Period::Year(year + 1),
                        &[&format!("Kế hoạch năm {}", year + 1)],
                    ),
                ]
            }
            Form::Sectors => [
                ("htx_total", ["Hợp tác xã", "Tổng số"]),
                ("htx_active", ["Hợp tác xã", "Đang hoạt động"]),
                ("htx_new", ["Hợp tác xã", "Thành lập mới"]),
                ("htx_dissolved", ["Hợp tác xã", "Giải thể"]),
                ("htx_members", ["Hợp tác xã", "Thành viên"]),
                ("htx_workers", ["Hợp tác xã", "Lao động"]),
                ("lhhtx_total", ["Liên hiệp HTX", "Tổng số"]),
                ("tht_total", ["Tổ hợp tác", "Tổng số"]),
                ("tht_members", ["Tổ hợp tác", "Thành viên"]),
            ]
            .map(|(indicator, heads)| column(Some(indicator), "estimate", self.period, &heads))
            .to_vec(),
            Form::Support | Form::Needs | Form::Quick => programme::columns(self.form, self.period),
            Form::Organisations | Form::Selected | Form::Tasks => Vec::new(),
        }
    }

    /// Every cell, with what it is of; of a list, its totals.
    pub(crate) fn cells(&self) -> Vec<(Key, Cell)> {
        let columns = self.columns();
        let mut cells = programme::totals(self);
        for (row, values) in &self.rows {
            for (column, cell) in columns.iter().zip(values) {
                let (indicator, sector) = match column.indicator {
                    Some(indicator) => (indicator, row.as_str()),
                    None => (row.as_str(), "_T"),
                };
                if !programme::exists(self.form, indicator, column) {
                    continue;
                }
                let key = Key {
                    period: column.period.to_string(),
                    indicator: indicator.to_owned(),
                    sector: sector.to_owned(),
                    fund: column.fund.to_owned(),
                    scenario: column.scenario.to_owned(),
                };
                cells.push((key, *cell));
            }
        }
        cells
    }
}
