//! From a report to its files: who sends text and who a workbook, and what the files are called.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::Path;

use super::facts::Facts;
use super::form01;
use super::form02;
use super::grid::Grid;
use super::habits::{Habits, Medium, TextStyle};
use super::planted::Planted;
use super::random::Random;
use super::reports::Report;
use super::words::plain_name;
use super::{text, workbook};

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

/// Writes the files of a report and notes their names in it.
pub(crate) fn send(
    root: &Path,
    seed: u64,
    facts: &Facts,
    report: &mut Report,
    texts: &BTreeSet<(i32, String)>,
) -> Result<(), Box<dyn Error>> {
    let medium = if texts.contains(&(report.year, report.unit.code.clone())) {
        Medium::Text(text_style(seed, report))
    } else {
        Medium::Workbook
    };
    let mut habits = Habits::of(seed, &report.unit, report.year, medium);
    if report.planted.is_some() {
        plain(&mut habits);
    }
    let names = sheet_names(&habits, report.year);
    let mut second = form02::lay_out(facts, report, &habits);
    second.grid.name.clone_from(&names[1]);
    let link = habits
        .formulas
        .link
        .then(|| format!("'{}'!{}", names[1], second.total));
    let mut first = form01::lay_out(seed, facts, report, &habits, link.as_deref());
    first.name.clone_from(&names[0]);
    if let Medium::Text(style) = medium {
        for (form, grid) in [("KTTT-01", &first), ("KTTT-02", &second.grid)] {
            let name = format!(
                "{}/{form}_{}_{}.csv",
                report.year,
                plain_name(&report.unit, "-"),
                report.year
            );
            text::write(&root.join(&name), grid, style)?;
            report.files.push(name);
        }
        return Ok(());
    }
    let mut sheets = vec![first, second.grid];
    if habits.reversed {
        sheets.reverse();
    }
    if habits.spare_sheet {
        sheets.push(Grid {
            name: "Sheet3".to_owned(),
            ..Grid::default()
        });
    }
    let name = format!("{}/{}", report.year, file_name(report, &habits));
    workbook::write(&root.join(&name), &sheets, report)?;
    report.files.push(name);
    Ok(())
}

/// A planted fault stands alone: the row it is in says its unit, and nothing is converted.
fn plain(habits: &mut Habits) {
    habits.has_units = true;
    habits.sheet_unit = false;
    habits.small_money = false;
    habits.thousands = false;
}

fn text_style(seed: u64, report: &Report) -> TextStyle {
    let mut random = Random::of(seed, &[&report.unit.name, "text style"]);
    TextStyle {
        delimiter: random.pick(b",,;;;\t"),
        bom: random.chance(50),
        quote_all: random.chance(30),
        crlf: random.chance(60),
        bare_blanks: random.chance(50),
    }
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
    format!("{stem}{again}.xlsx")
}
