//! Labels without what people write around them: numbering, bullets, footnote marks.

/// A label without `1.2`, `a)`, `-`, `+` in front of it.
pub(super) fn without_numbering(text: &str) -> &str {
    let mut rest = text.trim_start();
    loop {
        let before = rest;
        rest = rest
            .trim_start_matches(['-', '+', '*', '•', '–', '—', '·'])
            .trim_start();
        let token_end = rest.find(char::is_whitespace).unwrap_or(0);
        let token = &rest[..token_end];
        let inner = token.trim_matches(['(', ')', '.', '/', '-', ':']);
        let numbered = !inner.is_empty()
            && (inner.chars().all(|c| c.is_ascii_digit() || c == '.')
                || inner.chars().all(|c| matches!(c, 'I' | 'V' | 'X'))
                || (inner.chars().count() == 1
                    && token.chars().count() == 2
                    && inner.chars().all(char::is_alphabetic)));
        if numbered {
            rest = rest[token_end..].trim_start();
        }
        if rest == before {
            return rest;
        }
    }
}

/// A label without `(1)` or `*` behind it.
pub(super) fn without_footnote(text: &str) -> &str {
    let mut rest = text.trim_end();
    loop {
        let before = rest;
        rest = rest.trim_end_matches('*').trim_end();
        if let Some(open) = rest.strip_suffix(')').and_then(|inner| inner.rfind('(')) {
            let inside = &rest[open + 1..rest.len() - 1];
            if !inside.is_empty() && inside.chars().all(|c| c.is_ascii_digit() || c == '*') {
                rest = rest[..open].trim_end();
            }
        }
        if rest == before {
            return rest;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbering_and_footnotes_come_off() {
        for (text, bare) in [
            ("1.1 Số HTX", "Số HTX"),
            ("- Trồng trọt", "Trồng trọt"),
            ("  + 2) Chăn nuôi", "Chăn nuôi"),
            ("II. LIÊN HIỆP", "LIÊN HIỆP"),
            ("a) Nhà ở", "Nhà ở"),
            ("Nhà ở", "Nhà ở"),
        ] {
            assert_eq!(without_numbering(text), bare);
        }
        assert_eq!(without_footnote("Số HTX (1)*"), "Số HTX");
        assert_eq!(
            without_footnote("Tín dụng (quỹ tín dụng)"),
            "Tín dụng (quỹ tín dụng)"
        );
    }
}
