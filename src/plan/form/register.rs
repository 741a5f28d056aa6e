//! The field of a record list that names an entry of a register.

use toml::Spanned;

use super::super::code_lists::CodeLists;
use super::super::file_errors::FileErrors;
use crate::extract::{
    EntryTexts, FieldKind, RawForm, RawRecordField, RecordField, Register, RegisterField,
    StateField, words_of,
};
use crate::text::Folder;

/// The register that there is, by the name of its file.
const TASKS: &str = "tasks";

/// The field of the register of a list; none if it has no such field. What other fields state of a register is an error.
pub(super) fn register_field(
    raw: &RawForm,
    fields: &[RecordField],
    lists: CodeLists<'_>,
    folder: &Folder,
    wrong: &mut FileErrors<'_>,
) -> Option<RegisterField> {
    let mut found: Option<(usize, &RawRecordField)> = None;
    for (at, field) in raw.fields.iter().enumerate() {
        let column = field.column.get_ref();
        let states_one = field.register.is_some()
            || field.number.is_some()
            || field.state.is_some()
            || !field.documents.is_empty();
        match (field.kind, found) {
            (FieldKind::Register, None) => found = Some((at, field)),
            (FieldKind::Register, Some(_)) => wrong.at(
                &field.column,
                format!("`{column}` is a second field of a register"),
                "keep one: a record reports on one entry",
            ),
            _ if states_one => wrong.at(
                &field.column,
                format!("the field `{column}` is not of a register"),
                "write `register`, `number` and `documents` for a field of the type register",
            ),
            _ => {}
        }
    }
    let (field, stated) = found?;
    let texts = entries(stated, lists, wrong)?;
    for (document, words) in &stated.documents {
        check_document(stated, document, words, (&texts, folder), wrong);
    }
    let number = stated.number.as_ref();
    let number = number.and_then(|name| text_field(name, fields, wrong));
    let is_code = |at: &usize| fields[*at].kind == FieldKind::Code;
    Some(RegisterField {
        field,
        number,
        state: state_field(stated, fields, raw, wrong),
        says: (0..fields.len()).filter(is_code).collect(),
        register: Register::new(&texts, &stated.documents, folder),
    })
}

/// The entries of the register that a field names.
fn entries<'a>(
    field: &RawRecordField,
    lists: CodeLists<'a>,
    wrong: &mut FileErrors<'_>,
) -> Option<Vec<EntryTexts<'a>>> {
    let column = field.column.get_ref();
    let remedy = "write register = \"tasks\", and the entries into tasks.csv";
    let Some(name) = &field.register else {
        let message = format!("the field `{column}` does not say which register");
        wrong.at(&field.column, message, remedy);
        return None;
    };
    if name.get_ref() != TASKS {
        let message = format!("there is no register `{}`", name.get_ref());
        wrong.at(name, message, remedy);
        return None;
    }
    if lists.tasks.is_empty() {
        let message = format!("the register `{}` has no entries", name.get_ref());
        wrong.at(name, message, remedy);
        return None;
    }
    let texts = lists.tasks.iter().map(|task| EntryTexts {
        id: task.text("task_id"),
        document: task.text("document"),
        place: task.text("place"),
        section: task.text("section_vi"),
        title: task.text("title_vi"),
        due: task.due_once(),
    });
    Some(texts.collect())
}

/// Checks the further words for a document.
fn check_document(
    field: &RawRecordField,
    document: &str,
    words: &[String],
    (texts, folder): (&[EntryTexts<'_>], &Folder),
    wrong: &mut FileErrors<'_>,
) {
    if !texts.iter().any(|text| text.document == document) {
        wrong.at_text(
            document,
            format!("no entry of the register is of the document `{document}`"),
            "write the document as the register has it",
        );
    }
    let folded = |name: &String| words_of(name, folder);
    let of_another = |name: &&String| {
        let mut others = field
            .documents
            .iter()
            .filter(|(other, _)| *other != document);
        folded(name).is_empty()
            || others.any(|(_, names)| names.iter().any(|n| folded(n) == folded(name)))
    };
    if let Some(name) = words.iter().find(of_another) {
        wrong.at_text(
            document,
            format!("`{name}` has no letters, or names another document too"),
            "write words that name this document alone",
        );
    }
    if words.is_empty() {
        wrong.at_text(
            document,
            format!("the document `{document}` has no words"),
            "write words, or leave the document out",
        );
    }
}

/// The position of a field of texts.
fn text_field(
    name: &Spanned<String>,
    fields: &[RecordField],
    wrong: &mut FileErrors<'_>,
) -> Option<usize> {
    let is_it = |f: &RecordField| f.kind == FieldKind::Text && f.column == *name.get_ref();
    let index = fields.iter().position(is_it);
    if index.is_none() {
        wrong.at(
            name,
            format!("the form has no field of texts `{}`", name.get_ref()),
            "name the field with the number of an entry in its document",
        );
    }
    index
}

/// The field with the state of an entry.
fn state_field(
    stated: &RawRecordField,
    fields: &[RecordField],
    raw: &RawForm,
    wrong: &mut FileErrors<'_>,
) -> Option<StateField> {
    let codes = || stated.finished.iter().chain(&stated.late);
    let Some(name) = &stated.state else {
        if let Some(code) = codes().next() {
            let message = format!("`{}` is a code of no field", code.get_ref());
            wrong.at(code, message, "name the field of states in `state`");
        }
        return None;
    };
    let is_it = |f: &RecordField| f.kind == FieldKind::Code && f.column == *name.get_ref();
    let Some(field) = fields.iter().position(is_it) else {
        let message = format!("the form has no field of codes `{}`", name.get_ref());
        wrong.at(name, message, "name the field with the state of an entry");
        return None;
    };
    if stated.finished.is_empty() || stated.late.is_empty() {
        let message = "it is not said which codes mean finished and which late";
        wrong.at(
            name,
            message,
            "write `finished` and `late` with codes of the field",
        );
    }
    for code in codes() {
        let known = &raw.fields[field].codes;
        let twice = codes()
            .filter(|other| other.get_ref() == code.get_ref())
            .count()
            > 1;
        if !known.contains_key(code.get_ref()) || twice {
            let message = format!(
                "the field has no code `{}`, or it is listed twice",
                code.get_ref()
            );
            wrong.at(code, message, "name codes of the field, each once");
        }
    }
    let list = |codes: &[Spanned<String>]| codes.iter().map(|c| c.get_ref().clone()).collect();
    Some(StateField {
        field,
        finished: list(&stated.finished),
        late: list(&stated.late),
    })
}
