//! Forms, folded and checked, ready to be matched against sheets.

use std::collections::{BTreeMap, BTreeSet};

use arrow::datatypes::DataType;
use regex::Regex;

use super::head::HeadPattern;
use super::period::RelativePeriod;
use super::raw::{Dimension, FieldKind, RawForm, Scenario, SenderKind};
use super::register::Register;
use crate::period::Frequency;
use crate::text::Members;

/// A form, ready to be matched against sheets.
#[derive(Debug, Clone)]
pub struct Form {
    /// Code of the form.
    pub code: String,
    /// Its code, folded.
    pub folded_code: String,
    /// Title in Vietnamese, folded.
    pub folded_title: String,
    /// Title in Vietnamese.
    pub title_vi: String,
    /// Title in English.
    pub title_en: String,
    /// How often it is due.
    pub frequencies: Vec<Frequency>,
    /// Who may send it.
    pub senders: Vec<SenderKind>,
    /// What its rows are.
    pub dimension: Dimension,
    /// The breakdown whose members the rows are.
    pub row_breakdown: Option<usize>,
    /// Folded heads of the label column.
    pub label_heads: Vec<String>,
    /// Folded heads of the other columns that describe rows.
    pub stub: Stub,
    /// Sections, folded.
    pub sections: Vec<Section>,
    /// Value columns.
    pub columns: Vec<ValueColumn>,
    /// Derived columns.
    pub comparisons: Vec<ComparisonColumn>,
    /// The rows it can have.
    pub rows: Vec<FormRow>,
    /// Folded labels of rows that sum up others and are none of the form's, such as the country and its regions where rows are
    /// units.
    pub sums: Vec<String>,
    /// Its fields, if it is a record list.
    pub records: Option<RecordShape>,
    /// Indicators that are totals of its records.
    pub totals: Vec<ListTotal>,
    /// The form as its file states it, with its words as they are printed.
    pub written: RawForm,
}

impl Form {
    /// Whether it has columns with personal data: then no text of its sheet is quoted anywhere.
    #[must_use]
    pub fn is_personal(&self) -> bool {
        let fields = self.records.iter().flat_map(|shape| &shape.fields);
        fields
            .into_iter()
            .any(|field| field.kind == FieldKind::Personal)
    }

    /// The indicator of a cell, and the members of breakdowns that it is of.
    #[must_use]
    pub fn figure<'f>(&self, row: &'f FormRow, column: &'f ValueColumn) -> (&'f str, Members) {
        let of_row = self.row_breakdown.map(|at| (at, &row.member));
        let of_column = column.members.iter().map(|(at, code)| (*at, code));
        let members = of_row.into_iter().chain(of_column);
        let members = members.fold(Members::total(), |all, (at, code)| all.with(at, code));
        (column.indicator.as_ref().unwrap_or(&row.member), members)
    }

    /// Whether a row has a cell in a value column.
    #[must_use]
    pub fn has_cell(&self, row: usize, column: usize) -> bool {
        !self.columns[column].without_rows.contains(&row)
    }

    /// Whether labels of its rows mean something only under the heading of their section.
    pub(in crate::extract) fn needs_headings(&self) -> bool {
        let again = |at: usize, row: &FormRow| {
            let mut earlier = self.rows[..at].iter();
            earlier.any(|other| {
                other.section != row.section && other.labels.iter().any(|l| row.labels.contains(l))
            })
        };
        let mut rows = self.rows.iter().enumerate();
        !self.sections.is_empty() && rows.any(|(at, row)| again(at, row))
    }

    /// The row that adds up all others; none if the form has none.
    pub(in crate::extract) fn total_row(&self) -> Option<usize> {
        let is_total = |row: &FormRow| row.code.is_none() && !row.parts.is_empty();
        let mut rows = (0..self.rows.len()).filter(|i| is_total(&self.rows[*i]));
        rows.next()
            .filter(|_| self.dimension == Dimension::Breakdown)
    }
}

/// Folded heads of the columns that describe rows, apart from their labels.
#[derive(Debug, Clone, Default)]
pub struct Stub {
    /// Running number.
    pub number: Vec<String>,
    /// Unit of measure.
    pub unit: Vec<String>,
    /// Row code.
    pub code: Vec<String>,
    /// Remarks.
    pub note: Vec<String>,
}

/// A heading row and the section it begins.
#[derive(Debug, Clone)]
pub struct Section {
    /// Section of the catalogue.
    pub id: String,
    /// Folded labels.
    pub labels: Vec<String>,
}

/// A value column.
#[derive(Debug, Clone)]
pub struct ValueColumn {
    /// Name within the form.
    pub id: String,
    /// How it is shown: the first head as written.
    pub title: String,
    /// The ways its head may be written.
    pub heads: Vec<HeadPattern>,
    /// The frequencies of the reports that have it; all if empty.
    pub frequencies: Vec<Frequency>,
    /// Scenario of its values.
    pub scenario: Scenario,
    /// Period of its values.
    pub period: RelativePeriod,
    /// Indicator of its values, where rows are not indicators.
    pub indicator: Option<String>,
    /// Index of the column that `@N-1` refers to.
    pub stands_on: Option<usize>,
    /// Members of breakdowns that its values are of: index of the breakdown and code.
    pub members: Vec<(usize, String)>,
    /// The rows that have no cell in it.
    pub without_rows: BTreeSet<usize>,
    /// Indices of the columns that it stands in place of.
    pub in_place_of: Vec<usize>,
    /// Whether parts of its values add up to the whole; a mean of parts does not.
    pub adds_up: bool,
}

/// A derived column: 100 × `of` / `to`.
#[derive(Debug, Clone)]
pub struct ComparisonColumn {
    /// The ways its head may be written.
    pub heads: Vec<HeadPattern>,
    /// The frequencies of the reports that have it; all if empty.
    pub frequencies: Vec<Frequency>,
    /// Index of the value column of the numerator.
    pub of: usize,
    /// Index of the value column of the denominator.
    pub to: usize,
}

/// A row that the form can have.
#[derive(Debug, Clone)]
pub struct FormRow {
    /// Indicator or member of a breakdown; `_T` for the row of totals and for every row that is a unit.
    pub member: String,
    /// Code in the form.
    pub code: Option<String>,
    /// Section it belongs to.
    pub section: Option<String>,
    /// Label as the catalogue writes it.
    pub label: String,
    /// Folded labels.
    pub labels: Vec<String>,
    /// Indices in `Form::rows` of the rows that add up to this one; empty if none do.
    pub parts: Vec<usize>,
    /// Whether parts of its values add up to the whole; a mean of parts does not.
    pub adds_up: bool,
    /// Where rows are units: the units of this name, at most one for each vintage.
    pub units: Vec<RowUnit>,
}

/// A unit that a row may stand for.
#[derive(Debug, Clone)]
pub struct RowUnit {
    /// Vintage of the geography.
    pub vintage: String,
    /// Code in that vintage.
    pub code: String,
    /// Its folded names.
    pub labels: Vec<String>,
}

/// The reference area of a row whose unit is not decided yet: vintages to the code of the unit in that vintage.
pub type UnitCodes = BTreeMap<String, String>;

/// A field of a record list, ready to be matched.
#[derive(Debug, Clone)]
pub struct RecordField {
    /// Column of the lake's table; for a field that is not kept, a name.
    pub column: String,
    /// How its head is printed.
    pub title: String,
    /// Folded heads.
    pub heads: Vec<String>,
    /// What its cells hold.
    pub kind: FieldKind,
    /// Unit of measure in which the lake keeps it.
    pub unit: Option<String>,
    /// The shape of its codes, if they are codes of digits.
    pub shape: Option<CodeShape>,
    /// Whether its cells hold words: a long number alone is then in the wrong place.
    pub letters: bool,
    /// What the folded text of its cells matches, if anything is known of it.
    pub matches: Option<Regex>,
    /// Whether its cells hold telephones.
    pub telephones: bool,
    /// Whether a list must have it.
    pub required: bool,
    /// Folded words to codes.
    pub codes: BTreeMap<String, String>,
}

/// The shape of a code of digits that is kept as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeShape {
    /// Number of its digits.
    pub digits: usize,
    /// Number of digits that may follow behind a hyphen.
    pub suffix: Option<usize>,
    /// Number of zeros with which it may begin, at most: a spreadsheet removes them.
    pub leading_zeros: usize,
}

impl CodeShape {
    /// The shape as findings write it: `10` or `10-3`.
    #[must_use]
    pub fn written(&self) -> String {
        match self.suffix {
            None => self.digits.to_string(),
            Some(suffix) => format!("{0} / {0}-{suffix}", self.digits),
        }
    }
}

/// The fields of a form that is a record list.
#[derive(Debug, Clone)]
pub struct RecordShape {
    /// The lake's table that keeps the records.
    pub table: String,
    /// The columns of that table that hold fields, those of other forms too, with their types.
    pub columns: Vec<(String, DataType)>,
    /// The fields.
    pub fields: Vec<RecordField>,
    /// Index of the field that names a record: a row without it is not a record.
    pub naming: usize,
    /// Indices of the fields that together identify a record.
    pub key: Vec<usize>,
    /// The register whose entries the records report on, if there is one.
    pub register: Option<RegisterField>,
}

/// The field of a record list that names an entry of a register.
#[derive(Debug, Clone)]
pub struct RegisterField {
    /// Its index.
    pub field: usize,
    /// Index of the field with the number of the entry.
    pub number: Option<usize>,
    /// Indices of the fields of which two records of one entry say the same.
    pub says: Vec<usize>,
    /// The field with the state of an entry, if that is judged.
    pub state: Option<StateField>,
    /// The entries.
    pub register: Register,
}

/// A total of the records of a list.
#[derive(Debug, Clone)]
pub struct ListTotal {
    /// The indicator.
    pub indicator: String,
    /// Its scenario.
    pub scenario: Scenario,
    /// The column whose values are added up; none if records are counted.
    pub sum_of: Option<String>,
    /// Which records count, as SQL over the columns of the list.
    pub condition: Option<String>,
    /// How it is broken down.
    pub by: Option<TotalBy>,
}

/// The codes by which a total is broken down.
#[derive(Debug, Clone)]
pub struct TotalBy {
    /// Index of the breakdown.
    pub breakdown: usize,
    /// The column with the codes.
    pub column: String,
    /// The members of the code list, each with its own code and those within it.
    pub members: Vec<(String, BTreeSet<String>)>,
}

/// The field with the state of an entry of a register.
#[derive(Debug, Clone)]
pub struct StateField {
    /// Its index.
    pub field: usize,
    /// Its codes for what is finished.
    pub finished: Vec<String>,
    /// Its codes for what is late.
    pub late: Vec<String>,
}

/// Whether a column limited to `frequencies` belongs to a report of this frequency.
#[must_use]
pub fn belongs(frequencies: &[Frequency], frequency: Frequency) -> bool {
    frequencies.is_empty() || frequencies.contains(&frequency)
}
