//! The reports of each province in each year: the four columns of KTTT-01 and the table of KTTT-02.

use std::collections::BTreeMap;

use super::by_sector::BySector;
use super::facts::{FIRST_NEW_YEAR, Facts, NEW, OLD, Unit};
use super::planted::Planted;
use super::random::Random;
use super::scenarios::{Columns, estimate, plan, repeat};
use super::truth::Truth;

/// One sending of one province for one year, as it stands in its files.
#[derive(Debug, Clone)]
pub(crate) struct Report {
    /// The year reported.
    pub(crate) year: i32,
    /// The province, under its name at the end of that year.
    pub(crate) unit: Unit,
    /// The change of 2025 did not affect the province.
    pub(crate) unchanged: bool,
    /// 1 for the first sending.
    pub(crate) revision: u32,
    /// When it came, in RFC 3339.
    pub(crate) received_at: String,
    /// The figures of KTTT-01.
    pub(crate) columns: Columns,
    /// The figures of KTTT-02.
    pub(crate) by_sector: BySector,
    /// What was done to it on purpose.
    pub(crate) planted: Option<Planted>,
    /// The files, relative to the inbox; filled in when they are written.
    pub(crate) files: Vec<String>,
}

impl Report {
    /// Whether the year and the unit are these.
    pub(crate) fn is(&self, year: i32, code: &str) -> bool {
        self.year == year && self.unit.code == code
    }
}

/// The province as one of the 63 would report it, for every year.
struct Origin {
    years: BTreeMap<i32, (Columns, BySector)>,
}

/// All reports from `first` to `last`, one for each unit in force, in order of year and code.
pub(crate) fn reports(
    seed: u64,
    facts: &Facts,
    first: i32,
    last: i32,
) -> Result<Vec<Report>, String> {
    let truth = Truth::lay_out(seed, facts, first - 1, last)?;
    let mut origins = BTreeMap::new();
    for (index, code) in truth.codes.iter().enumerate() {
        origins.insert(
            code.clone(),
            origin(seed, facts, &truth, index, first, last)?,
        );
    }
    let mut reports = Vec::new();
    for year in first..=last {
        let vintage = if year < FIRST_NEW_YEAR { OLD } else { NEW };
        for unit in facts.units(vintage, year) {
            let parts: Vec<&(Columns, BySector)> = facts
                .origins(&unit)
                .iter()
                .filter_map(|code| origins.get(code).and_then(|o| o.years.get(&year)))
                .collect();
            let (columns, tables): (Vec<_>, Vec<_>) = parts.into_iter().cloned().unzip();
            let columns = match <[Columns; 1]>::try_from(columns) {
                Ok([one]) => one,
                Err(many) => Columns::together(&many, &facts.indicators),
            };
            reports.push(Report {
                year,
                unchanged: facts.is_unchanged(&unit),
                revision: 1,
                received_at: received(seed, &unit, year),
                columns,
                by_sector: BySector::together(&tables),
                planted: None,
                files: Vec::new(),
                unit,
            });
        }
    }
    Ok(reports)
}

fn origin(
    seed: u64,
    facts: &Facts,
    truth: &Truth,
    index: usize,
    first: i32,
    last: i32,
) -> Result<Origin, String> {
    let code = &truth.codes[index];
    let catalogue = &facts.indicators;
    let stream = |year: i32, topic: &str| Random::of(seed, &[code, &year.to_string(), topic]);
    let mut planned = plan(
        truth.figures(index, first - 1)?,
        catalogue,
        &mut stream(first - 1, "plan"),
    );
    let mut years = BTreeMap::new();
    for year in first..=last {
        let actual = truth.figures(index, year - 1)?.clone();
        let repeated = repeat(&planned, &actual, catalogue, &mut stream(year, "repeat"));
        let guess = estimate(
            truth.figures(index, year)?,
            &actual,
            catalogue,
            &mut stream(year, "estimate"),
        );
        let next_plan = plan(&guess, catalogue, &mut stream(year, "plan"));
        planned = next_plan.clone();
        let table = BySector::divide(seed, code, &truth.traits[index], &guess, facts);
        years.insert(
            year,
            (
                Columns {
                    actual,
                    plan: repeated,
                    estimate: guess,
                    next_plan,
                },
                table,
            ),
        );
    }
    Ok(Origin { years })
}

/// Between 10 and 24 December, in office hours.
fn received(seed: u64, unit: &Unit, year: i32) -> String {
    let mut random = Random::of(seed, &[&unit.name, &year.to_string(), "received"]);
    let day = random.between(10, 24);
    let hour = random.pick(&[8, 8, 9, 9, 10, 10, 11, 13, 14, 14, 15, 15, 16, 16, 17]);
    let (minute, second) = (random.between(0, 59), random.between(0, 59));
    format!("{year}-12-{day:02}T{hour:02}:{minute:02}:{second:02}+07:00")
}
