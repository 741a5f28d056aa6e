//! `agencies.csv`: the senders that are no territory, with the collective names of `pipeline.toml`.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::Date;
use toml::Spanned;

use super::file_errors::FileErrors;
use super::paths::is_absent;
use super::raw::RawCollectives;
use super::source::Source;
use crate::diagnostic::DefinitionErrors;
use crate::geography::{Agencies, Agency, Csv, CsvRow, Geography, Members};
use crate::text::Folder;

/// Columns of `agencies.csv`.
const COLUMNS: [&str; 9] = [
    "agency_id",
    "name_vi",
    "name_en",
    "abbreviations",
    "kind",
    "valid_from",
    "valid_to",
    "successor",
    "note",
];

/// What names of agencies are compared with.
#[derive(Clone, Copy)]
pub(super) struct AgencyScope<'a> {
    pub(super) geography: &'a Geography,
    pub(super) folder: &'a Folder,
    /// Folded words for `and`.
    pub(super) joining: &'a [String],
}

/// Reads `agencies.csv`; a pipeline without such senders has no such file.
pub(super) fn read_agencies(
    path: &Path,
    (source, collectives): (&Source, &RawCollectives),
    scope: AgencyScope<'_>,
    errors: &mut DefinitionErrors,
) -> Agencies {
    let mut all = if is_absent(path) {
        Vec::new()
    } else {
        let table = errors.ok(Csv::read(path, &COLUMNS));
        let mut wrong = FileErrors::in_file(path, errors);
        let rows = table.iter().flat_map(Csv::rows);
        rows.map(|(line, row)| agency(line, &row, &mut wrong))
            .collect()
    };
    check_collectives(
        collectives,
        &all,
        &mut FileErrors::in_source(source, errors),
    );
    let members = members(collectives);
    for agency in &mut all {
        agency.members = members.get(agency.id.as_str()).cloned();
    }
    let mut wrong = FileErrors::in_file(path, errors);
    check_ids(&all, &mut wrong);
    check_lives(&all, &mut wrong);
    let agencies = Agencies::new(all, scope.joining, scope.folder);
    check_names(&agencies, scope, &mut wrong);
    agencies
}

fn agency(line: usize, row: &CsvRow<'_>, wrong: &mut FileErrors<'_>) -> Agency {
    let mut day = |column: &str| -> Option<Date> {
        let text = row.optional(column)?;
        let day = text.parse().ok();
        if day.is_none() {
            let message = format!("`{text}` is no date");
            wrong.on_line(Some(line), message, "write dates as 2025-03-01");
        }
        day
    };
    let (valid_from, valid_to) = (day("valid_from"), day("valid_to"));
    let names = row.get("abbreviations");
    let names = names.split(';').map(str::trim);
    Agency {
        id: row.get("agency_id"),
        name_vi: row.get("name_vi"),
        name_en: row.get("name_en"),
        abbreviations: names.filter(|n| !n.is_empty()).map(str::to_owned).collect(),
        kind: row.get("kind"),
        valid_from,
        valid_to,
        successor: row.optional("successor"),
        note: row.optional("note"),
        members: None,
        line,
    }
}

/// Whom each collective name stands for.
fn members(raw: &RawCollectives) -> BTreeMap<&str, Members> {
    let each = raw.each_unit.iter();
    let each = each.map(|id| (id.get_ref().as_str(), Members::EachUnit));
    let unnamed = raw.unnamed.iter();
    let unnamed = unnamed.map(|id| (id.get_ref().as_str(), Members::Unnamed));
    let kinds = raw.kinds.iter().map(|(id, kinds)| {
        let kinds = kinds.iter().map(|kind| kind.get_ref().clone());
        (id.get_ref().as_str(), Members::Kinds(kinds.collect()))
    });
    each.chain(unnamed).chain(kinds).collect()
}

/// Checks that each agency has an identifier, names and a kind.
fn check_ids(all: &[Agency], wrong: &mut FileErrors<'_>) {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    for (at, agency) in all.iter().enumerate() {
        let line = Some(agency.line);
        let id = &agency.id;
        if id.is_empty() || !id.chars().all(plain) {
            wrong.on_line(
                line,
                format!("`{id}` cannot be the identifier of an agency"),
                "use letters, digits, -, _ and .",
            );
        }
        if let Some(other) = all[..at].iter().find(|other| other.id == *id) {
            wrong.on_line(
                line,
                format!("the agency `{id}` is declared on line {} too", other.line),
                "give one of the two another agency_id",
            );
        }
        if agency.name_vi.is_empty() || agency.name_en.is_empty() || agency.kind.is_empty() {
            wrong.on_line(
                line,
                format!("the agency `{id}` has no kind, or no name in one of the languages"),
                "fill in kind, name_vi and name_en",
            );
        }
    }
}

/// Checks that agencies end after they began, and that their successors are there then and lead to an end.
fn check_lives(all: &[Agency], wrong: &mut FileErrors<'_>) {
    for agency in all {
        let line = Some(agency.line);
        let id = &agency.id;
        if let (Some(from), Some(to)) = (agency.valid_from, agency.valid_to)
            && from >= to
        {
            let message = format!("the agency `{id}` ends on {to}, before it begins on {from}");
            wrong.on_line(line, message, "correct valid_from or valid_to");
        }
        let Some(successor) = &agency.successor else {
            continue;
        };
        let Some(next) = all.iter().find(|other| other.id == *successor) else {
            wrong.on_line(
                line,
                format!("the successor `{successor}` of `{id}` is not an agency of this file"),
                "name an agency_id of this file, or leave the cell empty",
            );
            continue;
        };
        if agency.members.is_some() || next.members.is_some() {
            wrong.on_line(
                line,
                format!("`{id}` and its successor `{successor}` are not both single bodies"),
                "a collective name of pipeline.toml has no successor and is none",
            );
        }
        let mut at = next;
        let mut seen = vec![id];
        let leads_back = loop {
            if seen.contains(&&at.id) {
                break at.id == *id;
            }
            seen.push(&at.id);
            let later = at.successor.as_ref();
            match later.and_then(|later| all.iter().find(|a| a.id == *later)) {
                Some(later) => at = later,
                None => break false,
            }
        };
        if leads_back {
            let message = format!("the successors of `{id}` lead back to `{id}`");
            wrong.on_line(line, message, "leave out the successor of the last of them");
        }
        let Some(to) = agency.valid_to else { continue };
        let gap = next.valid_from.is_some_and(|from| from > to);
        let over = next.valid_to.is_some_and(|end| end <= to);
        if gap || over {
            wrong.on_line(
                line,
                format!("`{successor}` is not there on {to}, when it takes over from `{id}`"),
                "correct the days, or name the agency that took over on that day",
            );
        }
    }
}

/// Checks that no name means two agencies, or an agency and a unit.
fn check_names(agencies: &Agencies, scope: AgencyScope<'_>, wrong: &mut FileErrors<'_>) {
    let mut known: BTreeMap<Vec<String>, &Agency> = BTreeMap::new();
    for agency in agencies.all() {
        for name in std::iter::once(&agency.name_vi).chain(&agency.abbreviations) {
            let spelling = agencies.spelling(name, scope.folder);
            let line = Some(agency.line);
            if spelling.is_empty() {
                let message = format!("`{name}` has no words to be found by");
                wrong.on_line(line, message, "write a name in letters");
                continue;
            }
            if let Some(other) = known.get(&spelling).filter(|other| other.id != agency.id) {
                wrong.on_line(
                    line,
                    format!("`{name}` means `{}` and `{}`", other.id, agency.id),
                    "leave the name to one of them: nothing else tells them apart",
                );
            }
            let folded = spelling.join(" ");
            let mut units = scope.geography.names_with_units();
            if units.any(|(unit, _)| unit == folded) {
                wrong.on_line(
                    line,
                    format!("`{name}` is a name of a unit too"),
                    "leave it out: nothing else tells the agency from the unit",
                );
            }
            known.entry(spelling).or_insert(agency);
        }
    }
}

/// Checks that the collective names are agencies, each with one meaning, and that their kinds are there.
fn check_collectives(raw: &RawCollectives, all: &[Agency], wrong: &mut FileErrors<'_>) {
    let ids = raw.each_unit.iter().chain(&raw.unnamed);
    let ids: Vec<&Spanned<String>> = ids.chain(raw.kinds.keys()).collect();
    for (at, id) in ids.iter().enumerate() {
        let name = id.get_ref();
        if !all.iter().any(|agency| agency.id == *name) {
            let message = format!("`{name}` is not an agency of agencies.csv");
            wrong.at(id, message, "name an agency_id, or leave it out");
        }
        if ids[..at].iter().any(|other| other.get_ref() == name) {
            let message = format!("the collective `{name}` is declared twice");
            wrong.at(
                id,
                message,
                "keep it in one of each_unit, unnamed and kinds",
            );
        }
    }
    for (id, kinds) in &raw.kinds {
        if kinds.is_empty() {
            let message = format!("the collective `{}` stands for no kind", id.get_ref());
            wrong.at(
                id,
                message,
                "name kinds of agencies.csv, or list it under unnamed",
            );
        }
        for kind in kinds {
            check_kind(kind, all, wrong);
        }
    }
}

/// Checks a name of a kind of agencies.
pub(super) fn check_kind(kind: &Spanned<String>, all: &[Agency], wrong: &mut FileErrors<'_>) {
    if !all.iter().any(|agency| agency.kind == *kind.get_ref()) {
        let message = format!(
            "no agency of agencies.csv is of the kind `{}`",
            kind.get_ref()
        );
        wrong.at(kind, message, "name a kind of agencies.csv");
    }
}
