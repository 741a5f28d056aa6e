//! Lines of a text.

/// A text on one line: every run of white space becomes one space, and none is left at either end.
#[must_use]
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The parts of a text that lists several things: between commas, semicolons, line breaks, brackets, `&`, `+`, `|` and
/// dashes with a blank beside them. A comma between digits parts nothing. Parts are trimmed, empty ones left out.
#[must_use]
pub fn listed(text: &str) -> Vec<&str> {
    let near = |c: Option<char>, is: fn(&char) -> bool| c.as_ref().is_some_and(is);
    let mut parts = Vec::new();
    let mut from = 0;
    for (i, c) in text.char_indices() {
        let before = text[..i].chars().next_back();
        let after = text[i + c.len_utf8()..].chars().next();
        let parts_here = match c {
            ',' => !(near(before, char::is_ascii_digit) && near(after, char::is_ascii_digit)),
            ';' | '\n' | '\r' | '&' | '+' | '|' | '(' | ')' | '[' | ']' | '•' | '·' => true,
            '-' | '–' | '—' => {
                let is_space = |c: &char| c.is_whitespace();
                near(before, is_space) || near(after, is_space)
            }
            _ => false,
        };
        if parts_here {
            parts.push(text[from..i].trim());
            from = i + c.len_utf8();
        }
    }
    parts.push(text[from..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}

/// The line of a byte offset in a text, from 1.
#[must_use]
pub fn line_at(text: &str, offset: usize) -> usize {
    let before = text.bytes().take(offset);
    before.filter(|byte| *byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_from_one() {
        let text = "ă\nb\n";
        let lines: Vec<usize> = (0..=6).map(|offset| line_at(text, offset)).collect();
        assert_eq!(lines, [1, 1, 1, 2, 2, 3, 3]);
    }

    #[test]
    fn what_is_listed_has_parts() {
        assert_eq!(
            listed("triệu đồng, người; HTX"),
            ["triệu đồng", "người", "HTX"]
        );
        assert_eq!(listed("tỷ đồng - người"), ["tỷ đồng", "người"]);
        assert_eq!(listed("1,000 người (HTX)"), ["1,000 người", "HTX"]);
        assert_eq!(listed("triệu đồng/người"), ["triệu đồng/người"]);
        assert_eq!(listed("người-ngày"), ["người-ngày"]);
    }

    #[test]
    fn white_space_is_one_space() {
        assert_eq!(one_line(" a\u{a0} \n b "), "a b");
    }
}
