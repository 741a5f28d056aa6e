//! The columns of a table: those that a query delivers, and those computed from others in print.
//!
//! A comparison is declared in the definition, not written in SQL, so that the rule that decides whether it may be
//! printed exists once (`compare`) and holds for every table.

use serde::Deserialize;
use toml::Spanned;

use super::edition::Edition;
use super::fault::ErrorAt;
use super::parameters::{Parameters, Unknown};
use super::table::ColumnHead;
use crate::period::Period;
use crate::text::Bilingual;

/// A column as a definition states it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawTableColumn {
    pub(super) id: Spanned<String>,
    each: Option<Spanned<Each>>,
    last: Option<Spanned<usize>>,
    group: Option<String>,
    period: Option<Spanned<String>>,
    #[serde(default)]
    complete: bool,
    #[serde(default)]
    kind: FigureKind,
    of: Option<Spanned<String>>,
    to: Option<Spanned<String>>,
    row: Option<Spanned<String>>,
    head: Spanned<Bilingual>,
    over: Option<Bilingual>,
    unit: Option<Bilingual>,
    decimals: Option<u32>,
}

/// What a column is repeated for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Each {
    /// Each year of the edition, or the `last` of them.
    Year,
    /// Each period of the edition, or the `last` of them.
    Period,
    /// The country and each region of the edition.
    Region,
}

/// The kind of figures in a column.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum FigureKind {
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
    /// Mean of the columns of `of`, one for each year.
    Average,
}

/// A checked column.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PrintedColumn {
    pub(super) head: ColumnHead,
    pub(super) source: ColumnSource,
    /// Decimals printed, where the query does not state them.
    pub(super) decimals: Option<u32>,
    /// Whether a figure of the query is printed only when it is complete, as a comparison is.
    pub(super) complete: bool,
}

impl PrintedColumn {
    /// Whether it prints only complete figures.
    pub(super) fn wants_all(&self) -> bool {
        self.complete || matches!(self.source, ColumnSource::Compared(_))
    }
}

/// Where the cells of a column come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ColumnSource {
    /// The query, under this column id and period.
    Delivered { id: String, period: Option<String> },
    /// Other columns.
    Compared(ColumnComparison),
}

/// What is computed in print; `of` and `to` are positions of columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ColumnComparison {
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

/// One repetition of a column: for a year, for a region, or the only one.
struct Repetition {
    /// The end of the column's id.
    suffix: Option<String>,
    /// The period under which the query delivers it.
    period: Option<String>,
    /// Names that the texts of the column may use, and their values.
    names: Vec<(&'static str, String)>,
}

/// The repetitions of a column, in order.
fn repetitions(
    raw: &RawTableColumn,
    edition: &Edition,
    parameters: &Parameters,
) -> Result<Vec<Repetition>, ErrorAt> {
    let each = raw.each.as_ref().map(|each| *each.get_ref());
    if let Some(last) = raw
        .last
        .as_ref()
        .filter(|last| !matches!(each, Some(Each::Year | Each::Period)) || *last.get_ref() == 0)
    {
        let remedy = "`last` is a number of years or periods, beside `each = \"year\"` or `each = \"period\"`";
        return Err(ErrorAt::new(
            last.span().start,
            "`last` has no effect here",
            remedy,
        ));
    }
    if let (Some(period), Some(_)) = (&raw.period, each) {
        let message = "a repeated column has no `period` of its own";
        return Err(ErrorAt::new(
            period.span().start,
            message,
            "remove the line",
        ));
    }
    if let (Some(Each::Year), false, Some(written)) = (each, edition.is_of_years, &raw.each) {
        return Err(ErrorAt::new(
            written.span().start,
            "the edition has no years, but a period",
            "write each = \"period\"",
        ));
    }
    Ok(match each {
        Some(Each::Year | Each::Period) => {
            let all = edition.periods.len();
            let last = raw
                .last
                .as_ref()
                .map_or(all, |last| all.min(*last.get_ref()));
            let words = &edition.words.periods;
            let repetition = |period: &Period| {
                let in_words = words.words_of(*period);
                let names = match each {
                    Some(Each::Year) => vec![("year", period.to_string())],
                    _ => vec![
                        ("each", period.to_string()),
                        ("each_vi", in_words.vi),
                        ("each_en", in_words.en),
                    ],
                };
                Repetition {
                    suffix: Some(period.to_string()),
                    period: Some(period.to_string()),
                    names,
                }
            };
            let periods = edition.periods[all - last..].iter();
            periods.map(repetition).collect()
        }
        Some(Each::Region) => edition
            .regions
            .iter()
            .map(|(code, name)| Repetition {
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
                filled.map_err(|e| ErrorAt::unknown(p.span().start, &e))
            });
            let period = period.transpose()?;
            vec![Repetition {
                suffix: period.clone(),
                period,
                names: Vec::new(),
            }]
        }
    })
}

/// Resolves the columns of a definition. A column is repeated for each year or region if it says so, the columns of a
/// group together; names are written out and the columns of comparisons are found.
pub(super) fn resolve(
    raw: &[RawTableColumn],
    edition: &Edition,
    parameters: &Parameters,
) -> Result<Vec<PrintedColumn>, ErrorAt> {
    let mut columns: Vec<PrintedColumn> = Vec::new();
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
            .map(|column| repetitions(column, edition, parameters))
            .collect::<Result<Vec<_>, _>>()?;
        for i in 0..all.iter().map(Vec::len).max().unwrap_or(0) {
            for (column, repetitions) in group.iter().zip(&all) {
                let Some(repetition) = repetitions.get(i) else {
                    continue;
                };
                let resolved = resolve_one(column, repetition, &columns, parameters)?;
                if columns.iter().any(|c| c.head.id == resolved.head.id) {
                    return Err(ErrorAt::new(
                        column.id.span().start,
                        format!("the column `{}` is defined twice", resolved.head.id),
                        "give one of the two another id",
                    ));
                }
                columns.push(resolved);
            }
        }
    }
    if columns.is_empty() {
        return Err(ErrorAt::new(
            0,
            "the table has no columns",
            "add [[columns]]",
        ));
    }
    Ok(columns)
}

fn resolve_one(
    raw: &RawTableColumn,
    repetition: &Repetition,
    before: &[PrintedColumn],
    parameters: &Parameters,
) -> Result<PrintedColumn, ErrorAt> {
    let mut parameters = parameters.clone();
    for (name, value) in &repetition.names {
        parameters.set(name, value);
    }
    let at_head = |e: Unknown| ErrorAt::unknown(raw.head.span().start, &e);
    let at_id = |message: String, remedy| ErrorAt::new(raw.id.span().start, message, remedy);
    let id = raw.id.get_ref();
    let source = source(raw, repetition, before, &parameters)?;
    let is_computed = matches!(source, ColumnSource::Compared(_));
    if raw.complete && is_computed {
        let message = format!(
            "the column `{id}` is computed, so it is printed only when complete in any case"
        );
        return Err(at_id(message, "remove `complete`"));
    }
    if is_computed && raw.decimals.is_none() {
        let message =
            format!("the column `{id}` is computed and does not state how many decimals it prints");
        return Err(at_id(message, "add `decimals`"));
    }
    if raw.decimals.is_some_and(|d| d > 6) {
        let message = format!("the column `{id}` prints more than 6 decimals");
        return Err(at_id(message, "the lake keeps 6"));
    }
    Ok(PrintedColumn {
        head: ColumnHead {
            id: match &repetition.suffix {
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
        source,
        decimals: raw.decimals,
        complete: raw.complete,
    })
}

/// Where the cells of a column come from; `before` are the columns before it.
fn source(
    raw: &RawTableColumn,
    repetition: &Repetition,
    before: &[PrintedColumn],
    parameters: &Parameters,
) -> Result<ColumnSource, ErrorAt> {
    let operands = Operands {
        raw,
        before,
        parameters,
    };
    let comparison = match raw.kind {
        FigureKind::Value => return delivered(raw, repetition),
        FigureKind::Share => ColumnComparison::Share {
            of: operands.of()?,
            row: operands.needed("row", raw.row.as_ref())?.0,
        },
        FigureKind::Growth => ColumnComparison::Growth {
            of: operands.of()?,
            to: operands.other()?,
        },
        FigureKind::Difference => ColumnComparison::Difference {
            of: operands.of()?,
            to: operands.other()?,
        },
        FigureKind::Ratio => ColumnComparison::Ratio {
            of: operands.of()?,
            to: operands.other()?,
        },
        FigureKind::Average => ColumnComparison::Average {
            of: operands.all_of()?,
        },
    };
    Ok(ColumnSource::Compared(comparison))
}

/// The source of a column of the query.
fn delivered(raw: &RawTableColumn, repetition: &Repetition) -> Result<ColumnSource, ErrorAt> {
    let id = raw.id.get_ref();
    if let Some(extra) = [&raw.of, &raw.to, &raw.row].into_iter().flatten().next() {
        return Err(ErrorAt::new(
            extra.span().start,
            format!("the column `{id}` comes from the query and is not computed from others"),
            "remove the line, or state which `kind` of comparison it is",
        ));
    }
    let region = repetition.names.iter().find(|(name, _)| *name == "region");
    Ok(ColumnSource::Delivered {
        id: region.map_or_else(|| id.clone(), |(_, code)| format!("{id}-{code}")),
        period: repetition.period.clone(),
    })
}

/// Finds the columns that a computed column compares.
struct Operands<'a> {
    raw: &'a RawTableColumn,
    before: &'a [PrintedColumn],
    parameters: &'a Parameters,
}

impl Operands<'_> {
    fn of(&self) -> Result<usize, ErrorAt> {
        let (name, offset) = self.needed("of", self.raw.of.as_ref())?;
        self.position(&name, offset)
    }

    fn to(&self) -> Result<usize, ErrorAt> {
        let (name, offset) = self.needed("to", self.raw.to.as_ref())?;
        self.position(&name, offset)
    }

    /// The column `to`, which is not the column `of`.
    fn other(&self) -> Result<usize, ErrorAt> {
        let to = self.to()?;
        if to != self.of()? {
            return Ok(to);
        }
        let (name, offset) = self.needed("to", self.raw.to.as_ref())?;
        let id = self.raw.id.get_ref();
        let message = format!("the column `{id}` compares `{name}` with itself");
        Err(ErrorAt::new(offset, message, "name two different columns"))
    }

    /// The columns that the query delivers as `of`, one for each period.
    fn all_of(&self) -> Result<Vec<usize>, ErrorAt> {
        let (name, offset) = self.needed("of", self.raw.of.as_ref())?;
        let is_one = |c: &PrintedColumn| match &c.source {
            ColumnSource::Delivered { id, .. } => *id == name,
            ColumnSource::Compared(_) => false,
        };
        let columns = self.before.iter().enumerate();
        let found: Vec<usize> = columns.filter(|(_, c)| is_one(c)).map(|(i, _)| i).collect();
        if found.is_empty() {
            return Err(self.not_found(&name, offset));
        }
        Ok(found)
    }

    /// The value of a line that a comparison needs, names written out, and its offset.
    fn needed(
        &self,
        field: &'static str,
        value: Option<&Spanned<String>>,
    ) -> Result<(String, usize), ErrorAt> {
        let value = value.ok_or_else(|| {
            let id = &self.raw.id;
            let message = format!(
                "the column `{}` is computed and does not state `{field}`",
                id.get_ref()
            );
            ErrorAt::new(id.span().start, message, format!("add `{field}`"))
        })?;
        let offset = value.span().start;
        let name = self.parameters.text(value.get_ref());
        Ok((name.map_err(|e| ErrorAt::unknown(offset, &e))?, offset))
    }

    /// The position of the column with an id.
    fn position(&self, id: &str, offset: usize) -> Result<usize, ErrorAt> {
        let found = self.before.iter().position(|c| c.head.id == id);
        found.ok_or_else(|| self.not_found(id, offset))
    }

    fn not_found(&self, name: &str, offset: usize) -> ErrorAt {
        let known: Vec<&str> = self.before.iter().map(|c| c.head.id.as_str()).collect();
        ErrorAt::new(
            offset,
            format!(
                "`{name}` is not a column before `{}`",
                self.raw.id.get_ref()
            ),
            format!("the columns before it: {}", known.join(", ")),
        )
    }
}
