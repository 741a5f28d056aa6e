//! The columns of a table: those a query delivers, and those computed from others in print.
//!
//! A comparison is declared, not written in SQL, so that the rule that lets it be printed stands in one place
//! (`compare`) and holds for every table.

use serde::Deserialize;
use toml::Spanned;

use super::edition::Edition;
use super::parameters::{Parameters, Unknown};
use super::table::{Head, Text};

/// A column as a definition states it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawColumn {
    pub(super) id: Spanned<String>,
    each: Option<Spanned<Each>>,
    last: Option<Spanned<usize>>,
    group: Option<String>,
    period: Option<Spanned<String>>,
    #[serde(default)]
    complete: bool,
    #[serde(default)]
    kind: Kind,
    of: Option<Spanned<String>>,
    to: Option<Spanned<String>>,
    row: Option<Spanned<String>>,
    head: Spanned<Text>,
    over: Option<Text>,
    unit: Option<Text>,
    decimals: Option<u32>,
}

/// What a column is repeated for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Each {
    /// Each year of the edition, or the `last` of them.
    Year,
    /// The country and each region of the edition.
    Region,
}

/// What stands in a column.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    /// Figures of the query.
    #[default]
    Value,
    /// `of` in per cent of the row `row` of the same column.
    Share,
    /// `of` less `to`, in per cent of `to`.
    Growth,
    /// `of` less `to`.
    Difference,
    /// `of` over `to`.
    Ratio,
    /// Mean of the columns of `of`, one a year.
    Average,
}

/// A column, resolved.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Column {
    pub(super) head: Head,
    pub(super) content: Content,
    /// Places printed, where the query does not say.
    pub(super) decimals: Option<u32>,
    /// Whether a figure of the query is printed only when it is whole, as a comparison is.
    pub(super) complete: bool,
}

impl Column {
    /// Whether it prints figures only where nothing is missing in them.
    pub(super) fn wants_all(&self) -> bool {
        self.complete || matches!(self.content, Content::Compared(_))
    }
}

/// Where the cells of a column come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content {
    /// The query, under this column id and period.
    Delivered { id: String, period: Option<String> },
    /// Other columns, by their place.
    Compared(Comparison),
}

/// What is computed in print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Comparison {
    /// Per cent of the same column in the row with this id.
    Share { of: usize, row: String },
    /// Per cent by which `of` exceeds `to`.
    Growth { of: usize, to: usize },
    /// `of` less `to`.
    Difference { of: usize, to: usize },
    /// `of` over `to`.
    Ratio { of: usize, to: usize },
    /// Mean of several columns.
    Average { of: Vec<usize> },
}

/// What is wrong with a column: where, what, and what to do.
pub(super) struct Wrong {
    pub(super) offset: usize,
    pub(super) message: String,
    pub(super) remedy: String,
}

impl Wrong {
    pub(super) fn new(
        offset: usize,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            offset,
            message: message.into(),
            remedy: remedy.into(),
        }
    }

    pub(super) fn unknown(offset: usize, unknown: &Unknown) -> Self {
        Self::new(
            offset,
            format!("`{{{}}}` stands for nothing", unknown.name),
            format!("the names there are: {}", unknown.known),
        )
    }
}

/// What a column is repeated for, once: what its id ends with, and what its texts may name.
struct Turn {
    suffix: Option<String>,
    /// The period that the query delivers it under.
    period: Option<String>,
    names: Vec<(&'static str, String)>,
}

/// The turns of a column, in order.
fn turns(raw: &RawColumn, edition: &Edition, parameters: &Parameters) -> Result<Vec<Turn>, Wrong> {
    let each = raw.each.as_ref().map(|each| *each.get_ref());
    if let Some(last) = raw
        .last
        .as_ref()
        .filter(|last| each != Some(Each::Year) || *last.get_ref() == 0)
    {
        let remedy = "`last` is a number of years, beside `each = \"year\"`";
        return Err(Wrong::new(
            last.span().start,
            "`last` says nothing here",
            remedy,
        ));
    }
    if let (Some(period), Some(_)) = (&raw.period, each) {
        let message = "a column that is repeated has no `period` of its own";
        return Err(Wrong::new(
            period.span().start,
            message,
            "take the line out",
        ));
    }
    Ok(match each {
        Some(Each::Year) => {
            let all = edition.years.len();
            let last = raw
                .last
                .as_ref()
                .map_or(all, |last| all.min(*last.get_ref()));
            let year = |year: &i16| Turn {
                suffix: Some(year.to_string()),
                period: Some(year.to_string()),
                names: vec![("year", year.to_string())],
            };
            edition.years[all - last..].iter().map(year).collect()
        }
        Some(Each::Region) => edition
            .regions
            .iter()
            .map(|(code, name)| Turn {
                suffix: Some(code.clone()),
                period: None,
                names: vec![
                    ("region", code.clone()),
                    ("region_vi", name.vi.clone()),
                    ("region_en", name.en.clone()),
                ],
            })
            .collect(),
        None => {
            let period = raw.period.as_ref();
            let period = period.map(|p| {
                let filled = parameters.text(p.get_ref());
                filled.map_err(|e| Wrong::unknown(p.span().start, &e))
            });
            let period = period.transpose()?;
            vec![Turn {
                suffix: period.clone(),
                period,
                names: Vec::new(),
            }]
        }
    })
}

/// Resolves the columns of a definition: one a year or a region where it says so, those of a group turn by turn, names
/// written out, operands found.
pub(super) fn resolve(
    raw: &[RawColumn],
    edition: &Edition,
    parameters: &Parameters,
) -> Result<Vec<Column>, Wrong> {
    let mut columns: Vec<Column> = Vec::new();
    let mut place = 0;
    while let Some(first) = raw.get(place) {
        let size = match &first.group {
            None => 1,
            group => raw[place..]
                .iter()
                .take_while(|c| c.group == *group)
                .count(),
        };
        let group = &raw[place..place + size];
        place += size;
        let all = group
            .iter()
            .map(|column| turns(column, edition, parameters))
            .collect::<Result<Vec<_>, _>>()?;
        for i in 0..all.iter().map(Vec::len).max().unwrap_or(0) {
            for (column, turns) in group.iter().zip(&all) {
                let Some(turn) = turns.get(i) else { continue };
                let resolved = one(column, turn, &columns, parameters)?;
                if columns.iter().any(|c| c.head.id == resolved.head.id) {
                    let message = format!("the column `{}` stands twice", resolved.head.id);
                    return Err(Wrong::new(
                        column.id.span().start,
                        message,
                        "give one of the two another id",
                    ));
                }
                columns.push(resolved);
            }
        }
    }
    if columns.is_empty() {
        return Err(Wrong::new(0, "the table has no columns", "add [[columns]]"));
    }
    Ok(columns)
}

fn one(
    raw: &RawColumn,
    turn: &Turn,
    before: &[Column],
    parameters: &Parameters,
) -> Result<Column, Wrong> {
    let mut parameters = parameters.clone();
    for (name, value) in &turn.names {
        parameters.set(name, value);
    }
    let at_head = |e: Unknown| Wrong::unknown(raw.head.span().start, &e);
    let id = raw.id.get_ref();
    let content = content(raw, turn, before, &parameters)?;
    if raw.complete && matches!(content, Content::Compared(_)) {
        let message =
            format!("the column `{id}` is computed: it is printed only when complete in any case");
        return Err(Wrong::new(
            raw.id.span().start,
            message,
            "take `complete` out",
        ));
    }
    if matches!(content, Content::Compared(_)) && raw.decimals.is_none() {
        let message =
            format!("the column `{id}` is computed and does not say how many decimals it prints");
        return Err(Wrong::new(raw.id.span().start, message, "add `decimals`"));
    }
    if raw.decimals.is_some_and(|d| d > 6) {
        return Err(Wrong::new(
            raw.id.span().start,
            format!("the column `{id}` prints more than 6 decimals"),
            "the lake keeps 6",
        ));
    }
    Ok(Column {
        head: Head {
            id: match &turn.suffix {
                Some(suffix) => format!("{id}-{suffix}"),
                None => id.clone(),
            },
            head: parameters.both(raw.head.get_ref()).map_err(at_head)?,
            over: raw
                .over
                .as_ref()
                .map(|t| parameters.both(t))
                .transpose()
                .map_err(at_head)?,
            unit: raw.unit.clone(),
        },
        content,
        decimals: raw.decimals,
        complete: raw.complete,
    })
}

fn content(
    raw: &RawColumn,
    turn: &Turn,
    before: &[Column],
    parameters: &Parameters,
) -> Result<Content, Wrong> {
    let id = raw.id.get_ref();
    let needed = |field: &'static str, value: &Option<Spanned<String>>| {
        let value = value.as_ref().ok_or_else(|| {
            let message = format!("the column `{id}` is computed and does not say `{field}`");
            Wrong::new(raw.id.span().start, message, format!("add `{field}`"))
        })?;
        let name = parameters
            .text(value.get_ref())
            .map_err(|e| Wrong::unknown(value.span().start, &e))?;
        Ok::<_, Wrong>((name, value.span().start))
    };
    let position = |(name, offset): (String, usize)| {
        before
            .iter()
            .position(|c| c.head.id == name)
            .ok_or_else(|| {
                let known = before
                    .iter()
                    .map(|c| c.head.id.as_str())
                    .collect::<Vec<_>>()
                    .join(", ");
                Wrong::new(
                    offset,
                    format!("`{name}` is no column before `{id}`"),
                    format!("the columns before it: {known}"),
                )
            })
    };
    let operand = |field, value| needed(field, value).and_then(position);
    let comparison = match raw.kind {
        Kind::Value => {
            if let Some(extra) = [&raw.of, &raw.to, &raw.row].into_iter().flatten().next() {
                let message =
                    format!("the column `{id}` is the query's and is not computed from others");
                return Err(Wrong::new(
                    extra.span().start,
                    message,
                    "take the line out, or say which `kind` of comparison it is",
                ));
            }
            let region = turn.names.iter().find(|(name, _)| *name == "region");
            return Ok(Content::Delivered {
                id: region.map_or_else(|| id.clone(), |(_, code)| format!("{id}-{code}")),
                period: turn.period.clone(),
            });
        }
        Kind::Share => Comparison::Share {
            of: operand("of", &raw.of)?,
            row: needed("row", &raw.row)?.0,
        },
        Kind::Growth => Comparison::Growth {
            of: operand("of", &raw.of)?,
            to: operand("to", &raw.to)?,
        },
        Kind::Difference => Comparison::Difference {
            of: operand("of", &raw.of)?,
            to: operand("to", &raw.to)?,
        },
        Kind::Ratio => Comparison::Ratio {
            of: operand("of", &raw.of)?,
            to: operand("to", &raw.to)?,
        },
        Kind::Average => {
            let (name, offset) = needed("of", &raw.of)?;
            let of: Vec<usize> = before
                .iter()
                .enumerate()
                .filter(|(_, c)| matches!(&c.content, Content::Delivered { id, .. } if *id == name))
                .map(|(i, _)| i)
                .collect();
            if of.is_empty() {
                return Err(position((name, offset))
                    .err()
                    .unwrap_or_else(|| Wrong::new(offset, "no such column", "name a column")));
            }
            Comparison::Average { of }
        }
    };
    Ok(Content::Compared(comparison))
}
