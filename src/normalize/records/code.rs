//! One cell with a code of digits, such as a tax code: what a spreadsheet did to it is repaired where only one code is
//! possible.

use std::borrow::Cow;

use super::value::{digits_of, kept};
use crate::extract::CodeShape;
use crate::read::BorrowedContent;

/// What a cell says as a code.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ReadCode<'t> {
    /// A code of the shape, as written.
    Is(Cow<'t, str>),
    /// The one code that it can be: zeros or a hyphen are added, or separators removed.
    Mended(String),
    /// Only its first digits are left, such as `4,9E+09`.
    DigitsLost,
    /// Not of the shape. The number of its digits, if it has only digits.
    Unfit(Option<usize>),
}

/// Reads a cell as a code.
pub(super) fn read_code<'t>(cell: BorrowedContent<'t>, shape: &CodeShape) -> ReadCode<'t> {
    match cell {
        BorrowedContent::Text(text) => in_text(kept(text), shape),
        BorrowedContent::Shown(shown) => in_text(kept(&shown.text), shape),
        BorrowedContent::Number(n) => match digits_of(n) {
            Some(digits) if is_rounded(&digits, shape) => ReadCode::DigitsLost,
            Some(digits) if digits.len() == shape.digits => ReadCode::Is(digits.into()),
            Some(digits) => of_digits(&digits, shape),
            None => ReadCode::Unfit(None),
        },
        _ => ReadCode::Unfit(None),
    }
}

/// Whether a text is a number in scientific notation: `4,9E+09`.
pub(super) fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else {
        return false;
    };
    let is_number = |text: &str, also: &[u8]| {
        text.starts_with(|c: char| c.is_ascii_digit())
            && text
                .bytes()
                .all(|b| b.is_ascii_digit() || also.contains(&b))
    };
    let signed = exponent.strip_prefix(['+', '-']);
    // `12E3` may be a code; a sign or a decimal mark shows the notation.
    let is_marked = signed.is_some() || mantissa.contains([',', '.']);
    is_marked && is_number(mantissa, b",.") && is_number(signed.unwrap_or(exponent), b"")
}

fn in_text<'t>(text: Cow<'t, str>, shape: &CodeShape) -> ReadCode<'t> {
    if fits(&text, shape) {
        return ReadCode::Is(text);
    }
    if is_scientific(&text) {
        return ReadCode::DigitsLost;
    }
    // `="0490000001"` keeps a spreadsheet program from taking the code for a number.
    let literal = text
        .strip_prefix("=\"")
        .and_then(|text| text.strip_suffix('"'));
    let plain = without_separators(literal.unwrap_or(&text));
    if fits(&plain, shape) {
        return ReadCode::Mended(plain);
    }
    match (plain.split_once('-'), shape.suffix) {
        (Some((digits, suffix)), Some(n)) if are_digits(suffix) && suffix.len() == n => {
            match of_digits(digits, shape) {
                ReadCode::Mended(code) if code.len() == shape.digits => {
                    ReadCode::Mended(format!("{code}-{suffix}"))
                }
                _ => ReadCode::Unfit(None),
            }
        }
        _ => of_digits(&plain, shape),
    }
}

/// A code without its leading zeros or without its hyphen.
fn of_digits<'t>(digits: &str, shape: &CodeShape) -> ReadCode<'t> {
    if !are_digits(digits) {
        return ReadCode::Unfit(None);
    }
    let (has, wanted) = (digits.len(), shape.digits);
    if let Some(suffix) = shape.suffix
        && has == wanted + suffix
    {
        let (code, suffix) = digits.split_at(wanted);
        return ReadCode::Mended(format!("{code}-{suffix}"));
    }
    let is_nought = digits.bytes().all(|b| b == b'0');
    if has < wanted && wanted - has <= shape.leading_zeros && !is_nought {
        return ReadCode::Mended(format!("{digits:0>wanted$}"));
    }
    ReadCode::Unfit(Some(has))
}

/// Whether a code is long, and nothing but zeros behind its first digits: it was read back from `4.9E+09`.
fn is_rounded(digits: &str, shape: &CodeShape) -> bool {
    let significant = digits.trim_end_matches('0').len();
    digits.len() >= 8 && digits.len() + 1 >= shape.digits && significant <= 3
}

fn are_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Whether a text has the shape, as it is.
fn fits(text: &str, shape: &CodeShape) -> bool {
    let is_code = |code: &str| are_digits(code) && code.len() == shape.digits;
    match (text.split_once('-'), shape.suffix) {
        (Some((code, suffix)), Some(n)) => is_code(code) && are_digits(suffix) && suffix.len() == n,
        _ => is_code(text),
    }
}

/// A code without blanks, marks without width, points or commas between groups, and with plain hyphens.
fn without_separators(text: &str) -> String {
    let mut plain: String = text
        .chars()
        .filter(|c| {
            let has_no_width = matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}');
            !c.is_whitespace() && !has_no_width
        })
        .map(|c| match c {
            '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
            other => other,
        })
        .collect();
    // A float as other programs write it: `490000001.0`.
    for nought in [".0", ",0"] {
        if let Some(whole) = plain.strip_suffix(nought).filter(|whole| are_digits(whole)) {
            return whole.to_owned();
        }
    }
    for mark in ['.', ','] {
        // One mark may be that of a fraction; two group digits.
        if plain.matches(mark).count() > 1 {
            plain.retain(|c| c != mark);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAX: CodeShape = CodeShape {
        digits: 10,
        suffix: Some(3),
        leading_zeros: 1,
    };
    const PLACE: CodeShape = CodeShape {
        digits: 5,
        suffix: None,
        leading_zeros: 4,
    };

    fn mended(code: &str) -> ReadCode<'static> {
        ReadCode::Mended(code.to_owned())
    }

    fn is(code: &'static str) -> ReadCode<'static> {
        ReadCode::Is(Cow::Borrowed(code))
    }

    #[test]
    fn a_text_is_mended_where_one_code_is_possible() {
        let of = |text| read_code(BorrowedContent::Text(text), &TAX);
        for text in [
            "0490000001",
            "'0490000001",
            " 0490000001 ",
            "\u{200b}0490000001",
        ] {
            assert_eq!(of(text), is("0490000001"), "{text}");
        }
        assert_eq!(of("0490000001-001"), is("0490000001-001"));
        for text in [
            "490000001",
            "0490 000 001",
            "0490.000.001",
            "490.000.001",
            "490000001.0",
            "=\"0490000001\"",
        ] {
            assert_eq!(of(text), mended("0490000001"), "{text}");
        }
        for text in [
            "0490000001 - 001",
            "0490000001001",
            "0490000001\u{2013}001",
            "490000001-001",
        ] {
            assert_eq!(of(text), mended("0490000001-001"), "{text}");
        }
        for text in ["4,9E+09", "4.9E+09", "4.9e9", "5E+9"] {
            assert_eq!(of(text), ReadCode::DigitsLost, "{text}");
        }
        assert_eq!(of("49000001"), ReadCode::Unfit(Some(8)));
        assert_eq!(
            of("490000001001"),
            ReadCode::Unfit(Some(12)),
            "two codes are possible"
        );
        assert_eq!(of("0000000000"), is("0000000000"));
        for text in [
            "490000001.5",
            "O490000001",
            "0490000001-1",
            "0490000001/001",
            "",
        ] {
            assert_eq!(of(text), ReadCode::Unfit(None), "{text}");
        }
    }

    #[test]
    fn a_number_gets_its_zeros_back_where_one_code_is_possible() {
        let of = |n| read_code(BorrowedContent::Number(n), &TAX);
        assert_eq!(of(4_900_000_002.0), is("4900000002"));
        assert_eq!(of(490_000_001.0), mended("0490000001"));
        assert_eq!(of(490_000_001_001.0), ReadCode::Unfit(Some(12)));
        assert_eq!(of(4_900_000_002_001.0), mended("4900000002-001"));
        assert_eq!(of(49_000_001.0), ReadCode::Unfit(Some(8)));
        assert_eq!(of(4_900_000_000.0), ReadCode::DigitsLost);
        assert_eq!(of(0.5), ReadCode::Unfit(None));
        let place = |n| read_code(BorrowedContent::Number(n), &PLACE);
        assert_eq!(place(1.0), mended("00001"));
        assert_eq!(place(10_000.0), is("10000"));
        assert_eq!(place(0.0), ReadCode::Unfit(Some(1)));
        assert_eq!(place(100_000.0), ReadCode::Unfit(Some(6)));
    }
}
