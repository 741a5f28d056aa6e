//! Readers by themselves: what each format says of a sheet, and what a hostile file costs.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use tonghop::intake::{Limits, sniff};
use tonghop::read::{Document, ReadError, ReadNote, Sheet, read_file};
use tonghop::text::Encodings;

use crate::support::files::root;
use crate::support::workbooks;

/// Reads a file with the default limits of a run.
pub(crate) fn read_as_a_run_would(path: &Path) -> Result<Document, ReadError> {
    let format = sniff(path).unwrap().expect("a format that is read");
    read_file(path, format, Limits::default(), &Encodings::default())
}

/// What a document holds, a line for each cell.
pub(crate) fn listing(document: &Document) -> String {
    let mut text = String::new();
    for sheet in &document.sheets {
        let name = sheet.name.as_deref().unwrap_or("-");
        let shown = if sheet.visible { "" } else { " (hidden)" };
        writeln!(text, "[{name}]{shown}").unwrap();
        for (at, content) in sheet.cells() {
            let hidden = if sheet.hides(at) { " hidden" } else { "" };
            let runs = sheet.runs(at).unwrap_or_default();
            let font = runs.iter().find_map(|run| run.font.as_deref());
            let font = font.unwrap_or_default();
            let merged = sheet
                .merged_at(at)
                .map(|range| format!(" to {}", range.end))
                .unwrap_or_default();
            writeln!(text, "{at}{merged} = {content:?}{hidden}{font}").unwrap();
        }
    }
    text
}

const FILE: &str = "TONGHOP_READ_FILE";

/// What a file came to when it was read in a process of its own.
pub(crate) struct Read {
    /// The listing, or the error as it is said.
    pub(crate) said: String,
    pub(crate) peak_kilobytes: u64,
    /// Time of the processor, which others at work on the machine do not lengthen.
    pub(crate) took: Duration,
}

/// Reads a file in a process of its own, so that its memory can be measured.
pub(crate) fn read_apart(path: &Path) -> Read {
    let output = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "readers::apart",
            "--ignored",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(FILE, path)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        output.status.success(),
        "{}: {said}{errors}",
        path.display()
    );
    let (_, said) = said
        .split_once("<<<")
        .unwrap_or_else(|| panic!("{said}{errors}"));
    let (said, rest) = said.split_once(">>>").expect("its end");
    let peak = rest
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .expect("the peak");
    let peak = peak.trim().trim_end_matches(" kB").parse().unwrap();
    let hundredths = rest
        .lines()
        .find_map(|line| line.strip_prefix("hundredths of a second: "))
        .expect("the time");
    let took = Duration::from_millis(10 * hundredths.parse::<u64>().unwrap());
    Read {
        said: said.to_owned(),
        peak_kilobytes: peak,
        took,
    }
}

/// Not a test by itself: [`read_apart`] calls it in a process of its own.
#[test]
#[ignore = "run by other tests in a process of its own"]
#[expect(clippy::print_stdout, reason = "it answers the process that called it")]
fn apart() {
    let Some(path) = std::env::var_os(FILE) else {
        return;
    };
    let said = match read_as_a_run_would(Path::new(&path)) {
        Ok(document) => {
            let cells: usize = document.sheets.iter().map(Sheet::len).sum();
            format!("{} sheets, {cells} cells", document.sheets.len())
        }
        Err(e) => e.to_string(),
    };
    println!("<<<{said}>>>");
    println!("{}", fs::read_to_string("/proc/self/status").unwrap());
    // Time in user mode and in the kernel, the 14th and 15th of the numbers; the name before may hold spaces.
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let (_, numbers) = stat.rsplit_once(')').unwrap();
    let ticks: u64 = numbers
        .split_whitespace()
        .skip(11)
        .take(2)
        .map(|n| n.parse::<u64>().unwrap())
        .sum();
    println!("hundredths of a second: {ticks}");
}

fn in_a_file<T>(bytes: &[u8], look: impl FnOnce(&Path) -> T) -> T {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), bytes).unwrap();
    look(file.path())
}

fn document(bytes: &[u8]) -> Document {
    in_a_file(bytes, read_as_a_run_would).unwrap()
}

fn error(bytes: &[u8]) -> String {
    in_a_file(bytes, read_as_a_run_would)
        .expect_err("refused")
        .to_string()
}

/// What a run may cost for a single file.
const PEAK_KILOBYTES: u64 = 1_500_000;
const LONGEST: Duration = Duration::from_mins(1);

/// Reads a hostile file apart, and holds it to what a single file may cost.
fn costs_little(bytes: &[u8]) -> String {
    let read = in_a_file(bytes, read_apart);
    assert!(
        read.peak_kilobytes < PEAK_KILOBYTES,
        "{} kB: {}",
        read.peak_kilobytes,
        read.said
    );
    assert!(read.took < LONGEST, "{:?}: {}", read.took, read.said);
    read.said
}

#[test]
fn a_workbook_says_what_it_hides_and_what_has_no_value() {
    let sheet = r#"<worksheet><cols><col min="2" max="3" hidden="1"/></cols><sheetData>
        <row r="1"><c r="A1" t="inlineStr"><is><t>Tổng số</t></is></c><c r="B1"><v>1</v></c></row>
        <row r="3" hidden="true"><c r="A3"><f>SUM(B1)</f></c><c r="D3" t="e"><v>#REF!</v></c><c r="E3" s="1"><v>45657</v></c></row>
        </sheetData><mergeCells count="1"><mergeCell ref="A1:A2"/></mergeCells></worksheet>"#;
    let styles =
        r#"<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>"#;
    let book = workbooks::xlsx(&[sheet], &[("xl/styles.xml", styles)]);
    assert_eq!(
        listing(&document(&book)),
        "[S0]\nA1 to A2 = Text(\"Tổng số\")\nB1 = Number(1.0) hidden\nA3 = NoCachedValue hidden\n\
         D3 = Error(\"#REF!\") hidden\nE3 = Date(\"2024-12-31\") hidden\n"
    );

    let mut row = vec![2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    row.extend([0x20, 0, 0, 0]);
    let string_formula = [
        &[2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff][..],
        &[0; 8],
    ]
    .concat();
    let book = workbooks::xls(
        &[],
        &[
            workbooks::biff8(0x007d, &[3, 0, 3, 0, 0, 0, 0, 0, 1, 0, 0, 0]),
            workbooks::biff8(0x0208, &row),
            workbooks::biff8_number(0, 0, 1.5),
            workbooks::biff8_number(0, 3, 2.0),
            workbooks::biff8(0x0006, &string_formula),
            workbooks::biff8(0x00e5, &[1, 0, 0, 0, 1, 0, 0, 0, 0, 0]),
        ],
    );
    assert_eq!(
        listing(&document(&book)),
        "[S0]\nA1 to A2 = Number(1.5)\nD1 = Number(2.0) hidden\nB3 = NoCachedValue hidden\n"
    );

    let real = |column: u8, value: f64| {
        let mut body = vec![column, 0, 0, 0, 0, 0, 0, 0];
        body.extend(value.to_le_bytes());
        workbooks::biff12(0x0005, &body)
    };
    let row = |row: u8, flags: u8| {
        workbooks::biff12(
            0,
            &[row, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, flags, 0, 0, 0, 0, 0],
        )
    };
    let mut merged = vec![0; 16];
    merged[4] = 1;
    let book = workbooks::xlsb(
        &[
            row(0, 0),
            real(0, 1.5),
            row(2, 0x10),
            workbooks::biff12(0x000b, &[1, 0, 0, 0, 0, 0, 0, 0, 0x17, 0, 0]),
        ],
        &[workbooks::biff12(0x00b0, &merged)],
    );
    assert_eq!(
        listing(&document(&book)),
        "[S0]\nA1 to A2 = Number(1.5)\nB3 = Error(\"#REF!\") hidden\n"
    );
}

#[test]
fn cells_in_a_font_that_stands_for_an_encoding_know_it() {
    let cell = |name: &str, style: u8, index: u8| {
        format!(r#"<c r="{name}" s="{style}" t="s"><v>{index}</v></c>"#)
    };
    let rows = format!(
        "<row r=\"1\">{}{}{}{}</row>",
        cell("A1", 1, 0),
        cell("B1", 0, 0),
        cell("C1", 0, 1),
        cell("D1", 1, 2)
    );
    let shared = r#"<sst><si><t>Tæng sè</t></si><si><r><rPr><rFont val=".VnTimeH"/></rPr><t>tæng</t></r></si><si><r><rPr><rFont val="Arial"/></rPr><t>Tổng</t></r></si></sst>"#;
    let styles = r#"<styleSheet><fonts><font><name val="Arial"/></font><font><name val=".VnTime"/></font></fonts><cellXfs><xf fontId="0"/><xf fontId="1"/></cellXfs></styleSheet>"#;
    let book = workbooks::xlsx(
        &[&workbooks::sheet(&rows)],
        &[("xl/sharedStrings.xml", shared), ("xl/styles.xml", styles)],
    );
    let plan = tonghop::plan::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/kttt"))
        .expect("sound definitions");
    let document = in_a_file(&book, |path| {
        let media = sniff(path).unwrap().expect("a workbook");
        read_file(path, media, Limits::default(), &plan.vocabulary.encodings).unwrap()
    });
    let texts: Vec<String> = document.sheets[0]
        .cells()
        .map(|(_, c)| c.as_read())
        .collect();
    // By the cell's font, by its words where the font says nothing, by the run's font in capitals, left alone.
    assert_eq!(texts, ["Tổng số", "Tổng số", "TỔNG", "Tổng"]);
}

/// Sheets of macros, as old viruses leave them, are no reason to refuse the sheets beside them.
#[test]
fn sheets_of_macros_are_passed_over() {
    let sheet = workbooks::sheet("<row><c><v>1</v></c></row>");
    let mut parts = workbooks::xlsx_parts(
        &[&sheet, "<macrosheet/>"],
        &[("xl/media/note.docx", "no markup: <<<")],
    );
    for (name, bytes) in &mut parts {
        if name.ends_with("workbook.xml.rels") {
            let text = String::from_utf8(bytes.clone()).unwrap();
            let (first, second) = text.split_once("Id=\"s1\"").unwrap();
            let second =
                second.replace("relationships/worksheet", "relationships/xlIntlMacrosheet");
            *bytes = format!("{first}Id=\"s1\"{second}").into_bytes();
        }
    }
    let members: Vec<(&str, &[u8])> = parts
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
        .collect();
    assert_eq!(
        listing(&document(&workbooks::packed(&members))),
        "[S0]\nA1 = Number(1.0)\n"
    );
}

/// Ten thousand columns are read as any others.
#[test]
fn many_columns_are_read() {
    let row = "<c><v>1</v></c>".repeat(10_000);
    let sheet = workbooks::sheet(&format!("<row>{row}</row>").repeat(20));
    assert_eq!(
        costs_little(&workbooks::xlsx(&[&sheet], &[])),
        "1 sheets, 200000 cells"
    );
}

#[test]
fn what_is_never_followed_is_said() {
    use tonghop::read::Carried::{Dde, ExternalLinks, Macros};
    let sheet = workbooks::sheet("<row><c><v>1</v></c></row>");
    let book = workbooks::xlsx(
        &[&sheet],
        &[
            ("xl/vbaProject.bin", "program"),
            (
                "xl/externalLinks/externalLink1.xml",
                "<externalLink><externalBook/></externalLink>",
            ),
            (
                "xl/externalLinks/externalLink2.xml",
                "<externalLink><ddeLink ddeService=\"cmd\"/></externalLink>",
            ),
        ],
    );
    assert_eq!(document(&book).carried, [Macros, ExternalLinks, Dde]);
    let link =
        |path: &[u8]| workbooks::biff8(0x01ae, &[&[1, 0, path.len() as u8, 0][..], path].concat());
    let book = workbooks::xls(
        &[
            link(b"\x01\x01book"),
            link(b"\x01cmd\x03calc"),
            workbooks::biff8(0x01ae, &[1, 0, 1, 4]),
        ],
        &[],
    );
    assert_eq!(document(&book).carried, [ExternalLinks, Dde]);
    let tables = r#"<table:table table:name="S0"/><table:table table:name="'file:///a.ods'#$S"><table:table-row><table:table-cell office:value="1"/></table:table-row></table:table>
        <table:dde-links><table:dde-link><table:table table:name="x"/></table:dde-link></table:dde-links>"#;
    let book = document(&workbooks::ods(
        tables,
        &[("Basic/Standard/Module1.xml", "<m/>")],
    ));
    assert_eq!(book.carried, [Macros, ExternalLinks, Dde]);
    assert_eq!(book.sheets.len(), 1);
}

#[test]
fn a_password_is_asked_for_in_each_format() {
    let password = "it is protected by a password";
    let locked = root().join("tests/corpus/formats/xlsx-with-a-password.xlsx");
    assert_eq!(error(&fs::read(locked).unwrap()), password);
    // The key is with a server, and a workbook that says so stands in for the real one.
    let managed = workbooks::compound(&[("/\u{9}DRMContent", b"x"), ("/Workbook", b"x")]);
    assert_eq!(error(&managed), password);
    assert_eq!(
        error(&workbooks::xls(&[workbooks::biff8(0x002f, &[0; 6])], &[])),
        password
    );
    let manifest = "<manifest:manifest><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>";
    assert_eq!(
        error(&workbooks::ods("", &[("META-INF/manifest.xml", manifest)])),
        password
    );
}

#[test]
fn two_cells_far_apart_cost_two_cells() {
    let far = workbooks::sheet(
        r#"<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>"#,
    );
    assert_eq!(
        costs_little(&workbooks::xlsx(&[&far], &[])),
        "1 sheets, 2 cells"
    );
    let beyond = workbooks::sheet(r#"<row r="4000000"><c r="ZZZZ4000000"><v>1</v></c></row>"#);
    let read = document(&workbooks::xlsx(&[&beyond], &[]));
    let [(at, ReadNote::Skipped(reason))] = read.sheets[0].notes() else {
        panic!("nothing is noted: {:?}", read.sheets[0].notes());
    };
    assert_eq!(
        (at.to_string().as_str(), reason.as_str()),
        ("ZZZZ4000000", "a cell lies outside of every sheet")
    );
    let ods = |value: &str| {
        workbooks::ods(
            &format!(
                r#"<table:table table:name="A"><table:table-row table:number-rows-repeated="1048575"><table:table-cell table:number-columns-repeated="16383" {value}/></table:table-row>
            <table:table-row><table:table-cell table:number-columns-repeated="16383"/><table:table-cell office:value-type="float" office:value="1"/></table:table-row></table:table>"#
            ),
            &[],
        )
    };
    assert_eq!(costs_little(&ods("")), "1 sheets, 1 cells");
    assert_eq!(
        costs_little(&ods("office:value-type=\"float\" office:value=\"1\"")),
        "it holds more than max_cells = 2000000"
    );
    let corners = [
        workbooks::biff8_number(0, 0, 1.0),
        workbooks::biff8_number(65_535, 255, 2.0),
    ];
    assert_eq!(
        costs_little(&workbooks::xls(&[], &corners)),
        "1 sheets, 2 cells"
    );
    // What a sheet declares of its size makes no room.
    let declared = workbooks::biff8(
        0x0200,
        &[0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 0xff, 0xff, 0, 0],
    );
    assert_eq!(
        costs_little(&workbooks::xls(
            &[],
            &[declared, workbooks::biff8_number(0, 0, 1.0)]
        )),
        "1 sheets, 1 cells"
    );
}

#[test]
fn what_unpacks_without_end_is_refused() {
    let rows = "<row/>".repeat(55_000_000);
    let said = costs_little(&workbooks::xlsx(&[&workbooks::sheet(&rows)], &[]));
    assert!(
        said.ends_with("max_ratio = 300") || said.ends_with("max_unpacked_bytes = 300000000"),
        "{said}"
    );
    drop(rows);
    let deep = format!("{}{}", "<a>".repeat(200_000), "</a>".repeat(200_000));
    assert_eq!(
        costs_little(&workbooks::xlsx(&[&workbooks::sheet(&deep)], &[])),
        "it holds more than max_xml_depth = 256"
    );
    assert_eq!(
        costs_little(&workbooks::ods(&deep, &[])),
        "it holds more than max_xml_depth = 256"
    );
}

#[test]
fn sizes_that_lie_make_no_room() {
    let one = workbooks::sheet(r#"<row><c t="s"><v>0</v></c></row>"#);
    let table = r#"<sst uniqueCount="99999999999"><si><t>a</t></si></sst>"#;
    let said = costs_little(&workbooks::xlsx(
        &[&one],
        &[("xl/sharedStrings.xml", table)],
    ));
    assert_eq!(said, "1 sheets, 1 cells");
    let shared = workbooks::sheet(
        r#"<row><c><f t="shared" si="99999999999" ref="A1:A2">B1</f><v>1</v></c></row>"#,
    );
    assert_eq!(
        costs_little(&workbooks::xlsx(&[&shared], &[])),
        "1 sheets, 1 cells"
    );
    // A quoted size in the directory of the package.
    let mut book = workbooks::xlsx(&[&workbooks::sheet("<row><c><v>1</v></c></row>")], &[]);
    let entries: Vec<usize> = (0..book.len() - 4)
        .filter(|at| book[*at..].starts_with(b"PK\x01\x02"))
        .collect();
    for at in entries {
        book[at + 24..at + 28].copy_from_slice(&1_u32.to_le_bytes());
    }
    let said = costs_little(&book);
    assert!(
        said.ends_with("larger than its declared uncompressed size"),
        "{said}"
    );
}

#[test]
fn texts_are_counted_as_often_as_they_stand() {
    let long = "a".repeat(1_000_000);
    let table = format!("<sst><si><t>{long}</t></si></sst>");
    let rows = r#"<row><c t="s"><v>0</v></c></row>"#.repeat(60);
    let over = "it holds more than max_text_bytes = 50000000";
    let sheet = workbooks::sheet(&rows);
    assert_eq!(
        costs_little(&workbooks::xlsx_stored(
            &[&sheet],
            &[("xl/sharedStrings.xml", &table)]
        )),
        over
    );
    let huge = format!("<sst>{}</sst>", "<si><t>a</t></si>".repeat(4_000_000));
    assert_eq!(
        costs_little(&workbooks::xlsx_stored(
            &[&sheet],
            &[("xl/sharedStrings.xml", &huge)]
        )),
        over
    );
    let inline = workbooks::sheet(&format!(
        "<row><c t=\"inlineStr\"><is><t>{}</t></is></c></row>",
        long.repeat(51)
    ));
    assert_eq!(costs_little(&workbooks::xlsx_stored(&[&inline], &[])), over);
    // A shared text of 8,000 letters in an .xls, in cell after cell.
    let mut table = vec![1, 0, 0, 0, 1, 0, 0, 0];
    table.extend(8000_u16.to_le_bytes());
    table.push(0);
    table.extend(vec![b'a'; 8000]);
    let cells: Vec<Vec<u8>> = (0..7000_u16)
        .map(|row| {
            workbooks::biff8(
                0x00fd,
                &[&row.to_le_bytes()[..], &[0, 0, 0, 0, 0, 0, 0, 0]].concat(),
            )
        })
        .collect();
    assert_eq!(
        costs_little(&workbooks::xls(&[workbooks::biff8(0x00fc, &table)], &cells)),
        over
    );
}

/// The most that the limits let in costs no more than a file may.
#[test]
fn as_many_cells_as_the_limits_allow_are_read() {
    let rows = "<row><c><v>1</v></c></row>".repeat(1_000_000);
    let sheet = workbooks::sheet(&rows);
    assert_eq!(
        costs_little(&workbooks::xlsx_stored(&[&sheet, &sheet], &[])),
        "2 sheets, 2000000 cells"
    );
}

/// A registry of 5,441 rows and 23 columns, ten times over, is no hostile file.
#[test]
fn ten_registries_pass() {
    let mut table = String::from("<sst>");
    let mut rows = String::new();
    for row in 0..54_410 {
        write!(
            table,
            "<si><t>Hợp tác xã nông nghiệp và dịch vụ số {row}</t></si>"
        )
        .unwrap();
        rows.push_str("<row>");
        for column in 0..23 {
            if column % 2 == 0 {
                write!(rows, r#"<c t="s"><v>{row}</v></c>"#).unwrap();
            } else {
                write!(rows, "<c><v>{}</v></c>", row * 31 + column * 7).unwrap();
            }
        }
        rows.push_str("</row>");
    }
    table.push_str("</sst>");
    let book = workbooks::xlsx(
        &[&workbooks::sheet(&rows)],
        &[("xl/sharedStrings.xml", &table)],
    );
    assert_eq!(costs_little(&book), "1 sheets, 1251430 cells");
}

/// Cut anywhere or with a byte changed, a file is read or refused: no parser ends the process.
#[test]
fn damage_is_an_error_and_nothing_worse() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let xlsx = fs::read(root.join("sample-data/2022/2022_UBND_gia_lai_bieu_KTTT.xlsx")).unwrap();
    let cells: Vec<Vec<u8>> = (0..40)
        .map(|n| workbooks::biff8_number(n, n % 7, f64::from(n)))
        .collect();
    let xls = workbooks::xls(
        &[workbooks::biff8(0x00fc, b"\x01\0\0\0\x01\0\0\0\x02\0\0ab")],
        &cells,
    );
    let ods = workbooks::ods(
        r#"<table:table table:name="A"><table:table-row><table:table-cell office:value-type="float" office:value="1"><text:p>1</text:p></table:table-cell></table:table-row></table:table>"#,
        &[],
    );
    let xlsb = workbooks::xlsb(
        &[
            workbooks::biff12(0, &[0; 17]),
            workbooks::biff12(5, &[0; 16]),
        ],
        &[],
    );
    let mut refused = 0;
    for (n, whole) in [xlsx, xls, ods, xlsb].iter().enumerate() {
        let look = |bytes: &[u8]| {
            in_a_file(bytes, |path| match sniff(path).unwrap() {
                Ok(media) => {
                    read_file(path, media, Limits::default(), &Encodings::default()).map(|_| ())
                }
                Err(_) => Err(ReadError::Encrypted),
            })
        };
        look(whole).unwrap_or_else(|e| panic!("{n}: {e}"));
        for step in 0..60 {
            let cut = whole.len() * step / 60;
            refused += usize::from(look(&whole[..cut]).is_err());
            let mut changed = whole.clone();
            changed[cut] ^= 1 << (step % 8);
            let _ = look(&changed);
        }
    }
    assert!(refused > 200, "{refused} of 240 cut files were refused");
}
