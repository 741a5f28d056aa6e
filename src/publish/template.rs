//! Blank forms as workbooks: what to fill in is open and checked as it is typed, everything else is locked.

use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, DocProperties, ExcelDateTime, Format,
    FormatAlign, FormatBorder, Formula, IgnoreError, ProtectionOptions, Workbook, Worksheet,
    XlsxError,
};
use serde::Deserialize;

use super::correspondence::fill;

/// The words of blank forms.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateWords {
    /// Lines under the table: `{nil}`, `{not_collected}`, `{not_applicable}`, `{sending}`.
    pub instructions: Vec<String>,
    /// The line that says which values were filled in before.
    pub prefilled: String,
    /// Where and when it is signed.
    pub place_and_date: String,
    /// Foot of a page: `{form}`, `{page}`, `{pages}`.
    pub footer: String,
    /// Who signs, from the left.
    pub signatures: Vec<Signature>,
    /// What stands beside cells.
    pub input: InputWords,
}

/// Who signs a form.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// The office.
    pub title: String,
    /// How to sign.
    pub below: String,
}

/// What a person sees beside a cell, and on a value that is not taken.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputWords {
    /// On a whole number: `{unit}`.
    pub whole: String,
    /// On a number with decimals: `{decimals}`, `{unit}`.
    pub decimal: String,
    /// On the marks that may stand instead: `{symbols}`.
    pub symbols: String,
    /// On what was estimated of the same value: `{value}`.
    pub estimate: String,
    /// On the name of the reporter.
    pub reporter: String,
    /// Title of a refusal.
    pub wrong: String,
    /// A value that is no whole number: `{symbols}`.
    pub wrong_whole: String,
    /// A value that is doubtful: `{symbols}`.
    pub wrong_decimal: String,
}

/// A form, ready to be written.
#[derive(Debug, Clone)]
pub struct Template {
    /// Code of the form: the name of the sheet.
    pub code: String,
    /// Day that the document carries as that of its making.
    pub dated: Date,
    /// The line with the form's code.
    pub heading: String,
    /// Title and period.
    pub titles: Vec<String>,
    /// Statements under the title.
    pub statements: Vec<Statement>,
    /// Columns, from the left.
    pub columns: Vec<Column>,
    /// Rows of the body.
    pub rows: Vec<Row>,
    /// Lines under the table.
    pub notes: Vec<String>,
    /// Marks that a cell takes in place of a number.
    pub symbols: Vec<String>,
    /// The usual ones of them, as a person is told of them.
    pub shown_symbols: String,
}

/// A statement above the table: its words, and what it states.
#[derive(Debug, Clone)]
pub struct Statement {
    /// The words, with their colon.
    pub words: String,
    /// What is stated; blank where the sender fills it in.
    pub value: String,
    /// Whether the sender may change it.
    pub open: bool,
    /// What is said beside it.
    pub hint: Option<String>,
}

/// A column.
#[derive(Debug, Clone)]
pub struct Column {
    /// Heads, from the top down.
    pub heads: Vec<String>,
    /// What stands in it.
    pub kind: ColumnKind,
}

/// What stands in a column.
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
    /// 100 × one column of values over another, both by their place among [`Template::columns`].
    Comparison {
        /// Numerator.
        of: usize,
        /// Denominator.
        to: usize,
    },
    /// Remarks.
    Note,
}

/// A row of the body.
#[derive(Debug, Clone)]
pub struct Row {
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
    /// Values, in the order of the columns of values; none in the heading of a section.
    pub values: Vec<Value>,
}

/// A value to be filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// Unit of measure.
    pub unit: String,
    /// Decimals; 0 takes whole numbers only.
    pub decimals: u32,
    /// What is known already.
    pub known: Option<Decimal>,
    /// What was estimated, as text.
    pub estimated: Option<String>,
}

const FONT: &str = "Times New Roman";
/// The background of what is locked.
const LOCKED: Color = Color::RGB(0xF2_F2_F2);
const HEAD: Color = Color::RGB(0xE3_EC_F1);
const RULE: Color = Color::RGB(0x8C_8C_8C);
/// The colour of values that were filled in before.
const KNOWN: Color = Color::RGB(0x1F_4E_9E);

fn text(size: f64) -> Format {
    Format::new().set_font_name(FONT).set_font_size(size)
}

fn framed(size: f64) -> Format {
    text(size)
        .set_border(FormatBorder::Thin)
        .set_border_color(RULE)
        .set_align(FormatAlign::VerticalCenter)
}

/// The workbook of a form: the same form gives the same bytes.
///
/// # Errors
/// When the form does not fit a sheet.
pub fn workbook(template: &Template, words: &TemplateWords) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let dated = template.dated;
    let created = ExcelDateTime::from_ymd(
        u16::try_from(dated.year()).unwrap_or(1900),
        dated.month().unsigned_abs(),
        dated.day().unsigned_abs(),
    )?;
    book.set_properties(
        &DocProperties::new()
            .set_title(template.titles.join(" – "))
            .set_author(concat!("tonghop ", env!("CARGO_PKG_VERSION")))
            .set_creation_datetime(&created),
    );
    let sheet = book.add_worksheet();
    sheet.set_name(&template.code)?;
    // A comparison of what is blank is blank.
    sheet.set_formula_result_default("");
    Writer {
        sheet,
        template,
        words,
        first: first_value(template),
        last: column_number(template.columns.len().saturating_sub(1)),
    }
    .write()?;
    book.save_to_buffer()
}

fn column_number(index: usize) -> u16 {
    u16::try_from(index).unwrap_or(u16::MAX)
}

/// The first column that is no stub.
fn first_value(template: &Template) -> u16 {
    let at = template
        .columns
        .iter()
        .position(|c| matches!(c.kind, ColumnKind::Value | ColumnKind::Comparison { .. }));
    column_number(at.unwrap_or(0))
}

struct Writer<'a> {
    sheet: &'a mut Worksheet,
    template: &'a Template,
    words: &'a TemplateWords,
    first: u16,
    last: u16,
}

impl Writer<'_> {
    fn write(mut self) -> Result<(), XlsxError> {
        for (i, column) in self.template.columns.iter().enumerate() {
            self.sheet
                .set_column_width(column_number(i), width(column, self.template))?;
        }
        let heads = self.above()?;
        let body = self.heads(heads)?;
        let mut row = body;
        for line in &self.template.rows {
            self.body_row(row, line)?;
            row += 1;
        }
        self.validations(body)?;
        let end = self.under(row + 1)?;
        self.page(heads, body, end)
    }

    /// A text over several columns.
    fn across(
        &mut self,
        row: u32,
        from: u16,
        to: u16,
        said: &str,
        format: &Format,
    ) -> Result<(), XlsxError> {
        if from < to {
            self.sheet.merge_range(row, from, row, to, said, format)?;
        } else {
            self.sheet.write_with_format(row, from, said, format)?;
        }
        Ok(())
    }

    /// What stands above the table; gives the first row of the heads.
    fn above(&mut self) -> Result<u32, XlsxError> {
        let template = self.template;
        let last = self.last;
        self.across(0, 0, last, &template.heading, &text(11.0).set_bold())?;
        let mut row = 1;
        for (i, title) in template.titles.iter().enumerate() {
            let format = text(if i == 0 { 14.0 } else { 13.0 })
                .set_bold()
                .set_text_wrap()
                .set_align(FormatAlign::Center)
                .set_align(FormatAlign::VerticalCenter);
            self.across(row, 0, last, title, &format)?;
            self.sheet.set_row_height(row, 22.0)?;
            row += 1;
        }
        // The words end where the label column does, so that what they state has room beside them.
        let words_end = template
            .columns
            .iter()
            .position(|c| c.kind == ColumnKind::Label)
            .map_or(0, column_number);
        let (from, to) = (words_end + 1, (words_end + 5).min(last));
        for statement in &template.statements {
            let words = text(11.0).set_align(FormatAlign::Right);
            self.across(row, 0, words_end, &statement.words, &words)?;
            let mut format = text(11.0)
                .set_bold()
                .set_align(FormatAlign::Left)
                .set_indent(1);
            if statement.open {
                format = format
                    .set_unlocked()
                    .set_border_bottom(FormatBorder::Dotted);
            }
            self.across(row, from, to, &statement.value, &format)?;
            if let Some(hint) = &statement.hint {
                let validation = DataValidation::new()
                    .allow_any_value()
                    .set_input_message(short(hint, 255))?;
                self.sheet
                    .add_data_validation(row, from, row, from, &validation)?;
            }
            row += 1;
        }
        Ok(row + 1)
    }

    /// The heads, and under them the numbers of the columns; gives the first row of the body.
    fn heads(&mut self, top: u32) -> Result<u32, XlsxError> {
        let template = self.template;
        let format = framed(11.0)
            .set_bold()
            .set_text_wrap()
            .set_align(FormatAlign::Center)
            .set_background_color(HEAD);
        let columns = &template.columns;
        let depth = columns.iter().map(|c| c.heads.len()).max().unwrap_or(1);
        for level in 0..depth {
            let row = top + level as u32;
            let mut i = 0;
            while i < columns.len() {
                let heads = &columns[i].heads;
                let Some(said) = heads.get(level) else {
                    i += 1;
                    continue;
                };
                let lowest = level + 1 == heads.len();
                let same = |other: &Column| {
                    !lowest
                        && other.heads.len() > level + 1
                        && other.heads[..=level] == heads[..=level]
                };
                let width = 1 + columns[i + 1..].iter().take_while(|c| same(c)).count();
                let bottom = if lowest { top + depth as u32 - 1 } else { row };
                let (from, to) = (column_number(i), column_number(i + width - 1));
                if bottom > row || to > from {
                    self.sheet
                        .merge_range(row, from, bottom, to, said, &format)?;
                } else {
                    self.sheet.write_with_format(row, from, said, &format)?;
                }
                i += width;
            }
        }
        let lowest = top + depth as u32 - 1;
        self.sheet
            .set_row_height(lowest, if depth == 1 { 48.0 } else { 50.0 })?;
        let format = framed(9.0)
            .set_italic()
            .set_align(FormatAlign::Center)
            .set_background_color(LOCKED);
        for (i, mark) in column_marks(columns).iter().enumerate() {
            self.sheet
                .write_with_format(lowest + 1, column_number(i), mark, &format)?;
        }
        Ok(lowest + 2)
    }

    fn body_row(&mut self, row: u32, line: &Row) -> Result<(), XlsxError> {
        let template = self.template;
        let section = line.level.is_none();
        let locked = || {
            let format = framed(11.0).set_background_color(LOCKED);
            if section || line.level == Some(0) {
                format.set_bold()
            } else {
                format
            }
        };
        let mut values = line.values.iter();
        for (i, column) in template.columns.iter().enumerate() {
            let at = column_number(i);
            match &column.kind {
                ColumnKind::Number => {
                    let format = locked().set_align(FormatAlign::Center);
                    self.sheet
                        .write_with_format(row, at, &line.number, &format)?;
                }
                ColumnKind::Label => {
                    let format = locked().set_text_wrap().set_indent(line.level.unwrap_or(0));
                    self.sheet
                        .write_with_format(row, at, &line.label, &format)?;
                }
                ColumnKind::Unit | ColumnKind::Code => {
                    let said = if column.kind == ColumnKind::Unit {
                        &line.unit
                    } else {
                        &line.code
                    };
                    let format = framed(11.0)
                        .set_background_color(LOCKED)
                        .set_align(FormatAlign::Center);
                    self.sheet.write_with_format(row, at, said, &format)?;
                }
                _ if section => {
                    self.sheet.write_blank(row, at, &locked())?;
                }
                ColumnKind::Value => {
                    if let Some(value) = values.next() {
                        self.value(row, at, value)?;
                    }
                }
                ColumnKind::Comparison { of, to } => {
                    self.comparison(row, at, line, *of, *to)?;
                }
                ColumnKind::Note => {
                    let format = framed(10.0).set_text_wrap().set_unlocked();
                    self.sheet.write_blank(row, at, &format)?;
                }
            }
        }
        Ok(())
    }

    fn value(&mut self, row: u32, at: u16, value: &Value) -> Result<(), XlsxError> {
        let format = framed(11.0)
            .set_num_format(number_format(value.decimals))
            .set_align(FormatAlign::Right)
            .set_unlocked();
        match value.known.and_then(|known| known.to_f64()) {
            Some(known) => {
                let format = format.set_font_color(KNOWN);
                self.sheet
                    .write_number_with_format(row, at, known, &format)?;
            }
            None => {
                self.sheet.write_blank(row, at, &format)?;
            }
        }
        Ok(())
    }

    fn comparison(
        &mut self,
        row: u32,
        at: u16,
        line: &Row,
        of: usize,
        to: usize,
    ) -> Result<(), XlsxError> {
        let (above, below) = (
            cell_name(row, column_number(of)),
            cell_name(row, column_number(to)),
        );
        let known = |column: usize| {
            let n = self.template.columns[..column]
                .iter()
                .filter(|c| c.kind == ColumnKind::Value)
                .count();
            line.values.get(n).and_then(|v| v.known)
        };
        let result = known(of)
            .zip(known(to))
            .and_then(|(of, to)| (of * Decimal::ONE_HUNDRED).checked_div(to))
            .map(|percent| percent.to_string())
            .unwrap_or_default();
        let formula = Formula::new(format!(
            "=IF(AND(ISNUMBER({above}),ISNUMBER({below})),IF({below}<>0,100*{above}/{below},\"\"),\"\")"
        ))
        .set_result(result);
        let format = framed(11.0)
            .set_num_format("0.0")
            .set_align(FormatAlign::Right)
            .set_background_color(LOCKED);
        self.sheet
            .write_formula_with_format(row, at, formula, &format)?;
        Ok(())
    }

    /// Checks and hints for what is typed: one for each stretch of equal cells in a column.
    fn validations(&mut self, body: u32) -> Result<(), XlsxError> {
        let template = self.template;
        let columns: Vec<u16> = template
            .columns
            .iter()
            .enumerate()
            .filter(|(_, c)| c.kind == ColumnKind::Value)
            .map(|(i, _)| column_number(i))
            .collect();
        for (n, column) in columns.into_iter().enumerate() {
            let mut i = 0;
            while i < template.rows.len() {
                let Some(value) = template.rows[i].values.get(n) else {
                    i += 1;
                    continue;
                };
                let alike = |row: &Row| {
                    row.values.get(n).is_some_and(|v| {
                        (&v.unit, v.decimals, &v.estimated)
                            == (&value.unit, value.decimals, &value.estimated)
                    })
                };
                let length = template.rows[i..].iter().take_while(|r| alike(r)).count();
                let (from, to) = (body + i as u32, body + (i + length) as u32 - 1);
                let validation = self.validation(value, &cell_name(from, column))?;
                self.sheet
                    .add_data_validation(from, column, to, column, &validation)?;
                i += length;
            }
        }
        Ok(())
    }

    fn validation(&self, value: &Value, cell: &str) -> Result<DataValidation, XlsxError> {
        let input = &self.words.input;
        let symbols = &self.template.symbols;
        let marks: Vec<String> = symbols
            .iter()
            .map(|s| format!("{cell}=\"{}\"", s.replace('"', "\"\"")))
            .collect();
        let whole = value.decimals == 0;
        let number = if whole {
            format!("AND({cell}>=0,{cell}=INT({cell}))")
        } else {
            format!("{cell}>=0")
        };
        let formula = format!("=IF(ISNUMBER({cell}),{number},OR({}))", marks.join(","));
        let decimals = value.decimals.to_string();
        let places = [
            ("unit", value.unit.as_str()),
            ("decimals", decimals.as_str()),
            ("symbols", self.template.shown_symbols.as_str()),
        ];
        let mut hint = vec![
            fill(if whole { &input.whole } else { &input.decimal }, &places),
            fill(&input.symbols, &places),
        ];
        if let Some(estimated) = &value.estimated {
            hint.insert(0, fill(&input.estimate, &[("value", estimated)]));
        }
        // What counts is never negative; what is reckoned in money may be, so there a person decides.
        let (style, wrong) = if whole {
            (DataValidationErrorStyle::Stop, &input.wrong_whole)
        } else {
            (DataValidationErrorStyle::Warning, &input.wrong_decimal)
        };
        DataValidation::new()
            .allow_custom(Formula::new(formula))
            .set_error_style(style)
            .set_error_title(short(&input.wrong, 32))?
            .set_error_message(short(&fill(wrong, &places), 255))?
            .set_input_message(short(&hint.join("\n"), 255))
    }

    /// What stands under the table; gives the last row.
    fn under(&mut self, from: u32) -> Result<u32, XlsxError> {
        let template = self.template;
        let label = template
            .columns
            .iter()
            .position(|c| c.kind == ColumnKind::Label)
            .map_or(0, column_number);
        let mut row = from;
        let room: f64 = template.columns[usize::from(label)..]
            .iter()
            .map(|c| width(c, template))
            .sum();
        for note in &template.notes {
            let format = text(10.0)
                .set_italic()
                .set_text_wrap()
                .set_align(FormatAlign::Top);
            self.across(row, label, self.last, note, &format)?;
            let length = f64::from(u32::try_from(note.chars().count()).unwrap_or(u32::MAX));
            self.sheet
                .set_row_height(row, (length / (room * 1.1)).ceil().max(1.0) * 13.5 + 1.5)?;
            row += 1;
        }
        row += 1;
        let centred = |format: Format| format.set_align(FormatAlign::Center).set_unlocked();
        // The last signature stands under place and date, on the right.
        let right = self.first.max(self.last.saturating_sub(4));
        self.across(
            row,
            right,
            self.last,
            &self.words.place_and_date,
            &centred(text(11.0).set_italic()),
        )?;
        let signatures = &self.words.signatures;
        for (i, signature) in signatures.iter().enumerate() {
            let (from, to) = if i + 1 == signatures.len() {
                (right, self.last)
            } else {
                let at = label + column_number(i);
                (at, at)
            };
            self.across(
                row + 1,
                from,
                to,
                &signature.title,
                &centred(text(11.0).set_bold()),
            )?;
            self.across(
                row + 2,
                from,
                to,
                &signature.below,
                &centred(text(10.0).set_italic()),
            )?;
        }
        Ok(row + 6)
    }

    fn page(&mut self, heads: u32, body: u32, end: u32) -> Result<(), XlsxError> {
        let footer = fill(
            &self.words.footer,
            &[
                ("form", self.template.code.as_str()),
                ("page", "&P"),
                ("pages", "&N"),
            ],
        );
        self.sheet
            .set_paper_size(9)
            .set_landscape()
            .set_print_fit_to_pages(1, 0)
            .set_print_center_horizontally(true)
            .set_margins(0.5, 0.5, 0.6, 0.6, 0.3, 0.3)
            .set_screen_gridlines(false)
            .set_footer(format!("&R&\"{FONT},Italic\"&9{footer}"));
        self.sheet.set_repeat_rows(heads, body - 1)?;
        self.sheet.set_print_area(0, 0, end, self.last)?;
        self.sheet.set_freeze_panes(body, self.first)?;
        self.sheet
            .ignore_error_range(0, 0, end, self.last, IgnoreError::NumberStoredAsText)?;
        self.sheet.protect_with_options(&ProtectionOptions {
            format_columns: true,
            format_rows: true,
            ..ProtectionOptions::default()
        });
        Ok(())
    }
}

fn number_format(decimals: u32) -> String {
    if decimals == 0 {
        "#,##0".to_owned()
    } else {
        format!("#,##0.{}", "0".repeat(decimals as usize))
    }
}

/// A text of at most so many characters: a dialogue takes no more.
fn short(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

fn cell_name(row: u32, column: u16) -> String {
    crate::read::Address::new(row, u32::from(column)).to_string()
}

/// What stands under the heads: letters for what describes rows, numbers for values, and what a comparison is made of.
fn column_marks(columns: &[Column]) -> Vec<String> {
    let mut letters = (b'A'..=b'Z').map(|letter| char::from(letter).to_string());
    let figures = |column: &Column| {
        matches!(
            column.kind,
            ColumnKind::Value | ColumnKind::Comparison { .. }
        )
    };
    let number = |at: usize| columns[..=at].iter().filter(|c| figures(c)).count();
    columns
        .iter()
        .enumerate()
        .map(|(i, column)| match column.kind {
            ColumnKind::Value => number(i).to_string(),
            ColumnKind::Comparison { of, to } => {
                format!("{}={}/{}", number(i), number(of), number(to))
            }
            _ => letters.next().unwrap_or_default(),
        })
        .collect()
}

/// The width of a column, in characters.
fn width(column: &Column, template: &Template) -> f64 {
    match column.kind {
        ColumnKind::Number => 6.0,
        ColumnKind::Label => {
            let longest = template
                .rows
                .iter()
                .map(|r| r.label.chars().count() + 3 * usize::from(r.level.unwrap_or(0)))
                .max()
                .unwrap_or(0);
            f64::from(u32::try_from(longest).unwrap_or(u32::MAX)).clamp(24.0, 50.0)
        }
        ColumnKind::Unit => 14.0,
        ColumnKind::Code => 8.0,
        ColumnKind::Value => 15.0,
        ColumnKind::Comparison { .. } => 13.0,
        ColumnKind::Note => 16.0,
    }
}
