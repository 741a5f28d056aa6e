//! Which members of the breakdowns a figure is of.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The total of a breakdown (SDMX `_T`).
pub const TOTAL: &str = "_T";

/// Between the codes of two breakdowns. No code of a list has it.
const BETWEEN: char = ':';

/// The members of the breakdowns that a figure is of: a code for each breakdown of the pipeline, in their order, `_T` for
/// the total. Written as one text without the totals at its end: `_T`, `A`, `_T:central`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Members(String);

impl Members {
    /// The total of every breakdown.
    #[must_use]
    pub fn total() -> Self {
        Self(TOTAL.to_owned())
    }

    /// The members with these codes, one for each breakdown.
    pub fn of<'a>(codes: impl IntoIterator<Item = &'a str>) -> Self {
        let mut codes: Vec<&str> = codes.into_iter().collect();
        while codes.len() > 1 && codes.last() == Some(&TOTAL) {
            codes.pop();
        }
        match codes[..] {
            [] => Self::total(),
            _ => Self(codes.join(&BETWEEN.to_string())),
        }
    }

    /// These members with another one in the breakdown of this index.
    #[must_use]
    pub fn with(&self, breakdown: usize, code: &str) -> Self {
        let count = (breakdown + 1).max(self.0.split(BETWEEN).count());
        let codes = (0..count).map(|at| if at == breakdown { code } else { self.code(at) });
        Self::of(codes)
    }

    /// The members that a text means.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self::of(text.split(BETWEEN))
    }

    /// The code in the breakdown of this index.
    #[must_use]
    pub fn code(&self, breakdown: usize) -> &str {
        code_in(&self.0, breakdown)
    }

    /// Whether they are the total of every breakdown.
    #[must_use]
    pub fn is_total(&self) -> bool {
        self.0 == TOTAL
    }

    /// The text that they are written as.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The code in the breakdown of this index, of members written as a text.
#[must_use]
pub fn code_in(members: &str, breakdown: usize) -> &str {
    members.split(BETWEEN).nth(breakdown).unwrap_or(TOTAL)
}

/// The SQL that writes the members in these columns as their text.
#[must_use]
pub fn members_sql(columns: &[String]) -> String {
    let mut text = String::new();
    // From the last column on: what is the total at the end is left out.
    for (at, column) in columns.iter().enumerate().rev() {
        let rest = if text.is_empty() {
            "''".to_owned()
        } else {
            text
        };
        text = if at == 0 {
            format!("({column} || {rest})")
        } else {
            format!(
                "CASE WHEN {column} = '{TOTAL}' AND {rest} = '' THEN '' ELSE '{BETWEEN}' || {column} || {rest} END"
            )
        };
    }
    text
}

impl fmt::Display for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_at_the_end_are_not_written() {
        for (codes, text) in [
            (vec![], "_T"),
            (vec!["_T", "_T"], "_T"),
            (vec!["A", "_T"], "A"),
            (vec!["_T", "central"], "_T:central"),
            (vec!["A", "central", "_T"], "A:central"),
        ] {
            assert_eq!(Members::of(codes).as_str(), text);
        }
    }

    #[test]
    fn a_member_is_found_and_replaced() {
        let members = Members::parse("_T:central");
        assert_eq!(
            [members.code(0), members.code(1), members.code(2)],
            ["_T", "central", "_T"]
        );
        assert_eq!(members.with(1, "_T"), Members::total());
        assert_eq!(Members::total().with(2, "x").as_str(), "_T:_T:x");
    }
}
