//! Who reported, over random changes of territory: former units, new ones or both send a form before or after the change,
//! with and without their geography and code. At no order of arrival is territory counted twice or dropped unsaid.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng};
use tonghop::geography::{
    ClaimedReport, Docket, Dossier, Geography, JudgedReport, ReportOrder, ReportSource,
    ReportStanding, Reporters, UnitClaim, UnitKey, compare, place_reports,
};
use tonghop::period::Period;

use super::totals::{geography, unit_key};
use super::world::{VINTAGES, World};
use crate::support::definitions::kttt;

/// How many worlds. None of them runs a model, so they cost little.
const WORLDS: u64 = 120;

/// Places of the vintage and of the unit in it.
type Unit = (usize, usize);

/// A report, and the unit that truly sent it.
#[derive(Debug, Clone)]
struct Sent {
    unit: Unit,
    period: Period,
    received: Date,
    /// Whether the sheet says which geography it is on.
    stated: bool,
    /// The code beside the name.
    code: Option<String>,
    id: String,
}

/// Who sends for a unit that was merged, and its former units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Senders {
    /// Former units, while they stood.
    Former,
    /// The new unit.
    New,
    /// All former units while they stood, and then the new unit.
    Both,
    /// The new unit, and former units that go on reporting.
    Strays,
    /// All former units, after the change.
    Late,
}

/// A world with what was sent around the first day of one of its vintages.
struct Scene<'a> {
    world: &'a World,
    geography: Geography,
    /// The vintage that begins.
    begins: usize,
    day: Date,
    sent: Vec<Sent>,
    /// Who sends for each unit of that vintage.
    senders: BTreeMap<usize, Senders>,
}

impl<'a> Scene<'a> {
    fn of(world: &'a World, rng: &mut TestRng) -> Self {
        let begins = rng.random_range(1..world.vintages.len());
        let day: Date = VINTAGES[begins].1.parse().unwrap();
        let mut this = Self {
            world,
            geography: geography(world),
            begins,
            day,
            sent: Vec::new(),
            senders: BTreeMap::new(),
        };
        // A year or a half that holds the day, or a half that ended before it.
        let before = day.checked_sub(1.days()).unwrap();
        let half = |day: Date| Period::half(day.year(), if day.month() <= 6 { 1 } else { 2 });
        let period = match rng.random_range(0..3) {
            0 => half(
                Date::new(day.year(), day.month(), 1)
                    .unwrap()
                    .checked_sub(6.months())
                    .unwrap(),
            ),
            1 => half(before),
            _ => Period::annual(before.year()),
        };
        for unit in 0..world.vintages[begins].units.len() {
            this.send_of(unit, period, rng);
        }
        for (number, sent) in this.sent.iter_mut().enumerate() {
            sent.id = format!("r{number:03}");
        }
        this
    }

    fn former(&self, unit: usize) -> Vec<Unit> {
        let from = &self.world.vintages[self.begins].units[unit].from;
        from.iter().map(|u| (self.begins - 1, *u)).collect()
    }

    /// The first name of a unit, which its reports write.
    fn name(&self, (vintage, unit): Unit) -> &str {
        &self.world.vintages[vintage].units[unit].names[0].name
    }

    /// All units with the name of a unit.
    fn namesakes(&self, unit: Unit) -> BTreeSet<UnitKey> {
        let named = |(_, name): &(UnitKey, String)| name == self.name(unit);
        let vintages = self.world.vintages.iter().enumerate();
        let all = vintages.flat_map(|(v, vintage)| {
            let units = vintage.units.iter().enumerate();
            units.flat_map(move |(u, is)| {
                let key = unit_key(self.world, (v, u));
                is.names.iter().map(move |n| (key.clone(), n.name.clone()))
            })
        });
        all.filter(named).map(|(key, _)| key).collect()
    }

    fn entity(&self, unit: &UnitKey) -> UnitKey {
        self.geography.entity(unit).clone()
    }

    fn add(&mut self, unit: Unit, period: Period, after: bool, certain: bool, rng: &mut TestRng) {
        let days = rng.random_range(1..25);
        let received = if after {
            self.day.checked_add(days.days()).unwrap()
        } else {
            self.day.checked_sub(days.days()).unwrap()
        };
        let is_alone = self.namesakes(unit).len() == 1;
        let code = rng.random_bool(0.2);
        let code = code.then(|| unit_key(self.world, unit).code);
        self.sent.push(Sent {
            unit,
            period,
            received,
            stated: (certain && !is_alone) || rng.random_bool(0.3),
            code,
            id: String::new(),
        });
    }

    /// What is sent for a unit of the vintage that begins.
    fn send_of(&mut self, unit: usize, period: Period, rng: &mut TestRng) {
        let former = self.former(unit);
        let new = (self.begins, unit);
        if former.len() == 1 {
            let (at, after) = [(new, true), (former[0], false)][rng.random_range(0..2)];
            self.add(at, period, after, false, rng);
            return;
        }
        let holds_day = period.end() >= self.day;
        let all = [
            Senders::Former,
            Senders::New,
            Senders::Both,
            Senders::Strays,
            Senders::Late,
        ];
        let mut senders = all[rng.random_range(0..all.len())];
        let of_name = |unit: &Unit| self.name(*unit) == self.name(new);
        let others: Vec<Unit> = former.iter().copied().filter(|u| !of_name(u)).collect();
        // A stray office of two would be all that there is beside the one of the name.
        if senders == Senders::Strays && (others.len() < 2 || !holds_day) {
            senders = Senders::New;
        }
        self.senders.insert(unit, senders);
        // A year that ended before the change is the former unit's, unless the sheet says otherwise.
        let is_history = !holds_day && period.months() == 12;
        match senders {
            Senders::Former => {
                for unit in former {
                    if rng.random_bool(0.8) {
                        self.add(unit, period, false, false, rng);
                    }
                }
            }
            Senders::New => self.add(new, period, true, is_history, rng),
            Senders::Both => {
                for unit in former {
                    self.add(unit, period, false, false, rng);
                }
                self.add(new, period, true, is_history, rng);
            }
            Senders::Strays => {
                self.add(others[0], period, true, true, rng);
                self.add(new, period, true, false, rng);
            }
            // Nothing else shows what the one of the new unit's name means.
            Senders::Late => {
                for unit in former {
                    let certain = self.name(unit) != self.name(new) || others.is_empty();
                    self.add(unit, period, true, certain, rng);
                }
            }
        }
    }

    fn claimed(&self, sent: &Sent) -> ClaimedReport {
        let midnight = sent.received.at(5, 0, 0, 0);
        let received_at: Timestamp = midnight.to_zoned(kttt().zone.clone()).unwrap().timestamp();
        let mut dossier = Dossier::new(ReportSource {
            report_id: sent.id.clone(),
            submission_id: sent.id.clone(),
            file_name: sent.id.clone(),
            received_at,
            sent_again_at: None,
            sheet: None,
            form: "F1".to_owned(),
        });
        let named = self.namesakes(sent.unit);
        let mut candidates = named.clone();
        if let Some(code) = &sent.code {
            candidates.retain(|unit| unit.code == *code);
        }
        dossier.unit_claim = UnitClaim {
            candidates,
            named: sent.code.as_ref().map(|_| named).unwrap_or_default(),
            code: sent.code.clone(),
            stated_vintage: sent
                .stated
                .then(|| self.world.vintages[sent.unit.0].name.to_owned()),
            ..UnitClaim::default()
        };
        ClaimedReport {
            period: Some(sent.period),
            ..ClaimedReport::new(dossier)
        }
    }

    /// Lets the ladder place the reports, and settles which of them count.
    fn outcome(&self, sent: &[Sent]) -> Outcome {
        let plan = kttt();
        let docket = Docket::default();
        let claimed = sent.iter().map(|sent| self.claimed(sent)).collect();
        let (placed, held) = place_reports(claimed, &docket, &self.geography, &plan.zone);
        let order = ReportOrder {
            reporters: &Reporters::default(),
            docket: &docket,
            geography: &self.geography,
            zone: &plan.zone,
            lexicon: &plan.lexicon,
        };
        let judged = compare(placed, order);
        Outcome {
            judged: judged.into_iter().map(|r| (r.id().to_owned(), r)).collect(),
            held: held
                .into_iter()
                .map(|r| (r.dossier.source.report_id.clone(), r))
                .collect(),
        }
    }
}

struct Outcome {
    judged: BTreeMap<String, JudgedReport>,
    held: BTreeMap<String, ClaimedReport>,
}

impl Outcome {
    /// Unit and standing of every report in short, to compare two outcomes.
    fn short(&self) -> BTreeMap<String, String> {
        let judged = self.judged.iter().map(|(id, r)| {
            let codes: Vec<&str> = r
                .dossier()
                .findings
                .iter()
                .map(|f| &*f.message_en)
                .collect();
            let unit = &r.report.unit;
            let text = format!("{unit:?} {:?} {codes:?}", r.standing);
            (id.clone(), text)
        });
        let held = self.held.keys().map(|id| (id.clone(), "held".to_owned()));
        judged.chain(held).collect()
    }

    fn says(&self, id: &str, code: &str) -> bool {
        let judged = self.judged.get(id).map(|r| &r.dossier().findings);
        let held = self.held.get(id).map(|r| &r.dossier.findings);
        let mut findings = judged.into_iter().chain(held).flatten();
        findings.any(|f| f.code == code)
    }
}

/// What is wrong with an outcome.
fn objections(scene: &Scene<'_>, outcome: &Outcome) -> Vec<String> {
    let mut said = Vec::new();
    for sent in &scene.sent {
        let truth = scene.entity(&unit_key(scene.world, sent.unit));
        match outcome.judged.get(&sent.id) {
            Some(judged) => {
                let got = scene.entity(&judged.report.unit);
                if got != truth {
                    let basis = judged.report.vintage_basis;
                    said.push(format!("{sent:?} is given to {got:?} by {basis:?}"));
                }
            }
            // TH410: one vintage has two units of the name.
            None if ["TH410", "TH412"].iter().any(|c| outcome.says(&sent.id, c)) => {}
            None => said.push(format!("{sent:?} is held, and nothing says why")),
        }
    }
    for (unit, senders) in &scene.senders {
        said.extend(of_group(scene, outcome, *unit, *senders));
    }
    said
}

/// What is wrong with the reports of one new unit and its former units.
fn of_group(scene: &Scene<'_>, outcome: &Outcome, unit: usize, senders: Senders) -> Vec<String> {
    let mut said = Vec::new();
    let new = (scene.begins, unit);
    let of = |unit: Unit| scene.sent.iter().filter(move |sent| sent.unit == unit);
    let standing = |sent: &Sent| outcome.judged.get(&sent.id).map(|r| r.standing);
    let counts = |sent: &Sent| standing(sent) == Some(ReportStanding::Current);
    let new_counts = of(new).any(counts);
    for former in scene.former(unit) {
        for sent in of(former) {
            let had_ended = sent.received >= scene.day && sent.period.end() >= scene.day;
            let right = match standing(sent) {
                None => true,
                Some(ReportStanding::SetAside) => {
                    had_ended && new_counts && outcome.says(&sent.id, "TH458")
                }
                Some(ReportStanding::Current) => {
                    had_ended == outcome.says(&sent.id, "TH457") && !(had_ended && new_counts)
                }
                Some(_) => false,
            };
            if !right {
                let standing = standing(sent);
                said.push(format!(
                    "{senders:?} {sent:?} is {standing:?}, its successor: {new_counts}"
                ));
            }
        }
    }
    // Nothing speaks against the new unit unless other reports may be of a unit of its name, or leave it open whether they
    // are of one of its former units.
    let own = scene.former(unit).into_iter().chain([new]);
    let own: BTreeSet<UnitKey> = own
        .map(|u| scene.entity(&unit_key(scene.world, u)))
        .collect();
    let entities = |unit| -> BTreeSet<UnitKey> {
        let all = scene.namesakes(unit);
        all.iter().map(|u| scene.entity(u)).collect()
    };
    let namesakes = entities(new);
    let mut others = scene.sent.iter().filter(|sent| sent.unit != new);
    let disputed = others.any(|sent| {
        let may_be = entities(sent.unit);
        let is_open = !sent.stated && may_be.len() > 1;
        !may_be.is_disjoint(&namesakes) || (is_open && !may_be.is_disjoint(&own))
    });
    let undisputed =
        matches!(senders, Senders::New | Senders::Strays) && !disputed && namesakes.is_subset(&own);
    if undisputed && !new_counts {
        said.push(format!(
            "{senders:?} {new:?} is held though nothing speaks against it"
        ));
    }
    said
}

fn scenes(property: impl Fn(&Scene<'_>, &mut TestRng) -> Vec<String>) {
    let mut said = Vec::new();
    for seed in 0..WORLDS {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let mut rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        let world = World::territory(&mut rng);
        let scene = Scene::of(&world, &mut rng);
        let of_scene = property(&scene, &mut rng).into_iter();
        said.extend(of_scene.map(|line| format!("world {seed}, {}: {line}", scene.day)));
    }
    let first: Vec<&str> = said.iter().take(12).map(String::as_str).collect();
    assert!(
        said.is_empty(),
        "{} in all\n{}",
        said.len(),
        first.join("\n")
    );
}

#[test]
fn no_territory_counts_twice_or_is_dropped_unsaid_whoever_sends() {
    scenes(|scene, _| objections(scene, &scene.outcome(&scene.sent)));
}

#[test]
fn the_order_of_arrival_decides_nothing() {
    scenes(|scene, rng| {
        let mut shuffled = scene.sent.clone();
        for last in (1..shuffled.len()).rev() {
            shuffled.swap(last, rng.random_range(0..=last));
        }
        let (one, other) = (scene.outcome(&scene.sent), scene.outcome(&shuffled));
        let (one, other) = (one.short(), other.short());
        let differing = one.iter().filter(|(id, text)| other[*id] != **text);
        differing
            .map(|(id, text)| format!("{id}: {text}, then {}", other[id]))
            .collect()
    });
}

/// The scenes contain what the properties are about.
#[test]
fn the_scenes_are_no_easy_ones() {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let count = std::cell::RefCell::new(&mut seen);
    scenes(|scene, _| {
        let outcome = scene.outcome(&scene.sent);
        let mut seen = count.borrow_mut();
        for judged in outcome.judged.values() {
            let basis = judged.report.vintage_basis.as_str().to_owned();
            *seen.entry(basis).or_default() += 1;
            *seen.entry(format!("{:?}", judged.standing)).or_default() += 1;
            for finding in &judged.dossier().findings {
                *seen.entry(finding.code.clone()).or_default() += 1;
            }
        }
        *seen.entry("held".to_owned()).or_default() += outcome.held.len();
        Vec::new()
    });
    for wanted in [
        "stated",
        "name-and-code",
        "unchanged-unit",
        "period",
        "peers",
        "received",
        "former-units",
        "held",
        "Current",
        "SetAside",
        "TH402",
        "TH457",
        "TH458",
        "TH459",
        "TH460",
    ] {
        assert!(
            seen.get(wanted).is_some_and(|n| *n > 1),
            "too few {wanted}: {seen:?}"
        );
    }
}
