//! Texts in CSV files that people open in a spreadsheet.

use std::borrow::Cow;

/// A text that a spreadsheet does not take for a formula: an apostrophe goes before one that begins with `=`, `+`, `-`,
/// `@`, a tab or a line break. Figures such as `-5`, `-5,3 (e)` and a lone `-` stay as they are.
#[must_use]
pub fn spreadsheet_safe(text: &str) -> Cow<'_, str> {
    // Some spreadsheets pass over blanks at the beginning, and take the wide signs of East Asian keyboards for the others.
    let start = text.trim_start_matches(' ').chars().next();
    let is_risky = start.is_some_and(|c| {
        matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n')
            || matches!(c, '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}')
    });
    if !is_risky || is_figure(text) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("'{text}"))
}

/// Whether a text is a figure: a lone `-`, or a sign with nothing but digits and separators behind it, in whatever locale;
/// marks such as ` (e)` may follow.
fn is_figure(text: &str) -> bool {
    let mut words = text.split(' ');
    let number = words.next().unwrap_or_default();
    let digits = number.strip_prefix(['-', '+']).unwrap_or(number);
    let is_number = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '.' | ','));
    let is_mark = |word: &str| {
        let inside = word
            .strip_prefix('(')
            .and_then(|word| word.strip_suffix(')'));
        inside.is_some_and(|mark| mark.len() == 1 && mark.chars().all(|c| c.is_ascii_alphabetic()))
    };
    (is_number || number == "-") && words.all(is_mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_guarded_and_numbers_are_not() {
        for text in [
            "=HYPERLINK(1).xlsx",
            "+84 24 3825",
            "-cmd|' /C calc'!A0",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            " =1+1",
            "-5+6",
            "- (ee)",
            "-5 (e)(p)",
            "-A1",
            "--1",
            "=",
            "+",
            "\u{ff1d}1",
        ] {
            assert_eq!(spreadsheet_safe(text), format!("'{text}"));
        }
        for text in [
            "",
            "-",
            "-5",
            "+5",
            "-1.234,5",
            "-0.5",
            "33,556 (e)",
            "A=1",
            "'=1",
            "a-b",
            "…",
            "–",
        ] {
            assert_eq!(spreadsheet_safe(text), text);
        }
    }
}
