//! Marks a workbook: colours and notes on its cells, and a sheet that lists everything. The rest stays unchanged.

use std::collections::{BTreeMap, BTreeSet};

use super::error::MarkError;
use super::letter::{Letter, Remark};
use super::list;
use super::names::first_free;
use super::notes::{add_boxes, add_comments, empty_comments, empty_drawing};
use super::package::{EditedPackage, Relationship, pack};
use super::sheet::{SheetMarkupLayout, address, attach_legacy_drawing, colour};
use super::styles::{Styles, colour_of};
use super::words::FeedbackWords;
use super::xml::{Edits, TagKind, append_child, content, root, tags, value};
use crate::read::Address;

/// Content type of a comments part.
const COMMENTS: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml";
/// Content type of a VML drawing.
const DRAWING: &str = "application/vnd.openxmlformats-officedocument.vmlDrawing";
/// Content type of a worksheet part.
const WORKSHEET: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml";

/// A sheet of the workbook: its name and its part.
struct SheetPart {
    name: String,
    part: String,
}

/// The workbook part, its relationships and its sheets.
struct WorkbookPart {
    part: String,
    text: String,
    related: Vec<Relationship>,
    sheets: Vec<SheetPart>,
    /// Number of sheets of any kind.
    count: usize,
    largest_id: u32,
    /// Namespace of spreadsheets.
    namespace: String,
    /// Namespace of relationships, with which their types begin.
    relationships: String,
}

impl WorkbookPart {
    fn read(package: &mut EditedPackage<'_>) -> Result<Self, MarkError> {
        let part = package
            .relationships("")?
            .into_iter()
            .find(|r| r.is("officeDocument"))
            .map(|r| r.part)
            .ok_or_else(|| MarkError::Missing("workbook".to_owned()))?;
        let text = package.expect(&part)?;
        let related = package.relationships(&part)?;
        let namespace = root(&text)?
            .namespace()
            .ok_or_else(|| MarkError::Xml("it is not a workbook".to_owned()))?;
        let relationships = related
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
            if tag.depth != 2 || tag.local() != "sheet" || tag.kind == TagKind::Close {
                continue;
            }
            count += 1;
            largest_id = largest_id.max(tag.number("sheetId").unwrap_or(0));
            let id = tag.attribute("id");
            let worksheet = related
                .iter()
                .find(|r| Some(&r.id) == id.as_ref() && r.is("worksheet"));
            if let (Some(name), Some(worksheet)) = (tag.attribute("name"), worksheet) {
                sheets.push(SheetPart {
                    name,
                    part: worksheet.part.clone(),
                });
            }
        }
        Ok(Self {
            part,
            text,
            related,
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
    /// Extension of its name: `xlsm` for a workbook with macros, else `xlsx`.
    pub extension: &'static str,
}

/// Marks a workbook. A remark whose sheet or cell is not in the workbook appears in the list only.
///
/// # Errors
/// When it is not an Office Open XML workbook, or is written in a way that this program cannot add to.
pub(super) fn mark(
    bytes: &[u8],
    letter: &Letter,
    unread: bool,
    words: &FeedbackWords,
    limit: u64,
) -> Result<Marked, MarkError> {
    let mut package = EditedPackage::open(bytes, limit)?;
    let book = WorkbookPart::read(&mut package)?;
    let with_macros = package
        .declared(&book.part)?
        .is_some_and(|media| media.to_lowercase().contains("macroenabled"));
    let mut styles = open_styles(&mut package, &book)?;
    let target = |remark: &Remark| {
        let mut sheets = book.sheets.iter();
        let sheet = sheets.find(|s| Some(&s.name) == remark.sheet.as_ref())?;
        let cell = remark.cell.as_deref().and_then(address)?;
        Some((sheet.name.clone(), cell.to_string()))
    };
    let targets: Vec<Option<list::LinkTarget>> = letter.remarks.iter().map(target).collect();
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
        extension: if with_macros { "xlsm" } else { "xlsx" },
    })
}

fn styles_part(book: &WorkbookPart) -> String {
    let stated = book.related.iter().find(|r| r.is("styles"));
    stated.map_or_else(|| "xl/styles.xml".to_owned(), |r| r.part.clone())
}

/// The styles of a workbook; one without styles gets plain ones.
fn open_styles(package: &mut EditedPackage<'_>, book: &WorkbookPart) -> Result<Styles, MarkError> {
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

/// Colours cells of a sheet and adds notes to them.
fn mark_sheet(
    package: &mut EditedPackage<'_>,
    book: &WorkbookPart,
    index: usize,
    cells: BTreeMap<Address, Vec<&Remark>>,
    words: &FeedbackWords,
    styles: &mut Styles,
) -> Result<(), MarkError> {
    let sheet = &book.sheets[index];
    let text = package.expect(&sheet.part)?;
    let merged = SheetMarkupLayout::read(&text, &cells.keys().copied().collect())?;
    let mut shown: BTreeMap<Address, Vec<&Remark>> = BTreeMap::new();
    for (at, remarks) in cells {
        shown.entry(merged.anchor(at)).or_default().extend(remarks);
    }
    let layout = SheetMarkupLayout::read(&text, &shown.keys().copied().collect())?;
    let mut colours = BTreeMap::new();
    let mut notes = BTreeMap::new();
    for (at, mut remarks) in shown {
        remarks.sort_by_key(|r| std::cmp::Reverse(r.severity));
        if let Some(worst) = remarks.first() {
            colours.insert(at, colour_of(worst.severity));
        }
        notes.insert(at, list::note(&remarks, words));
    }
    let mut text = colour(&text, &colours, &layout, styles)?;

    let related = package.relationships(&sheet.part)?;
    let (comments_part, comments) = match related.iter().find(|r| r.is("comments")) {
        Some(there) => (there.part.clone(), package.expect(&there.part)?),
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
        .and_then(|id| related.iter().find(|r| r.id == *id));
    let (drawing_part, drawing) = match drawing {
        Some(there) => (there.part.clone(), package.expect(&there.part)?),
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
    package: &mut EditedPackage<'_>,
    book: &WorkbookPart,
    letter: &Letter,
    targets: &[Option<list::LinkTarget>],
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

/// Adds a defined name to a workbook.
fn define_name(text: &str, prefix: &str, name: &str) -> Result<String, MarkError> {
    let mut at = None;
    for tag in tags(text) {
        let tag = tag?;
        if tag.depth != 1 || tag.kind == TagKind::Open && tag.local() != "definedNames" {
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

/// A workbook without sheets, to which the list is added.
pub(super) fn empty_workbook() -> Result<Vec<u8>, MarkError> {
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const TYPE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let types = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
        <Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
        <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
        <Default Extension=\"xml\" ContentType=\"application/xml\"/>\
        <Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>\
        </Types>";
    let relationships = format!(
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
        ("_rels/.rels", &relationships),
        ("xl/workbook.xml", &book),
    ])
}
