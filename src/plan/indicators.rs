//! `indicators.csv`: the indicators of a pipeline and how they aggregate.

use std::collections::BTreeSet;
use std::path::Path;

use rust_decimal::Decimal;

use super::breakdowns::Breakdown;
use super::file_errors::FileErrors;
use crate::diagnostic::DefinitionErrors;
use crate::extract::{Dimension, Form};
use crate::geography::{Csv, CsvRow};
use crate::normalize::{IndicatorFacts, Measures, VALUE_SCALE};
use crate::period::Frequency;
use crate::text::Folder;

/// An indicator of the catalogue.
#[derive(Debug, Clone)]
pub struct Indicator {
    /// Identifier.
    pub id: String,
    /// Section it belongs to.
    pub section: Option<String>,
    /// Code of its row in the forms.
    pub row_code: Option<String>,
    /// Depth among the rows.
    pub level: Option<i64>,
    /// The form that gives its total.
    pub home_form: Option<String>,
    /// Name in Vietnamese.
    pub name_vi: String,
    /// Name in English.
    pub name_en: String,
    /// Unit of measure.
    pub unit: String,
    /// Decimals shown; 0 for whole numbers.
    pub decimals: u32,
    /// How it aggregates.
    pub measure: Measure,
    /// Scale of a ratio.
    pub scale: Option<i64>,
    /// Note.
    pub note: Option<String>,
    /// How much a unit's own figure may differ from the sum over its former units, as a share of its own figure.
    pub tolerance: Option<Decimal>,
    /// The same in units of measure; the larger of the two applies.
    pub tolerance_units: Option<Decimal>,
    /// The breakdowns by which forms give its values beside the total.
    pub breakdowns: Vec<String>,
    /// Line in the file.
    pub line: usize,
}

/// How an indicator aggregates over units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measure {
    /// A number at a point in time: summed.
    Stock,
    /// A number over a period: summed.
    Flow,
    /// A mean, weighted by another indicator.
    Mean {
        /// The weights.
        weight: String,
    },
    /// One indicator over another, recomputed at every level.
    Ratio {
        /// The numerator.
        numerator: String,
        /// The denominator.
        denominator: String,
    },
}

impl Measure {
    /// Whether values of parts add up to that of the whole.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        matches!(self, Self::Stock | Self::Flow)
    }

    /// The word for it in the tables.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Stock => "stock",
            Self::Flow => "flow",
            Self::Mean { .. } => "mean",
            Self::Ratio { .. } => "ratio",
        }
    }
}

/// Columns that `indicators.csv` must have.
const COLUMNS: [&str; 15] = [
    "indicator",
    "section",
    "row_code",
    "level",
    "home_form",
    "name_vi",
    "name_en",
    "unit",
    "decimals",
    "measure",
    "weight_indicator",
    "numerator",
    "denominator",
    "scale",
    "note",
];

/// Columns that `indicators.csv` may have.
const TOLERANCES: [&str; 2] = ["tolerance", "tolerance_units"];
const OPTIONAL: [&str; 3] = [TOLERANCES[0], TOLERANCES[1], "breakdowns"];

/// Reads `indicators.csv`.
pub(super) fn read_indicators(path: &Path, errors: &mut DefinitionErrors) -> Vec<Indicator> {
    let Some(table) = errors.ok(Csv::read_with(path, &COLUMNS, &OPTIONAL)) else {
        return Vec::new();
    };
    let mut wrong = FileErrors::in_file(path, errors);
    let mut indicators: Vec<Indicator> = Vec::new();
    for (line, row) in table.rows() {
        indicators.extend(indicator(line, &row, &indicators, &mut wrong));
    }
    check_parts(&indicators, &mut wrong);
    indicators
}

/// The indicator of a row, unless the row has an error that leaves no indicator.
fn indicator(
    line: usize,
    row: &CsvRow<'_>,
    earlier: &[Indicator],
    wrong: &mut FileErrors<'_>,
) -> Option<Indicator> {
    let id = row.get("indicator");
    let measure = measure(line, row, wrong)?;
    let Ok(decimals) = row.get("decimals").parse() else {
        wrong.on_line(
            Some(line),
            format!("`{}` is not a number of decimals", row.get("decimals")),
            "write 0 for whole numbers, else 1 to 6",
        );
        return None;
    };
    if earlier.iter().any(|i| i.id == id) {
        wrong.on_line(
            Some(line),
            format!("the indicator `{id}` is declared twice"),
            "keep one of the two rows",
        );
        return None;
    }
    let scale = row.optional("scale").and_then(|s| s.parse().ok());
    if matches!(measure, Measure::Ratio { .. }) && scale.is_none_or(|s| s < 1) {
        wrong.on_line(
            Some(line),
            format!("the ratio `{id}` has no scale above 0"),
            "write 100 for per cent, 1 for a plain ratio",
        );
    }
    check_row(line, row, &measure, decimals, wrong);
    let [tolerance, tolerance_units] = TOLERANCES.map(|column| tolerance(line, row, column, wrong));
    Some(Indicator {
        id,
        section: row.optional("section"),
        row_code: row.optional("row_code"),
        level: row.get("level").parse().ok(),
        home_form: row.optional("home_form"),
        name_vi: row.get("name_vi"),
        name_en: row.get("name_en"),
        unit: row.get("unit"),
        decimals,
        measure,
        scale,
        note: row.optional("note"),
        tolerance,
        tolerance_units,
        breakdowns: row
            .optional("breakdowns")
            .map(|ids| ids.split(';').map(|id| id.trim().to_owned()).collect())
            .unwrap_or_default(),
        line,
    })
}

/// Checks the cells of a row each for itself.
fn check_row(
    line: usize,
    row: &CsvRow<'_>,
    measure: &Measure,
    decimals: u32,
    wrong: &mut FileErrors<'_>,
) {
    let id = row.get("indicator");
    let mut error = |message: String, remedy: &str| wrong.on_line(Some(line), message, remedy);
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !id.starts_with(|c: char| c.is_ascii_lowercase()) || !id.chars().all(plain) {
        let message =
            format!("`{id}` cannot be the name of an indicator: queries and rules name it");
        error(
            message,
            "use lower-case letters, digits and _, and begin with a letter",
        );
    }
    for column in ["name_vi", "name_en", "unit"] {
        if row.optional(column).is_none() {
            error(format!("`{id}` has no {column}"), "fill in the cell");
        }
    }
    if decimals > VALUE_SCALE {
        let message = format!("`{decimals}` is not a number of decimals: the lake keeps six");
        error(message, "write 0 for whole numbers, else 1 to 6");
    }
    let level = row
        .optional("level")
        .map(|text| text.parse::<u8>().ok().filter(|l| *l <= 9));
    if level == Some(None) {
        let message = format!("`{}` is not a level", row.get("level"));
        error(
            message,
            "write 0 for a row of its own, 1 for a part of it, 2 for a part of that",
        );
    }
    let parts: &[&str] = match measure {
        Measure::Stock | Measure::Flow => {
            &["weight_indicator", "numerator", "denominator", "scale"]
        }
        Measure::Mean { .. } => &["numerator", "denominator", "scale"],
        Measure::Ratio { .. } => &["weight_indicator"],
    };
    for column in parts.iter().filter(|column| row.optional(column).is_some()) {
        let message = format!(
            "`{column}` has no effect for the {} `{id}`",
            measure.as_str()
        );
        error(message, "leave the cell empty, or correct `measure`");
    }
    if let Measure::Ratio {
        numerator,
        denominator,
    } = measure
        && numerator == denominator
    {
        let message = format!("the ratio `{id}` is of `{numerator}` to itself");
        error(message, "name two indicators");
    }
    let is_share = |text: String| Decimal::from_str_exact(&text).is_ok_and(|v| v > Decimal::ONE);
    if row.optional("tolerance").is_some_and(is_share) {
        let message = format!(
            "the tolerance `{}` of `{id}` is more than 1",
            row.get("tolerance")
        );
        error(
            message,
            "write a share such as 0.05; a number of units goes into tolerance_units",
        );
    }
}

/// How the indicator of a row aggregates.
fn measure(line: usize, row: &CsvRow<'_>, wrong: &mut FileErrors<'_>) -> Option<Measure> {
    let id = row.get("indicator");
    let (message, remedy) = match (
        row.get("measure").as_str(),
        row.optional("weight_indicator"),
        row.optional("numerator"),
        row.optional("denominator"),
    ) {
        ("stock", ..) => return Some(Measure::Stock),
        ("flow", ..) => return Some(Measure::Flow),
        ("mean", Some(weight), ..) => return Some(Measure::Mean { weight }),
        ("ratio", _, Some(numerator), Some(denominator)) => {
            return Some(Measure::Ratio {
                numerator,
                denominator,
            });
        }
        ("mean", None, ..) => (
            format!("the mean `{id}` has no weight"),
            "name the weighting indicator in weight_indicator",
        ),
        ("ratio", ..) => (
            format!("the ratio `{id}` lacks its numerator or denominator"),
            "name numerator and denominator",
        ),
        (other, ..) => (
            format!("`{other}` is not a measure"),
            "write stock, flow, mean or ratio",
        ),
    };
    wrong.on_line(Some(line), message, remedy);
    None
}

/// A tolerance of a row: a number that is not negative.
fn tolerance(
    line: usize,
    row: &CsvRow<'_>,
    column: &str,
    wrong: &mut FileErrors<'_>,
) -> Option<Decimal> {
    let text = row.optional(column)?;
    let value = Decimal::from_str_exact(&text).ok();
    let sound = value.filter(|v| !v.is_sign_negative() && v.scale() <= VALUE_SCALE);
    if sound.is_none() {
        wrong.on_line(
            Some(line),
            format!("`{text}` is not a {column}"),
            "write a share such as 0.05 as tolerance, a number such as 10 as tolerance_units; at most six decimals",
        );
    }
    sound
}

/// Checks that weights, numerators and denominators are indicators that can be added up.
fn check_parts(indicators: &[Indicator], wrong: &mut FileErrors<'_>) {
    for indicator in indicators {
        let parts: Vec<(&String, &str)> = match &indicator.measure {
            Measure::Mean { weight } => vec![(weight, "weight")],
            Measure::Ratio {
                numerator,
                denominator,
            } => vec![(numerator, "numerator"), (denominator, "denominator")],
            _ => Vec::new(),
        };
        for (part, role) in parts {
            let sum = indicators
                .iter()
                .find(|i| i.id == *part)
                .map(|i| matches!(i.measure, Measure::Stock | Measure::Flow));
            let id = &indicator.id;
            let message = match sum {
                Some(true) => continue,
                Some(false) => format!("the {role} `{part}` of `{id}` cannot be added up"),
                None => format!("the {role} `{part}` of `{id}` is not an indicator"),
            };
            let remedy = "name a stock or a flow of this file";
            wrong.on_line(Some(indicator.line), message, remedy);
        }
    }
}

/// Checks that indicators are broken down by breakdowns that there are, each once.
pub(super) fn check_breakdowns(
    path: &Path,
    indicators: &[Indicator],
    breakdowns: &[Breakdown],
    errors: &mut DefinitionErrors,
) {
    let mut wrong = FileErrors::in_file(path, errors);
    for indicator in indicators {
        for (at, id) in indicator.breakdowns.iter().enumerate() {
            let declared = breakdowns
                .iter()
                .any(|b| b.id == *id && !b.members.is_empty());
            if !declared || indicator.breakdowns[..at].contains(id) {
                let message = format!(
                    "`{id}` of `{}` is not a breakdown of the pipeline, or is listed twice",
                    indicator.id
                );
                let remedy = "name breakdowns of pipeline.toml with ; between them";
                wrong.on_line(Some(indicator.line), message, remedy);
            }
        }
    }
}

/// Checks that the units of measure are known.
pub(super) fn check_units(
    path: &Path,
    indicators: &[Indicator],
    measures: &Measures,
    folder: &Folder,
    errors: &mut DefinitionErrors,
) {
    let mut wrong = FileErrors::in_file(path, errors);
    for indicator in indicators {
        let Indicator { id, unit, line, .. } = indicator;
        if !measures.knows(unit, folder) {
            let message = format!("the unit `{unit}` of `{id}` is not known");
            wrong.on_line(Some(*line), message, "add it to units_of_measure.toml");
        }
    }
}

/// Whether a row or a column of a form has the figures of an indicator.
fn carries(form: &Form, indicator: &str) -> bool {
    let of_rows =
        form.dimension == Dimension::Indicator && form.rows.iter().any(|r| r.member == indicator);
    of_rows
        || form.totals.iter().any(|t| t.indicator == indicator)
        || form
            .columns
            .iter()
            .any(|c| c.indicator.as_deref() == Some(indicator))
}

/// The form that gives the total of an indicator in periods of a frequency: its home form, if that has such periods, else
/// the only form that has them. Of several, none does; `check` refuses that.
pub(super) fn home_form<'a>(
    indicator: &'a Indicator,
    frequency: Frequency,
    forms: &'a [Form],
) -> Option<&'a str> {
    let mut of_frequency = forms
        .iter()
        .filter(|form| form.frequencies.contains(&frequency));
    let home = indicator.home_form.as_deref();
    let mut own = of_frequency.clone();
    if let Some(home) = home.filter(|home| own.any(|form| form.code == **home)) {
        return Some(home);
    }
    let with_it = of_frequency.find(|form| carries(form, &indicator.id))?;
    let another = of_frequency.any(|form| carries(form, &indicator.id));
    (home.is_some() && !another).then_some(with_it.code.as_str())
}

/// Checks that the home forms are declared and have their indicators, and that an indicator of several forms has one.
pub(super) fn check_home_forms(
    path: &Path,
    indicators: &[Indicator],
    forms: &[Form],
    errors: &mut DefinitionErrors,
) {
    let mut wrong = FileErrors::in_file(path, errors);
    let codes: BTreeSet<&str> = forms.iter().map(|f| f.code.as_str()).collect();
    for indicator in indicators {
        let home = indicator.home_form.as_deref();
        if let Some(form) = home.filter(|form| !codes.contains(form)) {
            let id = &indicator.id;
            wrong.on_line(
                Some(indicator.line),
                format!("the home form `{form}` of `{id}` is not declared"),
                "declare the form in forms/, or name another",
            );
        }
        check_home_form(indicator, forms, &mut wrong);
    }
}

/// Checks that the home form of an indicator is one of the forms that have it.
fn check_home_form(indicator: &Indicator, forms: &[Form], wrong: &mut FileErrors<'_>) {
    let id = &indicator.id;
    let having: Vec<&str> = forms
        .iter()
        .filter(|form| carries(form, id))
        .map(|form| form.code.as_str())
        .collect();
    let home = indicator.home_form.as_deref();
    let is_declared = home.is_some_and(|home| forms.iter().any(|form| form.code == home));
    if let Some(home) = home.filter(|home| is_declared && !having.contains(home)) {
        wrong.on_line(
            Some(indicator.line),
            format!("the home form `{home}` has no row, no column and no total for `{id}`"),
            "name a form that has it, or give it a row_code of that form; leave the cell empty if no form has it",
        );
    }
    for frequency in Frequency::ALL {
        let of_frequency = |code: &&&str| {
            let mut forms = forms.iter();
            forms.any(|form| form.code == **code && form.frequencies.contains(&frequency))
        };
        let several: Vec<&str> = having.iter().filter(of_frequency).copied().collect();
        if home.is_some_and(|home| !several.contains(&home)) && several.len() > 1 {
            wrong.on_line(
                Some(indicator.line),
                format!(
                    "`{id}` is in several {frequency} forms ({}), and its home form has no such periods",
                    several.join(", ")
                ),
                "name one of them in home_form, or take the indicator out of the others",
            );
        }
    }
    if home.is_none() && having.len() > 1 {
        wrong.on_line(
            Some(indicator.line),
            format!(
                "`{id}` is in several forms ({}), and no home form says whose total counts",
                having.join(", ")
            ),
            "name one of them in home_form",
        );
    }
}

/// What reading needs to know of an indicator. The limit is the largest absolute value that is accepted: larger than any
/// real figure, and small enough that sums and products over all units fit into 38 digits.
pub(super) fn indicator_facts(indicator: &Indicator, all: &[Indicator]) -> IndicatorFacts {
    let in_product = matches!(indicator.measure, Measure::Mean { .. })
        || all.iter().any(|other| match &other.measure {
            Measure::Mean { weight } => *weight == indicator.id,
            Measure::Ratio {
                numerator,
                denominator,
            } => *numerator == indicator.id || *denominator == indicator.id,
            _ => false,
        });
    let limit = if in_product {
        Decimal::from(10_000_000_000_i64)
    } else {
        Decimal::from(1_000_000_000_000_000_i64)
    };
    IndicatorFacts {
        indicator: indicator.id.clone(),
        unit: indicator.unit.clone(),
        decimals: indicator.decimals,
        limit,
    }
}
