//! The code lists of a pipeline: indicators, sectors, targets.

use std::path::Path;

use rust_decimal::Decimal;

use crate::diagnostic::{DefinitionError, DefinitionErrors};
use crate::geography::Csv;
use crate::normalize::VALUE_SCALE;

/// An indicator of the catalogue.
#[derive(Debug, Clone)]
pub struct Indicator {
    /// Identifier.
    pub id: String,
    /// Section it stands in.
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
    /// Remark.
    pub note: Option<String>,
    /// How far a unit's own figure and that of its former units together may be apart, as a share of its own.
    pub tolerance: Option<Decimal>,
    /// The same in units of measure; the larger of the two counts.
    pub tolerance_units: Option<Decimal>,
    /// Line in the file.
    pub line: usize,
}

/// How an indicator aggregates over units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measure {
    /// A number at a time: summed.
    Stock,
    /// A number over a time: summed.
    Flow,
    /// Weighted by another indicator.
    Mean {
        /// The weights.
        weight: String,
    },
    /// One indicator over another, recomputed at every level.
    Ratio {
        /// Above the line.
        numerator: String,
        /// Below the line.
        denominator: String,
    },
}

impl Measure {
    /// The word in the tables.
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

/// A sector of the code list.
#[derive(Debug, Clone)]
pub struct Sector {
    /// Code.
    pub code: String,
    /// The sector it is part of.
    pub parent: Option<String>,
    /// 0 for the first level.
    pub level: i64,
    /// Name in Vietnamese.
    pub name_vi: String,
    /// Name in English.
    pub name_en: String,
}

/// A target of a decision.
#[derive(Debug, Clone)]
pub struct Target {
    /// The texts, in the order of [`TARGET_TEXTS`].
    pub texts: [String; 10],
    /// The value to be reached.
    pub value: Decimal,
}

/// The columns of [`Target::texts`].
pub const TARGET_TEXTS: [&str; 10] = [
    "target_id",
    "document",
    "scope",
    "scope_code",
    "year",
    "kind",
    "expression",
    "comparator",
    "unit",
    "text_vi",
];

/// Columns that `indicators.csv` may have.
const TOLERANCES: [&str; 2] = ["tolerance", "tolerance_units"];

/// Reads `indicators.csv`.
pub(super) fn read_indicators(path: &Path, errors: &mut DefinitionErrors) -> Vec<Indicator> {
    let columns = [
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
    let table = match Csv::read_with(path, &columns, &TOLERANCES) {
        Ok(table) => table,
        Err(e) => {
            errors.push(e);
            return Vec::new();
        }
    };
    let mut indicators: Vec<Indicator> = Vec::new();
    for (line, row) in table.rows() {
        let id = row.get("indicator");
        let mut wrong = |message: String, remedy: &str| {
            errors.push(DefinitionError::new(path, Some(line), message, remedy));
        };
        let part = |column: &str| row.optional(column);
        let measure = match (
            row.get("measure").as_str(),
            part("weight_indicator"),
            part("numerator"),
            part("denominator"),
        ) {
            ("stock", ..) => Measure::Stock,
            ("flow", ..) => Measure::Flow,
            ("mean", Some(weight), ..) => Measure::Mean { weight },
            ("mean", None, ..) => {
                wrong(
                    format!("the mean `{id}` has no weight"),
                    "name the indicator that weighs it in weight_indicator",
                );
                continue;
            }
            ("ratio", _, Some(numerator), Some(denominator)) => Measure::Ratio {
                numerator,
                denominator,
            },
            ("ratio", ..) => {
                wrong(
                    format!("the ratio `{id}` lacks a side"),
                    "name numerator and denominator",
                );
                continue;
            }
            (other, ..) => {
                wrong(
                    format!("`{other}` is no measure"),
                    "write stock, flow, mean or ratio",
                );
                continue;
            }
        };
        let Ok(decimals) = row.get("decimals").parse() else {
            wrong(
                format!("`{}` is no number of decimals", row.get("decimals")),
                "write 0 for whole numbers, else 1 to 6",
            );
            continue;
        };
        if indicators.iter().any(|i| i.id == id) {
            wrong(
                format!("the indicator `{id}` stands twice"),
                "keep one of the two rows",
            );
            continue;
        }
        let scale = row.optional("scale").and_then(|s| s.parse().ok());
        if matches!(measure, Measure::Ratio { .. }) && scale.is_none() {
            wrong(
                format!("the ratio `{id}` has no scale"),
                "write 100 for per cent, 1 for a plain ratio",
            );
        }
        let [tolerance, tolerance_units] = TOLERANCES.map(|column| {
            let text = row.optional(column)?;
            let value = Decimal::from_str_exact(&text).ok();
            let sound = value.filter(|v| !v.is_sign_negative() && v.scale() <= VALUE_SCALE);
            if sound.is_none() {
                wrong(
                    format!("`{text}` is no {column}"),
                    "write a share such as 0.05 as tolerance, a number such as 10 as tolerance_units; at most six decimals",
                );
            }
            sound
        });
        indicators.push(Indicator {
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
            line,
        });
    }
    for indicator in &indicators {
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
            let message = match sum {
                Some(true) => continue,
                Some(false) => format!(
                    "the {role} `{part}` of `{}` cannot be added up",
                    indicator.id
                ),
                None => format!("the {role} `{part}` of `{}` is no indicator", indicator.id),
            };
            let remedy = "name a stock or a flow of this file";
            errors.push(DefinitionError::new(
                path,
                Some(indicator.line),
                message,
                remedy,
            ));
        }
    }
    indicators
}

/// Reads `sectors.csv`; a pipeline without sectors has no such file.
pub(super) fn read_sectors(path: &Path, errors: &mut DefinitionErrors) -> Vec<Sector> {
    if !path.exists() {
        return Vec::new();
    }
    let table = match Csv::read(
        path,
        &["sector_code", "parent", "level", "name_vi", "name_en"],
    ) {
        Ok(table) => table,
        Err(e) => {
            errors.push(e);
            return Vec::new();
        }
    };
    let mut sectors: Vec<(usize, Sector)> = Vec::new();
    for (line, row) in table.rows() {
        let level = row.get("level").parse().unwrap_or(-1);
        sectors.push((
            line,
            Sector {
                code: row.get("sector_code"),
                parent: row.optional("parent"),
                level,
                name_vi: row.get("name_vi"),
                name_en: row.get("name_en"),
            },
        ));
    }
    for (line, sector) in &sectors {
        let sound = match &sector.parent {
            None => sector.level == 0,
            Some(parent) => sectors
                .iter()
                .any(|(_, s)| s.code == *parent && s.level + 1 == sector.level),
        };
        if !sound {
            let message = format!(
                "the sector `{}` does not stand one level under a sector of this file",
                sector.code
            );
            errors.push(DefinitionError::new(
                path,
                Some(*line),
                message,
                "correct parent and level",
            ));
        }
    }
    sectors.into_iter().map(|(_, s)| s).collect()
}

/// Reads `targets.csv`; a pipeline without targets has no such file.
pub(super) fn read_targets(path: &Path, errors: &mut DefinitionErrors) -> Vec<Target> {
    if !path.exists() {
        return Vec::new();
    }
    let mut columns = TARGET_TEXTS.to_vec();
    columns.push("value");
    let table = match Csv::read(path, &columns) {
        Ok(table) => table,
        Err(e) => {
            errors.push(e);
            return Vec::new();
        }
    };
    let mut targets = Vec::new();
    for (line, row) in table.rows() {
        match Decimal::from_str_exact(&row.get("value")) {
            Ok(value) => targets.push(Target {
                texts: TARGET_TEXTS.map(|column| row.get(column)),
                value,
            }),
            Err(_) => {
                let message = format!("`{}` is no number", row.get("value"));
                errors.push(DefinitionError::new(
                    path,
                    Some(line),
                    message,
                    "write the value with a decimal point",
                ));
            }
        }
    }
    targets
}
