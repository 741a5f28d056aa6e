//! Names in braces: what a query or a text of a definition takes from the edition.
//!
//! In SQL a name becomes a literal, or a list of literals, always in quotes, so that no value can become
//! syntax; in a text it becomes the value itself. A name that is not known is an error, never left standing.

use std::collections::BTreeMap;

use super::table::Text;
use crate::text::fill_with;

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

    fn fill(&self, text: &str, value: impl Fn(&[String]) -> String) -> Result<String, Unknown> {
        let mut unknown = None;
        let filled = fill_with(text, |name| {
            if !is_name(name) {
                return None;
            }
            let found = self.0.get(name);
            if found.is_none() {
                unknown.get_or_insert_with(|| name.to_owned());
            }
            found.map(|values| value(values))
        });
        match unknown {
            Some(name) => Err(Unknown {
                offset: text.find(&format!("{{{name}}}")).unwrap_or(0),
                name,
                known: self.0.keys().cloned().collect::<Vec<_>>().join(", "),
            }),
            None => Ok(filled),
        }
    }

    /// The names that stand for one value, with it.
    pub(super) fn single(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .filter_map(|(name, values)| match values.as_slice() {
                [value] => Some((name.as_str(), value.as_str())),
                _ => None,
            })
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

/// Whether a text in braces is a name; other braces are part of the text.
fn is_name(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    text.starts_with(|c: char| c.is_ascii_lowercase()) && text.chars().all(plain)
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
