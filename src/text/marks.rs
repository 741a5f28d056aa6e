//! Marks that nobody sees, blanks of every width, wide letters, and raised marks.

use std::borrow::Cow;

/// Whether a character has no width and no meaning for what is written: joiners, direction marks, byte order marks, soft
/// hyphens, and the NUL that pads fields.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\0' | '\u{7f}' | '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
    )
}

/// Whether a character is a blank that may stand within a line: of the usual width, narrow, wide, or without a break.
#[must_use]
pub fn is_blank(c: char) -> bool {
    matches!(
        c,
        ' ' | '\u{a0}' | '\u{1680}' | '\u{2800}' | '\u{2000}'
            ..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
    )
}

/// Whether a character ends a line or jumps to a column: what stands on its two sides is not one number.
#[must_use]
pub fn breaks_line(c: char) -> bool {
    matches!(
        c,
        '\t' | '\n' | '\u{b}' | '\u{c}' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

/// Whether a character is a raised digit, letter or bracket, as footnotes are marked.
#[must_use]
pub fn is_raised(c: char) -> bool {
    matches!(
        c,
        '\u{aa}' | '\u{b2}' | '\u{b3}' | '\u{b9}' | '\u{ba}'
            | '\u{2b0}'..='\u{2b8}'
            | '\u{1d2c}'..='\u{1d61}'
            | '\u{1d9b}'..='\u{1dbf}'
            | '\u{2070}'..='\u{207f}'
    )
}

/// A letter, digit or sign of double width as its usual form; any other character as it is.
#[must_use]
pub fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        other => other,
    }
}

/// A text without the marks that nobody sees. A soft hyphen stays where it may be a letter of an old font: in words
/// without a Vietnamese letter of Unicode.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if !bytes_may_hide(text) || !text.chars().any(is_invisible) {
        return Cow::Borrowed(text);
    }
    let keeps_hyphen = text.chars().any(|c| c.is_ascii_alphabetic())
        && !text.chars().any(|c| {
            matches!(c, '\u{102}' | '\u{103}' | '\u{110}' | '\u{111}' | '\u{128}' | '\u{129}' | '\u{168}'
                | '\u{169}' | '\u{1a0}' | '\u{1a1}' | '\u{1af}' | '\u{1b0}' | '\u{300}'..='\u{323}'
                | '\u{1ea0}'..='\u{1ef9}')
        });
    let shown = |c: &char| !is_invisible(*c) || (*c == '\u{ad}' && keeps_hyphen);
    Cow::Owned(text.chars().filter(shown).collect())
}

/// Whether the bytes of a text may hold an invisible mark: a quick test that a plain text fails.
fn bytes_may_hide(text: &str) -> bool {
    text.bytes()
        .any(|byte| matches!(byte, 0 | 0xc2 | 0xcd | 0xd8 | 0xe2 | 0xef))
        || text.contains('\u{180e}')
}

/// The text that a formula of nothing but a literal stands for: `="0412"` is `0412`. Programs write it into text files to
/// keep leading zeros. None if the text is anything else.
#[must_use]
pub fn literal(text: &str) -> Option<String> {
    let inner = text
        .trim()
        .strip_prefix('=')?
        .trim_start()
        .strip_prefix('"')?
        .strip_suffix('"')?;
    let plain = inner.replace("\"\"", "\u{0}");
    (!plain.contains('"')).then(|| plain.replace('\u{0}', "\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_dropped() {
        assert_eq!(visible("4\u{200b}31\u{feff}"), "431");
        assert_eq!(visible("Tổng\u{ad} số\u{200e}"), "Tổng số");
        assert_eq!(visible("12\u{ad}"), "12");
        assert_eq!(visible("n\u{ad}íc"), "n\u{ad}íc", "`ư` of an old font");
        assert!(matches!(visible("Tổng – số\u{a0}"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_literal_is_what_it_stands_for() {
        assert_eq!(literal("=\"0412\"").as_deref(), Some("0412"));
        assert_eq!(literal(" = \"a\"\"b\" ").as_deref(), Some("a\"b"));
        for text in ["=\"a\"&\"b\"", "=SUM(A1)", "\"a\"", "=412", "=\""] {
            assert_eq!(literal(text), None, "{text}");
        }
    }

    #[test]
    fn wide_letters_have_their_usual_form() {
        let narrowed: String = "４３１，５ｈ".chars().map(narrow).collect();
        assert_eq!(narrowed, "431,5h");
    }
}
