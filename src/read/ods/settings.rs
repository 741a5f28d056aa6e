//! `settings.xml`: the sheets that show nothing in place of a zero.

use std::collections::BTreeMap;

use quick_xml::events::Event;

use super::cell::attributes;
use crate::read::xml::xml_reader;

/// Which sheets show nothing in place of a zero.
#[derive(Debug, Default)]
pub(super) struct HiddenZeros {
    /// What the settings of the whole file say, then those of its window.
    of_file: Option<bool>,
    of_view: Option<bool>,
    of_tables: BTreeMap<String, bool>,
}

impl HiddenZeros {
    /// Reads the settings. What is damaged in them is left out: the values do not depend on it.
    pub(super) fn read(part: &[u8]) -> Self {
        let mut hidden = Self::default();
        let mut reader = xml_reader(part);
        let mut buffer = Vec::new();
        // The names of the open elements; `in_item` while letters are the value looked for.
        let mut open: Vec<String> = Vec::new();
        let mut in_item = false;
        loop {
            buffer.clear();
            match reader.read_event_into(&mut buffer) {
                Ok(Event::Start(e)) => {
                    let mut name = String::new();
                    attributes(&e, |key, value| {
                        if key == "name" {
                            name = value.into_owned();
                        }
                    });
                    in_item = e.local_name().as_ref() == "config-item" && name == "ShowZeroValues";
                    open.push(name);
                }
                Ok(Event::Text(text)) if in_item => {
                    let hides = text.xml10_content().trim() == "false";
                    let table = open.iter().position(|name| name == "Tables");
                    match table.and_then(|at| open.get(at + 1)) {
                        Some(table) => {
                            hidden.of_tables.insert(table.clone(), hides);
                        }
                        None if open.iter().any(|name| name == "Views") => {
                            hidden.of_view.get_or_insert(hides);
                        }
                        None => hidden.of_file = Some(hides),
                    }
                }
                Ok(Event::End(_)) => {
                    in_item = false;
                    open.pop();
                }
                Ok(Event::Eof) | Err(_) => return hidden,
                Ok(_) => {}
            }
        }
    }

    /// Whether a sheet shows nothing in place of a zero.
    pub(super) fn in_table(&self, name: &str) -> bool {
        let of_table = self.of_tables.get(name).copied();
        of_table.or(self.of_view).or(self.of_file).unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_decides_before_the_window_and_the_file() {
        let settings = |view: &str, table: &str| {
            HiddenZeros::read(
                format!(
                    r#"<s><c:config-item-set c:name="ooo:view-settings"><c:config-item-map-indexed c:name="Views"><c:config-item-map-entry>
                       <c:config-item-map-named c:name="Tables"><c:config-item-map-entry c:name="A">{table}</c:config-item-map-entry></c:config-item-map-named>{view}
                       </c:config-item-map-entry></c:config-item-map-indexed></c:config-item-set>
                       <c:config-item-set c:name="x"><c:config-item c:name="ShowZeroValues">false</c:config-item></c:config-item-set></s>"#
                )
                .as_bytes(),
            )
        };
        let says = |value: &str| {
            format!(r#"<c:config-item c:name="ShowZeroValues">{value}</c:config-item>"#)
        };
        assert!(settings("", "").in_table("A"));
        assert!(!settings(&says("true"), "").in_table("A"));
        let both = settings(&says("true"), &says("false"));
        assert!(both.in_table("A") && !both.in_table("B"));
        assert!(!HiddenZeros::read(b"").in_table("A"));
    }
}
