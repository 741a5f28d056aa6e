//! Markup sixty-four bytes at a time: the places of each character become the bits of a word, and bits are counted
//! instead of bytes.
//!
//! This works where `<` and `>` alternate, the quotation marks of each tag come in pairs, no tag has an apostrophe, and
//! nothing begins with `<!` or `<?`: then no quoted value can contain `<` or `>`. All else is left to the slower ways.

use wide::u8x16;

use super::measures::Markup;

/// Bytes of a block.
const BLOCK: usize = 64;

/// A word with a bit for each byte of the block that equals `byte`.
fn places_of(block: &[u8x16; 4], byte: u8) -> u64 {
    let byte = u8x16::splat(byte);
    let mut bits = 0;
    for (number, lanes) in block.iter().enumerate() {
        bits |= u64::from(lanes.simd_eq(byte).to_bitmask()) << (16 * number);
    }
    bits
}

/// Each bit becomes the sum, without carry, of itself and all bits below it: ones from the first, third, … bit that is set
/// up to the next one that is set.
fn between(mut bits: u64) -> u64 {
    for distance in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << distance;
    }
    bits
}

/// A word filled with the highest bit of another.
fn carried(bits: u64) -> u64 {
    0_u64.wrapping_sub(bits >> 63)
}

impl Markup {
    /// Follows whole blocks from a place outside of all tags. Returns the number of bytes followed, up to the end of a
    /// tag. Within a block the measures are upper bounds: the block's length for tokens, its number of tags for the
    /// depth.
    pub(super) fn follow_blocks(&mut self, bytes: &[u8]) -> usize {
        let (mut inside, mut quoted) = (0_u64, 0_u64);
        // Whether the last byte before a block is a slash, or the `<` of a closing tag.
        let (mut slash_before, mut closing_before) = (0_u64, 0_u64);
        let (mut followed, mut at) = (0, 0);
        // The counts for the blocks looked at; those of `self` are for the bytes followed.
        let (mut elements, mut open) = (self.elements, self.open);
        // Where the current token began.
        let mut token = 0_usize.wrapping_sub(self.token);
        while let Some(block) = bytes.get(at..=at + BLOCK) {
            let lanes: [u8x16; 4] = std::array::from_fn(|n| {
                let mut lane = [0; 16];
                lane.copy_from_slice(&block[16 * n..16 * (n + 1)]);
                u8x16::new(lane)
            });
            let before = |bits: u64, byte: u8| bits >> 1 | u64::from(block[BLOCK] == byte) << 63;
            let (begins, ends) = (places_of(&lanes, b'<'), places_of(&lanes, b'>'));
            let in_tag = between(begins | ends) ^ inside;
            let slashes = places_of(&lanes, b'/');
            let special =
                before(places_of(&lanes, b'!'), b'!') | before(places_of(&lanes, b'?'), b'?');
            let in_quotes = between(places_of(&lanes, b'"') & in_tag) ^ quoted;
            let apostrophes = places_of(&lanes, b'\'') & in_tag;
            let irregular = begins & !in_tag
                | ends & in_tag
                | begins & special
                | ends & in_quotes
                | apostrophes;
            if irregular != 0 {
                break;
            }
            let closing = begins & before(slashes, b'/');
            let opening = begins & !closing;
            // The slash of a closing tag does not make `</>` an empty tag, too.
            let slashes = slashes & !(closing << 1 | closing_before);
            let empty = ends & (slashes << 1 | slash_before);
            let count = |bits: u64| bits.count_ones() as usize;
            self.deepest = self.deepest.max(open + count(opening));
            // A parser stops at a tag that closes what was not open.
            open = (open + count(opening)).saturating_sub(count(closing) + count(empty));
            elements += count(opening);
            let signs = begins | ends;
            if signs != 0 {
                let first = at + signs.trailing_zeros() as usize;
                let length = first.wrapping_sub(token) + 1;
                let longest = if inside == 0 {
                    &mut self.longest_text
                } else {
                    &mut self.longest_tag
                };
                *longest = length.max(*longest);
                token = at + BLOCK - 1 - signs.leading_zeros() as usize;
            }
            if ends != 0 {
                let last = BLOCK - 1 - ends.leading_zeros() as usize;
                followed = at + last + 1;
                // A tag that begins after it is followed later, from its beginning.
                let later = begins & (u64::MAX << last);
                self.elements = elements - count(opening & later);
                self.open = (open + count(closing & later)).saturating_sub(count(opening & later));
            }
            inside = carried(in_tag);
            quoted = carried(in_quotes);
            slash_before = slashes >> 63;
            closing_before = closing >> 63;
            at += BLOCK;
        }
        if followed > 0 {
            self.token = 0;
            self.longest_tag = self.longest_tag.max(BLOCK);
            self.longest_text = self.longest_text.max(BLOCK);
        }
        followed
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bits(text: &str, byte: u8) -> u64 {
        let bytes = text.as_bytes();
        let lanes = std::array::from_fn(|n| {
            let mut lane = [0; 16];
            lane.copy_from_slice(&bytes[16 * n..16 * (n + 1)]);
            u8x16::new(lane)
        });
        places_of(&lanes, byte)
    }

    #[test]
    fn bits_stand_where_the_bytes_do() {
        let text = format!("<{}>{}<", "a".repeat(30), "b".repeat(31));
        assert_eq!(bits(&text, b'<'), 1 | 1 << 63);
        assert_eq!(bits(&text, b'>'), 1 << 31);
        assert_eq!(between(1 | 1 << 4), 0b1111);
        assert_eq!(carried(1 << 63), u64::MAX);
    }

    /// The same bytes without blocks.
    fn one_by_one(bytes: &[u8]) -> Markup {
        let mut markup = Markup::default();
        for piece in bytes.chunks(BLOCK) {
            markup.follow(piece);
        }
        markup
    }

    #[test]
    fn a_closing_tag_without_a_name_closes_one_element() {
        for shift in 0..BLOCK {
            let xml = [
                &" ".repeat(shift),
                &*"<a>".repeat(40),
                &"</>".repeat(30),
                &"<b>".repeat(9),
            ];
            let xml = xml.concat() + &"x".repeat(BLOCK);
            let mut blocks = Markup::default();
            blocks.follow(xml.as_bytes());
            assert_eq!((blocks.elements, blocks.open), (49, 19), "{shift}");
        }
    }

    proptest! {
        #[test]
        fn no_token_is_longer_than_it_is_said_to_be(
            tokens in prop::collection::vec(prop::sample::select(vec![
                "<a>", "<b c=\"x y\">", "<d e=\"/>\">", "</a>", "</bcdefghijklmnopqrstuvwxyz>", "<f/>", "<c r=\"A1\" t=\"s\"/>",
                "text", "a long text of more than a few letters", "\"", "'", "/", ">", "<", "<v>", "</v>", "<!--x-->", "<?y?>",
            ]), 0..120),
        ) {
            let xml = tokens.concat();
            let mut blocks = Markup::default();
            blocks.follow(xml.as_bytes());
            let steps = one_by_one(xml.as_bytes());
            prop_assert_eq!(blocks.foreign, steps.foreign);
            if !blocks.foreign {
                prop_assert!(blocks.longest_tag >= steps.longest_tag);
                prop_assert!(blocks.longest_text >= steps.longest_text);
            }
        }

        /// Where nothing is closed that was not open, the counts are the very same.
        #[test]
        fn sound_markup_is_counted_exactly(depths in prop::collection::vec(0_usize..9, 1..60), text in "[a-z\"' ]{0,9}") {
            let (mut xml, mut open) = (String::from("<root>"), 1);
            for depth in depths {
                while open > depth + 1 {
                    xml.push_str("</e>");
                    open -= 1;
                }
                while open < depth + 1 {
                    xml.push_str(&format!("<e n=\"{open}\">{text}"));
                    open += 1;
                }
                xml.push_str("<leaf/>");
            }
            let mut blocks = Markup::default();
            blocks.follow(xml.as_bytes());
            let steps = one_by_one(xml.as_bytes());
            prop_assert_eq!((blocks.elements, blocks.open), (steps.elements, steps.open));
        }
    }
}
