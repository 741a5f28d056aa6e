//! Texts that differ by one letter: a slip of the pen in a head or a label.

use std::sync::LazyLock;

use regex::Regex;

/// In texts shorter than this, in letters, one letter may make another word.
const LONG_LABEL: usize = 12;

/// Numbers in figures and in Roman figures.
static NUMBERS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[0-9]+|\b[ivx]+\b").ok());

/// Whether `read` is `known` with one letter wrong, missing or added, or with two neighbours exchanged. Only long texts
/// have slips. Another number is never a slip: `9 months` are not `6 months`, and quarter I is not quarter II.
#[must_use]
pub(super) fn is_slip(known: &str, read: &str) -> bool {
    differ_by_a_letter(known, read)
        && known.chars().count() >= LONG_LABEL
        && have_the_same_numbers(known, read)
}

fn have_the_same_numbers(one: &str, other: &str) -> bool {
    let Some(numbers) = NUMBERS.as_ref() else {
        return false;
    };
    let of = |text| numbers.find_iter(text).map(|found| found.as_str());
    of(one).eq(of(other))
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

    #[test]
    fn another_number_is_no_slip() {
        let half = "thực hiện 6 tháng đầu năm 0000";
        assert!(is_slip(half, "thực hiên 6 tháng đầu năm 0000"));
        assert!(!is_slip(half, "thực hiện 9 tháng đầu năm 0000"));
        assert!(!is_slip(half, "thực hiện 16 tháng đầu năm 0000"));
        assert!(!is_slip(half, "thực hiện tháng đầu năm 0000"));
        assert!(!is_slip(
            "thực hiện quý i năm 0000",
            "thực hiện quý ii năm 0000"
        ));
        assert!(!is_slip(
            "thực hiện quý iv năm 0000",
            "thực hiện quý vi năm 0000"
        ));
        assert!(!is_slip("vốn tín dụng 2024", "vốn tín dụng 2042"));
    }

    proptest! {
        #[test]
        fn a_letter_is_a_distance_of_one(a in "[abé]{0,6}", b in "[abé]{0,6}") {
            prop_assert_eq!(differ_by_a_letter(&a, &b), strsim::osa_distance(&a, &b) == 1);
        }
    }
}
