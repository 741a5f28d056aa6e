//! Notes on cells: their texts in the comments part, and their boxes in a drawing.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::error::MarkError;
use super::sheet::{SheetMarkupLayout, address};
use super::xml::{Edits, TagKind, append_child, content, root, tags};
use crate::read::Address;

/// The author of the notes.
const AUTHOR: &str = "tonghop";

/// Width of a note, in pixels.
const WIDTH: u32 = 330;

/// Characters that fit on a line of a note.
const LINE: usize = 52;

/// Height of a line, in pixels.
const LINE_HEIGHT: u32 = 17;

/// A comments part without comments.
pub(super) fn empty_comments(namespace: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
         <comments xmlns=\"{namespace}\"><authors/><commentList/></comments>"
    )
}

/// The namespaces of a drawing and the prefixes that this program writes.
const NAMESPACES: [(&str, &str); 3] = [
    ("v", "urn:schemas-microsoft-com:vml"),
    ("o", "urn:schemas-microsoft-com:office:office"),
    ("x", "urn:schemas-microsoft-com:office:excel"),
];

/// A drawing without shapes. `cluster` numbers the range of shape ids: about a thousand for each sheet.
pub(super) fn empty_drawing(cluster: usize) -> String {
    format!(
        "<xml xmlns:v=\"urn:schemas-microsoft-com:vml\" xmlns:o=\"urn:schemas-microsoft-com:office:office\" \
         xmlns:x=\"urn:schemas-microsoft-com:office:excel\"><o:shapelayout v:ext=\"edit\"><o:idmap v:ext=\"edit\" data=\"{cluster}\"/>\
         </o:shapelayout></xml>"
    )
}

/// A run of text of a note.
fn run(prefix: &str, text: &str) -> String {
    format!(
        "<{prefix}r><{prefix}rPr><{prefix}sz val=\"10\"/><{prefix}color indexed=\"81\"/><{prefix}rFont val=\"Times New Roman\"/>\
         <{prefix}family val=\"1\"/></{prefix}rPr><{prefix}t xml:space=\"preserve\">{}</{prefix}t></{prefix}r>",
        content(text)
    )
}

/// Adds notes to a comments part. Where a cell has a note already, it is kept and ours follows it. Returns the cells
/// whose notes are new and need a box.
pub(super) fn add_comments(
    text: &str,
    notes: &BTreeMap<Address, String>,
) -> Result<(String, Vec<Address>), MarkError> {
    let prefix = root(text)?.prefix().to_owned();
    let mut edits = Edits::default();
    let mut authors = 0_usize;
    let mut there: Vec<Address> = Vec::new();
    let mut current: Option<&String> = None;
    let mut plain = false;
    for tag in tags(text) {
        let tag = tag?;
        match (tag.depth, tag.local(), tag.kind) {
            (2, "author", TagKind::Open | TagKind::Empty) => authors += 1,
            (2, "comment", TagKind::Open | TagKind::Empty) => {
                let at = tag.attribute("ref").and_then(|r| address(&r));
                there.extend(at);
                current = at.and_then(|at| notes.get(&at));
            }
            // A plain text is wrapped as a run, so that another run can follow it.
            (4, "t", TagKind::Open) if current.is_some() => {
                plain = true;
                edits.insert(tag.span.start, format!("<{prefix}r>"));
            }
            (4, "t", TagKind::Close) if plain => {
                plain = false;
                edits.insert(tag.span.end, format!("</{prefix}r>"));
            }
            (3, "text", TagKind::Empty) => {
                if let Some(note) = current.take() {
                    let open = tag.with(&[], TagKind::Open);
                    let made = format!("{open}{}</{}>", run(&prefix, note), tag.name);
                    edits.replace(tag.span.clone(), made);
                }
            }
            (3, "text", TagKind::Close) => {
                if let Some(note) = current.take() {
                    edits.insert(tag.span.start, run(&prefix, &format!("\n\n{note}")));
                }
            }
            _ => {}
        }
    }
    let mut text = edits.apply(text);
    let mut made = String::new();
    let mut new = Vec::new();
    for (at, note) in notes.iter().filter(|(at, _)| !there.contains(at)) {
        let _ = write!(
            made,
            "<{prefix}comment ref=\"{at}\" authorId=\"{authors}\"><{prefix}text>{}</{prefix}text></{prefix}comment>",
            run(&prefix, note)
        );
        new.push(*at);
    }
    if !new.is_empty() {
        let author = format!("<{prefix}author>{AUTHOR}</{prefix}author>");
        text = append_child(&text, "authors", &author)?;
        text = append_child(&text, "commentList", &made)?;
    }
    Ok((text, new))
}

/// Adds boxes to a drawing, each beside its cell and as high as its note. Drawings by office programs are not always
/// well-formed XML, so only the end tag is looked for.
pub(super) fn add_boxes(
    text: &str,
    new: &[Address],
    notes: &BTreeMap<Address, String>,
    layout: &SheetMarkupLayout,
    cluster: usize,
) -> Result<String, MarkError> {
    let end = text
        .rfind("</xml>")
        .ok_or_else(|| MarkError::Xml("the drawing of notes has no end".to_owned()))?;
    // Some writers use other prefixes; then ours are declared where they are used.
    let declared: String = NAMESPACES
        .iter()
        .filter(|(prefix, namespace)| !text.contains(&format!("xmlns:{prefix}=\"{namespace}\"")))
        .map(|(prefix, namespace)| format!(" xmlns:{prefix}=\"{namespace}\""))
        .collect();
    let mut made = String::new();
    if !text.contains("id=\"_x0000_t202\"") {
        let _ = write!(
            made,
            "<v:shapetype{declared} id=\"_x0000_t202\" coordsize=\"21600,21600\" o:spt=\"202\" path=\"m,l,21600r21600,l21600,xe\">\
             <v:stroke joinstyle=\"miter\"/><v:path gradientshapeok=\"t\" o:connecttype=\"rect\"/></v:shapetype>"
        );
    }
    let first = last_shape(text).map_or(cluster * 1024 + 1, |last| last + 1);
    for (i, at) in new.iter().enumerate() {
        let note = notes.get(at).map_or("", String::as_str);
        let _ = write!(
            made,
            "<v:shape{declared} id=\"_x0000_s{}\" type=\"#_x0000_t202\" style=\"position:absolute;margin-left:60pt;margin-top:2pt;width:{}pt;\
             height:{}pt;z-index:{};visibility:hidden\" fillcolor=\"#ffffe1\" o:insetmode=\"auto\"><v:fill color2=\"#ffffe1\"/>\
             <v:shadow on=\"t\" color=\"black\" obscured=\"t\"/><v:path o:connecttype=\"none\"/>\
             <v:textbox style=\"mso-direction-alt:auto\"><div style=\"text-align:left\"></div></v:textbox>\
             <x:ClientData ObjectType=\"Note\"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{}</x:Anchor>\
             <x:AutoFill>False</x:AutoFill><x:Row>{}</x:Row><x:Column>{}</x:Column></x:ClientData></v:shape>",
            first + i,
            WIDTH * 3 / 4,
            height(note) * 3 / 4,
            i + 1,
            anchor(*at, height(note), layout),
            at.row,
            at.column,
        );
    }
    Ok(format!("{}{made}{}", &text[..end], &text[end..]))
}

/// The largest shape id.
fn last_shape(text: &str) -> Option<usize> {
    text.match_indices("_x0000_s")
        .filter_map(|(at, found)| {
            let digits: String = text[at + found.len()..]
                .chars()
                .take_while(char::is_ascii_digit)
                .collect();
            digits.parse().ok()
        })
        .max()
}

/// The height of a note, in pixels.
fn height(note: &str) -> u32 {
    let lines: usize = note
        .lines()
        .map(|line| line.chars().count().div_ceil(LINE).max(1))
        .sum();
    LINE_HEIGHT * (lines as u32 + 1)
}

/// The upper left and the lower right corner of a box, each as column, pixels into it, row, pixels into it.
fn anchor(at: Address, height: u32, layout: &SheetMarkupLayout) -> String {
    let far = |mut index: u32, mut rest: u32, size: &dyn Fn(u32) -> u32| {
        // Bounded, because columns and rows may have no size.
        for _ in 0..1000 {
            let here = size(index);
            if rest < here {
                break;
            }
            rest -= here;
            index += 1;
        }
        (index, rest)
    };
    let (left, top) = (at.column + 1, at.row.saturating_sub(1));
    let (right, right_rest) = far(left, 12 + WIDTH, &|c| layout.width(c));
    let (bottom, bottom_rest) = far(top, 6 + height, &|r| layout.height(r));
    format!("{left}, 12, {top}, 6, {right}, {right_rest}, {bottom}, {bottom_rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notes(cells: &[&str]) -> BTreeMap<Address, String> {
        cells
            .iter()
            .map(|c| (address(c).expect("a cell"), format!("note <{c}>")))
            .collect()
    }

    #[test]
    fn a_cell_that_has_a_note_keeps_it() {
        let before = "<comments xmlns=\"m\"><authors><author>A</author></authors><commentList>\
            <comment ref=\"B2\" authorId=\"0\"><text><t>mine</t></text></comment></commentList></comments>";
        let (after, new) = add_comments(before, &notes(&["B2", "C3"])).expect("comments");
        assert_eq!(new, [address("C3").expect("a cell")]);
        assert!(after.contains("<text><r><t>mine</t></r><r>"));
        assert!(after.contains("\n\nnote &lt;B2&gt;</t></r></text></comment>"));
        assert!(after.contains("<author>A</author><author>tonghop</author>"));
        assert!(after.contains("<comment ref=\"C3\" authorId=\"1\">"));
        assert!(tags(&after).all(|t| t.is_ok()));
    }

    #[test]
    fn boxes_join_those_that_are_there() {
        let layout = SheetMarkupLayout::read("<worksheet><sheetData/></worksheet>", &[].into())
            .expect("a sheet");
        let all = notes(&["A1", "C3"]);
        let cells: Vec<Address> = all.keys().copied().collect();
        let drawing = add_boxes(&empty_drawing(2), &cells, &all, &layout, 2).expect("a drawing");
        assert!(drawing.contains("_x0000_s2049\"") && drawing.contains("_x0000_s2050\""));
        assert_eq!(drawing.matches("<v:shapetype").count(), 1);
        let again = add_boxes(&drawing, &cells[..1], &all, &layout, 2).expect("a drawing");
        assert!(again.contains("_x0000_s2051\""));
        assert_eq!(again.matches("<v:shapetype").count(), 1);
        assert!(tags(&again).all(|t| t.is_ok()));
    }

    #[test]
    fn a_drawing_with_other_prefixes_is_joined_too() {
        let layout = SheetMarkupLayout::read("<worksheet><sheetData/></worksheet>", &[].into())
            .expect("a sheet");
        let all = notes(&["A1"]);
        let cells: Vec<Address> = all.keys().copied().collect();
        let before = "<xml xmlns:ns1=\"urn:schemas-microsoft-com:vml\"><ns1:shape id=\"_x0000_s1026\"/></xml>";
        let after = add_boxes(before, &cells, &all, &layout, 1).expect("a drawing");
        assert!(after.contains("<v:shape xmlns:v=\"urn:schemas-microsoft-com:vml\""));
        assert!(after.contains("id=\"_x0000_s1027\""));
    }
}
