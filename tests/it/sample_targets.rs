//! Targets against the sample: what each should say of 2025 on today's provinces, from the generator's figures and the two
//! lists of the pipeline, in plain arithmetic.

use std::collections::BTreeMap;

use crate::sample_truth::sample::figures::Figures;
use crate::sample_truth::sample::planted::Planted;
use crate::sample_truth::sample::reports::Report;
use crate::sample_truth::{WRITTEN, sample};
use crate::support::files::root;
use crate::support::sample::SAMPLE;

/// The year that is judged, and the provinces of that year.
pub(crate) const NOW: i64 = 2025;
pub(crate) const PROVINCES: usize = 34;

/// A fraction.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fraction(i128, i128);

impl Fraction {
    pub(crate) const fn whole(value: i128) -> Self {
        Self(value, 1)
    }

    /// In millionths, rounded half away from zero.
    pub(crate) fn millionths(self) -> i128 {
        let (over, under) = (self.0 * 1_000_000 * self.1.signum(), self.1.abs());
        let half = under / 2 * over.signum();
        (over + half) / under
    }

    fn less(self, other: Self) -> Self {
        Self(self.0 * other.1 - other.0 * self.1, self.1 * other.1)
    }

    fn times(self, over: i128, under: i128) -> Self {
        Self(self.0 * over, self.1 * under)
    }

    fn is_at_least(self, other: Self) -> bool {
        let difference = self.less(other);
        difference.0 == 0 || difference.0.signum() == difference.1.signum()
    }
}

/// A row of targets.csv, by its columns.
pub(crate) type Target = BTreeMap<String, String>;

pub(crate) fn rows(file: &str) -> Vec<Target> {
    let path = root().join("pipelines/kttt").join(file);
    let mut reader = csv::Reader::from_path(path).expect("a list of the pipeline");
    reader
        .deserialize()
        .map(|row| row.expect("a row"))
        .collect()
}

/// The reports of a year that count.
fn of_year(year: i32) -> Vec<&'static Report> {
    let reports = WRITTEN.reports.iter();
    reports
        .filter(|r| r.year == year && r.planted != Some(Planted::Superseded))
        .collect()
}

fn sum(reports: &[&Report], column: fn(&Report) -> &Figures, id: &str) -> i128 {
    reports.iter().map(|r| i128::from(column(r).get(id))).sum()
}

/// The country's figure of a year, whole numbers: the actual of the report a year later, for the last year the estimate.
/// A province that did not send in 2025 stands in 2024 with what its parts estimated.
fn country(id: &str, year: i64) -> i128 {
    let year = i32::try_from(year).expect("a year");
    if i64::from(year) == NOW {
        return sum(&of_year(year), |r| &r.columns.estimate, id);
    }
    let later = sum(&of_year(year + 1), |r| &r.columns.actual, id);
    if i64::from(year) + 1 < NOW {
        return later;
    }
    let facts = sample::facts::Facts::load().expect("facts");
    let (_, code) = sample::planted::MISSING;
    let units = facts.units(sample::facts::NEW, year + 1);
    let missing = units.iter().find(|u| u.code == code).expect("the province");
    let parts = facts.origins(missing);
    let estimates: Vec<&Report> = of_year(year)
        .into_iter()
        .filter(|r| parts.contains(&r.unit.code))
        .collect();
    later + sum(&estimates, |r| &r.columns.estimate, id)
}

/// The figure of a former province, from what it said itself a year later.
pub(crate) fn former(code: &str, id: &str, year: i64) -> i128 {
    let year = i32::try_from(year).expect("a year");
    let mut reports = of_year(year + 1);
    reports.retain(|r| r.unit.vintage == sample::facts::OLD && r.unit.code == code);
    assert_eq!(reports.len(), 1, "{code} {year}");
    sum(&reports, |r| &r.columns.actual, id)
}

/// The numbers of selected organisations and of projects, by province.
fn listed(expression: &str) -> Vec<i128> {
    let programme = &WRITTEN.programme;
    let count = |n: usize| i128::try_from(n).expect("few");
    match expression {
        "selected_total" => programme
            .selected
            .iter()
            .map(|p| count(p.content.len()))
            .collect(),
        "projects_total" => programme
            .needs
            .iter()
            .map(|p| count(p.content.projects.len()))
            .collect(),
        other => panic!("nothing is known of {other}"),
    }
}

/// The value of an expression in a year; of lists only 2025 is there.
pub(crate) fn value(expression: &str, year: i64) -> Option<Fraction> {
    if expression.starts_with("selected_good_after") {
        let all = WRITTEN.programme.selected.iter().flat_map(|p| &p.content);
        let good = all.clone().filter(|s| s.ratings.1 == Some(0)).count();
        return (year == NOW).then(|| Fraction(good as i128 * 100, all.count() as i128));
    }
    if ["selected_total", "projects_total"].contains(&expression) {
        return (year == NOW).then(|| Fraction::whole(listed(expression).iter().sum()));
    }
    Some(made_of(expression, |id| country(id, year)))
}

/// A level or a share, of the figures of a place.
pub(crate) fn made_of(expression: &str, figure: impl Fn(&str) -> i128) -> Fraction {
    let (expression, scale) = match expression.strip_suffix(" * 100") {
        Some(inside) => (inside, 100),
        None => (expression, 1),
    };
    match expression.split_once(" / ") {
        Some((over, under)) => Fraction(figure(over) * scale, figure(under)),
        None => Fraction::whole(figure(expression)),
    }
}

/// The published figures of the country: year and value, of an indicator that is a plain number.
pub(crate) fn published(indicator: &str) -> BTreeMap<i64, Fraction> {
    let mut all = BTreeMap::new();
    for row in rows("history.csv")
        .iter()
        .filter(|r| r["indicator"] == indicator && r["scope"] == "national")
    {
        let factor = if row["unit"].starts_with("triệu ") {
            1_000_000
        } else {
            1
        };
        let (whole, tenths) = row["value"].split_once('.').unwrap_or((&row["value"], "0"));
        assert_eq!(tenths.len(), 1, "one decimal at most");
        let tenths = whole.parse::<i128>().unwrap() * 10 + tenths.parse::<i128>().unwrap();
        all.insert(
            row["period"].parse().unwrap(),
            Fraction(tenths * factor, 10),
        );
    }
    all
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) value: Option<i128>,
    pub(crate) reached: Option<i128>,
    pub(crate) needed: Option<i128>,
    pub(crate) verdict: String,
}

/// The number of a target.
pub(crate) fn goal_of(target: &Target) -> Fraction {
    let (whole, tenths) = target["value"]
        .split_once('.')
        .unwrap_or((&target["value"], "0"));
    Fraction(
        whole.parse::<i128>().unwrap() * 10 + tenths.parse::<i128>().unwrap(),
        10,
    )
}

/// The first known value and its year: the first published one, or that of the first year that was reported.
pub(crate) fn first_of(expression: &str) -> Option<(i64, Fraction)> {
    published(expression)
        .into_iter()
        .next()
        .or_else(|| (2021..NOW).find_map(|year| value(expression, year).map(|v| (year, v))))
}

/// What is said of a target of the country in a year.
pub(crate) fn judge(target: &Target, year: i64) -> Verdict {
    let expression = target["expression"].as_str();
    let goal = goal_of(target);
    let rises = target["comparator"].starts_with('>');
    let due: Option<i64> = target["year"].parse().ok();
    let growth = expression
        .split_once(" / ")
        .filter(|(_, under)| under.contains('@'));
    let (now, start) = if let Some((over, under)) = growth {
        let from: i64 = under.split_once('@').unwrap().1.parse().unwrap();
        let base = published(over)[&from];
        let now = value(over, year).unwrap();
        (
            Fraction(now.0 * base.1, now.1 * base.0),
            Some((from, Fraction::whole(1))),
        )
    } else {
        let now = value(expression, year).expect("a figure of the year");
        (now, first_of(expression))
    };
    let is_met = match target["comparator"].as_str() {
        ">=" => now.is_at_least(goal),
        ">" => !goal.is_at_least(now),
        "<=" => goal.is_at_least(now),
        other => panic!("{other}"),
    };
    let on_the_line = |(first, base): (i64, Fraction)| {
        let passed = i128::from(year - first);
        let whole = i128::from(due.unwrap() - first);
        let step = goal.less(base).times(passed, whole);
        let line = Fraction(base.0 * step.1 + step.0 * base.1, base.1 * step.1);
        if rises {
            now.is_at_least(line)
        } else {
            line.is_at_least(now)
        }
    };
    let verdict = match (is_met, due, start) {
        (true, ..) => "reached",
        (false, None, _) => "behind",
        (false, Some(due), _) if due <= year => "behind",
        (false, _, None) => "no baseline",
        (false, _, Some(start)) if on_the_line(start) => "on the way",
        _ => "behind",
    };
    let gap = goal.less(now);
    Verdict {
        value: Some(now.millionths()),
        reached: rises.then(|| Fraction(now.0 * goal.1 * 100, now.1 * goal.0).millionths()),
        needed: match due {
            None => None,
            Some(_) if is_met => Some(0),
            Some(due) => (due > year).then(|| gap.times(1, i128::from(due - year)).millionths()),
        },
        verdict: verdict.to_owned(),
    }
}

fn number(text: &str) -> Option<i128> {
    (!text.is_empty()).then(|| text.replace('.', "").parse().expect("six decimals"))
}

#[test]
fn targets_of_the_country_are_judged_as_their_words_say() {
    let mut wrong = Vec::new();
    let mut judged = 0;
    for target in rows("targets.csv")
        .iter()
        .filter(|t| t["scope"] == "national")
    {
        let due: Option<i64> = target["year"].parse().ok();
        if due.is_some_and(|due| due < NOW) {
            continue;
        }
        let expected = judge(target, NOW);
        let line = SAMPLE.sql(&format!(
            "SELECT value, coalesce(CAST(reached AS VARCHAR), ''), coalesce(CAST(needed_a_year AS VARCHAR), ''), verdict FROM target_results \
             WHERE target_id = '{}' AND period = '{NOW}' AND geography = '2025' AND code = 'VN'",
            target["target_id"]
        ));
        let [line] = &line[..] else {
            wrong.push(format!("{}: {line:?}", target["target_id"]));
            continue;
        };
        let fields: Vec<&str> = line.split(',').collect();
        let got = Verdict {
            value: number(fields[0]),
            reached: number(fields[1]),
            needed: number(fields[2]),
            verdict: fields[3].to_owned(),
        };
        // A quotient of rounded quotients may differ in its last digit.
        let near = |a: Option<i128>, b: Option<i128>| match (a, b) {
            (Some(a), Some(b)) => (a - b).abs() <= 1,
            (a, b) => a == b,
        };
        // The share reached is a share of the rounded value.
        let goal: f64 = target["value"].parse().expect("a number");
        let as_near = |a: Option<i128>, b: Option<i128>| match (a, b) {
            (Some(a), Some(b)) => (a - b).abs() <= 1 + (50.0 / goal).ceil() as i128,
            (a, b) => a == b,
        };
        let same = near(expected.value, got.value)
            && (!target["comparator"].starts_with('>') || as_near(expected.reached, got.reached))
            && near(expected.needed, got.needed)
            && expected.verdict == got.verdict;
        judged += 1;
        if !same {
            wrong.push(format!(
                "{}: {expected:?}, but {got:?}",
                target["target_id"]
            ));
        }
    }
    assert!(judged >= 20, "{judged}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// How many provinces reach a target that is for each.
pub(crate) fn reach(target: &Target) -> usize {
    let goal: i128 = target["value"].parse().expect("a whole number");
    let listed = listed(&target["expression"]);
    listed.iter().filter(|n| **n >= goal).count()
}

/// A target for each province: how many reach it, of 34.
#[test]
fn targets_of_each_province_count_those_that_reach_it() {
    for target in rows("targets.csv")
        .iter()
        .filter(|t| t["scope"] == "each province")
    {
        let reach = reach(target);
        assert!(
            reach > 0 && reach < PROVINCES,
            "{reach}: the test would see nothing"
        );
        assert_eq!(
            SAMPLE.sql(&format!(
                "SELECT value, target FROM target_results WHERE target_id = '{}' AND period = '{NOW}' AND geography = '2025' AND code = 'VN'",
                target["target_id"]
            )),
            [format!("{reach}.000000,{PROVINCES}.000000")],
            "{}",
            target["target_id"]
        );
    }
}
