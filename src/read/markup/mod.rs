//! Follows the markup of an XML part while it unpacks: how deep it nests, how long its tokens are.
//!
//! An XML reader keeps the names of all open elements and every token whole, so both are bounded before it sees the
//! part. What counts as a tag here is what counts as one for quick-xml; a test compares the two.

mod blocks;

use memchr::{memchr, memchr3};

/// The measures of the markup seen so far.
#[derive(Debug, Default)]
pub(super) struct Markup {
    /// The most elements that were open at one time, or a few more: the tags that are opened within sixty-four bytes
    /// count as if none of them were closed there.
    pub(super) deepest: usize,
    /// Elements.
    pub(super) elements: usize,
    /// Bytes of the longest tag; one shorter than sixty-four may count as so many.
    pub(super) longest_tag: usize,
    /// Bytes of the longest run without a tag, the `<` after it included; see `longest_tag`.
    pub(super) longest_text: usize,
    /// A document type declaration or a comment that is none: nothing that an Office program writes.
    pub(super) foreign: bool,
    open: usize,
    token: usize,
    state: State,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Text,
    /// After `<`.
    Opened,
    /// Within a tag.
    Tag { closes: bool, last: u8 },
    /// Within a quoted value of a tag.
    Quoted { closes: bool, quote: u8 },
    /// After `<!`: up to the letters that tell what it is.
    Bang { seen: usize, comment: bool },
    /// Within what ends with `tail` and `>`: a comment, character data, an instruction.
    Until { tail: &'static [u8], matched: usize },
}

impl Markup {
    /// Follows further bytes of the part.
    pub(super) fn follow(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() && !self.foreign {
            if self.state == State::Text {
                bytes = &bytes[self.follow_blocks(bytes)..];
                bytes = &bytes[self.follow_plain(bytes)..];
                if bytes.is_empty() {
                    return;
                }
            }
            let was_text = self.state == State::Text;
            let taken = self.step(bytes);
            self.token += taken;
            let longest = if was_text {
                &mut self.longest_text
            } else {
                &mut self.longest_tag
            };
            *longest = self.token.max(*longest);
            if was_text != (self.state == State::Text) {
                self.token = 0;
            }
            bytes = &bytes[taken..];
        }
    }

    /// Follows text and tags as office programs write them, as long as they are whole: most of a part is nothing else.
    /// Gives the number of bytes followed; what comes next is left to [`Self::step`].
    fn follow_plain(&mut self, bytes: &[u8]) -> usize {
        let mut followed = 0;
        loop {
            let Some(opens) = bytes[followed..].iter().position(|b| *b == b'<') else {
                return followed;
            };
            let opens = followed + opens;
            let tag = &bytes[opens + 1..];
            let closes = match tag.first() {
                Some(b'/') => true,
                Some(b'!' | b'?') | None => return followed,
                Some(_) => false,
            };
            let mut quote = 0_u8;
            let ends = tag.iter().position(|byte| match (quote, byte) {
                (0, b'>') => true,
                (0, b'"' | b'\'') => {
                    quote = *byte;
                    false
                }
                _ => {
                    if *byte == quote {
                        quote = 0;
                    }
                    false
                }
            });
            let Some(ends) = ends else { return followed };
            self.longest_text = self.longest_text.max(self.token + opens - followed + 1);
            self.longest_tag = self.longest_tag.max(ends + 1);
            self.token = 0;
            self.end_tag(closes, ends > 0 && tag[ends - 1] == b'/');
            followed = opens + 1 + ends + 1;
        }
    }

    fn enter(&mut self, state: State) {
        self.state = state;
    }

    /// Takes some bytes, at least one.
    fn step(&mut self, bytes: &[u8]) -> usize {
        let first = bytes[0];
        match self.state {
            State::Text => match memchr(b'<', bytes) {
                Some(at) => {
                    self.enter(State::Opened);
                    at + 1
                }
                None => bytes.len(),
            },
            State::Opened => {
                match first {
                    b'/' => self.enter(State::Tag {
                        closes: true,
                        last: 0,
                    }),
                    b'?' => self.enter(State::Until {
                        tail: b"?",
                        matched: 0,
                    }),
                    b'!' => self.enter(State::Bang {
                        seen: 0,
                        comment: true,
                    }),
                    _ => {
                        self.enter(State::Tag {
                            closes: false,
                            last: 0,
                        });
                        return 0;
                    }
                }
                1
            }
            State::Tag { closes, last } => match memchr3(b'>', b'"', b'\'', bytes) {
                Some(at) if bytes[at] == b'>' => {
                    let last = if at > 0 { bytes[at - 1] } else { last };
                    self.end_tag(closes, last == b'/');
                    at + 1
                }
                Some(at) => {
                    let quote = bytes[at];
                    self.enter(State::Quoted { closes, quote });
                    at + 1
                }
                None => {
                    let last = bytes[bytes.len() - 1];
                    self.enter(State::Tag { closes, last });
                    bytes.len()
                }
            },
            State::Quoted { closes, quote } => match memchr(quote, bytes) {
                Some(at) => {
                    self.enter(State::Tag {
                        closes,
                        last: quote,
                    });
                    at + 1
                }
                None => bytes.len(),
            },
            State::Bang { seen, comment } => self.step_bang(seen, comment, first),
            State::Until { tail, matched } => self.step_until(tail, matched, bytes),
        }
    }

    /// `<!--` or `<![CDATA[`.
    fn step_bang(&mut self, seen: usize, comment: bool, byte: u8) -> usize {
        let comment = comment && byte == b'-';
        let expected: &[u8] = if comment { b"--" } else { b"[CDATA[" };
        if expected.get(seen) != Some(&byte) {
            self.foreign = true;
        } else if seen + 1 < expected.len() {
            self.enter(State::Bang {
                seen: seen + 1,
                comment,
            });
        } else {
            let tail: &[u8] = if comment { b"--" } else { b"]]" };
            self.enter(State::Until { tail, matched: 0 });
        }
        1
    }

    fn step_until(&mut self, tail: &'static [u8], matched: usize, bytes: &[u8]) -> usize {
        let byte = bytes[0];
        if matched == tail.len() && byte == b'>' {
            self.enter(State::Text);
            return 1;
        }
        if byte == tail[0] {
            let matched = (matched + 1).min(tail.len());
            self.enter(State::Until { tail, matched });
            return 1;
        }
        self.enter(State::Until { tail, matched: 0 });
        memchr(tail[0], bytes).unwrap_or(bytes.len()).max(1)
    }

    fn end_tag(&mut self, closes: bool, empty: bool) {
        self.enter(State::Text);
        if closes {
            self.open = self.open.saturating_sub(1);
            return;
        }
        self.elements += 1;
        self.deepest = self.deepest.max(self.open + 1);
        if !empty {
            self.open += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use quick_xml::Reader;
    use quick_xml::events::Event;

    use super::*;

    fn follow(pieces: &[&[u8]]) -> Markup {
        let mut markup = Markup::default();
        for piece in pieces {
            markup.follow(piece);
        }
        markup
    }

    /// The most elements that quick-xml has open at one time, up to what it cannot read.
    fn deepest(xml: &str) -> usize {
        let mut reader = Reader::from_str(xml);
        reader.config_mut().check_end_names = false;
        let (mut open, mut deepest) = (0_usize, 0);
        loop {
            match reader.read_event() {
                Ok(Event::Start(_)) => {
                    open += 1;
                    deepest = deepest.max(open);
                }
                Ok(Event::End(_)) => open = open.saturating_sub(1),
                Ok(Event::Eof) | Err(_) => return deepest,
                Ok(_) => {}
            }
        }
    }

    #[test]
    fn what_is_no_tag_does_not_count() {
        let xml =
            b"<?xml version='1.0'?><a x=\"<b>\" y='/>'><!-- <c><c> --><d/><![CDATA[<e>]]></a>";
        let markup = follow(&[xml]);
        assert_eq!(
            (markup.deepest, markup.elements, markup.foreign),
            (2, 2, false)
        );
        assert!(follow(&[b"<!DOCTYPE a [<!ENTITY b \"c\">]><a/>"]).foreign);
        assert_eq!(follow(&[b"<a>", &[b'x'; 100], b"<b>"]).longest_text, 101);
    }

    proptest! {
        /// However the part is cut into pieces, what nests in quick-xml nests here.
        #[test]
        fn nothing_nests_deeper_than_was_seen(
            tokens in prop::collection::vec(prop::sample::select(vec![
                "<a>", "<b c='>'>", "<d e=\"/>\">", "</a>", "<f/>", "<", ">", "/", "'", "\"", "<!--", "-->", "--", "-",
                "<![CDATA[", "]]>", "]", "<?", "?>", "text", "&amp;", "<g/ >", "</ h>", "<>", "</>", "!",
                "<c r=\"A1\" s=\"2\"><v>12</v></c>", "<i><j k=\"1\"><l>",
            ]), 0..80),
            cut in 0_usize..400,
        ) {
            let xml = tokens.concat();
            let cut = cut.min(xml.len());
            let markup = follow(&[&xml.as_bytes()[..cut], &xml.as_bytes()[cut..]]);
            prop_assert!(markup.foreign || markup.deepest >= deepest(&xml), "{}", xml);
        }
    }
}
