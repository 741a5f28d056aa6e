//! The rules that every report must obey, judged on the figures that the files will have.
//!
//! A sample with an accidental error would teach the wrong thing, so the generator refuses to
//! write one. It checks R101 to R117 and R201 to R204, each column against the one it is compared
//! with. R116 holds by construction (comparisons are computed where they are written).

use super::by_sector::{BySector, MEASURES, TOTAL};
use super::facts::Facts;
use super::figures::{Figures, WITHIN};
use super::reports::Report;

/// What a report breaks, one line each; nothing if all is well.
pub(crate) fn broken(report: &Report, year_before: Option<&Report>, facts: &Facts) -> Vec<String> {
    let mut found = Vec::new();
    let columns = &report.columns;
    let stands = [
        ("actual", &columns.actual, None),
        ("plan", &columns.plan, Some(&columns.actual)),
        ("estimate", &columns.estimate, Some(&columns.actual)),
        ("next plan", &columns.next_plan, Some(&columns.estimate)),
    ];
    for (column, figures, before) in stands {
        let mut note = |what: String| found.push(format!("{what} in {column}"));
        for rule in alone(figures, facts) {
            note(rule);
        }
        if let Some(before) = before {
            for rule in against(figures, before) {
                note(rule);
            }
        }
    }
    if let Some(sent) = year_before {
        found.extend(revised(&columns.actual, &sent.columns.estimate, facts));
    }
    found.extend(sectors(&report.by_sector, &columns.estimate, facts));
    let place = format!("{} {} {}", report.year, report.unit.code, report.unit.name);
    found
        .into_iter()
        .map(|what| format!("{place}: {what}"))
        .collect()
}

fn alone(f: &Figures, facts: &Facts) -> Vec<String> {
    let mut found = Vec::new();
    let mut demand = |holds: bool, rule: &str| {
        if !holds {
            found.push(rule.to_owned());
        }
    };
    let total = f.get("htx_total");
    demand(total > 0 && f.get("htx_active") > 0, "cooperatives");
    demand(
        f.get("htx_active") + f.get("htx_suspended") <= total,
        "R101",
    );
    for (id, rule) in [
        ("htx_good_fair", "R102"),
        ("htx_agri", "R103"),
        ("htx_hightech", "part"),
        ("htx_directors", "R109"),
    ] {
        demand(f.get(id) <= total, rule);
    }
    for (id, whole) in WITHIN {
        demand(
            f.get(id) <= f.get(whole),
            &format!("{id} within {whole} (R103-R110)"),
        );
    }
    demand(
        f.get("htx_managers_secondary") + f.get("htx_managers_college") <= f.get("htx_managers"),
        "R107",
    );
    demand(
        (100..=2_000_000).contains(&f.get("htx_revenue_avg")),
        "R113",
    );
    demand((50..=5_000).contains(&f.get("htx_income_avg")), "R114");
    for indicator in facts.indicators.iter().filter(|i| i.decimals == 0) {
        demand(f.get(&indicator.id) >= 0, "R115");
    }
    found
}

fn against(f: &Figures, before: &Figures) -> Vec<String> {
    let mut found = Vec::new();
    for (kind, rule) in [("htx", "R104"), ("lhhtx", "balance of unions")] {
        let of = |name: &str| format!("{kind}_{name}");
        let end = before.get(&of("total")) + f.get(&of("new")) - f.get(&of("dissolved"));
        if f.get(&of("total")) != end {
            found.push(rule.to_owned());
        }
    }
    for (id, rule, percent) in [("htx_total", "R111", 30), ("htx_members", "R112", 50)] {
        if f.get(id).abs_diff(before.get(id)) * 100 > before.get(id).unsigned_abs() * percent {
            found.push(rule.to_owned());
        }
    }
    found
}

/// R117, a little stricter than asked: within 9 % of either figure.
fn revised(actual: &Figures, estimate: &Figures, facts: &Facts) -> Vec<String> {
    let mut found = Vec::new();
    for indicator in &facts.indicators {
        let (now, then) = (actual.get(&indicator.id), estimate.get(&indicator.id));
        let difference = now.abs_diff(then);
        let five = 5 * 10_u64.pow(indicator.decimals);
        let least = now.unsigned_abs().min(then.unsigned_abs());
        if difference > five && difference * 100 > least * 9 {
            found.push(format!("R117 of {}: {then} became {now}", indicator.id));
        }
    }
    found
}

fn sectors(table: &BySector, estimate: &Figures, facts: &Facts) -> Vec<String> {
    let mut found = Vec::new();
    for (measure, ..) in MEASURES {
        let below = |parent: Option<&str>| -> i64 {
            let children = facts
                .sectors
                .iter()
                .filter(|s| s.parent.as_deref() == parent);
            children.map(|s| table.get(&s.code, measure)).sum()
        };
        if below(None) != table.get(TOTAL, measure) {
            found.push(format!("R201 of {measure}"));
        }
        if estimate.get(measure) != table.get(TOTAL, measure) {
            found.push(format!("R203 of {measure}"));
        }
        for sector in &facts.sectors {
            if table.get(&sector.code, measure) < 0 {
                found.push(format!("R115 of {measure} in {}", sector.code));
            }
            let has_children = facts
                .sectors
                .iter()
                .any(|s| s.parent.as_deref() == Some(&sector.code));
            if has_children && below(Some(&sector.code)) > table.get(&sector.code, measure) {
                found.push(format!("R202 of {measure} in {}", sector.code));
            }
        }
    }
    if table.get("A", "htx_total") != estimate.get("htx_agri") {
        found.push("R204".to_owned());
    }
    found
}
