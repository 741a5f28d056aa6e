//! The measures of markup, and the state of the walk over it.

/// Measures of the markup seen so far.
#[derive(Debug, Default)]
pub(crate) struct Markup {
    /// The most elements open at one time, or a few more: of the tags within sixty-four bytes, all that open an element
    /// count before any that closes one.
    pub(crate) deepest: usize,
    /// Number of elements.
    pub(crate) elements: usize,
    /// Bytes of the longest tag; a tag shorter than sixty-four bytes may count as sixty-four.
    pub(crate) longest_tag: usize,
    /// Bytes of the longest run without a tag, with the `<` after it; rounded up like `longest_tag`.
    pub(crate) longest_text: usize,
    /// It has a document type declaration or a malformed comment: no office program writes that.
    pub(crate) foreign: bool,
    /// Elements open now.
    pub(super) open: usize,
    /// Bytes of the current token so far.
    pub(super) token: usize,
    pub(super) state: MarkupState,
}

/// Where in the markup the next byte is.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum MarkupState {
    #[default]
    Text,
    /// After `<`.
    Opened,
    /// Within a tag.
    Tag { closes: bool, last: u8 },
    /// Within a quoted value of a tag.
    Quoted { closes: bool, quote: u8 },
    /// After `<!`: within the letters that tell what it is.
    Bang { seen: usize, comment: bool },
    /// Within something that ends with `tail` and `>`: a comment, character data, an instruction.
    Until { tail: &'static [u8], matched: usize },
}

impl Markup {
    /// A tag has ended.
    pub(super) fn end_tag(&mut self, closes: bool, empty: bool) {
        self.state = MarkupState::Text;
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
