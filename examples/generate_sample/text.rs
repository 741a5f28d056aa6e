//! A grid as a text file of delimited fields.

use std::error::Error;

use csv::{QuoteStyle, Terminator, WriterBuilder};

use super::grid::Grid;
use super::habits::TextStyle;
use super::letters::{Encoding, Typewriter};

/// The file's bytes.
pub(crate) fn write(
    grid: &Grid,
    style: TextStyle,
    typewriter: &Typewriter,
) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut bytes = Vec::new();
    let end: &[u8] = if style.crlf { b"\r\n" } else { b"\n" };
    for row in 0..grid.rows() {
        let fields: Vec<String> = (0..grid.columns())
            .map(|column| {
                grid.cells
                    .get(&(row, column))
                    .map_or_else(String::new, |cell| {
                        cell.content.as_text(style.delimiter == b';')
                    })
            })
            .collect();
        if style.bare_blanks && fields.iter().all(String::is_empty) {
            bytes.extend_from_slice(end);
        } else {
            bytes.extend(line(&fields, style)?);
        }
    }
    let mark = if style.bom && style.encoding == Encoding::Utf8 {
        "\u{feff}"
    } else {
        ""
    };
    let text = format!("{mark}{}", String::from_utf8(bytes)?);
    Ok(typewriter.encoded(&text, style.encoding)?)
}

fn line(fields: &[String], style: TextStyle) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut writer = WriterBuilder::new()
        .delimiter(style.delimiter)
        .quote_style(if style.quote_all {
            QuoteStyle::NonNumeric
        } else {
            QuoteStyle::Necessary
        })
        .terminator(if style.crlf {
            Terminator::CRLF
        } else {
            Terminator::Any(b'\n')
        })
        .from_writer(Vec::new());
    writer.write_record(fields)?;
    Ok(writer.into_inner()?)
}
