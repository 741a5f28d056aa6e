//! The facts that the sample is based on: units, changes, regions, indicators, sectors, published figures.
//!
//! They come from the pipeline's own reference files, built in at compile time, and from
//! `published.csv` beside this file: the printed figures that shape the simulated ones, with sources.

use std::collections::BTreeMap;
use std::error::Error;

use super::arithmetic::WHOLE;

const ADMIN_UNITS: &str = include_str!("../../pipelines/reference/admin_units.csv");
const UNIT_CHANGES: &str = include_str!("../../pipelines/reference/unit_changes.csv");
const REGIONS: &str = include_str!("../../pipelines/reference/regions.csv");
const INDICATORS: &str = include_str!("../../pipelines/kttt/indicators.csv");
const SECTORS: &str = include_str!("../../pipelines/kttt/sectors.csv");
const PUBLISHED: &str = include_str!("published.csv");

/// The vintage of the 63 provinces.
pub(crate) const OLD: &str = "2004";
/// The vintage of the 34 provinces.
pub(crate) const NEW: &str = "2025";
/// The first year that the new provinces report.
pub(crate) const FIRST_NEW_YEAR: i32 = 2025;
/// The year whose regional totals are published, and from which the sample is laid out.
pub(crate) const ANCHOR: i32 = 2022;

/// A province under one name and type, and the time it had them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Unit {
    /// The code, which means nothing without its vintage.
    pub(crate) code: String,
    /// `2004` or `2025`.
    pub(crate) vintage: String,
    /// The Vietnamese name, without the type.
    pub(crate) name: String,
    /// The name in plain letters.
    pub(crate) name_en: String,
    /// A centrally run city, not a province.
    pub(crate) is_city: bool,
    valid_from: String,
    valid_to: String,
}

/// An indicator that has a row in KTTT-01.
#[derive(Debug, Clone)]
pub(crate) struct Indicator {
    /// Its identifier in the catalogue.
    pub(crate) id: String,
    /// The section of the form: HTX, LHHTX or THT.
    pub(crate) section: String,
    /// What `Mã số` holds.
    pub(crate) row_code: String,
    /// The depth in the stub.
    pub(crate) level: usize,
    /// The row's text.
    pub(crate) name: String,
    /// The catalogue's unit.
    pub(crate) unit: String,
    /// The decimals of its figures.
    pub(crate) decimals: u32,
    /// The weights of a mean; none for stocks and flows.
    pub(crate) weight: Option<String>,
}

/// A sector of KTTT-02.
#[derive(Debug, Clone)]
pub(crate) struct Sector {
    /// Its code.
    pub(crate) code: String,
    /// The sector that it is part of.
    pub(crate) parent: Option<String>,
    /// The row's text.
    pub(crate) name: String,
}

/// All of them.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    units: Vec<Unit>,
    successors: BTreeMap<String, (String, bool)>,
    regions: BTreeMap<String, String>,
    /// The rows of KTTT-01, in order.
    pub(crate) indicators: Vec<Indicator>,
    /// The rows of KTTT-02, in order.
    pub(crate) sectors: Vec<Sector>,
    published: BTreeMap<(String, String, i32), i64>,
}

impl Facts {
    /// Whether a province has or had this name.
    pub(crate) fn is_name(&self, name: &str) -> bool {
        self.units.iter().any(|unit| unit.name == name)
    }

    /// Reads the built-in files.
    pub(crate) fn load() -> Result<Self, Box<dyn Error>> {
        let units = rows(ADMIN_UNITS)?
            .into_iter()
            .map(|row| Unit {
                code: row["unit_code"].clone(),
                vintage: row["vintage"].clone(),
                name: row["name_vi"].clone(),
                name_en: row["name_en"].clone(),
                is_city: row["unit_type"] == "thanh_pho",
                valid_from: row["valid_from"].clone(),
                valid_to: row["valid_to"].clone(),
            })
            .collect();
        let successors = rows(UNIT_CHANGES)?
            .into_iter()
            .map(|row| {
                (
                    row["from_code"].clone(),
                    (row["to_code"].clone(), row["change"] == "unchanged"),
                )
            })
            .collect();
        let regions = rows(REGIONS)?
            .into_iter()
            .filter(|row| row["scheme"] == "6v-2021")
            .map(|row| (row["unit_code"].clone(), row["region_code"].clone()))
            .collect();
        let mut indicators = Vec::new();
        for row in rows(INDICATORS)?
            .into_iter()
            .filter(|row| !row["row_code"].is_empty())
        {
            indicators.push(Indicator {
                id: row["indicator"].clone(),
                section: row["section"].clone(),
                row_code: row["row_code"].clone(),
                level: row["level"].parse()?,
                name: row["name_vi"].clone(),
                unit: row["unit"].clone(),
                decimals: row["decimals"].parse()?,
                weight: some(&row["weight_indicator"]),
            });
        }
        let sectors = rows(SECTORS)?
            .into_iter()
            .map(|row| Sector {
                code: row["sector_code"].clone(),
                parent: some(&row["parent"]),
                name: row["name_vi"].clone(),
            })
            .collect();
        let mut published = BTreeMap::new();
        for row in rows(PUBLISHED)? {
            let year: i32 = row["as_of"].get(..4).unwrap_or_default().parse()?;
            let key = (row["geography"].clone(), row["indicator"].clone(), year);
            published.insert(key, millionths(&row["value"])? * factor(&row["unit"]));
        }
        Ok(Self {
            units,
            successors,
            regions,
            indicators,
            sectors,
            published,
        })
    }

    /// The units of a vintage, under their names on the last day of a year.
    pub(crate) fn units(&self, vintage: &str, year: i32) -> Vec<Unit> {
        self.units_on(vintage, &format!("{year}-12-31"))
    }

    /// The units of a vintage, under their names on a day.
    pub(crate) fn units_on(&self, vintage: &str, day: &str) -> Vec<Unit> {
        let mut codes: Vec<&str> = self
            .units
            .iter()
            .filter(|u| u.vintage == vintage)
            .map(|u| u.code.as_str())
            .collect();
        codes.sort_unstable();
        codes.dedup();
        codes
            .into_iter()
            .filter_map(|code| self.unit_on(vintage, code, day))
            .collect()
    }

    fn unit_on(&self, vintage: &str, code: &str, day: &str) -> Option<Unit> {
        let mut names: Vec<&Unit> = self
            .units
            .iter()
            .filter(|u| u.vintage == vintage && u.code == code)
            .collect();
        names.sort_by(|a, b| a.valid_from.cmp(&b.valid_from));
        let in_force = names.iter().find(|u| {
            u.valid_from.as_str() <= day && (u.valid_to.is_empty() || day < u.valid_to.as_str())
        });
        let fallback = if names.first().is_some_and(|u| day < u.valid_from.as_str()) {
            names.first()
        } else {
            names.last()
        };
        in_force.or(fallback).map(|u| (*u).clone())
    }

    /// The 63-province codes that a unit is made of: itself, or its predecessors.
    pub(crate) fn origins(&self, unit: &Unit) -> Vec<String> {
        if unit.vintage == OLD {
            return vec![unit.code.clone()];
        }
        self.successors
            .iter()
            .filter(|(_, (to, _))| *to == unit.code)
            .map(|(from, _)| from.clone())
            .collect()
    }

    /// Whether the change of 2025 did not affect the unit.
    pub(crate) fn is_unchanged(&self, unit: &Unit) -> bool {
        self.origins(unit)
            .iter()
            .all(|code| self.successors.get(code).is_some_and(|(_, same)| *same))
    }

    /// The region of a 63-province code, before 2025.
    pub(crate) fn region(&self, code: &str) -> &str {
        self.regions.get(code).map_or("", String::as_str)
    }

    /// A printed figure in whole units (people, đồng in tỷ, …) times a million; none if none is known.
    pub(crate) fn published(&self, geography: &str, indicator: &str, year: i32) -> Option<i64> {
        self.published
            .get(&(geography.to_owned(), indicator.to_owned(), year))
            .copied()
    }

    /// A printed count of a province or region.
    pub(crate) fn published_count(
        &self,
        geography: &str,
        indicator: &str,
        year: i32,
    ) -> Result<i64, String> {
        self.published(geography, indicator, year)
            .map(|value| value / WHOLE)
            .ok_or_else(|| format!("published.csv has no {indicator} of {geography} in {year}"))
    }

    /// The indicator of that name.
    pub(crate) fn indicator(&self, id: &str) -> Result<&Indicator, String> {
        self.indicators
            .iter()
            .find(|indicator| indicator.id == id)
            .ok_or_else(|| format!("indicators.csv has no {id}"))
    }
}

fn rows(text: &str) -> Result<Vec<BTreeMap<String, String>>, csv::Error> {
    csv::Reader::from_reader(text.as_bytes())
        .deserialize()
        .collect()
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// `6.139` → 6139000.
fn millionths(text: &str) -> Result<i64, Box<dyn Error>> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let padded = format!("{fraction:0<6}");
    Ok(whole.parse::<i64>()? * WHOLE + padded.parse::<i64>()?)
}

/// What turns the printed unit into the catalogue's.
fn factor(unit: &str) -> i64 {
    match unit {
        "nghìn thành viên" | "tỷ đồng/HTX" => 1_000,
        "triệu thành viên" => 1_000_000,
        _ => 1,
    }
}
