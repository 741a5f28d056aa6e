//! How the head of a column may be written, and which year of the report it then implies.

use regex::Regex;

use super::period::RelativePeriod;
use crate::extract::slip::is_slip;
use crate::text::Folder;

/// Stands for any year when heads are compared despite a slip.
const NO_YEAR: &str = "0000";

/// A year in a head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeadYear {
    /// So many years after N.
    After(i16),
    /// A year of the calendar.
    Fixed(i16),
}

/// What the words in braces stand for.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// The year so many years after N.
    Year(i16),
    /// The words of the report's period.
    Period,
}

/// What a head that a column may have implies of the report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Implied {
    /// The year N.
    pub year: Option<i16>,
    /// The folded words of the report's period.
    pub period: Option<String>,
}

/// A folded head whose years are relative to N, or years of the calendar.
#[derive(Debug, Clone)]
pub struct HeadPattern {
    regex: Regex,
    /// Matches the last head of the path alone.
    last: Regex,
    /// What the groups of the pattern are, in their order.
    places: Vec<Place>,
    /// All years of the head, in their order.
    years: Vec<HeadYear>,
    /// The head with `0000` for years, to compare it despite a slip; empty where it has words of a period.
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
    /// Compiles a path of heads such as `["Compared (%)", "Year {N} / year {N-1}"]`. `{P}` stands for words of the report's
    /// period, which match the pattern `periods`.
    ///
    /// # Errors
    /// A sentence, when a `{…}` is not `{N}`, `{N-1}`, `{P}` or the like.
    pub fn compile(path: &[String], periods: &str, folder: &Folder) -> Result<Self, String> {
        let mut places = Vec::new();
        let mut years = Vec::new();
        let joined = path.join(" ");
        let mut rest = joined.as_str();
        let mut folded = Vec::new();
        while let Some(open) = rest.find('{') {
            let close = rest
                .find('}')
                .filter(|close| *close > open)
                .ok_or_else(|| format!("`{joined}` has an open brace"))?;
            let token = &rest[open + 1..close];
            let before = folder.fold(&rest[..open]);
            years.extend(fixed_years(&before));
            folded.push(regex::escape(&before));
            match RelativePeriod::parse(token) {
                Some(RelativePeriod::Year(offset)) => {
                    folded.push("([0-9]{4})".to_owned());
                    places.push(Place::Year(offset));
                    years.push(HeadYear::After(offset));
                }
                Some(RelativePeriod::Own) => {
                    folded.push(format!("({periods})"));
                    places.push(Place::Period);
                }
                _ => {
                    return Err(format!(
                        "`{{{token}}}` is not {{N}}, {{N-1}}, {{N+1}} or {{P}}"
                    ));
                }
            }
            rest = &rest[close + 1..];
        }
        let end = folder.fold(rest);
        years.extend(fixed_years(&end));
        folded.push(regex::escape(&end));
        folded.retain(|piece| !piece.is_empty());
        let regex = Regex::new(&format!("^{}$", folded.join(" "))).map_err(|e| e.to_string())?;
        let last = match path {
            [_, .., last] => Self::compile(std::slice::from_ref(last), periods, folder)?.regex,
            _ => regex.clone(),
        };
        let path: Vec<String> = path.iter().map(|part| bare_part(part, folder)).collect();
        let has_period = places.iter().any(|place| matches!(place, Place::Period));
        let parts = path.iter().filter(|part| !part.is_empty() && !has_period);
        let bare = parts.cloned().collect::<Vec<_>>().join(" ");
        Ok(Self {
            path,
            regex,
            places,
            years,
            bare_characters: bare.chars().count(),
            bare,
            last,
        })
    }

    /// The years that the head states, in their order.
    #[must_use]
    pub fn years(&self) -> &[HeadYear] {
        &self.years
    }

    /// Whether the head has words of the report's period.
    #[must_use]
    pub fn states_period(&self) -> bool {
        self.places
            .iter()
            .any(|place| matches!(place, Place::Period))
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
        self.regex.as_str() == other.regex.as_str() && self.years == other.years
    }

    /// Whether a folded text matches the last head of the path.
    #[must_use]
    pub fn ends_like(&self, folded: &str) -> bool {
        self.last.is_match(folded)
    }

    /// Like [`Self::implied`], for a head with a slip.
    #[must_use]
    pub(crate) fn implied_despite_slip(&self, head: &BareHead) -> Option<Implied> {
        if self.bare_characters.abs_diff(head.characters) > 1 || !is_slip(&self.bare, &head.text) {
            return None;
        }
        let mut years = Vec::new();
        for (stated, known) in head.years.iter().zip(&self.years) {
            match known {
                HeadYear::After(offset) => years.push(stated.map(|year| (year, *offset))),
                HeadYear::Fixed(year) if *stated == Some(*year) => {}
                HeadYear::Fixed(_) => return None,
            }
        }
        let year = agreed(years.into_iter())?;
        Some(Implied { year, period: None })
    }

    /// What a folded head implies of the report; none if it does not match.
    #[must_use]
    pub fn implied(&self, folded: &str) -> Option<Implied> {
        let captures = self.regex.captures(folded)?;
        let groups = captures.iter().skip(1).zip(&self.places);
        let groups: Vec<(Option<&str>, Place)> = groups
            .map(|(group, place)| (group.map(|g| g.as_str()), *place))
            .collect();
        let years = groups.iter().filter_map(|(text, place)| match place {
            Place::Year(offset) => {
                let year: Option<i16> = text.and_then(|text| text.parse().ok());
                Some(year.map(|year| (year, *offset)))
            }
            Place::Period => None,
        });
        let mut periods = groups.iter().filter_map(|(text, place)| match place {
            Place::Period => *text,
            Place::Year(_) => None,
        });
        let period = periods.next().map(str::to_owned);
        Some(Implied {
            year: agreed(years)?,
            period,
        })
    }
}

/// The year N that all years of a head imply, each given with its distance from N; none if they imply different ones.
#[allow(clippy::option_option)] // whether they agree, and on which year
fn agreed(years: impl Iterator<Item = Option<(i16, i16)>>) -> Option<Option<i16>> {
    let mut n = None;
    for year in years {
        let (year, offset) = year?;
        let implied = year - offset;
        if n.is_some_and(|n| n != implied) {
            return None;
        }
        n = Some(implied);
    }
    Some(n)
}

/// Whether a word of a folded text is a year.
fn is_year(word: &str) -> bool {
    word.len() == 4 && word.bytes().all(|b| b.is_ascii_digit())
}

/// The years that a folded text of a definition states by themselves.
fn fixed_years(folded: &str) -> Vec<HeadYear> {
    let years = folded.split(' ').filter(|word| is_year(word));
    years
        .filter_map(|word| word.parse().ok().map(HeadYear::Fixed))
        .collect()
}

/// A part of a path, folded, with `0000` for years.
fn bare_part(part: &str, folder: &Folder) -> String {
    let mut text = String::new();
    for (i, piece) in part.split(['{', '}']).enumerate() {
        // What stands in braces is every second piece.
        text.push_str(if i % 2 == 1 { NO_YEAR } else { piece });
    }
    let folded = folder.fold(&text);
    let words = folded
        .split(' ')
        .map(|word| if is_year(word) { NO_YEAR } else { word });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> HeadPattern {
        let periods = "(?:tháng [0-9]+ năm [0-9]{4})";
        HeadPattern::compile(&[text.to_owned()], periods, &Folder::default()).expect("a pattern")
    }

    #[test]
    fn a_head_gives_the_year_of_the_report() {
        let year = |pattern: &str, text: &str| head(pattern).implied(text).map(|i| i.year);
        assert_eq!(
            year("Thực hiện năm {N-1}", "thực hiện năm 2022"),
            Some(Some(2023))
        );
        assert_eq!(
            year("Ước năm {N} / năm {N-1}", "ước năm 2023 năm 2022"),
            Some(Some(2023))
        );
        assert_eq!(
            year("Ước năm {N} / năm {N-1}", "ước năm 2023 năm 2020"),
            None
        );
        assert_eq!(year("Tổng số", "tổng số"), Some(None));
        let wrong = HeadPattern::compile(&["năm {M}".to_owned()], "", &Folder::default());
        assert!(wrong.is_err());
    }

    #[test]
    fn a_head_may_have_words_of_the_period() {
        let implied = head("Thực hiện {P}").implied("thực hiện tháng 9 năm 2026");
        let implied = implied.expect("it matches");
        assert_eq!(implied.period.as_deref(), Some("tháng 9 năm 2026"));
        assert_eq!(head("Thực hiện {P}").implied("thực hiện trong kỳ"), None);
    }

    #[test]
    fn a_year_of_the_calendar_is_no_slip_of_another() {
        let despite = |text: &str| {
            let head = head("Vốn đầu tư phát triển năm 2026");
            head.implied_despite_slip(&BareHead::of(text))
        };
        assert_eq!(
            despite("vốn đầu tư phat triển năm 2026"),
            Some(Implied::default())
        );
        assert_eq!(despite("vốn đầu tư phat triển năm 2027"), None);
    }
}
