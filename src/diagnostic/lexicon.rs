//! Names for codes: indicators, sectors, scenarios, periods and numbers in both languages.
//!
//! The columns of a finding hold the codes, its messages hold these names.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::Deserialize;

use crate::period::{Frequency, Period};
use crate::text::{Bilingual, TOTAL, code_in, format_value};

/// How many items a list names before it only counts the rest.
const NAMED: usize = 20;

/// The marks of an English number: between groups of digits, and before decimals.
const ENGLISH: (char, char) = (',', '.');

/// The words for figures, as the reference states them. Names in braces are replaced.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Naming {
    /// `{indicator}` of a `{member}` of a `{breakdown}`.
    pub of_member: Bilingual,
    /// The content of a column: `{scenario}` and `{period}`.
    pub column: Bilingual,
    /// The end of a list that is too long: `{count}` more.
    pub more: Bilingual,
    /// Scenarios.
    pub scenarios: Scenarios,
    /// Periods.
    pub periods: Periods,
}

/// The words for scenarios.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each name is that of the scenario")]
pub struct Scenarios {
    pub actual: Bilingual,
    pub plan: Bilingual,
    pub estimate: Bilingual,
    pub best: Bilingual,
}

/// The words for periods: `{Y}` is the year, `{n}` the number of the period within it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each name is that of the period")]
pub struct Periods {
    pub annual: Bilingual,
    pub first_half: Bilingual,
    pub second_half: Bilingual,
    pub quarter: Bilingual,
    pub month: Bilingual,
}

/// The words for a breakdown.
#[derive(Debug, Clone)]
pub struct NamedBreakdown {
    /// What a member is: a sector, a source of funds.
    pub name: Bilingual,
    /// The names of its members by code.
    pub members: BTreeMap<String, Bilingual>,
}

impl Periods {
    /// A period in words.
    #[must_use]
    pub fn words_of(&self, period: Period) -> Bilingual {
        let pattern = match (period.frequency, period.number) {
            (Frequency::Annual, _) => &self.annual,
            (Frequency::HalfYear, 1) => &self.first_half,
            (Frequency::HalfYear, _) => &self.second_half,
            (Frequency::Quarterly, _) => &self.quarter,
            (Frequency::Monthly, _) => &self.month,
        };
        pattern.filled(&[
            ("Y", Bilingual::same(&period.year.to_string())),
            ("n", Bilingual::same(&period.number.to_string())),
        ])
    }
}

/// Turns codes into words.
#[derive(Debug, Clone)]
pub struct Lexicon {
    naming: Naming,
    /// The marks of a number in the country's language: between groups of digits, and before decimals.
    digits: (char, char),
    indicators: BTreeMap<String, Bilingual>,
    breakdowns: Vec<NamedBreakdown>,
}

impl Lexicon {
    /// A lexicon with these words, the marks of numbers in the country's language (between groups of digits, before
    /// decimals), the names of indicators by code, and those of the breakdowns.
    #[must_use]
    pub fn new(
        naming: Naming,
        digits: (char, char),
        indicators: BTreeMap<String, Bilingual>,
        breakdowns: Vec<NamedBreakdown>,
    ) -> Self {
        Self {
            naming,
            digits,
            indicators,
            breakdowns,
        }
    }

    /// The name of an indicator, or its code if it has no name.
    #[must_use]
    pub fn indicator(&self, code: &str) -> Bilingual {
        let name = self.indicators.get(code);
        name.cloned().unwrap_or_else(|| Bilingual::same(code))
    }

    /// The name of an indicator with those of the [`Members`](crate::text::Members) that the figure is of, written as a text.
    /// A total has the name of the indicator alone.
    #[must_use]
    pub fn figure(&self, indicator: &str, members: Option<&str>) -> Bilingual {
        let members = members.unwrap_or(TOTAL);
        let names = self.breakdowns.iter().enumerate();
        let names = names.filter_map(|(at, breakdown)| {
            let member = breakdown.members.get(code_in(members, at))?;
            Some((breakdown.name.clone(), member.clone()))
        });
        names.fold(self.indicator(indicator), |figure, (breakdown, member)| {
            let parts = [
                ("indicator", figure),
                ("breakdown", breakdown),
                ("member", member),
            ];
            self.naming.of_member.filled(&parts)
        })
    }

    /// The content of a column in words, from the codes of its scenario and period.
    #[must_use]
    pub fn column(&self, scenario: &str, period: &str) -> Bilingual {
        let words = &self.naming.scenarios;
        let scenario = match scenario {
            "actual" => words.actual.clone(),
            "plan" => words.plan.clone(),
            "estimate" => words.estimate.clone(),
            "best" => words.best.clone(),
            other => Bilingual::same(other),
        };
        let period = period
            .parse()
            .map_or_else(|_| Bilingual::same(period), |period| self.period(period));
        self.naming
            .column
            .filled(&[("scenario", scenario), ("period", period)])
    }

    /// A period in words.
    #[must_use]
    pub fn period(&self, period: Period) -> Bilingual {
        self.naming.periods.words_of(period)
    }

    /// A number with all its decimals, in the notation of each language.
    #[must_use]
    pub fn number(&self, value: Decimal) -> Bilingual {
        let value = value.normalize();
        let written = |(group, mark)| format_value(value, value.scale(), group, mark);
        Bilingual::new(written(self.digits), written(ENGLISH))
    }

    /// A list of items. Only the first of many are named; the rest are counted.
    #[must_use]
    pub fn list(&self, items: &[Bilingual]) -> Bilingual {
        let mut named: Vec<Bilingual> = items.iter().take(NAMED).cloned().collect();
        if items.len() > NAMED {
            let count = self.number(Decimal::from(items.len() - NAMED));
            named.push(self.naming.more.filled(&[("count", count)]));
        }
        Bilingual::joined(&named, "; ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lexicon() -> Lexicon {
        let naming = Naming {
            of_member: Bilingual::new("{indicator}, {breakdown} {member}", "{indicator}, {member}"),
            column: Bilingual::new("{scenario} {period}", "{scenario} for {period}"),
            more: Bilingual::new("và {count} số nữa", "and {count} more"),
            scenarios: Scenarios {
                plan: Bilingual::new("kế hoạch", "plan"),
                ..Scenarios::default()
            },
            periods: Periods {
                annual: Bilingual::new("năm {Y}", "{Y}"),
                first_half: Bilingual::new("6 tháng đầu năm {Y}", "the first half of {Y}"),
                quarter: Bilingual::new("quý {n} năm {Y}", "quarter {n} of {Y}"),
                ..Periods::default()
            },
        };
        let names = |code: &str, vi: &str, en: &str| {
            BTreeMap::from([(code.to_owned(), Bilingual::new(vi, en))])
        };
        Lexicon::new(
            naming,
            ('.', ','),
            names("coops", "Số HTX", "Cooperatives"),
            vec![
                NamedBreakdown {
                    name: Bilingual::new("ngành", "sector"),
                    members: names("A", "nông nghiệp", "agriculture"),
                },
                NamedBreakdown {
                    name: Bilingual::new("nguồn", "source"),
                    members: names("c", "trung ương", "central"),
                },
            ],
        )
    }

    #[test]
    fn a_figure_is_named_with_its_sector_and_an_unknown_code_stays() {
        let lexicon = lexicon();
        let both = |vi: &str, en: &str| Bilingual::new(vi, en);
        assert_eq!(
            lexicon.figure("coops", Some("A")),
            both("Số HTX, ngành nông nghiệp", "Cooperatives, agriculture")
        );
        assert_eq!(
            lexicon.figure("coops", Some("_T")),
            both("Số HTX", "Cooperatives")
        );
        assert_eq!(
            lexicon.figure("coops", Some("A:c")).en,
            "Cooperatives, agriculture, central"
        );
        assert_eq!(lexicon.figure("other", None), Bilingual::same("other"));
    }

    #[test]
    fn columns_and_numbers_follow_each_language() {
        let lexicon = lexicon();
        let said = |scenario, period| lexicon.column(scenario, period);
        assert_eq!(said("plan", "2025").vi, "kế hoạch năm 2025");
        assert_eq!(
            said("plan", "2025-S1").en,
            "plan for the first half of 2025"
        );
        assert_eq!(said("plan", "2025-Q3").vi, "kế hoạch quý 3 năm 2025");
        let number = |text: &str| lexicon.number(text.parse().expect("a number"));
        assert_eq!(number("1010.500000"), Bilingual::new("1.010,5", "1,010.5"));
        assert_eq!(
            number("-1234567"),
            Bilingual::new("-1.234.567", "-1,234,567")
        );
        assert_eq!(number("0.000000"), Bilingual::same("0"));
    }

    #[test]
    fn a_long_list_is_cut_and_counted() {
        let lexicon = lexicon();
        let items: Vec<Bilingual> = (0..23).map(|i| Bilingual::same(&i.to_string())).collect();
        assert_eq!(lexicon.list(&items[..2]), Bilingual::same("0; 1"));
        assert_eq!(lexicon.list(&items[..20]).vi.matches("; ").count(), 19);
        assert!(lexicon.list(&items).vi.ends_with("; 19; và 3 số nữa"));
        assert!(lexicon.list(&items).en.ends_with("; 19; and 3 more"));
    }
}
