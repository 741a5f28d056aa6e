//! The merged ranges of a sheet's part.

use std::io::BufRead;

use memchr::memmem;
use quick_xml::events::Event;

use super::address::range;
use crate::read::address::CellRange;
use crate::read::xml::{attribute, xml_reader};

/// The merged ranges of a sheet's part that is in memory. They stand behind the cells.
pub(super) fn merged_ranges(part: &[u8]) -> Vec<CellRange> {
    let tail = || {
        let end = memmem::rfind(part, b"mergeCells>")?;
        let start = memmem::rfind(&part[..end], b"mergeCells")?;
        let open = memchr::memrchr(b'<', &part[..start])?;
        part.get(open..)
    };
    tail().map_or_else(Vec::new, merged_in)
}

/// The merged ranges that a part states.
pub(super) fn merged_in(part: impl BufRead) -> Vec<CellRange> {
    let mut ranges = Vec::new();
    let mut reader = xml_reader(part);
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer) {
            Ok(Event::Start(e)) if e.local_name().as_ref() == "mergeCell" => {
                let stated = attribute(&e, "ref").ok().flatten();
                ranges.extend(stated.as_deref().and_then(range));
            }
            Ok(Event::End(e)) if e.local_name().as_ref() == "mergeCells" => return ranges,
            // What is damaged is said where the cells are read.
            Ok(Event::Eof) | Err(_) => return ranges,
            Ok(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merged_ranges_stand_behind_the_cells() {
        let part = br#"<x:sheetData>mergeCells</x:sheetData><x:mergeCells count="1"><x:mergeCell ref="F10:G10"/></x:mergeCells><after/>"#;
        let names: Vec<String> = merged_ranges(part)
            .iter()
            .map(|r| format!("{}:{}", r.start, r.end))
            .collect();
        assert_eq!(names, ["F10:G10"]);
        assert!(merged_ranges(b"<sheetData/>").is_empty());
    }
}
