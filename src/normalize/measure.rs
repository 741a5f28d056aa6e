//! Units of measure, and the exact factors between units of one dimension.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::Deserialize;
use toml::Spanned;

use crate::text::{Folder, listed};

/// `reference/units_of_measure.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawMeasures {
    /// The units.
    pub unit: Vec<RawMeasure>,
    /// Dimensions whose units may be written for those of others.
    #[serde(default)]
    pub left_out: Vec<RawLeftOut>,
}

/// One unit of measure.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawMeasure {
    /// Name.
    pub id: Spanned<String>,
    /// Units of one dimension can be converted into each other.
    pub dimension: String,
    /// How many base units of the dimension it is.
    pub factor: Spanned<String>,
    /// Other spellings.
    #[serde(default)]
    pub also: Vec<String>,
}

/// A dimension whose units may be written for those of another.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawLeftOut {
    /// Dimension of the unit written.
    pub from: Spanned<String>,
    /// Dimension of the unit meant.
    pub to: Spanned<String>,
}

/// The units of measure, found by any of their spellings.
#[derive(Debug, Clone, Default)]
pub struct Measures {
    /// By folded spelling: dimension and factor.
    units: BTreeMap<String, (String, Decimal)>,
    /// Spellings as `units_of_measure.toml` writes them, to their folded forms: these need no folding.
    written: BTreeMap<String, String>,
    /// Dimension written to dimension meant.
    left_out: Vec<(String, String)>,
}

impl Measures {
    /// Folds the spellings.
    ///
    /// # Errors
    /// The byte offset and a sentence, when a factor is not a positive decimal number, two units share a spelling, or two of one
    /// dimension a factor.
    pub fn compile(raw: &RawMeasures, folder: &Folder) -> Result<Self, (usize, String)> {
        let (mut units, mut written) = (BTreeMap::new(), BTreeMap::new());
        for unit in &raw.unit {
            let factor = Decimal::from_str_exact(unit.factor.get_ref())
                .ok()
                .filter(|f| *f > Decimal::ZERO)
                .ok_or_else(|| {
                    (
                        unit.factor.span().start,
                        format!("factor `{}` is no positive number", unit.factor.get_ref()),
                    )
                })?;
            if unit.dimension.trim().is_empty() {
                let message = format!("`{}` has no dimension", unit.id.get_ref());
                return Err((unit.id.span().start, message));
            }
            let same = raw.unit.iter().find(|other| {
                other.id.span().start < unit.id.span().start
                    && other.dimension == unit.dimension
                    && Decimal::from_str_exact(other.factor.get_ref()).is_ok_and(|f| f == factor)
            });
            if let Some(other) = same {
                let (other, own) = (other.id.get_ref(), unit.id.get_ref());
                let message =
                    format!("`{other}` and `{own}` of one dimension have the same factor");
                return Err((unit.factor.span().start, message));
            }
            for spelling in std::iter::once(unit.id.get_ref()).chain(&unit.also) {
                let folded = spell(spelling, folder);
                if folded.is_empty() {
                    let message = format!("a spelling of `{}` is empty", unit.id.get_ref());
                    return Err((unit.id.span().start, message));
                }
                written.insert(spelling.clone(), folded.clone());
                let known = units.insert(folded, (unit.dimension.clone(), factor));
                if known.is_some_and(|(dimension, f)| dimension != unit.dimension || f != factor) {
                    return Err((
                        unit.id.span().start,
                        format!("`{spelling}` is a spelling of two units"),
                    ));
                }
            }
        }
        for left_out in &raw.left_out {
            let is_known = |dimension: &str| raw.unit.iter().any(|u| u.dimension == dimension);
            let (from, to) = (left_out.from.get_ref(), left_out.to.get_ref());
            if !is_known(from) || !is_known(to) || from == to {
                let message = format!("`{from}` and `{to}` are not two dimensions of units");
                return Err((left_out.from.span().start, message));
            }
        }
        let left_out = raw
            .left_out
            .iter()
            .map(|l| (l.from.get_ref().clone(), l.to.get_ref().clone()))
            .collect();
        Ok(Self {
            units,
            written,
            left_out,
        })
    }

    /// Dimension and factor of a unit of measure; none if the text is not one.
    fn unit(&self, text: &str, folder: &Folder) -> Option<&(String, Decimal)> {
        if let Some(folded) = self.written.get(text) {
            return self.units.get(folded);
        }
        // Folding drops commas: `a, b` is two units and not the unit `a/b`.
        let parts = listed(text);
        if parts.len() > 1 && parts.iter().all(|part| self.knows(part, folder)) {
            return None;
        }
        self.units.get(&spell(text, folder))
    }

    /// All folded spellings.
    pub fn spellings(&self) -> impl Iterator<Item = &str> {
        self.units.keys().map(String::as_str)
    }

    /// Whether a text is a unit of measure.
    #[must_use]
    pub fn knows(&self, text: &str, folder: &Folder) -> bool {
        self.unit(text, folder).is_some()
    }

    /// The factor that converts values in unit `from` into values in unit `to`; none if a unit is unknown or their
    /// dimensions differ.
    #[must_use]
    pub fn factor(&self, from: &str, to: &str, folder: &Folder) -> Option<Decimal> {
        let (from_dimension, from_factor) = self.unit(from, folder)?;
        let (to_dimension, to_factor) = self.unit(to, folder)?;
        let same = from_dimension == to_dimension
            || self
                .left_out
                .iter()
                .any(|(from, to)| from == from_dimension && to == to_dimension);
        same.then(|| from_factor.checked_div(*to_factor)).flatten()
    }
}

/// A spelling, folded. Folding drops punctuation, so a lone `%` stays as it is.
fn spell(text: &str, folder: &Folder) -> String {
    let folded = folder.fold(text);
    if folded.is_empty() {
        text.trim().to_owned()
    } else {
        folded
    }
}
