//! The sheet that lists all remarks: a short letter, then a line for each with a link to its cell and room for an answer.

use std::fmt::Write as _;

use super::styles::{Look, Styles};
use super::words::FeedbackWords;
use super::xml::{content, value};
use super::{Letter, Remark, colour_of};
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

/// Where a remark leads: sheet as this workbook calls it, and cell.
pub(super) type Target = (String, String);

/// The worksheet part.
pub(super) fn worksheet(
    letter: &Letter,
    targets: &[Option<Target>],
    unread: bool,
    words: &FeedbackWords,
    styles: &mut Styles,
    namespace: &str,
) -> String {
    let plain = Look {
        size: 11,
        ..Look::default()
    };
    let title = styles.own(&Look {
        size: 14,
        bold: true,
        centred: true,
        ..Look::default()
    });
    let strong = styles.own(&Look {
        bold: true,
        ..plain
    });
    let text = styles.own(&plain);
    let head = styles.own(&Look {
        bold: true,
        centred: true,
        framed: true,
        background: Some("EAF1F5"),
        ..plain
    });
    let framed = Look {
        framed: true,
        ..plain
    };
    let cell = styles.own(&framed);
    let middle = styles.own(&Look {
        centred: true,
        ..framed
    });
    let link = styles.own(&Look {
        link: true,
        centred: true,
        ..framed
    });

    let mut rows = String::new();
    let mut merged = String::new();
    let above = opening(letter, unread, words);
    for (i, line) in above.iter().enumerate() {
        let (row, style) = (i + 1, [title, strong, text, strong, text][i]);
        // Merged cells do not grow by themselves.
        let width: u32 = WIDTHS.iter().sum();
        let lines = line.chars().count().div_ceil(width as usize).max(1);
        let height = if i == 0 {
            24.0
        } else {
            LINE * count(lines) + 3.0
        };
        let _ = write!(
            rows,
            "<row r=\"{row}\" ht=\"{height}\" customHeight=\"1\">{}</row>",
            string(0, row, style, line)
        );
        let _ = write!(merged, "<mergeCell ref=\"A{row}:H{row}\"/>");
    }
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
        .map(|i| string(i, HEADS, head, heads[i]))
        .collect();
    let _ = write!(
        rows,
        "<row r=\"{HEADS}\" ht=\"32\" customHeight=\"1\">{line}</row>"
    );
    let mut links = String::new();
    for (n, (remark, target)) in letter.remarks.iter().zip(targets).enumerate() {
        let row = HEADS + 1 + n;
        let severity = styles.own(&Look {
            centred: true,
            background: Some(colour_of(remark.severity)),
            ..framed
        });
        let place = match target {
            Some((_, cell)) => cell.clone(),
            None => remark.cell.clone().unwrap_or_default(),
        };
        let texts = [
            (remark.sheet.clone().unwrap_or_default(), cell),
            (place.clone(), if target.is_some() { link } else { middle }),
            (remark.written.clone(), cell),
            (words.severities.of(remark.severity).to_owned(), severity),
            (remark.message.clone(), cell),
            (remark.remedy.clone(), cell),
            (String::new(), cell),
        ];
        let mut line = format!("<c r=\"A{row}\" s=\"{middle}\"><v>{}</v></c>", n + 1);
        for (i, (said, style)) in texts.iter().enumerate() {
            line.push_str(&string(i + 1, row, *style, said));
        }
        let height = height(&texts.map(|(said, _)| said));
        let _ = write!(
            rows,
            "<row r=\"{row}\" ht=\"{height}\" customHeight=\"1\">{line}</row>"
        );
        if let Some((sheet, cell)) = target {
            let location = format!("'{}'!{cell}", sheet.replace('\'', "''"));
            let _ = write!(
                links,
                "<hyperlink ref=\"{}{row}\" location=\"{}\" display=\"{cell}\"/>",
                letter_of(CELL),
                value(&location)
            );
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

/// The names that a workbook needs of the sheet: the rows printed on each page.
pub(super) fn print_titles(sheet: &str) -> String {
    format!("'{}'!${HEADS}:${HEADS}", sheet.replace('\'', "''"))
}

/// The letter above the list.
fn opening(letter: &Letter, unread: bool, words: &FeedbackWords) -> [String; 5] {
    let number = |severity: Severity| {
        let n = letter.remarks.iter().filter(|r| r.severity == severity);
        n.count().to_string()
    };
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
    // Excel knows no row higher than 409 points.
    (LINE * count(lines.max(2)) + 3.0).min(405.0)
}

/// The note on a cell: all its remarks, the gravest first.
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
