//! Names in braces: values of the edition in a query or a text of a definition.
//!
//! In SQL a name becomes a quoted literal, or a list of literals, so that no value can become syntax. In a text it becomes
//! the value itself. An unknown name is an error and never stays in the result.

use std::collections::BTreeMap;

use crate::text::{Bilingual, BreakdownColumns, fill_with};

/// Values by name.
#[derive(Debug, Clone, Default)]
pub(super) struct Parameters {
    values: BTreeMap<String, Vec<String>>,
    /// The columns of the breakdowns, which have names in braces too.
    breakdowns: BreakdownColumns,
}

/// A name in braces that is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unknown {
    /// The name.
    pub(super) name: String,
    /// Its offset in the text, in bytes.
    pub(super) offset: usize,
    /// The known names.
    pub(super) known: String,
}

impl Parameters {
    /// No values yet, for queries over tables with the columns of these breakdowns.
    pub(super) fn over(breakdowns: &BreakdownColumns) -> Self {
        Self {
            values: BTreeMap::new(),
            breakdowns: breakdowns.clone(),
        }
    }

    /// Sets a name to one value.
    pub(super) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.values.insert(name.to_owned(), vec![value.into()]);
    }

    /// Sets a name to a list of values.
    pub(super) fn set_list(&mut self, name: &str, values: Vec<String>) {
        self.values.insert(name.to_owned(), values);
    }

    /// Whether a name is taken.
    pub(super) fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    fn fill(&self, text: &str, value: impl Fn(&[String]) -> String) -> Result<String, Unknown> {
        let mut unknown = None;
        let filled = fill_with(text, |name| {
            if !is_name(name) {
                return None;
            }
            let found = self.values.get(name);
            if found.is_none() {
                unknown.get_or_insert_with(|| name.to_owned());
            }
            found.map(|values| value(values))
        });
        match unknown {
            Some(name) => Err(Unknown {
                offset: text.find(&format!("{{{name}}}")).unwrap_or(0),
                name,
                known: self.values.keys().cloned().collect::<Vec<_>>().join(", "),
            }),
            None => Ok(filled),
        }
    }

    /// The names that have a single value, with that value.
    pub(super) fn single(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values
            .iter()
            .filter_map(|(name, values)| match values.as_slice() {
                [value] => Some((name.as_str(), value.as_str())),
                _ => None,
            })
    }

    /// SQL in which each name is a quoted literal, or a list of literals separated by commas, and the names of the columns of
    /// breakdowns are these columns.
    pub(super) fn sql(&self, text: &str) -> Result<String, Unknown> {
        Ok(self.columns(&self.fill(text, literals)?))
    }

    /// SQL in which the names of the columns of breakdowns are these columns.
    pub(super) fn columns(&self, sql: &str) -> String {
        self.breakdowns.fill(sql)
    }

    /// A text in which each name is its value.
    pub(super) fn text(&self, text: &str) -> Result<String, Unknown> {
        self.fill(text, |values| values.join(", "))
    }

    /// Both languages of a text, see [`Self::text`].
    pub(super) fn both(&self, text: &Bilingual) -> Result<Bilingual, Unknown> {
        Ok(Bilingual {
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

/// Values as SQL literals separated by commas; NULL if there are none, so that `IN (…)` is a condition that nothing meets.
pub(super) fn literals(values: &[String]) -> String {
    if values.is_empty() {
        return "NULL".to_owned();
    }
    let literals: Vec<String> = values.iter().map(|value| literal(value)).collect();
    literals.join(", ")
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
    fn an_unknown_name_has_its_position() {
        let error = parameters()
            .sql("SELECT {scope}")
            .expect_err("a mistake is found");
        assert_eq!(
            (error.name.as_str(), error.offset, error.known.as_str()),
            ("scope", 7, "geography, years")
        );
    }
}
