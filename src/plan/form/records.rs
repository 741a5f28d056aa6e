//! The shape of a record list: its fields, and the columns of the lake that keep them.

use std::collections::BTreeMap;

use arrow::datatypes::DataType;
use regex::Regex;
use toml::Spanned;

use super::super::code_lists::CodeLists;
use super::super::file_errors::FileErrors;
use super::register::register_field;
use crate::extract::{CodeShape, FieldKind, RawForm, RawRecordField, RecordField, RecordShape};
use crate::lake;
use crate::normalize::Measures;
use crate::text::Folder;

/// The shape of a record list; none if its table or the field that names a record is missing.
pub(super) fn record_shape(
    raw: &RawForm,
    lists: CodeLists<'_>,
    folder: &Folder,
    wrong: &mut FileErrors<'_>,
) -> Option<RecordShape> {
    let table = table_name(raw, wrong)?;
    let mut fields: Vec<RecordField> = Vec::new();
    for (at, field) in raw.fields.iter().enumerate() {
        check_field(raw, at, lists.measures, folder, wrong);
        check_column(field, &fields, wrong);
        let codes = codes(field, lists, folder, wrong);
        fields.push(RecordField {
            column: field.column.get_ref().clone(),
            title: field.head.first().cloned().unwrap_or_default(),
            heads: field.head.iter().map(|head| folder.fold(head)).collect(),
            kind: field.kind,
            unit: field.unit.as_ref().map(|u| u.get_ref().clone()),
            shape: field.digits.map(|digits| CodeShape {
                digits,
                suffix: field.suffix,
                leading_zeros: field.leading_zeros.unwrap_or(digits.saturating_sub(1)),
            }),
            letters: field.letters,
            matches: pattern(field, wrong),
            telephones: field.telephones,
            required: field.required,
            codes,
        });
    }
    let mut index = |name| field_index(name, &fields, wrong);
    let key = raw.rows.key.iter().filter_map(&mut index).collect();
    let naming = raw.rows.name.as_ref().and_then(&mut index);
    let Some(naming) = naming else {
        wrong.at_text(
            "[rows]",
            "the form does not say which field names a record",
            "write `name` under [rows]",
        );
        return None;
    };
    let columns = ordered(raw, own_columns(&fields), wrong);
    Some(RecordShape {
        table,
        columns,
        register: register_field(raw, &fields, lists, folder, wrong),
        fields,
        naming,
        key,
    })
}

/// The name of the lake's table that keeps the records.
fn table_name(raw: &RawForm, wrong: &mut FileErrors<'_>) -> Option<String> {
    let Some(name) = &raw.rows.table else {
        wrong.at_text(
            "[rows]",
            "the records have no table",
            "write `table` under [rows]",
        );
        return None;
    };
    let remedy = "use small letters, digits and `_`; avoid words of SQL and the names of the contract's tables";
    if lake::table(name.get_ref()).is_some() {
        let message = format!("`{}` is a table of the contract", name.get_ref());
        wrong.at(name, message, remedy);
    } else if !lake::is_plain_name(name.get_ref()) {
        let message = format!("`{}` cannot be the name of a table", name.get_ref());
        wrong.at(name, message, remedy);
    }
    Some(name.get_ref().clone())
}

/// The columns that keep fields, with their types, in the order of the fields.
fn own_columns(fields: &[RecordField]) -> Vec<(String, DataType)> {
    let kept = fields
        .iter()
        .filter_map(|field| Some((field.column.clone(), lake_type(field.kind)?)));
    kept.collect()
}

/// Columns in the order that the form states.
fn ordered(
    raw: &RawForm,
    mut columns: Vec<(String, DataType)>,
    wrong: &mut FileErrors<'_>,
) -> Vec<(String, DataType)> {
    let stated = &raw.rows.columns;
    if stated.is_empty() {
        return columns;
    }
    let place = |name: &str| stated.iter().position(|s| s.get_ref() == name);
    for (at, name) in stated.iter().enumerate() {
        let is_kept = columns.iter().any(|(column, _)| column == name.get_ref());
        if !is_kept || place(name.get_ref()) != Some(at) {
            let message = format!(
                "the list keeps no field `{}`, or it is listed twice",
                name.get_ref()
            );
            wrong.at(name, message, "name each field that is kept once");
        }
    }
    if let Some((missing, _)) = columns.iter().find(|(column, _)| place(column).is_none()) {
        let message = format!("`columns` leaves out the field `{missing}`");
        wrong.at(&stated[0], message, "name each field that is kept once");
    }
    columns.sort_by_key(|(column, _)| place(column));
    columns
}

/// Checks that a field has a column of its own, with a safe name.
fn check_column(field: &RawRecordField, earlier: &[RecordField], wrong: &mut FileErrors<'_>) {
    let column = field.column.get_ref();
    if earlier.iter().any(|f| f.column == *column) {
        wrong.at(
            &field.column,
            format!("the field `{column}` is declared twice"),
            "give each head one field",
        );
    }
    let may_be_words = matches!(field.kind, FieldKind::Text | FieldKind::Personal);
    if field.letters && (!may_be_words || field.digits.is_some()) {
        wrong.at(
            &field.column,
            format!("the field `{column}` is no text of words"),
            "write `letters` for a field of the type text or personal, without `digits`",
        );
    }
    if field.kind.is_kept() {
        let remedy = "use small letters, digits and `_`; avoid words of SQL";
        if lake::COMMON.contains(&column.as_str()) {
            let message = format!("every table of records has a column `{column}` already");
            wrong.at(&field.column, message, remedy);
        } else if !lake::is_plain_name(column) {
            let message = format!("`{column}` cannot be the name of a column");
            wrong.at(&field.column, message, remedy);
        }
    }
}

/// What the cells of a field match.
fn pattern(field: &RawRecordField, wrong: &mut FileErrors<'_>) -> Option<Regex> {
    if field.telephones && field.kind != FieldKind::Personal {
        wrong.at(
            &field.column,
            format!("the field `{}` is not personal", field.column.get_ref()),
            "write `telephones` for a field of the type personal",
        );
    }
    let stated = field.matches.as_ref()?;
    if field.kind != FieldKind::Text || field.digits.is_some() {
        wrong.at(
            stated,
            format!(
                "the field `{}` is no text, or its digits are stated",
                field.column.get_ref()
            ),
            "write `matches` for a field of the type text, without `digits`",
        );
    }
    let compiled = Regex::new(stated.get_ref());
    if compiled.as_ref().map_or(true, |r| r.is_match("")) {
        wrong.at(
            stated,
            format!(
                "`{}` is no pattern, or blank cells match it",
                stated.get_ref()
            ),
            "write a regular expression for the text in lower case",
        );
    }
    compiled.ok()
}

/// The type in which the lake keeps a field; none for a field that is not kept.
fn lake_type(kind: FieldKind) -> Option<DataType> {
    match kind {
        FieldKind::Text
        | FieldKind::Code
        | FieldKind::Date
        | FieldKind::Deadline
        | FieldKind::Register => Some(DataType::Utf8),
        FieldKind::Whole => Some(DataType::Int64),
        FieldKind::Decimal => Some(lake::DECIMAL),
        FieldKind::Flag => Some(DataType::Boolean),
        FieldKind::Number | FieldKind::Personal => None,
    }
}

/// The codes of a field by the folded words for them.
fn codes(
    field: &RawRecordField,
    lists: CodeLists<'_>,
    folder: &Folder,
    wrong: &mut FileErrors<'_>,
) -> BTreeMap<String, String> {
    let mut codes = BTreeMap::new();
    for (code, words) in &field.codes {
        check_words_of_code(field, code, words, &codes, folder, wrong);
        codes.extend(words.iter().map(|word| (folder.fold(word), code.clone())));
    }
    if let Some(list) = &field.list {
        let mut declared = lists.breakdowns.iter().filter(|b| !b.members.is_empty());
        match declared.find(|breakdown| breakdown.list == *list.get_ref()) {
            Some(breakdown) => {
                for member in &breakdown.members {
                    codes.insert(folder.fold(&member.code), member.code.clone());
                    codes.insert(folder.fold(&member.name_vi), member.code.clone());
                }
            }
            None => wrong.at(
                list,
                format!("there is no code list `{}`", list.get_ref()),
                "name the list of a breakdown without `.csv`, or write `codes`",
            ),
        }
    }
    let needs_codes = matches!(field.kind, FieldKind::Code | FieldKind::Flag);
    let may_have_codes = field.kind == FieldKind::Deadline;
    if needs_codes == codes.is_empty() && !may_have_codes {
        let column = field.column.get_ref();
        let message = if needs_codes {
            format!("the field `{column}` needs codes")
        } else {
            format!("the field `{column}` has codes and needs none")
        };
        wrong.at(
            &field.column,
            message,
            "write `codes` or `list` for fields of the types code, flag and deadline only",
        );
    }
    codes
}

/// Checks that the words of a code can be found, and that none is a word for an earlier code.
fn check_words_of_code(
    field: &RawRecordField,
    code: &str,
    words: &[String],
    earlier: &BTreeMap<String, String>,
    folder: &Folder,
    wrong: &mut FileErrors<'_>,
) {
    let is_flag_code = field.kind != FieldKind::Flag || ["true", "false"].contains(&code);
    let is_wrong = |word: &&String| {
        let folded = folder.fold(word);
        folded.is_empty() || earlier.contains_key(&folded)
    };
    if code.trim().is_empty() || words.is_empty() || !is_flag_code {
        let message = format!(
            "`{code}` of the field `{}` is not a code with words",
            field.column.get_ref()
        );
        wrong.at(
            &field.column,
            message,
            "write a code and the words for it; the codes of a flag are true and false",
        );
    } else if let Some(word) = words.iter().find(is_wrong) {
        let message = format!(
            "`{word}` of the code `{code}` has no letters, or is a word for another code too"
        );
        wrong.at(&field.column, message, "write each word for one code");
    }
}

/// Checks what a field states about its digits and its unit, and that its heads are those of no earlier field.
fn check_field(
    raw: &RawForm,
    at: usize,
    measures: &Measures,
    folder: &Folder,
    wrong: &mut FileErrors<'_>,
) {
    let field = &raw.fields[at];
    let column = field.column.get_ref();
    let mut error = |message: String, remedy: &str| wrong.at(&field.column, message, remedy);
    let earlier = raw.fields[..at].iter().flat_map(|f| &f.head);
    let earlier: Vec<String> = earlier.map(|head| folder.fold(head)).collect();
    let twice = field
        .head
        .iter()
        .find(|head| earlier.contains(&folder.fold(head)));
    if let Some(head) = twice {
        error(
            format!("`{head}` is the head of an earlier field too"),
            "write each head under one field",
        );
    }
    let is_register = field.kind == FieldKind::Register;
    if is_register && (!field.head.is_empty() || field.required) {
        error(
            format!("the field `{column}` of a register has heads, or is required"),
            "leave out `head` and `required`: the entry is found by the field that names a record",
        );
    }
    if (field.head.is_empty() && !is_register) || column.trim().is_empty() {
        error(
            format!("the field `{column}` has no name, or no heads"),
            "write `column`, and the heads of the list",
        );
    }
    let digits = field.digits.unwrap_or(0);
    let is_number = matches!(field.kind, FieldKind::Whole | FieldKind::Decimal);
    let without_digits = field.suffix.is_some() || field.leading_zeros.is_some();
    let wrong_digits = match field.digits {
        None => without_digits,
        Some(_) => {
            field.kind != FieldKind::Text
                || !(1..=30).contains(&digits)
                || field
                    .suffix
                    .is_some_and(|suffix| !(1..=30).contains(&suffix))
                || field.leading_zeros.is_some_and(|zeros| zeros >= digits)
        }
    };
    if wrong_digits {
        error(
            format!("the digits of the field `{column}` make no code"),
            "write `digits` and `suffix` from 1 to 30 and fewer `leading_zeros` than digits, for fields of the type text only",
        );
    }
    if let Some(unit) = &field.unit
        && (!is_number || !measures.knows(unit.get_ref(), folder))
    {
        let message = format!(
            "`{}` is not a unit that the field `{column}` could have",
            unit.get_ref()
        );
        error(
            message,
            "write a unit of units_of_measure.toml, for fields of the types whole and decimal only",
        );
    }
}

/// The position of the kept field that has this name.
fn field_index(
    name: &Spanned<String>,
    fields: &[RecordField],
    wrong: &mut FileErrors<'_>,
) -> Option<usize> {
    let mut names = fields.iter().map(|f| f.kind.is_kept().then_some(&f.column));
    let index = names.position(|column| column == Some(name.get_ref()));
    if index.is_none() {
        wrong.at(
            name,
            format!("the form keeps no field `{}`", name.get_ref()),
            "name a field of this form that is kept",
        );
    }
    index
}
