//! XML parts as office programs write them: a reader that is not strict, and the attributes of an element.

use std::io::BufRead;

use quick_xml::Reader;
use quick_xml::events::BytesStart;
use quick_xml::events::attributes::Attribute;

use super::document::ReadError;

impl From<quick_xml::Error> for ReadError {
    fn from(error: quick_xml::Error) -> Self {
        Self::Damaged(error.to_string())
    }
}

impl From<quick_xml::events::attributes::AttrError> for ReadError {
    fn from(error: quick_xml::events::attributes::AttrError) -> Self {
        Self::Damaged(error.to_string())
    }
}

/// A reader of a part. It does not compare the names of end tags, and gives `<a/>` as a start and an end.
pub(super) fn xml_reader<R: BufRead>(part: R) -> Reader<R> {
    let mut reader = Reader::from_reader(part);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.expand_empty_elements = true;
    reader
}

/// The value of an attribute, with its references resolved.
pub(super) fn value_of(attribute: &Attribute<'_>) -> Result<String, ReadError> {
    match quick_xml::escape::unescape(&attribute.value) {
        Ok(value) => Ok(value.into_owned()),
        Err(e) => Err(ReadError::Damaged(e.to_string())),
    }
}

/// The attribute of this name, whatever its prefix.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Result<Option<String>, ReadError> {
    for attribute in element.attributes().with_checks(false) {
        let attribute = attribute?;
        if attribute.key.local_name().as_ref() == name {
            return value_of(&attribute).map(Some);
        }
    }
    Ok(None)
}

/// Whether an attribute states `true` in one of its two spellings.
pub(super) fn is_true(value: Option<&str>) -> bool {
    matches!(value, Some("1" | "true"))
}
