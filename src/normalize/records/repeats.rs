//! Records that stand on two sheets of a workbook.

use std::collections::HashMap;

use arrow::array::{Array, AsArray, StringArray};
use arrow::datatypes::Int64Type;

use super::faults::Faults;
use super::marks::RecordMarks;
use super::record_list::RecordList;
use crate::diagnostic::{Finding, findings};
use crate::extract::Vocabulary;
use crate::read::Address;

/// For each list, findings about its records whose key a list before it has, as within one list. A list that is another
/// version of an earlier one is passed over: it is compared as a whole.
#[must_use]
pub fn repeated_keys(lists: &[&RecordList], vocabulary: &Vocabulary) -> Vec<Vec<Finding>> {
    let marks: Vec<&RecordMarks> = lists.iter().map(|list| &list.marks).collect();
    if RecordMarks::are_apart(&marks) {
        return vec![Vec::new(); lists.len()];
    }
    let mut first_with: HashMap<(usize, String), (usize, i64)> = HashMap::new();
    let mut all = Vec::new();
    for (n, list) in lists.iter().enumerate() {
        let form = list.table.form;
        let is_version = lists[..n]
            .iter()
            .any(|other| other.table.form == form && list.marks.is_version_of(&other.marks));
        let code = &vocabulary.forms[form].code;
        let mut faults = Faults::new(code, list.table.sheet.clone());
        for (value, row) in keys(list, vocabulary).filter(|_| !is_version) {
            let key = (form, value.clone());
            let (earlier, first) = *first_with.entry(key).or_insert((n, row));
            let Some(column) = list.key_column.filter(|_| earlier != n) else {
                continue;
            };
            let sheet = lists[earlier].table.sheet.as_deref().unwrap_or_default();
            let at = Address::new(u32::try_from(row - 1).unwrap_or(0), column);
            let first = format!("{first} ({sheet})");
            faults.cell(at, findings::TH320 { value, first });
        }
        all.push(faults.finish(|_| None));
    }
    all
}

/// The complete keys of the records of a list, each with its row from 1.
fn keys<'a>(
    list: &'a RecordList,
    vocabulary: &'a Vocabulary,
) -> impl Iterator<Item = (String, i64)> + 'a {
    let shape = vocabulary.forms[list.table.form].records.as_ref();
    let parts: Vec<&StringArray> = shape
        .into_iter()
        .flat_map(|shape| shape.key.iter().map(|i| &shape.fields[*i].column))
        .filter_map(|column| list.records.column_by_name(column)?.as_string_opt::<i32>())
        .collect();
    let rows = list.records.column_by_name("row");
    let rows = rows.and_then(|rows| rows.as_primitive_opt::<Int64Type>());
    (0..list.records.num_rows()).filter_map(move |record| {
        let is_complete = !parts.is_empty() && parts.iter().all(|part| part.is_valid(record));
        let key: Vec<&str> = parts.iter().map(|part| part.value(record)).collect();
        is_complete.then(|| (key.join(" · "), rows.map_or(1, |rows| rows.value(record))))
    })
}
