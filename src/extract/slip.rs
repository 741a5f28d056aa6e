//! Texts that differ by one letter: a slip of the pen in a head or a label.

/// In texts shorter than this, in letters, one letter may make another word.
const LONG_LABEL: usize = 12;

/// Whether `read` is `known` with one letter wrong, missing or added, or with two neighbours exchanged. Only long texts
/// have slips.
#[must_use]
pub(super) fn is_slip(known: &str, read: &str) -> bool {
    differ_by_a_letter(known, read) && known.chars().count() >= LONG_LABEL
}

/// Whether the optimal string alignment distance is 1: one letter wrong, missing or added, or two neighbours exchanged.
/// Asked of very many pairs; nearly all of them differ soon, from the front and from the back.
fn differ_by_a_letter(one: &str, other: &str) -> bool {
    let front = equal(one.chars().zip(other.chars()));
    let (one, other) = (&one[front..], &other[front..]);
    let back = equal(one.chars().rev().zip(other.chars().rev()));
    let (one, other) = (&one[..one.len() - back], &other[..other.len() - back]);
    let mut letters = (one.chars(), other.chars());
    let mut next = || (letters.0.next(), letters.1.next());
    match (next(), next(), next()) {
        // One letter wrong, missing or added.
        (first, (None, None), _) => first != (None, None),
        // Two letters exchanged.
        (first, second, (None, None)) => first == (second.1, second.0) && second.0.is_some(),
        _ => false,
    }
}

/// Bytes of the leading letters that are equal.
fn equal(pairs: impl Iterator<Item = (char, char)>) -> usize {
    let same = pairs.take_while(|(x, y)| x == y);
    same.map(|(x, _)| x.len_utf8()).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_letter_is_a_distance_of_one(a in "[abé]{0,6}", b in "[abé]{0,6}") {
            prop_assert_eq!(differ_by_a_letter(&a, &b), strsim::osa_distance(&a, &b) == 1);
        }
    }
}
