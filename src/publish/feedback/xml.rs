//! XML that is changed in a few places and otherwise stays as it was written: tags with their positions, and texts
//! inserted at positions.

use std::ops::Range;

use quick_xml::Reader;
use quick_xml::escape::partial_escape;
use quick_xml::events::{BytesStart, Event};

use super::error::MarkError;

/// The kind of a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TagKind {
    /// Opens an element.
    Open,
    /// An empty element.
    Empty,
    /// Closes an element.
    Close,
}

/// A tag of a document.
#[derive(Debug, Clone)]
pub(super) struct Tag<'a> {
    pub kind: TagKind,
    /// Number of elements around it.
    pub depth: usize,
    /// Its bytes, including the brackets.
    pub span: Range<usize>,
    /// Name with its prefix.
    pub name: &'a str,
    /// The text between the brackets, without the slash of an empty element.
    inside: &'a str,
}

impl Tag<'_> {
    /// Name without its prefix.
    pub(super) fn local(&self) -> &str {
        self.name
            .rsplit_once(':')
            .map_or(self.name, |(_, local)| local)
    }

    /// Prefix with its colon, or nothing. Other elements of the namespace are written with it.
    pub(super) fn prefix(&self) -> &str {
        &self.name[..self.name.len() - self.local().len()]
    }

    fn attributes(&self) -> Vec<(String, String)> {
        let start = BytesStart::from_content(self.inside, self.name.len());
        start
            .attributes()
            .with_checks(false)
            .flatten()
            .map(|a| (a.key.0.to_owned(), a.value.into_owned()))
            .collect()
    }

    /// The value of an attribute; `local` is its name without prefix.
    pub(super) fn attribute(&self, local: &str) -> Option<String> {
        let raw = self.attributes().into_iter().find_map(|(key, value)| {
            let own = key.rsplit_once(':').map_or(key.as_str(), |(_, own)| own);
            (own == local && !key.starts_with("xmlns")).then_some(value)
        })?;
        Some(
            quick_xml::escape::unescape(&raw)
                .map(std::borrow::Cow::into_owned)
                .unwrap_or(raw),
        )
    }

    /// The value of an attribute as a number.
    pub(super) fn number<T: std::str::FromStr>(&self, local: &str) -> Option<T> {
        self.attribute(local)?.trim().parse().ok()
    }

    /// The namespace of the tag's prefix, or the default namespace, if the tag declares it.
    pub(super) fn namespace(&self) -> Option<String> {
        let wanted = match self.prefix().strip_suffix(':') {
            Some(prefix) => format!("xmlns:{prefix}"),
            None => "xmlns".to_owned(),
        };
        self.attributes()
            .into_iter()
            .find_map(|(key, value)| (key == wanted).then_some(value))
    }

    /// The tag with some attributes changed or added.
    pub(super) fn with(&self, changes: &[(&str, &str)], kind: TagKind) -> String {
        let mut attributes = self.attributes();
        for (key, value) in changes {
            let value = partial_escape(*value).replace('"', "&quot;");
            match attributes.iter_mut().find(|(k, _)| k == key) {
                Some(slot) => slot.1 = value,
                None => attributes.push(((*key).to_owned(), value)),
            }
        }
        let mut text = format!("<{}", self.name);
        for (key, value) in &attributes {
            text.push_str(&format!(" {key}=\"{}\"", value.replace('"', "&quot;")));
        }
        text.push_str(if kind == TagKind::Empty { "/>" } else { ">" });
        text
    }
}

/// The tags of a document, in order.
pub(super) fn tags(text: &str) -> impl Iterator<Item = Result<Tag<'_>, MarkError>> {
    // The reader does not count a byte order mark.
    let base = text.len() - text.trim_start_matches('\u{feff}').len();
    let mut reader = Reader::from_str(&text[base..]);
    let mut depth = 0_usize;
    let mut ended = false;
    std::iter::from_fn(move || {
        while !ended {
            let from = base + reader.buffer_position() as usize;
            let event = match reader.read_event() {
                Ok(event) => event,
                Err(e) => {
                    ended = true;
                    return Some(Err(MarkError::Xml(e.to_string())));
                }
            };
            let span = from..base + reader.buffer_position() as usize;
            let (kind, at) = match event {
                Event::Start(_) => {
                    depth += 1;
                    (TagKind::Open, depth - 1)
                }
                Event::Empty(_) => (TagKind::Empty, depth),
                Event::End(_) => {
                    depth = depth.saturating_sub(1);
                    (TagKind::Close, depth)
                }
                Event::Eof => {
                    ended = true;
                    continue;
                }
                _ => continue,
            };
            let whole = &text[span.clone()];
            let inside = whole
                .trim_start_matches('<')
                .trim_start_matches('/')
                .trim_end_matches('>')
                .trim_end_matches(if kind == TagKind::Empty { '/' } else { '>' });
            let length = inside
                .find(|c: char| c.is_ascii_whitespace())
                .unwrap_or(inside.len());
            return Some(Ok(Tag {
                kind,
                depth: at,
                span,
                name: &inside[..length],
                inside,
            }));
        }
        None
    })
}

/// The first tag: the root element.
pub(super) fn root(text: &str) -> Result<Tag<'_>, MarkError> {
    tags(text)
        .next()
        .unwrap_or_else(|| Err(MarkError::Xml("it has no element".to_owned())))
}

/// Replacements of parts of a text.
#[derive(Debug, Default)]
pub(super) struct Edits(Vec<(Range<usize>, String)>);

impl Edits {
    /// Replaces the bytes `range` with a text; an empty range inserts it there.
    pub(super) fn replace(&mut self, range: Range<usize>, with: String) {
        self.0.push((range, with));
    }

    /// Inserts `what` before the byte `at`, after earlier insertions there.
    pub(super) fn insert(&mut self, at: usize, what: String) {
        self.replace(at..at, what);
    }

    /// The text with all replacements made.
    pub(super) fn apply(mut self, text: &str) -> String {
        self.0.sort_by_key(|(range, _)| (range.start, range.end));
        let mut out = String::with_capacity(text.len() + 1024);
        let mut done = 0;
        for (range, with) in self.0 {
            out.push_str(&text[done..range.start.max(done)]);
            out.push_str(&with);
            done = range.end.max(done);
        }
        out.push_str(&text[done..]);
        out
    }
}

/// Adds a child at the end of the first element called `parent`.
pub(super) fn append_child(text: &str, parent: &str, child: &str) -> Result<String, MarkError> {
    let mut edits = Edits::default();
    let mut depth = None;
    for tag in tags(text) {
        let tag = tag?;
        if tag.local() != parent {
            continue;
        }
        match (tag.kind, depth) {
            (TagKind::Empty, None) => {
                let open = tag.with(&[], TagKind::Open);
                edits.replace(tag.span.clone(), format!("{open}{child}</{}>", tag.name));
            }
            (TagKind::Open, None) => {
                depth = Some(tag.depth);
                continue;
            }
            (TagKind::Close, Some(depth)) if depth == tag.depth => {
                edits.insert(tag.span.start, child.to_owned());
            }
            _ => continue,
        }
        return Ok(edits.apply(text));
    }
    Err(MarkError::Xml(format!("it has no `{parent}`")))
}

/// A text as the content of an element. Characters that XML does not allow are left out.
pub(super) fn content(text: &str) -> String {
    let kept: String = text
        .chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}'))
        .collect();
    partial_escape(kept.as_str()).into_owned()
}

/// A text as the value of an attribute in double quotes.
pub(super) fn value(text: &str) -> String {
    content(text).replace('"', "&quot;").replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_have_their_positions() {
        let text = "\u{feff}<?xml version=\"1.0\"?>\n<x:a xmlns:x='n'> <x:b r=\"1\" s='&lt;'/><!-- <c/> --><x:c>t</x:c></x:a>";
        let found: Vec<(String, TagKind, usize, &str)> = tags(text)
            .map(|t| t.expect("well formed"))
            .map(|t| (t.local().to_owned(), t.kind, t.depth, &text[t.span.clone()]))
            .collect();
        let expected = [
            ("a", TagKind::Open, 0, "<x:a xmlns:x='n'>"),
            ("b", TagKind::Empty, 1, "<x:b r=\"1\" s='&lt;'/>"),
            ("c", TagKind::Open, 1, "<x:c>"),
            ("c", TagKind::Close, 1, "</x:c>"),
            ("a", TagKind::Close, 0, "</x:a>"),
        ];
        assert_eq!(found, expected.map(|(a, b, c, d)| (a.to_owned(), b, c, d)));
        let root = root(text).expect("an element");
        assert_eq!(
            (root.prefix(), root.namespace().as_deref()),
            ("x:", Some("n"))
        );
        let b = tags(text).nth(1).expect("a tag").expect("well formed");
        assert_eq!(b.attribute("s").as_deref(), Some("<"));
        assert_eq!(
            b.with(&[("s", "5"), ("t", "\"")], TagKind::Open),
            "<x:b r=\"1\" s=\"5\" t=\"&quot;\">"
        );
    }

    #[test]
    fn edits_leave_the_rest_as_it_is() {
        let text = "<a>\r\n<b/>\r\n</a>";
        let mut edits = Edits::default();
        edits.insert(5, "1".to_owned());
        edits.replace(5..9, "<c/>".to_owned());
        assert_eq!(edits.apply(text), "<a>\r\n1<c/>\r\n</a>");
        assert_eq!(
            append_child(text, "b", "<d/>").expect("found"),
            "<a>\r\n<b><d/></b>\r\n</a>"
        );
        assert_eq!(
            append_child(text, "a", "<d/>").expect("found"),
            "<a>\r\n<b/>\r\n<d/></a>"
        );
    }
}
