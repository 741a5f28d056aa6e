//! Prints the summary of a run, and what a run would do.

use std::fmt::Write as _;

use crate::run::{Foreseen, NationalChanges, Summary};

/// Number of changed headline figures shown.
const SHOWN_CHANGES: usize = 12;

/// What a run would do.
pub(super) fn planned(foreseen: &Foreseen) -> String {
    let mut text = String::new();
    let _ = if foreseen.is_new {
        writeln!(text, "would publish snapshot {}", foreseen.snapshot)
    } else {
        writeln!(text, "would publish nothing: nothing has changed")
    };
    let reading = &foreseen.reading;
    let _ = writeln!(
        text,
        "  would read   {} files; {} were read before",
        reading.read.len(),
        reading.cached
    );
    for name in &reading.read {
        let _ = writeln!(text, "               {name}");
    }
    for (name, outcome) in &foreseen.files {
        let _ = writeln!(
            text,
            "  new          {name} ({})",
            outcome.replace('_', " ")
        );
    }
    for report in &foreseen.superseded {
        let by = report.by.as_deref().unwrap_or("nothing");
        let _ = writeln!(
            text,
            "  superseded   {} {} {} · {} by {by}",
            report.unit, report.form, report.period, report.file_name
        );
    }
    let [before, after] = foreseen.findings;
    let _ = writeln!(
        text,
        "  findings     {} errors, {} warnings, {} infos (now {}, {}, {})",
        after.0, after.1, after.2, before.0, before.1, before.2
    );
    if let Some(changes) = &foreseen.national {
        text.push_str(&national(changes));
    }
    text
}

/// Changes of the national figures.
fn national(changes: &NationalChanges) -> String {
    let mut text = String::new();
    let _ = writeln!(
        text,
        "  changed      {} national figures on the geography of {} (since {})",
        changes.figures, changes.geography, changes.before
    );
    for change in changes.headlines.iter().take(SHOWN_CHANGES) {
        let side = |figure: &Option<String>| figure.clone().unwrap_or_else(|| "nothing".to_owned());
        let _ = writeln!(
            text,
            "               {} {}: {} -> {}",
            change.name,
            change.period,
            side(&change.before),
            side(&change.after)
        );
    }
    let more = changes.headlines.len().saturating_sub(SHOWN_CHANGES);
    if more > 0 {
        let _ = writeln!(text, "               and {more} more; see `tonghop diff`");
    }
    text
}

/// The summary of a run.
pub(super) fn human(summary: &Summary) -> String {
    let mut text = String::new();
    let all: i64 = summary.submissions.values().sum();
    let outcomes: Vec<String> = summary
        .submissions
        .iter()
        .map(|(outcome, n)| format!("{n} {}", outcome.replace('_', " ")))
        .collect();
    let (errors, warnings, infos) = summary.findings;
    let _ = writeln!(
        text,
        "\n{} · snapshot {}",
        summary.pipeline, summary.snapshot
    );
    let _ = writeln!(text, "  submissions  {all}: {}", outcomes.join(", "));
    text.push_str(&reports(summary));
    let _ = writeln!(text, "  values       {} loaded", grouped(summary.values));
    if summary.records > 0 {
        let _ = writeln!(text, "  records      {} of lists", grouped(summary.records));
    }
    let reading = &summary.reading;
    if reading.cached + reading.read.len() > 0 {
        let _ = writeln!(
            text,
            "  read         {} files; {} were read before",
            reading.read.len(),
            reading.cached
        );
    }
    if let Some(changes) = &summary.changes {
        text.push_str(&national(changes));
    }
    text.push_str(&decisions(summary));
    let _ = writeln!(
        text,
        "  findings     {errors} errors, {warnings} warnings, {infos} infos"
    );
    text.push_str(&overdue(summary));
    text.push_str(&headlines(summary));
    let place = if summary.is_current {
        "current".to_owned()
    } else {
        format!("snapshots/{}", summary.snapshot)
    };
    let _ = writeln!(text, "\n  lake         {}/{place}", summary.lake);
    let _ = write!(
        text,
        "  tables       {} in {}/",
        summary.tables.len(),
        summary.out
    );
    text
}

/// Coverage by form and period.
fn reports(summary: &Summary) -> String {
    let mut text = String::new();
    for report in &summary.reports {
        let _ = writeln!(
            text,
            "  reports      {} {:<8} {:>3} of {} units ({} {})",
            report.form,
            report.period,
            report.units_reported,
            report.units_expected,
            report.reports,
            if report.reports == 1 {
                "report"
            } else {
                "reports"
            },
        );
    }
    text
}

/// Decisions and corrections.
fn decisions(summary: &Summary) -> String {
    let mut text = String::new();
    for line in &summary.decisions {
        let _ = writeln!(
            text,
            "  decision     {} {} · {}{} · {} ({}, {})",
            line.number,
            line.what,
            line.file_name.as_deref().unwrap_or("no such file"),
            line.sheet
                .as_deref()
                .map_or_else(String::new, |sheet| format!(" › {sheet}")),
            line.outcome,
            line.by,
            line.on
        );
    }
    for correction in &summary.corrections {
        let _ = writeln!(
            text,
            "  correction   {} {} {} · {}: {}",
            correction.unit,
            correction.form.as_deref().unwrap_or_default(),
            correction.period.as_deref().unwrap_or_default(),
            correction.file_name.as_deref().unwrap_or_default(),
            correction.message
        );
    }
    text
}

/// The first overdue reports, and the number of the others.
fn overdue(summary: &Summary) -> String {
    let mut text = String::new();
    if !summary.overdue.is_empty() {
        let names: Vec<String> = summary
            .overdue
            .iter()
            .take(5)
            .map(|o| format!("{} {} {} (due {})", o.name, o.form, o.period, o.due))
            .collect();
        let more = summary.overdue.len().saturating_sub(5);
        let rest = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        let _ = writeln!(
            text,
            "  overdue      {}: {}{rest}",
            summary.overdue.len(),
            names.join("; ")
        );
    }
    text
}

/// The headline figures as a table: indicators down, periods across.
fn headlines(summary: &Summary) -> String {
    let mut text = String::new();
    let headlines = &summary.headlines;
    if !headlines.periods.is_empty() {
        let _ = writeln!(
            text,
            "\n  The country, best figures, on the geography of {}",
            headlines.geography
        );
        let width = headlines
            .rows
            .iter()
            .map(|(name, unit, _)| name.chars().count() + unit.chars().count() + 3)
            .max()
            .unwrap_or(0);
        let mut line = format!("  {:<width$}", "");
        for period in &headlines.periods {
            let _ = write!(line, " {period:>20}");
        }
        let _ = writeln!(text, "{line}");
        for (name, unit, cells) in &headlines.rows {
            let head = format!("{name} ({unit})");
            let _ = write!(text, "  {head:<width$}");
            for cell in cells {
                let _ = write!(text, " {cell:>20}");
            }
            let _ = writeln!(text);
        }
    }
    text
}

fn grouped(n: i64) -> String {
    crate::tables::format_decimal(i128::from(n) * 1_000_000, 0, ',', '.')
}
