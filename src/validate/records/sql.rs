//! The query of a rule over records. It has a row for each record: `report_id`, `row`, `ok` (NULL if undecided) and `mate`,
//! which records with the same key share.

use super::rule::{RecordRule, RecordRuleKind};

/// The table of the places of a rule.
pub(super) fn places_of(rule: &RecordRule) -> String {
    format!(
        "places_{}",
        rule.id
            .to_lowercase()
            .replace(|c: char| !c.is_ascii_alphanumeric(), "_")
    )
}

/// The query of a rule over records; none for a rule over totals, or one whose reference file is not there.
#[must_use]
pub fn record_sql(rule: &RecordRule) -> Option<String> {
    let (ok, mate, joins) = match &rule.kind {
        RecordRuleKind::Record { expression } => {
            (format!("({expression})"), NO_MATE.to_owned(), String::new())
        }
        RecordRuleKind::Unique { columns } => unique(columns),
        RecordRuleKind::CheckDigit {
            weights,
            modulus,
            from,
        } => {
            let digit =
                |at: usize| format!("TRY_CAST(substr(r.{}, {at}, 1) AS BIGINT)", rule.column);
            let terms = weights.iter().zip(1..);
            let terms: Vec<String> = terms
                .map(|(weight, at)| format!("{weight} * {}", digit(at)))
                .collect();
            let checked = digit(weights.len() + 1);
            let ok = format!("{checked} = {from} - ({}) % {modulus}", terms.join(" + "));
            (ok, NO_MATE.to_owned(), String::new())
        }
        RecordRuleKind::PlaceOfUnit { places } => {
            places.as_ref()?;
            let places = places_of(rule);
            let joins = format!(
                " LEFT JOIN {places} c ON c.place_code = r.{} AND c.vintage = r.unit_vintage \
                 LEFT JOIN (SELECT DISTINCT vintage FROM {places}) v ON v.vintage = r.unit_vintage",
                rule.column
            );
            let ok = format!(
                "CASE WHEN r.{} IS NOT NULL AND v.vintage IS NOT NULL THEN coalesce(c.unit_code = r.unit_code, FALSE) END",
                rule.column
            );
            (ok, NO_MATE.to_owned(), joins)
        }
        RecordRuleKind::StandsIn { columns, list } => stands_in(columns, list),
        RecordRuleKind::Against { .. } | RecordRuleKind::AtLeast { .. } => return None,
    };
    Some(format!(
        "SELECT report_id, \"row\", ok, mate FROM (\
           SELECT r.report_id, r.\"row\", {ok} AS ok, {mate} AS mate, p.form \
           FROM (SELECT l.*, p.ends AS period_end FROM {} l JOIN periods p ON p.period = l.period) r \
           JOIN reports p ON p.report_id = r.report_id{joins}\
         ) judged WHERE form = '{}'",
        rule.table, rule.form
    ))
}

/// Records have no mates.
const NO_MATE: &str = "CAST(NULL AS VARCHAR)";

/// A key is unique if all records that have it are of one report. A record without a part of the key is undecided.
fn unique(columns: &[String]) -> (String, String, String) {
    let of = |name: &String| format!("r.{name}");
    let all: Vec<String> = columns.iter().map(of).collect();
    let whole: Vec<String> = all.iter().map(|c| format!("{c} IS NOT NULL")).collect();
    let texts: Vec<String> = all
        .iter()
        .map(|c| format!("CAST({c} AS VARCHAR)"))
        .collect();
    let within = format!("OVER (PARTITION BY r.period, {})", all.join(", "));
    let ok = format!(
        "CASE WHEN {} THEN min(r.report_id) {within} = max(r.report_id) {within} END",
        whole.join(" AND ")
    );
    let mate = format!("concat_ws('|', r.period, {})", texts.join(", "));
    (ok, mate, String::new())
}

/// A record stands in a list if the list of the same reporting unit and period has its key. Without such a list it is
/// undecided.
fn stands_in(columns: &[String], list: &str) -> (String, String, String) {
    let keys: Vec<String> = columns.iter().map(|c| format!("o.{c}")).collect();
    let same: Vec<String> = columns.iter().map(|c| format!("o.{c} = r.{c}")).collect();
    let whole: Vec<String> = columns
        .iter()
        .map(|c| format!("r.{c} IS NOT NULL"))
        .collect();
    let entity = |of: &str, alias: &str| {
        format!(
            "JOIN unit_entities {alias} ON {alias}.vintage = {of}.unit_vintage AND {alias}.unit_code = {of}.unit_code"
        )
    };
    let others = |columns: &str| {
        format!(
            "SELECT DISTINCT e.entity, o.period{columns} FROM {list} o {}",
            entity("o", "e")
        )
    };
    let named: Vec<String> = columns
        .iter()
        .zip(&keys)
        .map(|(c, k)| format!(", {k} AS {c}"))
        .collect();
    let joins = format!(
        " {} LEFT JOIN ({}) h ON h.entity = x.entity AND h.period = r.period \
         LEFT JOIN ({}) o ON o.entity = x.entity AND o.period = r.period AND {}",
        entity("r", "x"),
        others(""),
        others(&named.concat()),
        same.join(" AND ")
    );
    let ok = format!(
        "CASE WHEN {} AND h.entity IS NOT NULL THEN o.entity IS NOT NULL END",
        whole.join(" AND ")
    );
    (ok, NO_MATE.to_owned(), joins)
}
