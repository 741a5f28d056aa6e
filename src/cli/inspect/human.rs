//! Prints an inspected file for people.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::evidence::{carried, column_title, findings_of, numbers, unit_code, values_of};
use crate::answers::{Inspected, InspectedReport, Inspection};
use crate::cli::finding;
use crate::diagnostic::{Finding, count_by_severity, most_important_first};
use crate::extract::{PeriodClaim, Stated};
use crate::geography::{Sender, VintageBasis};
use crate::intake::MediaType;
use crate::normalize::Observation;
use crate::plan::Plan;
use crate::text::one_line;

pub(super) fn human(plan: &Plan, inspection: &Inspection, values: bool) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}", inspection.file_name);
    let _ = writeln!(
        text,
        "  {}, {} bytes, sha256 {}…",
        inspection
            .media_type
            .map_or("of unknown kind", MediaType::as_str),
        inspection.size_bytes,
        &inspection.sha256[..16],
    );
    if let Some(encoding) = &inspection.encoding {
        let _ = writeln!(text, "  encoding {}: {}", encoding.name, encoding.evidence);
    }
    if !inspection.carried.is_empty() {
        let parts: Vec<&str> = inspection.carried.iter().map(|c| carried(*c)).collect();
        let _ = writeln!(
            text,
            "  carries {}: never run or followed",
            parts.join(", ")
        );
    }
    let n = inspection.reports.len();
    let _ = writeln!(
        text,
        "  {n} {}{}",
        if n == 1 { "form" } else { "forms" },
        if inspection.rejected {
            ", nothing can be used"
        } else {
            ""
        }
    );
    for (i, inspected) in inspection.reports.iter().enumerate() {
        text.push('\n');
        text.push_str(&report(plan, i + 1, inspected, values));
    }
    let findings: Vec<Finding> = findings_of(inspection).into_iter().cloned().collect();
    let (errors, warnings, infos) = count_by_severity(&findings);
    let _ = writeln!(
        text,
        "\n  findings: {errors} errors, {warnings} warnings, {infos} infos"
    );
    for found in most_important_first(&findings) {
        let _ = write!(text, "\n{}", finding::lines(found));
    }
    text
}

fn unit_name(plan: &Plan, inspected: &Inspected) -> String {
    let report = inspected.report.any();
    let Some(period) = report.period() else {
        return "period not known".to_owned();
    };
    let named = |unit: &crate::geography::UnitKey| {
        let name = plan.geography.name(unit, period.end());
        format!("{name} ({}:{})", unit.vintage, unit.code)
    };
    let candidates = &report.dossier().unit_claim.candidates;
    match report.unit() {
        Some(unit) => named(unit),
        None if report.is_consolidated() => "consolidated, not counted again".to_owned(),
        None if candidates.is_empty() => "unit not known".to_owned(),
        None => {
            let all: Vec<String> = candidates.iter().map(named).collect();
            format!("one of {}", all.join(", "))
        }
    }
}

/// A text of a sheet and its cell; of a sheet that may hold personal data, the cell alone.
fn quoted(stated: &Stated) -> String {
    let text = one_line(&stated.text);
    if text.is_empty() {
        return format!("in {}", stated.at);
    }
    format!("`{text}` in {}", stated.at)
}

fn period_evidence(claim: &PeriodClaim, inspected: &Inspected) -> String {
    let said: Vec<String> = inspected
        .reading
        .title
        .periods
        .iter()
        .map(|(stated, _)| quoted(stated))
        .collect();
    match claim {
        PeriodClaim::Agreed(period) if said.is_empty() => format!("{period}: by the heads"),
        PeriodClaim::Agreed(period) => format!("{period}: {}", said.join("; ")),
        PeriodClaim::Unstated => match inspected.report.any().period() {
            Some(period) => format!("{period}: as the other forms of the file"),
            None => "not stated".to_owned(),
        },
        PeriodClaim::Unusable(stated) => format!("not one of the form: {}", quoted(stated)),
        PeriodClaim::Contradiction(first, second) => {
            format!(
                "contradiction: {} against {}",
                quoted(first),
                quoted(second)
            )
        }
    }
}

fn vintage_evidence(basis: VintageBasis, by_unit: bool) -> &'static str {
    match basis {
        VintageBasis::Stated => "stated above the table",
        VintageBasis::NameAndCode if by_unit => "the rows are units of this geography alone",
        VintageBasis::NameAndCode => "only this geography has such a name and code",
        VintageBasis::UnchangedUnit => {
            "the change left the unit as it was; the geography in force at the end of the period"
        }
        VintageBasis::Period => "by the period",
        VintageBasis::Peers => "the other reports of this form and period",
        VintageBasis::Received => "in force on the day it was received",
        VintageBasis::FormerUnits => "by which former units reported this form and period",
        VintageBasis::Decision => "by a decision",
        VintageBasis::Agency => "a sender that is no territory",
    }
}

/// Lines of `name   what` in two aligned columns.
struct Lines(String);

impl Lines {
    fn add(&mut self, name: &str, what: &str) {
        let _ = writeln!(self.0, "     {name:<10} {what}");
    }
}

/// Where the unit is stated.
fn unit_evidence(inspected: &Inspected) -> String {
    let title = &inspected.reading.title;
    let unit: Vec<String> = [&title.reporter, &title.unit_code]
        .into_iter()
        .flatten()
        .map(quoted)
        .collect();
    if inspected.report.dossier().unit_claim.by_unit {
        let rows: BTreeSet<_> = values_of(inspected).iter().map(|v| &v.area).collect();
        format!("its rows are units: {}", rows.len())
    } else if unit.is_empty() {
        "not stated above the table".to_owned()
    } else {
        unit.join("; ")
    }
}

fn report(plan: &Plan, n: usize, inspected: &Inspected, values: bool) -> String {
    let report = inspected.report.any();
    let dossier = report.dossier();
    let source = &dossier.source;
    let title = &inspected.reading.title;
    let mut lines = Lines(format!(
        "  {n}  {} {} · {}{}\n",
        source.form,
        report
            .period()
            .map_or_else(|| "?".to_owned(), |p| p.to_string()),
        unit_name(plan, inspected),
        if report.is_held() {
            " · held back"
        } else {
            ""
        },
    ));
    let ranges: Vec<String> = inspected
        .reading
        .ranges
        .iter()
        .map(|range| format!("{}:{}", range.start, range.end))
        .collect();
    let sheet = source
        .sheet
        .as_ref()
        .map(|name| format!("sheet `{name}`, "));
    lines.add(
        "where",
        &format!("{}{}", sheet.unwrap_or_default(), ranges.join(" and ")),
    );
    let form = title.form.as_ref().map(quoted);
    lines.add("form", &form.unwrap_or_else(|| "by its heads".to_owned()));
    lines.add(
        "period",
        &period_evidence(&inspected.reading.period, inspected),
    );
    lines.add("unit", &unit_evidence(inspected));
    if let Some(basis) = report.vintage_basis() {
        let stated = title
            .geography
            .as_ref()
            .map(|(stated, _)| format!(": {}", quoted(stated)));
        let vintage = report.unit().map_or("", |unit| unit.vintage.as_str());
        let said = stated.unwrap_or_default();
        lines.add(
            "geography",
            &format!(
                "{vintage}, {}{said}",
                vintage_evidence(basis, dossier.unit_claim.by_unit)
            ),
        );
    }
    let sender = match &dossier.sender {
        Sender::Known(id) => id.clone(),
        Sender::Unnamed => "not named".to_owned(),
        // What stands for words that are not quoted.
        Sender::Unknown(words) if words.starts_with('#') => "unknown".to_owned(),
        Sender::Unknown(words) => format!("unknown: `{words}`"),
    };
    lines.add("reporter", &sender);
    if let Some((stated, _)) = &title.sending {
        lines.add("sending", &quoted(stated));
    }
    if let Some(measure) = &title.measure {
        lines.add("measure", &quoted(measure));
    }
    add_content(plan, inspected, &mut lines);
    if values {
        let table = value_table(&inspected.report, values_of(inspected));
        lines.0.push_str(&table);
    }
    lines.0
}

/// How the numbers are written, and how many cells, records and values were read.
fn add_content(plan: &Plan, inspected: &Inspected, lines: &mut Lines) {
    let dossier = inspected.report.dossier();
    let (source, content) = (&dossier.source, &dossier.content);
    for (column, verdict) in &inspected.reading.locales {
        if let Some(text) = numbers(verdict) {
            lines.add(
                "numbers",
                &format!("{}: {text}", column_title(plan, &source.form, *column)),
            );
        }
    }
    let values_read = values_of(inspected);
    let mut statuses: BTreeMap<&str, usize> = BTreeMap::new();
    for value in values_read {
        *statuses.entry(value.status.as_str()).or_default() += 1;
    }
    let statuses: Vec<String> = statuses
        .iter()
        .map(|(status, n)| format!("{n} {status}"))
        .collect();
    let kinds = if statuses.is_empty() {
        String::new()
    } else {
        format!(" ({})", statuses.join(", "))
    };
    lines.add(
        "cells",
        &format!(
            "{} = {} loaded + {} checked, passed over or held back",
            content.cells_total, content.cells_loaded, content.cells_explained
        ),
    );
    if content.records > 0 {
        lines.add("records", &content.records.to_string());
    } else {
        lines.add("values", &format!("{}{kinds}", values_read.len()));
    }
}

fn value_table(report: &InspectedReport, values: &[Observation]) -> String {
    let heads = [
        "cell",
        "unit",
        "indicator",
        "sector",
        "scenario",
        "period",
        "value",
        "",
        "read",
        "unit read",
    ];
    let rows: Vec<[String; 10]> = values
        .iter()
        .map(|v| {
            [
                v.at.to_string(),
                unit_code(report, v).unwrap_or_default(),
                v.indicator.clone(),
                v.members.to_string(),
                v.scenario.as_str().to_owned(),
                v.period.to_string(),
                v.value.map_or_else(String::new, |value| value.to_string()),
                v.status.as_str().to_owned(),
                v.raw.clone().unwrap_or_default(),
                v.unit_read.clone().unwrap_or_default(),
            ]
        })
        .collect();
    let width = |i: usize| {
        let cells = rows.iter().map(|row| row[i].chars().count());
        cells.max().unwrap_or(0).max(heads[i].len())
    };
    let widths: Vec<usize> = (0..heads.len()).map(width).collect();
    let mut text = String::new();
    let line = |cells: [&str; 10]| {
        let mut line = "     ".to_owned();
        for (i, cell) in cells.into_iter().enumerate() {
            if i == 1 && !report.dossier().unit_claim.by_unit {
                continue;
            }
            // Values are right-aligned.
            let pad = " ".repeat(widths[i].saturating_sub(cell.chars().count()));
            line.push_str(&if i == 6 {
                format!("{pad}{cell}  ")
            } else {
                format!("{cell}{pad}  ")
            });
        }
        format!("{}\n", line.trim_end())
    };
    text.push_str(&line(heads));
    for row in &rows {
        text.push_str(&line(row.each_ref().map(String::as_str)));
    }
    text
}
