//! The sample's workbooks, rewritten part by part or saved anew by an office.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Cursor, Read as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::draft::Reading;
use crate::support::files::{paths, root};
use crate::support::workbooks::packed;

/// The workbooks of the sample.
fn sample_workbooks() -> Vec<PathBuf> {
    let all = paths(&root().join("sample-data"));
    let is_book = |path: &PathBuf| {
        let ending = path.extension().unwrap_or_default();
        ["xlsx", "xlsm", "xls", "xlsb", "ods"]
            .iter()
            .any(|known| ending == *known)
    };
    all.into_iter().filter(is_book).collect()
}

fn reading_of(path: &Path, name: &Path) -> Reading {
    // The name tells what a sheet leaves open, and the ending of another format nothing.
    let name = name
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    Reading::of(&[(path.to_owned(), name)])
}

/// Saves every seventh workbook of the sample in other formats by an office and reads them back: `cargo test --test it mutations -- --ignored`.
#[test]
#[ignore = "needs LibreOffice, and takes a minute"]
fn what_an_office_saves_anew_is_read_the_same() {
    let place = tempfile::tempdir().expect("a folder");
    let books: Vec<PathBuf> = sample_workbooks().into_iter().step_by(7).collect();
    let mut wrong = Vec::new();
    for format in ["xlsx", "ods", "xls"] {
        let profile = format!(
            "-env:UserInstallation=file://{}/profile",
            place.path().display()
        );
        let saved = place.path().join(format);
        // Files of one name in two folders would replace each other.
        for folder in books
            .iter()
            .filter_map(|book| book.parent())
            .collect::<BTreeSet<_>>()
        {
            let out = saved.join(folder.file_name().unwrap_or_default());
            let office = Command::new("soffice")
                .args(["--headless", &profile, "--convert-to", format, "--outdir"])
                .arg(&out)
                .args(books.iter().filter(|book| book.parent() == Some(folder)))
                .output();
            let Ok(office) = office else {
                return;
            };
            assert!(office.status.success(), "{office:?}");
            for book in books.iter().filter(|book| book.parent() == Some(folder)) {
                let name = book.file_name().unwrap_or_default();
                let anew = out.join(Path::new(name).with_extension(format));
                if !anew.is_file() {
                    wrong.push(format!("{}: not saved as {format}", book.display()));
                    continue;
                }
                let named = book.with_extension(format);
                let unlike = reading_of(book, book).unlike(&reading_of(&anew, &named));
                if !unlike.is_empty() {
                    wrong.push(format!(
                        "{} as {format}:\n    {}",
                        book.display(),
                        unlike.join("\n    ")
                    ));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        books.len() * 3,
        wrong.join("\n")
    );
}

/// The members of a package, in their order.
fn members(path: &Path) -> Vec<(String, Vec<u8>)> {
    let bytes = fs::read(path).expect("a file");
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).expect("a package");
    let mut all = Vec::new();
    for n in 0..zip.len() {
        let mut member = zip.by_index(n).expect("a member");
        let mut bytes = Vec::new();
        member.read_to_end(&mut bytes).expect("unpacked");
        let name = member.name().expect("a name").into_owned();
        all.push((name, bytes));
    }
    all
}

/// The attributes of every element in the opposite order.
fn turned(xml: &str) -> String {
    let mut out = String::new();
    let mut rest = xml;
    while let Some(at) = rest.find('<') {
        let (before, element) = rest.split_at(at);
        out += before;
        let mut quote = None;
        let end = element.find(|c| match (quote, c) {
            (None, '"' | '\'') => {
                quote = Some(c);
                false
            }
            (Some(open), c) if open == c => {
                quote = None;
                false
            }
            (None, '>') => true,
            _ => false,
        });
        let (element, after) = element.split_at(end.expect("an element ends") + 1);
        rest = after;
        if element.starts_with("<?") || element.starts_with("<!") || !element.contains('=') {
            out += element;
            continue;
        }
        let closing = if element.ends_with("/>") { "/>" } else { ">" };
        let inside = &element[1..element.len() - closing.len()];
        let (name, attributes) = inside.split_once(char::is_whitespace).expect("attributes");
        // Between two attributes stand a quote and a blank, which no value of the sample has.
        let marked = attributes.replace("\" ", "\"\n");
        let mut all: Vec<&str> = marked.lines().map(str::trim).collect();
        all.reverse();
        out += &format!("<{name} {}{closing}", all.join(" "));
    }
    out + rest
}

/// The cells of a sheet with the shared texts in them.
fn inlined(xml: &str, texts: &[&str]) -> String {
    let mut out = String::new();
    for (n, piece) in xml.split("<c ").enumerate() {
        if n > 0 {
            out += "<c ";
        }
        let shared = piece.split_once(" t=\"s\"").and_then(|(before, after)| {
            let (more, after) = after.split_once("><v>")?;
            let (index, after) = after.split_once("</v>")?;
            let text = texts.get(index.parse::<usize>().ok()?)?;
            Some(format!(
                "{before} t=\"inlineStr\"{more}><is>{text}</is>{after}"
            ))
        });
        out += &shared.unwrap_or_else(|| piece.to_owned());
    }
    out
}

/// A change of a part: its name and its text to its new text.
type Change<'a> = Box<dyn Fn(&str, &str) -> String + 'a>;

/// A sample's workbook with every part rewritten.
fn rewritten(book: &Path, change: impl Fn(&str, &str) -> String) -> Vec<u8> {
    let mut all = members(book);
    for (name, bytes) in &mut all {
        let is_markup = Path::new(name.as_str())
            .extension()
            .is_some_and(|extension| extension == "xml" || extension == "rels");
        if is_markup {
            let text = String::from_utf8(std::mem::take(bytes)).expect("markup in UTF-8");
            *bytes = change(name, &text).into_bytes();
        }
    }
    let all: Vec<(&str, &[u8])> = all
        .iter()
        .map(|(n, b)| (n.as_str(), b.as_slice()))
        .collect();
    packed(&all)
}

/// Every ninth workbook of the sample in Office Open XML, as other programs would have written it.
#[test]
fn the_samples_parts_may_be_written_otherwise() {
    let place = tempfile::tempdir().expect("a folder");
    let mut wrong = Vec::new();
    let books = sample_workbooks();
    let books = books
        .iter()
        .filter(|book| book.extension().is_some_and(|e| e == "xlsx"));
    for book in books.step_by(9) {
        let before = reading_of(book, book);
        let shared: BTreeMap<String, Vec<u8>> = members(book).into_iter().collect();
        let shared = shared
            .get("xl/sharedStrings.xml")
            .cloned()
            .unwrap_or_default();
        let shared = String::from_utf8(shared).expect("markup in UTF-8");
        let texts: Vec<&str> = shared
            .split("<si>")
            .skip(1)
            .filter_map(|text| Some(text.split_once("</si>")?.0))
            .collect();
        let changes: [(&str, Change<'_>); 3] = [
            ("attributes turned", Box::new(|_, xml| turned(xml))),
            (
                "texts in their cells",
                Box::new(|name, xml| {
                    if name.contains("worksheets/sheet") {
                        inlined(xml, &texts)
                    } else {
                        xml.to_owned()
                    }
                }),
            ),
            (
                "a wrong dimension",
                Box::new(|_, xml| match xml.split_once("<dimension ref=\"") {
                    Some((before, after)) => {
                        let after = after.split_once('"').map_or("", |(_, after)| after);
                        format!("{before}<dimension ref=\"B2\"{after}")
                    }
                    None => xml.replace("<sheetData>", "<dimension ref=\"B2\"/><sheetData>"),
                }),
            ),
        ];
        for (what, change) in changes {
            let anew = place.path().join("anew.xlsx");
            fs::write(&anew, rewritten(book, change)).expect("written");
            let unlike = before.unlike(&reading_of(&anew, book));
            if !unlike.is_empty() {
                wrong.push(format!(
                    "{}, {what}:\n    {}",
                    book.display(),
                    unlike.join("\n    ")
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
