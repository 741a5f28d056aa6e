//! A workbook with remarks: colours and notes on its cells, and a sheet that lists everything. All else stays.

use std::collections::{BTreeMap, BTreeSet};

use super::notes::{add_boxes, add_comments, empty_comments, empty_drawing};
use super::package::{Package, Relationship, pack};
use super::sheet::{Layout, address, attach_legacy_drawing, colour};
use super::styles::Styles;
use super::words::FeedbackWords;
use super::xml::{Edits, Kind, append_child, content, root, tags, value};
use super::{Letter, MarkError, Remark, colour_of, first_free, list};
use crate::read::Address;

/// Type of a comments part.
const COMMENTS: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml";
/// Type of a drawing in VML.
const DRAWING: &str = "application/vnd.openxmlformats-officedocument.vmlDrawing";
/// Type of a worksheet part.
const WORKSHEET: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml";

/// A sheet of the workbook.
struct SheetPart {
    name: String,
    part: String,
}

/// The workbook part, and what it leads to.
struct Book {
    part: String,
    text: String,
    ways: Vec<Relationship>,
    sheets: Vec<SheetPart>,
    /// Number of sheets of any kind.
    count: usize,
    largest_id: u32,
    /// Namespace of spreadsheets.
    namespace: String,
    /// Beginning of the types of relationships, and their namespace.
    relationships: String,
}

impl Book {
    fn read(package: &mut Package<'_>) -> Result<Self, MarkError> {
        let part = package
            .relationships("")?
            .into_iter()
            .find(|r| r.is("officeDocument"))
            .map(|r| r.part)
            .ok_or_else(|| MarkError::Missing("workbook".to_owned()))?;
        let text = package.expect(&part)?;
        let ways = package.relationships(&part)?;
        let namespace = root(&text)?
            .namespace()
            .ok_or_else(|| MarkError::Xml("it is no workbook".to_owned()))?;
        let relationships = ways
            .iter()
            .find(|r| r.is("worksheet"))
            .and_then(|r| r.kind.rsplit_once('/'))
            .map_or(
                "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
                |(base, _)| base,
            )
            .to_owned();
        let (mut sheets, mut count, mut largest_id) = (Vec::new(), 0, 0);
        for tag in tags(&text) {
            let tag = tag?;
            if tag.depth != 2 || tag.local() != "sheet" || tag.kind == Kind::Close {
                continue;
            }
            count += 1;
            largest_id = largest_id.max(tag.number("sheetId").unwrap_or(0));
            let way = tag.attribute("id");
            let way = ways
                .iter()
                .find(|r| Some(&r.id) == way.as_ref() && r.is("worksheet"));
            if let (Some(name), Some(way)) = (tag.attribute("name"), way) {
                sheets.push(SheetPart {
                    name,
                    part: way.part.clone(),
                });
            }
        }
        Ok(Self {
            part,
            text,
            ways,
            sheets,
            count,
            largest_id,
            namespace,
            relationships,
        })
    }

    /// A name that no sheet has.
    fn free_name(&self, wanted: &str) -> Result<String, MarkError> {
        let mut taken = BTreeSet::new();
        for tag in tags(&self.text) {
            let tag = tag?;
            if tag.depth == 2 && tag.local() == "sheet" {
                taken.extend(tag.attribute("name").map(|n| n.to_lowercase()));
            }
        }
        Ok(first_free(
            |n| match n {
                1 => wanted.to_owned(),
                n => format!("{wanted} ({n})"),
            },
            |name| taken.contains(&name.to_lowercase()),
        ))
    }
}

/// A marked workbook.
pub(super) struct Marked {
    pub bytes: Vec<u8>,
    /// Extension for its name: that of workbooks with programs in them, or without.
    pub extension: &'static str,
}

/// Marks a workbook. Remarks whose sheet or cell it does not have stand in the list only.
///
/// # Errors
/// When it is no Office Open XML workbook, or is written in a way that cannot be added to.
pub(super) fn mark(
    bytes: &[u8],
    letter: &Letter,
    unread: bool,
    words: &FeedbackWords,
    limit: u64,
) -> Result<Marked, MarkError> {
    let mut package = Package::open(bytes, limit)?;
    let book = Book::read(&mut package)?;
    let with_programs = package
        .declared(&book.part)?
        .is_some_and(|media| media.to_lowercase().contains("macroenabled"));
    let mut styles = open_styles(&mut package, &book)?;
    let mut targets: Vec<Option<list::Target>> = Vec::with_capacity(letter.remarks.len());
    for remark in &letter.remarks {
        let sheet = book
            .sheets
            .iter()
            .find(|s| Some(&s.name) == remark.sheet.as_ref());
        let cell = remark.cell.as_deref().and_then(address);
        targets.push(
            sheet
                .zip(cell)
                .map(|(s, c)| (s.name.clone(), c.to_string())),
        );
    }
    for (i, sheet) in book.sheets.iter().enumerate() {
        let mut cells: BTreeMap<Address, Vec<&Remark>> = BTreeMap::new();
        for remark in letter
            .remarks
            .iter()
            .filter(|r| r.sheet.as_ref() == Some(&sheet.name))
        {
            if let Some(at) = remark.cell.as_deref().and_then(address) {
                cells.entry(at).or_default().push(remark);
            }
        }
        if !cells.is_empty() {
            mark_sheet(&mut package, &book, i, cells, words, &mut styles)?;
        }
    }
    add_list(
        &mut package,
        &book,
        letter,
        &targets,
        unread,
        words,
        &mut styles,
    )?;
    let part = styles_part(&book);
    package.put(&part, styles.finish());
    Ok(Marked {
        bytes: package.finish()?,
        extension: if with_programs { "xlsm" } else { "xlsx" },
    })
}

fn styles_part(book: &Book) -> String {
    let stated = book.ways.iter().find(|r| r.is("styles"));
    stated.map_or_else(|| "xl/styles.xml".to_owned(), |r| r.part.clone())
}

/// The styles of a workbook; a workbook without any is given plain ones.
fn open_styles(package: &mut Package<'_>, book: &Book) -> Result<Styles, MarkError> {
    let part = styles_part(book);
    if let Some(text) = package.text(&part)? {
        return Styles::read(text);
    }
    package.relate(&book.part, &format!("{}/styles", book.relationships), &part)?;
    package.declare(
        &part,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml",
    )?;
    Styles::read(plain_styles(&book.namespace))
}

fn plain_styles(namespace: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<styleSheet xmlns=\"{namespace}\">\
         <fonts count=\"1\"><font><sz val=\"11\"/><name val=\"Times New Roman\"/></font></fonts>\
         <fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill></fills>\
         <borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>\
         <cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>\
         <cellXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/></cellXfs></styleSheet>"
    )
}

/// Colours the cells of a sheet and puts notes on them.
fn mark_sheet(
    package: &mut Package<'_>,
    book: &Book,
    index: usize,
    cells: BTreeMap<Address, Vec<&Remark>>,
    words: &FeedbackWords,
    styles: &mut Styles,
) -> Result<(), MarkError> {
    let sheet = &book.sheets[index];
    let text = package.expect(&sheet.part)?;
    let asked = cells.keys().copied().collect();
    let merged = Layout::read(&text, &asked)?;
    let mut shown: BTreeMap<Address, Vec<&Remark>> = BTreeMap::new();
    for (at, remarks) in cells {
        shown.entry(merged.anchor(at)).or_default().extend(remarks);
    }
    let layout = Layout::read(&text, &shown.keys().copied().collect())?;
    let mut colours = BTreeMap::new();
    let mut notes = BTreeMap::new();
    for (at, mut remarks) in shown {
        remarks.sort_by_key(|r| std::cmp::Reverse(r.severity));
        if let Some(gravest) = remarks.first() {
            colours.insert(at, colour_of(gravest.severity));
        }
        notes.insert(at, list::note(&remarks, words));
    }
    let mut text = colour(&text, &colours, &layout, styles)?;

    let ways = package.relationships(&sheet.part)?;
    let (comments_part, comments) = match ways.iter().find(|r| r.is("comments")) {
        Some(way) => (way.part.clone(), package.expect(&way.part)?),
        None => {
            let part = package.free_name("xl/comments", "xml");
            let kind = format!("{}/comments", book.relationships);
            package.relate(&sheet.part, &kind, &part)?;
            package.declare(&part, COMMENTS)?;
            (part, empty_comments(&book.namespace))
        }
    };
    let (comments, new) = add_comments(&comments, &notes)?;
    package.put(&comments_part, comments);

    let cluster = index + 1;
    let drawing = layout
        .legacy_drawing
        .as_ref()
        .and_then(|id| ways.iter().find(|r| r.id == *id));
    let (drawing_part, drawing) = match drawing {
        Some(way) => (way.part.clone(), package.expect(&way.part)?),
        None => {
            let part = package.free_name("xl/drawings/vmlDrawingFeedback", "vml");
            let kind = format!("{}/vmlDrawing", book.relationships);
            let id = package.relate(&sheet.part, &kind, &part)?;
            package.declare(&part, DRAWING)?;
            text = attach_legacy_drawing(&text, &id, &book.relationships)?;
            (part, empty_drawing(cluster))
        }
    };
    let drawing = add_boxes(&drawing, &new, &notes, &layout, cluster)?;
    package.put(&drawing_part, drawing);
    package.put(&sheet.part, text);
    Ok(())
}

/// Adds the list as the last sheet.
fn add_list(
    package: &mut Package<'_>,
    book: &Book,
    letter: &Letter,
    targets: &[Option<list::Target>],
    unread: bool,
    words: &FeedbackWords,
    styles: &mut Styles,
) -> Result<(), MarkError> {
    let name = book.free_name(&words.sheet)?;
    let part = package.free_name("xl/worksheets/feedback", "xml");
    let text = list::worksheet(letter, targets, unread, words, styles, &book.namespace);
    package.put(&part, text);
    package.declare(&part, WORKSHEET)?;
    let kind = format!("{}/worksheet", book.relationships);
    let id = package.relate(&book.part, &kind, &part)?;
    let prefix = root(&book.text)?.prefix().to_owned();
    let child = format!(
        "<{prefix}sheet xmlns:r=\"{}\" name=\"{}\" sheetId=\"{}\" r:id=\"{id}\"/>",
        book.relationships,
        value(&name),
        book.largest_id + 1
    );
    let text = append_child(&book.text, "sheets", &child)?;
    let titles = format!(
        "<{prefix}definedName name=\"_xlnm.Print_Titles\" localSheetId=\"{}\">{}</{prefix}definedName>",
        book.count,
        content(&list::print_titles(&name))
    );
    let text = define_name(&text, &prefix, &titles)?;
    package.put(&book.part, text);
    Ok(())
}

/// Puts a name among those of a workbook.
fn define_name(text: &str, prefix: &str, name: &str) -> Result<String, MarkError> {
    let mut at = None;
    for tag in tags(text) {
        let tag = tag?;
        if tag.depth != 1 || tag.kind == Kind::Open && tag.local() != "definedNames" {
            continue;
        }
        match tag.local() {
            "definedNames" => return append_child(text, "definedNames", name),
            "sheets" | "functionGroups" | "externalReferences" => at = Some(tag.span.end),
            _ => {}
        }
    }
    let at = at.ok_or_else(|| MarkError::Xml("the workbook has no sheets".to_owned()))?;
    let mut edits = Edits::default();
    edits.insert(
        at,
        format!("<{prefix}definedNames>{name}</{prefix}definedNames>"),
    );
    Ok(edits.apply(text))
}

/// A workbook without a sheet, for a list alone.
pub(super) fn empty_workbook() -> Result<Vec<u8>, MarkError> {
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const TYPE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let types = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
        <Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
        <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
        <Default Extension=\"xml\" ContentType=\"application/xml\"/>\
        <Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>\
        </Types>";
    let ways = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
         <Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
         <Relationship Id=\"rId1\" Type=\"{TYPE}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
    );
    let book = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
         <workbook xmlns=\"{MAIN}\"><bookViews><workbookView/></bookViews><sheets/></workbook>"
    );
    pack(&[
        ("[Content_Types].xml", types),
        ("_rels/.rels", &ways),
        ("xl/workbook.xml", &book),
    ])
}
