//! Table 23 of the sample, cell by cell: what the generator's figures and the two lists of the pipeline make of it.

use std::collections::BTreeMap;

use crate::sample_targets::{
    Fraction, NOW, PROVINCES, Target, first_of, former, goal_of, judge, made_of, published, reach,
    rows, value,
};
use crate::sample_truth::sample::facts::OLD;
use crate::support::files::root;
use crate::support::printed::printed_of_sample;

/// What a cell of table 23 shows.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Shown {
    /// In millionths.
    Number(i128),
    Words(String),
    /// `…`: a province is missing.
    NotAvailable,
}

fn number_of(value: Fraction) -> Shown {
    Shown::Number(value.millionths())
}

/// The Vietnamese words that the table has for a code; digits are their own.
fn words(code: &str) -> Shown {
    let path = root().join("pipelines/kttt/tables/23.toml");
    let table: toml::Table = toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut words = table["words"].as_array().unwrap().iter();
    let known = words.find(|word| word["code"].as_str() == Some(code));
    Shown::Words(
        known
            .map_or(code, |word| word["vi"].as_str().unwrap())
            .to_owned(),
    )
}

/// Row and column.
type Cells = BTreeMap<(String, String), Shown>;

/// The cells of a table, filled one after the other.
#[derive(Default)]
struct Table(Cells);

impl Table {
    fn put(&mut self, row: &str, column: &str, shown: Shown) {
        self.0.insert((row.to_owned(), column.to_owned()), shown);
    }

    fn start(&mut self, row: &str, (year, value): (i64, Fraction)) {
        self.put(row, "base_year", words(&year.to_string()));
        self.put(row, "baseline", number_of(value));
    }

    /// What is computed from a figure stands there only if no province is missing, as one is in the last year.
    fn judged(&mut self, row: &str, target: &Target, year: i64) {
        let judged = judge(target, year);
        let is_whole = year < NOW;
        let shown = |number: i128| {
            if is_whole {
                Shown::Number(number)
            } else {
                Shown::NotAvailable
            }
        };
        let is_growth = target["kind"] == "growth";
        let value = judged.value.expect("a figure");
        let stands = is_whole || !is_growth;
        self.put(
            row,
            "value",
            if stands {
                Shown::Number(value)
            } else {
                shown(value)
            },
        );
        self.put(row, "verdict", words(&judged.verdict));
        let has_reached = judged.reached.is_some() || !target["comparator"].starts_with('>');
        if has_reached {
            self.put(row, "reached", shown(judged.reached.unwrap_or_default()));
        }
        if target["year"].parse().is_ok_and(|due: i64| due > year) {
            self.put(row, "needed", shown(judged.needed.unwrap_or_default()));
        }
    }

    fn of_the_country(&mut self, target: &Target) {
        let id = target["target_id"].as_str();
        self.put(id, "target", number_of(goal_of(target)));
        self.put(id, "due", words(&target["year"]));
        if target["year"] == "yearly" {
            for year in 2022..=NOW {
                self.judged(&format!("{id}-{year}"), target, year);
            }
            return;
        }
        self.judged(id, target, NOW);
        self.put(id, "year", words(&NOW.to_string()));
        if let Some((over, under)) = target["expression"]
            .split_once(" / ")
            .filter(|_| target["kind"] == "growth")
        {
            let from = under.split_once('@').unwrap().1.parse().unwrap();
            let row = format!("{id}-{over}");
            self.start(&row, (from, published(over)[&from]));
            self.put(&row, "year", words(&NOW.to_string()));
            self.put(&row, "value", number_of(value(over, NOW).unwrap()));
        } else if let Some(first) = first_of(&target["expression"]) {
            self.start(id, first);
        }
    }

    fn of_each_province(&mut self, target: &Target) {
        let id = target["target_id"].as_str();
        let whole = |n: usize| number_of(Fraction::whole(n as i128));
        self.put(id, "target", whole(PROVINCES));
        self.put(id, "due", words(&target["year"]));
        self.put(id, "year", words(&NOW.to_string()));
        self.put(id, "value", whole(reach(target)));
        // Lists came in this year only.
        self.put(id, "verdict", words("no baseline"));
        self.put(id, "reached", Shown::NotAvailable);
        self.put(id, "needed", Shown::NotAvailable);
    }

    /// Of a province that has been merged, what it was in its first year.
    fn of_a_former_province(&mut self, target: &Target) {
        let id = target["target_id"].as_str();
        let (vintage, code) = target["scope_code"].split_once(':').unwrap();
        assert_eq!(vintage, OLD);
        self.put(id, "target", number_of(goal_of(target)));
        self.put(id, "due", words(&target["year"]));
        self.put(id, "year", words(&NOW.to_string()));
        self.put(id, "verdict", words("territory no longer reported apart"));
        let first = made_of(&target["expression"], |indicator| {
            former(code, indicator, 2021)
        });
        self.start(id, (2021, first));
    }
}

/// A printed cell without its marks and its English words.
fn shown(value: &str, text: &str) -> Shown {
    if text == "…" {
        return Shown::NotAvailable;
    }
    if value.is_empty() {
        let words = text.split(" / ").next().unwrap_or_default();
        return Shown::Words(words.split(" (").next().unwrap_or_default().to_owned());
    }
    let (whole, part) = value.split_once('.').unwrap_or((value, ""));
    Shown::Number(format!("{whole}{part:0<6}").parse().expect("a decimal"))
}

#[test]
fn the_table_of_targets_shows_what_the_generator_meant() {
    let mut table = Table::default();
    for target in rows("targets.csv") {
        match target["scope"].as_str() {
            "national" => table.of_the_country(&target),
            "each province" => table.of_each_province(&target),
            _ => table.of_a_former_province(&target),
        }
    }
    let expected = table.0;
    let mut printed: Cells = printed_of_sample("23")
        .into_iter()
        .map(|cell| ((cell.row_id, cell.column), shown(&cell.value, &cell.text)))
        .collect();
    assert!(expected.len() > 200, "{}", expected.len());
    // A share of rounded values may differ in its last digits.
    for (place, cell) in &mut printed {
        if let (Shown::Number(own), Some(Shown::Number(exact))) = (&*cell, expected.get(place))
            && (own - exact).abs() <= 5
        {
            *cell = Shown::Number(*exact);
        }
    }
    let mut wrong = Vec::new();
    for place in expected
        .keys()
        .chain(printed.keys().filter(|p| !expected.contains_key(*p)))
    {
        if expected.get(place) != printed.get(place) {
            wrong.push(format!(
                "{place:?}: {:?} meant, {:?} printed",
                expected.get(place),
                printed.get(place)
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        expected.len(),
        wrong.join("\n")
    );
}
