//! `targets.csv`: the targets that decisions of the state set.

use std::path::Path;

use rust_decimal::Decimal;

use super::file_errors::FileErrors;
use super::paths::is_absent;
use super::target_measure::{TargetMeasure, target_measure};
use super::target_scope::{TargetScope, wrong_scope};
use crate::diagnostic::DefinitionErrors;
use crate::geography::{Csv, CsvRow};
use crate::normalize::VALUE_SCALE;

/// A target that a decision of the state sets.
#[derive(Debug, Clone)]
pub struct Target {
    /// The texts, in the order of [`TARGET_TEXTS`].
    pub texts: [String; 10],
    /// The value to reach.
    pub value: Decimal,
    /// The figure of the lake that it measures.
    pub measure: TargetMeasure,
    /// Its text in English; the Vietnamese one where the file has none.
    pub text_en: String,
}

/// The columns of [`Target::texts`].
pub const TARGET_TEXTS: [&str; 10] = [
    "target_id",
    "document",
    "scope",
    "scope_code",
    "year",
    "kind",
    "expression",
    "comparator",
    "unit",
    "text_vi",
];

/// The kinds of targets: a figure, a figure of each year, a share, a number of records, a growth.
const KINDS: [&str; 5] = ["level", "flow", "share", "count", "growth"];

/// How a figure is compared with the value.
const COMPARATORS: [&str; 5] = [">=", ">", "<=", "<", "="];

/// Reads `targets.csv`; a pipeline without targets has no such file.
pub(super) fn read_targets(
    path: &Path,
    scope: TargetScope<'_>,
    errors: &mut DefinitionErrors,
) -> Vec<Target> {
    if is_absent(path) {
        return Vec::new();
    }
    let mut columns = TARGET_TEXTS.to_vec();
    columns.push("value");
    let Some(table) = errors.ok(Csv::read_with(path, &columns, &["text_en"])) else {
        return Vec::new();
    };
    let mut wrong = FileErrors::in_file(path, errors);
    let mut targets: Vec<Target> = Vec::new();
    for (line, row) in table.rows() {
        let texts = TARGET_TEXTS.map(|column| row.get(column));
        if targets.iter().any(|target| target.texts[0] == texts[0]) {
            let message = format!("the target `{}` is declared twice", texts[0]);
            wrong.on_line(Some(line), message, "give one of the two another target_id");
        }
        for (message, remedy) in mistakes(&row, scope) {
            wrong.on_line(Some(line), message, remedy);
        }
        let measure = target_measure(&row, scope).unwrap_or_else(|(message, remedy)| {
            wrong.on_line(Some(line), message, remedy);
            TargetMeasure::default()
        });
        let text_en = row
            .optional("text_en")
            .unwrap_or_else(|| row.get("text_vi"));
        match Decimal::from_str_exact(&row.get("value")) {
            Ok(value) if !value.is_sign_negative() && value.scale() <= VALUE_SCALE => {
                targets.push(Target {
                    texts,
                    value,
                    measure,
                    text_en,
                });
            }
            _ => wrong.on_line(
                Some(line),
                format!("`{}` is not the value of a target", row.get("value")),
                "write a number that is not negative, with a decimal point and at most six decimals",
            ),
        }
    }
    targets
}

/// What is wrong with the cells of a target, and what to write instead.
fn mistakes(row: &CsvRow<'_>, scope: TargetScope<'_>) -> Vec<(String, &'static str)> {
    let mut found = Vec::new();
    for column in ["target_id", "document", "text_vi"] {
        if row.optional(column).is_none() {
            found.push((format!("the target has no {column}"), "fill in the cell"));
        }
    }
    let is_year =
        |text: &str| text.len() == 4 && text.parse().is_ok_and(|y: i16| (1990..2100).contains(&y));
    let year = row.get("year");
    if !is_year(&year) && year != "yearly" {
        found.push((
            format!("`{year}` is not the year of a target"),
            "write a year such as 2030, or yearly",
        ));
    }
    let (kind, comparator) = (row.get("kind"), row.get("comparator"));
    if !KINDS.contains(&kind.as_str()) {
        found.push((
            format!("`{kind}` is not a kind of target"),
            "write level, flow, share, count or growth",
        ));
    }
    if !COMPARATORS.contains(&comparator.as_str()) {
        found.push((
            format!("`{comparator}` compares nothing"),
            "write >=, >, <=, < or =",
        ));
    }
    found.extend(wrong_scope(
        &row.get("scope"),
        &row.get("scope_code"),
        scope,
    ));
    let unit = row.get("unit");
    if !scope.lists.measures.knows(&unit, scope.folder) {
        found.push((
            format!("the unit `{unit}` is not known"),
            "add it to units_of_measure.toml",
        ));
    }
    found
}
