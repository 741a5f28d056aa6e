//! The periods of an edition, its date, and the names under which definitions refer to them.

use jiff::civil::Date;
use toml::Spanned;

use super::fault::ErrorAt;
use super::parameters::Parameters;
use super::raw_edition::RawEdition;
use super::words::PrintedWords;
use crate::period::{Frequency, Period};

/// The periods of an edition and its date.
pub(super) struct Span {
    /// The periods, in order. The last one is that of the edition.
    pub(super) periods: Vec<Period>,
    /// The date of its documents.
    pub(super) date: Date,
}

impl Span {
    /// The range of years that a file states, or the periods around `period` in a file that serves several.
    pub(super) fn of(raw: &RawEdition, period: Option<Period>) -> Result<Self, ErrorAt> {
        let stated = raw.date.as_ref().map(day).transpose()?;
        match &raw.frequency {
            None => {
                let date = stated.ok_or_else(|| {
                    ErrorAt::new(
                        0,
                        "the edition has no date",
                        "add `date`: the day that its documents bear",
                    )
                })?;
                let periods = years(raw)?;
                Ok(Self { periods, date })
            }
            Some(frequency) => {
                let period = made_for(raw, frequency, period)?;
                let mut periods = vec![period.year_ago(), period.before(), period];
                periods.sort_unstable();
                periods.dedup();
                let date = stated.unwrap_or_else(|| period.end());
                Ok(Self { periods, date })
            }
        }
    }

    /// Gives the periods their names.
    pub(super) fn name(&self, parameters: &mut Parameters, words: &PrintedWords) {
        let Some(last) = self.periods.last().copied() else {
            return;
        };
        let all = self.periods.iter().map(ToString::to_string).collect();
        if last.frequency == Frequency::Annual {
            let first = self.periods.first().copied().unwrap_or(last);
            parameters.set("first_year", first.to_string());
            parameters.set("last_year", last.to_string());
            parameters.set("previous_year", last.before().to_string());
        } else {
            let named = [
                ("period", last),
                ("previous_period", last.before()),
                ("year_ago", last.year_ago()),
            ];
            for (name, period) in named {
                let in_words = words.periods.words_of(period);
                parameters.set(name, period.to_string());
                parameters.set(&format!("{name}_vi"), in_words.vi);
                parameters.set(&format!("{name}_en"), in_words.en);
            }
        }
        parameters.set("last_day", last.end().to_string());
        parameters.set_list("periods", all);
    }
}

/// The years from the first to the last.
fn years(raw: &RawEdition) -> Result<Vec<Period>, ErrorAt> {
    let (Some(first), Some(last)) = (&raw.first_year, &raw.last_year) else {
        return Err(ErrorAt::new(
            0,
            "the edition states neither its years nor its frequency",
            "add `first_year` and `last_year`, or `frequency` in a file for every period of that length",
        ));
    };
    let at = last.span().start;
    let (first, last) = (*first.get_ref(), *last.get_ref());
    let known = 1900..=9999;
    if !known.contains(&first) || !known.contains(&last) || first > last || last - first > 50 {
        return Err(ErrorAt::new(
            at,
            format!("{first} to {last} is not a range of years"),
            "the first year comes before the last, at most 50 years earlier",
        ));
    }
    Ok((first..=last).map(Period::annual).collect())
}

/// The period that an edition with a frequency is made for.
fn made_for(
    raw: &RawEdition,
    frequency: &Spanned<Frequency>,
    period: Option<Period>,
) -> Result<Period, ErrorAt> {
    let (wanted, at) = (*frequency.get_ref(), frequency.span().start);
    if let Some(year) = raw.first_year.as_ref().or(raw.last_year.as_ref()) {
        return Err(ErrorAt::new(
            year.span().start,
            "an edition with a frequency has no years of its own",
            "remove the line, or the frequency",
        ));
    }
    if wanted == Frequency::Annual {
        return Err(ErrorAt::new(
            at,
            "an edition of years states its years",
            "write `first_year` and `last_year` in place of the frequency",
        ));
    }
    period.filter(|period| period.frequency == wanted).ok_or_else(|| {
        ErrorAt::new(
            at,
            "this edition is made for a period, and none is named",
            "name the period: 2026-Q3 for a quarter, 2026-09 for a month, 2026-S1 for half a year",
        )
    })
}

/// A day as the file states it.
pub(super) fn day(written: &Spanned<String>) -> Result<Date, ErrorAt> {
    let message = format!("`{}` is not a date", written.get_ref());
    let wrong = |_| ErrorAt::new(written.span().start, message, "write it as 2025-12-31");
    written.get_ref().parse::<Date>().map_err(wrong)
}
