//! stub
use crate::diagnostic::DefinitionError;
use crate::engine::Engine;
use serde::Deserialize;
use std::path::Path;
/// stub
#[derive(Debug, Clone, Deserialize)]
pub struct RawTable {}
/// stub
#[derive(Debug, Clone)]
pub struct TableDefinition {}
impl TableDefinition {
    /// stub
    pub fn new(_raw: RawTable, _path: &Path, _text: &str) -> Result<Self, DefinitionError> {
        Ok(Self {})
    }
}
/// stub
#[derive(Debug, Clone, Deserialize)]
pub struct Edition {}
/// stub
#[derive(Debug, Clone)]
pub struct Table {
    /// stub
    pub title_en: String,
}
/// stub
pub async fn build(
    _e: &Engine,
    _d: &TableDefinition,
    _ed: &Edition,
) -> datafusion::error::Result<Table> {
    Ok(Table {
        title_en: String::new(),
    })
}
/// A decimal of six places (an integer of millionths) with `decimals` shown, rounded half away from zero.
#[must_use]
pub fn format_decimal(millionths: i128, decimals: u32, group: char, mark: char) -> String {
    let unit = 10_i128.pow(6_u32.saturating_sub(decimals));
    let half = unit / 2;
    let rounded = (millionths.abs() + half) / unit;
    let scale = 10_i128.pow(decimals.min(6));
    let (whole, fraction) = (rounded / scale, rounded % scale);
    let digits = whole.to_string();
    let mut text = String::new();
    if millionths < 0 && rounded != 0 {
        text.push('-');
    }
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            text.push(group);
        }
        text.push(c);
    }
    if decimals > 0 {
        text.push(mark);
        text.push_str(&format!(
            "{fraction:0width$}",
            width = decimals.min(6) as usize
        ));
    }
    text
}
/// stub
pub async fn check(
    _e: &Engine,
    _d: &TableDefinition,
    _ed: &Edition,
) -> Result<(), DefinitionError> {
    Ok(())
}
