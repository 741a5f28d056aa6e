//! CSV files of definitions: named columns, and the line of each row for error messages.

use std::path::Path;

use crate::diagnostic::DefinitionError;
use crate::intake::open_file;

/// The rows of a CSV file with named columns and line numbers.
pub(crate) struct Csv {
    headers: csv::StringRecord,
    records: Vec<(usize, csv::StringRecord)>,
}

impl Csv {
    /// Reads a file that must have exactly `columns`.
    pub(crate) fn read(path: &Path, columns: &[&str]) -> Result<Self, DefinitionError> {
        Self::read_with(path, columns, &[])
    }

    /// Reads a file that must have `columns` and may have `optional` ones.
    pub(crate) fn read_with(
        path: &Path,
        columns: &[&str],
        optional: &[&str],
    ) -> Result<Self, DefinitionError> {
        let wrong = |line, message: String| {
            let remedy = format!(
                "the file is UTF-8 CSV with the columns {}",
                columns.join(",")
            );
            DefinitionError::new(path, line, message, remedy)
        };
        let mut reader =
            csv::Reader::from_reader(open_file(path).map_err(|e| wrong(None, e.to_string()))?);
        let headers = reader
            .headers()
            .map_err(|e| wrong(Some(1), e.to_string()))?
            .clone();
        if let Some(missing) = columns.iter().find(|c| !headers.iter().any(|h| h == **c)) {
            return Err(wrong(Some(1), format!("the column `{missing}` is missing")));
        }
        if let Some(unknown) = headers
            .iter()
            .find(|h| !columns.contains(h) && !optional.contains(h))
        {
            return Err(wrong(
                Some(1),
                format!("the column `{unknown}` is not known"),
            ));
        }
        let mut records = Vec::new();
        for record in reader.into_records() {
            let record = record
                .map_err(|e| wrong(e.position().map(|p| p.line() as usize), e.to_string()))?;
            records.push((record.position().map_or(0, |p| p.line() as usize), record));
        }
        Ok(Self { headers, records })
    }

    /// The rows, each with its line in the file.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (usize, CsvRow<'_>)> {
        self.records.iter().map(|(line, record)| {
            (
                *line,
                CsvRow {
                    headers: &self.headers,
                    record,
                },
            )
        })
    }
}

/// One row of a [`Csv`].
pub(crate) struct CsvRow<'a> {
    headers: &'a csv::StringRecord,
    record: &'a csv::StringRecord,
}

impl CsvRow<'_> {
    /// A field, trimmed; empty when blank.
    pub(crate) fn get(&self, column: &str) -> String {
        let at = self.headers.iter().position(|h| h == column);
        at.and_then(|i| self.record.get(i))
            .unwrap_or("")
            .trim()
            .to_owned()
    }

    /// A field, trimmed; `None` when blank.
    pub(crate) fn optional(&self, column: &str) -> Option<String> {
        Some(self.get(column)).filter(|text| !text.is_empty())
    }
}
