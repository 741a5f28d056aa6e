//! A form's file to a [`Form`]: heads compiled, rows taken from the code lists, every reference checked.

use std::collections::BTreeSet;
use std::path::Path;

use toml::Spanned;

use super::catalogue::{Indicator, Sector};
use super::source::Source;
use crate::diagnostic::{DefinitionError, DefinitionErrors};
use crate::extract::{
    ComparisonColumn, Dimension, FieldKind, Form, FormRow, HeadPattern, RawForm, RecordField,
    RecordShape, RelativePeriod, Section, Stub, ValueColumn, belongs,
};
use crate::geography::Geography;
use crate::geography::{sums_of_units, unit_rows};
use crate::query::Country;
use crate::text::Folder;

/// The lists that the rows of forms are taken from.
#[derive(Debug, Clone, Copy)]
pub(super) struct CodeLists<'a> {
    pub(super) indicators: &'a [Indicator],
    pub(super) sectors: &'a [Sector],
    pub(super) geography: &'a Geography,
    pub(super) country: &'a Country,
}

/// Notes a name that is no indicator.
pub(super) fn dangling(
    name: &Spanned<String>,
    indicators: &[Indicator],
    source: &Source,
    errors: &mut DefinitionErrors,
) {
    if !indicators.iter().any(|i| i.id == *name.get_ref()) {
        let message = format!("`{}` is no indicator of indicators.csv", name.get_ref());
        errors.push(source.error(
            name.span().start,
            message,
            "correct the name, or add the indicator to indicators.csv",
        ));
    }
}

/// The rows of the sectors under `parent`; the row of totals stands before them.
fn parts_of(sectors: &[Sector], parent: Option<&str>) -> Vec<usize> {
    (1..)
        .zip(sectors)
        .filter(|(_, sector)| sector.parent.as_deref() == parent)
        .map(|(row, _)| row)
        .collect()
}

/// Notes columns that no sheet could tell apart, and kinds of report whose figures would be given to a period
/// of another length.
fn check_columns(
    raw: &RawForm,
    columns: &[ValueColumn],
    comparisons: &[ComparisonColumn],
    source: &Source,
    errors: &mut DefinitionErrors,
) {
    for (i, column) in raw.columns.iter().enumerate() {
        let id = column.id.get_ref();
        if raw.columns[..i].iter().any(|c| c.id.get_ref() == id) {
            errors.push(source.error(
                column.id.span().start,
                format!("the column `{id}` stands twice"),
                "give one of the two another id",
            ));
        }
    }
    let heads: Vec<_> = raw
        .columns
        .iter()
        .map(|c| c.id.span().start)
        .zip(columns.iter().map(|c| &c.heads))
        .chain(
            raw.comparisons
                .iter()
                .map(|c| c.of.span().start)
                .zip(comparisons.iter().map(|c| &c.heads)),
        )
        .collect();
    for (i, (at, own)) in heads.iter().enumerate() {
        let taken = heads[..i]
            .iter()
            .flat_map(|(_, others)| others.iter())
            .any(|other| own.iter().any(|head| head.is_same_as(other)));
        if taken {
            errors.push(source.error(
                *at,
                "an earlier column has the same head",
                "a column is told by its head: write more of the path, or take one of the two out",
            ));
        }
    }
    for frequency in &raw.frequencies {
        if raw.rows.dimension == Dimension::Record {
            break;
        }
        let is_held = columns.iter().any(|c| {
            belongs(&c.frequencies, *frequency) && c.period.in_year(2000).frequency == *frequency
        });
        if !is_held {
            let at = source.text.find("frequencies").unwrap_or(0);
            errors.push(source.error(
                at,
                format!("no column of a report that is `{frequency}` has such a period"),
                "a column's period is a year or half a year; take the frequency out, or give a column its period",
            ));
        }
    }
}

/// Notes what a form of one shape has of the other.
fn check_fields(raw: &RawForm, source: &Source, errors: &mut DefinitionErrors) {
    let is_list = raw.rows.dimension == Dimension::Record;
    let at = |key: &str| source.text.find(key).unwrap_or(0);
    if is_list
        && !(raw.columns.is_empty() && raw.comparisons.is_empty() && raw.rows.head.is_empty())
    {
        errors.push(source.error(
            at("[[columns]]"),
            "a record list has columns of values",
            "write its columns as [[fields]]",
        ));
    }
    if !is_list && !raw.fields.is_empty() {
        errors.push(source.error(
            at("[[fields]]"),
            "a form that is no record list has fields",
            "write dimension = \"record\" under [rows], or its columns as [[columns]]",
        ));
    }
    if !is_list && (raw.rows.head.is_empty() || raw.columns.is_empty()) {
        errors.push(source.error(
            at("[rows]"),
            "the form has no head of row labels, or no columns of values",
            "write `head` under [rows], and [[columns]]",
        ));
    }
}

/// The shape of a record list: every field has a column of the lake of its type.
fn record_shape(
    raw: &RawForm,
    lists: &CodeLists<'_>,
    folder: &Folder,
    source: &Source,
    errors: &mut DefinitionErrors,
) -> Option<RecordShape> {
    let at = source.text.find("[rows]").unwrap_or(0);
    let Some(table) = &raw.rows.table else {
        errors.push(source.error(
            at,
            "the records have no table",
            "write `table` under [rows]",
        ));
        return None;
    };
    let Some(schema) = crate::lake::table(table.get_ref()).filter(|t| t.is_of_records()) else {
        let message = format!("the lake has no table of records `{}`", table.get_ref());
        errors.push(source.error(
            table.span().start,
            message,
            "name a table of the lake with a column `row`",
        ));
        return None;
    };
    let mut fields: Vec<RecordField> = Vec::new();
    for field in &raw.fields {
        let column = field.column.get_ref();
        if fields.iter().any(|f| f.column == *column) {
            let message = format!("the field `{column}` stands twice");
            errors.push(source.error(
                field.column.span().start,
                message,
                "give each head one field",
            ));
        }
        let kept = schema.schema.field_with_name(column).ok();
        let wanted = lake_type(field.kind);
        if let Some(wanted) = wanted
            && kept.is_none_or(|k| *k.data_type() != wanted)
        {
            let message = format!(
                "`{}` has no column `{column}` of the type {wanted}",
                schema.name
            );
            errors.push(source.error(
                field.column.span().start,
                message,
                "name a column of the table, of the type that the field has",
            ));
        }
        let mut codes = std::collections::BTreeMap::new();
        for (code, words) in &field.codes {
            codes.extend(words.iter().map(|word| (folder.fold(word), code.clone())));
        }
        match &field.list {
            Some(list) if list.get_ref() == "sectors" => {
                for sector in lists.sectors {
                    codes.insert(folder.fold(&sector.code), sector.code.clone());
                    codes.insert(folder.fold(&sector.name_vi), sector.code.clone());
                }
            }
            Some(list) => {
                let message = format!("there is no code list `{}`", list.get_ref());
                errors.push(source.error(
                    list.span().start,
                    message,
                    "name `sectors`, or write `codes`",
                ));
            }
            None => {}
        }
        let needs_codes = matches!(field.kind, FieldKind::Code | FieldKind::Flag);
        if needs_codes == codes.is_empty() {
            let message = format!("the field `{column}` needs codes, or has some and needs none");
            errors.push(source.error(
                field.column.span().start,
                message,
                "write `codes` or `list` for fields of the types code and flag",
            ));
        }
        fields.push(RecordField {
            column: column.clone(),
            title: field.head.first().cloned().unwrap_or_default(),
            heads: field.head.iter().map(|head| folder.fold(head)).collect(),
            kind: field.kind,
            unit: field.unit.as_ref().map(|u| u.get_ref().clone()),
            digits: field.digits,
            required: field.required,
            codes,
        });
    }
    let mut index = |name: &Spanned<String>| {
        let found = fields
            .iter()
            .position(|f| f.column == *name.get_ref() && f.kind.is_kept());
        if found.is_none() {
            let message = format!("the form has no field `{}` that is kept", name.get_ref());
            errors.push(source.error(name.span().start, message, "name a field of this form"));
        }
        found
    };
    let key = raw.rows.key.iter().filter_map(&mut index).collect();
    let naming = raw.rows.name.as_ref().and_then(&mut index);
    let Some(naming) = naming else {
        errors.push(source.error(
            at,
            "nothing says which field names a record",
            "write `name` under [rows]",
        ));
        return None;
    };
    Some(RecordShape {
        table: table.get_ref().clone(),
        fields,
        naming,
        key,
    })
}

/// The type in which the lake keeps a field; none of one that is not kept.
fn lake_type(kind: FieldKind) -> Option<arrow::datatypes::DataType> {
    use arrow::datatypes::DataType;
    match kind {
        FieldKind::Text | FieldKind::Code | FieldKind::Date => Some(DataType::Utf8),
        FieldKind::Whole => Some(DataType::Int64),
        FieldKind::Decimal => Some(crate::lake::DECIMAL),
        FieldKind::Flag => Some(DataType::Boolean),
        FieldKind::Number | FieldKind::Personal => None,
    }
}

/// Reads `forms/<name>.toml`.
pub(super) fn read_form(
    path: &Path,
    folder: &Folder,
    lists: &CodeLists<'_>,
    errors: &mut DefinitionErrors,
) -> Result<Form, DefinitionError> {
    let CodeLists {
        indicators,
        sectors,
        ..
    } = *lists;
    let source = Source::read(path)?;
    let raw: RawForm = source.parse()?;
    let fold = |texts: &[String]| texts.iter().map(|t| folder.fold(t)).collect::<Vec<_>>();
    let compile_heads = |head: &[String], also: &[Vec<String>], errors: &mut DefinitionErrors| {
        let mut heads = Vec::new();
        for path in std::iter::once(head).chain(also.iter().map(Vec::as_slice)) {
            match HeadPattern::compile(path, folder) {
                Ok(pattern) => heads.push(pattern),
                Err(e) => {
                    let at = path
                        .first()
                        .and_then(|text| source.text.find(text.as_str()))
                        .unwrap_or(0);
                    errors.push(source.error(
                        at,
                        e,
                        "write a year of a head as {N}, {N-1} or {N+1}",
                    ));
                }
            }
        }
        heads
    };
    let column_index = |name: &Spanned<String>| {
        raw.columns
            .iter()
            .position(|c| c.id.get_ref() == name.get_ref())
            .ok_or_else(|| {
                let message = format!("the form has no column `{}`", name.get_ref());
                source.error(
                    name.span().start,
                    message,
                    "name the id of a column of this form",
                )
            })
    };
    let mut columns = Vec::new();
    for column in &raw.columns {
        if let Some(indicator) = &column.indicator {
            dangling(indicator, indicators, &source, errors);
        }
        if (raw.rows.dimension == Dimension::Indicator) == column.indicator.is_some() {
            let message = format!(
                "the column `{}` {}",
                column.id.get_ref(),
                if column.indicator.is_some() {
                    "names an indicator, and so do the rows"
                } else {
                    "names no indicator, and neither do the rows"
                }
            );
            errors.push(source.error(
                column.id.span().start,
                message,
                "either the rows are indicators or each column names one",
            ));
        }
        let period = RelativePeriod::parse(column.period.get_ref()).unwrap_or_else(|| {
            let message = format!("`{}` is no period relative to N", column.period.get_ref());
            errors.push(source.error(
                column.period.span().start,
                message,
                "write N, N-1, N+1, N-S1 or N-S2",
            ));
            RelativePeriod {
                years: 0,
                half: None,
            }
        });
        let stands_on = match &column.stands_on {
            Some(name) => match column_index(name) {
                Ok(i) => Some(i),
                Err(e) => {
                    errors.push(e);
                    None
                }
            },
            None => None,
        };
        columns.push(ValueColumn {
            id: column.id.get_ref().clone(),
            title: column.head.join(" › "),
            heads: compile_heads(&column.head, &column.also, errors),
            frequencies: column.frequencies.clone(),
            scenario: column.scenario,
            period,
            indicator: column.indicator.as_ref().map(|i| i.get_ref().clone()),
            stands_on,
        });
    }
    let mut comparisons = Vec::new();
    for comparison in &raw.comparisons {
        match (column_index(&comparison.of), column_index(&comparison.to)) {
            (Ok(of), Ok(to)) => comparisons.push(ComparisonColumn {
                heads: compile_heads(&comparison.head, &comparison.also, errors),
                frequencies: comparison.frequencies.clone(),
                of,
                to,
            }),
            (of, to) => errors.0.extend([of.err(), to.err()].into_iter().flatten()),
        }
    }
    if comparisons.len() == raw.comparisons.len() {
        check_columns(&raw, &columns, &comparisons, &source, errors);
    }
    for code in &raw.rows.codes {
        if !indicators
            .iter()
            .any(|i| i.row_code.as_ref() == Some(code.get_ref()))
        {
            let message = format!("`{}` is no row_code of indicators.csv", code.get_ref());
            errors.push(source.error(
                code.span().start,
                message,
                "name codes of the rows of this form",
            ));
        }
    }
    let codes = |code: &str| match raw.rows.dimension {
        Dimension::Indicator => indicators
            .iter()
            .any(|i| i.row_code.as_deref() == Some(code)),
        Dimension::Sector => sectors.iter().any(|s| s.code == code),
        Dimension::Unit | Dimension::Record => false,
    };
    for code in raw.rows.also.keys().filter(|code| !codes(code.get_ref())) {
        let message = format!("`{}` is no code of a row", code.get_ref());
        errors.push(source.error(
            code.span().start,
            message,
            match raw.rows.dimension {
                Dimension::Unit => "another name of a unit is a line of name_aliases.csv",
                _ => "name rows by the codes of indicators.csv or sectors.csv",
            },
        ));
    }
    if raw.rows.dimension == Dimension::Sector && sectors.is_empty() {
        errors.push(source.error(
            source.text.find("dimension").unwrap_or(0),
            "the pipeline has no sectors",
            "add sectors.csv, or say what else its rows are",
        ));
    }
    let labels_of = |code: Option<&str>, name: &str| -> Vec<String> {
        let also = raw
            .rows
            .also
            .iter()
            .filter(|(row, _)| Some(row.get_ref().as_str()) == code)
            .flat_map(|(_, labels)| labels);
        std::iter::once(folder.fold(name))
            .chain(also.map(|label| folder.fold(label)))
            .collect()
    };
    let wanted: BTreeSet<&String> = raw.rows.codes.iter().map(Spanned::get_ref).collect();
    let rows = match raw.rows.dimension {
        Dimension::Indicator => indicators
            .iter()
            .filter(|i| {
                i.row_code
                    .as_ref()
                    .is_some_and(|code| wanted.is_empty() || wanted.contains(code))
            })
            .map(|i| FormRow {
                member: i.id.clone(),
                code: i.row_code.clone(),
                section: i.section.clone(),
                label: i.name_vi.clone(),
                labels: labels_of(i.row_code.as_deref(), &i.name_vi),
                parts: Vec::new(),
                units: Vec::new(),
            })
            .collect(),
        Dimension::Sector => std::iter::once(FormRow {
            member: crate::normalize::TOTAL.to_owned(),
            code: None,
            section: None,
            label: raw.rows.total.first().cloned().unwrap_or_default(),
            labels: fold(&raw.rows.total),
            parts: parts_of(sectors, None),
            units: Vec::new(),
        })
        .chain(sectors.iter().map(|s| FormRow {
            member: s.code.clone(),
            code: Some(s.code.clone()),
            section: None,
            label: s.name_vi.clone(),
            labels: labels_of(Some(&s.code), &s.name_vi),
            parts: parts_of(sectors, Some(&s.code)),
            units: Vec::new(),
        }))
        .collect(),
        Dimension::Unit => unit_rows(lists.geography),
        Dimension::Record => Vec::new(),
    };
    let sections: BTreeSet<&str> = indicators
        .iter()
        .filter_map(|i| i.section.as_deref())
        .collect();
    for section in &raw.sections {
        if !sections.contains(section.id.as_str()) {
            let at = source
                .text
                .find(&format!("id = \"{}\"", section.id))
                .unwrap_or(0);
            let message = format!("no indicator stands in the section `{}`", section.id);
            errors.push(source.error(at, message, "name a section of indicators.csv"));
        }
    }
    let records = match raw.rows.dimension {
        Dimension::Record => record_shape(&raw, lists, folder, &source, errors),
        _ => None,
    };
    check_fields(&raw, &source, errors);
    Ok(Form {
        folded_code: folder.fold(&raw.form),
        folded_title: folder.fold(&raw.title_vi),
        code: raw.form.clone(),
        title_vi: raw.title_vi.clone(),
        title_en: raw.title_en.clone(),
        frequencies: raw.frequencies.clone(),
        dimension: raw.rows.dimension,
        label_heads: fold(&raw.rows.head),
        stub: Stub {
            number: fold(&raw.stub.number),
            unit: fold(&raw.stub.unit),
            code: fold(&raw.stub.code),
            note: fold(&raw.stub.note),
        },
        sections: raw
            .sections
            .iter()
            .map(|s| Section {
                id: s.id.clone(),
                labels: fold(&s.words),
            })
            .collect(),
        columns,
        comparisons,
        rows,
        sums: match raw.rows.dimension {
            Dimension::Unit => fold(&raw.rows.total)
                .into_iter()
                .chain(sums_of_units(
                    lists.geography,
                    [&lists.country.name_vi, &lists.country.name_en],
                    folder,
                ))
                .collect(),
            Dimension::Record => fold(&raw.rows.total),
            _ => Vec::new(),
        },
        records,
        written: raw,
    })
}
