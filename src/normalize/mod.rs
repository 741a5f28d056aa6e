//! From located cells to observations: texts to numbers, units to the catalogue's, marks to statuses.
//!
//! A value is loaded exactly or held back with a finding; nothing is guessed.

mod locale;
mod measure;
mod number;
mod records;
mod symbol;

pub use locale::{LocaleProof, LocaleVerdict, ProofReason};
pub use measure::{Measures, RawMeasures};
pub use number::{Locale, ParsedNumber, TextNumber, from_float, read_text};
pub use records::{FilledCells, ListReader, RecordList};
pub use symbol::{ObservationStatus, Symbols};

use std::collections::BTreeMap;
use std::sync::Arc;

use rust_decimal::{Decimal, RoundingStrategy};

use crate::diagnostic::{Finding, Message, Place, findings};
use crate::extract::{
    ColumnRef, Form, LocatedCell, Scenario, SheetTable, Stated, UnitCodes, Vocabulary,
};
use crate::period::Period;
use crate::read::{Address, CellContent};
use locale::{Clue, verdicts};

pub use crate::engine::columns::{VALUE_SCALE, lake_decimal};

/// What normalization needs to know of an indicator.
#[derive(Debug, Clone)]
pub struct IndicatorFacts {
    /// Identifier.
    pub indicator: String,
    /// Unit of measure of the catalogue.
    pub unit: String,
    /// Decimals of the catalogue; 0 makes it an indicator of whole numbers.
    pub decimals: u32,
    /// The largest absolute value that is believed and that exact arithmetic holds.
    pub limit: Decimal,
}

/// Everything normalization knows before it sees a table.
#[derive(Debug, Clone)]
pub struct Conventions {
    /// Units of measure.
    pub measures: Measures,
    /// Marks that stand for a value.
    pub symbols: Symbols,
    /// Lower-case words that make a number a rounded one.
    pub approximate: Vec<String>,
    /// The catalogue, by indicator.
    pub indicators: BTreeMap<String, IndicatorFacts>,
}

/// One value as reported, without the report it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Observation {
    /// The period the value speaks of.
    pub period: Period,
    /// Indicator.
    pub indicator: String,
    /// Sector, `_T` for the total.
    pub sector: String,
    /// The units that its row may be, in a table by units; none where it is of the unit that reports.
    #[serde(with = "shared")]
    pub area: Option<Arc<UnitCodes>>,
    /// Scenario.
    pub scenario: Scenario,
    /// In the catalogue's unit, at most six decimals.
    pub value: Option<Decimal>,
    /// SDMX `OBS_STATUS`.
    pub status: ObservationStatus,
    /// The text as read.
    pub raw: Option<String>,
    /// The unit of measure that counted, as read.
    pub unit_read: Option<String>,
    /// Where it stands.
    pub at: Address,
}

/// A derived value of the sheet, in per cent: 100 × `of` / `to`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ComparedValue {
    /// Indicator.
    pub indicator: String,
    /// Sector, `_T` for the total.
    pub sector: String,
    /// The units that its row may be, in a table by units; none where it is of the unit that reports.
    #[serde(with = "shared")]
    pub area: Option<Arc<UnitCodes>>,
    /// Scenario and period of the numerator.
    pub of: (Scenario, Period),
    /// Scenario and period of the denominator.
    pub to: (Scenario, Period),
    /// As the sheet states it.
    pub value: Decimal,
    /// Where it stands.
    pub at: Address,
}

/// A table, normalized.
#[derive(Debug, Clone, Default)]
pub struct Normalized {
    /// The values.
    pub observations: Vec<Observation>,
    /// The derived values, for rule kind `comparison`.
    pub comparisons: Vec<ComparedValue>,
    /// What was noticed; sheet and cell are filled in.
    pub findings: Vec<Finding>,
    /// Cells held back here.
    pub held: i64,
    /// How the columns write numbers, where they hold numbers as text.
    pub locales: BTreeMap<ColumnRef, LocaleVerdict>,
}

/// Total of a breakdown that a row has not (SDMX `_T`).
pub const TOTAL: &str = "_T";

/// Normalizes the cells of a table that reports on the year `n`.
#[must_use]
pub fn normalize(
    table: &SheetTable,
    n: i16,
    vocabulary: &Vocabulary,
    conventions: &Conventions,
) -> Normalized {
    let form = &vocabulary.forms[table.form];
    let mut work = Work {
        table,
        form,
        n,
        vocabulary,
        conventions,
        out: Normalized::default(),
        refused: Vec::new(),
        without_unit: 0,
    };
    work.out.locales = verdicts(form, &work.clues());
    for cell in &table.cells {
        match cell.column {
            ColumnRef::Value(_) => work.value(cell),
            ColumnRef::Comparison(_) => work.comparison(cell),
        }
    }
    work.report_refused_units();
    work.out
}

struct Work<'a> {
    table: &'a SheetTable,
    form: &'a Form,
    n: i16,
    vocabulary: &'a Vocabulary,
    conventions: &'a Conventions,
    out: Normalized,
    /// Units that could not be converted, with the indicator and the number of cells each held back.
    refused: Vec<(Stated, String, i64)>,
    /// Cells held back because the unit of the sheet is not known.
    without_unit: i64,
}

/// Why a cell has no unit of measure.
enum NoUnit {
    /// What stands behind the number is none.
    BehindNumber,
    /// The nearest statement is none that is known.
    Nearest(Stated),
    /// The statement of the sheet is none that is known, or two that would fit.
    OfSheet,
}

impl Work<'_> {
    fn place(&self, at: Address) -> Place {
        Place {
            form: Some(self.form.code.clone()),
            sheet: self.table.sheet.clone(),
            cell: Some(at.to_string()),
            ..Place::default()
        }
    }

    fn find(&mut self, cell: &LocatedCell, message: impl Into<Message>) {
        let mut place = self.place(cell.at);
        let (indicator, sector) = self.key(cell);
        place.indicator = Some(indicator);
        place.sector = Some(sector);
        if let ColumnRef::Value(i) = cell.column {
            place.scenario = Some(self.form.columns[i].scenario.as_str().to_owned());
        }
        self.out.findings.push(message.into().at(place));
    }

    fn hold(&mut self, cell: &LocatedCell, message: impl Into<Message>) {
        self.out.held += 1;
        self.find(cell, message);
    }

    /// Indicator and sector of a cell.
    fn key(&self, cell: &LocatedCell) -> (String, String) {
        let row = &self.form.rows[cell.row];
        let column = match cell.column {
            ColumnRef::Value(i) => &self.form.columns[i],
            ColumnRef::Comparison(i) => &self.form.columns[self.form.comparisons[i].of],
        };
        match &column.indicator {
            Some(indicator) => (indicator.clone(), row.member.clone()),
            None => (row.member.clone(), TOTAL.to_owned()),
        }
    }

    /// The numbers of the table, for what they tell of the way its columns write them.
    fn clues(&self) -> Vec<Clue> {
        let mut clues = Vec::new();
        let mut any_text = false;
        for cell in &self.table.cells {
            let (value, evidence) = match &cell.content {
                Some(CellContent::Number(n)) => match from_float(*n) {
                    Some(value) => (ParsedNumber::Sure(value), None),
                    None => continue,
                },
                Some(CellContent::Text(text)) => {
                    match read_text(text, &self.conventions.approximate) {
                        Some(number) => {
                            any_text = true;
                            (number.value, number.evidence)
                        }
                        None => continue,
                    }
                }
                _ => continue,
            };
            let raw = cell
                .content
                .as_ref()
                .map(CellContent::as_read)
                .unwrap_or_default();
            clues.push(Clue {
                at: cell.at,
                row: cell.row,
                column: cell.column,
                whole: matches!(cell.column, ColumnRef::Value(_)) && self.counts(cell, &raw),
                raw,
                value,
                evidence,
                measure: cell.row_measure.as_ref().map(|m| m.text.clone()),
            });
        }
        // Stored numbers raise no question.
        if !any_text {
            clues.clear();
        }
        clues
    }

    /// Whether a cell counts something in the catalogue's unit, so that a fraction makes no sense.
    fn counts(&self, cell: &LocatedCell, raw: &str) -> bool {
        let (indicator, _) = self.key(cell);
        let Some(facts) = self.conventions.indicators.get(&indicator) else {
            return false;
        };
        let suffix = read_text(raw, &self.conventions.approximate)
            .map(|number| number.suffix)
            .filter(|suffix| !suffix.is_empty());
        facts.decimals == 0
            && self
                .unit_of(cell, suffix.as_deref(), &facts.unit)
                .is_ok_and(|(unit, _)| {
                    let folder = &self.vocabulary.folder;
                    self.conventions.measures.factor(&unit, &facts.unit, folder)
                        == Some(Decimal::ONE)
                })
    }

    fn proof(&self, column: ColumnRef) -> Option<&LocaleProof> {
        self.out.locales.get(&column).and_then(LocaleVerdict::proof)
    }

    fn value(&mut self, cell: &LocatedCell) {
        let ColumnRef::Value(column) = cell.column else {
            return;
        };
        let column = &self.form.columns[column];
        let (indicator, sector) = self.key(cell);
        let Some(facts) = self.conventions.indicators.get(&indicator) else {
            return;
        };
        let mut observation = Observation {
            period: column.period.in_year(self.n),
            indicator,
            sector,
            area: cell.area.clone(),
            scenario: column.scenario,
            value: None,
            status: ObservationStatus::NotAnswered,
            raw: cell.as_read(),
            unit_read: None,
            at: cell.at,
        };
        let Some(content) = &cell.content else {
            self.out.observations.push(observation);
            return;
        };
        let mut suffix = None;
        let reading = match content {
            CellContent::Number(n) => {
                from_float(*n).map(|value| (ParsedNumber::Sure(value), false))
            }
            CellContent::Text(text) => {
                if let Some(status) = self.conventions.symbols.status(text) {
                    observation.status = status;
                    if status == ObservationStatus::Normal {
                        observation.value = Some(Decimal::ZERO);
                        if column.scenario == Scenario::Estimate {
                            observation.status = ObservationStatus::Estimate;
                        }
                    }
                    self.out.observations.push(observation);
                    return;
                }
                read_text(text, &self.conventions.approximate).map(|number| {
                    suffix = Some(number.suffix).filter(|s| !s.is_empty());
                    (number.value, number.approximate)
                })
            }
            CellContent::Error(error) => return self.hold(cell, findings::TH305 { error }),
            CellContent::NoCachedValue => return self.hold(cell, findings::TH306),
            CellContent::Bool(_) | CellContent::Date(_) => None,
        };
        let raw = content.as_read();
        let Some((reading, approximate)) = reading else {
            return self.hold(cell, findings::TH301 { raw });
        };
        let (unit, stated) = match self.unit_of(cell, suffix.as_deref(), &facts.unit) {
            Ok(unit) => unit,
            Err(NoUnit::BehindNumber) => return self.hold(cell, findings::TH301 { raw }),
            Err(NoUnit::Nearest(stated)) => {
                return self.refuse_unit(stated, &observation.indicator);
            }
            Err(NoUnit::OfSheet) => {
                self.out.held += 1;
                self.without_unit += 1;
                return;
            }
        };
        let folder = &self.vocabulary.folder;
        let Some(factor) = self.conventions.measures.factor(&unit, &facts.unit, folder) else {
            let sheet_wide = self
                .table
                .title
                .measure
                .as_ref()
                .is_some_and(|m| Some(m) == stated.as_ref());
            return match stated {
                Some(stated) if !sheet_wide => self.refuse_unit(stated, &observation.indicator),
                _ => {
                    let wanted = &facts.unit;
                    self.hold(cell, findings::TH303 { unit, wanted });
                }
            };
        };
        // In a column of whole numbers a group of three is a group of thousands, if nothing is scaled.
        let whole = facts.decimals == 0 && factor == Decimal::ONE;
        let value = match (reading, self.proof(cell.column).cloned()) {
            (ParsedNumber::Sure(value), _) => value,
            (ParsedNumber::Doubtful { grouped, .. }, _) if whole => grouped,
            (doubtful, Some(proof)) => {
                let value = doubtful.in_locale(proof.locale);
                let decided = findings::TH307 {
                    raw: &raw,
                    value: value.to_string(),
                    proof: proof.raw,
                    proof_cell: proof.at.to_string(),
                };
                self.find(cell, decided);
                value
            }
            (
                ParsedNumber::Doubtful {
                    grouped, fraction, ..
                },
                None,
            ) => {
                let (grouped, fraction) = (grouped.to_string(), fraction.to_string());
                let ambiguous = findings::TH302 {
                    raw,
                    grouped,
                    fraction,
                };
                return self.hold(cell, ambiguous);
            }
        };
        let Some(value) = value.checked_mul(factor).filter(|v| v.abs() <= facts.limit) else {
            let limit = facts.limit.to_string();
            let unit = &facts.unit;
            return self.hold(cell, findings::TH304 { raw, limit, unit });
        };
        if approximate {
            self.find(cell, findings::TH308 { raw: &raw });
        }
        let value = value
            .round_dp_with_strategy(VALUE_SCALE, RoundingStrategy::MidpointAwayFromZero)
            .normalize();
        if facts.decimals == 0 && !value.fract().is_zero() {
            let value = value.to_string();
            self.find(cell, findings::TH309 { value });
        }
        observation.value = Some(value);
        observation.status = if column.scenario == Scenario::Estimate {
            ObservationStatus::Estimate
        } else {
            ObservationStatus::Normal
        };
        observation.unit_read = stated.map(|s| s.text);
        self.out.observations.push(observation);
    }

    /// The unit of measure of a cell and where it is stated; the nearest statement wins.
    fn unit_of(
        &self,
        cell: &LocatedCell,
        suffix: Option<&str>,
        catalogue: &str,
    ) -> Result<(String, Option<Stated>), NoUnit> {
        let folder = &self.vocabulary.folder;
        let measures = &self.conventions.measures;
        if let Some(suffix) = suffix {
            return if measures.knows(suffix, folder) {
                let stated = Stated {
                    text: suffix.to_owned(),
                    at: cell.at,
                };
                Ok((stated.text.clone(), Some(stated)))
            } else {
                Err(NoUnit::BehindNumber)
            };
        }
        if let Some(stated) = [&cell.row_measure, &cell.column_measure]
            .into_iter()
            .flatten()
            .next()
        {
            return if measures.knows(&stated.text, folder) {
                Ok((stated.text.clone(), Some(stated.clone())))
            } else {
                Err(NoUnit::Nearest(stated.clone()))
            };
        }
        let Some(sheet) = &self.table.title.measure else {
            return Ok((catalogue.to_owned(), None));
        };
        let units = self
            .vocabulary
            .measures_in(&sheet.text)
            .ok_or(NoUnit::OfSheet)?;
        // A sheet's unit speaks only of rows of its own dimension.
        let mut fitting = units
            .into_iter()
            .filter(|unit| measures.factor(unit, catalogue, folder).is_some());
        match (fitting.next(), fitting.next()) {
            (None, _) => Ok((catalogue.to_owned(), None)),
            (Some(unit), None) => Ok((unit.to_owned(), Some(sheet.clone()))),
            (Some(_), Some(_)) => Err(NoUnit::OfSheet),
        }
    }

    fn refuse_unit(&mut self, stated: Stated, indicator: &str) {
        self.out.held += 1;
        match self
            .refused
            .iter_mut()
            .find(|(s, i, _)| *s == stated && i == indicator)
        {
            Some((_, _, count)) => *count += 1,
            None => self.refused.push((stated, indicator.to_owned(), 1)),
        }
    }

    fn report_refused_units(&mut self) {
        if let Some(sheet) = self
            .table
            .title
            .measure
            .as_ref()
            .filter(|_| self.without_unit > 0)
        {
            let unknown = findings::TH315 {
                unit: &sheet.text,
                count: self.without_unit,
            };
            let finding = unknown.at(self.place(sheet.at));
            self.out.findings.push(finding);
        }
        for (stated, indicator, count) in std::mem::take(&mut self.refused) {
            let wanted = self
                .conventions
                .indicators
                .get(&indicator)
                .map_or("", |f| f.unit.as_str())
                .to_owned();
            let mut place = self.place(stated.at);
            place.indicator = Some(indicator);
            let refused = findings::TH310 {
                unit: stated.text,
                wanted,
                count,
            };
            self.out.findings.push(refused.at(place));
        }
    }

    /// A comparison cell is checked, never loaded; one that is no number says nothing.
    fn comparison(&mut self, cell: &LocatedCell) {
        let ColumnRef::Comparison(i) = cell.column else {
            return;
        };
        let comparison = &self.form.comparisons[i];
        let (of, to) = (
            &self.form.columns[comparison.of],
            &self.form.columns[comparison.to],
        );
        let (indicator, sector) = self.key(cell);
        let value = match &cell.content {
            None => return,
            Some(CellContent::Number(n)) => from_float(*n),
            Some(CellContent::Text(text)) if self.conventions.symbols.status(text).is_some() => {
                return;
            }
            Some(CellContent::Text(text)) => read_text(text, &self.conventions.approximate)
                .and_then(|n| match (n.value, self.proof(cell.column)) {
                    (ParsedNumber::Sure(value), _) => Some(value),
                    (doubtful, Some(proof)) => Some(doubtful.in_locale(proof.locale)),
                    (ParsedNumber::Doubtful { .. }, None) => None,
                }),
            // A division by zero in a derived cell says that there is nothing to compare.
            Some(CellContent::Error(_)) => return,
            Some(_) => None,
        };
        match value.filter(|v| v.abs() < Decimal::from(1_000_000_000)) {
            Some(value) => self.out.comparisons.push(ComparedValue {
                indicator,
                sector,
                area: cell.area.clone(),
                of: (of.scenario, of.period.in_year(self.n)),
                to: (to.scenario, to.period.in_year(self.n)),
                value: value
                    .round_dp_with_strategy(VALUE_SCALE, RoundingStrategy::MidpointAwayFromZero),
                at: cell.at,
            }),
            None => {
                let raw = cell
                    .content
                    .as_ref()
                    .map(CellContent::as_read)
                    .unwrap_or_default();
                self.find(cell, findings::TH311 { raw });
            }
        }
    }
}

/// What rows share, written out for each.
mod shared {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::extract::UnitCodes;

    #[allow(clippy::ref_option, reason = "serde gives the field itself")]
    pub(super) fn serialize<S: Serializer>(
        area: &Option<Arc<UnitCodes>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        area.as_deref().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Arc<UnitCodes>>, D::Error> {
        Ok(Option::<UnitCodes>::deserialize(deserializer)?.map(Arc::new))
    }
}
