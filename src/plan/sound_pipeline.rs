//! Whether `pipeline.toml` makes sense: senders are told apart, and each duty is due on a day of the calendar.

use std::collections::BTreeSet;

use jiff::civil::Date;
use toml::Spanned;

use super::code_lists::CodeLists;
use super::file_errors::FileErrors;
use super::raw::{RawCollection, RawDuty, RawPipeline, RawReporter};
use crate::extract::{Dimension, Form, RelativePeriod, SenderKind, belongs};
use crate::period::{Frequency, Period};
use crate::text::Folder;

/// A year that is not a leap year: a date must be one in every year.
const ANY_YEAR: i16 = 2025;

/// Checks that what is printed or names a folder is not empty, and that the limits let files pass.
pub(super) fn check_texts(raw: &RawPipeline, wrong: &mut FileErrors<'_>) {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if raw.id.is_empty() || !raw.id.chars().all(plain) {
        let message = format!(
            "`{}` cannot be the id of a pipeline: its lake keeps it",
            raw.id
        );
        wrong.at_key("id", message, "use letters, digits, -, _ and .");
    }
    let country = &raw.country;
    let texts = [
        ("title_vi", &raw.title_vi),
        ("title_en", &raw.title_en),
        ("code", &country.code),
        ("name_vi", &country.name_vi),
        ("name_en", &country.name_en),
    ];
    for breakdown in &raw.breakdowns {
        let names = [&breakdown.name_vi, &breakdown.name_en];
        if names.iter().any(|name| name.trim().is_empty()) {
            let message = format!("the breakdown `{}` has no name", breakdown.id.get_ref());
            wrong.at(&breakdown.id, message, "fill in its name in both languages");
        }
    }
    for (key, _) in texts.iter().filter(|(_, text)| text.trim().is_empty()) {
        wrong.at_key(
            key,
            format!("`{key}` is empty"),
            "fill it in: it is printed",
        );
    }
    for name in raw.pass_over.iter().filter(|name| name.trim().is_empty()) {
        let message = format!("`{name}` is not the name of a file");
        wrong.at_key(
            "pass_over",
            message,
            "name files of the inbox, or delete the entry",
        );
    }
    let limits = &raw.limits;
    let limits = [
        ("max_file_bytes", limits.max_file_bytes == 0),
        ("max_unpacked_bytes", limits.max_unpacked_bytes == 0),
        ("max_ratio", limits.max_ratio == 0),
        ("max_members", limits.max_members == 0),
        ("max_xml_depth", limits.max_xml_depth == 0),
        ("max_text_bytes", limits.max_text_bytes == 0),
        ("max_sheets", limits.max_sheets == 0),
        ("max_cells", limits.max_cells == 0),
        ("max_stream_bytes", limits.max_stream_bytes == 0),
    ];
    for (key, _) in limits.into_iter().filter(|(_, is_zero)| *is_zero) {
        let message = format!("`{key}` is 0, so every file would be refused");
        wrong.at_key(
            key,
            message,
            "write a number above 0, or delete the line: the default applies",
        );
    }
}

/// Checks that the country has a code and a name of its own.
pub(super) fn check_country(raw: &RawPipeline, lists: CodeLists<'_>, wrong: &mut FileErrors<'_>) {
    let country = &raw.country;
    let same = |name: &str, other: &str| name.to_lowercase() == other.to_lowercase();
    let mut units = lists.geography.tables.units.iter();
    let unit = units.find(|u| {
        u.unit.code == country.code
            || same(&u.name_vi, &country.name_vi)
            || same(&u.name_en, &country.name_en)
    });
    if let Some(unit) = unit {
        wrong.at_text(
            "[country]",
            format!(
                "the country has the code or the name of the unit {}:{}",
                unit.unit.vintage, unit.unit.code
            ),
            "give it a code and names of its own: units and the country stand in one table",
        );
    }
}

/// Checks that each sender has an id, a rank and words of its own.
pub(super) fn check_reporters(raw: &[RawReporter], folder: &Folder, wrong: &mut FileErrors<'_>) {
    let folded = |reporter: &RawReporter| -> BTreeSet<String> {
        reporter
            .words
            .iter()
            .map(|word| folder.fold(word))
            .collect()
    };
    for (i, reporter) in raw.iter().enumerate() {
        let id = reporter.id.get_ref();
        let mut error = |message: String, remedy: &str| wrong.at(&reporter.id, message, remedy);
        let words = folded(reporter);
        if id.trim().is_empty() || words.is_empty() || words.contains("") {
            let message = format!("the reporter `{id}` has no id, or no words to be found by");
            error(message, "write an id, and the words that sheets name it by");
        }
        if reporter.rank < 1 {
            let message = format!("the rank of `{id}` is {}", reporter.rank);
            error(
                message,
                "ranks are 1, 2, 3 …; where several send a form, the lowest rank counts",
            );
        }
        for other in &raw[..i] {
            let other_id = other.id.get_ref();
            let same = if other_id == id {
                "the same id"
            } else if other.rank == reporter.rank {
                "the same rank"
            } else if !folded(other).is_disjoint(&words) {
                "one of the same words"
            } else {
                continue;
            };
            let message = format!("the reporters `{other_id}` and `{id}` have {same}");
            error(
                message,
                "give each an id, a rank and words of its own: the rank decides whose report counts",
            );
        }
    }
}

/// Checks that a duty is due on a day of every year, of forms and periods that there are, and that no two say another day.
pub(super) fn check_duties(raw: &[RawDuty], forms: &[Form], wrong: &mut FileErrors<'_>) {
    for (i, duty) in raw.iter().enumerate() {
        let id = duty.id.get_ref();
        let earlier = &raw[..i];
        if id.trim().is_empty() || earlier.iter().any(|other| other.id.get_ref() == id) {
            let message = format!("the duty `{id}` has no id of its own");
            wrong.at(&duty.id, message, "give each duty another id");
        }
        if let Some(message) = wrong_date(duty) {
            let remedy = "write a day that the month has in every year; year_offset is 0, 1 or 2; leave out due_month for the last month of each period";
            wrong.at(&duty.due_day, message, remedy);
        }
        if let Some(half) = &duty.half
            && (duty.frequency != Frequency::HalfYear || !(1..=2).contains(half.get_ref()))
        {
            let message = format!("the duty `{id}` is for no half of a year");
            wrong.at(
                half,
                message,
                "write 1 or 2 for a duty of the frequency half-year, or delete the line",
            );
        }
        if duty.forms.is_empty() || duty.source.trim().is_empty() {
            let message = format!("the duty `{id}` names no form, or no source");
            wrong.at(
                &duty.id,
                message,
                "name the forms that are due, and the act that says so",
            );
        }
        for (at, form) in duty.forms.iter().enumerate() {
            let same = |other: &&Spanned<String>| other.get_ref() == form.get_ref();
            let other = earlier.iter().find(|other| {
                same_debtor(other, duty)
                    && other.frequency == duty.frequency
                    && other.forms.iter().any(|f| same(&f))
            });
            if let Some(other) = other {
                let message = format!(
                    "the duty `{}` says another due date of `{}` for the same reporter and frequency",
                    other.id.get_ref(),
                    form.get_ref()
                );
                wrong.at(form, message, "name the form in one of the two");
            }
            if duty.forms[..at].iter().any(|other| same(&other)) {
                wrong.at(
                    form,
                    format!("`{}` is listed twice", form.get_ref()),
                    "delete one of the two",
                );
            }
            let Some(declared) = forms.iter().find(|f| f.code == *form.get_ref()) else {
                continue;
            };
            let kind = if duty.reporter.is_some() {
                SenderKind::Territory
            } else {
                SenderKind::Agencies
            };
            if !declared.senders.contains(&kind) {
                let message = format!("`{}` is not for those who owe it by `{id}`", declared.code);
                let remedy = "add them to `senders` of the form, or leave the form out";
                wrong.at(form, message, remedy);
            }
            if !declared.frequencies.contains(&duty.frequency) {
                let message = format!(
                    "the form `{}` has no frequency `{}`",
                    declared.code, duty.frequency
                );
                wrong.at(
                    form,
                    message,
                    "correct the frequency of the duty, or add it to those of the form",
                );
            } else if duty.half.is_none()
                && duty.due_month.is_some()
                && has_both_halves(declared, duty.frequency)
            {
                let message = format!(
                    "`{}` is due for each half of the year, and one date cannot be that of both",
                    declared.code
                );
                wrong.at(
                    &duty.due_day,
                    message,
                    "leave out due_month: the last month of each period is meant; or write `half = 1` for the first half alone",
                );
            }
        }
    }
}

/// Whether two duties are owed by the same reporter, or by agencies of the same kind.
fn same_debtor(one: &RawDuty, other: &RawDuty) -> bool {
    let reporter = |duty: &RawDuty| duty.reporter.as_ref().map(|r| r.get_ref().clone());
    let kinds = |duty: &RawDuty| -> BTreeSet<String> {
        duty.agencies.iter().map(|k| k.get_ref().clone()).collect()
    };
    match (reporter(one), reporter(other)) {
        (Some(one), Some(other)) => one == other,
        (None, None) => !kinds(one).is_disjoint(&kinds(other)),
        _ => false,
    }
}

/// What is wrong with the due date of a duty.
fn wrong_date(duty: &RawDuty) -> Option<String> {
    let (id, day) = (duty.id.get_ref(), *duty.due_day.get_ref());
    let months: &[i8] = match duty.frequency {
        Frequency::Annual => &[12],
        Frequency::HalfYear => &[6, 12],
        Frequency::Quarterly => &[3, 6, 9, 12],
        Frequency::Monthly => &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
    };
    let is_short = matches!(duty.frequency, Frequency::Quarterly | Frequency::Monthly);
    if let (Some(month), true) = (duty.due_month, is_short) {
        return Some(format!(
            "the duty `{id}` is due for several periods of a year, all of them in month {month}"
        ));
    }
    let stated = duty.due_month.map(|month| [month]);
    let months = stated.as_ref().map_or(months, |month| month.as_slice());
    if let Some(month) = months
        .iter()
        .find(|month| Date::new(ANY_YEAR, **month, day).is_err())
    {
        return Some(format!(
            "the due date of `{id}` is day {day} of month {month}, which is not a date of every year"
        ));
    }
    (!(0..=2).contains(&duty.year_offset)).then(|| {
        format!(
            "the duty `{id}` is due {} years after its period",
            duty.year_offset
        )
    })
}

/// Whether a form is due for both halves of a year: a list is, and a form with a column for the second half.
fn has_both_halves(form: &Form, frequency: Frequency) -> bool {
    let both = |period: RelativePeriod| period == RelativePeriod::Own || period.half() == Some(2);
    frequency == Frequency::HalfYear
        && (form.dimension == Dimension::Record
            || form
                .columns
                .iter()
                .any(|c| belongs(&c.frequencies, frequency) && both(c.period)))
}

/// Checks that collections are of periods that their forms have, each listed once.
pub(super) fn check_collections(raw: &[RawCollection], forms: &[Form], wrong: &mut FileErrors<'_>) {
    for (i, collection) in raw.iter().enumerate() {
        let (form, written) = (collection.form.get_ref(), collection.period.get_ref());
        let same = |other: &RawCollection| {
            other.form.get_ref() == form && other.period.get_ref() == written
        };
        if raw[..i].iter().any(same) {
            let message = format!("the collection of `{form}` for {written} is listed twice");
            wrong.at(&collection.form, message, "delete one of the two");
        }
        let Ok(period) = written.parse::<Period>() else {
            continue;
        };
        let mut declared = forms.iter().filter(|f| f.code == *form);
        if declared.any(|f| !f.frequencies.contains(&period.frequency)) {
            let message = format!(
                "the form `{form}` has no frequency `{}`, so nobody reports it for {written}",
                period.frequency
            );
            wrong.at(&collection.period, message, "write a period of the form");
        } else if !(1990..2100).contains(&period.year) {
            let message = format!("`{written}` is not a year that anybody reports");
            wrong.at(
                &collection.period,
                message,
                "write a period as 2025 or 2025-S1",
            );
        }
    }
}
