//! A period that had not begun when the report came.

use super::{fact, report, whole};
use crate::support::catalogue::OLD;
use crate::support::lake::Run;
use crate::support::truth::{Form, Report, numbers};

fn came(file: &str, code: &str, day: &str) -> Report {
    Report::of(Form::Indicators, OLD, code, 2023)
        .file(file)
        .received(day)
        .row("htx_total", numbers([7; 4]))
}

#[test]
fn a_period_that_had_not_begun_holds_the_report() {
    let run = Run::of([
        came("early.xlsx", "14", "2022-12-31T23:30:00+07:00"),
        // In Vietnam the year has begun; in Greenwich it has not.
        came("new year.xlsx", "15", "2023-01-01T00:30:00+07:00"),
    ]);
    assert_eq!(fact(&run, "2004 14 2023", "htx_total", "estimate"), None);
    let early = report(&run, "early.xlsx");
    assert_eq!(early.text("period"), Some("2023"));
    assert_eq!(early.flag("is_current"), Some(false));
    let held = run.one("findings", &[("code", "TH341")]);
    assert_eq!(held.str("severity"), "error");
    assert_eq!(held.str("file_name"), "early.xlsx");
    assert!(held.str("message_en").contains("2023 had not begun"));
    assert!(held.str("message_en").contains("2022-12-31"));
    let counted = fact(&run, "2004 15 2023", "htx_total", "estimate");
    assert_eq!(counted.and_then(|fact| fact.decimal("value")), whole(7));
}
