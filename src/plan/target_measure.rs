//! What a target measures: one figure of the lake, or what it has grown to since a year.
//!
//! A share is a ratio of the catalogue, so that it is made as every ratio is: the sum of the numerators over that of the
//! denominators, of the units that have both. Then `trace` answers for it like for any other figure.

use std::sync::LazyLock;

use regex::Regex;
use rust_decimal::Decimal;

use super::indicators::{Indicator, Measure};
use super::target_scope::TargetScope;
use crate::geography::CsvRow;

/// The figure that a target measures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TargetMeasure {
    /// Its indicator.
    pub indicator: String,
    /// The year that a growth starts from; none for other kinds.
    pub base_year: Option<String>,
}

/// An error of a cell, and what to write instead.
type Mistake = (String, String);

/// `a / b`, `a / b * 100` and `a / a@2020`.
static FORMULA: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"^(?<above>[a-z][a-z0-9_]*)\s*/\s*(?<below>[a-z][a-z0-9_]*)(?:@(?<year>\d{4}))?(?:\s*\*\s*(?<scale>\d{1,9}))?$",
    )
    .ok()
});

/// The measure of a target, from its kind, expression and unit.
///
/// # Errors
/// If the expression names no indicator, is not of its kind, or has another unit than the target.
pub(super) fn target_measure(
    row: &CsvRow<'_>,
    scope: TargetScope<'_>,
) -> Result<TargetMeasure, Mistake> {
    let (kind, expression) = (row.get("kind"), row.get("expression"));
    let measure = match kind.as_str() {
        "share" => share(&expression, scope)?,
        "growth" => return growth(&expression, &row.get("year"), scope),
        _ => known(&expression, scope)?,
    };
    let unit = row.get("unit");
    let measures = scope.lists.measures;
    let is_same = measures
        .factor(&measure.unit, &unit, scope.folder)
        .is_some_and(|factor| factor == Decimal::ONE);
    if !is_same {
        let (id, own) = (&measure.id, &measure.unit);
        let message = format!("`{id}` is measured in {own}, the target in {unit}");
        return Err((message, format!("write value and unit in {own}")));
    }
    Ok(TargetMeasure {
        indicator: measure.id.clone(),
        base_year: None,
    })
}

/// The indicator of a name.
fn known<'a>(name: &str, scope: TargetScope<'a>) -> Result<&'a Indicator, Mistake> {
    let mut indicators = scope.lists.indicators.iter();
    indicators.find(|i| i.id == name).ok_or_else(|| {
        (
            format!("`{name}` is not an indicator of indicators.csv"),
            "write an indicator; a share as `a / b * 100`, a growth as `a / a@2020`".to_owned(),
        )
    })
}

/// The ratio of the catalogue that a share is.
fn share<'a>(expression: &str, scope: TargetScope<'a>) -> Result<&'a Indicator, Mistake> {
    let formula = FORMULA.as_ref().and_then(|f| f.captures(expression));
    let Some(formula) = formula.filter(|f| f.name("year").is_none()) else {
        let message = format!("`{expression}` is not a share");
        let remedy = "write one indicator over another: `a / b * 100`";
        return Err((message, remedy.to_owned()));
    };
    let (above, below) = (
        known(&formula["above"], scope)?,
        known(&formula["below"], scope)?,
    );
    let scale: i64 = formula
        .name("scale")
        .map_or(Ok(1), |scale| scale.as_str().parse())
        .unwrap_or(0);
    let is_it = |i: &&Indicator| {
        i.scale.unwrap_or(1) == scale
            && matches!(&i.measure, Measure::Ratio { numerator, denominator }
                if *numerator == above.id && *denominator == below.id)
    };
    scope.lists.indicators.iter().find(is_it).ok_or_else(|| {
        let message = format!("indicators.csv has no ratio `{expression}`");
        let remedy = format!(
            "add an indicator with measure ratio, numerator {}, denominator {} and scale {scale}",
            above.id, below.id
        );
        (message, remedy)
    })
}

/// The measure of a growth: an indicator over itself in an earlier year.
fn growth(expression: &str, year: &str, scope: TargetScope<'_>) -> Result<TargetMeasure, Mistake> {
    let formula = FORMULA.as_ref().and_then(|f| f.captures(expression));
    let sound = formula.filter(|f| {
        f["above"] == f["below"]
            && f.name("scale").is_none()
            && year.parse::<u16>().is_ok()
            && f.name("year").is_some_and(|base| base.as_str() < year)
    });
    let Some(formula) = sound else {
        let message = format!("`{expression}` is not a growth up to {year}");
        let remedy = "write an indicator over itself in an earlier year: `a / a@2020`";
        return Err((message, remedy.to_owned()));
    };
    let indicator = known(&formula["above"], scope)?;
    Ok(TargetMeasure {
        indicator: indicator.id.clone(),
        base_year: Some(formula["year"].to_owned()),
    })
}
