//! Bytes of binary records, little endian.

/// What grows byte by byte.
#[derive(Default, Clone)]
pub(super) struct Bytes(pub(super) Vec<u8>);

impl Bytes {
    pub(super) fn u8(mut self, n: u8) -> Self {
        self.0.push(n);
        self
    }

    pub(super) fn u16(mut self, n: u16) -> Self {
        self.0.extend(n.to_le_bytes());
        self
    }

    pub(super) fn u32(mut self, n: u32) -> Self {
        self.0.extend(n.to_le_bytes());
        self
    }

    pub(super) fn f64(mut self, n: f64) -> Self {
        self.0.extend(n.to_le_bytes());
        self
    }

    pub(super) fn zeros(mut self, count: usize) -> Self {
        self.0.resize(self.0.len() + count, 0);
        self
    }

    pub(super) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend(bytes);
        self
    }

    /// The letters of a text, two bytes each.
    pub(super) fn utf16(mut self, text: &str) -> Self {
        self.0
            .extend(text.encode_utf16().flat_map(u16::to_le_bytes));
        self
    }
}

/// Number of UTF-16 units of a text.
pub(super) fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// A formula of one sum or quotient of two cells, in the tokens of BIFF; anything else becomes 0.
pub(super) fn tokens(formula: &str, reference: impl Fn(u32, u16) -> Bytes) -> Vec<u8> {
    for (sign, token) in [('+', 0x03), ('/', 0x06)] {
        let operands = formula.split_once(sign);
        if let Some((left, right)) = operands
            && let (Ok(left), Ok(right)) = (super::grid::area(left), super::grid::area(right))
        {
            return reference(left.0, left.1)
                .bytes(&reference(right.0, right.1).0)
                .u8(token)
                .0;
        }
    }
    Bytes::default().u8(0x1e).u16(0).0
}
