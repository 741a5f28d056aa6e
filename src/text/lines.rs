//! Lines of a text.

/// A text on one line: every run of white space becomes one space, and none is left at either end.
#[must_use]
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
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
    fn white_space_is_one_space() {
        assert_eq!(one_line(" a\u{a0} \n b "), "a b");
    }
}
