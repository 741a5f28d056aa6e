//! The reference data that the tests know: units, their changes, regions, indicators and sectors.
//!
//! They are read from the CSV files of `pipelines/` without any code of the program.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

use super::files::root;

/// The vintage with 63 provinces.
pub(crate) const OLD: &str = "2004";
/// The vintage with 34 provinces.
pub(crate) const NEW: &str = "2025";

/// A unit of one vintage, by vintage and code.
pub(crate) type Unit = (String, String);

/// How the figures of an indicator are aggregated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Measure {
    /// Stocks and flows: added.
    Sum,
    /// Weighted by this indicator.
    Mean(String),
    /// Numerator, denominator, and what the quotient is multiplied by.
    Ratio(String, String, i128),
}

/// A row of indicators.csv.
#[derive(Debug, Clone)]
pub(crate) struct Indicator {
    pub(crate) id: String,
    pub(crate) section: String,
    pub(crate) row_code: String,
    pub(crate) name_vi: String,
    pub(crate) unit: String,
    pub(crate) decimals: u32,
    pub(crate) measure: Measure,
}

/// A name of a unit and the days on which it was in force (`to` is the first day after).
#[derive(Debug, Clone)]
pub(crate) struct UnitName {
    pub(crate) name_vi: String,
    pub(crate) name_en: String,
    pub(crate) from: String,
    pub(crate) to: Option<String>,
}

/// A region of a scheme, with its units.
#[derive(Debug, Clone)]
pub(crate) struct Region {
    pub(crate) scheme: String,
    pub(crate) code: String,
    pub(crate) name_vi: String,
    pub(crate) name_en: String,
    pub(crate) vintage: String,
    pub(crate) units: BTreeSet<String>,
}

/// Everything at once.
#[derive(Debug)]
pub(crate) struct Catalogue {
    pub(crate) indicators: BTreeMap<String, Indicator>,
    pub(crate) sectors: BTreeMap<String, String>,
    pub(crate) unit_names: BTreeMap<Unit, Vec<UnitName>>,
    /// Codes of the units that a unit of the newer vintage was made of.
    pub(crate) predecessors: BTreeMap<String, BTreeSet<String>>,
    /// Codes that the change left as they were.
    pub(crate) unchanged: BTreeSet<String>,
    pub(crate) regions: Vec<Region>,
}

impl Catalogue {
    /// Codes of all units of a vintage.
    pub(crate) fn units(&self, vintage: &str) -> Vec<String> {
        self.unit_names
            .keys()
            .filter(|(v, _)| v == vintage)
            .map(|(_, code)| code.clone())
            .collect()
    }

    /// The latest Vietnamese name of a unit.
    pub(crate) fn name(&self, vintage: &str, code: &str) -> &str {
        &self.unit_names[&(vintage.to_owned(), code.to_owned())]
            .last()
            .unwrap()
            .name_vi
    }
}

/// The catalogue, read once.
pub(crate) fn catalogue() -> &'static Catalogue {
    static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(read);
    &CATALOGUE
}

/// The rows of a list, by their columns.
pub(crate) fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

/// A text, unless it is empty.
pub(crate) fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn read() -> Catalogue {
    let subject = root().join("pipelines/kttt");
    let places = root().join("pipelines/reference");
    let mut this = Catalogue {
        indicators: BTreeMap::new(),
        sectors: BTreeMap::new(),
        unit_names: BTreeMap::new(),
        predecessors: BTreeMap::new(),
        unchanged: BTreeSet::new(),
        regions: Vec::new(),
    };
    for row in rows(&subject.join("indicators.csv")) {
        let measure = match row["measure"].as_str() {
            "mean" => Measure::Mean(row["weight_indicator"].clone()),
            "ratio" => Measure::Ratio(
                row["numerator"].clone(),
                row["denominator"].clone(),
                row["scale"].parse().unwrap(),
            ),
            _ => Measure::Sum,
        };
        let indicator = Indicator {
            id: row["indicator"].clone(),
            section: row["section"].clone(),
            row_code: row["row_code"].clone(),
            name_vi: row["name_vi"].clone(),
            unit: row["unit"].clone(),
            decimals: row["decimals"].parse().unwrap(),
            measure,
        };
        this.indicators.insert(indicator.id.clone(), indicator);
    }
    for row in rows(&subject.join("sectors.csv")) {
        this.sectors
            .insert(row["sector_code"].clone(), row["name_vi"].clone());
    }
    for row in rows(&places.join("admin_units.csv")) {
        this.unit_names
            .entry((row["vintage"].clone(), row["unit_code"].clone()))
            .or_default()
            .push(UnitName {
                name_vi: row["name_vi"].clone(),
                name_en: row["name_en"].clone(),
                from: row["valid_from"].clone(),
                to: some(&row["valid_to"]),
            });
    }
    for names in this.unit_names.values_mut() {
        names.sort_by(|a, b| a.from.cmp(&b.from));
    }
    for row in rows(&places.join("unit_changes.csv")) {
        if row["change"] == "unchanged" {
            this.unchanged.insert(row["to_code"].clone());
        }
        this.predecessors
            .entry(row["to_code"].clone())
            .or_default()
            .insert(row["from_code"].clone());
    }
    for row in rows(&places.join("regions.csv")) {
        let known = this
            .regions
            .iter_mut()
            .find(|r| r.scheme == row["scheme"] && r.code == row["region_code"]);
        if let Some(region) = known {
            region.units.insert(row["unit_code"].clone());
        } else {
            this.regions.push(Region {
                scheme: row["scheme"].clone(),
                code: row["region_code"].clone(),
                name_vi: row["region_name_vi"].clone(),
                name_en: row["region_name_en"].clone(),
                vintage: row["vintage"].clone(),
                units: BTreeSet::from([row["unit_code"].clone()]),
            });
        }
    }
    this
}
