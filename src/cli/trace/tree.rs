//! Prints a trace as a tree of lines.

use std::fmt::Write as _;

use rust_decimal::Decimal;

use crate::answers::{
    AlternativeCell, CellChoice, CellRole, Fact, FactOrigin, FactState, FigureLevel, FigureSubject,
    Node, NotCounted, Printed, PrintedOrigin, RecordCell, Trace, TraceOutcome, TracedCell,
    TracedFigure, TracedItem, TracedLine,
};
use crate::diagnostic::Finding;
use crate::normalize::TOTAL;
use crate::plan::Measure;
use crate::tables::Computation;
use crate::text::format_value;

/// How many counted parts and how many uncounted parts of a whole are shown without `--all`.
const SHOWN: usize = 6;

/// A trace as a tree of lines. The last line compares the recomputed number with the traced one. Without `all`, long lists
/// of parts are cut, and a line says how many are not shown.
pub(super) fn human(trace: &Trace, all: bool) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}", line(&trace.root, true));
    below(&trace.root, "", all, &mut text);
    let _ = writeln!(text, "\n{}", conclusion(trace));
    text
}

/// The last line: the number recomputed from the cells, compared with the traced number.
fn conclusion(trace: &Trace) -> String {
    let shown = |value: Option<Decimal>| match (value, &trace.root) {
        (Some(value), Node::Printed(printed)) => format_value(value, printed.decimals, ',', '.'),
        (value, _) => number(value),
    };
    let cells = match trace.cells {
        1 => "1 cell".to_owned(),
        n => format!("{n} cells"),
    };
    let (again, value) = (shown(trace.recomputed), shown(trace.root.value()));
    match trace.outcome {
        TraceOutcome::Agrees => format!("recomputed from {cells}: {again} = {value}"),
        TraceOutcome::Differs => format!("recomputed from {cells}: {again}, NOT {value}"),
        TraceOutcome::OtherCells => {
            let facts = trace.root.facts_at_odds();
            let named: Vec<String> = facts
                .iter()
                .map(|f| format!("{} ({})", f.code, f.geography))
                .collect();
            format!(
                "recomputed from {cells}: {again} = {value}, but fact_sources names OTHER cells behind {}",
                named.join(", ")
            )
        }
        TraceOutcome::NoNumber if trace.recomputed.is_some() => {
            format!("no number is printed, because a part is missing; {cells} come to {again}")
        }
        TraceOutcome::NoNumber => "there is no number, and the cells give none".to_owned(),
        TraceOutcome::Unsaid => {
            "the query of the table does NOT say what the number is made of".to_owned()
        }
    }
}

/// The lines under a node, each indented by `guide`.
fn below(node: &Node, guide: &str, all: bool, text: &mut String) {
    let remarks = remarks(node, all);
    let (shown, more) = shown(node.children(), all);
    let count = remarks.len() + shown.len() + usize::from(more > 0);
    let mut at = 0;
    let mut branch = |text: &mut String, line: &str| {
        at += 1;
        let (fork, further) = if at == count {
            ("└─ ", "   ")
        } else {
            ("├─ ", "│  ")
        };
        let _ = writeln!(text, "{guide}{fork}{line}");
        format!("{guide}{further}")
    };
    for remark in &remarks {
        branch(text, remark);
    }
    let with_subject = matches!(node, Node::Printed(_));
    for child in shown {
        let guide = branch(text, &line(child, with_subject));
        below(child, &guide, all, text);
    }
    if more > 0 {
        branch(text, &format!("… and {more} more (--all)"));
    }
}

/// The parts to show, and the number of the others.
fn shown(children: &[Node], all: bool) -> (Vec<&Node>, usize) {
    let mut left = [SHOWN, SHOWN];
    let mut fits = |child: &&Node| {
        let left = &mut left[usize::from(child.enters())];
        let fits = *left > 0;
        *left = left.saturating_sub(1);
        fits
    };
    let is_list = |child: &Node| matches!(child, Node::Fact(_) | Node::Item(_));
    if all || children.len() <= SHOWN || !children.iter().all(is_list) {
        return (children.iter().collect(), 0);
    }
    let shown: Vec<&Node> = children.iter().filter(|child| fits(child)).collect();
    let more = children.len() - shown.len();
    (shown, more)
}

fn line(node: &Node, with_subject: bool) -> String {
    match node {
        Node::Printed(printed) => cell(printed),
        Node::Figure(of) => figure(of),
        Node::Fact(of) => fact(of, with_subject),
        Node::Observation(of) => observation(of),
        Node::Item(of) => item(of),
    }
}

fn number(value: Option<Decimal>) -> String {
    match value.map(|value| value.normalize()) {
        Some(value) => format_value(value, value.scale(), ',', '.'),
        None => "…".to_owned(),
    }
}

/// The printed figure with its marks, its digits written as all others of the tree. The table writes them in the way of
/// its own language.
fn printed(of: &Printed) -> String {
    let has_digits = of.text.contains(|c: char| c.is_ascii_digit());
    let Some(value) = of.value.filter(|_| has_digits) else {
        return of.text.clone();
    };
    let number = format_value(value, of.decimals, ',', '.');
    match of.text.split_once(' ') {
        Some((_, marks)) => format!("{number} {marks}"),
        None => number,
    }
}

fn cell(of: &Printed) -> String {
    let mut text = format!(
        "{}  Table {} › {} {} › {} ({})",
        printed(of),
        of.table,
        of.row,
        of.label.en,
        of.column,
        of.head.en
    );
    if let Some(value) = of.value {
        let (exact, places) = (number(Some(value)), of.decimals);
        let _ = write!(
            text,
            ": {exact} rounded half away from zero to {places} decimals"
        );
    }
    text.push_str(&rule(&of.made));
    text
}

/// How a printed cell is derived from its children.
fn rule(made: &PrintedOrigin) -> String {
    match made {
        PrintedOrigin::Unsaid => "; the query does not say of what".to_owned(),
        PrintedOrigin::Figure => String::new(),
        PrintedOrigin::Stated(source) => format!("; stated by {source}"),
        PrintedOrigin::Counted => "; the number of these entries".to_owned(),
        PrintedOrigin::Passing(test) => format!(
            "; the number of figures {} {}",
            test.comparator,
            number(Some(test.value))
        ),
        PrintedOrigin::Computed(computation) => match computation {
            Computation::Share => "; share: the first / the second × 100".to_owned(),
            Computation::Growth => {
                "; growth: (the first − the second) / |the second| × 100".to_owned()
            }
            Computation::Difference => "; difference: the first − the second".to_owned(),
            Computation::Ratio => "; ratio: the first / the second".to_owned(),
            Computation::Average => "; average: the sum / their number".to_owned(),
            Computation::Way => {
                "; way: (the second − the first) / (the third − the first) × 100".to_owned()
            }
            Computation::RiseAYear(years) | Computation::FallAYear(years) => {
                format!("; needed a year: (the first − the second) / {years} years")
            }
        },
    }
}

/// An entry that a cell counts, and the records that say so.
fn item(of: &TracedItem) -> String {
    if of.lines.is_empty() {
        return format!("{}: nobody reported on it", of.id);
    }
    let line = |line: &TracedLine| {
        let sheet = line
            .sheet
            .as_ref()
            .map_or(String::new(), |s| format!(" › {s}"));
        let sender = line.sender.as_deref().unwrap_or("…");
        let period = line.period.as_deref().unwrap_or("…");
        format!(
            "{sender}, {} {period}: {}{sheet} › row {}",
            line.form, line.file_name, line.row
        )
    };
    let lines: Vec<String> = of.lines.iter().map(line).collect();
    format!("{}: {}", of.id, lines.join("; "))
}

fn about(of: &FigureSubject) -> String {
    let indicator = &of.indicator;
    let mut text = format!("{} ({}), {}", indicator.name.en, indicator.id, of.period);
    if &*of.members != TOTAL {
        let codes = of.members.split(':').filter(|code| *code != TOTAL);
        let _ = write!(text, ", {}", codes.collect::<Vec<_>>().join(", "));
    }
    let _ = write!(text, ", {}, {}", of.scenario, indicator.unit);
    text
}

fn figure(of: &TracedFigure) -> String {
    let mut text = number(of.value);
    let _ = match &of.level {
        FigureLevel::National => write!(text, "  {} ({}) from its units", of.name.en, of.code),
        FigureLevel::Regional { scheme } => write!(
            text,
            "  {} ({} of {scheme}) from its units",
            of.name.en, of.code
        ),
        FigureLevel::Together => write!(text, "  units together"),
    };
    let _ = write!(
        text,
        " on the geography {}: {}; {}",
        of.geography,
        about(&of.subject),
        of.subject.indicator.rule()
    );
    if let Some(status) = &of.status {
        let _ = write!(text, "; status {status}");
    }
    if let Some((reported, expected)) = of.units {
        let _ = write!(text, "; {reported} of {expected} units");
    }
    if let Some(weight) = of.weight {
        let _ = write!(
            text,
            "; {} {}",
            weight_name(&of.subject),
            number(Some(weight))
        );
    }
    text
}

/// The name of a figure's weight.
fn weight_name(of: &FigureSubject) -> &'static str {
    match of.indicator.measure {
        Measure::Ratio { .. } => "denominator",
        _ => "weight",
    }
}

fn fact(of: &Fact, with_subject: bool) -> String {
    let mut text = format!(
        "{}  {} ({}, geography {})",
        number(of.value),
        of.name.en,
        of.code,
        of.geography
    );
    if with_subject {
        let _ = write!(text, ": {}", about(&of.subject));
    }
    let rule = of.subject.indicator.rule();
    let (sources, expected) = of.parts.unwrap_or_default();
    match (of.way, of.basis.as_deref()) {
        (FactOrigin::Own, Some("restated")) => {
            text.push_str("; reported, unchanged since another geography");
        }
        (FactOrigin::Own, _) if of.is_of_shorter_periods() => {
            let _ = write!(text, "; made of shorter periods, {sources} of {expected}");
        }
        (FactOrigin::Own, _) => text.push_str("; reported"),
        (FactOrigin::Predecessors, _) => {
            let _ = write!(
                text,
                "; restated from {sources} of {expected} former units, {rule}"
            );
        }
        (FactOrigin::Nowhere, _) => {}
    }
    if of.way == FactOrigin::Own && matches!(of.subject.indicator.measure, Measure::Ratio { .. }) {
        let _ = write!(text, ", {rule}");
    }
    if let Some(status) = &of.status {
        let _ = write!(text, "; status {status}");
    }
    if let Some(weight) = of.weight {
        let _ = write!(
            text,
            "; {} {}",
            weight_name(&of.subject),
            number(Some(weight))
        );
    }
    let standing = match of.standing {
        FactState::Enters => "",
        FactState::EntersPartial => "; enters with what it has, and counts as missing",
        FactState::NoPart => "; cannot exist: no part",
        FactState::WithoutWeight => "; MISSING above: has no weight",
        FactState::NotAnswered => "; MISSING: not answered",
        FactState::NotCollected => "; MISSING: not collected",
        FactState::Absent => "; MISSING: no value was loaded",
    };
    text.push_str(standing);
    if !of.lacking.is_empty() {
        let _ = write!(text, ", without {}", of.lacking.join(" and "));
    }
    text
}

fn place(file: &str, sheet: Option<&str>, cell: &str) -> String {
    match sheet {
        Some(sheet) => format!("{file} › {sheet} › {cell}"),
        None => format!("{file} › {cell}"),
    }
}

fn observation(of: &TracedCell) -> String {
    let mut text = number(of.value);
    if of.part != CellRole::Value {
        let _ = write!(text, "  {} {}", of.part.as_str(), of.indicator);
    }
    let at = place(&of.report.file_name, of.sheet.as_deref(), &of.cell);
    let raw = match (of.raw.as_deref(), &of.records) {
        (Some(raw), _) => format!("\"{raw}\""),
        (None, Some(records)) => format!("of {} rows", records.len()),
        (None, None) => "blank".to_owned(),
    };
    let _ = write!(text, "  {at}  {raw}");
    if let Some(read) = &of.unit_read {
        let _ = write!(text, " {read}");
    }
    if let Some(conversion) = of.conversion
        && conversion.factor != Decimal::ONE
    {
        let unit = of.measure_unit.as_deref().unwrap_or_default();
        let (from, by) = (
            number(Some(conversion.number)),
            conversion.factor.normalize(),
        );
        let _ = write!(text, " = {from} × {by} {unit}");
    }
    let why = match of.choice {
        CellChoice::Asked => "",
        CellChoice::Actual => ": goes before an estimate",
        CellChoice::EstimateInstead => ": no actual has come",
        CellChoice::ActualWithoutValue => ": without a value, and there is no estimate",
    };
    let report = &of.report;
    let period = report.period.as_deref().unwrap_or_default();
    let _ = write!(text, "  [{}{why}; {} {period}", of.scenario, report.form);
    if report.revision > 1 {
        let _ = write!(text, ", revision {}", report.revision);
    }
    let _ = write!(text, "; status {}]", of.status);
    text
}

/// The lines under a node that come before its parts: missing units, findings, cells that do not count.
fn remarks(node: &Node, all: bool) -> Vec<String> {
    match node {
        Node::Printed(of) if !of.missing.is_empty() => {
            let names: Vec<&str> = of.missing.iter().map(|name| name.en.as_str()).collect();
            vec![format!("without {}", names.join(", "))]
        }
        Node::Fact(of) => {
            let findings = of.findings.iter().map(|f| {
                let (file, cell) = (f.place.file_name.as_deref(), f.place.cell.as_deref());
                let at = file.zip(cell).map(|(file, cell)| {
                    format!("  {}", place(file, f.place.sheet.as_deref(), cell))
                });
                format!("{}{}", finding(f), at.unwrap_or_default())
            });
            findings.collect()
        }
        Node::Observation(of) => {
            let findings = of.findings.iter().map(|f| finding(f));
            // A cell with the same value would only repeat the line above.
            let telling = |o: &&AlternativeCell| {
                all || o.why == NotCounted::Superseded || o.value != of.value
            };
            let others = of.others.iter().filter(telling).map(other);
            let rows = of.records.iter().map(|records| cells_of(records, all));
            findings.chain(rows).chain(others).collect()
        }
        _ => Vec::new(),
    }
}

fn finding(of: &Finding) -> String {
    let rule = of.rule.as_ref().map(|rule| format!(" {rule}"));
    format!(
        "! {}[{}{}] {}",
        of.severity.as_str(),
        of.code,
        rule.unwrap_or_default(),
        of.message_en
    )
}

/// The cells of records behind a total: the first of them, or all.
fn cells_of(records: &[RecordCell], all: bool) -> String {
    let shown = if all { records.len() } else { SHOWN };
    let cell = |record: &RecordCell| {
        if record.cell.starts_with(|c: char| c.is_ascii_digit()) {
            let sheet = record.sheet.as_deref();
            return place(
                &record.report.file_name,
                sheet,
                &format!("row {}", record.cell),
            );
        }
        record.cell.to_string()
    };
    let cells: Vec<String> = records.iter().take(shown).map(cell).collect();
    let more = records.len() - cells.len();
    let more = (more > 0).then(|| format!(" … and {more} more (--all)"));
    format!("rows: {}{}", cells.join(", "), more.unwrap_or_default())
}

fn other(of: &AlternativeCell) -> String {
    let at = place(&of.report.file_name, of.sheet.as_deref(), &of.cell);
    let why = match of.why {
        NotCounted::Superseded => "replaced by a later version or another sender",
        NotCounted::OtherScenario => "the other scenario goes first",
        NotCounted::OtherForm => "the home form goes first",
        NotCounted::OtherReport => "another report goes first",
    };
    format!(
        "not counted: {}  {at}  [{}; {why}]",
        number(of.value),
        of.scenario
    )
}
