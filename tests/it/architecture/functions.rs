//! Measures functions in lines of code, as clippy's `too_many_lines` does.

use super::tokens::{Kind, Token, closing, tokens, without_tests};

/// A function and its length.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Function {
    /// Lines of its body that are neither blank nor comments.
    pub(super) lines: usize,
    pub(super) name: String,
    /// The line on which it begins, counted from 1.
    pub(super) line: usize,
}

/// The functions of a source text, those of its tests left out.
pub(super) fn functions(text: &str) -> Vec<Function> {
    let code = without_tests(&tokens(text));
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let mut found = Vec::new();
    for at in 0..code.len() {
        let Some(name) = code.get(at + 1).and_then(Token::word) else {
            continue;
        };
        let Some(open) = code[at].is_word("fn").then(|| body(&code, at)).flatten() else {
            continue;
        };
        let (first, last) = (code[open].line, code[closing(&code, open)].line);
        let within = lines
            .get(first..last.max(first + 1) - 1)
            .unwrap_or_default();
        let is_code = |line: &&&str| !line.is_empty() && !line.starts_with("//");
        found.push(Function {
            lines: within.iter().filter(is_code).count(),
            name: name.to_owned(),
            line: code[at].line,
        });
    }
    found
}

/// The brace that opens the body of the function at `at`; a declaration has none.
fn body(code: &[Token], mut at: usize) -> Option<usize> {
    while at < code.len() {
        match code[at].kind {
            Kind::Mark('{') => return Some(at),
            Kind::Mark(';') => return None,
            Kind::Mark('(' | '[') => at = closing(code, at) + 1,
            _ => at += 1,
        }
    }
    None
}
