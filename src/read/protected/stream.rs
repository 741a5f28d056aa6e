//! The stream of an encrypted .xls workbook: the bodies of its records are encrypted, their kinds and lengths are not.

use std::io::{self, Cursor, Read, Write};

use msoffice_crypto::decrypt_binary_office;

use super::PASSWORD;
use crate::read::biff::Fields;
use crate::read::document::ReadError;

/// The record that says how the stream is encrypted.
const FILE_PASS: u16 = 0x002f;
const BOF: u16 = 0x0809;
/// `Read-only recommended`: a record without a body. It may stand before the one that says how the stream is encrypted.
const WRITE_PROTECT: u16 = 0x0086;
/// Records that stay as they are. Only these stand before the one that says how the stream is encrypted.
const CLEAR: [u16; 6] = [BOF, INTERFACE, 0x0138, 0x0194, 0x0195, 0x0196];
const INTERFACE: u16 = 0x00e1;
/// No record has this number: readers skip it.
const NONE: u16 = 0x0fff;

/// The version that `BOF` states for BIFF8.
const BIFF8: u16 = 0x0600;
/// Bytes that a record of BIFF5 is lengthened by while it is decrypted. The password is applied anew every sixteen
/// bytes of the stream, so all that follows is decrypted as it would be in its own place.
const LENGTHENED: usize = 16;
/// The flag of RC4 `CryptoAPI` that says: the properties of the document are not encrypted.
const PROPERTIES_CLEAR: u8 = 0x08;

/// Decrypts the stream of a workbook; one that is not encrypted is returned as it is. Every record keeps its place.
///
/// # Errors
/// When it has a password of its own, or is damaged.
pub(in crate::read) fn decrypted_stream(mut stream: Vec<u8>) -> Result<Vec<u8>, ReadError> {
    let Some(at) = file_pass(&mut stream) else {
        return Ok(stream);
    };
    stream.truncate(end_of_records(&stream));
    if stream.len() <= at {
        return Err(ReadError::Damaged("it ends within a record".to_owned()));
    }
    let is_biff5 = stream.u16_at(at + 2) == Some(4) && stream.u16_at(4) != Some(BIFF8);
    if is_biff5 {
        // BIFF8 states the kind of encryption first. This is how BIFF5 would be written in BIFF8.
        stream.splice(at + 2..at + 4, [4 + LENGTHENED as u8, 0, 0, 0]);
        stream.splice(at + 10..at + 10, [0; LENGTHENED - 2]);
    } else {
        ask_for_cells_only(&mut stream, at);
    }
    let container = contain(&stream).map_err(|e| ReadError::Damaged(e.to_string()))?;
    drop(stream);
    let container = decrypt_binary_office(&container, PASSWORD)?;
    let mut stream = content(container).map_err(|e| ReadError::Damaged(e.to_string()))?;
    if is_biff5 && stream.len() >= at + 4 + LENGTHENED {
        stream.splice(at + 2..at + 4 + LENGTHENED, [4, 0]);
    }
    if let Some(kind) = stream.get_mut(at..at + 2) {
        kind.copy_from_slice(&NONE.to_le_bytes());
    }
    Ok(stream)
}

/// The offset of the record that says how the stream is encrypted; none if it is not. A record without a body that may
/// stand before it is named like those that stay as they are.
fn file_pass(stream: &mut [u8]) -> Option<usize> {
    let mut at = 0;
    let mut bare = None;
    loop {
        match stream.u16_at(at)? {
            FILE_PASS => break,
            WRITE_PROTECT if stream.u16_at(at + 2)? == 0 => bare = Some(at),
            kind if CLEAR.contains(&kind) => {}
            _ => return None,
        }
        at += 4 + usize::from(stream.u16_at(at + 2)?);
    }
    if let Some(bare) = bare {
        stream[bare..bare + 2].copy_from_slice(&INTERFACE.to_le_bytes());
    }
    Some(at)
}

/// Where the last whole record ends. What is behind it is no record, and would only be refused.
fn end_of_records(stream: &[u8]) -> usize {
    let mut end = 0;
    while let Some(length) = stream.u16_at(end + 2) {
        let next = end + 4 + usize::from(length);
        if next > stream.len() {
            break;
        }
        end = next;
    }
    end
}

/// Says that the properties of the document are not encrypted: nobody reads them here, and they are not in the stream.
fn ask_for_cells_only(stream: &mut [u8], at: usize) {
    let body = at + 4;
    let is_crypto_api = stream.u16_at(body) == Some(1) && stream.u16_at(body + 4) == Some(2);
    // The flags are there twice: before the header, and in it.
    for flags in [body + 6, body + 14] {
        if let Some(flags) = stream.get_mut(flags).filter(|_| is_crypto_api) {
            *flags |= PROPERTIES_CLEAR;
        }
    }
}

/// A new compound file that holds nothing but this stream.
fn contain(stream: &[u8]) -> io::Result<Vec<u8>> {
    let empty = Cursor::new(Vec::new());
    let mut file = cfb::CompoundFile::create_with_version(cfb::Version::V3, empty)?;
    file.create_stream("/Workbook")?.write_all(stream)?;
    file.flush()?;
    Ok(file.into_inner().into_inner())
}

/// The stream of such a compound file.
fn content(container: Vec<u8>) -> io::Result<Vec<u8>> {
    let mut stream = Vec::new();
    let mut file = cfb::CompoundFile::open(Cursor::new(container))?;
    file.open_stream("/Workbook")?.read_to_end(&mut stream)?;
    Ok(stream)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the password becomes for the XOR of every sixteen bytes, the key and the hash that a workbook states for it:
    /// `VelvetSweatshop` in the examples of msoffcrypto-tool.
    const XOR: [u8; 16] = [
        0x87, 0x6b, 0x9a, 0xe2, 0x1e, 0xe3, 0x05, 0x62, 0x1e, 0x69, 0x96, 0x60, 0x98, 0x6e, 0x94,
        0x04,
    ];
    const KEY: u16 = 0xb359;
    const HASH: u16 = 0x9a0a;

    fn record(kind: u16, body: &[u8]) -> Vec<u8> {
        let mut bytes = kind.to_le_bytes().to_vec();
        bytes.extend((body.len() as u16).to_le_bytes());
        bytes.extend(body);
        bytes
    }

    fn words(words: &[u16]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    /// A stream that begins with `start`, with two records; and what it is once it is encrypted.
    fn streams(start: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let mut plain = start.to_vec();
        let mut encrypted = start.to_vec();
        for (kind, body, clear) in [
            (0x0085, b"\x10\0\0\0\0\0\x05\0Sheet".as_slice(), 4),
            (
                0x0204,
                b"\x07\0\x06\0\0\0\x03\x00412 and more than sixteen",
                0,
            ),
        ] {
            let end = plain.len() + 4 + body.len();
            plain.extend(record(kind, body));
            let veiled: Vec<u8> = body
                .iter()
                .enumerate()
                .map(|(n, byte)| {
                    if n < clear {
                        *byte
                    } else {
                        byte.rotate_left(5) ^ XOR[(end + n) % 16]
                    }
                })
                .collect();
            encrypted.extend(record(kind, &veiled));
        }
        (plain, encrypted)
    }

    /// What is left of the record that says how the stream is encrypted.
    fn skipped(stream: &mut [u8], at: usize, length: usize) {
        stream[at..at + 2].copy_from_slice(&NONE.to_le_bytes());
        stream[at + 4..at + 4 + length].fill(0);
    }

    #[test]
    fn a_stream_without_a_password_stays_as_it_is() {
        let (plain, _) = streams(&record(BOF, &words(&[BIFF8, 5])));
        assert_eq!(decrypted_stream(plain.clone()).expect("sound"), plain);
        assert_eq!(decrypted_stream(vec![9]).expect("cut"), [9]);
    }

    #[test]
    fn the_records_of_both_versions_keep_their_places() {
        let biff8 = record(FILE_PASS, &words(&[0, KEY, HASH]));
        let biff5 = record(FILE_PASS, &words(&[KEY, HASH]));
        for (version, pass) in [(BIFF8, biff8), (0x0500, biff5)] {
            let mut start = record(BOF, &words(&[version, 5, 0, 0]));
            let at = start.len();
            start.extend(&pass);
            let (mut plain, encrypted) = streams(&start);
            skipped(&mut plain, at, pass.len() - 4);
            assert_eq!(decrypted_stream(encrypted).expect("known"), plain);
        }
    }

    #[test]
    fn read_only_may_be_recommended_too() {
        let mut start = record(BOF, &words(&[BIFF8, 5]));
        start.extend(record(WRITE_PROTECT, &[]));
        let at = start.len();
        start.extend(record(FILE_PASS, &words(&[0, KEY, HASH])));
        let (mut plain, encrypted) = streams(&start);
        skipped(&mut plain, at, 6);
        plain[at - 4..at - 2].copy_from_slice(&INTERFACE.to_le_bytes());
        assert_eq!(decrypted_stream(encrypted).expect("known"), plain);
    }

    #[test]
    fn another_password_is_not_tried() {
        for pass in [words(&[0, KEY + 1, HASH]), words(&[KEY, HASH + 1])] {
            let version = if pass.len() == 4 { 0x0500 } else { BIFF8 };
            let mut start = record(BOF, &words(&[version, 5]));
            start.extend(record(FILE_PASS, &pass));
            let refused = decrypted_stream(streams(&start).1);
            assert!(matches!(refused, Err(ReadError::Encrypted)), "{refused:?}");
        }
    }

    #[test]
    fn a_cut_stream_keeps_its_whole_records() {
        let mut start = record(BOF, &words(&[BIFF8, 5]));
        let at = start.len();
        start.extend(record(FILE_PASS, &words(&[0, KEY, HASH])));
        let (mut plain, encrypted) = streams(&start);
        let refused = decrypted_stream(encrypted[..start.len() - 3].to_vec());
        assert!(matches!(refused, Err(ReadError::Damaged(_))), "{refused:?}");

        skipped(&mut plain, at, 6);
        let cut = decrypted_stream(encrypted[..encrypted.len() - 3].to_vec()).expect("known");
        assert_eq!(cut, plain[..cut.len()]);
        let first = u16::from_le_bytes([plain[start.len() + 2], plain[start.len() + 3]]);
        assert_eq!(cut.len(), start.len() + 4 + usize::from(first));

        let mut longer = encrypted.clone();
        longer.extend([0; 3]);
        assert_eq!(decrypted_stream(longer).expect("known"), plain);
    }
}
