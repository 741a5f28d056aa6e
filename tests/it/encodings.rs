//! Encodings from before Unicode: every syllable of the pipeline's words survives the way there and back.

use proptest::prelude::*;
use tonghop::text::Encodings;

use crate::support::definitions::kttt;

fn encodings() -> &'static Encodings {
    &kttt().vocabulary.encodings
}

/// The labels, heads and titles of all forms.
fn labels() -> Vec<String> {
    let forms = kttt().vocabulary.forms.iter();
    forms
        .flat_map(|form| {
            let rows = form.rows.iter().map(|row| row.label.clone());
            let columns = form.columns.iter().map(|column| column.title.clone());
            rows.chain(columns).chain([form.title_vi.clone()])
        })
        .map(|label| label.replace(" › ", " "))
        .collect()
}

#[test]
fn every_syllable_goes_there_and_back() {
    let mut count = 0;
    for encoding in encodings().of_fonts() {
        for word in encodings().words() {
            let encoded = encoding
                .encode(word)
                .unwrap_or_else(|| panic!("{} cannot write {word}", encoding.id));
            assert!(
                encoded.chars().all(|c| c <= '\u{ff}'),
                "{word} is {encoded}"
            );
            assert_eq!(encoding.decode(&encoded), word, "{}", encoding.id);
            count += 1;
        }
    }
    assert!(count > 400, "{count} syllables are few");
}

#[test]
fn labels_are_told_by_their_font_and_by_their_words() {
    let fonts = [("TCVN3", ".VnTime", ".VnTimeH"), ("VNI", "VNI-Times", "")];
    for (id, font, capitals) in fonts {
        let encoding = encodings()
            .of_fonts()
            .iter()
            .find(|e| e.id == id)
            .expect("an encoding");
        for label in labels() {
            let encoded = encoding.encode(&label).expect("it can be written");
            if encoded == label {
                continue;
            }
            let lower = |text: &str| text.to_lowercase();
            let (by, decoded) = encodings().decode_by_font(&encoded, font).expect("decoded");
            assert_eq!((by, lower(&decoded)), (id, lower(&label)));
            let (by, decoded) = encodings()
                .decode_by_words(&encoded)
                .unwrap_or_else(|| panic!("{label} in {id} is `{encoded}`"));
            assert_eq!((by, lower(&decoded)), (id, lower(&label)), "`{encoded}`");
            if !capitals.is_empty() {
                let (_, decoded) = encodings()
                    .decode_by_font(&encoded, capitals)
                    .expect("decoded");
                assert_eq!(decoded, label.to_uppercase());
            }
        }
    }
    assert!(
        encodings()
            .decode_by_font("T¸c", "Times New Roman")
            .is_none()
    );
}

#[test]
fn unicode_is_left_alone() {
    for label in labels() {
        assert_eq!(encodings().decode_by_words(&label), None, "{label}");
        let decomposed: String =
            unicode_normalization::UnicodeNormalization::nfd(label.as_str()).collect();
        assert_eq!(
            encodings().decode_by_words(&decomposed),
            None,
            "{label} decomposed"
        );
        // The font is still named, but the text was typed again in Unicode.
        let beyond_latin = label.chars().any(|c| c > '\u{ff}');
        if beyond_latin {
            assert_eq!(
                encodings().decode_by_font(&label, ".VnTime"),
                None,
                "{label}"
            );
        }
    }
}

#[test]
fn a_text_file_is_told_by_its_mark_its_zeros_or_its_words() {
    let text = "Biểu số: KTTT-01;;\nĐơn vị báo cáo: UBND tỉnh Sơn La;;\nChỉ tiêu;Thực hiện năm 2022;Ước thực hiện năm 2023\nTổng số hợp tác xã;10;11\n";
    let utf16 = |mark: &[u8], bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        mark.iter()
            .copied()
            .chain(text.encode_utf16().flat_map(bytes))
            .collect()
    };
    let mut marked = b"\xef\xbb\xbf".to_vec();
    marked.extend(text.as_bytes());
    let single = |id: &str| -> Vec<u8> {
        let encoding = encodings()
            .of_fonts()
            .iter()
            .find(|e| e.id == id)
            .expect("one");
        encoding
            .encode(text)
            .expect("written")
            .chars()
            .map(|c| c as u8)
            .collect()
    };
    let decomposed: String = text
        .chars()
        .flat_map(|c| {
            // Windows-1258 has the letters, and the tones as marks of their own.
            let whole = encoding_rs::WINDOWS_1258.encode(&c.to_string()).2;
            if whole {
                let parts: Vec<char> =
                    unicode_normalization::UnicodeNormalization::nfd(c).collect();
                let (tone, letter): (Vec<char>, Vec<char>) = parts.into_iter().partition(|p| {
                    matches!(p, '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}')
                });
                let letter: String =
                    unicode_normalization::UnicodeNormalization::nfc(letter.into_iter()).collect();
                letter.chars().chain(tone).collect::<Vec<_>>()
            } else {
                vec![c]
            }
        })
        .collect();
    let (windows, _, lost) = encoding_rs::WINDOWS_1258.encode(&decomposed);
    assert!(!lost, "all of it can be written");
    for (bytes, name) in [
        (text.as_bytes().to_vec(), "UTF-8"),
        (marked, "UTF-8"),
        (utf16(b"\xff\xfe", u16::to_le_bytes), "UTF-16LE"),
        (utf16(b"\xfe\xff", u16::to_be_bytes), "UTF-16BE"),
        (windows.to_vec(), "windows-1258"),
        (single("TCVN3"), "TCVN3"),
        (single("VNI"), "VNI"),
    ] {
        let (decoded, encoding) = encodings().decode_file(&bytes).expect(name);
        assert_eq!(encoding.name, name);
        let same = if name == "TCVN3" {
            decoded.to_lowercase() == text.to_lowercase()
        } else {
            decoded == text
        };
        assert!(same, "{name}: {decoded}");
    }
    // Latin text of no known words is not guessed.
    assert_eq!(
        encodings().decode_file(b"Pr\xe9nom;\xc2ge\nFran\xe7ois;12\n"),
        None
    );
    assert_eq!(
        encodings().decode_file(b"\xff\xfe\x00\xd8\x00\xd8"),
        None,
        "half a surrogate pair"
    );
}

proptest! {
    #[test]
    fn no_text_makes_decoding_fail(text in "\\PC{0,40}", bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = encodings().decode_by_words(&text);
        let _ = encodings().decode_by_font(&text, ".VnTimeH");
        let _ = encodings().decode_by_font(&text, "VNI-Times");
        if let Some((decoded, _)) = encodings().decode_file(&bytes) {
            prop_assert!(decoded.len() <= bytes.len() * 4 + 4);
        }
    }
}
