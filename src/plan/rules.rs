//! `rules.toml`: the rules that reports are judged by.

use std::path::Path;

use super::code_lists::CodeLists;
use super::file_errors::FileErrors;
use super::paths::is_absent;
use super::source::Source;
use crate::diagnostic::DefinitionErrors;
use crate::extract::Form;
use crate::validate::{RawRules, RecordRule, RecordScope, Rule, RuleScope, ScopeBreakdown};

/// The rules of a pipeline.
#[derive(Debug, Default)]
pub(super) struct AllRules {
    /// Those that judge figures.
    pub(super) rules: Vec<Rule>,
    /// Those that judge records of lists and their totals.
    pub(super) of_records: Vec<RecordRule>,
}

impl AllRules {
    /// Whether there is a rule of this id.
    pub(super) fn has(&self, id: &str) -> bool {
        self.rules.iter().any(|rule| rule.id == id)
            || self.of_records.iter().any(|rule| rule.id == id)
    }
}

/// Reads `rules.toml`; a pipeline without rules has no such file.
pub(super) fn read_rules(
    path: &Path,
    reference: &Path,
    lists: CodeLists<'_>,
    forms: &[Form],
    errors: &mut DefinitionErrors,
) -> AllRules {
    if is_absent(path) {
        return AllRules::default();
    }
    let Some(source) = errors.ok(Source::read(path)) else {
        return AllRules::default();
    };
    let Some(raw) = errors.ok(source.parse::<RawRules>()) else {
        return AllRules::default();
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
    let scope = RecordScope { forms, reference };
    let mut of_records: Vec<RecordRule> = Vec::new();
    for rule in &raw.record_rule {
        let id = rule.id.get_ref();
        let is_taken = rules.iter().any(|r| r.id == *id) || of_records.iter().any(|r| r.id == *id);
        match RecordRule::compile(rule, &scope) {
            Ok(_) if is_taken => wrong.at(
                &rule.id,
                format!("the rule `{id}` is declared twice"),
                "give one of the two another id",
            ),
            Ok(compiled) => of_records.push(compiled),
            Err(unsound) => wrong.at_offset(unsound.offset, unsound.message, unsound.remedy),
        }
    }
    AllRules { rules, of_records }
}
