//! Texts with places for values: `{name}`.

/// Replaces each `{name}` of a text with its value among `args`, in one pass: braces inside a value are never taken for
/// a name. Names without a value, and other braces, stay as they are.
///
/// ```
/// use tonghop::text::fill;
/// let args = [("unit", "{page}"), ("page", "3")];
/// assert_eq!(fill("{unit} on {page} of {pages}", &args), "{page} on 3 of {pages}");
/// ```
#[must_use]
pub fn fill(text: &str, args: &[(&str, &str)]) -> String {
    fill_with(text, |name| {
        let found = args.iter().find(|(wanted, _)| *wanted == name);
        found.map(|(_, value)| *value)
    })
}

/// [`fill`] with the values that `value` gives.
pub fn fill_with<V: AsRef<str>>(text: &str, mut value: impl FnMut(&str) -> Option<V>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let inside = &rest[open + 1..];
        let named = inside
            .find('}')
            .and_then(|end| Some((end, value(&inside[..end])?)));
        match named {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_put_in_once() {
        let args = [("a", "{b}"), ("b", "x")];
        assert_eq!(fill("{a} and {b} and {c} {", &args), "{b} and x and {c} {");
        assert_eq!(fill("{ {a} {}", &args), "{ {b} {}");
    }
}
