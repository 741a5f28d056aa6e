//! Names in braces, replaced by values: the one way in which the program fills templates.

/// `text` with every `{name}` replaced that `value` knows. Other names stay as they are. All names are replaced at once,
/// so braces inside a value are never read as a name.
///
/// ```
/// use tonghop::text::fill;
/// let value = |name: &str| (name == "a").then_some("{b}");
/// assert_eq!(fill("{a} and {b}, {c", value), "{b} and {b}, {c");
/// ```
#[must_use]
pub fn fill<V: AsRef<str>>(text: &str, value: impl Fn(&str) -> Option<V>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let inside = &rest[open + 1..];
        match inside
            .find('}')
            .and_then(|end| Some((end, value(&inside[..end])?)))
        {
            Some((end, value)) => {
                out.push_str(value.as_ref());
                rest = &inside[end + 1..];
            }
            None => {
                out.push('{');
                rest = inside;
            }
        }
    }
    out.push_str(rest);
    out
}
