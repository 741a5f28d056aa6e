//! `tonghop template`: a form as its definition states it, for a period and a unit, with what the lake knows already.

use std::collections::BTreeMap;
use std::path::PathBuf;

use arrow::array::{Array, AsArray};
use arrow::datatypes::Decimal128Type;
use rust_decimal::Decimal;

use super::office::{office, split_unit};
use crate::extract::{Dimension, Form, FormRow, RelativePeriod, RowUnit, Scenario, belongs};
use crate::geography::{UnitKey, due_date};
use crate::lake::{LakeError, Snapshot, check_owner};
use crate::normalize::{TOTAL, VALUE_SCALE};
use crate::period::{Frequency, Period};
use crate::plan::{Indicator, Plan};
use crate::publish::PublishError;
use crate::publish::template::{
    ColumnKind, Template, TemplateColumn, TemplateRow, TemplateStatement, TemplateValue, workbook,
};
use crate::query::open_engine;
use crate::reading::RunError;
use crate::tables::format_decimal;
use crate::text::fill;

/// What a blank form is asked for.
#[derive(Debug, Clone)]
pub struct TemplateOptions {
    /// Code of the form.
    pub form: String,
    /// The unit it is for, as `15` or `2025-15`; left open when none.
    pub unit: Option<String>,
    /// Its period; the one due next after the newest of the lake when none.
    pub period: Option<Period>,
    /// The lake.
    pub lake: PathBuf,
}

/// Why there is no blank form.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The pipeline has no such form.
    #[error("there is no form `{form}`\nhint: the forms of this pipeline are {known}")]
    UnknownForm {
        /// The form asked for.
        form: String,
        /// The forms there are.
        known: String,
    },
    /// There is no such unit.
    #[error(
        "there is no unit `{unit}` in the geography of {vintage}\nhint: write a code of admin_units.csv, or vintage and code as {vintage}-01"
    )]
    UnknownUnit {
        /// The unit asked for.
        unit: String,
        /// The vintage in force.
        vintage: String,
    },
    /// The form is a record list.
    #[error(
        "`{0}` is a list of records, of which no blank form is made yet\nhint: its heads stand in the form's file"
    )]
    OfRecords(String),
    /// The rows of the form are units: it is nobody's alone.
    #[error(
        "the rows of `{form}` are all units: it is for none of them alone\nhint: leave out --unit"
    )]
    OfAllUnits {
        /// The form.
        form: String,
    },
    /// No period was given, and the lake has no report of the form to go on from.
    #[error(
        "the lake `{0}` has no report of this form from which the next period follows\nhint: name the period with --period, such as 2026 or 2026-S1"
    )]
    PeriodNeeded(String),
    /// The form is not one of that period.
    #[error("`{form}` has no column for {period}\nhint: it is {frequencies}")]
    PeriodDoesNotFit {
        /// The form.
        form: String,
        /// The period asked for.
        period: Period,
        /// How often it is due.
        frequencies: String,
    },
    /// No words say the period, so no reader would find it.
    #[error("words.toml has no words for the period {0}\nhint: add them under [[periods]]")]
    NoWords(Period),
    /// The lake could not be read.
    #[error(transparent)]
    Lake(#[from] RunError),
    /// The workbook could not be made.
    #[error(transparent)]
    Publish(#[from] PublishError),
}

/// A blank form.
#[derive(Debug, Clone)]
pub struct BlankForm {
    /// What it is called when saved: form, period and unit.
    pub file_name: String,
    /// The workbook.
    pub bytes: Vec<u8>,
    /// Its period.
    pub period: Period,
    /// The unit it is for.
    pub unit: Option<UnitKey>,
    /// Number of values filled in from the lake.
    pub known: usize,
}

/// Makes a blank form.
///
/// # Errors
/// When form, unit or period is not one, or the lake cannot be read.
pub async fn template(plan: &Plan, options: &TemplateOptions) -> Result<BlankForm, TemplateError> {
    let form = plan
        .vocabulary
        .forms
        .iter()
        .find(|f| f.code.eq_ignore_ascii_case(&options.form))
        .ok_or_else(|| TemplateError::UnknownForm {
            form: options.form.clone(),
            known: plan
                .vocabulary
                .forms
                .iter()
                .map(|f| f.code.as_str())
                .collect::<Vec<_>>()
                .join(", "),
        })?;
    if form.records.is_some() {
        return Err(TemplateError::OfRecords(form.code.clone()));
    }
    let lake = |e: LakeError| TemplateError::Lake(e.into());
    let snapshot = match Snapshot::current(&options.lake) {
        Ok(snapshot) => {
            check_owner(&options.lake, &plan.id).map_err(lake)?;
            Some(snapshot)
        }
        Err(LakeError::Absent(_)) => None,
        Err(e) => return Err(lake(e)),
    };
    let period = match (options.period, &snapshot) {
        (Some(period), _) => period,
        (None, Some(snapshot)) => {
            next_period(plan, form, snapshot)?.ok_or_else(|| needed(options))?
        }
        (None, None) => return Err(needed(options)),
    };
    if !fits(form, period) {
        return Err(TemplateError::PeriodDoesNotFit {
            form: form.code.clone(),
            period,
            frequencies: frequencies(form),
        });
    }
    if form.dimension == Dimension::Unit && options.unit.is_some() {
        return Err(TemplateError::OfAllUnits {
            form: form.code.clone(),
        });
    }
    let unit = options
        .unit
        .as_deref()
        .map(|text| unit_of(plan, text, period))
        .transpose()?;
    let known = match (&unit, &snapshot) {
        (Some(unit), Some(snapshot)) => KnownValues::read(snapshot, unit, form, period).await?,
        _ => KnownValues::default(),
    };
    let template = lay_out(plan, form, period, unit.as_ref(), &known)?;
    let count = template
        .rows
        .iter()
        .flat_map(|r| &r.values)
        .filter(|v| v.known.is_some())
        .count();
    let bytes = workbook(&template, &plan.correspondence.template)
        .map_err(|e| TemplateError::Publish(e.into()))?;
    let tail = unit
        .as_ref()
        .map(|u| format!("-{}", u.code))
        .unwrap_or_default();
    Ok(BlankForm {
        file_name: format!("{}-{period}{tail}.xlsx", form.code),
        bytes,
        period,
        unit,
        known: count,
    })
}

fn needed(options: &TemplateOptions) -> TemplateError {
    TemplateError::PeriodNeeded(options.lake.display().to_string())
}

fn frequencies(form: &Form) -> String {
    let words = form.frequencies.iter().map(|f| match f {
        Frequency::Annual => "annual (2026)",
        Frequency::HalfYear => "half-yearly (2026-S1)",
        Frequency::Quarterly => "quarterly (2026-Q3)",
        Frequency::Monthly => "monthly (2026-09)",
    });
    words.collect::<Vec<_>>().join(", ")
}

/// Whether the form has a column of values of that very period.
fn fits(form: &Form, period: Period) -> bool {
    form.frequencies.contains(&period.frequency)
        && form.columns.iter().any(|c| {
            belongs(&c.frequencies, period.frequency) && c.period.in_year(period.year) == period
        })
}

/// The period whose due date comes next after that of the newest report of the form.
fn next_period(
    plan: &Plan,
    form: &Form,
    snapshot: &Snapshot,
) -> Result<Option<Period>, TemplateError> {
    let batches = snapshot.read("reports").map_err(RunError::from)?;
    let mut newest: Option<Period> = None;
    for batch in &batches {
        let text = |name: &str| {
            batch
                .column_by_name(name)
                .map(|c| c.as_string::<i32>().clone())
        };
        let (Some(forms), Some(periods)) = (text("form"), text("period")) else {
            continue;
        };
        for row in (0..batch.num_rows()).filter(|row| forms.value(*row) == form.code) {
            let period = periods.is_valid(row).then(|| periods.value(row).parse());
            newest = newest.max(period.and_then(Result::ok));
        }
    }
    let Some(newest) = newest else {
        return Ok(None);
    };
    let due =
        |period: Period| due_date(&form.code, period, &plan.duties).unwrap_or_else(|| period.end());
    let candidates = form.frequencies.iter().flat_map(|frequency| {
        (newest.year..=newest.year.saturating_add(1)).flat_map(move |year| {
            let first = Period {
                year,
                frequency: *frequency,
                number: 1,
            };
            (1..=12 / first.months()).map(move |number| Period { number, ..first })
        })
    });
    Ok(candidates
        .filter(|p| fits(form, *p))
        .filter(|p| due(*p) > due(newest) && *p != newest)
        .min_by_key(|p| (due(*p), *p)))
}

/// The unit that the command line means, in the vintage in force at the end of the period unless it says another.
fn unit_of(plan: &Plan, text: &str, period: Period) -> Result<UnitKey, TemplateError> {
    let (vintage, code) = split_unit(text);
    let vintage = vintage.unwrap_or_else(|| plan.geography.vintage_on(period.end()));
    plan.geography
        .units_of(vintage)
        .into_iter()
        .find(|u| u.code == code)
        .cloned()
        .ok_or_else(|| TemplateError::UnknownUnit {
            unit: text.to_owned(),
            vintage: vintage.to_owned(),
        })
}

/// What the lake has of a unit: values by indicator, sector, period and scenario.
#[derive(Debug, Default)]
struct KnownValues(BTreeMap<(String, String, Period, Scenario), Decimal>);

impl KnownValues {
    /// The whole figures of the periods that were over before the form's began; parts of one are not offered.
    async fn read(
        snapshot: &Snapshot,
        unit: &UnitKey,
        form: &Form,
        period: Period,
    ) -> Result<Self, TemplateError> {
        let engine = open_engine(snapshot).map_err(RunError::from)?;
        let mut known = BTreeMap::new();
        let mut periods: Vec<Period> = form
            .columns
            .iter()
            .filter(|c| belongs(&c.frequencies, period.frequency) && is_over(c.period, period))
            .map(|c| c.period.in_year(period.year))
            .collect();
        periods.dedup();
        for of in periods {
            for scenario in [Scenario::Actual, Scenario::Estimate] {
                let sql = format!(
                    "SELECT indicator, sector, value FROM facts WHERE geography = '{}' AND unit_code = '{}' AND period = '{of}' \
                     AND scenario = '{}' AND fund = '{TOTAL}' AND status IN ('A', 'E') AND value IS NOT NULL",
                    unit.vintage,
                    unit.code,
                    scenario.as_str()
                );
                let (_, batches) = engine.query(&sql).await.map_err(RunError::from)?;
                for batch in &batches {
                    let (indicators, sectors, values) = (
                        batch.column(0).as_string::<i32>(),
                        batch.column(1).as_string::<i32>(),
                        batch.column(2).as_primitive::<Decimal128Type>(),
                    );
                    for row in 0..batch.num_rows() {
                        let value =
                            Decimal::try_from_i128_with_scale(values.value(row), VALUE_SCALE);
                        let Ok(value) = value else { continue };
                        let key = (
                            indicators.value(row).to_owned(),
                            sectors.value(row).to_owned(),
                            of,
                            scenario,
                        );
                        known.insert(key, value.normalize());
                    }
                }
            }
        }
        Ok(Self(known))
    }

    fn get(
        &self,
        indicator: &str,
        sector: &str,
        of: Period,
        scenario: Scenario,
    ) -> Option<Decimal> {
        let key = (indicator.to_owned(), sector.to_owned(), of, scenario);
        self.0.get(&key).copied()
    }
}

/// Whether the values of a column speak of a period that ended before the report's began.
fn is_over(of: RelativePeriod, period: Period) -> bool {
    of.in_year(period.year).end() < period.start()
}

/// The form with its words, for one period and unit.
fn lay_out(
    plan: &Plan,
    form: &Form,
    period: Period,
    unit: Option<&UnitKey>,
    known: &KnownValues,
) -> Result<Template, TemplateError> {
    let statements = &plan.document_words.statements;
    let first = |words: &[String]| words.first().cloned().unwrap_or_default();
    let colon = |words: &[String]| format!("{}:", first(words));
    let symbols = &plan.document_words.symbols;
    let all_symbols = [
        &symbols.nil,
        &symbols.not_collected,
        &symbols.not_applicable,
    ];
    let words = &plan.correspondence.template;
    let sending = first(&statements.sending);
    let places = [
        ("nil", first(&symbols.nil)),
        ("not_collected", first(&symbols.not_collected)),
        ("not_applicable", first(&symbols.not_applicable)),
        ("sending", sending.clone()),
    ];
    let places: Vec<(&str, &str)> = places.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let mut notes: Vec<String> = words
        .instructions
        .iter()
        .map(|line| fill(line, &places))
        .collect();
    let rows = rows(plan, form, period, known);
    if rows
        .iter()
        .flat_map(|r| &r.values)
        .any(|v| v.known.is_some())
    {
        notes.push(words.prefilled.clone());
    }
    let by_unit = form.dimension == Dimension::Unit;
    let mut stated = vec![TemplateStatement {
        words: colon(&statements.reporter),
        value: unit
            .map(|u| office(plan, u, reporter_of(plan, form, period), period.end()))
            .unwrap_or_default(),
        open: true,
        hint: Some(words.input.reporter.clone()).filter(|_| !by_unit),
    }];
    if !by_unit {
        stated.push(TemplateStatement {
            words: colon(&statements.unit_code),
            value: unit.map(|u| u.code.clone()).unwrap_or_default(),
            open: unit.is_none(),
            hint: None,
        });
    }
    // Without a unit the vintage in force when the period ends is the one that is asked for.
    let vintage = unit.map_or_else(
        || plan.geography.vintage_on(period.end()),
        |u| u.vintage.as_str(),
    );
    if let Some(said) = plan
        .document_words
        .geographies
        .get(vintage)
        .and_then(|words| words.first())
    {
        stated.push(TemplateStatement {
            words: colon(&statements.geography),
            value: said.clone(),
            open: false,
            hint: None,
        });
    }
    stated.push(TemplateStatement {
        words: format!("{sending}:"),
        value: "1".to_owned(),
        open: true,
        hint: None,
    });
    Ok(Template {
        code: form.code.clone(),
        dated: period.start(),
        heading: format!("{}: {}", first(&statements.form_code), form.code),
        titles: vec![
            form.title_vi.to_uppercase(),
            said_period(plan, period)
                .ok_or(TemplateError::NoWords(period))?
                .to_uppercase(),
        ],
        statements: stated,
        columns: columns(plan, form, period),
        rows,
        notes,
        symbols: all_symbols.into_iter().flatten().cloned().collect(),
        shown_symbols: all_symbols.map(|words| first(words)).join("  "),
    })
}

/// Who owes the form for a period: of several, the one whose report counts.
fn reporter_of<'a>(plan: &'a Plan, form: &Form, period: Period) -> Option<&'a str> {
    let duty = plan
        .duties
        .iter()
        .filter(|d| d.frequency == period.frequency && d.forms.contains(&form.code))
        .min_by_key(|d| d.rank)?;
    let reporter = plan.reporters.0.iter().find(|r| r.rank == duty.rank)?;
    Some(&reporter.id)
}

/// A period in the words of a title.
fn said_period(plan: &Plan, period: Period) -> Option<String> {
    let year = format!("{:04}", period.year);
    let number = period.number.to_string();
    plan.document_words.periods.iter().find_map(|entry| {
        let meant = entry
            .period
            .replace("{Y}", &year)
            .replace("{Q}", &number)
            .replace("{M}", &format!("{:02}", period.number));
        (meant == period.to_string()).then(|| {
            entry
                .words
                .replace("{Y}", &year)
                .replace("{Q}", &roman(usize::try_from(period.number).unwrap_or(0)))
                .replace("{M}", &number)
        })
    })
}

/// A head with its years: `{N-1}` is the year before that of the report.
fn in_year(head: &str, n: i16) -> String {
    let mut out = String::new();
    let mut rest = head;
    while let Some(open) = rest.find('{') {
        let close = rest[open..].find('}').map_or(rest.len(), |at| open + at);
        out.push_str(&rest[..open]);
        let year = RelativePeriod::parse(&rest[open + 1..close]).map(|p| p.in_year(n).year);
        out.push_str(&year.map(|y| format!("{y:04}")).unwrap_or_default());
        rest = rest.get(close + 1..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// The columns: what describes rows, then values, each comparison after the later of its two columns, then remarks.
fn columns(plan: &Plan, form: &Form, period: Period) -> Vec<TemplateColumn> {
    let written = &form.written;
    let stub = |words: &[String], kind: ColumnKind| {
        words.first().map(|head| TemplateColumn {
            heads: vec![head.clone()],
            kind,
        })
    };
    let mut columns: Vec<TemplateColumn> = [
        stub(&written.stub.number, ColumnKind::Number),
        stub(&written.rows.head, ColumnKind::Label),
        stub(&written.stub.unit, ColumnKind::Unit),
        stub(&written.stub.code, ColumnKind::Code),
    ]
    .into_iter()
    .flatten()
    .collect();
    let has_units = !written.stub.unit.is_empty();
    let mut places: BTreeMap<usize, usize> = BTreeMap::new();
    for (i, column) in form.columns.iter().enumerate() {
        if !belongs(&column.frequencies, period.frequency) {
            continue;
        }
        let mut heads: Vec<String> = written.columns[i]
            .head
            .iter()
            .map(|head| in_year(head, period.year))
            .collect();
        let unit = column
            .indicator
            .as_deref()
            .filter(|_| !has_units)
            .and_then(|id| indicator(plan, id))
            .map(|facts| &facts.unit);
        if let (Some(lowest), Some(unit)) = (heads.last_mut(), unit) {
            lowest.push_str(&format!(" ({unit})"));
        }
        places.insert(i, columns.len());
        columns.push(TemplateColumn {
            heads,
            kind: ColumnKind::Value,
        });
        for (comparison, raw) in form.comparisons.iter().zip(&written.comparisons) {
            if !belongs(&comparison.frequencies, period.frequency)
                || comparison.of.max(comparison.to) != i
            {
                continue;
            }
            if let (Some(of), Some(to)) = (places.get(&comparison.of), places.get(&comparison.to)) {
                columns.push(TemplateColumn {
                    heads: raw.head.iter().map(|h| in_year(h, period.year)).collect(),
                    kind: ColumnKind::Comparison {
                        numerator: *of,
                        denominator: *to,
                    },
                });
            }
        }
    }
    columns.extend(stub(&written.stub.note, ColumnKind::Note));
    columns
}

fn indicator<'a>(plan: &'a Plan, id: &str) -> Option<&'a Indicator> {
    plan.indicators.iter().find(|i| i.id == id)
}

/// The rows of the form; where these are units, those of the vintage in force at the end of the period, by code.
fn rows_in_force(plan: &Plan, form: &Form, period: Period) -> Vec<FormRow> {
    if form.dimension != Dimension::Unit {
        return form.rows.clone();
    }
    let vintage = plan.geography.vintage_on(period.end());
    let units = plan.geography.units_of(vintage).into_iter();
    units
        .filter_map(|unit| {
            let is_it = |u: &RowUnit| u.vintage == unit.vintage && u.code == unit.code;
            let row = form.rows.iter().find(|row| row.units.iter().any(is_it))?;
            Some(FormRow {
                code: Some(unit.code.clone()),
                label: plan.geography.name(unit, period.end()).to_owned(),
                ..row.clone()
            })
        })
        .collect()
}

/// The rows, numbered by their depth, under the headings of their sections.
fn rows(plan: &Plan, form: &Form, period: Period, known: &KnownValues) -> Vec<TemplateRow> {
    let mut rows = Vec::new();
    let mut section: Option<&str> = None;
    let mut sections = 0;
    let mut counters: Vec<usize> = Vec::new();
    for line in &rows_in_force(plan, form, period) {
        if line.section.as_deref() != section {
            section = line.section.as_deref();
            let raw = form
                .written
                .sections
                .iter()
                .find(|s| Some(s.id.as_str()) == section);
            if let Some(words) = raw.and_then(|s| s.words.first()) {
                sections += 1;
                counters.clear();
                rows.push(TemplateRow {
                    number: roman(sections),
                    label: words.to_uppercase(),
                    level: None,
                    unit: String::new(),
                    code: String::new(),
                    values: Vec::new(),
                });
            }
        }
        let level = match form.dimension {
            Dimension::Indicator => indicator(plan, &line.member).and_then(|i| i.level),
            Dimension::Sector => plan
                .sectors
                .iter()
                .find(|s| s.code == line.member)
                .map(|s| s.level),
            Dimension::Unit | Dimension::Record => None,
        };
        let level = usize::try_from(level.unwrap_or(0)).unwrap_or(0);
        let number = if form.dimension == Dimension::Sector && line.member == TOTAL {
            String::new()
        } else {
            counters.resize(level + 1, 0);
            counters[level] += 1;
            let parts: Vec<String> = counters.iter().map(usize::to_string).collect();
            parts.join(".")
        };
        let values: Vec<TemplateValue> = form
            .columns
            .iter()
            .filter(|c| belongs(&c.frequencies, period.frequency))
            .map(|column| {
                let (id, sector) = match &column.indicator {
                    Some(id) => (id.as_str(), line.member.as_str()),
                    None => (line.member.as_str(), TOTAL),
                };
                let facts = indicator(plan, id);
                let decimals = facts.map_or(0, |f| f.decimals);
                let of = column.period.in_year(period.year);
                let offered = column.scenario == Scenario::Actual && is_over(column.period, period);
                let known = |scenario| {
                    offered
                        .then(|| known.get(id, sector, of, scenario))
                        .flatten()
                };
                let actual = known(Scenario::Actual);
                // An estimate is no actual: it is shown beside the cell, and does not stand in it.
                let estimated = known(Scenario::Estimate).filter(|_| actual.is_none());
                TemplateValue {
                    unit: facts.map(|f| f.unit.clone()).unwrap_or_default(),
                    decimals,
                    known: actual,
                    estimated: estimated.map(|value| {
                        format_decimal(crate::normalize::lake_decimal(value), decimals, '.', ',')
                    }),
                }
            })
            .collect();
        rows.push(TemplateRow {
            number,
            label: line.label.clone(),
            level: Some(u8::try_from(level).unwrap_or(u8::MAX)),
            unit: match form.dimension {
                Dimension::Indicator => values.first().map(|v| v.unit.clone()).unwrap_or_default(),
                Dimension::Sector | Dimension::Unit | Dimension::Record => String::new(),
            },
            code: line.code.clone().unwrap_or_default(),
            values,
        });
    }
    rows
}

/// A number in capital Roman numerals.
fn roman(mut n: usize) -> String {
    let mut out = String::new();
    for (value, numeral) in [(10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")] {
        while n >= value {
            out.push_str(numeral);
            n -= value;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerals() {
        let all: Vec<String> = [1, 3, 4, 9, 14].map(roman).into();
        assert_eq!(all, ["I", "III", "IV", "IX", "XIV"]);
    }

    #[test]
    fn years_stand_in_heads() {
        assert_eq!(
            in_year("Year {N} / year {N-1}", 2026),
            "Year 2026 / year 2025"
        );
        assert_eq!(in_year("Total", 2026), "Total");
    }
}
