//! Names in braces: what a query or a text of a definition takes from the edition.
//!
//! In SQL a name becomes a literal, or a list of literals, always in quotes, so that no value can become
//! syntax; in a text it becomes the value itself. A name that is not known is an error, never left standing.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::table::Text;

static NAME: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\{([a-z][a-z0-9_]*)\}").ok());

/// Values by name.
#[derive(Debug, Clone, Default)]
pub(super) struct Parameters(BTreeMap<String, Vec<String>>);

/// A name in braces that stands for nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unknown {
    /// The name.
    pub(super) name: String,
    /// Where it stands in the text.
    pub(super) offset: usize,
    /// The names there are.
    pub(super) known: String,
}

impl Parameters {
    /// Sets a name to one value.
    pub(super) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.insert(name.to_owned(), vec![value.into()]);
    }

    /// Sets a name to a list of values.
    pub(super) fn set_list(&mut self, name: &str, values: Vec<String>) {
        self.0.insert(name.to_owned(), values);
    }

    /// Whether a name is taken.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The value of a name that stands for one; empty where it stands for none or several.
    pub(super) fn one(&self, name: &str) -> &str {
        match self.0.get(name).map(Vec::as_slice) {
            Some([value]) => value,
            _ => "",
        }
    }

    fn fill(&self, text: &str, value: impl Fn(&[String]) -> String) -> Result<String, Unknown> {
        let Some(pattern) = NAME.as_ref() else {
            return Ok(text.to_owned());
        };
        for found in pattern.captures_iter(text) {
            let name = &found[1];
            if !self.has(name) {
                let offset = found.get(0).map_or(0, |m| m.start());
                let known = self
                    .0
                    .keys()
                    .map(String::as_str)
                    .collect::<Vec<_>>()
                    .join(", ");
                return Err(Unknown {
                    name: name.to_owned(),
                    offset,
                    known,
                });
            }
        }
        let filled = pattern.replace_all(text, |found: &Captures<'_>| {
            self.0.get(&found[1]).map_or_else(String::new, |v| value(v))
        });
        Ok(filled.into_owned())
    }

    /// SQL with each name as a quoted literal, a list as literals with commas between.
    pub(super) fn sql(&self, text: &str) -> Result<String, Unknown> {
        self.fill(text, |values| {
            values
                .iter()
                .map(|v| literal(v))
                .collect::<Vec<_>>()
                .join(", ")
        })
    }

    /// A text with each name as its value.
    pub(super) fn text(&self, text: &str) -> Result<String, Unknown> {
        self.fill(text, |values| values.join(", "))
    }

    /// Both languages of a text.
    pub(super) fn both(&self, text: &Text) -> Result<Text, Unknown> {
        Ok(Text {
            vi: self.text(&text.vi)?,
            en: self.text(&text.en)?,
        })
    }
}

/// A value as an SQL literal.
pub(super) fn literal(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters() -> Parameters {
        let mut parameters = Parameters::default();
        parameters.set("geography", "20'25");
        parameters.set_list("years", vec!["2022".to_owned(), "2023".to_owned()]);
        parameters
    }

    #[test]
    fn a_value_never_becomes_syntax() {
        let sql = parameters().sql("g = {geography} AND y IN ({years})");
        assert_eq!(sql.as_deref(), Ok("g = '20''25' AND y IN ('2022', '2023')"));
        assert_eq!(parameters().text("{geography}").as_deref(), Ok("20'25"));
    }

    #[test]
    fn an_unknown_name_says_where_it_stands() {
        let error = parameters()
            .sql("SELECT {scope}")
            .expect_err("a mistake is found");
        assert_eq!(
            (error.name.as_str(), error.offset, error.known.as_str()),
            ("scope", 7, "geography, years")
        );
    }
}
