//! `pipeline.toml` checked against the code lists: who reports which form by when, and where submissions are.

use std::path::{Path, PathBuf};

use jiff::tz::{Offset, TimeZone};
use toml::Spanned;

use super::agencies::check_kind;
use super::code_lists::{CodeLists, has_form};
use super::file_errors::FileErrors;
use super::model::Headline;
use super::paths::beside;
use super::raw::{RawCollection, RawDuty, RawHeadline, RawPeriods, RawPipeline, RawReporter};
use super::sound_pipeline::{
    check_collections, check_country, check_duties, check_reporters, check_texts,
};
use super::source::Source;
use crate::diagnostic::DefinitionErrors;
use crate::extract::Form;
use crate::geography::{Duty, OwedBy, Reporter, Reporters};
use crate::period::{Frequency, Period};
use crate::text::Folder;

/// The parts of `pipeline.toml` that had to be checked.
pub(super) struct PipelineParts {
    pub(super) reporters: Reporters,
    pub(super) duties: Vec<Duty>,
    pub(super) collections: Vec<(String, Period)>,
    pub(super) headline: Headline,
    pub(super) zone: TimeZone,
    /// The lengths of periods that are made of shorter ones.
    pub(super) from_shorter: Vec<Frequency>,
    pub(super) submissions: Vec<PathBuf>,
}

/// Checks `pipeline.toml`.
pub(super) fn check_pipeline(
    (source, raw): (&Source, &RawPipeline),
    directory: &Path,
    folder: &Folder,
    lists: CodeLists<'_>,
    forms: &[Form],
    errors: &mut DefinitionErrors,
) -> PipelineParts {
    let mut wrong = FileErrors::in_source(source, errors);
    check_texts(raw, &mut wrong);
    check_reporters(&raw.reporters, folder, &mut wrong);
    check_duties(&raw.duties, forms, &mut wrong);
    check_collections(&raw.collections, forms, &mut wrong);
    check_country(raw, lists, &mut wrong);
    let reporters = reporters(&raw.reporters, folder);
    let duties = raw.duties.iter();
    let duties = duties.filter_map(|raw| duty(raw, &reporters, (lists, forms), &mut wrong));
    let duties = duties.collect();
    let collections = raw.collections.iter();
    let collections = collections.filter_map(|raw| collection(raw, forms, &mut wrong));
    PipelineParts {
        collections: collections.collect(),
        headline: headline(&raw.headline, lists, &mut wrong),
        zone: zone(&raw.utc_offset_hours, &mut wrong),
        from_shorter: from_shorter(&raw.periods, forms, &mut wrong),
        submissions: raw
            .submissions
            .iter()
            .map(|s| beside(directory, s))
            .collect(),
        reporters,
        duties,
    }
}

fn reporters(raw: &[RawReporter], folder: &Folder) -> Reporters {
    let reporters = raw.iter().map(|reporter| Reporter {
        id: reporter.id.get_ref().clone(),
        name: reporter
            .words
            .first()
            .unwrap_or(reporter.id.get_ref())
            .clone(),
        words: reporter.words.iter().map(|w| folder.fold(w)).collect(),
        rank: reporter.rank,
    });
    Reporters(reporters.collect())
}

fn duty(
    raw: &RawDuty,
    reporters: &Reporters,
    (lists, forms): (CodeLists<'_>, &[Form]),
    wrong: &mut FileErrors<'_>,
) -> Option<Duty> {
    for form in &raw.forms {
        check_form(form, forms, wrong);
    }
    let owed_by = match (&raw.reporter, raw.agencies.as_slice()) {
        (Some(name), []) => OwedBy::Units {
            rank: rank_of(name, reporters, wrong)?,
        },
        (None, kinds) if !kinds.is_empty() => {
            for kind in kinds {
                check_kind(kind, lists.geography.agencies.all(), wrong);
            }
            OwedBy::Agencies {
                kinds: kinds.iter().map(|kind| kind.get_ref().clone()).collect(),
            }
        }
        _ => {
            let message = format!(
                "the duty `{}` is owed by nobody, or by two",
                raw.id.get_ref()
            );
            let remedy = "write `reporter` for units of the territory, or `agencies` with kinds of agencies.csv";
            wrong.at(&raw.id, message, remedy);
            return None;
        }
    };
    Some(Duty {
        id: raw.id.get_ref().clone(),
        owed_by,
        frequency: raw.frequency,
        half: raw.half.as_ref().map(|half| *half.get_ref()),
        due_month: raw.due_month,
        due_day: *raw.due_day.get_ref(),
        year_offset: raw.year_offset,
        forms: raw.forms.iter().map(|f| f.get_ref().clone()).collect(),
    })
}

/// The rank of a reporter.
fn rank_of(
    name: &Spanned<String>,
    reporters: &Reporters,
    wrong: &mut FileErrors<'_>,
) -> Option<i64> {
    let reporter = reporters.0.iter().find(|r| r.id == *name.get_ref());
    if reporter.is_none() {
        wrong.at(
            name,
            format!("the reporter `{}` is not declared", name.get_ref()),
            "declare it under [[reporters]]",
        );
    }
    reporter.map(|r| r.rank)
}

fn collection(
    raw: &RawCollection,
    forms: &[Form],
    wrong: &mut FileErrors<'_>,
) -> Option<(String, Period)> {
    check_form(&raw.form, forms, wrong);
    match raw.period.get_ref().parse() {
        Ok(period) => Some((raw.form.get_ref().clone(), period)),
        Err(e) => {
            wrong.at(&raw.period, e, "write a period as 2025 or 2025-S1");
            None
        }
    }
}

fn check_form(form: &Spanned<String>, forms: &[Form], wrong: &mut FileErrors<'_>) {
    if !has_form(forms, form.get_ref()) {
        wrong.at(
            form,
            format!("the form `{}` is not declared", form.get_ref()),
            "declare it in forms/, or remove it here",
        );
    }
}

fn headline(raw: &RawHeadline, lists: CodeLists<'_>, wrong: &mut FileErrors<'_>) -> Headline {
    for (i, indicator) in raw.indicators.iter().enumerate() {
        lists.check_indicator(indicator, wrong);
        if raw.indicators[..i]
            .iter()
            .any(|other| other.get_ref() == indicator.get_ref())
        {
            let message = format!("`{}` is listed twice", indicator.get_ref());
            wrong.at(indicator, message, "delete one of the two");
        }
    }
    let indicators = raw.indicators.iter().map(|i| i.get_ref().clone());
    Headline {
        indicators: indicators.collect(),
    }
}

/// The lengths of periods that are made of shorter ones. Some form must have such periods, and some form shorter ones.
fn from_shorter(raw: &RawPeriods, forms: &[Form], wrong: &mut FileErrors<'_>) -> Vec<Frequency> {
    let lengths = || forms.iter().flat_map(|form| &form.frequencies);
    for (i, of) in raw.from_shorter.iter().enumerate() {
        let frequency = *of.get_ref();
        let shorter = |other: &&Frequency| other.months() < frequency.months();
        let (message, remedy) = if raw.from_shorter[..i]
            .iter()
            .any(|o| *o.get_ref() == frequency)
        {
            (
                format!("`{frequency}` is listed twice"),
                "delete one of the two",
            )
        } else if !lengths().any(|other| *other == frequency) {
            let message =
                format!("no form of this pipeline is `{frequency}`: nothing would be made");
            (message, "name a frequency of a form, or delete it here")
        } else if !lengths().any(|other| shorter(&other)) {
            let message =
                format!("no form is of a shorter period than `{frequency}`: nothing would be made");
            (message, "name a longer period, or delete it here")
        } else {
            continue;
        };
        wrong.at(of, message, remedy);
    }
    raw.from_shorter.iter().map(|of| *of.get_ref()).collect()
}

fn zone(hours: &Spanned<i8>, wrong: &mut FileErrors<'_>) -> TimeZone {
    let known = Some(*hours.get_ref()).filter(|hours| (-12..=14).contains(hours));
    let offset = known.and_then(|hours| Offset::from_hours(hours).ok());
    let offset = offset.unwrap_or_else(|| {
        wrong.at(
            hours,
            "there is no such offset from UTC",
            "write whole hours such as 7",
        );
        Offset::UTC
    });
    TimeZone::fixed(offset)
}
