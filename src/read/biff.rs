//! What the binary formats share (BIFF8 of .xls, BIFF12 of .xlsb): numbers within records, and the records of BIFF12.

use std::io::{ErrorKind, Read};

use super::document::ReadError;

/// Little-endian numbers within a record; none beyond its end.
pub(super) trait Fields {
    /// Two bytes at `offset`.
    fn u16_at(&self, offset: usize) -> Option<u16>;
    /// Four bytes at `offset`.
    fn u32_at(&self, offset: usize) -> Option<u32>;
    /// A float of eight bytes at `offset`.
    fn f64_at(&self, offset: usize) -> Option<f64>;
}

impl Fields for [u8] {
    fn u16_at(&self, offset: usize) -> Option<u16> {
        let bytes = self.get(offset..)?.first_chunk()?;
        Some(u16::from_le_bytes(*bytes))
    }

    fn u32_at(&self, offset: usize) -> Option<u32> {
        let bytes = self.get(offset..)?.first_chunk()?;
        Some(u32::from_le_bytes(*bytes))
    }

    fn f64_at(&self, offset: usize) -> Option<f64> {
        let bytes = self.get(offset..)?.first_chunk()?;
        Some(f64::from_le_bytes(*bytes))
    }
}

/// A number in four bytes: two flags (in hundredths; an integer), and the number or its upper bits.
pub(super) fn rk_number(rk: u32) -> f64 {
    let number = if rk & 2 == 0 {
        f64::from_bits(u64::from(rk & !3) << 32)
    } else {
        f64::from(rk.cast_signed() >> 2)
    };
    if rk & 1 == 0 { number } else { number / 100.0 }
}

/// An error value by its code.
pub(super) fn error_text(code: u8) -> &'static str {
    match code {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0f => "#VALUE!",
        0x17 => "#REF!",
        0x1d => "#NAME?",
        0x24 => "#NUM!",
        0x2a => "#N/A",
        0x2b => "#GETTING_DATA",
        _ => "#ERROR!",
    }
}

/// Reads the records of a BIFF12 part one by one.
pub(super) struct Biff12<R> {
    part: R,
    body: Vec<u8>,
}

impl<R: Read> Biff12<R> {
    pub(super) fn new(part: R) -> Self {
        Self {
            part,
            body: Vec::new(),
        }
    }

    /// A number of up to `bytes` times seven bits; none at the end of the part.
    fn number(&mut self, bytes: u32) -> Result<Option<u32>, ReadError> {
        let mut value = 0;
        for n in 0..bytes {
            let mut byte = [0];
            match self.part.read_exact(&mut byte) {
                Ok(()) => {}
                Err(e) if n == 0 && e.kind() == ErrorKind::UnexpectedEof => return Ok(None),
                Err(e) => return Err(ReadError::Damaged(e.to_string())),
            }
            value |= u32::from(byte[0] & 0x7f) << (7 * n);
            if byte[0] & 0x80 == 0 {
                break;
            }
        }
        Ok(Some(value))
    }

    /// Type and body of the next record; none after the last.
    ///
    /// # Errors
    /// When the part ends within a record.
    pub(super) fn next(&mut self) -> Result<Option<(u32, &[u8])>, ReadError> {
        let Some(kind) = self.number(2)? else {
            return Ok(None);
        };
        let length = self.number(4)?.unwrap_or(0);
        self.body.clear();
        let read = self
            .part
            .by_ref()
            .take(u64::from(length))
            .read_to_end(&mut self.body)
            .map_err(|e| ReadError::Damaged(e.to_string()))?;
        if read < length as usize {
            return Err(ReadError::Damaged("it ends within a record".to_owned()));
        }
        Ok(Some((kind, &self.body)))
    }
}

/// A text of BIFF12 (its length in letters, then UTF-16) and the number of bytes it takes.
pub(super) fn wide_text(bytes: &[u8]) -> Option<(String, usize)> {
    let letters = bytes.u32_at(0)? as usize;
    let end = letters.checked_mul(2)?.checked_add(4)?;
    let units: Vec<u16> = bytes
        .get(4..end)?
        .as_chunks()
        .0
        .iter()
        .map(|unit| u16::from_le_bytes(*unit))
        .collect();
    Some((String::from_utf16_lossy(&units), end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_have_long_types_and_lengths() {
        let mut part = vec![0x05, 0x01, 0xaa, 0x9c, 0x01, 0x82, 0x01];
        part.extend([7; 130]);
        let mut records = Biff12::new(part.as_slice());
        assert_eq!(records.next().expect("sound"), Some((5, &[0xaa][..])));
        assert_eq!(records.next().expect("sound"), Some((0x9c, &[7; 130][..])));
        assert_eq!(records.next().expect("sound"), None);
        assert!(Biff12::new(&[0x05, 0x03, 0xaa][..]).next().is_err());
    }

    #[test]
    fn texts_are_counted_in_letters() {
        let bytes = [2, 0, 0, 0, b'H', 0, 0xd3, 0x1e, 9];
        assert_eq!(wide_text(&bytes), Some(("Hồ".to_owned(), 8)));
        assert_eq!(wide_text(&bytes[..7]), None);
        assert_eq!(wide_text(&[0xff; 4]), None);
    }
}
