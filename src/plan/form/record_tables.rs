//! The tables of the lake that keep the records of lists. Several forms may feed one table.

use arrow::datatypes::DataType;

use super::super::file_errors::FileErrors;
use crate::extract::Form;
use crate::lake::TableSchema;

/// The columns of each table of records, from the forms that feed it.
pub(super) fn columns_of_tables(forms: &[Form]) -> Vec<(String, Vec<(String, DataType)>)> {
    let mut tables: Vec<(String, Vec<(String, DataType)>)> = Vec::new();
    for shape in forms.iter().filter_map(|form| form.records.as_ref()) {
        let at = tables.iter().position(|(name, _)| *name == shape.table);
        let at = at.unwrap_or_else(|| {
            tables.push((shape.table.clone(), Vec::new()));
            tables.len() - 1
        });
        let known = &mut tables[at].1;
        for column in &shape.columns {
            if known.iter().all(|(name, _)| *name != column.0) {
                known.push(column.clone());
            }
        }
    }
    tables
}

/// Gives the list of a form all columns of its table, and tells of those to which another form gives another type.
pub(super) fn settle_columns(
    form: &mut Form,
    tables: &[(String, Vec<(String, DataType)>)],
    wrong: &mut FileErrors<'_>,
) {
    let Some(shape) = &mut form.records else {
        return;
    };
    let Some((_, columns)) = tables.iter().find(|(name, _)| *name == shape.table) else {
        return;
    };
    for (name, data_type) in &shape.columns {
        let is_other = |(known, other): &&(String, DataType)| known == name && other != data_type;
        if let Some((_, other)) = columns.iter().find(is_other) {
            let message = format!(
                "another form gives the column `{name}` of the table `{}` the type {other}, not {data_type}",
                shape.table
            );
            let field = form
                .written
                .fields
                .iter()
                .find(|f| f.column.get_ref() == name);
            if let Some(field) = field {
                wrong.at(
                    &field.column,
                    message,
                    "give the column one type in all forms, or another name",
                );
            }
        }
    }
    shape.columns.clone_from(columns);
}

/// The tables of records of these forms.
pub(in crate::plan) fn record_tables(forms: &[Form]) -> Vec<TableSchema> {
    let tables = columns_of_tables(forms).into_iter();
    tables
        .map(|(name, columns)| TableSchema::of_records(&name, &columns))
        .collect()
}
