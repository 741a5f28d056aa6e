//! Rules: what a report, as it was sent, must satisfy. DataFusion judges, and a verdict may be undecided. A rule flags and
//! never changes a figure; at most it holds a whole report back.

mod case;
mod checks;
mod compile;
mod contents;
mod doubt_sql;
mod expression;
mod judge;
mod judged;
mod member_sql;
mod parameters;
mod period_sql;
mod prove;
mod rule;
mod rule_sql;
mod sound;
mod statement;

pub use checks::{back_in_time, check_queries, run_checks};
pub use expression::{Expression, Operand, parse_expression};
pub use judge::{Judgement, RuleResult, held_by, judge, tally, tell};
pub use judged::register_columns;
pub use rule::{Against, OnFail, RawRule, RawRules, Rule, RuleBreakdown, RuleKind};
pub use rule_sql::rule_sql;
pub use sound::{RuleScope, ScopeBreakdown, Unsound};
