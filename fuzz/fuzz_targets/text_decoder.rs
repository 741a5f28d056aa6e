//! Encodings that came before Unicode: what is Unicode is left alone, what is decoded is composed (NFC), and no
//! digit is lost, invented or moved.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tonghop::text::Encodings;
use tonghop_fuzz::{PLAN, digits};
use unicode_normalization::{UnicodeNormalization, is_nfc};

const FONTS: [&str; 4] = [".VnTime", ".VnArialH", "VNI-Times", "Times New Roman"];

fuzz_target!(|data: &[u8]| {
    let encodings = &PLAN.vocabulary.encodings;
    prove_file(encodings, data);
    let text = String::from_utf8_lossy(data);
    prove_cell(encodings, &text);
    // Bytes of an old file as a reader that knows no better shows them.
    let latin: String = data.iter().map(|byte| char::from(*byte)).collect();
    prove_cell(encodings, &latin);
    prove_letters(encodings, &text);
});

fn prove_file(encodings: &Encodings, bytes: &[u8]) {
    let Some((text, encoding)) = encodings.decode_file(bytes) else {
        assert!(std::str::from_utf8(bytes).is_err() || bytes.contains(&0));
        return;
    };
    match encoding.name.as_str() {
        "UTF-8" => {
            let unmarked = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
            assert_eq!(text.as_bytes(), unmarked);
        }
        "UTF-16LE" => prove_utf16(&text, bytes, u16::from_le_bytes),
        "UTF-16BE" => prove_utf16(&text, bytes, u16::from_be_bytes),
        name => {
            assert!(!encoding.is_unicode());
            assert!(is_nfc(&text), "{name}: {text:?}");
            assert_eq!(
                digits(&text),
                digits(&String::from_utf8_lossy(bytes)),
                "{name}"
            );
        }
    }
}

fn prove_utf16(text: &str, bytes: &[u8], unit: fn([u8; 2]) -> u16) {
    let units: Vec<u16> = bytes
        .chunks_exact(2)
        .map(|pair| unit([pair[0], pair[1]]))
        .collect();
    let unmarked = units.strip_prefix(&[0xfeff]).unwrap_or(&units);
    assert_eq!(text.encode_utf16().collect::<Vec<u16>>(), unmarked);
}

fn prove_cell(encodings: &Encodings, text: &str) {
    let beyond = |c| matches!(c, '\u{1ea0}'..='\u{1ef9}' | '\u{300}'..='\u{36f}' | 'ă' | 'đ' | 'ơ' | 'ư' | 'Ă' | 'Đ' | 'Ơ' | 'Ư');
    let is_unicode = text.is_ascii() || text.chars().any(beyond);
    let by_words = encodings.decode_by_words(text).map(|(_, decoded)| decoded);
    assert!(by_words.is_none() || !is_unicode, "{text:?} is Unicode");
    let by_font = FONTS.map(|font| {
        let decoded = encodings
            .decode_by_font(text, font)
            .map(|(_, decoded)| decoded);
        let legacy = encodings.is_legacy_font(font);
        assert!(decoded.is_none() || (legacy && !text.chars().any(beyond)));
        decoded
    });
    let by_other_cells = encodings
        .of_fonts()
        .iter()
        .map(|encoding| encodings.decode_as(text, &encoding.id));
    for decoded in by_font
        .into_iter()
        .chain([by_words])
        .chain(by_other_cells)
        .flatten()
    {
        assert_ne!(decoded, text);
        assert!(is_nfc(&decoded), "{text:?} is decoded to {decoded:?}");
        assert_eq!(digits(&decoded), digits(text));
    }
}

/// What an encoding can write it reads again; capitals may become small.
fn prove_letters(encodings: &Encodings, text: &str) {
    let small = |text: &str| text.to_lowercase().nfc().collect::<String>();
    for encoding in encodings.of_fonts() {
        if let Some(encoded) = encoding.encode(text) {
            assert_eq!(
                small(&encoding.decode(&encoded)),
                small(text),
                "{} writes {encoded:?}",
                encoding.id
            );
        }
    }
}
