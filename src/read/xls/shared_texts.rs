//! The table of shared texts: how many bytes each of them takes.

use super::record::{BiffRecord, kind};
use crate::intake::Limits;
use crate::read::biff::Fields;
use crate::read::document::ReadError;

/// The most records over which the table of shared texts may be spread: each one costs a move of all others.
const MAX_PIECES: usize = 50_000;

/// The most bytes that each shared text takes as UTF-8: a letter takes up to three.
///
/// # Errors
/// When the table exceeds a limit.
pub(super) fn shared_texts(
    stream: &[u8],
    first: BiffRecord,
    limits: &Limits,
) -> Result<Vec<u32>, ReadError> {
    let mut pieces = vec![first.body(stream)];
    let mut bytes = first.length;
    let mut at = first.next();
    while let Some(record) = BiffRecord::at(stream, at).filter(|r| r.kind == kind::CONTINUE) {
        pieces.push(record.body(stream));
        bytes += record.length;
        at = record.next();
    }
    if bytes > limits.max_text_bytes {
        return Err(ReadError::over("max_text_bytes", limits.max_text_bytes));
    }
    if pieces.len() > MAX_PIECES {
        return Err(ReadError::Damaged(
            "its texts are in more pieces than any program writes".to_owned(),
        ));
    }
    let mut walk = Pieces {
        pieces: &pieces,
        piece: 0,
        at: 8,
    };
    let mut texts = Vec::new();
    // Calamine does not read beyond a fault in the table either: it ends there with an error.
    while let Some(text) = walk.text() {
        texts.push(text);
    }
    Ok(texts)
}

/// A record and the records that continue it.
struct Pieces<'a> {
    pieces: &'a [&'a [u8]],
    piece: usize,
    at: usize,
}

impl Pieces<'_> {
    fn rest(&self) -> &[u8] {
        self.pieces
            .get(self.piece)
            .and_then(|piece| piece.get(self.at..))
            .unwrap_or_default()
    }

    /// Moves to the next piece if this one is used up; false after the last.
    fn fill(&mut self) -> bool {
        while self.rest().is_empty() {
            if self.piece + 1 >= self.pieces.len() {
                return false;
            }
            self.piece += 1;
            self.at = 0;
        }
        true
    }

    fn skip(&mut self, mut bytes: usize) -> Option<()> {
        while bytes > 0 {
            if !self.fill() {
                return None;
            }
            let n = bytes.min(self.rest().len());
            self.at += n;
            bytes -= n;
        }
        Some(())
    }

    /// The most bytes that the next text takes; none after the last text.
    fn text(&mut self) -> Option<u32> {
        if !self.fill() {
            return None;
        }
        let head = self.rest();
        let letters = usize::from(head.u16_at(0)?);
        let flags = *head.get(2)?;
        let mut skipped = 3;
        let mut after = 0_usize;
        if flags & 0x08 != 0 {
            after += 4 * usize::from(head.u16_at(skipped)?);
            skipped += 2;
        }
        if flags & 0x04 != 0 {
            after = after.checked_add(head.u32_at(skipped)? as usize)?;
            skipped += 4;
        }
        self.at += skipped;
        let mut wide = flags & 1 != 0;
        let mut left = letters;
        loop {
            let size = if wide { 2 } else { 1 };
            let n = left.min(self.rest().len() / size);
            self.at += n * size;
            left -= n;
            if left == 0 {
                break;
            }
            // The next piece states again how wide its letters are.
            self.at += self.rest().len();
            if !self.fill() {
                return None;
            }
            wide = self.rest()[0] & 1 != 0;
            self.at += 1;
        }
        self.skip(after)?;
        Some(3 * letters as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::xls::record::bytes_of;

    #[test]
    fn shared_texts_are_measured_over_their_pieces() {
        // `ab` with a format run, then `cde` cut within, its rest in two-byte letters.
        let first = b"\0\0\0\0\0\0\0\0\x02\0\x08\x01\0ab\0\0\0\0\x03\0\0c";
        let mut stream = bytes_of(kind::SHARED_STRINGS, first);
        stream.extend(bytes_of(kind::CONTINUE, b"\x01d\0e\0"));
        stream.extend(bytes_of(kind::EOF, b""));
        let head = BiffRecord::at(&stream, 0).expect("a record");
        let texts = shared_texts(&stream, head, &Limits::default()).expect("sound");
        assert_eq!(texts, [6, 9]);
    }
}
