//! What a manifest expects of its file.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::Deserialize;
use tonghop::period::Period;

use super::files::grid;

/// A manifest; `[make]` is the generator's part.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    /// What the file holds, in a sentence.
    pub(super) holds: String,
    /// The name it comes under, where that matters.
    pub(super) arrives_as: Option<String>,
    /// The pipeline that reads it.
    #[serde(default = "kttt")]
    pub(super) pipeline: String,
    #[serde(rename = "make")]
    _make: Option<serde::de::IgnoredAny>,
    pub(super) expect: Expect,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Expect {
    /// Nothing in it can be used.
    #[serde(default)]
    pub(super) rejected: bool,
    pub(super) media_type: Option<String>,
    /// All findings, no more and no fewer: a code or a severity, then the place if it has one.
    #[serde(default)]
    pub(super) findings: Vec<String>,
    /// Codes of findings that may or may not be there: nothing of this case depends on them.
    #[serde(default)]
    pub(super) beside: Vec<String>,
    #[serde(default)]
    pub(super) report: Vec<ExpectedReport>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExpectedReport {
    /// In an archive, the member it is in.
    pub(super) member: Option<String>,
    pub(super) form: String,
    pub(super) sheet: Option<String>,
    pub(super) period: Option<String>,
    /// The units that the words may mean, as `vintage/code`.
    #[serde(default)]
    pub(super) units: Vec<String>,
    /// The unit that it is decided to be, where this file alone decides it.
    pub(super) unit: Option<String>,
    pub(super) reporter: Option<String>,
    /// The vintage that the sheet states.
    pub(super) geography: Option<String>,
    #[serde(default = "first")]
    pub(super) sending: i64,
    #[serde(default)]
    pub(super) held: bool,
    /// Body cells that are no observations and are accounted for; the cells that `values` marks as `held`
    /// unless there are more.
    pub(super) explained: Option<i64>,
    /// Tables of the values, by row and column of the sheet.
    #[serde(default)]
    pub(super) values: String,
    /// Of a record list: a table of its records, each a line in the order of the sheet. The first line names columns of the lake's
    /// table; `held` is a value that is held back, `-` one that is not there.
    pub(super) records: Option<String>,
    /// Texts as read, by cell.
    #[serde(default)]
    pub(super) raw: BTreeMap<String, String>,
    /// Units of measure that counted, as read, by cell.
    #[serde(default)]
    pub(super) unit_read: BTreeMap<String, String>,
}

fn kttt() -> String {
    "kttt".to_owned()
}

fn first() -> i64 {
    1
}

impl Manifest {
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        Self::parse(&fs::read_to_string(path).map_err(|e| e.to_string())?)
    }

    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let manifest: Self = toml::from_str(text).map_err(|e| e.to_string())?;
        for report in &manifest.expect.report {
            report.values()?;
        }
        Ok(manifest)
    }
}

/// A value as it should be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Value {
    /// Cell, as `A1`.
    pub(super) cell: String,
    /// Code of the unit, where it is not that of the report.
    pub(super) unit: String,
    pub(super) indicator: String,
    pub(super) sector: String,
    pub(super) scenario: String,
    pub(super) period: String,
    /// As a decimal in its shortest form, or `NULL`.
    pub(super) value: String,
    /// `OBS_STATUS`.
    pub(super) status: String,
}

/// What rows, columns and the table as a whole say of a value's key.
#[derive(Debug, Clone, Default)]
struct Key {
    unit: Option<String>,
    indicator: Option<String>,
    sector: Option<String>,
    scenario: Option<String>,
    period: Option<String>,
}

impl Key {
    fn add(&mut self, word: &str) -> Result<(), String> {
        let slot = if word.starts_with('@') {
            &mut self.unit
        } else if ["actual", "plan", "estimate"].contains(&word) {
            &mut self.scenario
        } else if Period::from_str(word).is_ok() {
            &mut self.period
        } else if word.starts_with("_T") || word.starts_with(|c: char| c.is_ascii_uppercase()) {
            &mut self.sector
        } else {
            &mut self.indicator
        };
        match slot.replace(word.to_owned()) {
            None => Ok(()),
            Some(other) => Err(format!("`{other}` and `{word}` are of one kind")),
        }
    }
}

/// What a cell of a table in a manifest says.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Said {
    Value(String),
    Null(String),
    Held,
    /// No cell of the form's table.
    Nothing,
}

fn fields(line: &str) -> Vec<&str> {
    line.split('|').map(str::trim).collect()
}

fn said(text: &str) -> Result<Said, String> {
    Ok(match text {
        "O" | "L" | "M" => Said::Null(text.to_owned()),
        "held" => Said::Held,
        "/" => Said::Nothing,
        number => {
            let decimal = Decimal::from_str_exact(number)
                .map_err(|_| format!("`{number}` is no value (a number, O, L, M, held or /)"))?;
            Said::Value(decimal.normalize().to_string())
        }
    })
}

impl ExpectedReport {
    /// The columns of the lake that `records` names, and the fields of each record.
    pub(super) fn records(&self) -> Option<(Vec<&str>, Vec<Vec<&str>>)> {
        let lines = self.records.as_deref()?.lines();
        let mut lines = lines.filter(|line| !line.trim().is_empty());
        let columns = fields(lines.next()?);
        Some((columns, lines.map(fields).collect()))
    }

    /// The values that are expected, and how many cells are held back.
    pub(super) fn values(&self) -> Result<(Vec<Value>, i64), String> {
        let mut values = Vec::new();
        let mut held = 0;
        for table in self.values.split("\n\n").filter(|t| !t.trim().is_empty()) {
            let mut lines = table.lines().filter(|line| !line.trim().is_empty());
            let (all, columns) = heads(lines.next().unwrap_or_default())?;
            for line in lines {
                let mut fields = line.split('|').map(str::trim);
                let mut words = fields.next().unwrap_or_default().split_whitespace();
                let row: u32 = words
                    .next()
                    .and_then(|n| n.parse().ok())
                    .ok_or_else(|| format!("`{line}` does not begin with the number of a row"))?;
                let words: Vec<&str> = words.collect();
                let fields: Vec<&str> = fields.collect();
                if fields.len() != columns.len() {
                    return Err(format!("`{line}` has not one value a column"));
                }
                for ((letters, head), field) in columns.iter().zip(fields) {
                    let (value, status) = match said(field)? {
                        Said::Value(value) => (value, None),
                        Said::Null(status) => ("NULL".to_owned(), Some(status)),
                        Said::Held => {
                            held += 1;
                            continue;
                        }
                        Said::Nothing => continue,
                    };
                    let mut key = Key::default();
                    for word in words
                        .iter()
                        .copied()
                        .chain(head.iter().map(String::as_str))
                        .chain(all.iter().map(String::as_str))
                    {
                        key.add(word)?;
                    }
                    let lacks = |what: &str| format!("`{line}`, column {letters}: no {what}");
                    let scenario = key.scenario.ok_or_else(|| lacks("scenario"))?;
                    let usual = if scenario == "estimate" { "E" } else { "A" };
                    values.push(Value {
                        cell: format!("{letters}{row}"),
                        unit: key.unit.unwrap_or_default(),
                        indicator: key.indicator.ok_or_else(|| lacks("indicator"))?,
                        sector: key.sector.unwrap_or_else(|| "_T".to_owned()),
                        scenario,
                        period: key.period.ok_or_else(|| lacks("period"))?,
                        value,
                        status: status.unwrap_or_else(|| usual.to_owned()),
                    });
                }
            }
        }
        values.sort();
        Ok((values, held))
    }
}

/// The first line of a table: words that hold for all of it, then a letter and words for each column.
#[allow(clippy::type_complexity)]
fn heads(line: &str) -> Result<(Vec<String>, Vec<(String, Vec<String>)>), String> {
    let words = |text: &str| {
        text.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let mut fields = line.split('|');
    let all = words(fields.next().unwrap_or_default());
    let mut columns = Vec::new();
    for field in fields {
        let mut head = words(field).into_iter();
        let letters = head.next().unwrap_or_default();
        grid::column(&letters).map_err(|e| format!("`{line}`: {e}"))?;
        columns.push((letters, head.collect()));
    }
    Ok((all, columns))
}
