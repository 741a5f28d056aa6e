//! Properties that must hold for any changes of territory and any reports: random change graphs of two to four vintages
//! with random reports on all of them, run through the pipeline's own models in this process.

mod overlaps;
mod properties;
mod restate;
mod senders;
mod totals;
mod world;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use tonghop::diagnostic::Finding;
use tonghop::query::Models;

use overlaps::overlaps_are_said;
use properties::{
    adds_up, agrees_with_the_reference, gaps_are_said, is_the_same_in_any_order,
    is_the_same_in_one_step, tiles,
};
use totals::{Totals, broken, models, totals, totals_and_findings, with_set_aside};
use world::{World, small_world, worlds};

use crate::support::lake::Row;
use crate::support::truth::Cell::{Blank, NotApplicable};
use crate::support::truth::n;

/// A world with what the models make of it.
struct Case {
    world: World,
    totals: Totals,
    findings: Vec<Finding>,
}

/// How many worlds; each costs a second or two for each run of the models.
const CASES: usize = 5;

/// Worlds of a fixed seed.
fn some_worlds() -> Vec<World> {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[11; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let mut next = |_| worlds().new_tree(&mut runner).unwrap().current();
    (0..CASES).map(&mut next).collect()
}

static CASES_RUN: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let case = |world: World| {
        let (totals, findings) = totals_and_findings(&world, &models());
        Case {
            world,
            totals,
            findings,
        }
    };
    some_worlds().into_iter().map(case).collect()
});

/// Asserts that a property has no objection to any case.
fn holds(property: impl Fn(&Case) -> Vec<String>) {
    for (number, case) in CASES_RUN.iter().enumerate() {
        let said = property(case);
        assert!(said.is_empty(), "world {number}:\n{}", said.join("\n"));
    }
}

#[test]
fn every_row_is_what_the_reference_says() {
    holds(|case| agrees_with_the_reference(&case.world, &case.totals));
}

#[test]
fn what_everybody_reports_is_the_same_on_every_vintage_and_regions_add_up() {
    holds(|case| adds_up(&case.world, &case.totals));
}

#[test]
fn no_territory_counts_twice_and_what_lacks_some_is_provisional() {
    holds(|case| tiles(&case.world, &case.totals));
}

#[test]
fn the_findings_say_exactly_which_figures_are_provisional() {
    holds(|case| gaps_are_said(&case.world, &case.totals, &case.findings));
}

#[test]
fn the_findings_say_which_units_differ_from_their_former_units_and_which_blanks_those_fill() {
    holds(|case| overlaps_are_said(&case.world, &case.findings));
    for code in ["TH406", "TH464", "TH465"] {
        let told = |case: &Case| case.findings.iter().any(|f| f.code == code);
        assert!(CASES_RUN.iter().any(told), "no world has {code}");
    }
}

/// A report that is set aside counts on no vintage, and is compared with that of the successor as if it counted.
#[test]
fn a_report_that_is_set_aside_counts_nowhere_and_is_compared() {
    let mut world = small_world(&[
        ((0, 0), &[("members", n(20)), ("income", n(9))]),
        ((0, 1), &[("members", n(30)), ("income", n(4))]),
        ((1, 0), &[("members", n(70))]),
    ]);
    world.reports[0].is_current = false;
    let (totals, findings) = with_set_aside(&world, "r0");
    let of = |unit: [(&str, &str); 2], indicator| {
        let rows = totals.facts.iter().filter(|row| row.is(&unit));
        let row = rows
            .clone()
            .find(|row| row.is(&[("indicator", indicator), ("scenario", "estimate")]));
        row.map(|row| {
            (
                row.decimal("value").unwrap() / 1_000_000,
                row.str("status").to_owned(),
            )
        })
    };
    let former = [("geography", "2008"), ("unit_code", "01")];
    let new = [("geography", "2021"), ("unit_code", "02")];
    assert_eq!(of(former, "members"), None);
    assert_eq!(of(new, "members"), Some((70, "E".to_owned())));
    assert_eq!(
        of(new, "income"),
        None,
        "a mean without its weight, of one of two"
    );
    let told: Vec<_> = findings.iter().filter(|f| f.code == "TH406").collect();
    assert_eq!(told.len(), 1, "{findings:#?}");
    assert!(
        told[0]
            .message_en
            .contains("the new unit reports 70, its former units 50 together"),
        "{}",
        told[0].message_en
    );
    // Without the mark it is neither counted nor compared: the other unit alone proves nothing.
    let (_, findings) = totals_and_findings(&world, &models());
    assert!(findings.iter().all(|f| f.code != "TH406"), "{findings:#?}");
}

/// A figure that cannot exist for the former units leaves a gap if the new unit reports without answering: by a blank
/// cell, or by one side of a ratio.
#[test]
fn a_new_unit_that_does_not_answer_leaves_a_gap_whatever_its_former_units_said() {
    let numbers = [("members", n(20)), ("active", n(10)), ("profit", n(7))];
    let world = small_world(&[
        (
            (0, 0),
            &[("profit", NotApplicable), ("active", NotApplicable)],
        ),
        (
            (0, 1),
            &[("profit", NotApplicable), ("active", NotApplicable)],
        ),
        ((0, 2), &numbers),
        ((1, 0), &[("profit", Blank), ("members", n(30))]),
    ]);
    let (totals, findings) = totals_and_findings(&world, &models());
    let of_new = |row: &&Row| row.is(&[("geography", "2021"), ("scenario", "estimate")]);
    let mut country: Vec<_> = (totals.national.iter().filter(of_new))
        .map(|row| (row.str("indicator"), row.str("status")))
        .collect();
    country.sort_unstable();
    // 'active' comes from the former units, for which it cannot exist; its share is the new unit's to report.
    assert_eq!(
        country,
        [
            ("active", "E"),
            ("active_rate", "P"),
            ("members", "E"),
            ("profit", "P"),
            ("profit_each", "P"),
        ]
    );
    let said = gaps_are_said(&world, &totals, &findings);
    assert!(said.is_empty(), "{}", said.join("\n"));
    let said = agrees_with_the_reference(&world, &totals);
    assert!(said.is_empty(), "{}", said.join("\n"));
    let said = tiles(&world, &totals);
    assert!(said.is_empty(), "{}", said.join("\n"));
}

#[test]
fn restating_in_two_steps_is_restating_in_one() {
    holds(|case| is_the_same_in_one_step(&case.world, &models()));
}

#[test]
fn the_order_of_rows_and_of_report_ids_does_not_matter() {
    holds(|case| is_the_same_in_any_order(&case.world, &case.totals, &models()));
}

/// The worlds contain what the properties are about: chains of changes, codes and names that are used again for other
/// territory, units that report beside their predecessors, several schemes, and figures of every kind.
#[test]
fn the_worlds_are_no_easy_ones() {
    let mut seen = BTreeSet::new();
    for case in CASES_RUN.iter() {
        let world = &case.world;
        seen.insert(format!("{} vintages", world.vintages.len()));
        for (v, vintage) in world.vintages.iter().enumerate().skip(1) {
            for (u, unit) in vintage.units.iter().enumerate() {
                let before = &world.vintages[v - 1].units;
                let other = |b: &usize| !unit.from.contains(b);
                let others: Vec<_> = (0..before.len()).filter(other).collect();
                let again = |same: &dyn Fn(usize) -> bool| others.iter().any(|b| same(*b));
                if again(&|b| before[b].code == unit.code) {
                    seen.insert("a code for other territory".to_owned());
                }
                if again(&|b| before[b].names[0].name == unit.names[0].name) {
                    seen.insert("a name for other territory".to_owned());
                }
                let reports = |at| world.reports.iter().filter(move |r| r.unit == at);
                let beside = |b: &usize| {
                    reports((v - 1, *b)).any(|one| reports((v, u)).any(|r| r.period == one.period))
                };
                if unit.from.len() > 1 && unit.from.iter().any(beside) {
                    seen.insert("a unit beside its predecessors".to_owned());
                }
            }
        }
        let facts = case.totals.facts.iter();
        seen.extend(facts.map(|f| format!("{} {}", f.str("basis"), f.str("status"))));
        let schemes: BTreeSet<_> = (world.regions.iter())
            .map(|r| (r.vintage, r.scheme.as_str()))
            .collect();
        if (0..world.vintages.len()).any(|v| schemes.iter().filter(|(of, _)| *of == v).count() > 1)
        {
            seen.insert("two schemes on one vintage".to_owned());
        }
    }
    let wanted = [
        "2 vintages",
        "3 vintages",
        "4 vintages",
        "a code for other territory",
        "a name for other territory",
        "a unit beside its predecessors",
        "reported A",
        "reported E",
        "reported L",
        "reported M",
        "reported O",
        "restated A",
        "restated E",
        "restated M",
        "restated P",
        "two schemes on one vintage",
    ];
    let missing: Vec<_> = wanted.iter().filter(|w| !seen.contains(**w)).collect();
    assert!(missing.is_empty(), "no world has {missing:?}");
}

/// A model that is broken on purpose, and the property that must notice it.
struct Fault {
    what: &'static str,
    models: Models,
    noticed_by: fn(&World, &Models) -> Vec<String>,
}

/// Asserts that each fault is noticed in one of the worlds.
fn noticed(faults: Vec<Fault>) {
    for fault in faults {
        let notices = |case: &Case| !(fault.noticed_by)(&case.world, &fault.models).is_empty();
        assert!(
            CASES_RUN.iter().any(notices),
            "nothing notices {}",
            fault.what
        );
    }
}

#[test]
fn the_reference_notices_models_that_choose_or_count_wrongly() {
    let noticed_by =
        |world: &World, models: &Models| agrees_with_the_reference(world, &totals(world, models));
    noticed(vec![
        Fault {
            what: "an estimate that goes before the actual",
            models: broken(
                "counted",
                "c.scenario = 'actual' AND c.value IS NOT NULL THEN c.n",
                "c.scenario = 'actual' AND c.value IS NOT NULL THEN 3000000000 + c.n",
            ),
            noticed_by,
        },
        Fault {
            what: "another form's total where the home form was sent",
            models: broken("counted", "OR h.entity IS NULL", "OR TRUE"),
            noticed_by,
        },
        Fault {
            what: "a ratio restated although the unit has stated one side of it",
            models: broken(
                "facts_of_vintage",
                "r.relation IN ('numerator', 'denominator')",
                "r.relation = 'denominator'",
            ),
            noticed_by,
        },
        Fault {
            what: "a blank that withdraws a figure of an earlier report",
            models: broken(
                "counted",
                "WHEN s.status = 'O' THEN 1000000000",
                "WHEN FALSE THEN 1",
            ),
            noticed_by,
        },
        Fault {
            what: "a blank filled although a former unit has no value",
            models: broken("facts_of_vintage", "a.reported = a.expected", "TRUE"),
            noticed_by,
        },
    ]);
}

#[test]
fn adding_up_notices_averages_of_averages_and_parts_that_are_none() {
    let noticed_by = |world: &World, models: &Models| adds_up(world, &totals(world, models));
    noticed(vec![
        Fault {
            what: "a mean of means",
            models: broken(
                "aggregated",
                "THEN numerator / nullif(weight, 0)",
                "THEN value / entered",
            ),
            noticed_by,
        },
        Fault {
            what: "a mean of ratios",
            models: broken(
                "aggregated",
                "THEN numerator * scale / nullif(weight, 0)",
                "THEN value / entered",
            ),
            noticed_by,
        },
        Fault {
            what: "a part that cannot exist, expected all the same",
            models: broken(
                "aggregated",
                "max(m.size) - sum(c.cannot_exist)",
                "max(m.size)",
            ),
            noticed_by,
        },
    ]);
}

#[test]
fn tiling_notices_territory_that_counts_twice_or_lacks_unsaid() {
    let noticed_by = |world: &World, models: &Models| tiles(world, &totals(world, models));
    noticed(vec![
        Fault {
            what: "predecessors beside the unit's own value",
            models: broken(
                "facts_of_vintage",
                "WHERE s.unit IS NULL OR",
                "WHERE TRUE OR",
            ),
            noticed_by,
        },
        Fault {
            what: "a part that is P and counts as reported",
            models: broken(
                "contributions",
                "WHEN enters AND status <> 'P' THEN 1",
                "WHEN enters THEN 1",
            ),
            noticed_by,
        },
        Fault {
            what: "sources of predecessors behind the unit's own value",
            models: broken("sources_of_vintage", "WHERE NOT f.own\n", "WHERE TRUE\n"),
            noticed_by,
        },
    ]);
}

#[test]
fn one_step_against_two_notices_what_is_lost_on_the_way() {
    noticed(vec![
        Fault {
            what: "a restated mean that stands on the number of its parts",
            models: broken(
                "aggregated",
                "THEN CAST(weight AS DECIMAL(38, 6)) END AS weight",
                "THEN CAST(entered AS DECIMAL(38, 6)) END AS weight",
            ),
            noticed_by: is_the_same_in_one_step,
        },
        Fault {
            what: "a restated part that is P and counts as reported",
            models: broken(
                "contributions",
                "WHEN enters AND status <> 'P' THEN 1",
                "WHEN enters THEN 1",
            ),
            noticed_by: is_the_same_in_one_step,
        },
    ]);
}

#[test]
fn another_order_notices_a_choice_by_report_id() {
    noticed(vec![Fault {
        what: "the first id going first",
        models: broken(
            "report_ranks",
            "p.ends DESC, p.months DESC, r.unit_vintage DESC, r.form, r.report_id",
            "r.report_id",
        ),
        noticed_by: |world, models| is_the_same_in_any_order(world, &totals(world, models), models),
    }]);
}
