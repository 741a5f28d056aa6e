//! Office Open XML, transitional or strict, with or without macros.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Write;

use super::super::grid::{Cell, letters};
use super::attached::{add_link, chart_sheet};
use super::{Page, Parts, Workbook, escape};

pub(super) const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";

/// The namespaces of a variant.
pub(super) struct Names {
    pub(super) main: &'static str,
    pub(super) relations: &'static str,
}

const TRANSITIONAL: Names = Names {
    main: "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    relations: "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
};

const STRICT: Names = Names {
    main: "http://purl.oclc.org/ooxml/spreadsheetml/main",
    relations: "http://purl.oclc.org/ooxml/officeDocument/relationships",
};

/// The workbook's fonts: the office's own, then those of cells.
struct Styles {
    fonts: Vec<String>,
}

impl Styles {
    fn of(pages: &[Page]) -> Self {
        let used: BTreeSet<&str> = pages
            .iter()
            .flat_map(|page| page.fonts.iter().map(|(_, font)| *font))
            .collect();
        let mut fonts = vec!["Times New Roman".to_owned()];
        fonts.extend(used.iter().map(|font| (*font).to_owned()));
        Self { fonts }
    }

    /// The style of a font; that of dates comes last.
    fn style(&self, font: Option<&str>) -> usize {
        font.and_then(|font| self.fonts.iter().position(|f| f == font))
            .unwrap_or(0)
    }

    fn xml(&self, names: &Names) -> String {
        let mut xml = format!(
            "{HEAD}<styleSheet xmlns=\"{}\"><fonts count=\"{}\">",
            names.main,
            self.fonts.len()
        );
        for font in &self.fonts {
            xml += &format!(
                "<font><sz val=\"12\"/><name val=\"{}\"/></font>",
                escape(font)
            );
        }
        xml += "</fonts><fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill></fills>";
        xml += "<borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>";
        xml += "<cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>";
        xml += &format!("<cellXfs count=\"{}\">", self.fonts.len() + 1);
        for font in 0..self.fonts.len() {
            xml += &format!(
                "<xf numFmtId=\"0\" fontId=\"{font}\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyFont=\"1\"/>"
            );
        }
        xml += "<xf numFmtId=\"14\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/></cellXfs>";
        xml + "<cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/></cellStyles></styleSheet>"
    }
}

/// A relation from one part to another: id, kind, target.
pub(super) type Relation<'a> = (String, &'a str, String);

pub(super) fn relations(names: &Names, relations: &[Relation]) -> String {
    let mut xml = format!("{HEAD}<Relationships xmlns=\"{PACKAGE}/relationships\">");
    for (id, kind, target) in relations {
        let mode = if *kind == "externalLinkPath" {
            " TargetMode=\"External\""
        } else {
            ""
        };
        xml += &format!(
            "<Relationship Id=\"{id}\" Type=\"{}/{kind}\" Target=\"{target}\"{mode}/>",
            names.relations
        );
    }
    xml + "</Relationships>"
}

pub(crate) fn write(book: &Workbook, macros: bool) -> Result<Vec<u8>, Box<dyn Error>> {
    let pages = Page::all(book)?;
    let names = if book.strict { &STRICT } else { &TRANSITIONAL };
    let styles = Styles::of(&pages);
    let mut texts = Vec::new();
    let mut parts = Parts::default();
    let base = if book.absolute_targets { "/xl/" } else { "" };
    let mut related: Vec<Relation> = Vec::new();
    let mut overrides = String::new();
    let mut declare = |part: &str, kind: &str| {
        overrides += &format!("<Override PartName=\"/{part}\" ContentType=\"{kind}\"/>");
    };
    let spreadsheet = "application/vnd.openxmlformats-officedocument.spreadsheetml";
    let main = if macros {
        "application/vnd.ms-excel.sheet.macroEnabled.main+xml".to_owned()
    } else {
        format!("{spreadsheet}.sheet.main+xml")
    };
    declare("xl/workbook.xml", &main);
    let mut bodies = Vec::new();
    for (i, page) in pages.iter().enumerate() {
        let n = i + 1;
        if page.sheet.chart {
            let part = format!("xl/chartsheets/sheet{n}.xml");
            declare(&part, &format!("{spreadsheet}.chartsheet+xml"));
            related.push((
                format!("rId{n}"),
                "chartsheet",
                format!("{base}chartsheets/sheet{n}.xml"),
            ));
            bodies.extend(chart_sheet(names, n, &mut declare));
        } else {
            let part = format!("xl/worksheets/sheet{n}.xml");
            declare(&part, &format!("{spreadsheet}.worksheet+xml"));
            related.push((
                format!("rId{n}"),
                "worksheet",
                format!("{base}worksheets/sheet{n}.xml"),
            ));
            bodies.push((part, worksheet(book, names, page, &styles, &mut texts)));
        }
    }
    let mut also = |kind: &'static str, target: &str, content: &str| {
        let id = format!("rId{}", related.len() + 1);
        related.push((id.clone(), kind, format!("{base}{target}")));
        if !content.is_empty() {
            declare(&format!("xl/{target}"), content);
        }
        id
    };
    also("styles", "styles.xml", &format!("{spreadsheet}.styles+xml"));
    bodies.push(("xl/styles.xml".to_owned(), styles.xml(names)));
    if !texts.is_empty() {
        let kind = format!("{spreadsheet}.sharedStrings+xml");
        also("sharedStrings", "sharedStrings.xml", &kind);
        let mut xml = format!(
            "{HEAD}<sst xmlns=\"{}\" count=\"{1}\" uniqueCount=\"{1}\">",
            names.main,
            texts.len()
        );
        for text in &texts {
            xml += &format!("<si>{text}</si>");
        }
        bodies.push(("xl/sharedStrings.xml".to_owned(), xml + "</sst>"));
    }
    let link = book.external_link.then(|| {
        let kind = format!("{spreadsheet}.externalLink+xml");
        also("externalLink", "externalLinks/externalLink1.xml", &kind)
    });
    if macros {
        also("vbaProject", "vbaProject.bin", "");
    }
    parts.add(
        "[Content_Types].xml",
        format!(
            "{HEAD}<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/><Default Extension=\"bin\" ContentType=\"application/vnd.ms-office.vbaProject\"/>{overrides}</Types>"
        ),
    );
    let root = if book.absolute_targets {
        "/xl/workbook.xml"
    } else {
        "xl/workbook.xml"
    };
    parts.add(
        "_rels/.rels",
        relations(
            names,
            &[("rId1".to_owned(), "officeDocument", root.to_owned())],
        ),
    );
    parts.add(
        "xl/workbook.xml",
        workbook(book, names, &pages, link.as_deref()),
    );
    parts.add("xl/_rels/workbook.xml.rels", relations(names, &related));
    for (part, xml) in bodies {
        parts.add(&part, xml);
    }
    if macros {
        parts.add("xl/vbaProject.bin", b"not a real program".to_vec());
    }
    if link.is_some() {
        add_link(names, &mut parts);
    }
    parts.zip()
}

fn workbook(book: &Workbook, names: &Names, pages: &[Page], link: Option<&str>) -> String {
    let conformance = if book.strict {
        " conformance=\"strict\""
    } else {
        ""
    };
    let mut xml = format!(
        "{HEAD}<workbook xmlns=\"{}\" xmlns:r=\"{}\"{conformance}>",
        names.main, names.relations
    );
    if book.date1904 {
        xml += "<workbookPr date1904=\"1\"/>";
    }
    xml += "<sheets>";
    for (i, page) in pages.iter().enumerate() {
        let state = if page.sheet.hidden {
            " state=\"hidden\""
        } else {
            ""
        };
        xml += &format!(
            "<sheet name=\"{}\" sheetId=\"{1}\"{state} r:id=\"rId{1}\"/>",
            escape(&page.sheet.name),
            i + 1
        );
    }
    xml += "</sheets>";
    if let Some(id) = link {
        xml +=
            &format!("<externalReferences><externalReference r:id=\"{id}\"/></externalReferences>");
    }
    let areas = pages.iter().enumerate();
    let areas: Vec<String> = areas
        .filter_map(|(i, page)| {
            let (r1, c1, r2, c2) = super::grid::area(page.sheet.print_area.as_ref()?).ok()?;
            Some(format!(
                "<definedName name=\"_xlnm.Print_Area\" localSheetId=\"{i}\">'{}'!${}${}:${}${}</definedName>",
                escape(&page.sheet.name),
                letters(c1),
                r1 + 1,
                letters(c2),
                r2 + 1
            ))
        })
        .collect();
    if !areas.is_empty() {
        xml += &format!("<definedNames>{}</definedNames>", areas.concat());
    }
    xml + "</workbook>"
}

fn worksheet(
    book: &Workbook,
    names: &Names,
    page: &Page,
    styles: &Styles,
    texts: &mut Vec<String>,
) -> String {
    let mut xml = format!("{HEAD}<worksheet xmlns=\"{}\">", names.main);
    if !page.hidden_columns.is_empty() {
        xml += "<cols>";
        for column in &page.hidden_columns {
            let n = column + 1;
            xml += &format!(
                "<col min=\"{n}\" max=\"{n}\" width=\"9\" hidden=\"1\" customWidth=\"1\"/>"
            );
        }
        xml += "</cols>";
    }
    xml += "<sheetData>";
    for (row, cells) in page.rows.iter().enumerate() {
        let hidden = if page.hides_row(row as u32) {
            " hidden=\"1\""
        } else {
            ""
        };
        let place = if book.no_references {
            String::new()
        } else {
            format!(" r=\"{}\"", row + 1)
        };
        xml += &format!("<row{place}{hidden}>");
        for (column, cell) in cells.iter().enumerate() {
            let style = match cell {
                Cell::Date(..) => styles.fonts.len(),
                _ => styles.style(page.font(row as u32, column as u16)),
            };
            let mut place = if book.no_references {
                String::new()
            } else {
                format!(" r=\"{}{}\"", letters(column as u16), row + 1)
            };
            if style > 0 {
                place += &format!(" s=\"{style}\"");
            }
            match cell_xml(book, cell, texts) {
                Some((kind, inside)) => xml += &format!("<c{place}{kind}>{inside}</c>"),
                None if book.no_references => xml += "<c/>",
                None => {}
            }
        }
        xml += "</row>";
    }
    xml += "</sheetData>";
    if !page.merged.is_empty() {
        xml += &format!("<mergeCells count=\"{}\">", page.merged.len());
        for (r1, c1, r2, c2) in &page.merged {
            xml += &format!(
                "<mergeCell ref=\"{}{}:{}{}\"/>",
                letters(*c1),
                r1 + 1,
                letters(*c2),
                r2 + 1
            );
        }
        xml += "</mergeCells>";
    }
    xml + "</worksheet>"
}

/// The attribute of a cell's kind, and what is in the cell.
fn cell_xml(
    book: &Workbook,
    cell: &Cell,
    texts: &mut Vec<String>,
) -> Option<(&'static str, String)> {
    Some(match cell {
        Cell::Blank => return None,
        Cell::Number(n, _) => ("", format!("<v>{n}</v>")),
        Cell::Date(days, _) => {
            let days = if book.date1904 { days - 1462.0 } else { *days };
            ("", format!("<v>{days}</v>"))
        }
        Cell::Error(error) => (" t=\"e\"", format!("<v>{error}</v>")),
        Cell::Text(_) | Cell::Runs(_) => {
            let text = text_xml(cell);
            if book.inline_strings {
                (" t=\"inlineStr\"", format!("<is>{text}</is>"))
            } else {
                let known = texts.iter().position(|t| *t == text);
                let n = known.unwrap_or_else(|| {
                    texts.push(text);
                    texts.len() - 1
                });
                (" t=\"s\"", format!("<v>{n}</v>"))
            }
        }
        Cell::Formula(formula, result) => {
            let formula = format!("<f>{}</f>", escape(formula));
            match result.as_deref() {
                None => ("", formula),
                Some(Cell::Error(error)) => (" t=\"e\"", format!("{formula}<v>{error}</v>")),
                Some(Cell::Text(text)) => {
                    (" t=\"str\"", format!("{formula}<v>{}</v>", escape(text)))
                }
                Some(other) => ("", format!("{formula}<v>{}</v>", other.as_typed())),
            }
        }
    })
}

fn text_xml(cell: &Cell) -> String {
    let piece = |text: &str| format!("<t xml:space=\"preserve\">{}</t>", escape(text));
    let Cell::Runs(runs) = cell else {
        return piece(&cell.as_typed());
    };
    let mut xml = String::new();
    for (font, text) in runs {
        let font = font.as_deref().unwrap_or("Times New Roman");
        let _ = write!(
            xml,
            "<r><rPr><sz val=\"12\"/><rFont val=\"{}\"/></rPr>{}</r>",
            escape(font),
            piece(text)
        );
    }
    xml
}
