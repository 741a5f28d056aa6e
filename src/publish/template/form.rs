//! A blank form as a value: everything that its sheet shows.

use jiff::civil::Date;
use rust_decimal::Decimal;

/// A blank form, ready to be written.
#[derive(Debug, Clone)]
pub struct Template {
    /// Code of the form.
    pub code: String,
    /// Name of the sheet.
    pub sheet: String,
    /// Whether somebody fills it in: then cells are checked while typing.
    pub is_blank: bool,
    /// Creation date of the document.
    pub dated: Date,
    /// The line with the form's code.
    pub heading: String,
    /// Title and period.
    pub titles: Vec<String>,
    /// Statements below the title.
    pub statements: Vec<TemplateStatement>,
    /// Columns, from the left.
    pub columns: Vec<TemplateColumn>,
    /// Rows of the body.
    pub rows: Vec<TemplateRow>,
    /// The body of a list of records, in place of rows.
    pub list: Option<TemplateList>,
    /// Lines below the table.
    pub notes: Vec<String>,
    /// Symbols that a cell accepts instead of a number.
    pub symbols: Vec<String>,
    /// The usual symbols, as the hints list them.
    pub shown_symbols: String,
}

impl Template {
    /// The last column.
    pub(super) fn last_column(&self) -> u16 {
        column_number(self.columns.len().saturating_sub(1))
    }

    /// The first column of values or comparisons.
    pub(super) fn first_value_column(&self) -> u16 {
        if self.list.is_some() {
            return self.label_column() + 1;
        }
        let at = self
            .columns
            .iter()
            .position(|c| matches!(c.kind, ColumnKind::Value | ColumnKind::Comparison { .. }));
        column_number(at.unwrap_or(0))
    }

    /// The column of row labels.
    pub(super) fn label_column(&self) -> u16 {
        let at = self
            .columns
            .iter()
            .position(|c| c.kind == ColumnKind::Label);
        at.map_or(0, column_number)
    }
}

/// A column as the writer of workbooks numbers it.
pub(super) fn column_number(index: usize) -> u16 {
    u16::try_from(index).unwrap_or(u16::MAX)
}

/// A statement above the table, such as the reporter.
#[derive(Debug, Clone)]
pub struct TemplateStatement {
    /// The words before the value, with their colon.
    pub words: String,
    /// The value; blank where the sender fills it in.
    pub value: String,
    /// Whether the sender may change it.
    pub open: bool,
    /// A hint beside it.
    pub hint: Option<String>,
}

/// A column of a blank form.
#[derive(Debug, Clone)]
pub struct TemplateColumn {
    /// Heads, from the top.
    pub heads: Vec<String>,
    /// The kind of its content.
    pub kind: ColumnKind,
}

/// The kind of a column of a blank form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnKind {
    /// Running number.
    Number,
    /// Label of the row.
    Label,
    /// Unit of measure.
    Unit,
    /// Code of the row.
    Code,
    /// A value.
    Value,
    /// 100 × one column of values over another, both by their position in [`Template::columns`].
    Comparison {
        /// The column of the numerator.
        numerator: usize,
        /// The column of the denominator.
        denominator: usize,
    },
    /// Remarks.
    Note,
    /// A field of a list, by its position in [`TemplateList::fields`].
    Field(usize),
}

/// A row of a blank form.
#[derive(Debug, Clone)]
pub struct TemplateRow {
    /// Running number.
    pub number: String,
    /// Label.
    pub label: String,
    /// Depth, from 0; none for the heading of a section.
    pub level: Option<u8>,
    /// Unit of measure.
    pub unit: String,
    /// Code.
    pub code: String,
    /// Values, in the order of the columns of values; empty in the heading of a section.
    pub values: Vec<TemplateValue>,
    /// What the column of remarks says.
    pub note: String,
}

/// A value to fill in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateValue {
    /// Whether the form has a cell there; else it stays shut.
    pub exists: bool,
    /// Unit of measure.
    pub unit: String,
    /// Decimals; 0 accepts whole numbers only.
    pub decimals: u32,
    /// The value, if it is known already.
    pub known: Option<Decimal>,
    /// Whether a part is missing in it.
    pub is_partial: bool,
    /// The earlier estimate, as text.
    pub estimated: Option<String>,
}

/// The body of a list of records: rows to fill in.
#[derive(Debug, Clone)]
pub struct TemplateList {
    /// The fields, in the order of the columns.
    pub fields: Vec<TemplateField>,
    /// The rows that are there already, a text for each column; a row with one text is a heading.
    pub known: Vec<Vec<String>>,
    /// Number of blank rows behind them.
    pub blank: u32,
}

/// A field of a list.
#[derive(Debug, Clone)]
pub struct TemplateField {
    /// What its cells hold.
    pub kind: FieldCells,
    /// Width of its column, in characters.
    pub width: f64,
    /// What a person sees beside its cells.
    pub hint: String,
}

/// What the cells of a field hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldCells {
    /// The running number of the row.
    Number,
    /// Anything, kept as it was typed: words, codes of digits, days.
    Text,
    /// One of a few words.
    Choice(Vec<String>),
    /// A whole number; with thousands, unless it is a year or the like.
    Whole {
        /// Whether thousands are grouped.
        grouped: bool,
    },
    /// A number.
    Decimal,
}
