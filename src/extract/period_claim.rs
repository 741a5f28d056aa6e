//! The period that a sheet states: in its title block, in the heads of its columns, or in both.

use super::form::RelativePeriod;
use super::head_meaning::ColumnRole;
use super::header::Header;
use super::title::{Stated, Title};
use super::vocabulary::Vocabulary;
use super::words::{HeadPeriod, LinePeriod};
use crate::period::{Frequency, Period};

/// What a sheet states about the period of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PeriodClaim {
    /// One period, and nothing contradicts it.
    Agreed(Period),
    /// The sheet states none.
    Unstated,
    /// A text states a period that the form does not have.
    Unusable(Stated),
    /// Two texts that cannot both be true.
    Contradiction(Stated, Stated),
}

/// How often the report is due: as the title states, else as the columns imply.
pub(super) fn frequency_of(header: &Header, title: &Title, vocabulary: &Vocabulary) -> Frequency {
    let form = &vocabulary.forms[header.form];
    if let Some((_, period)) = title
        .periods
        .iter()
        .find(|(_, p)| form.frequencies.contains(&p.frequency))
    {
        return period.frequency;
    }
    let mut said = header.columns.iter().filter_map(|column| column.period);
    if let Some(said) = said.find(|p| form.frequencies.contains(&p.frequency)) {
        return said.frequency;
    }
    header
        .columns
        .iter()
        .find_map(|column| match column.role {
            ColumnRole::Value(i) if form.columns[i].frequencies.len() == 1 => {
                Some(form.columns[i].frequencies[0])
            }
            _ => None,
        })
        .unwrap_or_else(|| {
            form.frequencies
                .first()
                .copied()
                .unwrap_or(Frequency::Annual)
        })
}

/// The period that title and column heads state together.
///
/// A column speaks of one half of the year, so a title that states the other half contradicts it; unless the title names
/// both, as in a report on the first half with the tasks of the second.
pub(super) fn claim_period(
    header: &Header,
    title: &Title,
    frequency: Frequency,
    vocabulary: &Vocabulary,
) -> PeriodClaim {
    let title = &without_years_of_columns(header, title, vocabulary);
    if let Some((first, second)) = two_short_periods(header, title, vocabulary) {
        return PeriodClaim::Contradiction(first, second);
    }
    let claim = match period_of_heads(header) {
        Err(contradiction) => return contradiction,
        Ok(Some(said)) => stated_with(said, title, frequency),
        Ok(None) => stated_together(header, title, frequency, vocabulary),
    };
    let PeriodClaim::Agreed(period) = claim else {
        return claim;
    };
    let halves = halves_of_columns(header, vocabulary);
    let is_one = halves.iter().any(|(half, _)| *half == period.number);
    let (Some((half, head)), false) = (halves.first().copied(), is_one) else {
        return claim;
    };
    let is_half = period.frequency == Frequency::HalfYear;
    let Some((stated, _)) = title.periods.iter().find(|(_, p)| is_half && *p == period) else {
        return claim;
    };
    let own = Period::half(period.year, half);
    let is_own = |(line, p): &(Stated, Period)| {
        let folded = vocabulary.folder.fold(&line.text);
        *p == own || vocabulary.words.speaks_of_half(&folded, half)
    };
    if title.periods.iter().any(is_own) {
        PeriodClaim::Agreed(own)
    } else {
        PeriodClaim::Contradiction(stated.clone(), head.clone())
    }
}

/// The period that heads state in words, with the first of them.
///
/// # Errors
/// Two heads that state different ones.
fn period_of_heads(header: &Header) -> Result<Option<(&Stated, HeadPeriod)>, PeriodClaim> {
    let columns = header.columns.iter();
    let said: Vec<(&Stated, HeadPeriod)> = columns
        .filter_map(|column| Some((column.dated.as_ref()?, column.period?)))
        .collect();
    let with_year = said.iter().find(|(_, period)| period.year.is_some());
    let Some(first) = with_year.or(said.first()) else {
        return Ok(None);
    };
    match said.iter().find(|(_, period)| !period.agrees_with(first.1)) {
        Some((other, _)) => Err(PeriodClaim::Contradiction(
            first.0.clone(),
            (*other).clone(),
        )),
        None => Ok(Some(*first)),
    }
}

/// The period that the title and the words of a head state together. A head without the year needs a title that has it.
fn stated_with((head, said): (&Stated, HeadPeriod), title: &Title, own: Frequency) -> PeriodClaim {
    let mut stated = title.periods.iter().filter(|(_, p)| said.may_be(*p));
    let other = title.periods.iter().find(|(_, p)| !said.may_be(*p));
    if let Some((first, period)) = stated.next() {
        return match stated.find(|(_, another)| another != period) {
            Some((second, _)) => PeriodClaim::Contradiction(first.clone(), second.clone()),
            None => PeriodClaim::Agreed(*period),
        };
    }
    match other
        .map(|(line, _)| line)
        .or(title.unusable_period(&[own]))
    {
        Some(line) => PeriodClaim::Contradiction(line.clone(), head.clone()),
        None => said
            .in_its_year()
            .map_or_else(|| PeriodClaim::Unusable(head.clone()), PeriodClaim::Agreed),
    }
}

/// Two lines of the title that state periods of different length within a year, both of which the form has: the columns can
/// only be of one.
fn two_short_periods(
    header: &Header,
    title: &Title,
    vocabulary: &Vocabulary,
) -> Option<(Stated, Stated)> {
    let form = &vocabulary.forms[header.form];
    let is_own = |period: &Period| {
        form.columns.iter().any(|c| c.period == RelativePeriod::Own)
            && form.frequencies.contains(&period.frequency)
    };
    let mut short = title
        .periods
        .iter()
        .filter(|(_, p)| p.months() < 12 && is_own(p));
    let (first, period) = short.next()?;
    let (second, _) = short.find(|(_, other)| other.frequency != period.frequency)?;
    Some((first.clone(), second.clone()))
}

/// A title without the lines that only state years of the form's own columns, such as the years of a plan: they say what the
/// table is about, not which period it is of.
fn without_years_of_columns(header: &Header, title: &Title, vocabulary: &Vocabulary) -> Title {
    let form = &vocabulary.forms[header.form];
    let fixed: Vec<i16> = (form.columns.iter())
        .filter_map(|column| match column.period {
            RelativePeriod::Fixed(year) => Some(year),
            _ => None,
        })
        .collect();
    let mut title = title.clone();
    if !fixed.is_empty() {
        title.other_periods.retain(|line| {
            let numbers = line.text.split(|c: char| !c.is_ascii_digit());
            let mut numbers = numbers.filter(|digits| !digits.is_empty());
            !numbers.all(|digits| digits.parse().is_ok_and(|year| fixed.contains(&year)))
        });
    }
    title
}

/// The halves of the year that columns of the table speak of, with their heads.
fn halves_of_columns<'h>(header: &'h Header, vocabulary: &Vocabulary) -> Vec<(i8, &'h Stated)> {
    let form = &vocabulary.forms[header.form];
    let columns = header.columns.iter();
    let halves = columns.filter_map(|column| match column.role {
        ColumnRole::Value(i) => Some((form.columns[i].period.half()?, column.head.as_ref()?)),
        _ => None,
    });
    halves.collect()
}

fn stated_together(
    header: &Header,
    title: &Title,
    frequency: Frequency,
    vocabulary: &Vocabulary,
) -> PeriodClaim {
    let heads: Vec<(&Stated, i16)> = header
        .columns
        .iter()
        .filter_map(|c| Some((c.dated.as_ref()?, c.year?)))
        .collect();
    if let Some(pair) = heads.windows(2).find(|pair| pair[0].1 != pair[1].1) {
        return PeriodClaim::Contradiction(pair[0].0.clone(), pair[1].0.clone());
    }
    let stated: Vec<&(Stated, Period)> = title
        .periods
        .iter()
        .filter(|(_, p)| p.frequency == frequency)
        .collect();
    // A period of a frequency that the form does not have is an error, not a typo to ignore.
    if let Some(other) = title.unusable_period(&[frequency]) {
        return match heads.first() {
            Some((head, year)) => {
                let head = head_of_year(header, *year, vocabulary).unwrap_or(head);
                PeriodClaim::Contradiction(other.clone(), head.clone())
            }
            None => PeriodClaim::Unusable(other.clone()),
        };
    }
    if let Some((first, _)) = stated.first()
        && let Some(head) = head_of_another_period(header, frequency, vocabulary)
    {
        return PeriodClaim::Contradiction(first.clone(), head.clone());
    }
    match (heads.first(), stated.first()) {
        (None, None) => PeriodClaim::Unstated,
        (Some((_, year)), None) => match frequency {
            Frequency::Annual => PeriodClaim::Agreed(Period::annual(*year)),
            Frequency::HalfYear => PeriodClaim::Agreed(Period::half(*year, 1)),
            Frequency::Quarterly | Frequency::Monthly => PeriodClaim::Unstated,
        },
        (None, Some((first, period))) => match stated.iter().find(|(_, other)| other != period) {
            Some((second, _)) => PeriodClaim::Contradiction(first.clone(), second.clone()),
            None => PeriodClaim::Agreed(*period),
        },
        (Some((head, year)), Some((first, _))) => {
            match stated.iter().find(|(_, period)| period.year == *year) {
                Some((_, period)) => PeriodClaim::Agreed(*period),
                None => {
                    let head = head_of_year(header, *year, vocabulary).unwrap_or(head);
                    PeriodClaim::Contradiction(first.clone(), head.clone())
                }
            }
        }
    }
}

/// The head that names the year of the report itself: one of the year before says it only by implication.
fn head_of_year<'h>(header: &'h Header, year: i16, vocabulary: &Vocabulary) -> Option<&'h Stated> {
    let form = &vocabulary.forms[header.form];
    let mut columns = header.columns.iter().filter(|c| c.year == Some(year));
    let own = columns.find(|c| match c.role {
        ColumnRole::Value(i) => form.columns[i].period.years() == Some(0),
        _ => false,
    });
    own?.dated.as_ref()
}

/// The head of a column of another period that stands in place of the column of a part of the year: the template of
/// September under the title of June. Beside its own column it is only one more.
fn head_of_another_period<'h>(
    header: &'h Header,
    frequency: Frequency,
    vocabulary: &Vocabulary,
) -> Option<&'h Stated> {
    let form = &vocabulary.forms[header.form];
    let own = (form.columns.iter()).position(|column| column.frequencies == [frequency])?;
    if frequency == Frequency::Annual || header.column(&ColumnRole::Value(own)).is_some() {
        return None;
    }
    let unknown = header
        .columns
        .iter()
        .filter(|c| c.role == ColumnRole::Unknown);
    let mut heads = unknown.filter_map(|c| c.head.as_ref());
    heads.find(|head| {
        let folded = vocabulary.folder.fold(&head.text);
        match vocabulary.words.period(&folded) {
            Some(LinePeriod::Other) => true,
            Some(LinePeriod::Is(period)) => {
                ![frequency, Frequency::Annual].contains(&period.frequency)
            }
            None => false,
        }
    })
}
