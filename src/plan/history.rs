//! `history.csv`: figures that others have published, for years before the first report.

use std::collections::BTreeSet;
use std::path::Path;

use rust_decimal::Decimal;

use super::file_errors::FileErrors;
use super::paths::is_absent;
use super::target_scope::{TargetScope, wrong_scope};
use crate::diagnostic::DefinitionErrors;
use crate::geography::{Csv, CsvRow};
use crate::normalize::VALUE_SCALE;
use crate::period::Period;
use crate::text::rounded;

/// A published figure.
#[derive(Debug, Clone)]
pub struct PublishedFigure {
    /// Its period.
    pub period: Period,
    /// Vintage of the unit or of the region's units; none for the country.
    pub geography: Option<String>,
    /// Scheme of the region; none for the country and for units.
    pub scheme: Option<String>,
    /// Code of the country, the region or the unit.
    pub code: String,
    /// Indicator.
    pub indicator: String,
    /// Value in the unit of measure of the catalogue.
    pub value: Decimal,
    /// That unit.
    pub unit: String,
    /// Value as it was published.
    pub printed: Decimal,
    /// Unit of measure as it was published.
    pub printed_unit: String,
    /// The publication.
    pub source: String,
    /// Where it can be read.
    pub url: String,
    /// A remark.
    pub note: String,
}

/// Columns of `history.csv`.
const COLUMNS: [&str; 9] = [
    "period",
    "scope",
    "scope_code",
    "indicator",
    "value",
    "unit",
    "source",
    "url",
    "note",
];

/// Reads `history.csv`; a pipeline without published figures has no such file.
pub(super) fn read_history(
    path: &Path,
    scope: TargetScope<'_>,
    errors: &mut DefinitionErrors,
) -> Vec<PublishedFigure> {
    if is_absent(path) {
        return Vec::new();
    }
    let Some(table) = errors.ok(Csv::read(path, &COLUMNS)) else {
        return Vec::new();
    };
    let mut wrong = FileErrors::in_file(path, errors);
    let mut seen = BTreeSet::new();
    let mut figures = Vec::new();
    for (line, row) in table.rows() {
        let key = ["period", "scope", "scope_code", "indicator"].map(|column| row.get(column));
        if !seen.insert(key) {
            wrong.on_line(
                Some(line),
                "this figure is there twice",
                "keep the one that should count, and name the other in its note",
            );
        }
        match figure(&row, scope) {
            Ok(figure) => figures.push(figure),
            Err((message, remedy)) => wrong.on_line(Some(line), message, remedy),
        }
    }
    figures
}

/// The figure of a row.
fn figure(
    row: &CsvRow<'_>,
    scope: TargetScope<'_>,
) -> Result<PublishedFigure, (String, &'static str)> {
    let (kind, place) = (row.get("scope"), row.get("scope_code"));
    if kind == "each province" {
        let message = "a published figure is that of one place".to_owned();
        return Err((message, "write national, region or province"));
    }
    if let Some(mistake) = wrong_scope(&kind, &place, scope) {
        return Err(mistake);
    }
    let (id, unit) = (row.get("indicator"), row.get("unit"));
    let mut indicators = scope.lists.indicators.iter();
    let indicator = indicators.find(|i| i.id == id).ok_or_else(|| {
        let message = format!("`{id}` is not an indicator of indicators.csv");
        (
            message,
            "a published figure is entered only where it means an indicator exactly",
        )
    })?;
    let period = row.get("period").parse::<Period>().map_err(|_| {
        let message = format!("`{}` is not a period", row.get("period"));
        (message, "write 2020, 2020-S1, 2020-Q3 or 2020-09")
    })?;
    let printed = Decimal::from_str_exact(&row.get("value")).map_err(|_| {
        let message = format!("`{}` is not a number", row.get("value"));
        (
            message,
            "write it with a decimal point and without separators",
        )
    })?;
    if indicator.decimals == 0 && printed.is_sign_negative() {
        let message = format!(
            "`{id}` is counted in {}, and {printed} is negative",
            indicator.unit
        );
        return Err((message, "write the figure as it was published"));
    }
    let measures = scope.lists.measures;
    let value = measures
        .factor(&unit, &indicator.unit, scope.folder)
        .and_then(|factor| printed.checked_mul(factor))
        .filter(|value| value.trunc().mantissa().unsigned_abs() < 10_u128.pow(20));
    let value = value.ok_or_else(|| {
        let message = format!(
            "`{unit}` does not convert to {}, the unit of `{id}`",
            indicator.unit
        );
        (message, "write the unit that the publication prints")
    })?;
    if !["http://", "https://"]
        .iter()
        .any(|begin| row.get("url").starts_with(begin))
    {
        let message = format!("`{}` is not an address", row.get("url"));
        return Err((message, "write where it can be read: https://…"));
    }
    for column in ["source", "url"] {
        let text = row.get(column);
        if text.is_empty() || text.contains('|') {
            let message = format!("the figure has no {column}, or one with `|` in it");
            return Err((message, "say where it was published"));
        }
    }
    let (first, last) = match place.split_once(':') {
        Some((first, last)) => (Some(first.to_owned()), last.to_owned()),
        None => (None, place),
    };
    let regions = &scope.lists.geography.tables.regions;
    let (geography, scheme) = match kind.as_str() {
        "region" => {
            let of_scheme = regions.iter().find(|r| Some(&r.scheme) == first.as_ref());
            (of_scheme.map(|r| r.unit.vintage.clone()), first)
        }
        _ => (first, None),
    };
    Ok(PublishedFigure {
        period,
        geography,
        scheme,
        code: last,
        indicator: id,
        value: rounded(value, VALUE_SCALE),
        unit: indicator.unit.clone(),
        printed,
        printed_unit: unit,
        source: row.get("source"),
        url: row.get("url"),
        note: row.get("note"),
    })
}
