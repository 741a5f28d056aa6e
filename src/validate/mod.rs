//! Rules: what a report as it was sent must satisfy. DataFusion judges, three-valued; a rule flags and
//! never changes a figure, unless it holds a whole report back.

mod checks;
mod expression;
mod judge;
mod prove;
mod rule;
mod sound;
mod verdict;

pub use checks::{back_in_time, check_queries, run_checks};
pub use expression::{Expression, Operand, parse_expression};
pub use judge::{Judgement, RuleResult, held_by, judge, tally, tell};
pub use rule::{OnFail, RawRule, RawRules, Rule, RuleKind};
pub use sound::{Subject, Unsound};
pub use verdict::{register_columns, rule_sql};
