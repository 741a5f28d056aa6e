//! A table of located cells to observations: texts to numbers, units to those of the catalogue, symbols to statuses.
//!
//! A value is loaded exactly or held back with a finding; nothing is guessed.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::conventions::{Conventions, IndicatorFacts};
use super::locale::{Clue, LocaleProof, LocaleVerdict, doubt, verdicts};
use super::number::{ParsedNumber, TextNumber, from_float, read_text};
use super::observation::{ComparedValue, Observation};
use super::scale::to_lake_scale;
use super::shown::{shown_number, shows_another, withheld_message};
use super::stated_unit::{NoUnit, StatedUnits};
use super::symbol::ObservationStatus;
use crate::diagnostic::findings::{self, th311 as unchecked};
use crate::diagnostic::{Finding, Message, Place};
use crate::extract::{
    ColumnRef, Form, LocatedCell, Scenario, SheetTable, Stated, ValueColumn, Vocabulary,
};
use crate::period::Period;
use crate::read::{Address, CellContent};
use crate::text::Members;

/// A table, normalized.
#[derive(Debug, Clone, Default)]
pub struct Normalized {
    /// The values.
    pub observations: Vec<Observation>,
    /// The derived values, for rules of kind `comparison`.
    pub comparisons: Vec<ComparedValue>,
    /// What was noticed; sheet and cell are filled in.
    pub findings: Vec<Finding>,
    /// Number of cells held back here.
    pub held: i64,
    /// How the columns write numbers, if they hold numbers as text.
    pub locales: BTreeMap<ColumnRef, LocaleVerdict>,
}

/// Normalizes the cells of a table whose report is of `period`.
#[must_use]
pub fn normalize(
    table: &SheetTable,
    period: Period,
    vocabulary: &Vocabulary,
    conventions: &Conventions,
) -> Normalized {
    let form = &vocabulary.forms[table.form];
    let mut normalizer = Normalizer {
        table,
        form,
        period,
        vocabulary,
        conventions,
        units: StatedUnits {
            table,
            vocabulary,
            measures: &conventions.measures,
        },
        out: Normalized::default(),
        refused: Vec::new(),
        without_unit: 0,
        without_cell: BTreeMap::new(),
    };
    normalizer.out.locales = verdicts(form, &normalizer.clues());
    for cell in &table.cells {
        match cell.column {
            ColumnRef::Value(i) if !form.has_cell(cell.row, i) => normalizer.beside_the_form(cell),
            ColumnRef::Value(i) => normalizer.value(cell, &form.columns[i]),
            ColumnRef::Comparison(i) => normalizer.comparison(cell, i),
        }
    }
    normalizer.report_refused_units();
    normalizer.report_without_cell();
    normalizer.out
}

/// A table, while it is normalized.
struct Normalizer<'a> {
    table: &'a SheetTable,
    form: &'a Form,
    period: Period,
    vocabulary: &'a Vocabulary,
    conventions: &'a Conventions,
    units: StatedUnits<'a>,
    out: Normalized,
    /// Units that could not be converted, with the indicator and the number of cells that each held back.
    refused: Vec<(Stated, String, i64)>,
    /// Cells held back because the unit of the sheet is not known.
    without_unit: i64,
    /// By row of the form: values where it has no cell, their number and the first of them.
    without_cell: BTreeMap<usize, (i64, &'a LocatedCell)>,
}

impl<'a> Normalizer<'a> {
    fn place(&self, at: Address) -> Place {
        Place {
            form: Some(self.form.code.clone()),
            sheet: self.table.sheet.clone(),
            cell: Some(at.to_string()),
            ..Place::default()
        }
    }

    /// Adds a finding about a cell.
    fn find(&mut self, cell: &LocatedCell, message: impl Into<Message>) {
        let mut place = self.place(cell.at);
        let (indicator, members) = self.key(cell);
        place.indicator = Some(indicator);
        place.sector = Some(members.to_string());
        if let ColumnRef::Value(i) = cell.column {
            place.scenario = Some(self.form.columns[i].scenario.as_str().to_owned());
        }
        self.out.findings.push(message.into().at(place));
    }

    /// Holds a cell back, with a finding.
    fn hold(&mut self, cell: &LocatedCell, message: impl Into<Message>) {
        self.out.held += 1;
        self.find(cell, message);
    }

    /// Indicator and members of a cell.
    fn key(&self, cell: &LocatedCell) -> (String, Members) {
        let row = &self.form.rows[cell.row];
        let column = match cell.column {
            ColumnRef::Value(i) => &self.form.columns[i],
            ColumnRef::Comparison(i) => &self.form.columns[self.form.comparisons[i].of],
        };
        let (indicator, members) = self.form.figure(row, column);
        (indicator.to_owned(), members)
    }

    /// The numbers of the table, for what they tell about the way its columns write numbers.
    fn clues(&self) -> Vec<Clue> {
        let mut clues = Vec::new();
        let mut any_text = false;
        let has_cell = |cell: &&LocatedCell| match cell.column {
            ColumnRef::Value(i) => self.form.has_cell(cell.row, i),
            ColumnRef::Comparison(_) => true,
        };
        for cell in self.table.cells.iter().filter(has_cell) {
            let number = match &cell.content {
                Some(CellContent::Number(n)) => from_float(*n).map(TextNumber::stored),
                Some(CellContent::Text(text)) => read_text(text, &self.conventions.approximate),
                Some(CellContent::Shown(shown)) => {
                    shown_number(shown, &self.conventions.approximate)
                }
                _ => None,
            };
            let (Some(content), Some(number)) = (&cell.content, number) else {
                continue;
            };
            any_text = any_text || matches!(content, CellContent::Text(_));
            let raw = content.as_read();
            clues.push(Clue {
                at: cell.at,
                row: cell.row,
                column: cell.column,
                whole: matches!(cell.column, ColumnRef::Value(_)) && self.counts(cell, &raw),
                raw,
                number,
                measure: cell.row_measure.as_ref().map(|m| m.text.clone()),
            });
        }
        // Stored numbers raise no question.
        if !any_text {
            clues.clear();
        }
        clues
    }

    /// Whether a cell counts something in the unit of the catalogue, so that a fraction makes no sense.
    fn counts(&self, cell: &LocatedCell, raw: &str) -> bool {
        let (indicator, _) = self.key(cell);
        let Some(facts) = self.conventions.indicators.get(&indicator) else {
            return false;
        };
        let number = read_text(raw, &self.conventions.approximate);
        let suffix = number.as_ref().and_then(TextNumber::unit);
        facts.decimals == 0
            && self
                .units
                .of(cell, suffix, &facts.unit)
                .is_ok_and(|(unit, _)| self.factor(&unit, &facts.unit) == Some(Decimal::ONE))
    }

    fn factor(&self, from: &str, to: &str) -> Option<Decimal> {
        let folder = &self.vocabulary.folder;
        self.conventions.measures.factor(from, to, folder)
    }

    /// The proof of how a column writes numbers.
    fn proof(&self, column: ColumnRef) -> Option<&LocaleProof> {
        self.out.locales.get(&column).and_then(LocaleVerdict::proof)
    }

    /// The status that a cell states by a symbol, typed or shown by its format.
    fn symbol(&self, content: &CellContent) -> Option<ObservationStatus> {
        self.conventions.symbols.status(content.text()?)
    }

    /// A cell that the form does not have: a symbol says that nothing belongs there, a value is not loaded.
    fn beside_the_form(&mut self, cell: &'a LocatedCell) {
        let Some(content) = &cell.content else { return };
        self.out.held += 1;
        if self.symbol(content).is_none() {
            let counted = self.without_cell.entry(cell.row).or_insert((0, cell));
            counted.0 += 1;
        }
    }

    /// One finding for each row with values where the form has no cell.
    fn report_without_cell(&mut self) {
        for (row, (count, first)) in std::mem::take(&mut self.without_cell) {
            let row = &self.form.rows[row];
            let ColumnRef::Value(column) = first.column else {
                continue;
            };
            let none = findings::TH240 {
                row: &row.label,
                column: &self.form.columns[column].title,
                count,
            };
            self.find(first, none);
        }
    }

    fn value(&mut self, cell: &LocatedCell, column: &ValueColumn) {
        let (indicator, members) = self.key(cell);
        let Some(facts) = self.conventions.indicators.get(&indicator) else {
            return;
        };
        let mut observation = Observation {
            period: column.period.of(self.period),
            indicator,
            members,
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
        if let Some(status) = self.symbol(content) {
            observation.status = status;
            if status == ObservationStatus::Normal {
                observation.value = Some(Decimal::ZERO);
                observation.status = status_of_value(column.scenario);
            }
            self.out.observations.push(observation);
            return;
        }
        let Some(number) = self.number(cell, content) else {
            return;
        };
        let raw = content.as_read();
        let Some((factor, stated)) = self.factor_of(cell, &number, facts, &raw) else {
            return;
        };
        let Some(value) = self.one_value(cell, number.value, facts, factor, &raw) else {
            return;
        };
        if let CellContent::Shown(shown) = content
            && shows_another(shown)
        {
            let (stored, shown) = (shown.stored.as_text(), &shown.text);
            self.find(cell, findings::TH322 { stored, shown });
        }
        if number.approximate {
            self.find(cell, findings::TH308 { raw: &raw });
        }
        if let Some(mark) = &number.raised {
            self.find(cell, findings::TH331 { raw: &raw, mark });
        }
        if facts.decimals == 0 && !value.fract().is_zero() {
            let value = value.to_string();
            self.find(cell, findings::TH309 { value });
        }
        observation.value = Some(value);
        observation.status = status_of_value(column.scenario);
        observation.unit_read = stated.map(|s| s.text);
        self.out.observations.push(observation);
    }

    /// The number in a cell; none if the cell is held back.
    fn number(&mut self, cell: &LocatedCell, content: &CellContent) -> Option<TextNumber> {
        let number = match content {
            CellContent::Number(n) => from_float(*n).map(TextNumber::stored),
            CellContent::Text(text) => read_text(text, &self.conventions.approximate),
            CellContent::Error(error) => {
                self.hold(cell, findings::TH305 { error });
                return None;
            }
            CellContent::NoCachedValue => {
                self.hold(cell, findings::TH306);
                return None;
            }
            CellContent::Withheld(withheld) => {
                self.hold(cell, withheld_message(withheld.why));
                return None;
            }
            CellContent::Shown(shown) => shown_number(shown, &self.conventions.approximate),
            CellContent::Bool(_) | CellContent::Date(_) => None,
        };
        if number.is_none() {
            let raw = content.as_read();
            self.hold(cell, findings::TH301 { raw });
        }
        number
    }

    /// The factor from the unit of a cell to that of the catalogue, and where the unit is stated; none if the cell is held
    /// back.
    fn factor_of(
        &mut self,
        cell: &LocatedCell,
        number: &TextNumber,
        facts: &IndicatorFacts,
        raw: &str,
    ) -> Option<(Decimal, Option<Stated>)> {
        let (unit, stated) = match self.units.of(cell, number.unit(), &facts.unit) {
            Ok(unit) => unit,
            Err(NoUnit::BehindNumber) => {
                self.hold(cell, findings::TH301 { raw });
                return None;
            }
            Err(NoUnit::Nearest(stated)) => {
                self.refuse_unit(stated, cell);
                return None;
            }
            Err(NoUnit::OfSheet) => {
                self.out.held += 1;
                self.without_unit += 1;
                return None;
            }
        };
        if let Some(factor) = self.factor(&unit, &facts.unit) {
            return Some((factor, stated));
        }
        match stated {
            Some(stated) if !self.units.is_of_sheet(&stated) => self.refuse_unit(stated, cell),
            _ => {
                let wanted = &facts.unit;
                self.hold(cell, findings::TH303 { unit, wanted });
            }
        }
        None
    }

    /// The one value of a number, in the unit and with the decimals of the lake; none if the cell is held back.
    fn one_value(
        &mut self,
        cell: &LocatedCell,
        number: ParsedNumber,
        facts: &IndicatorFacts,
        factor: Decimal,
        raw: &str,
    ) -> Option<Decimal> {
        // In a column of whole numbers a group of three is a group of thousands, if nothing is scaled and nothing proves
        // the contrary.
        let whole = facts.decimals == 0 && factor == Decimal::ONE;
        let value = match (number, self.out.locales.get(&cell.column).cloned()) {
            (ParsedNumber::Sure(value), _) => value,
            (
                ParsedNumber::Doubtful {
                    grouped, groups_in, ..
                },
                Some(LocaleVerdict::Proven(proof) | LocaleVerdict::ProvenBySheet(proof)),
            ) if whole && proof.locale == groups_in => grouped,
            (
                doubtful,
                Some(LocaleVerdict::Proven(proof) | LocaleVerdict::ProvenBySheet(proof)),
            ) => {
                let value = doubtful.in_locale(proof.locale).normalize();
                let settled = findings::TH307 {
                    raw,
                    value: value.to_string(),
                    proof: proof.raw,
                    proof_cell: proof.at.to_string(),
                };
                self.find(cell, settled);
                value
            }
            (
                ParsedNumber::Doubtful {
                    grouped, fraction, ..
                },
                verdict,
            ) => {
                self.hold(cell, doubt(raw, grouped, fraction, verdict.as_ref()));
                return None;
            }
        };
        let Some(value) = value.checked_mul(factor).filter(|v| v.abs() <= facts.limit) else {
            let (limit, unit) = (facts.limit.to_string(), &facts.unit);
            self.hold(cell, findings::TH304 { raw, limit, unit });
            return None;
        };
        Some(to_lake_scale(value).normalize())
    }

    /// Holds a cell back because of its unit: cells with the same unit share a finding.
    fn refuse_unit(&mut self, stated: Stated, cell: &LocatedCell) {
        self.out.held += 1;
        let (indicator, _) = self.key(cell);
        let mut refused = self.refused.iter_mut();
        match refused.find(|(s, i, _)| *s == stated && *i == indicator) {
            Some((_, _, count)) => *count += 1,
            None => self.refused.push((stated, indicator, 1)),
        }
    }

    fn report_refused_units(&mut self) {
        let of_sheet = self.table.title.measure.as_ref();
        if let Some(sheet) = of_sheet.filter(|_| self.without_unit > 0) {
            let unknown = findings::TH315 {
                unit: &sheet.text,
                count: self.without_unit,
            };
            let finding = unknown.at(self.place(sheet.at));
            self.out.findings.push(finding);
        }
        for (stated, indicator, count) in std::mem::take(&mut self.refused) {
            let facts = self.conventions.indicators.get(&indicator);
            let wanted = facts.map_or("", |f| f.unit.as_str());
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

    /// A derived cell is checked, never loaded; one without a number says nothing.
    fn comparison(&mut self, cell: &LocatedCell, index: usize) {
        let Some(content) = &cell.content else { return };
        let raw = content.as_read();
        let read = match content {
            CellContent::Number(n) => from_float(*n).map(ParsedNumber::Sure),
            content if self.symbol(content).is_some() => return,
            CellContent::Text(text) => {
                read_text(text, &self.conventions.approximate).map(|number| number.value)
            }
            // A division by zero in a derived cell says that there is nothing to compare.
            CellContent::Error(_) => return,
            CellContent::Shown(shown) => {
                shown_number(shown, &self.conventions.approximate).map(|number| number.value)
            }
            CellContent::Withheld(withheld) => {
                self.find(cell, withheld_message(withheld.why));
                return;
            }
            CellContent::NoCachedValue => {
                let why = unchecked::Formula.words();
                self.find(cell, findings::TH311 { why });
                return;
            }
            CellContent::Bool(_) | CellContent::Date(_) => None,
        };
        let value = match read {
            None => Err(unchecked::Text { raw }.words()),
            Some(number) => match self.proven(number, cell.column) {
                None => Err(unchecked::Doubtful { raw }.words()),
                Some(value) if value.abs() < Decimal::from(1_000_000_000) => Ok(value),
                Some(_) => Err(unchecked::TooLarge { raw }.words()),
            },
        };
        let value = match value {
            Ok(value) => value,
            Err(why) => {
                self.find(cell, findings::TH311 { why });
                return;
            }
        };
        let comparison = &self.form.comparisons[index];
        let columns = &self.form.columns;
        let (of, to) = (&columns[comparison.of], &columns[comparison.to]);
        let (indicator, members) = self.key(cell);
        self.out.comparisons.push(ComparedValue {
            indicator,
            members,
            area: cell.area.clone(),
            of: (of.scenario, of.period.of(self.period)),
            to: (to.scenario, to.period.of(self.period)),
            value: to_lake_scale(value),
            at: cell.at,
        });
    }

    /// The value of a number, if there is one only or the column proves which of two it is.
    fn proven(&self, number: ParsedNumber, column: ColumnRef) -> Option<Decimal> {
        match (number, self.proof(column)) {
            (ParsedNumber::Sure(value), _) => Some(value),
            (doubtful, Some(proof)) => Some(doubtful.in_locale(proof.locale)),
            (ParsedNumber::Doubtful { .. }, None) => None,
        }
    }
}

/// The status of a value in a column of this scenario.
fn status_of_value(scenario: Scenario) -> ObservationStatus {
    if scenario == Scenario::Estimate {
        ObservationStatus::Estimate
    } else {
        ObservationStatus::Normal
    }
}
