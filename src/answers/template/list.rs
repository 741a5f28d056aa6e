//! Lays a list of records out as a blank form: its columns, and the rows that are known.

use std::collections::BTreeSet;

use super::error::TemplateError;
use super::layout::{frame, instructions};
use crate::extract::{FieldKind, Form, RawRecordField, RecordField, RecordShape};
use crate::geography::{AGENCY, UnitKey};
use crate::period::Period;
use crate::plan::{Plan, Task};
use crate::publish::template::{
    ColumnKind, FieldCells, ListWords, Template, TemplateColumn, TemplateField, TemplateList,
};
use crate::text::fill;

/// The longest list of choices that a spreadsheet takes, in characters.
const MOST_CHOICES: usize = 255;

/// Blank rows of a list.
const BLANK_ROWS: u32 = 30;

/// Blank rows of a list that names people: it is of all organisations, and long.
const BLANK_ROWS_OF_LONG: u32 = 1000;

/// The longest head of a column of numbers in a document.
const SHORT_HEAD: usize = 4;

/// The list of a form, with the rows of its register that concern the unit.
pub(super) fn lay_out_list(
    plan: &Plan,
    form: &Form,
    period: Period,
    unit: Option<&UnitKey>,
) -> Result<Template, TemplateError> {
    let mut template = frame(plan, form, period, unit)?;
    let Some(shape) = &form.records else {
        return Ok(template);
    };
    let words = &plan.correspondence.template.list;
    let mut notes = instructions(plan, &words.instructions);
    let mut list = TemplateList {
        fields: Vec::new(),
        known: Vec::new(),
        blank: if form.is_personal() {
            BLANK_ROWS_OF_LONG
        } else {
            BLANK_ROWS
        },
    };
    let mut places = Vec::new();
    for (at, (field, raw)) in shape.fields.iter().zip(&form.written.fields).enumerate() {
        let Some(head) = raw.head.first() else {
            continue;
        };
        let choices = choices(plan, field, raw);
        if let Some(meanings) = &choices.meanings {
            let codes = [("head", head.as_str()), ("codes", meanings.as_str())];
            notes.push(fill(&words.codes, &codes));
        }
        let kind = if at == shape.naming {
            ColumnKind::Label
        } else if field.kind == FieldKind::Number {
            ColumnKind::Number
        } else {
            ColumnKind::Field(list.fields.len())
        };
        let unit = field
            .unit
            .as_ref()
            .filter(|unit| !head.contains(unit.as_str()));
        let unit = unit.map(|unit| format!(" ({unit})")).unwrap_or_default();
        template.columns.push(TemplateColumn {
            heads: vec![format!("{head}{unit}")],
            kind,
        });
        list.fields
            .push(template_field(words, field, raw, choices.words));
        places.push(at);
    }
    list.known = known_rows(plan, form, shape, (period, unit), &places);
    if !list.known.is_empty() {
        notes.push(words.known.clone());
    }
    template.notes = notes;
    template.list = Some(list);
    Ok(template)
}

/// The words to choose from in the cells of a field.
struct Choices {
    words: Vec<String>,
    /// The meanings of codes, where the words themselves are too long to choose from.
    meanings: Option<String>,
}

/// The first words of the codes, if there is room for them; else the codes, with their meanings.
fn choices(plan: &Plan, field: &RecordField, raw: &RawRecordField) -> Choices {
    let fits = |words: &[String]| {
        let length: usize = words.iter().map(|word| word.chars().count() + 1).sum();
        length <= MOST_CHOICES && !words.iter().any(|word| word.contains(','))
    };
    let none = Choices {
        words: Vec::new(),
        meanings: None,
    };
    match field.kind {
        FieldKind::Flag => Choices {
            words: raw
                .codes
                .get("true")
                .and_then(|w| w.first())
                .into_iter()
                .cloned()
                .collect(),
            meanings: None,
        },
        FieldKind::Code => {
            let list = raw.list.as_ref().and_then(|list| {
                let mut lists = plan.breakdowns.iter();
                lists.find(|breakdown| breakdown.list == *list.get_ref())
            });
            let (words, meanings): (Vec<String>, Vec<Option<String>>) = match list {
                Some(list) => {
                    let members = list.members.iter();
                    members
                        .map(|m| (m.code.clone(), Some(m.name_vi.clone())))
                        .unzip()
                }
                None => {
                    let codes = raw.codes.iter();
                    codes
                        .filter_map(|(_, words)| {
                            Some((words.first()?.clone(), words.get(1).cloned()))
                        })
                        .unzip()
                }
            };
            let are_codes =
                list.is_some() || words.iter().zip(raw.codes.keys()).all(|(w, c)| w == c);
            let explained = words.iter().zip(&meanings);
            let explained: Vec<String> = explained
                .filter_map(|(word, meaning)| Some(format!("{word} {}", meaning.as_ref()?)))
                .collect();
            let needs_meanings = are_codes && words.len() > 4 && !explained.is_empty();
            Choices {
                meanings: needs_meanings.then(|| explained.join("; ")),
                words: if fits(&words) { words } else { Vec::new() },
            }
        }
        _ => none,
    }
}

/// How a field looks and is checked.
fn template_field(
    words: &ListWords,
    field: &RecordField,
    raw: &RawRecordField,
    choices: Vec<String>,
) -> TemplateField {
    let unit = field.unit.clone().unwrap_or_default();
    let with = |text: &str, name: &str, value: &str| fill(text, &[(name, value)]);
    let (kind, width, hint) = match field.kind {
        FieldKind::Number => (FieldCells::Number, 6.0, String::new()),
        FieldKind::Whole if unit.is_empty() => (
            FieldCells::Whole { grouped: false },
            10.0,
            words.plain.clone(),
        ),
        FieldKind::Whole => (
            FieldCells::Whole { grouped: true },
            12.0,
            with(&words.whole, "unit", &unit),
        ),
        FieldKind::Decimal => (
            FieldCells::Decimal,
            15.0,
            with(&words.decimal, "unit", &unit),
        ),
        FieldKind::Code | FieldKind::Flag if !choices.is_empty() => {
            let longest = choices.iter().map(|word| word.chars().count()).max();
            let longest = u32::try_from(longest.unwrap_or(0)).unwrap_or(0);
            let width = f64::from(longest + 4).clamp(11.0, 24.0);
            (FieldCells::Choice(choices), width, words.choice.clone())
        }
        FieldKind::Code | FieldKind::Flag => (FieldCells::Text, 18.0, words.text.clone()),
        FieldKind::Date => (FieldCells::Text, 13.0, words.date.clone()),
        FieldKind::Deadline => {
            let open = raw.codes.values().filter_map(|words| words.first());
            let open: Vec<&str> = open.map(String::as_str).collect();
            let hint = with(&words.deadline, "words", &open.join(", "));
            (FieldCells::Text, 15.0, hint)
        }
        FieldKind::Personal => (FieldCells::Text, 18.0, words.personal.clone()),
        FieldKind::Text | FieldKind::Register => match &field.shape {
            Some(shape) => {
                let hint = with(&words.digits, "digits", &shape.digits.to_string());
                (FieldCells::Text, 15.0, hint)
            }
            None => {
                let is_short = field.title.chars().count() <= SHORT_HEAD;
                let width = if is_short { 9.0 } else { 20.0 };
                (FieldCells::Text, width, words.text.clone())
            }
        },
    };
    let hint = if field.required {
        format!("{hint} {}", words.required)
    } else {
        hint
    };
    TemplateField { kind, width, hint }
}

/// The entries of the list's register that the unit leads, each document under a heading. Without a unit, those that the bodies
/// lead which report for a territory. `places` are the fields of the columns.
fn known_rows(
    plan: &Plan,
    form: &Form,
    shape: &RecordShape,
    (period, unit): (Period, Option<&UnitKey>),
    places: &[usize],
) -> Vec<Vec<String>> {
    let Some(register) = &shape.register else {
        return Vec::new();
    };
    let leads = leaders(plan, unit);
    let starts = |task: &Task| task.text("starts").parse::<i16>().ok();
    // A task without a year of its own begins with its document.
    let begins = |task: &Task| {
        let all = plan.tasks.iter();
        let of_document = all.filter(|other| other.text("document") == task.text("document"));
        starts(task).or(of_document.filter_map(starts).min())
    };
    let is_due = |task: &&Task| {
        begins(task).is_some_and(|year| year <= period.year)
            && task
                .text("lead")
                .split(';')
                .any(|lead| leads.contains(lead))
    };
    let documents = &form.written.fields[register.field].documents;
    let row = |texts: &[(usize, &str)]| -> Vec<String> {
        let text = |field: &usize| {
            let found = texts.iter().find(|(of, _)| of == field);
            found
                .map(|(_, text)| (*text).to_owned())
                .unwrap_or_default()
        };
        places.iter().map(text).collect()
    };
    let number = register.number.unwrap_or(usize::MAX);
    let deadline = shape
        .fields
        .iter()
        .position(|f| f.kind == FieldKind::Deadline);
    let mut rows = Vec::new();
    let mut last = "";
    for task in plan.tasks.iter().filter(is_due) {
        let document = task.text("document");
        if document != last {
            let words = documents
                .get(document)
                .and_then(|words| words.get(1).or(words.first()));
            let heading = words.map_or(document, String::as_str).to_uppercase();
            rows.push(row(&[(shape.naming, &heading)]));
            last = document;
        }
        let due = deadline_of(form, deadline, task);
        rows.push(row(&[
            (number, task.text("place")),
            (shape.naming, task.text("title_vi")),
            (deadline.unwrap_or(usize::MAX), &due),
        ]));
    }
    rows
}

/// The deadline of a task in words that are read back.
fn deadline_of(form: &Form, field: Option<usize>, task: &Task) -> String {
    let word = |code: &str| {
        let codes = field.map(|at| &form.written.fields[at].codes);
        codes.and_then(|codes| codes.get(code)?.first().cloned())
    };
    word(task.text("recurrence")).unwrap_or_else(|| task.text("due").to_owned())
}

/// The identifiers of the bodies for which a unit reports.
fn leaders(plan: &Plan, unit: Option<&UnitKey>) -> BTreeSet<String> {
    match unit.filter(|unit| unit.vintage == AGENCY) {
        Some(unit) => {
            let agencies = &plan.geography.agencies;
            let own = agencies.get(&unit.code);
            let all = agencies.all().iter();
            let former = all.filter(|other| {
                let mut later = agencies.successors(other).into_iter();
                later.any(|later| own.is_some_and(|own| own.id == later.id))
            });
            let former = former.map(|agency| agency.id.clone());
            former.chain([unit.code.clone()]).collect()
        }
        None => plan.reporters.0.iter().map(|r| r.id.clone()).collect(),
    }
}
