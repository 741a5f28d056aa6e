//! National figures of the sample, computed from what its generator says was reported, beside what the
//! engine makes of the files: plain sums and weighted means over provinces, with no knowledge of the engine.

use std::collections::BTreeMap;

use tempfile::TempDir;

use crate::golden::SAMPLE;

#[path = "../../examples/generate_sample/lib.rs"]
pub(crate) mod sample;

/// One figure of the country: value (in millionths) and number of provinces.
type Figure = (i128, i64);

/// Rounds a quotient half away from zero.
fn divide(numerator: i128, denominator: i128) -> i128 {
    let (n, d) = (numerator.abs(), denominator.abs());
    let quotient = (2 * n + d) / (2 * d);
    if (numerator < 0) == (denominator < 0) {
        quotient
    } else {
        -quotient
    }
}

/// The figures as the provinces' reports of `year` state them in one column.
fn country(
    reports: &[&sample::reports::Report],
    column: fn(&sample::reports::Report) -> &sample::figures::Figures,
    indicators: &[sample::facts::Indicator],
) -> BTreeMap<String, Figure> {
    let mut figures = BTreeMap::new();
    for indicator in indicators {
        let millionths = |value: i64| i128::from(value) * 10_i128.pow(6 - indicator.decimals);
        let figure = match &indicator.weight {
            None => {
                let sum = reports
                    .iter()
                    .map(|r| millionths(column(r).get(&indicator.id)))
                    .sum();
                (sum, reports.len() as i64)
            }
            Some(weight) => {
                // A mean over nothing cannot exist: such a province is no part.
                let parts: Vec<(i128, i128)> = reports
                    .iter()
                    .map(|r| {
                        (
                            millionths(column(r).get(&indicator.id)),
                            i128::from(column(r).get(weight)),
                        )
                    })
                    .filter(|(_, w)| *w != 0)
                    .collect();
                let weights: i128 = parts.iter().map(|(_, w)| w).sum();
                let weighted: i128 = parts.iter().map(|(v, w)| v * w).sum();
                (divide(weighted, weights), parts.len() as i64)
            }
        };
        figures.insert(indicator.id.clone(), figure);
    }
    figures
}

fn engine(geography: &str, period: i32, scenario: &str) -> BTreeMap<String, Figure> {
    SAMPLE
        .sql(&format!(
            "SELECT n.indicator, n.value, n.units_reported FROM national n JOIN indicators i ON i.indicator = n.indicator \
             WHERE i.measure <> 'ratio' AND n.geography = '{geography}' AND n.period = '{period}' AND n.scenario = '{scenario}' AND n.sector = '_T'"
        ))
        .iter()
        .map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            let value: i128 = fields[1].replace('.', "").parse().expect("a decimal of six places");
            (fields[0].to_owned(), (value, fields[2].parse().expect("a number")))
        })
        .collect()
}

#[test]
fn the_country_is_what_the_provinces_said() {
    let aside = TempDir::new().expect("a directory");
    let written = sample::write_inbox(aside.path(), &sample::COMMITTED).expect("written");
    let indicators = sample::facts::Facts::load().expect("facts").indicators;
    assert!(indicators.len() > 40);
    for year in 2022..=2025 {
        // The last sending of each province counts.
        let mut last: BTreeMap<&str, &sample::reports::Report> = BTreeMap::new();
        for report in written
            .reports
            .iter()
            .filter(|r| r.year == year && !r.files.is_empty())
        {
            let newer = last
                .get(report.unit.code.as_str())
                .is_none_or(|before| before.revision < report.revision);
            if newer {
                last.insert(&report.unit.code, report);
            }
        }
        let reports: Vec<&sample::reports::Report> = last.into_values().collect();
        let geography = if year < 2025 { "2004" } else { "2025" };
        assert_eq!(reports.len(), if year < 2025 { 63 } else { 33 });
        let mut stated = country(&reports, |r| &r.columns.estimate, &indicators);
        let mut made = engine(geography, year, "estimate");
        if year == 2025 {
            // The capital of one province was sent in a unit that cannot be converted.
            let capital = "htx_charter_capital";
            let with_all = stated.remove(capital).expect("stated");
            let without_one = made.remove(capital).expect("made");
            assert_eq!(without_one.1, 32);
            assert!(without_one.0 < with_all.0);
        }
        assert_eq!(made, stated, "estimates of {year}");
        if year < 2025 {
            let stated = country(&reports, |r| &r.columns.actual, &indicators);
            assert_eq!(
                engine("2004", year - 1, "actual"),
                stated,
                "actuals of {}",
                year - 1
            );
        }
    }
}
