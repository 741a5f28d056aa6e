//! Grids as an `OpenDocument` spreadsheet.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Write as _;

use quick_xml::escape::escape;

use super::grid::{Content, Grid, Range};
use super::package::pack;

const MIMETYPE: &str = "application/vnd.oasis.opendocument.spreadsheet";

const MANIFEST: &str = concat!(
    r#"<?xml version="1.0" encoding="UTF-8"?>"#,
    r#"<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">"#,
    r#"<manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>"#,
    r#"<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>"#,
    "</manifest:manifest>"
);

const OPEN: &str = concat!(
    r#"<?xml version="1.0" encoding="UTF-8"?>"#,
    r#"<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0""#,
    r#" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0""#,
    r#" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.3">"#,
    "<office:body><office:spreadsheet>"
);

const CLOSE: &str = "</office:spreadsheet></office:body></office:document-content>";

/// The workbook's bytes.
pub(crate) fn write(sheets: &[Grid]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut content = OPEN.to_owned();
    for grid in sheets {
        table(&mut content, grid)?;
    }
    content.push_str(CLOSE);
    pack(&[
        ("mimetype".to_owned(), MIMETYPE.into()),
        ("content.xml".to_owned(), content.into_bytes()),
        ("META-INF/manifest.xml".to_owned(), MANIFEST.into()),
    ])
}

fn table(out: &mut String, grid: &Grid) -> Result<(), Box<dyn Error>> {
    let columns = grid.columns();
    write!(
        out,
        r#"<table:table table:name="{}"><table:table-column table:number-columns-repeated="{}"/>"#,
        escape(&grid.name),
        columns.max(1)
    )?;
    let covered: BTreeSet<(u32, u16)> = grid.merged.iter().flat_map(below_the_first).collect();
    for row in 0..grid.rows() {
        out.push_str("<table:table-row>");
        // Cells without content are written once for as many as follow each other.
        let mut empty = 0;
        for column in 0..columns {
            let place = (row, column);
            let content = grid.cells.get(&place).map(|cell| &cell.content);
            let span = grid.merged.iter().find(|range| (range.0, range.1) == place);
            let hidden = covered.contains(&place);
            if span.is_none() && !hidden && matches!(content, None | Some(Content::Blank)) {
                empty += 1;
                continue;
            }
            blank(out, &mut empty)?;
            cell(out, content, span, hidden)?;
        }
        blank(out, &mut empty)?;
        out.push_str("</table:table-row>");
    }
    out.push_str("</table:table>");
    Ok(())
}

/// The cells of a merged range but its first.
fn below_the_first(range: &Range) -> impl Iterator<Item = (u32, u16)> + use<> {
    let (first, a, last, b) = *range;
    (first..=last)
        .flat_map(move |row| (a..=b).map(move |column| (row, column)))
        .skip(1)
}

fn blank(out: &mut String, count: &mut u32) -> Result<(), Box<dyn Error>> {
    match *count {
        0 => {}
        1 => out.push_str("<table:table-cell/>"),
        n => write!(
            out,
            r#"<table:table-cell table:number-columns-repeated="{n}"/>"#
        )?,
    }
    *count = 0;
    Ok(())
}

fn cell(
    out: &mut String,
    content: Option<&Content>,
    span: Option<&Range>,
    covered: bool,
) -> Result<(), Box<dyn Error>> {
    let name = if covered {
        "table:covered-table-cell"
    } else {
        "table:table-cell"
    };
    write!(out, "<{name}")?;
    if let Some(&(first, a, last, b)) = span {
        write!(
            out,
            r#" table:number-columns-spanned="{}" table:number-rows-spanned="{}""#,
            b - a + 1,
            last - first + 1
        )?;
    }
    match content {
        None | Some(Content::Blank) => out.push_str("/>"),
        Some(Content::Text(text)) => {
            out.push_str(r#" office:value-type="string">"#);
            for line in text.split('\n') {
                write!(out, "<text:p>{}</text:p>", with_spaces(line))?;
            }
            write!(out, "</{name}>")?;
        }
        Some(Content::Failed(_)) => write!(
            out,
            r#" office:value-type="string" office:string-value=""><text:p>#DIV/0!</text:p></{name}>"#
        )?,
        Some(number) => {
            let shown = number.as_text(true);
            write!(
                out,
                r#" office:value-type="float" office:value="{}"><text:p>{shown}</text:p></{name}>"#,
                number.as_text(false)
            )?;
        }
    }
    Ok(())
}

/// A line in which runs of spaces are elements, as the format wants.
fn with_spaces(line: &str) -> String {
    let body = line.trim_start_matches(' ');
    let lead = line.len() - body.len();
    let mut out = if lead > 0 {
        format!(r#"<text:s text:c="{lead}"/>"#)
    } else {
        String::new()
    };
    out.push_str(&escape(body).replace("  ", r#" <text:s text:c="1"/>"#));
    out
}
