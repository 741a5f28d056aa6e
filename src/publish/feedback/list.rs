//! The sheet that lists all remarks: a short letter, then a line for each remark with a link to its cell and space for
//! an answer.

use std::fmt::Write as _;

use super::letter::{Letter, Remark};
use super::styles::{CellLook, Styles, colour_of};
use super::words::FeedbackWords;
use super::xml::{content, value};
use crate::diagnostic::Severity;
use crate::text::fill;

/// Widths of the columns, in characters.
const WIDTHS: [u32; 8] = [5, 13, 7, 15, 10, 42, 32, 26];

/// The column of links.
const CELL: usize = 2;

/// The row of the heads, from 1.
const HEADS: usize = 7;

/// Height of a line of text, in points.
const LINE: f64 = 15.0;

/// The target of a remark's link: the sheet, as this workbook calls it, and the cell.
pub(super) type LinkTarget = (String, String);

/// The cell formats of the sheet, by number.
struct ListStyles {
    title: usize,
    strong: usize,
    text: usize,
    head: usize,
    cell: usize,
    middle: usize,
    link: usize,
    framed: CellLook,
}

impl ListStyles {
    fn new(styles: &mut Styles) -> Self {
        let plain = CellLook {
            size: 11,
            ..CellLook::default()
        };
        let framed = CellLook {
            framed: true,
            ..plain
        };
        Self {
            title: styles.own(&CellLook {
                size: 14,
                bold: true,
                centred: true,
                ..CellLook::default()
            }),
            strong: styles.own(&CellLook {
                bold: true,
                ..plain
            }),
            text: styles.own(&plain),
            head: styles.own(&CellLook {
                bold: true,
                centred: true,
                framed: true,
                background: Some("EAF1F5"),
                ..plain
            }),
            cell: styles.own(&framed),
            middle: styles.own(&CellLook {
                centred: true,
                ..framed
            }),
            link: styles.own(&CellLook {
                link: true,
                centred: true,
                ..framed
            }),
            framed,
        }
    }

    /// The format of a severity.
    fn severity(&self, severity: Severity, styles: &mut Styles) -> usize {
        styles.own(&CellLook {
            centred: true,
            background: Some(colour_of(severity)),
            ..self.framed
        })
    }
}

/// The worksheet part. `unread` says that the file could not be read.
pub(super) fn worksheet(
    letter: &Letter,
    targets: &[Option<LinkTarget>],
    unread: bool,
    words: &FeedbackWords,
    styles: &mut Styles,
    namespace: &str,
) -> String {
    let own = ListStyles::new(styles);
    let above = opening(letter, unread, words);
    let mut rows = String::new();
    let mut merged = String::new();
    for (i, line) in above.iter().enumerate() {
        let (row, style) = (
            i + 1,
            [own.title, own.strong, own.text, own.strong, own.text][i],
        );
        rows.push_str(&opening_row(row, style, line));
        let _ = write!(merged, "<mergeCell ref=\"A{row}:H{row}\"/>");
    }
    rows.push_str(&heads_row(words, own.head));
    let mut links = String::new();
    for (n, (remark, target)) in letter.remarks.iter().zip(targets).enumerate() {
        let severity = own.severity(remark.severity, styles);
        rows.push_str(&remark_row(
            n,
            remark,
            target.as_ref(),
            words,
            &own,
            severity,
        ));
        if let Some(target) = target {
            links.push_str(&hyperlink(HEADS + 1 + n, target));
        }
    }
    if !links.is_empty() {
        links = format!("<hyperlinks>{links}</hyperlinks>");
    }
    let columns: String = WIDTHS
        .iter()
        .enumerate()
        .map(|(i, width)| {
            let n = i + 1;
            format!("<col min=\"{n}\" max=\"{n}\" width=\"{width}\" customWidth=\"1\"/>")
        })
        .collect();
    let footer = fill(&words.footer, &[("page", "&P"), ("pages", "&N")]);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<worksheet xmlns=\"{namespace}\">\
         <sheetPr><pageSetUpPr fitToPage=\"1\"/></sheetPr>\
         <sheetViews><sheetView showGridLines=\"0\" workbookViewId=\"0\"><pane ySplit=\"{HEADS}\" topLeftCell=\"A{below}\" \
         activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight=\"15\"/>\
         <cols>{columns}</cols><sheetData>{rows}</sheetData><mergeCells count=\"{count}\">{merged}</mergeCells>{links}\
         <pageMargins left=\"0.5\" right=\"0.5\" top=\"0.6\" bottom=\"0.6\" header=\"0.3\" footer=\"0.3\"/>\
         <pageSetup paperSize=\"9\" orientation=\"landscape\" fitToHeight=\"0\"/>\
         <headerFooter><oddFooter>&amp;R{}</oddFooter></headerFooter></worksheet>",
        content(&footer),
        below = HEADS + 1,
        count = above.len(),
    )
}

/// A row of the letter above the list, across all columns.
fn opening_row(row: usize, style: usize, line: &str) -> String {
    // Merged cells do not adjust their height.
    let width: u32 = WIDTHS.iter().sum();
    let lines = line.chars().count().div_ceil(width as usize).max(1);
    let height = if row == 1 {
        24.0
    } else {
        LINE * count(lines) + 3.0
    };
    format!(
        "<row r=\"{row}\" ht=\"{height}\" customHeight=\"1\">{}</row>",
        string(0, row, style, line)
    )
}

/// The row of the heads.
fn heads_row(words: &FeedbackWords, style: usize) -> String {
    let heads = &words.heads;
    let heads = [
        &heads.number,
        &heads.sheet,
        &heads.cell,
        &heads.written,
        &heads.severity,
        &heads.message,
        &heads.remedy,
        &heads.answer,
    ];
    let line: String = (0..heads.len())
        .map(|i| string(i, HEADS, style, heads[i]))
        .collect();
    format!("<row r=\"{HEADS}\" ht=\"32\" customHeight=\"1\">{line}</row>")
}

/// The row of remark number `n`, from 0.
fn remark_row(
    n: usize,
    remark: &Remark,
    target: Option<&LinkTarget>,
    words: &FeedbackWords,
    own: &ListStyles,
    severity: usize,
) -> String {
    let row = HEADS + 1 + n;
    let (place, place_style) = match target {
        Some((_, cell)) => (cell.clone(), own.link),
        None => (remark.cell.clone().unwrap_or_default(), own.middle),
    };
    let texts = [
        (remark.sheet.clone().unwrap_or_default(), own.cell),
        (place, place_style),
        (remark.written.clone(), own.cell),
        (words.severities.of(remark.severity).to_owned(), severity),
        (remark.message.clone(), own.cell),
        (remark.remedy.clone(), own.cell),
        (String::new(), own.cell),
    ];
    let mut line = format!("<c r=\"A{row}\" s=\"{}\"><v>{}</v></c>", own.middle, n + 1);
    for (i, (text, style)) in texts.iter().enumerate() {
        line.push_str(&string(i + 1, row, *style, text));
    }
    let height = height(&texts.map(|(text, _)| text));
    format!("<row r=\"{row}\" ht=\"{height}\" customHeight=\"1\">{line}</row>")
}

/// The link in a row of the list.
fn hyperlink(row: usize, (sheet, cell): &LinkTarget) -> String {
    let location = format!("'{}'!{cell}", sheet.replace('\'', "''"));
    format!(
        "<hyperlink ref=\"{}{row}\" location=\"{}\" display=\"{cell}\"/>",
        letter_of(CELL),
        value(&location)
    )
}

/// The defined name that repeats the row of heads on each printed page.
pub(super) fn print_titles(sheet: &str) -> String {
    format!("'{}'!${HEADS}:${HEADS}", sheet.replace('\'', "''"))
}

/// The letter above the list.
fn opening(letter: &Letter, unread: bool, words: &FeedbackWords) -> [String; 5] {
    let number = |severity| letter.count(severity).to_string();
    let answer = ("answer", words.heads.answer.as_str());
    [
        words.title.clone(),
        match &letter.unit_name {
            Some(unit) => fill(&words.dear, &[("unit", unit)]),
            None => words.dear_unknown.clone(),
        },
        match &letter.sent {
            Some(sent) => fill(
                &words.sent,
                &[("file", &sent.file_name), ("received", &sent.received)],
            ),
            None => words.not_sent.clone(),
        },
        fill(
            &words.counts,
            &[
                ("errors", &number(Severity::Error)),
                ("warnings", &number(Severity::Warning)),
                ("infos", &number(Severity::Info)),
            ],
        ),
        match (&letter.sent, unread) {
            (None, _) => fill(&words.request_missing, &[answer]),
            (Some(_), true) => fill(
                &words.request_unread,
                &[("remedy", words.heads.remedy.as_str())],
            ),
            (Some(_), false) => fill(&words.request, &[answer]),
        },
    ]
}

fn letter_of(column: usize) -> char {
    char::from(b'A' + (column % 26) as u8)
}

/// A cell with a text.
fn string(column: usize, row: usize, style: usize, text: &str) -> String {
    let place = letter_of(column);
    if text.is_empty() {
        return format!("<c r=\"{place}{row}\" s=\"{style}\"/>");
    }
    format!(
        "<c r=\"{place}{row}\" s=\"{style}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>",
        content(text)
    )
}

fn count(lines: usize) -> f64 {
    f64::from(u32::try_from(lines).unwrap_or(u32::MAX))
}

/// The height of a row, in points: that of its longest cell.
fn height(texts: &[String; 7]) -> f64 {
    let lines = texts
        .iter()
        .zip(&WIDTHS[1..])
        .map(|(text, width)| {
            text.lines()
                .map(|line| line.chars().count().div_ceil(*width as usize).max(1))
                .sum::<usize>()
        })
        .max()
        .unwrap_or(1);
    // A row in Excel is at most 409 points high.
    (LINE * count(lines.max(2)) + 3.0).min(405.0)
}

/// The note on a cell: all its remarks, the most severe first.
pub(super) fn note(remarks: &[&Remark], words: &FeedbackWords) -> String {
    let mut parts = Vec::with_capacity(remarks.len());
    for remark in remarks {
        let said = fill(
            &words.note.remark,
            &[
                ("severity", words.severities.of(remark.severity)),
                ("code", &remark.code),
                ("message", &remark.message),
            ],
        );
        let remedy = fill(&words.note.remedy, &[("remedy", &remark.remedy)]);
        parts.push(format!("{said}\n{remedy}"));
    }
    parts.join("\n\n")
}
