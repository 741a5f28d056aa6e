//! How the head of a column may be written, and which year of the report it then implies.

use regex::Regex;

use super::period::RelativePeriod;
use crate::extract::slip::is_slip;
use crate::text::Folder;

/// Stands for any year when heads are compared despite a slip.
const NO_YEAR: &str = "0000";

/// A folded head whose years are relative to N.
#[derive(Debug, Clone)]
pub struct HeadPattern {
    regex: Regex,
    /// Matches the last head of the path alone.
    last: Regex,
    /// Years of the head, as distances from N.
    offsets: Vec<i16>,
    /// The head with `0000` for years, to compare it despite a slip.
    bare: String,
    bare_characters: usize,
    /// The same, part by part from the top down.
    path: Vec<String>,
}

/// A folded head with `0000` for years, and its years.
#[derive(Debug, Clone)]
pub(crate) struct BareHead {
    text: String,
    characters: usize,
    years: Vec<Option<i16>>,
}

impl BareHead {
    pub(crate) fn of(folded: &str) -> Self {
        let is_year = |word: &str| word.len() == 4 && word.bytes().all(|b| b.is_ascii_digit());
        let mut years = Vec::new();
        let words: Vec<&str> = folded
            .split(' ')
            .map(|word| {
                if is_year(word) {
                    years.push(word.parse().ok());
                    NO_YEAR
                } else {
                    word
                }
            })
            .collect();
        let text = words.join(" ");
        Self {
            characters: text.chars().count(),
            text,
            years,
        }
    }
}

impl HeadPattern {
    /// Compiles a path of heads such as `["Compared (%)", "Year {N} / year {N-1}"]`.
    ///
    /// # Errors
    /// A sentence, when a `{…}` is not `{N}`, `{N-1}` or the like.
    pub fn compile(path: &[String], folder: &Folder) -> Result<Self, String> {
        let mut offsets = Vec::new();
        let mut pattern = String::from("^");
        let joined = path.join(" ");
        let mut rest = joined.as_str();
        let mut folded = Vec::new();
        let mut bare = Vec::new();
        while let Some(open) = rest.find('{') {
            let close = rest
                .find('}')
                .filter(|close| *close > open)
                .ok_or_else(|| format!("`{joined}` has an open brace"))?;
            let token = &rest[open + 1..close];
            let relative = RelativePeriod::parse(token)
                .filter(|p| p.half.is_none())
                .ok_or_else(|| format!("`{{{token}}}` is not {{N}}, {{N-1}} or {{N+1}}"))?;
            folded.push(regex::escape(&folder.fold(&rest[..open])));
            folded.push("([0-9]{4})".to_owned());
            bare.extend([folder.fold(&rest[..open]), NO_YEAR.to_owned()]);
            offsets.push(relative.years);
            rest = &rest[close + 1..];
        }
        folded.push(regex::escape(&folder.fold(rest)));
        folded.retain(|piece| !piece.is_empty());
        bare.push(folder.fold(rest));
        bare.retain(|piece| !piece.is_empty());
        pattern.push_str(&folded.join(" "));
        pattern.push('$');
        let regex = Regex::new(&pattern).map_err(|e| e.to_string())?;
        let last = match path {
            [_, .., last] => Self::compile(std::slice::from_ref(last), folder)?.regex,
            _ => regex.clone(),
        };
        let bare = bare.join(" ");
        let path = path.iter().map(|part| bare_part(part, folder)).collect();
        Ok(Self {
            path,
            regex,
            offsets,
            bare_characters: bare.chars().count(),
            bare,
            last,
        })
    }

    /// The years that the head states, as distances from N, in their order.
    #[must_use]
    pub fn years(&self) -> &[i16] {
        &self.offsets
    }

    /// Whether each part of the path has letters or digits to be found by.
    #[must_use]
    pub fn can_be_found(&self) -> bool {
        !self.path.is_empty() && self.path.iter().all(|part| !part.is_empty())
    }

    /// Whether the path of heads begins with these heads and goes on below them.
    pub(crate) fn goes_on_below(&self, heads: &[BareHead]) -> bool {
        let mut pairs = self.path.iter().zip(heads);
        self.path.len() > heads.len() && pairs.all(|(own, head)| *own == head.text)
    }

    /// Whether both match the same heads.
    #[must_use]
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.regex.as_str() == other.regex.as_str() && self.offsets == other.offsets
    }

    /// Whether a folded text matches the last head of the path.
    #[must_use]
    pub fn ends_like(&self, folded: &str) -> bool {
        self.last.is_match(folded)
    }

    /// Like [`Self::year`], for a head with a slip.
    #[must_use]
    #[allow(clippy::option_option)] // whether it matches, and the year it implies
    pub(crate) fn year_despite_slip(&self, head: &BareHead) -> Option<Option<i16>> {
        if self.bare_characters.abs_diff(head.characters) > 1 || !is_slip(&self.bare, &head.text) {
            return None;
        }
        self.agreed(head.years.iter().copied())
    }

    /// The year N that a folded head implies: none if it does not match, `Some(None)` if it matches and states no year.
    #[must_use]
    pub fn year(&self, folded: &str) -> Option<Option<i16>> {
        let captures = self.regex.captures(folded)?;
        self.agreed(
            captures
                .iter()
                .skip(1)
                .map(|group| group?.as_str().parse().ok()),
        )
    }

    /// The year N that all years of a head imply; none if they imply different ones.
    #[allow(clippy::option_option)] // whether they agree, and on which year
    fn agreed(&self, years: impl Iterator<Item = Option<i16>>) -> Option<Option<i16>> {
        let mut n = None;
        for (year, offset) in years.zip(&self.offsets) {
            let implied = year? - offset;
            if n.is_some_and(|n| n != implied) {
                return None;
            }
            n = Some(implied);
        }
        Some(n)
    }
}

/// A part of a path, folded, with `0000` for years.
fn bare_part(part: &str, folder: &Folder) -> String {
    let mut text = String::new();
    for (i, piece) in part.split(['{', '}']).enumerate() {
        // What stands in braces is every second piece.
        text.push_str(if i % 2 == 1 { NO_YEAR } else { piece });
    }
    folder.fold(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_gives_the_year_of_the_report() {
        let folder = Folder::default();
        let head =
            |text: &str| HeadPattern::compile(&[text.to_owned()], &folder).expect("a pattern");
        assert_eq!(
            head("Thực hiện năm {N-1}").year("thực hiện năm 2022"),
            Some(Some(2023))
        );
        assert_eq!(
            head("Ước năm {N} / năm {N-1}").year("ước năm 2023 năm 2022"),
            Some(Some(2023))
        );
        assert_eq!(
            head("Ước năm {N} / năm {N-1}").year("ước năm 2023 năm 2020"),
            None
        );
        assert_eq!(head("Tổng số").year("tổng số"), Some(None));
        assert!(HeadPattern::compile(&["năm {M}".to_owned()], &folder).is_err());
    }
}
