//! Which cell counts, for each reporting unit and key.

use std::collections::BTreeMap;

use crate::support::catalogue::{NEW, OLD, Unit, catalogue};
use crate::support::truth::{Cell, Form, Key, Report, Reporter};

/// A cell that counts: what it holds, in which vintage its report speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counted {
    pub(crate) cell: Cell,
    pub(crate) estimate: bool,
    pub(crate) vintage: &'static str,
}

impl Counted {
    /// The value in millionths; a nil is zero.
    pub(crate) fn value(&self) -> Option<i128> {
        match self.cell {
            Cell::Tenths(tenths) => Some(i128::from(tenths) * 100_000),
            Cell::Nil => Some(0),
            Cell::NotCollected | Cell::NotApplicable | Cell::Blank => None,
        }
    }

    pub(crate) fn cannot_exist(&self) -> bool {
        self.cell == Cell::NotApplicable
    }
}

/// What each reporting unit says, by key.
pub(crate) type Said = BTreeMap<Unit, BTreeMap<Key, Counted>>;

/// "Both vintages of an unchanged unit are one reporting unit": the older one stands for both.
pub(crate) fn reporting_unit(vintage: &str, code: &str) -> Unit {
    if vintage == NEW && catalogue().unchanged.contains(code) {
        (OLD.to_owned(), code.to_owned())
    } else {
        (vintage.to_owned(), code.to_owned())
    }
}

/// UBND before Liên minh; a report without a named sender ranks as UBND.
fn rank(report: &Report) -> u8 {
    if report.reporter == Some(Reporter::Alliance) {
        2
    } else {
        1
    }
}

/// Whether `a` is current before `b`, of two reports with one form, period and unit.
fn goes_before(a: &Report, b: &Report) -> bool {
    if rank(a) != rank(b) {
        return rank(a) < rank(b);
    }
    // Silent: a report that does not say its number of sending is a first one.
    let order = |r: &Report| (r.sending.unwrap_or(1), r.received.clone(), r.file.clone());
    order(a) > order(b)
}

/// The reports that are current.
pub(crate) fn current(reports: &[Report]) -> Vec<&Report> {
    let mut current: Vec<&Report> = Vec::new();
    for report in reports {
        let same = |r: &Report| {
            r.form == report.form
                && r.period == report.period
                && r.vintage == report.vintage
                && r.code == report.code
        };
        match current.iter().position(|r| same(r)) {
            None => current.push(report),
            Some(at) if goes_before(report, current[at]) => current[at] = report,
            Some(_) => {}
        }
    }
    let standing = current.clone();
    current.retain(|report| !is_set_aside(report, &standing));
    current
}

/// "A report of a unit that had ended when its report came …; beside its successor's report of that form and period it is set
/// aside", if the period holds or follows the day it ended.
fn is_set_aside(report: &Report, standing: &[&Report]) -> bool {
    let change = "2025-07-01";
    let has_ended = report.vintage == OLD
        && !catalogue().unchanged.contains(&report.code)
        && report.received.as_str() >= change
        && report.period.last_day().as_str() >= change;
    has_ended
        && standing.iter().any(|r| {
            r.vintage == NEW
                && catalogue().predecessors[&r.code].contains(&report.code)
                && (r.form, r.period) == (report.form, report.period)
        })
}

/// What makes a cell count before others: that it answers, then the last day of its report's period, then the length.
type Order = (bool, (String, u32));

/// The cells that count, with 'best' as a scenario of its own.
pub(crate) fn said(reports: &[Report]) -> Said {
    let current = current(reports);
    // Of the reports that state one key, the one whose period ends last, then the longer.
    let mut chosen: BTreeMap<(Unit, Key), (Order, Counted)> = BTreeMap::new();
    for report in &current {
        let unit = reporting_unit(&report.vintage, &report.code);
        // Every indicator that both forms carry has KTTT-01 as its home form: KTTT-02 gives its total only for
        // a unit that has not sent KTTT-01 for the period.
        let home_form_sent = current.iter().any(|r| {
            r.form == Form::Indicators
                && r.period == report.period
                && reporting_unit(&r.vintage, &r.code) == unit
        });
        let order = (report.period.last_day(), report.period.months());
        for (key, cell) in report.cells() {
            if report.form == Form::Sectors && key.sector == "_T" && home_form_sent {
                continue;
            }
            let counted = Counted {
                cell,
                estimate: key.scenario == "estimate",
                vintage: if report.vintage == NEW { NEW } else { OLD },
            };
            // "A blank never withdraws a figure that another of them, of the same form, states." Silent: nor a `…` or
            // an `x`, which are answers. (The two forms state no key for different periods.)
            let order = (cell != Cell::Blank, order.clone());
            let entry = chosen
                .entry((unit.clone(), key))
                .or_insert_with(|| (order.clone(), counted));
            if order > entry.0 {
                *entry = (order, counted);
            }
        }
    }
    let mut said = Said::new();
    for ((unit, key), (_, counted)) in chosen {
        said.entry(unit).or_default().insert(key, counted);
    }
    for keys in said.values_mut() {
        add_best(keys);
    }
    said
}

/// best: "the actual if it has a value, else the estimate".
pub(crate) fn add_best(keys: &mut BTreeMap<Key, Counted>) {
    let stated: Vec<Key> = keys
        .keys()
        .filter(|k| k.scenario != "plan")
        .cloned()
        .collect();
    for key in stated {
        let actual = keys.get(&key.with_scenario("actual")).copied();
        let estimate = keys.get(&key.with_scenario("estimate")).copied();
        let best = match (actual, estimate) {
            (Some(actual), _) if actual.value().is_some() => actual,
            (_, Some(estimate)) => estimate,
            // Silent: an actual without a value and no estimate at all stays what it is (M, O, L).
            (Some(actual), None) => actual,
            (None, None) => unreachable!("one of the two is stated"),
        };
        keys.insert(key.with_scenario("best"), best);
    }
}
