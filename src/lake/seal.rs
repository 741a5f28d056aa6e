//! Seals: a file that no name carries the hash of carries the hash of its own content, so that every flipped byte shows.
//!
//! A text ends with a line `# sha256 <hash of all before it>`. Other files have a slot of 64 characters somewhere inside; the
//! hash is taken with zeros in the slot.

use sha2::{Digest, Sha256};

use crate::intake::hex;

/// What a seal says of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seal {
    /// The content is what was sealed.
    Sound,
    /// The file was changed after it was sealed.
    Broken,
    /// There is no seal: the file was written by an earlier version, or by hand.
    Absent,
}

/// The beginning of the line that seals a text.
const LINE: &str = "# sha256 ";

/// Number of hexadecimal digits of a hash.
const DIGITS: usize = 64;

/// What a slot holds while the hash is taken.
const EMPTY: [u8; DIGITS] = [b'0'; DIGITS];

/// SHA-256 in hexadecimal.
pub(super) fn hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// A text with its seal.
pub(super) fn sealed(text: &str) -> String {
    format!("{text}{LINE}{}\n", hash(text.as_bytes()))
}

/// What the seal of a text says.
pub(super) fn check_text(bytes: &[u8]) -> Seal {
    let length = LINE.len() + DIGITS + 1;
    if let Some(at) = bytes.len().checked_sub(length) {
        let (text, line) = bytes.split_at(at);
        if line == format!("{LINE}{}\n", hash(text)).as_bytes() {
            return Seal::Sound;
        }
    }
    // A damaged seal is still a long row of digits.
    broken_or_absent(&bytes[bytes.len().saturating_sub(length)..])
}

/// The text without its seal. Texts without a seal are given back as they are.
pub(super) fn without_seal(bytes: &[u8]) -> &[u8] {
    match check_text(bytes) {
        Seal::Sound => &bytes[..bytes.len() - LINE.len() - DIGITS - 1],
        Seal::Broken | Seal::Absent => bytes,
    }
}

/// An empty slot, to be put into a file after `marker`.
#[must_use]
pub fn empty_slot() -> String {
    "0".repeat(DIGITS)
}

/// Where the slot after the last `marker` begins.
fn slot(bytes: &[u8], marker: &str) -> Option<usize> {
    let at = memchr::memmem::rfind(bytes, marker.as_bytes())? + marker.len();
    // Between a name and its value stand a few bytes of the format.
    (at..at + 8).find(|from| {
        let value = bytes.get(*from..from + DIGITS);
        value.is_some_and(|value| value.iter().all(|b| is_digit(*b)))
    })
}

/// Fills the empty slot after `marker` with the hash of the file.
pub fn fill(bytes: &mut [u8], marker: &str) {
    if let Some(at) = slot(bytes, marker).filter(|at| bytes[*at..at + DIGITS] == EMPTY) {
        let seal = hash(bytes);
        bytes[at..at + DIGITS].copy_from_slice(seal.as_bytes());
    }
}

/// What the seal in the slot after `marker` says. `tail` is how many bytes at the end of the file hold the slot.
pub(super) fn check_slot(bytes: &[u8], marker: &str, tail: usize) -> Seal {
    if let Some(at) = slot(bytes, marker) {
        let mut empty = bytes.to_vec();
        empty[at..at + DIGITS].copy_from_slice(&EMPTY);
        if hash(&empty).as_bytes() == &bytes[at..at + DIGITS] {
            return Seal::Sound;
        }
        return Seal::Broken;
    }
    broken_or_absent(&bytes[bytes.len().saturating_sub(tail)..])
}

/// Whether bytes hold what is left of a hash in which one character is wrong.
fn broken_or_absent(bytes: &[u8]) -> Seal {
    let rows = bytes.split(|b| !is_digit(*b));
    if rows.map(<[u8]>::len).max() >= Some(DIGITS / 2 - 1) {
        Seal::Broken
    } else {
        Seal::Absent
    }
}

fn is_digit(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every file with one bit of one byte flipped, for all bytes and some bits.
    fn flipped(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
        (0..bytes.len()).flat_map(move |at| {
            [1, 2, 32, 128].map(|bit| {
                let mut other = bytes.to_vec();
                other[at] ^= bit;
                other
            })
        })
    }

    #[test]
    fn every_flipped_byte_of_a_sealed_text_shows() {
        let text = sealed("# The pipeline.\npipeline = \"kttt\"\n");
        assert_eq!(check_text(text.as_bytes()), Seal::Sound);
        for other in flipped(text.as_bytes()) {
            assert_eq!(
                check_text(&other),
                Seal::Broken,
                "{}",
                String::from_utf8_lossy(&other)
            );
        }
        assert_eq!(check_text(b"pipeline = \"kttt\"\n"), Seal::Absent);
        assert_eq!(without_seal(sealed("a\n").as_bytes()), b"a\n");
        assert_eq!(without_seal(b"a\n"), b"a\n");
    }

    #[test]
    fn every_flipped_byte_of_a_sealed_file_shows() {
        let mut file =
            format!("{{\"a\": 1, \"seal\": \"{}\", \"b\": 2}}", empty_slot()).into_bytes();
        fill(&mut file, "\"seal\"");
        assert_eq!(check_slot(&file, "\"seal\"", file.len()), Seal::Sound);
        for other in flipped(&file) {
            assert_eq!(check_slot(&other, "\"seal\"", other.len()), Seal::Broken);
        }
        assert_eq!(check_slot(b"{\"a\": 1}", "\"seal\"", 99), Seal::Absent);
    }
}
