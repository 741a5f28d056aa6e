//! From a report to its files: who sends text and who sends a workbook, and the names of the files.

use std::collections::BTreeSet;
use std::error::Error;

use super::arrange::{heads_again, on_its_side, side_by_side};
use super::dress::dress;
use super::facts::Facts;
use super::form01;
use super::form02;
use super::grid::Grid;
use super::habits::{Habits, Medium, TextStyle};
use super::letters::{Encoding, Typewriter};
use super::package::Member;
use super::planted::Planted;
use super::random::Random;
use super::reports::Report;
use super::senders::{self, Kind, Manner};
use super::words::{full_name, plain_name};
use super::{ods, text, workbook, xls, xlsb};

/// How many provinces always send text; one more each year does so once.
const ALWAYS_TEXT: usize = 4;

/// The years and units whose files are text.
pub(crate) fn text_senders(seed: u64, reports: &[Report]) -> BTreeSet<(i32, String)> {
    let mut senders = BTreeSet::new();
    let years: BTreeSet<i32> = reports.iter().map(|r| r.year).collect();
    for year in years {
        let mut units: Vec<&Report> = reports
            .iter()
            .filter(|r| r.year == year && r.planted.is_none())
            .collect();
        units.sort_by_key(|r| Random::of(seed, &[&r.unit.name, "text"]).next());
        let (always, others) = units.split_at(ALWAYS_TEXT.min(units.len()));
        let once = others
            .iter()
            .min_by_key(|r| Random::of(seed, &[&r.unit.name, &year.to_string(), "text"]).next());
        senders.extend(
            always
                .iter()
                .chain(once)
                .map(|r| (year, r.unit.code.clone())),
        );
    }
    senders
}

/// What every sending needs to know.
pub(crate) struct Office<'a> {
    /// The seed of the sample.
    pub(crate) seed: u64,
    /// The facts that forms are made of.
    pub(crate) facts: &'a Facts,
    /// The years and units whose files are text.
    pub(crate) texts: BTreeSet<(i32, String)>,
    /// Whether provinces have the habits that make files hard to read.
    pub(crate) manners: bool,
    /// For letters that are not Unicode's.
    pub(crate) typewriter: Typewriter,
}

impl Office<'_> {
    fn manners(&self, report: &Report) -> &'static [Manner] {
        if self.manners && report.planted.is_none() {
            senders::manners(&report.unit.name)
        } else {
            &[]
        }
    }

    /// The files of a report: their names, without a folder, and their bytes.
    pub(crate) fn files(&self, report: &Report) -> Result<Vec<Member>, Box<dyn Error>> {
        let texts = &self.texts;
        if texts.contains(&(report.year, report.unit.code.clone())) {
            self.text_files(report)
        } else {
            Ok(vec![self.workbook(report)?])
        }
    }

    fn text_files(&self, report: &Report) -> Result<Vec<Member>, Box<dyn Error>> {
        let style = text_style(self.seed, report, self.manners(report));
        let medium = Medium::Text(style);
        let habits = Habits::of(self.seed, &report.unit, report.year, medium, &[]);
        let [first, second] = self.forms(report, &habits);
        let place = plain_name(&report.unit, "-");
        let ending = if self.manners(report).contains(&Manner::TabFile) {
            "tsv"
        } else {
            "csv"
        };
        let mut files = Vec::new();
        for (form, grid) in [("KTTT-01", &first), ("KTTT-02", &second)] {
            let name = format!("{form}_{place}_{}.{ending}", report.year);
            files.push((name, text::write(grid, style, &self.typewriter)?));
        }
        Ok(files)
    }

    fn workbook(&self, report: &Report) -> Result<Member, Box<dyn Error>> {
        let manners = self.manners(report);
        let mut habits = Habits::of(
            self.seed,
            &report.unit,
            report.year,
            Medium::Workbook,
            manners,
        );
        if report.planted.is_some() {
            plain(&mut habits);
        }
        let mut sheets = self.sheets(report, &habits);
        for sheet in &mut sheets {
            dress(sheet, &habits, &self.typewriter);
        }
        let properties = workbook::Properties {
            title: format!("Báo cáo kinh tế tập thể năm {}", report.year),
            author: format!("UBND {}", full_name(&report.unit)),
            received_at: report.received_at.clone(),
        };
        let bytes = match habits.kind() {
            Kind::Xlsx => workbook::write(&sheets, &properties)?,
            Kind::Xlsm => workbook::write_with_macros(&sheets, &properties)?,
            Kind::Xlsb => xlsb::write(&sheets)?,
            Kind::Xls => xls::write(&sheets)?,
            Kind::Ods => ods::write(&sheets)?,
        };
        Ok((file_name(report, &habits), bytes))
    }

    /// Both forms, each on a grid of its own.
    fn forms(&self, report: &Report, habits: &Habits) -> [Grid; 2] {
        let names = sheet_names(habits, report.year);
        let mut second = form02::lay_out(self.facts, report, habits);
        let link = habits
            .formulas
            .link
            .then(|| format!("'{}'!{}", names[1], second.total));
        let mut first = form01::lay_out(self.seed, self.facts, report, habits, link.as_deref());
        [first.name, second.grid.name] = names;
        [first, second.grid]
    }

    /// The sheets of a workbook, in order.
    fn sheets(&self, report: &Report, habits: &Habits) -> Vec<Grid> {
        let [mut first, mut second] = self.forms(report, habits);
        if habits.has(Manner::OnItsSide) {
            first = on_its_side(&first, habits.left_columns);
        }
        if habits.has(Manner::HeadsAgain) {
            heads_again(&mut first, 27);
            heads_again(&mut second, 14);
        }
        if habits.has(Manner::PrintArea) {
            for grid in [&mut first, &mut second] {
                let last = grid.columns().saturating_sub(1);
                grid.print_area = Some((grid.table.top, 0, grid.table.end - 1, last));
            }
        }
        if habits.has(Manner::SideBySide) {
            return vec![side_by_side(&first, &second)];
        }
        let copy = habits.has(Manner::SecondCopy).then(|| Grid {
            name: "Ban in".to_owned(),
            ..first.clone()
        });
        let draft = habits.has(Manner::Draft).then(|| {
            let mut draft = report.clone();
            draft.columns.estimate = draft.columns.plan.clone();
            let [grid, _] = self.forms(&draft, habits);
            Grid {
                name: "du thao".to_owned(),
                hidden: true,
                ..grid
            }
        });
        let mut sheets = vec![first, second];
        if habits.reversed {
            sheets.reverse();
        }
        sheets.extend(copy);
        sheets.extend(draft);
        if habits.spare_sheet {
            sheets.push(Grid {
                name: "Sheet3".to_owned(),
                ..Grid::default()
            });
        }
        sheets
    }
}

/// A planted fault stands alone: the row it is in says its unit, and nothing is converted.
fn plain(habits: &mut Habits) {
    habits.has_units = true;
    habits.sheet_unit = false;
    habits.small_money = false;
    habits.thousands = false;
}

fn text_style(seed: u64, report: &Report, manners: &[Manner]) -> TextStyle {
    let mut random = Random::of(seed, &[&report.unit.name, "text style"]);
    let mut style = TextStyle {
        delimiter: random.pick(b",,;;;\t"),
        bom: random.chance(50),
        quote_all: random.chance(30),
        crlf: random.chance(60),
        bare_blanks: random.chance(50),
        encoding: Encoding::Utf8,
    };
    for manner in manners {
        match manner {
            Manner::Encoding(encoding) => style.encoding = *encoding,
            Manner::TabFile => style.delimiter = b'\t',
            _ => {}
        }
    }
    style
}

fn sheet_names(habits: &Habits, year: i32) -> [String; 2] {
    match habits.sheet_names {
        0 | 1 => ["KTTT-01".to_owned(), "KTTT-02".to_owned()],
        2 => ["Biểu 01".to_owned(), "Biểu 02".to_owned()],
        3 => [format!("Chi tieu {year}"), format!("Linh vuc {year}")],
        _ => ["Sheet1".to_owned(), "Sheet2".to_owned()],
    }
}

fn file_name(report: &Report, habits: &Habits) -> String {
    let (year, unit) = (report.year, &report.unit);
    let stem = match habits.file_name {
        0 | 1 => format!("KTTT_{}_{year}", plain_name(unit, "-")),
        2 => format!("bao cao KTTT {}", unit.name),
        3 => format!("BC KTTT {} năm {year}", unit.name),
        4 => format!("{}_KTTT01-02_{year}", plain_name(unit, "")),
        5 => format!(
            "Bieu mau KTTT {} {year}",
            plain_name(unit, " ").to_uppercase()
        ),
        _ => format!(
            "{year}_UBND_{}_bieu_KTTT",
            plain_name(unit, "_").to_lowercase()
        ),
    };
    let again = if report.planted == Some(Planted::Correction) {
        " (lan 2)"
    } else {
        ""
    };
    format!("{stem}{again}.{}", habits.kind().extension())
}
