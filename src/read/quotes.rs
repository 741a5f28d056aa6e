//! Quotation marks of delimited text that nothing closes: they would swallow the lines below them.

/// Takes the place of a stray quotation mark; Unicode has it for the inner use of programs.
pub(super) const STRAY: char = '\u{fdd0}';

/// How often the whole text may be looked through for closing marks.
const PASSES: usize = 20;

/// The text with [`STRAY`] in the place of each quotation mark that opens a field and is never closed; none if there is no
/// such mark. A field over several lines is closed if its last mark stands before a delimiter or at the end of a line. One
/// that is not, and has swallowed delimiters, was opened by mistake.
pub(super) fn mend_quotes(text: &str, delimiter: u8) -> Option<String> {
    let bytes = text.as_bytes();
    let mut stray = Vec::new();
    let mut work = bytes.len().saturating_mul(PASSES);
    let (mut at, mut is_start) = (0, true);
    while let Some(byte) = bytes.get(at) {
        if is_start && *byte == b'"' {
            let (end, is_closed) = field_end(bytes, at, delimiter);
            work = work.saturating_sub(end - at);
            if work == 0 {
                break;
            }
            if is_closed || !has_swallowed(&bytes[at + 1..end], delimiter) {
                at = end + 1;
            } else {
                stray.push(at);
                at += 1;
            }
            is_start = false;
            continue;
        }
        is_start = *byte == delimiter || *byte == b'\n';
        at += 1;
    }
    if stray.is_empty() {
        return None;
    }
    let mut mended = String::with_capacity(text.len() + 2 * stray.len());
    let mut from = 0;
    for at in stray {
        mended.push_str(&text[from..at]);
        mended.push(STRAY);
        from = at + 1;
    }
    mended.push_str(&text[from..]);
    Some(mended)
}

/// The closing mark of the field that the mark at `open` begins, or the end of the text; and whether a delimiter or the end
/// of a line follows it.
fn field_end(bytes: &[u8], open: usize, delimiter: u8) -> (usize, bool) {
    let mut at = open + 1;
    while let Some(found) = bytes[at..].iter().position(|byte| *byte == b'"') {
        let mark = at + found;
        if bytes.get(mark + 1) == Some(&b'"') {
            at = mark + 2;
            continue;
        }
        let after = bytes[mark + 1..].iter().find(|byte| **byte != b' ');
        let is_closed = after.is_none_or(|byte| *byte == delimiter || *byte == b'\n');
        return (mark, is_closed);
    }
    (bytes.len(), false)
}

/// Whether a field holds the end of a line, and delimiters.
fn has_swallowed(field: &[u8], delimiter: u8) -> bool {
    field.contains(&b'\n') && field.contains(&delimiter)
}
