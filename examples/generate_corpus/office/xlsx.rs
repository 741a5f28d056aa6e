//! Office Open XML, transitional or strict, with or without macros.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Write;

use super::super::grid::{Cell, Mark, letters};
use super::attached::{add_link, chart_sheet};
use super::looks::{Look, Looks};
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

/// The workbook's fonts: the office's own, those of cells, then those of looks.
struct Styles<'a> {
    fonts: Vec<String>,
    looks: Looks<'a>,
}

impl<'a> Styles<'a> {
    fn of(pages: &[Page<'a>]) -> Self {
        let used: BTreeSet<&str> = pages
            .iter()
            .flat_map(|page| page.fonts.iter().map(|(_, font)| *font))
            .collect();
        let mut fonts = vec!["Times New Roman".to_owned()];
        fonts.extend(used.iter().map(|font| (*font).to_owned()));
        let looks = Looks::of(pages);
        Self { fonts, looks }
    }

    /// The style of a font; that of dates comes behind them, then those of looks.
    fn style(&self, page: &Page, row: u32, column: u16, cell: &Cell) -> usize {
        let look = page.look(row, column);
        if let Some(place) = look.and_then(|look| self.looks.place(&look)) {
            return self.fonts.len() + 1 + place;
        }
        match cell {
            Cell::Date(..) => self.fonts.len(),
            _ => self.font(page.font(row, column)),
        }
    }

    fn font(&self, font: Option<&str>) -> usize {
        font.and_then(|font| self.fonts.iter().position(|f| f == font))
            .unwrap_or(0)
    }

    fn xml(&self, names: &Names) -> String {
        let mut xml = format!("{HEAD}<styleSheet xmlns=\"{}\">", names.main);
        let looks = &self.looks;
        if !looks.formats.is_empty() {
            xml += &format!("<numFmts count=\"{}\">", looks.formats.len());
            for format in &looks.formats {
                let number = looks.number(Some(format));
                let code = escape(format);
                xml += &format!("<numFmt numFmtId=\"{number}\" formatCode=\"{code}\"/>");
            }
            xml += "</numFmts>";
        }
        let struck: Vec<&Look> = looks.all.iter().filter(|look| look.struck).collect();
        xml += &format!("<fonts count=\"{}\">", self.fonts.len() + struck.len());
        let font = |strike: &str, name: &str| {
            let name = escape(name);
            format!("<font>{strike}<sz val=\"12\"/><name val=\"{name}\"/></font>")
        };
        for name in &self.fonts {
            xml += &font("", name);
        }
        for look in &struck {
            xml += &font("<strike/>", look.font.unwrap_or(&self.fonts[0]));
        }
        xml += "</fonts><fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill></fills>";
        xml += "<borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>";
        xml += "<cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>";
        let count = self.fonts.len() + 1 + looks.all.len();
        xml += &format!("<cellXfs count=\"{count}\">");
        for font in 0..self.fonts.len() {
            xml += &format!(
                "<xf numFmtId=\"0\" fontId=\"{font}\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyFont=\"1\"/>"
            );
        }
        xml += "<xf numFmtId=\"14\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>";
        for look in &looks.all {
            let font = match struck.iter().position(|struck| *struck == look) {
                Some(place) => self.fonts.len() + place,
                None => self.font(look.font),
            };
            let number = looks.number(look.format);
            xml += &format!(
                "<xf numFmtId=\"{number}\" fontId=\"{font}\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\" applyFont=\"1\"/>"
            );
        }
        xml += "</cellXfs>";
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
    parts.spoil(&book.flaws)?;
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
    if book.never_computed {
        xml += "<calcPr calcId=\"0\" fullCalcOnLoad=\"1\"/>";
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
            let style = styles.style(page, row as u32, column as u16, cell);
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
    for run in runs {
        let font = run.font.as_deref().unwrap_or("Times New Roman");
        let (strike, align) = match run.mark {
            None => ("", ""),
            Some(Mark::Struck) => ("<strike/>", ""),
            Some(Mark::Raised) => ("", "<vertAlign val=\"superscript\"/>"),
            Some(Mark::Lowered) => ("", "<vertAlign val=\"subscript\"/>"),
        };
        let _ = write!(
            xml,
            "<r><rPr>{strike}<sz val=\"12\"/><rFont val=\"{}\"/>{align}</rPr>{}</r>",
            escape(font),
            piece(&run.text)
        );
    }
    xml
}
