//! `rules.toml`: the rules that reports are judged by.

use std::path::Path;

use super::code_lists::CodeLists;
use super::file_errors::FileErrors;
use super::paths::is_absent;
use super::source::Source;
use crate::diagnostic::DefinitionErrors;
use crate::extract::Form;
use crate::validate::{RawRules, Rule, RuleScope, ScopeBreakdown};

/// Reads `rules.toml`; a pipeline without rules has no such file.
pub(super) fn read_rules(
    path: &Path,
    lists: CodeLists<'_>,
    forms: &[Form],
    errors: &mut DefinitionErrors,
) -> Vec<Rule> {
    if is_absent(path) {
        return Vec::new();
    }
    let Some(source) = errors.ok(Source::read(path)) else {
        return Vec::new();
    };
    let Some(raw) = errors.ok(source.parse::<RawRules>()) else {
        return Vec::new();
    };
    let indicators = lists.indicators.iter().map(|i| (i.id.as_str(), i.decimals));
    let breakdowns = lists.breakdowns.iter().map(|breakdown| {
        let members = breakdown.members.iter();
        let levels = members.map(|m| (m.code.as_str(), m.level));
        ScopeBreakdown {
            id: &breakdown.id,
            name_vi: &breakdown.name.vi,
            list: &breakdown.list,
            levels: levels.collect(),
        }
    });
    let scope = RuleScope {
        forms,
        indicators: indicators.collect(),
        breakdowns: breakdowns.collect(),
    };
    let mut wrong = FileErrors::in_source(&source, errors);
    let mut rules: Vec<Rule> = Vec::new();
    for rule in &raw.rule {
        match Rule::compile(rule, &scope) {
            Ok(compiled) if rules.iter().any(|r| r.id == compiled.id) => wrong.at(
                &rule.id,
                format!("the rule `{}` is declared twice", compiled.id),
                "give one of the two another id",
            ),
            Ok(compiled) => rules.push(compiled),
            Err(unsound) => wrong.at_offset(unsound.offset, unsound.message, unsound.remedy),
        }
    }
    rules
}
