//! The other forms of the sample's programme: what the program makes of them, against plain sums over what their senders
//! meant. Nothing here asks the program how a total is made.

use std::collections::{BTreeMap, BTreeSet};

use crate::sample_truth::WRITTEN;
use crate::sample_truth::sample::programme::paper::{Paper, Sender};
use crate::sample_truth::sample::programme::registry::{Activity, Organisation};
use crate::sample_truth::sample::programme::selected::{MODELS, Selected};
use crate::sample_truth::sample::programme::{TOPICS, needs, support};
use crate::support::catalogue::{NEW, OLD, catalogue};
use crate::support::sample::SAMPLE;

/// Indicator, fund, scenario and period of a figure.
type Key = (String, &'static str, &'static str, String);

/// The figures of one form of each unit (by vintage and code), in millionths.
type Stated = BTreeMap<(String, String), BTreeMap<Key, i128>>;

fn unit<T>(paper: &Paper<T>) -> (String, String) {
    let unit = paper.sender.unit().expect("a province");
    (unit.vintage.clone(), unit.code.clone())
}

fn tenths(value: i64) -> i128 {
    i128::from(value) * 100_000
}

fn whole(value: i64) -> i128 {
    i128::from(value) * 1_000_000
}

fn key(indicator: String, fund: &'static str, scenario: &'static str, period: &str) -> Key {
    (indicator, fund, scenario, period.to_owned())
}

fn support() -> Stated {
    let mut stated = Stated::new();
    for paper in &WRITTEN.programme.support {
        let figures = stated.entry(unit(paper)).or_default();
        for ((scenario, year), column) in support::COLUMNS.iter().zip(&paper.content.columns) {
            let period = year.to_string();
            for ((topic, help), index) in TOPICS.iter().map(|(id, _)| id).zip(column).zip(0..) {
                let of = |what: &str| format!("support_{topic}_{what}");
                figures.insert(key(of("count"), "_T", scenario, &period), whole(help.count));
                if index == support::LAND {
                    let hundredths = i128::from(help.total) * 10_000;
                    figures.insert(key(of("area"), "_T", scenario, &period), hundredths);
                    continue;
                }
                let funds = ["central", "local", "other"].into_iter().zip(help.funds);
                for (fund, money) in [("_T", help.total)].into_iter().chain(funds) {
                    figures.insert(key(of("money"), fund, scenario, &period), tenths(money));
                }
            }
        }
    }
    stated
}

fn needs() -> Stated {
    let mut stated = Stated::new();
    for paper in &WRITTEN.programme.needs {
        let figures = stated.entry(unit(paper)).or_default();
        for ((topic, _), years) in TOPICS.iter().zip(&paper.content.grid) {
            for (year, money) in needs::YEARS.iter().zip(years) {
                for (fund, value) in ["investment", "recurrent"].into_iter().zip(money) {
                    let key = key(format!("need_{topic}"), fund, "plan", &year.to_string());
                    figures.insert(key, tenths(*value));
                }
            }
        }
    }
    stated
}

fn quick() -> Stated {
    let mut stated = Stated::new();
    for paper in &WRITTEN.programme.quick {
        let figures = stated.entry(unit(paper)).or_default();
        for (id, value) in &paper.content {
            let period = paper.period.code();
            figures.insert(
                key((*id).to_owned(), "_T", "actual", &period),
                whole(*value),
            );
        }
    }
    stated
}

/// How many records of a list fit, and what a field of them adds up to.
fn totals_of_lists() -> Stated {
    let mut stated = Stated::new();
    for paper in &WRITTEN.programme.lists {
        let figures = stated.entry(unit(paper)).or_default();
        let mut put =
            |id: String, value| figures.insert(key(id, "_T", "actual", "2025"), whole(value));
        let living: Vec<&Organisation> = paper
            .content
            .iter()
            .filter(|o| o.kind == "HTX" && o.activity != Activity::Dissolved)
            .collect();
        put("listed_htx".to_owned(), living.len() as i64);
        let members = living.iter().map(|o| o.members).sum();
        put("listed_htx_members".to_owned(), members);
        let classes = [
            ("micro", 0, 49),
            ("small", 50, 300),
            ("medium", 301, 1_000),
            ("large", 1_001, i64::MAX),
        ];
        let ratings = ["good", "fair", "average", "weak", "not_rated"];
        for (class, least, most) in classes {
            for (rating, name) in ratings.iter().enumerate() {
                let fits =
                    |o: &&&Organisation| o.rating == rating && (least..=most).contains(&o.members);
                let count = living.iter().filter(fits).count() as i64;
                put(format!("listed_{class}_{name}"), count);
            }
        }
    }
    for paper in &WRITTEN.programme.selected {
        let figures = stated.entry(unit(paper)).or_default();
        let count = |fits: fn(&Selected) -> bool| {
            whole(paper.content.iter().filter(|s| fits(s)).count() as i64)
        };
        let money = paper.content.iter().map(|s| s.money).sum();
        for (id, value) in [
            ("selected_total", count(|_| true)),
            ("selected_good_after", count(|s| s.ratings.1 == Some(0))),
            // The first eight models are of agriculture.
            ("selected_agriculture", count(|s| s.model < 8)),
            ("selected_other", count(|s| s.model >= 8)),
            ("selected_money", tenths(money)),
        ] {
            figures.insert(key(id.to_owned(), "_T", "actual", "2025"), value);
        }
    }
    for paper in &WRITTEN.programme.needs {
        let figures = stated.entry(unit(paper)).or_default();
        let projects = &paper.content.projects;
        // Who sends no list of projects says nothing of them.
        if projects.is_empty() {
            continue;
        }
        let money = projects.iter().map(|p| p.money).sum();
        for (id, value) in [
            ("projects_total", whole(projects.len() as i64)),
            ("projects_money", tenths(money)),
        ] {
            figures.insert(key(id.to_owned(), "_T", "actual", "2025"), value);
        }
    }
    stated
}

/// Value and number of units of each figure of a set of units.
type Sums = BTreeMap<Key, (i128, i64)>;

fn sums<'a>(units: impl Iterator<Item = &'a BTreeMap<Key, i128>>) -> Sums {
    let mut sums = Sums::new();
    for (key, value) in units.flatten() {
        let sum = sums.entry(key.clone()).or_insert((0, 0));
        *sum = (sum.0 + value, sum.1 + 1);
    }
    sums
}

/// Figures on the 34 provinces: those of a former unit are its successor's.
fn today(stated: &Stated) -> BTreeMap<String, BTreeMap<Key, i128>> {
    let mut today: BTreeMap<String, BTreeMap<Key, i128>> = BTreeMap::new();
    for ((vintage, code), figures) in stated {
        let successor = if vintage == OLD {
            let (to, _) = catalogue()
                .predecessors
                .iter()
                .find(|(_, from)| from.contains(code))
                .expect("every former unit has a successor");
            to
        } else {
            code
        };
        let unit = today.entry(successor.clone()).or_default();
        for (key, value) in figures {
            *unit.entry(key.clone()).or_insert(0) += value;
        }
    }
    today
}

/// The program's figures of a table on the 34 provinces, by place.
fn made(table: &str, indicators: &BTreeSet<&str>) -> BTreeMap<String, Sums> {
    let list: Vec<String> = indicators.iter().map(|id| format!("'{id}'")).collect();
    let place = if table == "regional" {
        "scheme || ':' || code"
    } else {
        "code"
    };
    let mut made: BTreeMap<String, Sums> = BTreeMap::new();
    for line in SAMPLE.sql(&format!(
        "SELECT {place}, indicator, fund, scenario, period, value, units_reported FROM {table} \
         WHERE geography = '{NEW}' AND sector = '_T' AND scenario <> 'best' AND value IS NOT NULL \
         AND indicator IN ({})",
        list.join(", ")
    )) {
        let fields: Vec<&str> = line.split(',').collect();
        let [code, indicator, fund, scenario, period, value, units] = fields[..] else {
            panic!("{line}");
        };
        let known = |words: &'static [&'static str], word: &str| -> &'static str {
            words
                .iter()
                .find(|w| **w == word)
                .unwrap_or_else(|| panic!("{line}"))
        };
        let fund = known(
            &["_T", "central", "local", "other", "investment", "recurrent"],
            fund,
        );
        let scenario = known(&["actual", "estimate", "plan"], scenario);
        let value = value
            .replace('.', "")
            .parse()
            .expect("a decimal of six places");
        made.entry(code.to_owned()).or_default().insert(
            key(indicator.to_owned(), fund, scenario, period),
            (value, units.parse().expect("a number")),
        );
    }
    made
}

/// What differs between two sets of figures, the first of them.
fn differences(place: &str, stated: &Sums, made: &Sums) -> Vec<String> {
    let keys: BTreeSet<&Key> = stated.keys().chain(made.keys()).collect();
    keys.into_iter()
        .filter(|key| stated.get(*key) != made.get(*key))
        .map(|key| {
            format!(
                "{place} {key:?}: {:?} stated, {:?} made",
                stated.get(key),
                made.get(key)
            )
        })
        .take(3)
        .collect()
}

/// Provinces, regions and country, figure by figure. `periods` says of which periods the form alone speaks.
fn agree(stated: &Stated, periods: impl Fn(&str) -> bool) {
    let units = today(stated);
    let indicators: BTreeSet<&str> = units
        .values()
        .flat_map(BTreeMap::keys)
        .map(|k| k.0.as_str())
        .collect();
    assert!(!indicators.is_empty());
    let mut wrong = Vec::new();
    let of = |sums: Option<&Sums>| -> Sums {
        sums.into_iter()
            .flatten()
            .filter(|(key, _)| periods(&key.3))
            .map(|(k, v)| (k.clone(), *v))
            .collect()
    };
    let provincial = made("provincial", &indicators);
    let codes: BTreeSet<&String> = units.keys().chain(provincial.keys()).collect();
    for code in codes {
        let one = sums(units.get(code).into_iter());
        wrong.extend(differences(code, &one, &of(provincial.get(code))));
    }
    let regional = made("regional", &indicators);
    for region in catalogue().regions.iter().filter(|r| r.vintage == NEW) {
        let place = format!("{}:{}", region.scheme, region.code);
        let inside = units
            .iter()
            .filter(|(code, _)| region.units.contains(*code))
            .map(|(_, f)| f);
        wrong.extend(differences(
            &place,
            &sums(inside),
            &of(regional.get(&place)),
        ));
    }
    let national = made("national", &indicators);
    wrong.extend(differences(
        "VN",
        &sums(units.values()),
        &of(national.get("VN")),
    ));
    assert!(
        wrong.is_empty(),
        "{} places differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn support_by_source_of_funds_is_what_the_provinces_said() {
    agree(&support(), |_| true);
}

#[test]
fn needs_by_year_and_kind_of_capital_are_what_the_provinces_said() {
    agree(&needs(), |_| true);
}

#[test]
fn lists_add_up_to_what_stands_in_them() {
    agree(&totals_of_lists(), |_| true);
}

/// Months and quarters; years of the same indicators come from other forms.
#[test]
fn quick_reports_are_what_the_alliances_said() {
    agree(&quick(), |period| period.contains('-'));
}

/// Whoever sends what: each paper of the programme is a report of its sender, form and period, read from its file.
#[test]
fn every_paper_is_a_report_of_its_sender() {
    let programme = &WRITTEN.programme;
    let mut meant = BTreeSet::new();
    let mut add = |form: &str, sender: &Sender, period: String, file: &str| {
        let unit = match sender {
            Sender::Province(unit) | Sender::Alliance(unit) => {
                format!("{},{}", unit.vintage, unit.code)
            }
            Sender::Agency(id, _) => format!("agency,{id}"),
        };
        let reporter = match sender {
            Sender::Province(_) => "UBND",
            Sender::Alliance(_) => "LMHTX",
            Sender::Agency(..) => "",
        };
        meant.insert(format!("{form},{period},{unit},{reporter},{file}"));
    };
    for paper in &programme.support {
        add("KTTT-03", &paper.sender, paper.period.code(), &paper.file);
    }
    for paper in &programme.lists {
        add("KTTT-04", &paper.sender, paper.period.code(), &paper.file);
    }
    for paper in &programme.selected {
        add("KTTT-05", &paper.sender, paper.period.code(), &paper.file);
    }
    for paper in &programme.tasks {
        add("KTTT-06", &paper.sender, paper.period.code(), &paper.file);
    }
    for paper in &programme.needs {
        add("KTTT-07", &paper.sender, paper.period.code(), &paper.file);
    }
    for paper in &programme.quick {
        add("KTTT-08", &paper.sender, paper.period.code(), &paper.file);
    }
    let read: BTreeSet<String> = SAMPLE
        .sql(
            "SELECT r.form, r.period, r.unit_vintage, r.unit_code, coalesce(r.reporter, ''), s.file_name FROM reports r \
             JOIN submissions s ON s.submission_id = r.submission_id WHERE r.form NOT IN ('KTTT-01', 'KTTT-02')",
        )
        .into_iter()
        .collect();
    let lost: Vec<&String> = meant.difference(&read).take(10).collect();
    let new: Vec<&String> = read.difference(&meant).take(10).collect();
    assert!(
        lost.is_empty() && new.is_empty(),
        "not read so: {lost:#?}\nread instead: {new:#?}"
    );
}

/// What a list says of itself is in its table, field by field: a sender's words become the codes that he meant.
#[test]
fn records_are_read_as_they_were_written() {
    let ratings = ["good", "fair", "average", "weak", "not_rated"];
    let mut meant = BTreeSet::new();
    for paper in &WRITTEN.programme.selected {
        for one in &paper.content {
            let after = one.ratings.1.map_or("", |rating| ratings[rating]);
            meant.insert(format!(
                "{},{},{},{},{},{},{after},{}.{}00000",
                paper.file,
                one.name,
                one.kind,
                one.tax_code,
                MODELS[one.model].0,
                ratings[one.ratings.0],
                one.money / 10,
                one.money % 10,
            ));
        }
    }
    let read: BTreeSet<String> = SAMPLE
        .sql(
            "SELECT s.file_name, x.name, x.kind, x.tax_code, x.model, x.rating_before, coalesce(x.rating_after, ''), x.support_money FROM selected x \
             JOIN reports r ON r.report_id = x.report_id JOIN submissions s ON s.submission_id = r.submission_id",
        )
        .into_iter()
        .collect();
    let lost: Vec<&String> = meant.difference(&read).take(5).collect();
    let new: Vec<&String> = read.difference(&meant).take(5).collect();
    assert!(
        lost.is_empty() && new.is_empty(),
        "not read so: {lost:#?}\nread instead: {new:#?}"
    );
    assert!(meant.len() > 150, "{}", meant.len());

    let mut meant = BTreeSet::new();
    for paper in &WRITTEN.programme.lists {
        for one in &paper.content {
            let activity = match one.activity {
                Activity::Active => "active",
                Activity::Suspended => "suspended",
                Activity::Awaiting => "awaiting_dissolution",
                Activity::Dissolved => "dissolved",
            };
            let (day, month, year) = one.founded;
            meant.insert(format!(
                "{},{},{},{},{year}-{month:02}-{day:02},{},{activity},{},{},{}",
                paper.file,
                one.name,
                one.kind,
                one.tax_code,
                one.sector,
                ratings[one.rating],
                one.members,
                one.workers,
            ));
        }
    }
    let read: BTreeSet<String> = SAMPLE
        .sql(
            "SELECT s.file_name, x.name, x.kind, coalesce(x.tax_code, ''), x.founded, x.sector, x.activity, x.rating, x.members, x.workers \
             FROM organisations x JOIN reports r ON r.report_id = x.report_id JOIN submissions s ON s.submission_id = r.submission_id",
        )
        .into_iter()
        .collect();
    let lost: Vec<&String> = meant.difference(&read).take(5).collect();
    let new: Vec<&String> = read.difference(&meant).take(5).collect();
    assert!(
        lost.is_empty() && new.is_empty(),
        "not read so: {lost:#?}\nread instead: {new:#?}"
    );
}
