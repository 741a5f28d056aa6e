//! Compares what the program reads in a file with what its manifest expects.

use std::collections::BTreeSet;
use std::path::Path;

use tonghop::answers::{Inspection, read_files};
use tonghop::diagnostic::{Finding, entry};
use tonghop::geography::AnyReport;
use tonghop::intake::MediaType;
use tonghop::plan::Plan;

use super::manifest::{ExpectedReport, Manifest, Value};

/// All differences, each a line.
pub(super) fn differences(plan: &Plan, file: &Path, manifest: &Manifest) -> Vec<String> {
    let mut all = Vec::new();
    let own_name = file.file_name().map(|n| n.to_string_lossy().into_owned());
    let name = manifest.arrives_as.clone().or(own_name).unwrap_or_default();
    let found = read_files(plan, &[(file.to_owned(), name)]).expect("the file is there");
    let expect = &manifest.expect;
    let rejected = found.iter().any(|i| i.rejected);
    if rejected != expect.rejected {
        all.push(format!(
            "rejected: expected {}, got {rejected}",
            expect.rejected
        ));
    }
    if let Some(expected) = &expect.media_type {
        let got = found
            .iter()
            .find_map(|i| i.media_type)
            .map(MediaType::as_str);
        if got != Some(expected) {
            all.push(format!("media type: expected {expected}, got {got:?}"));
        }
    }
    compare_reports(&found, manifest, &mut all);
    compare_findings(&found, manifest, &mut all);
    for inspection in &found {
        keeps_the_promises(inspection, &mut all);
    }
    all
}

fn reports_of(inspection: &Inspection) -> impl Iterator<Item = AnyReport<'_>> {
    let reports = inspection.reports.iter();
    reports.map(|inspected| inspected.report.any())
}

fn compare_reports(found: &[Inspection], manifest: &Manifest, all: &mut Vec<String>) {
    let got: Vec<AnyReport<'_>> = found.iter().flat_map(reports_of).collect();
    let expected = &manifest.expect.report;
    if got.len() != expected.len() {
        let names: Vec<String> = got.iter().map(|r| name_of(*r)).collect();
        all.push(format!(
            "expected {} reports, got {}: {}",
            expected.len(),
            got.len(),
            names.join(", ")
        ));
    }
    for (expected, report) in expected.iter().zip(got) {
        compare_report(expected, report, all);
    }
}

fn name_of(report: AnyReport<'_>) -> String {
    let source = &report.dossier().source;
    let sheet = source.sheet.as_deref().unwrap_or("-");
    format!("{} in {sheet}", source.form)
}

fn compare_report(expected: &ExpectedReport, report: AnyReport<'_>, all: &mut Vec<String>) {
    let name = name_of(report);
    let dossier = report.dossier();
    let (source, content) = (&dossier.source, &dossier.content);
    let mut differ = |what: &str, expected: &str, got: &str| {
        if expected != got {
            all.push(format!(
                "{name}: {what}: expected `{expected}`, got `{got}`"
            ));
        }
    };
    let said = |text: Option<&str>| text.unwrap_or("-").to_owned();
    if let Some(member) = &expected.member {
        differ(
            "file",
            member,
            source.file_name.rsplit('/').next().unwrap_or_default(),
        );
    }
    differ("form", &expected.form, &source.form);
    differ(
        "sheet",
        &said(expected.sheet.as_deref()),
        &said(source.sheet.as_deref()),
    );
    let period = report.period().map(|p| p.to_string());
    differ(
        "period",
        &said(expected.period.as_deref()),
        &said(period.as_deref()),
    );
    differ(
        "reporter",
        &said(expected.reporter.as_deref()),
        &said(dossier.sender.id()),
    );
    differ(
        "geography",
        &said(expected.geography.as_deref()),
        &said(dossier.unit_claim.stated_vintage.as_deref()),
    );
    differ(
        "sending",
        &expected.sending.to_string(),
        &dossier.sending().to_string(),
    );
    differ(
        "held",
        &expected.held.to_string(),
        &report.is_held().to_string(),
    );
    let units: Vec<String> = dossier
        .unit_claim
        .candidates
        .iter()
        .map(|u| format!("{}/{}", u.vintage, u.code))
        .collect();
    differ("units", &expected.units.join(" "), &units.join(" "));
    if let Some(unit) = &expected.unit {
        let got = report.unit().map(|u| format!("{}/{}", u.vintage, u.code));
        differ("unit", unit, &said(got.as_deref()));
    }
    let cell = |cell: &str| {
        content
            .observations
            .iter()
            .find(|o| o.at.to_string() == cell)
    };
    for (at, raw) in &expected.raw {
        let got = cell(at).and_then(|o| o.raw.as_deref());
        differ(&format!("text as read in {at}"), raw, &said(got));
    }
    for (at, unit) in &expected.unit_read {
        let got = cell(at).and_then(|o| o.unit_read.as_deref());
        differ(&format!("unit of measure in {at}"), unit, &said(got));
    }
    if let Some((_, records)) = expected.records() {
        let count = records.len() as i64;
        differ("records", &count.to_string(), &content.records.to_string());
    }
    let (values, held) = expected.values().unwrap_or_default();
    if !expected.held && expected.records.is_none() {
        let explained = expected.explained.unwrap_or(held);
        let loaded = values.len() as i64;
        differ(
            "cells",
            &format!(
                "{} = {loaded} loaded + {explained} explained",
                loaded + explained
            ),
            &format!(
                "{} = {} loaded + {} explained",
                content.cells_total, content.cells_loaded, content.cells_explained
            ),
        );
    }
    compare_values(&name, &values, report, all);
}

fn compare_values(name: &str, expected: &[Value], report: AnyReport<'_>, all: &mut Vec<String>) {
    let got: BTreeSet<Value> = report
        .dossier()
        .content
        .observations
        .iter()
        .map(|o| Value {
            cell: o.at.to_string(),
            unit: o
                .area
                .as_deref()
                .and_then(|area| report.code_of(Some(area)))
                .map_or_else(String::new, |code| format!("@{code}")),
            indicator: o.indicator.clone(),
            sector: o.members.to_string(),
            scenario: o.scenario.as_str().to_owned(),
            period: o.period.to_string(),
            value: o
                .value
                .map_or_else(|| "NULL".to_owned(), |v| v.normalize().to_string()),
            status: o.status.as_str().to_owned(),
        })
        .collect();
    let expected: BTreeSet<Value> = expected.iter().cloned().collect();
    let line = |v: &Value| {
        format!(
            "{} {} {} {} {} {} = {} {}",
            v.cell, v.unit, v.indicator, v.sector, v.scenario, v.period, v.value, v.status
        )
    };
    for value in expected.difference(&got) {
        all.push(format!("{name}: not read: {}", line(value)));
    }
    for value in got.difference(&expected) {
        all.push(format!("{name}: not there: {}", line(value)));
    }
}

/// All findings of a file and its reports.
fn findings(found: &[Inspection]) -> Vec<&Finding> {
    found
        .iter()
        .flat_map(|i| {
            i.findings
                .iter()
                .chain(reports_of(i).flat_map(|r| &r.dossier().findings))
        })
        .collect()
}

fn compare_findings(found: &[Inspection], manifest: &Manifest, all: &mut Vec<String>) {
    let expect = &manifest.expect;
    let mut got = findings(found);
    for expected in &expect.findings {
        match got.iter().position(|finding| fits(expected, finding)) {
            Some(n) => {
                got.remove(n);
            }
            None => all.push(format!("no finding: {expected}")),
        }
    }
    for finding in got.iter().filter(|f| !expect.beside.contains(&f.code)) {
        all.push(format!(
            "a finding too many: {} {} {}: {}",
            finding.code,
            finding.severity.as_str(),
            place_of(finding),
            finding.message_en
        ));
    }
}

/// `B5`, `Sheet!B5`, `Sheet!`, or nothing.
fn place_of(finding: &Finding) -> String {
    let cell = finding.place.cell.as_deref().unwrap_or_default();
    match &finding.place.sheet {
        Some(sheet) => format!("{sheet}!{cell}"),
        None => cell.to_owned(),
    }
}

/// Whether a finding is the one that is written as `TH205 Sheet!B5`; a place not written is any place, a
/// sheet not written any sheet.
fn fits(written: &str, finding: &Finding) -> bool {
    let (what, place) = written.split_once(' ').unwrap_or((written, ""));
    let named = what == finding.code || what == finding.severity.as_str();
    let placed = place.is_empty()
        || place == place_of(finding)
        || (!place.contains('!') && Some(place) == finding.place.cell.as_deref());
    named && placed
}

/// What holds for every file: all cells are accounted for, and a finding says where and what to do.
fn keeps_the_promises(inspection: &Inspection, all: &mut Vec<String>) {
    for report in reports_of(inspection) {
        let content = &report.dossier().content;
        let (total, loaded) = (content.cells_total, content.cells_loaded);
        if total != loaded + content.cells_explained {
            all.push(format!("{}: cells get lost", name_of(report)));
        }
        if content.records == 0 && loaded != content.observations.len() as i64 {
            all.push(format!("{}: loaded and observed differ", name_of(report)));
        }
    }
    for finding in findings(std::slice::from_ref(inspection)) {
        let place = &finding.place;
        if place.file_name.is_none() {
            all.push(format!("{} names no file", finding.code));
        }
        let in_workbook = inspection
            .media_type
            .is_some_and(|m| !m.as_str().starts_with("text/"));
        if in_workbook && place.cell.is_some() && place.sheet.is_none() {
            all.push(format!("{} names a cell and no sheet", finding.code));
        }
        let remedied = entry(&finding.code).is_some_and(|e| !e.remedy_vi.is_empty());
        if !remedied {
            all.push(format!("{} has no remedy", finding.code));
        }
    }
}
