//! The breakdowns of a pipeline: by sector, by source of funds. Each has a code list with a file of its own.

use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use super::file_errors::FileErrors;
use super::source::Source;
use crate::diagnostic::DefinitionErrors;
use crate::geography::Csv;
use crate::lake::{self, LakeSchema, TableSchema, is_plain_name};
use crate::text::{Bilingual, BreakdownColumns, TOTAL};

/// A way in which indicators are broken down.
#[derive(Debug, Clone)]
pub struct Breakdown {
    /// Identifier: the name of its column in the lake.
    pub id: String,
    /// What a member is, in words.
    pub name: Bilingual,
    /// The name of its code list: that of the file, and of the lake's table.
    pub list: String,
    /// Its members, in their order; none if the pipeline does not declare it.
    pub members: Vec<Member>,
}

/// A member of a breakdown.
#[derive(Debug, Clone)]
pub struct Member {
    /// Code.
    pub code: String,
    /// The member that contains it.
    pub parent: Option<String>,
    /// 0 for the first level.
    pub level: i64,
    /// Name in Vietnamese.
    pub name_vi: String,
    /// Name in English.
    pub name_en: String,
}

/// A breakdown as `pipeline.toml` declares it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawBreakdown {
    pub id: Spanned<String>,
    pub list: Spanned<String>,
    pub name_vi: String,
    pub name_en: String,
}

impl Breakdown {
    /// The member with a code.
    #[must_use]
    pub fn member(&self, code: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.code == code)
    }

    /// The column with the codes in its code list and in the lake's table of it.
    #[must_use]
    pub fn code_column(&self) -> String {
        format!("{}_code", self.id)
    }
}

/// The columns of the breakdowns in the tables of the lake.
pub(super) fn columns_of(breakdowns: &[Breakdown]) -> BreakdownColumns {
    BreakdownColumns::with(breakdowns.iter().map(|breakdown| breakdown.id.as_str()))
}

/// The tables of the contract with the columns of the breakdowns, and those of their code lists.
pub(super) fn lake_of(breakdowns: &[Breakdown]) -> LakeSchema {
    let lists = breakdowns
        .iter()
        .filter(|breakdown| lake::table(&breakdown.list).is_none());
    let lists = lists.map(|breakdown| TableSchema::of_codes(&breakdown.list, &breakdown.id));
    LakeSchema::of(columns_of(breakdowns)).with(lists)
}

/// Whether a name can be that of a further column in the tables of figures, and beside those that models give to their own.
fn is_free(id: &str) -> bool {
    let figures = lake::tables().iter().filter(|table| {
        let first = BreakdownColumns::default();
        first
            .all()
            .iter()
            .all(|id| table.schema.column_with_name(id).is_some())
    });
    let mut taken = figures.filter(|table| table.schema.column_with_name(id).is_some());
    let is_one_of_all = BreakdownColumns::default()
        .all()
        .iter()
        .any(|always| always == id);
    is_one_of_all || (is_plain_name(id) && !TAKEN.contains(&id) && taken.next().is_none())
}

/// The index of the breakdown with an id.
pub(super) fn breakdown_index(breakdowns: &[Breakdown], id: &str) -> Option<usize> {
    breakdowns.iter().position(|breakdown| breakdown.id == id)
}

/// Reads the code lists of the declared breakdowns: first those that every lake has, then the others.
pub(super) fn read_breakdowns(
    (source, raw): (&Source, &[RawBreakdown]),
    directory: &Path,
    errors: &mut DefinitionErrors,
) -> Vec<Breakdown> {
    let mut breakdowns: Vec<Breakdown> = BreakdownColumns::default()
        .all()
        .iter()
        .map(|id| Breakdown {
            id: id.clone(),
            name: Bilingual::same(id),
            list: format!("{id}s"),
            members: Vec::new(),
        })
        .collect();
    let mut wrong = FileErrors::in_source(source, errors);
    let mut sound = Vec::new();
    for (at, breakdown) in raw.iter().enumerate() {
        let id = breakdown.id.get_ref();
        let list = breakdown.list.get_ref().strip_suffix(".csv");
        if !is_free(id) {
            let message =
                format!("`{id}` cannot be the id of a breakdown: it names a column of the lake");
            let remedy = "use small letters, digits and _, no word of SQL, and no name of another column of the lake";
            wrong.at(&breakdown.id, message, remedy);
        } else if raw[..at].iter().any(|other| other.id.get_ref() == id) {
            let message = format!("the breakdown `{id}` is declared twice");
            wrong.at(&breakdown.id, message, "delete one of the two");
        } else if raw[..at]
            .iter()
            .any(|other| other.list.get_ref() == breakdown.list.get_ref())
        {
            let message = format!("the breakdown `{id}` has the code list of another");
            wrong.at(
                &breakdown.list,
                message,
                "give each breakdown a file of its own",
            );
        } else if !list.is_some_and(is_plain_name) {
            let message = format!(
                "`{}` is no code list of this pipeline",
                breakdown.list.get_ref()
            );
            wrong.at(
                &breakdown.list,
                message,
                "name a CSV file beside pipeline.toml, in small letters, digits and _: the lake has a table of that name",
            );
        } else if list.is_some_and(|list| is_another_table(list, id)) {
            let message = format!(
                "the code list `{}` has the name of another table of the lake",
                breakdown.list.get_ref()
            );
            wrong.at(&breakdown.list, message, "give the file another name");
        } else {
            sound.push(breakdown);
        }
    }
    for breakdown in sound {
        let (id, file) = (breakdown.id.get_ref(), breakdown.list.get_ref());
        let read = Breakdown {
            id: id.clone(),
            name: Bilingual::new(&breakdown.name_vi, &breakdown.name_en),
            list: file.trim_end_matches(".csv").to_owned(),
            members: read_members(&directory.join(file), id, errors),
        };
        match breakdown_index(&breakdowns, id) {
            Some(at) => breakdowns[at] = read,
            None => breakdowns.push(read),
        }
    }
    breakdowns
}

/// Whether a table of the contract has this name, and is not the code list of the breakdown.
fn is_another_table(list: &str, id: &str) -> bool {
    let own = TableSchema::of_codes(list, id).schema;
    lake::table(list).is_some_and(|table| table.schema != own)
}

/// Columns of models and of queries that have a meaning of their own.
const TAKEN: [&str; 30] = [
    "report_id",
    "form",
    "period",
    "unit_vintage",
    "unit_code",
    "indicator",
    "scenario",
    "value",
    "unit",
    "status",
    "raw",
    "unit_read",
    "sheet",
    "cell",
    "geography",
    "weight",
    "basis",
    "sources",
    "expected",
    "scheme",
    "code",
    "part",
    "key",
    "measure",
    "members",
    "entity",
    "months",
    "parent",
    "level",
    "region",
];

/// Reads a code list.
fn read_members(path: &Path, id: &str, errors: &mut DefinitionErrors) -> Vec<Member> {
    let column = format!("{id}_code");
    let columns = [&column, "parent", "level", "name_vi", "name_en"];
    let Some(table) = errors.ok(Csv::read(path, &columns)) else {
        return Vec::new();
    };
    let members: Vec<(usize, Member)> = table
        .rows()
        .map(|(line, row)| {
            let member = Member {
                code: row.get(&column),
                parent: row.optional("parent"),
                level: row.get("level").parse().unwrap_or(-1),
                name_vi: row.get("name_vi"),
                name_en: row.get("name_en"),
            };
            (line, member)
        })
        .collect();
    let mut wrong = FileErrors::in_file(path, errors);
    for (at, (line, member)) in members.iter().enumerate() {
        check_member(id, *line, member, &members[..at], &members, &mut wrong);
    }
    members.into_iter().map(|(_, member)| member).collect()
}

/// Checks a member of a code list.
fn check_member(
    id: &str,
    line: usize,
    member: &Member,
    earlier: &[(usize, Member)],
    all: &[(usize, Member)],
    wrong: &mut FileErrors<'_>,
) {
    let twin = earlier.iter().find(|(_, other)| {
        other.code == member.code
            || other.name_vi == member.name_vi
            || other.name_en == member.name_en
    });
    if let Some((other, _)) = twin {
        let message = format!(
            "the {id} `{}` has the code or a name of the {id} on line {other}",
            member.code
        );
        let remedy = format!("give each {id} a code and names of its own");
        wrong.on_line(Some(line), message, &remedy);
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let is_code = !member.code.is_empty() && member.code.chars().all(plain);
    if !is_code || member.code == TOTAL || member.name_vi.is_empty() || member.name_en.is_empty() {
        let message = format!(
            "`{}` cannot be the code of a {id}, or it has no name in one of the languages",
            member.code
        );
        let remedy = format!(
            "write a code of letters and digits other than _T, which means all {id}s, and both names"
        );
        wrong.on_line(Some(line), message, &remedy);
    }
    let is_sound = match &member.parent {
        None => member.level == 0,
        Some(parent) => {
            let mut all = all.iter();
            all.any(|(_, m)| m.code == *parent && m.level + 1 == member.level)
        }
    };
    if !is_sound {
        let message = format!(
            "the {id} `{}` is not one level below a {id} of this file",
            member.code
        );
        wrong.on_line(Some(line), message, "correct parent and level");
    }
}
