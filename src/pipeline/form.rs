//! A form's file to a [`Form`]: heads compiled, rows taken from the code lists, every reference checked.

use std::collections::BTreeSet;
use std::path::Path;

use toml::Spanned;

use super::catalogue::{Indicator, Sector};
use super::source::Source;
use super::unit_rows::{sums_of_units, unit_rows};
use crate::diagnostic::{DefinitionError, DefinitionErrors};
use crate::extract::{
    Column, Comparison, Dimension, Form, FormRow, HeadPattern, RawForm, RelativePeriod, Section,
    Stub, belongs,
};
use crate::geography::Geography;
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
    columns: &[Column],
    comparisons: &[Comparison],
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
        columns.push(Column {
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
            (Ok(of), Ok(to)) => comparisons.push(Comparison {
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
        Dimension::Unit => false,
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
                .chain(sums_of_units(lists.geography, lists.country, folder))
                .collect(),
            _ => Vec::new(),
        },
        written: raw,
    })
}
