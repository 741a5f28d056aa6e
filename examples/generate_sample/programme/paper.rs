//! One paper of one sender: who, of which period, when it came, and its file.

use std::error::Error;

use super::super::dress::dress;
use super::super::facts::Unit;
use super::super::grid::Grid;
use super::super::habits::{Habits, Medium, TextStyle};
use super::super::letters::{Encoding, Typewriter};
use super::super::random::Random;
use super::super::senders::{self, Kind, Manner};
use super::super::words::{full_name, plain_name};
use super::super::workbook::Properties;
use super::super::{ods, text, workbook, xls, xlsb};

/// A period of the forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Period {
    /// A year.
    Year(i32),
    /// A quarter, from 1.
    Quarter(i32, u8),
    /// A month, from 1.
    Month(i32, u8),
}

impl Period {
    /// Its year.
    pub(crate) fn year(self) -> i32 {
        match self {
            Self::Year(year) | Self::Quarter(year, _) | Self::Month(year, _) => year,
        }
    }

    /// As the lake writes it: `2025-Q3`.
    pub(crate) fn code(self) -> String {
        match self {
            Self::Year(year) => year.to_string(),
            Self::Quarter(year, quarter) => format!("{year}-Q{quarter}"),
            Self::Month(year, month) => format!("{year}-{month:02}"),
        }
    }

    /// A day in its last month on which reports of it are not sent yet, and names are those of their senders.
    pub(crate) fn eve(self) -> String {
        let (year, month) = match self {
            Self::Year(year) => (year, 12),
            Self::Quarter(year, quarter) => (year, quarter * 3),
            Self::Month(year, month) => (year, month),
        };
        format!("{year}-{month:02}-10")
    }

    /// As a title says it: `quý III năm 2025`.
    pub(crate) fn words(self) -> String {
        match self {
            Self::Year(year) => format!("năm {year}"),
            Self::Quarter(year, quarter) => {
                let roman = ["I", "II", "III", "IV"][usize::from(quarter) - 1];
                format!("quý {roman} năm {year}")
            }
            Self::Month(year, month) => format!("tháng {month} năm {year}"),
        }
    }
}

/// Who sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sender {
    /// A province's People's Committee.
    Province(Unit),
    /// A province's alliance of cooperatives.
    Alliance(Unit),
    /// A body without territory: its identifier, and the name that it gives itself.
    Agency(&'static str, &'static str),
}

impl Sender {
    /// The province's or body's name.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Province(unit) | Self::Alliance(unit) => &unit.name,
            Self::Agency(_, name) => name,
        }
    }

    /// The province, if it is one.
    pub(crate) fn unit(&self) -> Option<&Unit> {
        match self {
            Self::Province(unit) | Self::Alliance(unit) => Some(unit),
            Self::Agency(..) => None,
        }
    }

    /// As `Đơn vị báo cáo` has it.
    pub(crate) fn title(&self, long: bool) -> String {
        match self {
            Self::Province(unit) if long => format!("Ủy ban nhân dân {}", full_name(unit)),
            Self::Province(unit) => format!("UBND {}", full_name(unit)),
            Self::Alliance(unit) if long => format!("Liên minh Hợp tác xã {}", full_name(unit)),
            Self::Alliance(unit) => format!("Liên minh HTX {}", full_name(unit)),
            Self::Agency(_, name) => (*name).to_owned(),
        }
    }

    fn plain(&self) -> String {
        match self {
            Self::Province(unit) | Self::Alliance(unit) => plain_name(unit, "-"),
            Self::Agency(id, _) => (*id).to_owned(),
        }
    }
}

/// One form of one sender for one period.
#[derive(Debug, Clone)]
pub(crate) struct Paper<T> {
    /// Who sends it.
    pub(crate) sender: Sender,
    /// The period in its title.
    pub(crate) period: Period,
    /// When it came, in RFC 3339.
    pub(crate) received_at: String,
    /// Its file, relative to the inbox; known when it is written.
    pub(crate) file: String,
    /// What it says.
    pub(crate) content: T,
}

impl<T> Paper<T> {
    /// A paper that came on one of the days of a month.
    pub(crate) fn new(
        seed: u64,
        form: &str,
        sender: Sender,
        period: Period,
        came: (i32, u8, [i64; 2]),
        content: T,
    ) -> Self {
        let mut random = Random::of(seed, &[form, sender.name(), &period.code(), "received"]);
        let (year, month, [first, last]) = came;
        let day = random.between(first, last);
        let hour = random.pick(&[8, 8, 9, 9, 10, 11, 13, 14, 14, 15, 15, 16]);
        let (minute, second) = (random.between(0, 59), random.between(0, 59));
        Self {
            received_at: format!(
                "{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}+07:00"
            ),
            sender,
            period,
            file: String::new(),
            content,
        }
    }
}

/// A file as it lies in the inbox.
pub(crate) struct File {
    /// Relative to the inbox.
    pub(crate) name: String,
    /// When it came.
    pub(crate) received_at: String,
    /// What it holds.
    pub(crate) bytes: Vec<u8>,
}

/// Where files are written.
pub(crate) struct Desk<'a> {
    /// The seed of the sample.
    pub(crate) seed: u64,
    /// Whether senders have the habits that make files hard to read.
    pub(crate) manners: bool,
    /// For letters that are not Unicode's.
    pub(crate) typewriter: &'a Typewriter,
}

impl Desk<'_> {
    fn manners(&self, sender: &Sender) -> &'static [Manner] {
        match sender.unit() {
            Some(unit) if self.manners => senders::manners(&unit.name),
            _ => &[],
        }
    }

    /// The habits of a sender in a year: a province's own, for a body those of a blank province.
    pub(crate) fn habits(&self, sender: &Sender, year: i32) -> Habits {
        let medium = Medium::Workbook;
        let mut unit = sender.unit().cloned().unwrap_or_default();
        sender.name().clone_into(&mut unit.name);
        let mut habits = Habits::of(self.seed, &unit, year, medium, self.manners(sender));
        habits.left_columns = 0;
        habits.who_column = 0;
        habits
    }

    /// A workbook.
    pub(crate) fn book<T>(
        &self,
        mut sheets: Vec<Grid>,
        paper: &Paper<T>,
        habits: &Habits,
        folder: &str,
        form: &str,
    ) -> Result<File, Box<dyn Error>> {
        for sheet in &mut sheets {
            dress(sheet, habits, self.typewriter);
        }
        let properties = Properties {
            title: format!("Báo cáo kinh tế tập thể {}", paper.period.words()),
            author: paper.sender.title(false),
            received_at: paper.received_at.clone(),
        };
        let bytes = match habits.kind() {
            Kind::Xlsx => workbook::write(&sheets, &properties)?,
            Kind::Xlsm => workbook::write_with_macros(&sheets, &properties)?,
            Kind::Xlsb => xlsb::write(&sheets)?,
            Kind::Xls => xls::write(&sheets)?,
            Kind::Ods => ods::write(&sheets)?,
        };
        let stem = stem(paper, habits.file_name, form);
        Ok(File {
            name: format!("{folder}/{stem}.{}", habits.kind().extension()),
            received_at: paper.received_at.clone(),
            bytes,
        })
    }

    /// A text file.
    pub(crate) fn text<T>(
        &self,
        sheet: &Grid,
        paper: &Paper<T>,
        folder: &str,
        form: &str,
    ) -> Result<File, Box<dyn Error>> {
        let mut random = Random::of(self.seed, &[paper.sender.name(), "programme as text"]);
        let mut style = TextStyle {
            delimiter: random.pick(b",,;;;\t"),
            bom: random.chance(50),
            quote_all: random.chance(25),
            crlf: random.chance(60),
            bare_blanks: random.chance(50),
            encoding: Encoding::Utf8,
        };
        for manner in self.manners(&paper.sender) {
            if let Manner::Encoding(encoding) = manner {
                style.encoding = *encoding;
            }
        }
        Ok(File {
            name: format!("{folder}/{}.csv", stem(paper, 0, form)),
            received_at: paper.received_at.clone(),
            bytes: text::write(sheet, style, self.typewriter)?,
        })
    }
}

/// The file's name without its ending.
fn stem<T>(paper: &Paper<T>, pattern: i64, form: &str) -> String {
    let (sender, period) = (&paper.sender, paper.period.code());
    match pattern {
        0..=2 => format!("{form}_{}_{period}", sender.plain()),
        3 | 4 => format!("{form} {} {period}", sender.name()),
        _ => format!(
            "{period}_{}_{}",
            sender.plain().to_lowercase(),
            form.to_lowercase()
        ),
    }
}
