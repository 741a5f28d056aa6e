//! The corpus of small files. Each file is described by the manifest beside it and is made from it.
//!
//! The section `[make]` of a manifest (`tests/corpus/README.md` explains it) describes the file so that
//! people can read and review it. [`make`] turns it into the bytes that an office program would have
//! saved. A manifest without `[make]` belongs to a file from elsewhere. Tests include this file with
//! `#[path]` and compare what is made with what is committed. Nothing depends on a clock or on chance.

#![allow(
    dead_code,
    reason = "each program that includes this module uses a part of it"
)]

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

pub(crate) mod encode;
pub(crate) mod grid;
mod office;

pub(crate) use office::Workbook;

/// What a manifest says of its file. The section `[expect]` is the tests' own.
#[derive(Deserialize)]
struct Described {
    make: Option<Make>,
}

/// How a file is made.
#[derive(Deserialize)]
#[serde(tag = "format", rename_all = "lowercase")]
enum Make {
    /// Office Open XML.
    Xlsx(Workbook),
    /// Office Open XML with macros.
    Xlsm(Workbook),
    /// BIFF8 in a compound file.
    Xls(Workbook),
    /// Binary Office Open XML.
    Xlsb(Workbook),
    /// `OpenDocument`.
    Ods(Workbook),
    /// Delimited text.
    Text(Delimited),
    /// An archive of other files.
    Zip(Archive),
}

/// Delimited text, as a grid or letter by letter.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Delimited {
    #[serde(default)]
    encoding: encode::TextEncoding,
    #[serde(default = "semicolon")]
    delimiter: char,
    /// Every text in quotes, not only those that need them.
    #[serde(default)]
    quoted: bool,
    /// Unicode in decomposed form.
    #[serde(default)]
    decomposed: bool,
    #[serde(default)]
    newline: Newline,
    grid: Option<String>,
    text: Option<String>,
    /// Bytes in hexadecimal, for content that is not text.
    hex: Option<String>,
}

fn semicolon() -> char {
    ';'
}

#[derive(Default, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Newline {
    #[default]
    Lf,
    Crlf,
    Cr,
}

/// Members by name, each the file of another case.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Archive {
    member: Vec<Member>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Member {
    name: String,
    /// The manifest whose file it is, relative to the corpus, without `.toml`.
    case: String,
}

/// The corpus of this package.
pub(crate) fn committed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

/// The manifests of a corpus, sorted.
pub(crate) fn cases(root: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut found = Vec::new();
    for theme in fs::read_dir(root)? {
        let theme = theme?.path();
        if !theme.is_dir() {
            continue;
        }
        for entry in fs::read_dir(theme)? {
            let path = entry?.path();
            if path.extension().is_some_and(|e| e == "toml") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The files that a manifest describes: those of the same name with another ending, the one it is named for first.
pub(crate) fn files_of(case: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    if let Some(make) = describe(case)?.make {
        let endings = make.endings().into_iter();
        return Ok(endings.map(|ending| case.with_extension(ending)).collect());
    }
    let siblings = fs::read_dir(case.parent().ok_or("no folder")?)?;
    for entry in siblings {
        let path = entry?.path();
        if path != *case && path.file_stem() == case.file_stem() {
            return Ok(vec![path]);
        }
    }
    Err(format!("{}: there is no file beside it", case.display()).into())
}

/// Files by their paths, with their bytes.
pub(crate) type MadeFiles = Vec<(PathBuf, Vec<u8>)>;

/// The files that a manifest describes; none if the manifest has no `[make]`.
pub(crate) fn make(root: &Path, case: &Path) -> Result<MadeFiles, Box<dyn Error>> {
    let Some(make) = describe(case)?.make else {
        return Ok(Vec::new());
    };
    let named = |e: Box<dyn Error>| -> Box<dyn Error> { format!("{}: {e}", case.display()).into() };
    let mut made = Vec::new();
    for ending in make.endings() {
        let bytes = make.bytes(root, ending).map_err(named)?;
        made.push((case.with_extension(ending), bytes));
    }
    Ok(made)
}

fn describe(case: &Path) -> Result<Described, Box<dyn Error>> {
    toml::from_str(&fs::read_to_string(case)?)
        .map_err(|e| format!("{}: {e}", case.display()).into())
}

impl Make {
    /// The endings of the files, that of `format` first.
    fn endings(&self) -> Vec<&str> {
        let (ending, book) = match self {
            Self::Xlsx(book) => ("xlsx", Some(book)),
            Self::Xlsm(book) => ("xlsm", Some(book)),
            Self::Xls(book) => ("xls", Some(book)),
            Self::Xlsb(book) => ("xlsb", Some(book)),
            Self::Ods(book) => ("ods", Some(book)),
            Self::Text(text) if text.delimiter == '\t' => ("tsv", None),
            Self::Text(_) => ("csv", None),
            Self::Zip(_) => ("zip", None),
        };
        let also = book.map_or(&[][..], |book| &book.also);
        let also = also.iter().map(String::as_str);
        std::iter::once(ending).chain(also).collect()
    }

    fn bytes(&self, root: &Path, ending: &str) -> Result<Vec<u8>, Box<dyn Error>> {
        match self {
            Self::Xlsx(book)
            | Self::Xlsm(book)
            | Self::Xls(book)
            | Self::Xlsb(book)
            | Self::Ods(book) => write_workbook(book, ending),
            Self::Text(text) => text.bytes(),
            Self::Zip(archive) => archive.bytes(root),
        }
    }
}

/// Writes a workbook in the format of an ending.
pub(crate) fn write_workbook(book: &Workbook, ending: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    match ending {
        "xlsx" => office::xlsx::write(book, false),
        "xlsm" => office::xlsx::write(book, true),
        "xls" => office::xls::write(book),
        "xlsb" => office::xlsb::write(book),
        "ods" => office::ods::write(book),
        other => Err(format!("`{other}` is no format of workbooks").into()),
    }
}

impl Delimited {
    fn bytes(&self) -> Result<Vec<u8>, Box<dyn Error>> {
        if let Some(hex) = &self.hex {
            return hex
                .split_whitespace()
                .map(|byte| Ok(u8::from_str_radix(byte, 16)?))
                .collect();
        }
        let text = match (&self.text, &self.grid) {
            (Some(text), None) => text.clone(),
            (None, Some(grid)) => self.delimit(&grid::read(grid)?),
            _ => return Err("either `text` or `grid` is expected".into()),
        };
        let text = if self.decomposed {
            encode::decomposed(&text)
        } else {
            text
        };
        let newline = match self.newline {
            Newline::Lf => "\n",
            Newline::Crlf => "\r\n",
            Newline::Cr => "\r",
        };
        self.encoding.encode(&text.replace('\n', newline))
    }

    fn delimit(&self, rows: &[Vec<grid::Cell>]) -> String {
        let mut text = String::new();
        for row in rows {
            let fields: Vec<String> = row
                .iter()
                .map(|cell| {
                    let field = cell.as_typed();
                    let needs = field.contains([self.delimiter, '"', '\n']);
                    if needs || (self.quoted && matches!(cell, grid::Cell::Text(_))) {
                        format!("\"{}\"", field.replace('"', "\"\""))
                    } else {
                        field
                    }
                })
                .collect();
            text.push_str(&fields.join(&self.delimiter.to_string()));
            text.push('\n');
        }
        text
    }
}

impl Archive {
    fn bytes(&self, root: &Path) -> Result<Vec<u8>, Box<dyn Error>> {
        let mut parts = office::Parts::default();
        for member in &self.member {
            let case = root.join(format!("{}.toml", member.case));
            let made = make(root, &case)?.into_iter().next();
            let (_, bytes) = made.ok_or("a member must be a case that is made")?;
            parts.add(&member.name, bytes);
        }
        parts.zip()
    }
}
