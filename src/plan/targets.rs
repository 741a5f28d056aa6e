//! `targets.csv`: the targets that decisions of the state set.

use std::path::Path;

use rust_decimal::Decimal;

use super::file_errors::FileErrors;
use super::paths::is_absent;
use crate::diagnostic::DefinitionErrors;
use crate::geography::Csv;

/// A target that a decision of the state sets.
#[derive(Debug, Clone)]
pub struct Target {
    /// The texts, in the order of [`TARGET_TEXTS`].
    pub texts: [String; 10],
    /// The value to reach.
    pub value: Decimal,
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

/// Reads `targets.csv`; a pipeline without targets has no such file.
pub(super) fn read_targets(path: &Path, errors: &mut DefinitionErrors) -> Vec<Target> {
    if is_absent(path) {
        return Vec::new();
    }
    let mut columns = TARGET_TEXTS.to_vec();
    columns.push("value");
    let Some(table) = errors.ok(Csv::read(path, &columns)) else {
        return Vec::new();
    };
    let mut wrong = FileErrors::in_file(path, errors);
    let mut targets = Vec::new();
    for (line, row) in table.rows() {
        let texts = TARGET_TEXTS.map(|column| row.get(column));
        match Decimal::from_str_exact(&row.get("value")) {
            Ok(value) => targets.push(Target { texts, value }),
            Err(_) => wrong.on_line(
                Some(line),
                format!("`{}` is not a number", row.get("value")),
                "write the value with a decimal point",
            ),
        }
    }
    targets
}
