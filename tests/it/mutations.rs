//! Small changes to sound workbooks. What a person does not see when the workbook is opened must not change what is read. What a
//! person does see must change the value as it is shown, or be named by a finding at its cell.

mod draft;
mod saved;
mod seen;
mod unseen;

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};

use draft::{Form, form};
use seen::seen;
use unseen::unseen;

const FORMATS: [&str; 4] = ["xlsx", "xls", "xlsb", "ods"];

/// Cases of each kind of change.
const CASES: u32 = 5;

/// Runs a property on some cases of each kind of change, with a fixed seed; shrinks a case that fails, and tells all kinds that do.
fn hold<C, S>(
    kinds: Vec<(&'static str, S)>,
    property: impl Fn(&C, &Form, &'static str, usize) -> Result<(), TestCaseError>,
) where
    S: Strategy<Value = C>,
    C: std::fmt::Debug,
{
    let mut wrong = Vec::new();
    for (kind, change) in kinds {
        let config = Config {
            cases: CASES,
            failure_persistence: None,
            max_shrink_iters: 24,
            ..Config::default()
        };
        let strategy = (change, select(FORMATS.to_vec()), 0_usize..20, form());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[17; 32]);
        let run = TestRunner::new_with_rng(config, rng)
            .run(&strategy, |(change, format, n, form)| {
                property(&change, &form, format, n % form.cells())
            });
        match run {
            Ok(()) => {}
            Err(TestError::Fail(reason, (change, format, ..))) => {
                wrong.push(format!("{kind}: {change:?} in .{format}\n{reason}"));
            }
            Err(TestError::Abort(reason)) => wrong.push(format!("{kind}: {reason}")),
        }
    }
    assert!(
        wrong.is_empty(),
        "{} kinds:\n\n{}",
        wrong.len(),
        wrong.join("\n\n")
    );
}

#[test]
fn what_nobody_sees_changes_no_value() {
    hold(unseen(), |change, form, format, _| {
        let plain = form.plain()?;
        let mut draft = form.draft(format);
        change.change(form, &mut draft);
        let read = draft.read()?;
        let unlike = plain.unlike(&read);
        prop_assert!(
            unlike.is_empty(),
            "{}\nfindings: {:?}\n{}",
            unlike.join("\n"),
            read.findings,
            draft.manifest()
        );
        Ok(())
    });
}

#[test]
fn what_is_shown_otherwise_is_read_otherwise_or_named() {
    hold(seen(), |change, form, format, n| {
        let plain = form.plain()?;
        let mut draft = form.draft(format);
        let shown = change.change(form, n, &mut draft);
        let address = draft.address(form.cell(n));
        let read = draft.read()?;
        let key = &plain.cells[&address];
        let told = format!(
            "cell {address}\nfindings: {:?}\n{}",
            read.findings,
            draft.manifest()
        );
        let named = read.findings.iter().any(|(_, cell)| *cell == address);
        let value = read.values.get(key).map(String::as_str);
        match value.and_then(|value| value.split(' ').next()) {
            None => prop_assert!(named, "nothing is read and nothing said: {told}"),
            Some("NULL") => prop_assert!(
                change.may_be_nil() || named,
                "{value:?} is read and nothing said: {told}"
            ),
            Some(value) => {
                let value: f64 = value.parse().expect("a number");
                let near = |shown: &f64| (shown - value).abs() <= shown.abs() * 1e-9;
                prop_assert!(
                    shown.iter().any(near),
                    "{value} is not what is shown, {shown:?}: {told}"
                );
            }
        }
        for (other, value) in plain.values.iter().filter(|(other, _)| *other != key) {
            let got = read.values.get(other);
            prop_assert!(
                got == Some(value),
                "{}: {value} became {got:?}: {told}",
                other.join(" ")
            );
        }
        Ok(())
    });
}
