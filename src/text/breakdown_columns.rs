//! The columns of the breakdowns in SQL: names in braces stand for one column for each breakdown of the pipeline.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::members::TOTAL;

/// The breakdowns that the tables of every lake have a column for.
const ALWAYS: [&str; 2] = ["sector", "fund"];

static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"\{(?:(\w+)\.)?breakdowns(?: except (\w+(?:, \w+)*))?(?: (=|or) (?:'_T'|(\w+)\.breakdowns))?\}",
    )
    .ok()
});

/// The columns of the breakdowns in the tables of a lake, in their order: first those that every lake has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BreakdownColumns(Vec<String>);

impl Default for BreakdownColumns {
    /// The columns that every lake has.
    fn default() -> Self {
        Self(ALWAYS.map(str::to_owned).to_vec())
    }
}

impl BreakdownColumns {
    /// The columns that every lake has, and those of these breakdowns that are not among them.
    pub fn with<'a>(ids: impl IntoIterator<Item = &'a str>) -> Self {
        let mut columns = Self::default();
        for id in ids {
            if !columns.0.iter().any(|known| known == id) {
                columns.0.push(id.to_owned());
            }
        }
        columns
    }

    /// All columns.
    #[must_use]
    pub fn all(&self) -> &[String] {
        &self.0
    }

    /// The columns that only some lakes have.
    #[must_use]
    pub fn further(&self) -> &[String] {
        &self.0[ALWAYS.len()..]
    }

    /// The last of the columns that every lake has; the further ones follow it.
    #[must_use]
    pub fn last_of_all_lakes() -> &'static str {
        ALWAYS[ALWAYS.len() - 1]
    }

    /// SQL with the columns in place of the names in braces:
    ///
    /// - `{breakdowns}`, `{k.breakdowns}`: the columns, with commas between them;
    /// - `{a.breakdowns = b.breakdowns}`, `{k.breakdowns = '_T'}`: all of them are the same, or at their total;
    /// - `{a.breakdowns or b.breakdowns}`, `{breakdowns or '_T'}`: the columns of the one, or where they are NULL of the
    ///   other, under their names;
    /// - `{breakdowns except sector = '_T'}`: the same without some of the columns.
    #[must_use]
    pub fn fill(&self, sql: &str) -> String {
        match NAMED.as_ref() {
            Some(named) => named
                .replace_all(sql, |of: &Captures<'_>| self.written(of))
                .into_owned(),
            None => sql.to_owned(),
        }
    }

    fn written(&self, named: &Captures<'_>) -> String {
        let text = |at: usize| named.get(at).map(|found| found.as_str());
        let except: Vec<&str> = text(2).map_or(Vec::new(), |list| list.split(", ").collect());
        let of = |table: Option<&str>, column: &str| match table {
            Some(table) => format!("{table}.{column}"),
            None => column.to_owned(),
        };
        let columns = self.0.iter().filter(|c| !except.contains(&c.as_str()));
        let each = columns.map(|column| {
            let one = of(text(1), column);
            let other = match text(4) {
                Some(table) => of(Some(table), column),
                None => format!("'{TOTAL}'"),
            };
            match text(3) {
                None => one,
                Some("=") => format!("{one} = {other}"),
                Some(_) => format!("coalesce({one}, {other}) AS {column}"),
            }
        });
        let each: Vec<String> = each.collect();
        match text(3) {
            Some("=") if each.is_empty() => "TRUE".to_owned(),
            Some("=") => each.join(" AND "),
            _ => each.join(", "),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_braces_stands_for_a_column_of_each_breakdown() {
        let two = BreakdownColumns::default();
        let three = BreakdownColumns::with(["fund", "size"]);
        assert_eq!(three.further(), ["size"]);
        for (sql, of_two, of_three) in [
            ("{breakdowns}", "sector, fund", "sector, fund, size"),
            (
                "{k.breakdowns}",
                "k.sector, k.fund",
                "k.sector, k.fund, k.size",
            ),
            (
                "{r.breakdowns = k.breakdowns}",
                "r.sector = k.sector AND r.fund = k.fund",
                "r.sector = k.sector AND r.fund = k.fund AND r.size = k.size",
            ),
            (
                "{breakdowns except sector = '_T'}",
                "fund = '_T'",
                "fund = '_T' AND size = '_T'",
            ),
            (
                "{k.breakdowns except sector, fund = '_T'}",
                "TRUE",
                "k.size = '_T'",
            ),
            (
                "{a.breakdowns except sector or b.breakdowns}",
                "coalesce(a.fund, b.fund) AS fund",
                "coalesce(a.fund, b.fund) AS fund, coalesce(a.size, b.size) AS size",
            ),
            (
                "{breakdowns except sector or '_T'}",
                "coalesce(fund, '_T') AS fund",
                "coalesce(fund, '_T') AS fund, coalesce(size, '_T') AS size",
            ),
            (
                "{geography} {breakdown}",
                "{geography} {breakdown}",
                "{geography} {breakdown}",
            ),
        ] {
            assert_eq!(two.fill(sql), of_two);
            assert_eq!(three.fill(sql), of_three);
        }
    }
}
