//! Forms as `forms/*.toml` states them.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::period::Frequency;

/// A form as its file states it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawForm {
    /// Code of the form, as `Biểu số` states it.
    pub form: String,
    /// Title in Vietnamese.
    pub title_vi: String,
    /// Title in English.
    pub title_en: String,
    /// How often it is due.
    pub frequencies: Vec<Frequency>,
    /// Who may send it; units of the territory, unless stated.
    #[serde(default = "territory")]
    pub senders: Vec<SenderKind>,
    /// What its rows are.
    pub rows: RawFormRows,
    /// Heads of the columns that describe the rows.
    #[serde(default)]
    pub stub: RawStub,
    /// Groups of rows under a heading row.
    #[serde(default)]
    pub sections: Vec<RawSection>,
    /// Value columns.
    #[serde(default)]
    pub columns: Vec<RawValueColumn>,
    /// Fields of a record list.
    #[serde(default)]
    pub fields: Vec<RawRecordField>,
    /// For a table of values: the list that stands below it or on another sheet, with `fields` and `totals`.
    pub list: Option<Spanned<RawList>>,
    /// Columns derived from two value columns.
    #[serde(default)]
    pub comparisons: Vec<RawComparisonColumn>,
    /// Indicators that are totals of the records of the list.
    #[serde(default)]
    pub totals: Vec<RawTotal>,
}

/// The list of a form that has a table of values too. See [`RawFormRows`].
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawList {
    /// The lake's table that keeps its records.
    pub table: Spanned<String>,
    /// The columns of that table that hold fields, in their order; that of the fields unless stated.
    #[serde(default)]
    pub columns: Vec<Spanned<String>>,
    /// The field that names a record.
    pub name: Spanned<String>,
    /// The fields that together identify a record.
    #[serde(default)]
    pub key: Vec<Spanned<String>>,
    /// Labels of the row of totals.
    #[serde(default)]
    pub total: Vec<String>,
}

impl RawForm {
    /// The list of a form that has a table of values too, as a form of its own with the same code.
    #[must_use]
    pub fn list_apart(&self) -> Option<Self> {
        let list = self.list.as_ref()?.get_ref();
        Some(Self {
            rows: RawFormRows {
                dimension: Spanned::new(list.table.span(), "record".to_owned()),
                head: Vec::new(),
                table: Some(list.table.clone()),
                columns: list.columns.clone(),
                name: Some(list.name.clone()),
                key: list.key.clone(),
                total: list.total.clone(),
                ..self.rows.clone()
            }
            .without_rows(),
            stub: RawStub::default(),
            sections: Vec::new(),
            columns: Vec::new(),
            comparisons: Vec::new(),
            list: None,
            ..self.clone()
        })
    }
}

impl RawFormRows {
    /// The same without what only a table of values states.
    fn without_rows(mut self) -> Self {
        self.codes.clear();
        self.also.clear();
        self.lines.clear();
        self
    }
}

fn territory() -> Vec<SenderKind> {
    vec![SenderKind::Territory]
}

/// A kind of senders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SenderKind {
    /// Units of the territory.
    Territory,
    /// Agencies: senders that are no territory.
    Agencies,
}

/// What the rows of a form are.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawFormRows {
    /// What the rows are: `indicator`, `unit`, `record`, or the id of a breakdown.
    pub dimension: Spanned<String>,
    /// Head of the column of row labels; a record list has fields instead.
    #[serde(default)]
    pub head: Vec<String>,
    /// For a record list: the lake's table that keeps its records.
    pub table: Option<Spanned<String>>,
    /// For a record list: the columns of that table that hold fields, in their order; that of the fields unless stated.
    #[serde(default)]
    pub columns: Vec<Spanned<String>>,
    /// For a record list: the field that names a record.
    pub name: Option<Spanned<String>>,
    /// For a record list: the fields that together identify a record.
    #[serde(default)]
    pub key: Vec<Spanned<String>>,
    /// Labels of the row of totals; where rows are units, of rows that sum up others.
    #[serde(default)]
    pub total: Vec<String>,
    /// The rows one by one, each an indicator, in place of those that have a row code.
    #[serde(default)]
    pub lines: Vec<RawLine>,
    /// Only these row codes (all when empty).
    #[serde(default)]
    pub codes: Vec<Spanned<String>>,
    /// Other ways to write the labels of rows, by the code of the row or of its member.
    #[serde(default)]
    pub also: BTreeMap<Spanned<String>, Vec<String>>,
}

impl RawFormRows {
    /// What a row is.
    #[must_use]
    pub fn kind(&self) -> Dimension {
        match self.dimension.get_ref().as_str() {
            "indicator" => Dimension::Indicator,
            "unit" => Dimension::Unit,
            "record" => Dimension::Record,
            _ => Dimension::Breakdown,
        }
    }
}

/// A row of a form, by the words of its own.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawLine {
    /// Its indicator.
    pub indicator: Spanned<String>,
    /// The section under whose heading it stands.
    pub section: Option<String>,
    /// Its label, as the form prints it.
    pub label: String,
    /// Other ways to write the label.
    #[serde(default)]
    pub also: Vec<String>,
}

/// Heads of the columns that describe the rows.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawStub {
    /// Running number.
    pub number: Vec<String>,
    /// Unit of measure of the row.
    pub unit: Vec<String>,
    /// Code of the row.
    pub code: Vec<String>,
    /// Remarks.
    pub note: Vec<String>,
}

/// A group of rows under a heading row.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawSection {
    /// Section of the indicator catalogue.
    pub id: String,
    /// Labels of the heading row.
    pub words: Vec<String>,
}

/// A value column, as the form's file states it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawValueColumn {
    /// Name within the form.
    pub id: Spanned<String>,
    /// Path of heads, from the top down.
    pub head: Vec<String>,
    /// Other paths that mean the same.
    #[serde(default)]
    pub also: Vec<Vec<String>>,
    /// Only in reports of these frequencies (all when empty).
    #[serde(default)]
    pub frequencies: Vec<Frequency>,
    /// `actual`, `plan` or `estimate`.
    pub scenario: Scenario,
    /// The period of the values, where N is the year of the report and P its period: `N`, `N-1`, `N+1`, `N-S1`, `P`, `2026` …
    pub period: Spanned<String>,
    /// The indicator, where rows are not indicators.
    pub indicator: Option<Spanned<String>>,
    /// The column that `@N-1` refers to in rules.
    pub stands_on: Option<Spanned<String>>,
    /// Breakdowns to the member whose values it has; those of the total where none is named.
    #[serde(default)]
    pub members: BTreeMap<Spanned<String>, Spanned<String>>,
    /// Only rows of these measures have a cell there (all when empty).
    #[serde(default)]
    pub measures: Vec<Spanned<String>>,
    /// The columns that it stands in place of, where a sheet has one column for several.
    #[serde(default)]
    pub in_place_of: Vec<Spanned<String>>,
}

/// A derived column (100 × `of` / `to`), as the form's file states it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawComparisonColumn {
    /// Path of heads, from the top down.
    pub head: Vec<String>,
    /// Other paths that mean the same.
    #[serde(default)]
    pub also: Vec<Vec<String>>,
    /// Only in reports of these frequencies (all when empty).
    #[serde(default)]
    pub frequencies: Vec<Frequency>,
    /// Column of the numerator.
    pub of: Spanned<String>,
    /// Column of the denominator.
    pub to: Spanned<String>,
}

/// A field of a record list, as the form's file states it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawRecordField {
    /// Column of the lake's table; for a field that is not kept, a name.
    pub column: Spanned<String>,
    /// The ways its head may be written; the first is the printed one. A field of a register has none.
    #[serde(default)]
    pub head: Vec<String>,
    /// What its cells hold.
    #[serde(rename = "type")]
    pub kind: FieldKind,
    /// Unit of measure in which the lake keeps it.
    pub unit: Option<Spanned<String>>,
    /// For a code of digits: how many it has. A spreadsheet removes leading zeros.
    pub digits: Option<usize>,
    /// For a code of digits: how many more may follow behind a hyphen.
    pub suffix: Option<usize>,
    /// For a code of digits: with how many zeros it may begin; all but the last digit, unless stated.
    pub leading_zeros: Option<usize>,
    /// For a text that is words: a long number alone, such as a telephone, does not belong here.
    #[serde(default)]
    pub letters: bool,
    /// For a text: what a folded cell must match, as a regular expression. Other cells are held back.
    pub matches: Option<Spanned<String>>,
    /// For a personal field: whether it holds telephones.
    #[serde(default)]
    pub telephones: bool,
    /// Whether a list without it is another form, unless the list names its form.
    #[serde(default)]
    pub required: bool,
    /// Codes of the lake to the words for them; for a flag, the codes are `true` and `false`.
    #[serde(default)]
    pub codes: BTreeMap<String, Vec<String>>,
    /// For a register: the file of its entries, without its suffix.
    pub register: Option<Spanned<String>>,
    /// For a register: the field with the number of an entry in its document.
    pub number: Option<Spanned<String>>,
    /// For a register: the field with the state of an entry.
    pub state: Option<Spanned<String>>,
    /// For a register: the codes of that field for what is finished.
    #[serde(default)]
    pub finished: Vec<Spanned<String>>,
    /// For a register: the codes of that field for what is late.
    #[serde(default)]
    pub late: Vec<Spanned<String>>,
    /// For a register: further words for documents that have entries.
    #[serde(default)]
    pub documents: BTreeMap<String, Vec<String>>,
    /// The code list whose codes and names are words for its codes.
    pub list: Option<Spanned<String>>,
}

/// A total of the records of a list, as the form's file states it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawTotal {
    /// The indicator. Its home form is this form.
    pub indicator: Spanned<String>,
    /// Its scenario; its period is that of the report.
    pub scenario: Scenario,
    /// `count`, or `sum(column)`.
    pub value: Spanned<String>,
    /// Which records count, as SQL over the columns of the list; all unless stated.
    #[serde(rename = "where")]
    pub condition: Option<Spanned<String>>,
    /// A breakdown to the column with its codes.
    #[serde(default)]
    pub by: BTreeMap<Spanned<String>, Spanned<String>>,
}

/// What a row of a form is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dimension {
    /// An indicator.
    Indicator,
    /// A member of a breakdown; the column states the indicator.
    Breakdown,
    /// A unit of the geography; the column states the indicator.
    Unit,
    /// A record of a list.
    Record,
}

/// What the cells of a field hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FieldKind {
    /// Text.
    Text,
    /// A code of a list.
    Code,
    /// A day, a month or a year.
    Date,
    /// The last day by which something is due, or a code for what has none.
    Deadline,
    /// The entry of a register that the record names by words and a number: it has no column of its own.
    Register,
    /// A whole number.
    Whole,
    /// A number.
    Decimal,
    /// Ticked or not.
    Flag,
    /// The running number of the row; not kept.
    Number,
    /// Personal data: counted, never kept.
    Personal,
}

impl FieldKind {
    /// Whether the lake has a column for it.
    #[must_use]
    pub fn is_kept(self) -> bool {
        !matches!(self, Self::Number | Self::Personal)
    }
}

/// Whether a value happened, is expected or is planned.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, serde::Serialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Scenario {
    /// It happened.
    Actual,
    /// It is expected of a period that is not over.
    Estimate,
    /// It is planned.
    Plan,
}

impl Scenario {
    /// The word in the tables.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Actual => "actual",
            Self::Estimate => "estimate",
            Self::Plan => "plan",
        }
    }
}
