//! From a rule over a list as its file states it to one that can be run.

use std::path::Path;

use rust_decimal::Decimal;
use toml::Spanned;

use super::rule::{RawRecordKind, RawRecordRule, RecordRule, RecordRuleKind};
use crate::extract::{Form, RecordShape, Scenario};
use crate::geography::Csv;
use crate::validate::sound::Unsound;

/// The remedy for most mistakes.
const HEAD: &str =
    "see [[record_rule]] at the head of rules.toml for what a rule over a list may say";

/// Where a parameter begins in the file, if the rule has it.
fn start<T>(value: Option<&Spanned<T>>) -> Option<usize> {
    value.map(|value| value.span().start)
}

/// The columns of a file of places.
const PLACES: [&str; 3] = ["place_code", "vintage", "unit_code"];

fn unsound(offset: usize, message: impl Into<String>) -> Unsound {
    Unsound {
        offset,
        message: message.into(),
        remedy: HEAD.to_owned(),
    }
}

/// What rules over lists may name.
#[derive(Debug)]
pub struct RecordScope<'a> {
    /// The forms.
    pub forms: &'a [Form],
    /// The folder of the reference data.
    pub reference: &'a Path,
}

impl RecordRule {
    /// Checks a rule over a list and prepares it to be run.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn compile(raw: &RawRecordRule, scope: &RecordScope<'_>) -> Result<Self, Unsound> {
        let code = raw.form.get_ref();
        let list = scope
            .forms
            .iter()
            .find(|f| f.code == *code && f.records.is_some());
        let Some((form, shape)) = list.and_then(|f| Some((f, f.records.as_ref()?))) else {
            let message = format!("`{code}` is not the form of a list");
            return Err(unsound(raw.form.span().start, message));
        };
        let context = Context {
            raw,
            form,
            shape,
            scope,
        };
        context.check_names()?;
        let is_total = *raw.kind.get_ref() == RawRecordKind::Total;
        let column = if is_total {
            String::new()
        } else {
            context.column(context.needed("column", raw.column.as_ref())?)?
        };
        let (kind, statement) = context.kind()?;
        Ok(Self {
            id: raw.id.get_ref().clone(),
            form: code.clone(),
            table: shape.table.clone(),
            severity: raw.severity,
            info_before: raw.info_before,
            column,
            kind,
            statement,
            message_vi: raw.message_vi.clone(),
            message_en: raw.message_en.clone(),
        })
    }
}

struct Context<'a> {
    raw: &'a RawRecordRule,
    form: &'a Form,
    shape: &'a RecordShape,
    scope: &'a RecordScope<'a>,
}

impl Context<'_> {
    /// Refuses parameters that the kind does not have.
    fn check_names(&self) -> Result<(), Unsound> {
        let raw = self.raw;
        let takes: &[&str] = match raw.kind.get_ref() {
            RawRecordKind::Record => &["column", "expression"],
            RawRecordKind::Unique => &["column", "columns"],
            RawRecordKind::CheckDigit => &["column", "weights", "modulus", "from"],
            RawRecordKind::PlaceOfUnit => &["column", "file"],
            RawRecordKind::StandsIn => &["column", "columns", "list"],
            RawRecordKind::Total if raw.against.is_some() => &["indicator", "against", "tolerance"],
            RawRecordKind::Total => &["indicator", "at_least"],
        };
        let given = [
            ("column", start(raw.column.as_ref())),
            ("columns", start(raw.columns.as_ref())),
            ("expression", start(raw.expression.as_ref())),
            ("weights", start(raw.weights.as_ref())),
            ("modulus", start(raw.modulus.as_ref())),
            ("from", start(raw.from.as_ref())),
            ("file", start(raw.file.as_ref())),
            ("list", start(raw.list.as_ref())),
            ("indicator", start(raw.indicator.as_ref())),
            ("against", start(raw.against.as_ref())),
            ("tolerance", start(raw.tolerance.as_ref())),
            ("at_least", start(raw.at_least.as_ref())),
        ];
        for (name, at) in given {
            if let Some(at) = at.filter(|_| !takes.contains(&name)) {
                return Err(unsound(
                    at,
                    format!("a rule of this kind takes no `{name}`"),
                ));
            }
        }
        if raw.scenario.is_some() != raw.against.is_some() {
            let message =
                "`scenario` says which column of `against` is meant: a rule has both or neither";
            return Err(unsound(raw.id.span().start, message));
        }
        Ok(())
    }

    fn needed<'v, T>(
        &self,
        name: &str,
        value: Option<&'v Spanned<T>>,
    ) -> Result<&'v Spanned<T>, Unsound> {
        value.ok_or_else(|| {
            let message = format!("the rule `{}` needs `{name}`", self.raw.id.get_ref());
            unsound(self.raw.id.span().start, message)
        })
    }

    /// A column of the list, checked.
    fn column(&self, name: &Spanned<String>) -> Result<String, Unsound> {
        self.check_column(name.get_ref(), name.span().start)?;
        Ok(name.get_ref().clone())
    }

    fn check_column(&self, name: &str, at: usize) -> Result<(), Unsound> {
        let mut fields = self.shape.fields.iter();
        if fields.any(|f| f.column == name && f.kind.is_kept()) {
            return Ok(());
        }
        Err(unsound(at, format!("the list keeps no column `{name}`")))
    }

    fn columns(&self) -> Result<Vec<String>, Unsound> {
        let columns = self.needed("columns", self.raw.columns.as_ref())?;
        let at = columns.span().start;
        if columns.get_ref().is_empty() {
            return Err(unsound(at, "`columns` names none"));
        }
        for column in columns.get_ref() {
            self.check_column(column, at)?;
        }
        Ok(columns.get_ref().clone())
    }

    /// The kind with its parameters, and what the rule demands in words.
    fn kind(&self) -> Result<(RecordRuleKind, String), Unsound> {
        let raw = self.raw;
        Ok(match raw.kind.get_ref() {
            RawRecordKind::Record => {
                let expression = self.needed("expression", raw.expression.as_ref())?;
                let expression = expression.get_ref().clone();
                let statement = format!("each record: {expression}");
                (RecordRuleKind::Record { expression }, statement)
            }
            RawRecordKind::Unique => {
                let columns = self.columns()?;
                let statement = format!(
                    "no other report has a record with the same {}",
                    columns.join(", ")
                );
                (RecordRuleKind::Unique { columns }, statement)
            }
            RawRecordKind::CheckDigit => self.check_digit()?,
            RawRecordKind::PlaceOfUnit => self.place_of_unit()?,
            RawRecordKind::StandsIn => self.stands_in()?,
            RawRecordKind::Total => self.total()?,
        })
    }

    fn check_digit(&self) -> Result<(RecordRuleKind, String), Unsound> {
        let raw = self.raw;
        let weights = self.needed("weights", raw.weights.as_ref())?;
        let modulus = *self.needed("modulus", raw.modulus.as_ref())?.get_ref();
        let from = *self.needed("from", raw.from.as_ref())?.get_ref();
        let column = self.needed("column", raw.column.as_ref())?;
        let at = weights.span().start;
        let digits = self
            .shape
            .fields
            .iter()
            .find(|f| f.column == *column.get_ref());
        let digits = digits.and_then(|f| f.shape).map(|shape| shape.digits);
        if digits.is_none_or(|digits| digits <= weights.get_ref().len()) {
            let message = format!(
                "`{}` is no code with more than {} digits",
                column.get_ref(),
                weights.get_ref().len()
            );
            return Err(unsound(at, message));
        }
        let sound =
            modulus > 1 && modulus <= 1000 && weights.get_ref().iter().any(|w| w % modulus != 0);
        if !sound
            || weights.get_ref().iter().any(|w| w.abs() > 1_000_000)
            || !(0..=1000).contains(&from)
        {
            let message = "with these weights and this modulus the check digit says nothing";
            return Err(unsound(at, message));
        }
        let statement = format!(
            "the digit {} of {} is {from} - (sum of digits × {:?}) mod {modulus}",
            weights.get_ref().len() + 1,
            column.get_ref(),
            weights.get_ref()
        );
        let weights = weights.get_ref().clone();
        Ok((
            RecordRuleKind::CheckDigit {
                weights,
                modulus,
                from,
            },
            statement,
        ))
    }

    fn place_of_unit(&self) -> Result<(RecordRuleKind, String), Unsound> {
        let file = self.needed("file", self.raw.file.as_ref())?;
        let name = file.get_ref();
        let at = file.span().start;
        if name.contains(['/', '\\']) || Path::new(name).extension().is_none_or(|e| e != "csv") {
            return Err(unsound(
                at,
                format!("`{name}` is not the name of a CSV file of the reference data"),
            ));
        }
        let path = self.scope.reference.join(name);
        let statement = format!(
            "the place lies in the unit that reports, by {name} of the reference data, if that is there"
        );
        if !path.exists() {
            return Ok((RecordRuleKind::PlaceOfUnit { places: None }, statement));
        }
        let table = Csv::read(&path, &PLACES)
            .map_err(|e| unsound(at, format!("{name} cannot be used: {e}")))?;
        let places = table
            .rows()
            .map(|(_, row)| PLACES.map(|column| row.get(column)));
        let places = Some(places.collect());
        Ok((RecordRuleKind::PlaceOfUnit { places }, statement))
    }

    fn stands_in(&self) -> Result<(RecordRuleKind, String), Unsound> {
        let columns = self.columns()?;
        let list = self.needed("list", self.raw.list.as_ref())?;
        let mut shapes = self.scope.forms.iter().filter_map(|f| f.records.as_ref());
        let other = shapes.find(|shape| shape.table == *list.get_ref());
        let other = other.filter(|shape| shape.table != self.shape.table);
        let Some(other) = other else {
            let message = format!("`{}` is no table of another list", list.get_ref());
            return Err(unsound(list.span().start, message));
        };
        for column in &columns {
            if !other.columns.iter().any(|(name, _)| name == column) {
                let message = format!("`{}` has no column `{column}`", list.get_ref());
                return Err(unsound(list.span().start, message));
            }
        }
        let list = list.get_ref().clone();
        let statement = format!("each record stands in {list} by {}", columns.join(", "));
        Ok((RecordRuleKind::StandsIn { columns, list }, statement))
    }

    fn total(&self) -> Result<(RecordRuleKind, String), Unsound> {
        let raw = self.raw;
        let named = self.needed("indicator", raw.indicator.as_ref())?;
        let indicator = named.get_ref().clone();
        if !self.form.totals.iter().any(|t| t.indicator == indicator) {
            let message = format!("`{indicator}` is no total of {}", self.form.code);
            return Err(unsound(named.span().start, message));
        }
        let decimal = |name: &str, value: &Option<Spanned<String>>| {
            let text = self.needed(name, value.as_ref())?;
            let number = Decimal::from_str_exact(text.get_ref()).ok();
            let number = number.filter(|n| *n >= Decimal::ZERO);
            number.ok_or_else(|| {
                let message = format!("`{}` of `{name}` is not a number from 0 on", text.get_ref());
                unsound(text.span().start, message)
            })
        };
        let Some(against) = &raw.against else {
            let least = decimal("at_least", &raw.at_least)?;
            let statement = format!("{indicator} >= {least}");
            return Ok((RecordRuleKind::AtLeast { indicator, least }, statement));
        };
        let tolerance = decimal("tolerance", &raw.tolerance)?;
        let scenario = raw.scenario.unwrap_or(Scenario::Actual);
        let other = against.get_ref().split_once(':');
        let carries = |code: &str, id: &str| {
            self.scope.forms.iter().any(|form| {
                let of_rows = form.rows.iter().any(|row| row.member == id);
                let mut columns = form.columns.iter().filter(|c| c.scenario == scenario);
                form.code == code && of_rows && columns.next().is_some()
            })
        };
        let Some((code, id)) = other.filter(|(code, id)| carries(code, id)) else {
            let message = format!(
                "`{}` is not FORM:indicator with an indicator that the form has as {}",
                against.get_ref(),
                scenario.as_str()
            );
            return Err(unsound(against.span().start, message));
        };
        let statement = format!(
            "{indicator} = {} ({}) within {tolerance} of it",
            against.get_ref(),
            scenario.as_str()
        );
        let other = (code.to_owned(), id.to_owned(), scenario);
        Ok((
            RecordRuleKind::Against {
                indicator,
                other,
                tolerance,
            },
            statement,
        ))
    }
}
