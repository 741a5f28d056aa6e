//! What a rule demands, in one English sentence for `explain`.

use toml::Spanned;

use super::rule::{Against, RawRule, RuleKind};

/// What a rule demands, for people.
pub(super) fn statement(raw: &RawRule, kind: &RuleKind) -> String {
    match kind {
        RuleKind::Expression(_) => {
            let text = raw.expression.as_ref().map(Spanned::get_ref);
            text.cloned().unwrap_or_default()
        }
        RuleKind::CountsNotNegative => "every indicator of whole numbers >= 0".to_owned(),
        RuleKind::Comparison { tolerance } => {
            format!("comparison columns agree with the loaded ones within {tolerance} points")
        }
        RuleKind::Revision {
            tolerance,
            at_least,
        } => format!(
            "the actual agrees with the estimate sent a year before within {tolerance} of it; \
             differences up to {at_least} do not count"
        ),
        RuleKind::SumOfMembers {
            breakdown,
            tolerance,
        } => {
            let within = if tolerance.is_zero() {
                String::new()
            } else {
                format!(" within {tolerance}")
            };
            format!(
                "the {} of the first level add up to the total{within}",
                breakdown.list
            )
        }
        RuleKind::PartsOfMembers { breakdown } => {
            format!(
                "the {} of the second level do not exceed theirs",
                breakdown.list
            )
        }
        RuleKind::ShorterPeriods {
            tolerance,
            at_least,
        } => format!(
            "flows are the sum of the unit's shorter periods, stocks those at the end of the last one, within {tolerance} of the \
             figure; differences up to {at_least} do not count"
        ),
        RuleKind::Copy {
            of,
            scenario,
            at_least,
            above,
        } => {
            let column = scenario.map_or("a column", |scenario| scenario.as_str());
            let other = match of {
                Against::OtherUnits => "another unit in its report of that form and period",
                Against::YearBefore => "the unit's own report of the year before",
                Against::ColumnBefore => "the column that it stands on",
            };
            format!(
                "{column}: not all figures are those of {other}; a copy has at least {at_least} \
                 values above {above}"
            )
        }
        RuleKind::Empty { at_least } => {
            format!("a column with {at_least} values or more has one that is not zero or nil")
        }
        RuleKind::Share {
            indicator, at_most, ..
        } => format!(
            "{indicator} <= {at_most} of the country's best total of the year before the report's; \
             where units are missing in it, of the total last published"
        ),
        RuleKind::Factor {
            of,
            indicators,
            factor,
            units,
        } => {
            let other = match of {
                Against::OtherUnits => {
                    format!("the median of all units, if at least {units} state it")
                }
                Against::YearBefore => {
                    "the unit's own report of the year before, else of the column that it stands on"
                        .to_owned()
                }
                Against::ColumnBefore => "the column that it stands on".to_owned(),
            };
            format!(
                "{}: each within a factor of {factor} of {other}",
                indicators.join(", ")
            )
        }
    }
}
