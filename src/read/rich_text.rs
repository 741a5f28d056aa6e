//! Texts whose parts are set differently: what is struck out is dropped, what is raised is set apart.

use std::sync::Arc;

use super::sheet::FontRun;

/// A part of a text that is set in one way.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct TextRun {
    pub(super) text: String,
    pub(super) font: StatedFont,
    /// Whether it is struck out; none if the font of the cell decides.
    pub(super) is_struck: Option<bool>,
    pub(super) raised: Raised,
}

/// The font that a run states.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum StatedFont {
    /// None: the font of the cell counts.
    #[default]
    OfCell,
    /// A font of an old encoding.
    Legacy(Arc<str>),
    /// Any other font.
    Plain,
}

/// Where a run stands on its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Raised {
    #[default]
    No,
    /// Above it, as a footnote mark.
    Above,
    /// Below it.
    Below,
}

/// What a reader sees of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct VisibleText {
    pub(super) text: String,
    /// Whether a part of it is struck out.
    pub(super) has_struck: bool,
    /// Its parts with their fonts; empty if none is of an old encoding.
    pub(super) fonts: Vec<FontRun>,
}

/// What a reader sees of a text in a cell whose font is struck out or not, and is of an old encoding or not.
pub(super) fn visible(
    runs: &[TextRun],
    cell_is_struck: bool,
    cell_font: Option<&Arc<str>>,
) -> VisibleText {
    let mut seen = VisibleText {
        text: String::new(),
        has_struck: false,
        fonts: Vec::new(),
    };
    for run in runs {
        if run.is_struck.unwrap_or(cell_is_struck) {
            // A struck-out blank between words is nothing that was taken back.
            seen.has_struck |= !run.text.trim().is_empty();
            continue;
        }
        let font = match &run.font {
            StatedFont::OfCell => cell_font.cloned(),
            StatedFont::Legacy(font) => Some(font.clone()),
            StatedFont::Plain => None,
        };
        // Letters of an old encoding are not digits: they stay as they are.
        let text = match font {
            Some(_) => run.text.clone(),
            None => set_apart(&run.text, run.raised),
        };
        seen.text.push_str(&text);
        seen.fonts.push(FontRun { text, font });
    }
    if seen.fonts.iter().all(|run| run.font.is_none()) {
        seen.fonts.clear();
    }
    seen
}

/// Raised or lowered digits as characters of their own, so that `431` with a raised `1` is not 4311. A raised letter
/// stands in brackets.
fn set_apart(text: &str, raised: Raised) -> String {
    let marks: &[char; 10] = match raised {
        Raised::No => return text.to_owned(),
        Raised::Above => &['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'],
        Raised::Below => &['₀', '₁', '₂', '₃', '₄', '₅', '₆', '₇', '₈', '₉'],
    };
    let mut letters = text.trim().chars();
    if let (Some(letter), None) = (letters.next(), letters.next())
        && letter.is_alphabetic()
    {
        return format!("({letter})");
    }
    let apart = |c: char| match (c.to_digit(10), raised) {
        (Some(digit), _) => marks.get(digit as usize).copied().unwrap_or(c),
        (None, Raised::Above) if c == '(' => '⁽',
        (None, Raised::Above) if c == ')' => '⁾',
        _ => c,
    };
    text.chars().map(apart).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(text: &str, is_struck: Option<bool>, raised: Raised) -> TextRun {
        TextRun {
            text: text.to_owned(),
            is_struck,
            raised,
            ..TextRun::default()
        }
    }

    #[test]
    fn struck_parts_are_dropped_and_raised_ones_set_apart() {
        let seen = |runs: &[TextRun], struck| {
            let seen = visible(runs, struck, None);
            (seen.text, seen.has_struck)
        };
        let old = run("425", Some(true), Raised::No);
        let new = run("431", Some(false), Raised::No);
        assert_eq!(
            seen(&[old.clone(), new.clone()], false),
            ("431".to_owned(), true)
        );
        let plain = run("425", None, Raised::No);
        assert_eq!(
            seen(std::slice::from_ref(&plain), true),
            (String::new(), true)
        );
        assert_eq!(seen(&[plain, new.clone()], true), ("431".to_owned(), true));
        for (mark, shown) in [
            ("1", "431¹"),
            ("(1)", "431⁽¹⁾"),
            ("a", "431(a)"),
            ("*", "431*"),
        ] {
            let mark = run(mark, None, Raised::Above);
            assert_eq!(seen(&[new.clone(), mark], false), (shown.to_owned(), false));
        }
    }
}
