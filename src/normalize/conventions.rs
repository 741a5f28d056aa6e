//! All that normalization knows before it sees a table.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::measure::Measures;
use super::symbol::Symbols;

/// What normalization needs to know about an indicator.
#[derive(Debug, Clone)]
pub struct IndicatorFacts {
    /// Identifier.
    pub indicator: String,
    /// Unit of measure of the catalogue.
    pub unit: String,
    /// Decimals of the catalogue; an indicator with 0 decimals has whole numbers.
    pub decimals: u32,
    /// The largest absolute value that is plausible and that exact arithmetic can hold.
    pub limit: Decimal,
}

/// All that normalization knows before it sees a table.
#[derive(Debug, Clone)]
pub struct Conventions {
    /// Units of measure.
    pub measures: Measures,
    /// Symbols that stand for a value.
    pub symbols: Symbols,
    /// Words, in lower case, that mark a number as approximate.
    pub approximate: Vec<String>,
    /// The catalogue, by indicator.
    pub indicators: BTreeMap<String, IndicatorFacts>,
}
