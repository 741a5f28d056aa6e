//! Changes of a workbook that nobody sees who opens it.

use proptest::prelude::*;
use proptest::sample::select;

use super::draft::{Draft, Form};
use crate::corpus::files::grid;

/// A change that nobody sees.
#[derive(Debug, Clone)]
pub(super) enum Unseen {
    /// The workbook is only saved in the format of the case.
    Saved,
    Moved(usize, usize),
    InlineStrings,
    NoReferences,
    Dimension(&'static str),
    PartRenamed,
    AttributesTurned,
    /// White space, or character data, around every number of the sheet.
    NumbersWrapped(bool),
    Utf16,
    Fonts,
    /// A format that shows the same number.
    SameNumber(&'static str),
    /// Row and letter at which a label is cut into two runs.
    Runs(usize, usize),
    RowHidden(usize),
    ColumnHidden(usize),
    Decomposed,
    /// A mark without width in the first text of a row, or behind a number that is typed as text.
    NoWidth(usize, usize, char),
    AsText(usize),
    TextsCut(usize, Option<&'static str>),
    OddRecords(u16),
}

/// All kinds of changes.
pub(super) fn unseen() -> Vec<(&'static str, BoxedStrategy<Unseen>)> {
    let marks = select(vec!['\u{200b}', '\u{feff}', '\u{200e}', '\u{2060}']);
    let gaps = select(vec![None, Some("within"), Some("between")]);
    let formats = vec!["#,##0.0", "0.00", "#,##0.##", "0.0_);(0.0)", "[Red]0.0"];
    vec![
        ("saved in another format", Just(Unseen::Saved).boxed()),
        (
            "moved",
            (0_usize..9, 0_usize..5)
                .prop_map(|(rows, columns)| Unseen::Moved(rows, columns))
                .boxed(),
        ),
        ("texts in cells", Just(Unseen::InlineStrings).boxed()),
        ("no references", Just(Unseen::NoReferences).boxed()),
        (
            "a dimension",
            select(vec!["", "A1", "1:4", "A:B", "Z99:AA100"])
                .prop_map(Unseen::Dimension)
                .boxed(),
        ),
        ("a part renamed", Just(Unseen::PartRenamed).boxed()),
        ("attributes turned", Just(Unseen::AttributesTurned).boxed()),
        (
            "numbers wrapped",
            any::<bool>().prop_map(Unseen::NumbersWrapped).boxed(),
        ),
        ("UTF-16", Just(Unseen::Utf16).boxed()),
        ("fonts", Just(Unseen::Fonts).boxed()),
        (
            "a format of the same number",
            select(formats).prop_map(Unseen::SameNumber).boxed(),
        ),
        (
            "a label in two runs",
            (0_usize..9, 1_usize..20)
                .prop_map(|(row, at)| Unseen::Runs(row, at))
                .boxed(),
        ),
        (
            "a row hidden",
            (0_usize..20).prop_map(Unseen::RowHidden).boxed(),
        ),
        (
            "a column hidden",
            (0_usize..20).prop_map(Unseen::ColumnHidden).boxed(),
        ),
        ("decomposed letters", Just(Unseen::Decomposed).boxed()),
        (
            "marks without width",
            (0_usize..20, 0_usize..20, marks)
                .prop_map(|(row, at, mark)| Unseen::NoWidth(row, at, mark))
                .boxed(),
        ),
        (
            "a number as text",
            (0_usize..20).prop_map(Unseen::AsText).boxed(),
        ),
        (
            "shared texts cut",
            (40_usize..200, gaps)
                .prop_map(|(after, empty)| Unseen::TextsCut(after, empty))
                .boxed(),
        ),
        (
            "odd records",
            select(vec![0, 10_029, 0x8001, 1258])
                .prop_map(Unseen::OddRecords)
                .boxed(),
        ),
    ]
}

/// The part of the first sheet.
pub(super) const PART: &str = "xl/worksheets/sheet1.xml";

impl Unseen {
    pub(super) fn change(&self, form: &Form, draft: &mut Draft) {
        let is = |formats: &[&str]| formats.contains(&draft.format);
        let areas = |draft: &Draft| {
            let first = draft.address(form.cell(0));
            format!("{first}:{}", draft.address(form.cell(form.cells() - 1)))
        };
        match self {
            Self::Saved => {}
            Self::Moved(rows, columns) => {
                draft.moved = (*rows, *columns);
            }
            Self::InlineStrings => draft.workbook.push("inline_strings = true".to_owned()),
            Self::NoReferences => draft.workbook.push("no_references = true".to_owned()),
            Self::Dimension(of) if is(&["xlsx"]) => {
                let new = format!("<dimension ref=\"{of}\"/><sheetData>");
                draft.patch(&[(PART, "<sheetData>", &new)]);
            }
            Self::PartRenamed if is(&["xlsx", "xlsb"]) => {
                let ending = if draft.format == "xlsx" { "xml" } else { "bin" };
                let (old, new) = (
                    format!("worksheets/sheet1.{ending}"),
                    format!("worksheets/bieu mau.{ending}"),
                );
                let book = format!("xl/_rels/workbook.{ending}.rels");
                draft.patch(&[(&book, &old, &new), ("[Content_Types].xml", &old, &new)]);
                draft
                    .flaws
                    .push(format!("rename = {{ \"xl/{old}\" = \"xl/{new}\" }}"));
            }
            Self::AttributesTurned if is(&["xlsx"]) => {
                let cell = draft.address((0, 0));
                draft.patch(&[
                    (
                        "xl/workbook.xml",
                        "name=\"KTTT\" sheetId=\"1\" r:id=\"rId1\"",
                        "r:id='rId1' sheetId='1' name='KTTT'",
                    ),
                    (
                        PART,
                        &format!("<c r=\"{cell}\" t=\"s\">"),
                        &format!("<c t='s' r='{cell}' >"),
                    ),
                ]);
            }
            Self::NumbersWrapped(as_data) if is(&["xlsx"]) => {
                let (old, new) = match as_data {
                    true => (("<v>", "</v>"), ("<v><![CDATA[", "]]></v>")),
                    false => (("<v>", "</v>"), ("<v>\n  ", " </v>")),
                };
                draft.patch(&[(PART, old.0, new.0), (PART, old.1, new.1)]);
            }
            Self::Utf16 if is(&["xlsx"]) => {
                draft
                    .flaws
                    .push(format!("utf16 = [\"xl/workbook.xml\", \"{PART}\"]"));
            }
            Self::Utf16 if is(&["ods"]) => draft.flaws.push("utf16 = [\"content.xml\"]".to_owned()),
            Self::Fonts => draft
                .sheet
                .push("fonts = { Arial = [\"A1:Z40\"] }".to_owned()),
            Self::SameNumber(format) => {
                let area = areas(draft);
                draft.formats.push(((*format).to_owned(), area));
            }
            Self::Runs(row, at) => {
                let row = row % draft.rows.len();
                let label = label_of(&mut draft.rows[row]);
                if let Some((at, _)) = label.char_indices().nth(*at) {
                    let (left, right) = label.split_at(at);
                    // Blanks beside the bars of a grid are not the cell's.
                    if right.trim() == right && left.trim() == left {
                        *label = format!("{left}<Arial>{right}</>");
                    }
                }
            }
            Self::RowHidden(n) => {
                let row = form.cell(n % form.cells()).0 + 1;
                draft.sheet.push(format!("hidden_rows = [{row}]"));
            }
            Self::ColumnHidden(n) => {
                let column = form.cell(n % form.cells()).1 as u16;
                draft
                    .sheet
                    .push(format!("hidden_columns = [{:?}]", grid::letters(column)));
            }
            Self::Decomposed => draft.sheet.push("decomposed = true".to_owned()),
            Self::NoWidth(row, at, mark) => {
                let row = row % draft.rows.len();
                let label = label_of(&mut draft.rows[row]);
                let place = label
                    .char_indices()
                    .nth(*at)
                    .map_or(label.len(), |(at, _)| at);
                label.insert(place, *mark);
                let (row, column) = form.cell((row + at) % form.cells());
                let cell = &mut draft.rows[row][column];
                *cell = format!("\"{}{mark}\"", cell.replace('.', ","));
            }
            Self::AsText(n) => {
                let (row, column) = form.cell(n % form.cells());
                let cell = &mut draft.rows[row][column];
                *cell = format!("\"{}\"", cell.replace('.', ","));
            }
            Self::TextsCut(after, empty) if is(&["xls"]) => {
                draft.flaws.push(format!("continue_after = {after}"));
                if let Some(empty) = empty {
                    draft.flaws.push(format!("empty_continue = \"{empty}\""));
                }
            }
            Self::OddRecords(code_page) if is(&["xls"]) => {
                draft
                    .flaws
                    .push(format!("odd_records = true\ncode_page = {code_page}"));
            }
            // Changes that another format cannot have.
            _ => {}
        }
    }
}

/// The cell of a row that holds words.
pub(super) fn label_of(row: &mut [String]) -> &mut String {
    let place = row.iter().position(|cell| cell.chars().count() > 4);
    &mut row[place.unwrap_or(0)]
}
