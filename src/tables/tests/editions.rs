//! Editions of years, and editions that one file makes for many periods.

use super::super::{RawTableColumn, column};
use super::{EDITION, edition_for};

/// The edition without its years, for any quarter.
fn quarterly() -> String {
    let without_years = EDITION.replace("first_year = 2001\nlast_year = 2002\n", "");
    let quarter = without_years.replace("Until {last_year}.", "Until {last_day}: {period_en}.");
    format!(
        "frequency = \"quarterly\"\n{}",
        quarter.replace("date = \"2002-12-31\"\n", "")
    )
}

#[test]
fn an_edition_with_a_frequency_stands_for_its_period_the_one_before_and_a_year_ago() {
    let edition = edition_for(&quarterly(), Some("2003-Q1")).expect("a sound example");
    let periods: Vec<String> = edition.periods.iter().map(ToString::to_string).collect();
    assert_eq!(periods, ["2002-Q1", "2002-Q4", "2003-Q1"]);
    assert_eq!(edition.date.to_string(), "2003-03-31");
    assert_eq!(edition.range(), "2003-Q1");
    assert_eq!(edition.notes[0].en, "Until 2003-03-31: quarter 1 of 2003.");
    let columns: Vec<RawTableColumn> = toml::from_str::<Columns>(
        r#"columns = [{ id = "a", each = "period", head = { vi = "{each_vi}", en = "{each_en}" } }]"#,
    )
    .expect("a sound example")
    .columns;
    let resolved = column::resolve(&columns, &edition, &edition.parameters).expect("columns");
    let ids: Vec<&str> = resolved.iter().map(|c| c.head.id.as_str()).collect();
    assert_eq!(ids, ["a-2002-Q1", "a-2002-Q4", "a-2003-Q1"]);
    assert_eq!(resolved[1].head.head.en, "quarter 4 of 2002");
}

#[derive(serde::Deserialize)]
struct Columns {
    columns: Vec<RawTableColumn>,
}

#[test]
fn an_edition_has_either_years_or_a_frequency() {
    let with_a_year = format!("first_year = 2001\n{}", quarterly());
    let annual = quarterly().replace("quarterly", "annual");
    let without_years = EDITION.replace("first_year = 2001\n", "");
    let without_date = EDITION.replace("date = \"2002-12-31\"\n", "");
    for (text, period, message) in [
        (
            quarterly(),
            None,
            "this edition is made for a period, and none is named",
        ),
        (
            quarterly(),
            Some("2003-05"),
            "this edition is made for a period, and none is named",
        ),
        (
            with_a_year,
            Some("2003-Q1"),
            "an edition with a frequency has no years of its own",
        ),
        (annual, Some("2003"), "an edition of years states its years"),
        (
            without_years,
            None,
            "the edition states neither its years nor its frequency",
        ),
        (without_date, None, "the edition has no date"),
    ] {
        let said = edition_for(&text, period).expect_err("a mistake is found");
        assert!(
            said.starts_with(&format!("error: {message}\n  --> e.toml")),
            "{said}"
        );
    }
}
