//! `tonghop inspect`: what files hold, and why it is read so. Reads only.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::{CLEAN, FINDINGS, Format, default_pipeline, show};
use crate::answers::{self, Inspected, InspectedReport, Inspection};
use crate::diagnostic::{
    Finding, Severity, count_by_severity, most_important_first, write_finding,
};
use crate::extract::{ColumnRef, PeriodClaim, Stated};
use crate::geography::VintageBasis;
use crate::intake::MediaType;
use crate::normalize::{Locale, LocaleVerdict, Observation, ProofReason};
use crate::plan::{self, Plan};
use crate::read::Carried;
use crate::text::one_line;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The files to look into.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The pipeline's directory.
    #[arg(long, default_value_os_t = default_pipeline(), value_name = "DIR")]
    pipeline: PathBuf,
    /// Every value with its cell.
    #[arg(long)]
    values: bool,
    /// How it is shown.
    #[arg(long, default_value = "human")]
    format: Format,
}

pub(super) async fn main(arguments: Arguments) -> ExitCode {
    let plan = match plan::load(&arguments.pipeline) {
        Ok(plan) => plan,
        Err(errors) => return show::definition_errors(&errors, super::FAILED),
    };
    if let Some(missing) = arguments.files.iter().find(|path| !path.is_file()) {
        return show::failure(&format!("there is no file `{}`", missing.display()));
    }
    let files: Vec<(PathBuf, String)> = arguments
        .files
        .into_iter()
        .map(|path| (path.clone(), path.display().to_string()))
        .collect();
    let inspections = match answers::inspect(&plan, &files).await {
        Ok(inspections) => inspections,
        Err(e) => return show::failure(&e.to_string()),
    };
    let text = match arguments.format {
        Format::Human => inspections
            .iter()
            .map(|inspection| human(&plan, inspection, arguments.values))
            .collect::<Vec<_>>()
            .join("\n"),
        Format::Json => {
            let all: Vec<serde_json::Value> = inspections
                .iter()
                .map(|inspection| machine(&plan, inspection, arguments.values))
                .collect();
            format!("{:#}\n", serde_json::Value::Array(all))
        }
    };
    if let Err(e) = show::data(&text) {
        return show::failure(&e.to_string());
    }
    let has_errors = inspections
        .iter()
        .flat_map(findings_of)
        .any(|finding| finding.severity == Severity::Error);
    ExitCode::from(if has_errors { FINDINGS } else { CLEAN })
}

fn findings_of(inspection: &Inspection) -> Vec<&Finding> {
    let reports = inspection
        .reports
        .iter()
        .flat_map(|r| &r.report.dossier().findings);
    inspection.findings.iter().chain(reports).collect()
}

/// The values of a report, also those of one that is held back.
fn values_of(inspected: &Inspected) -> &[Observation] {
    let report = inspected.report.any();
    let content = &report.dossier().content;
    if report.is_held() {
        &content.held_values
    } else {
        &content.observations
    }
}

/// What a text is and where it stands.
fn quoted(stated: &Stated) -> String {
    let text = one_line(&stated.text);
    format!("`{text}` in {}", stated.at)
}

fn carried(what: Carried) -> &'static str {
    match what {
        Carried::Macros => "macros",
        Carried::ExternalLinks => "links to other workbooks",
        Carried::Dde => "links to other programs",
    }
}

fn locale(locale: Locale) -> &'static str {
    match locale {
        Locale::CommaDecimal => "1.234,5",
        Locale::PointDecimal => "1,234.5",
    }
}

fn reason(reason: ProofReason) -> &'static str {
    match reason {
        ProofReason::Form => "can be read in one way only",
        ProofReason::Whole => "counts, so it is whole",
        ProofReason::Total => "adds up in this way only",
        ProofReason::Comparison => "compares in this way only",
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
        VintageBasis::Peers => "the other reports of this form and period",
        VintageBasis::Period => "by the period",
        VintageBasis::Received => "in force on the day it was received",
        VintageBasis::Decision => "by a decision",
    }
}

/// Lines of `name   what`, evenly set.
struct Lines(String);

impl Lines {
    fn add(&mut self, name: &str, what: &str) {
        let _ = writeln!(self.0, "     {name:<10} {what}");
    }
}

fn human(plan: &Plan, inspection: &Inspection, values: bool) -> String {
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
    for finding in most_important_first(&findings) {
        let mut shown = Vec::new();
        let _ = write_finding(&mut shown, finding);
        let _ = write!(text, "\n{}", String::from_utf8_lossy(&shown));
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
        None if candidates.is_empty() => "unit not known".to_owned(),
        None => {
            let all: Vec<String> = candidates.iter().map(named).collect();
            format!("one of {}", all.join(", "))
        }
    }
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
        PeriodClaim::Contradiction(first, second) => {
            format!(
                "contradiction: {} against {}",
                quoted(first),
                quoted(second)
            )
        }
    }
}

fn report(plan: &Plan, n: usize, inspected: &Inspected, values: bool) -> String {
    let report = inspected.report.any();
    let dossier = report.dossier();
    let (source, content) = (&dossier.source, &dossier.content);
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
    let unit: Vec<String> = [&title.reporter, &title.unit_code]
        .into_iter()
        .flatten()
        .map(quoted)
        .collect();
    let unit = if dossier.unit_claim.by_unit {
        let rows: BTreeSet<_> = values_of(inspected).iter().map(|v| &v.area).collect();
        format!("its rows are units: {}", rows.len())
    } else if unit.is_empty() {
        "not stated above the table".to_owned()
    } else {
        unit.join("; ")
    };
    lines.add("unit", &unit);
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
    lines.add(
        "reporter",
        dossier.reporter.as_deref().unwrap_or("not named"),
    );
    if let Some((stated, _)) = &title.sending {
        lines.add("sending", &quoted(stated));
    }
    if let Some(measure) = &title.measure {
        lines.add("measure", &quoted(measure));
    }
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
    if values {
        lines
            .0
            .push_str(&value_table(&inspected.report, values_read));
    }
    lines.0
}

/// The head of a column of a form.
fn column_title(plan: &Plan, form: &str, column: ColumnRef) -> String {
    let forms = &plan.vocabulary.forms;
    let Some(form) = forms.iter().find(|f| f.code == form) else {
        return String::new();
    };
    let title = |i: usize| form.columns[i].title.clone();
    match column {
        ColumnRef::Value(i) => title(i),
        ColumnRef::Comparison(i) => {
            let comparison = &form.comparisons[i];
            format!("{} / {}", title(comparison.of), title(comparison.to))
        }
    }
}

fn numbers(verdict: &LocaleVerdict) -> Option<String> {
    match verdict {
        LocaleVerdict::Open => None,
        LocaleVerdict::Proven(proof) => Some(format!(
            "written as {}: `{}` in {} {}",
            locale(proof.locale),
            proof.raw,
            proof.at,
            reason(proof.reason)
        )),
        LocaleVerdict::ProvenBySheet(proof) => Some(format!(
            "written as {}, as elsewhere in the sheet: `{}` in {} {}",
            locale(proof.locale),
            proof.raw,
            proof.at,
            reason(proof.reason)
        )),
        LocaleVerdict::Contradiction(a, b) => Some(format!(
            "contradiction: `{}` in {} is written as {}, `{}` in {} as {}",
            a.raw,
            a.at,
            locale(a.locale),
            b.raw,
            b.at,
            locale(b.locale)
        )),
    }
}

/// The unit of a value in a table whose rows are units: its code, or all that it may be.
fn unit_code(report: &InspectedReport, value: &Observation) -> Option<String> {
    let area = value.area.as_deref()?;
    Some(match report.code_of(Some(area)) {
        Some(code) => code.to_owned(),
        None => {
            let all: Vec<String> = area.iter().map(|(v, code)| format!("{v}:{code}")).collect();
            all.join(" ")
        }
    })
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
                v.sector.clone(),
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
            // Values are set to the right.
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

fn machine(plan: &Plan, inspection: &Inspection, values: bool) -> serde_json::Value {
    let finding = |f: &Finding| {
        let columns = Finding::COLUMNS.iter().zip(f.to_record());
        columns
            .map(|(name, value)| ((*name).to_owned(), json!(value)))
            .collect::<serde_json::Map<_, _>>()
    };
    let stated = |s: &Option<Stated>| {
        s.as_ref()
            .map(|s| json!({"text": s.text, "cell": s.at.to_string()}))
    };
    let reports: Vec<serde_json::Value> = inspection
        .reports
        .iter()
        .map(|inspected| {
            let (inspected_report, title) = (&inspected.report, &inspected.reading.title);
            let report = inspected_report.any();
            let dossier = report.dossier();
            let (source, content) = (&dossier.source, &dossier.content);
            let numbers: Vec<serde_json::Value> = inspected
                .reading
                .locales
                .iter()
                .filter_map(|(column, verdict)| {
                    let said = numbers(verdict)?;
                    Some(json!({"column": column_title(plan, &source.form, *column), "evidence": said}))
                })
                .collect();
            let mut object = json!({
                "report_id": source.report_id,
                "form": source.form,
                "sheet": source.sheet,
                "ranges": inspected.reading.ranges.iter().map(|r| format!("{}:{}", r.start, r.end)).collect::<Vec<_>>(),
                "period": report.period().map(|p| p.to_string()),
                "unit_vintage": report.unit().map(|u| &u.vintage),
                "unit_code": report.unit().map(|u| &u.code),
                "candidates": dossier.unit_claim.candidates.iter().map(|u| format!("{}:{}", u.vintage, u.code)).collect::<Vec<_>>(),
                "vintage_evidence": report.vintage_basis().map(VintageBasis::as_str),
                "reporter": dossier.reporter,
                "held": report.is_held(),
                "sending": dossier.sending,
                "stated": {
                    "form": stated(&title.form),
                    "reporter": stated(&title.reporter),
                    "unit_code": stated(&title.unit_code),
                    "measure": stated(&title.measure),
                    "geography": title.geography.as_ref().map(|(s, _)| json!({"text": s.text, "cell": s.at.to_string()})),
                    "periods": title.periods.iter().map(|(s, p)| json!({"text": s.text, "cell": s.at.to_string(), "period": p.to_string()})).collect::<Vec<_>>(),
                },
                "numbers": numbers,
                "cells_total": content.cells_total,
                "cells_loaded": content.cells_loaded,
                "cells_explained": content.cells_explained,
                "findings": dossier.findings.iter().map(finding).collect::<Vec<_>>(),
            });
            if values {
                object["values"] = values_of(inspected)
                    .iter()
                    .map(|v| {
                        json!({
                            "cell": v.at.to_string(),
                            "unit": unit_code(inspected_report, v),
                            "indicator": v.indicator,
                            "sector": v.sector,
                            "scenario": v.scenario.as_str(),
                            "period": v.period.to_string(),
                            "value": v.value.map(|value| value.to_string()),
                            "status": v.status.as_str(),
                            "raw": v.raw,
                            "unit_read": v.unit_read,
                        })
                    })
                    .collect();
            }
            object
        })
        .collect();
    json!({
        "file_name": inspection.file_name,
        "sha256": inspection.sha256,
        "size_bytes": inspection.size_bytes,
        "media_type": inspection.media_type,
        "encoding": inspection.encoding.as_ref().map(|e| json!({"name": e.name, "evidence": e.evidence})),
        "carried": inspection.carried.iter().map(|c| carried(*c)).collect::<Vec<_>>(),
        "rejected": inspection.rejected,
        "findings": inspection.findings.iter().map(finding).collect::<Vec<_>>(),
        "reports": reports,
    })
}
