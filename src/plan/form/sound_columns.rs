//! Whether the columns of a form make sense together: no two give one figure, heads and periods speak of the same years, and a
//! column stands on an earlier one.

use toml::Spanned;

use super::super::file_errors::FileErrors;
use crate::extract::{
    ComparisonColumn, FormRow, HeadPattern, HeadYear, RawForm, RawValueColumn, RelativePeriod,
    Scenario, ValueColumn, belongs,
};
use crate::period::{Frequency, Period};

/// Any year, to compare periods that are given relative to the year N of a report.
const N: i16 = 2000;

/// A report of a frequency in that year.
pub(super) fn sample(frequency: Frequency) -> Period {
    Period {
        year: N,
        frequency,
        number: 1,
    }
}

/// The frequencies of the form's reports that have a column.
fn reports<'a>(raw: &'a RawForm, limited: &'a [Frequency]) -> impl Iterator<Item = Frequency> + 'a {
    let all = raw.frequencies.iter().copied();
    all.filter(|frequency| belongs(limited, *frequency))
}

/// Whether one report can have both columns.
fn meet(raw: &RawForm, one: &[Frequency], other: &[Frequency]) -> bool {
    reports(raw, one).any(|frequency| belongs(other, frequency))
}

/// Checks that no two columns of one report give the same figure: one of them would win by its position.
pub(super) fn check_same_figures(
    raw: &RawForm,
    columns: &[ValueColumn],
    rows: &[FormRow],
    wrong: &mut FileErrors<'_>,
) {
    let share_a_row = |one: &ValueColumn, other: &ValueColumn| {
        let mut rows = 0..rows.len().max(1);
        rows.any(|row| !one.without_rows.contains(&row) && !other.without_rows.contains(&row))
    };
    for (i, (written, column)) in raw.columns.iter().zip(columns).enumerate() {
        let stands_for = |one: &ValueColumn, at: usize| one.in_place_of.contains(&at);
        let mut earlier = columns[..i].iter().enumerate();
        let twin = earlier.find(|(at, other)| {
            (
                &other.indicator,
                other.scenario,
                other.period,
                &other.members,
            ) == (
                &column.indicator,
                column.scenario,
                column.period,
                &column.members,
            ) && share_a_row(column, other)
                && !(stands_for(column, *at) || stands_for(other, i))
                && meet(raw, &other.frequencies, &column.frequencies)
        });
        if let Some((_, twin)) = twin {
            let message = format!(
                "the columns `{}` and `{}` give the same figures: scenario {}, period {}{}",
                twin.id,
                column.id,
                column.scenario.as_str(),
                written.period.get_ref(),
                column
                    .indicator
                    .as_ref()
                    .map_or(String::new(), |i| format!(", indicator {i}")),
            );
            let remedy = "give one of the two its own scenario, period or indicator; if both heads mean one column, write the second under `also`";
            wrong.at(&written.id, message, remedy);
        }
        if column.scenario == Scenario::Actual
            && column.period.years().is_some_and(|years| years > 0)
        {
            wrong.at(
                &written.period,
                format!(
                    "the column `{}` has actual figures of a year after the report",
                    column.id
                ),
                "write the scenario plan or estimate, or the period N or an earlier one",
            );
        }
    }
}

/// Checks that the years in the heads of a column are the year of its period, and that its frequencies are the form's.
pub(super) fn check_years(raw: &RawForm, columns: &[ValueColumn], wrong: &mut FileErrors<'_>) {
    for (written, column) in raw.columns.iter().zip(columns) {
        check_frequencies(raw, &written.id, &column.frequencies, wrong);
        let other = |head: &&HeadPattern| speaks_of_another(head, column.period);
        if column.heads.iter().any(|head| other(&head)) {
            wrong.at(
                &written.period,
                format!(
                    "the heads of the column `{}` speak of another year than its period {}",
                    column.id,
                    written.period.get_ref()
                ),
                "write the same distance from N, {P}, or the same year in `head`, in `also` and in `period`",
            );
        }
    }
}

/// Whether a head states another year than that of its column, or words of a period where the column is of a year.
fn speaks_of_another(head: &HeadPattern, period: RelativePeriod) -> bool {
    let mut years = head.years().iter();
    let own = |year: &HeadYear| match (year, period) {
        (HeadYear::After(after), _) => period.years() == Some(*after),
        (HeadYear::Fixed(year), RelativePeriod::Fixed(own)) => *year == own,
        (HeadYear::Fixed(_), _) => true,
    };
    !years.all(own) || (head.states_period() && period != RelativePeriod::Own)
}

/// Checks that the frequencies of a column are those of the form, each once.
fn check_frequencies(
    raw: &RawForm,
    name: &Spanned<String>,
    own: &[Frequency],
    wrong: &mut FileErrors<'_>,
) {
    for (i, frequency) in own.iter().enumerate() {
        if !raw.frequencies.contains(frequency) || own[..i].contains(frequency) {
            wrong.at(
                name,
                format!("the form has no frequency `{frequency}`, or the column names it twice"),
                "name frequencies of the form, or add it to those of the form",
            );
        }
    }
}

/// Checks that a column stands on one of an earlier period that the same reports have.
pub(super) fn check_stands_on(raw: &RawForm, columns: &[ValueColumn], wrong: &mut FileErrors<'_>) {
    for (written, column) in raw.columns.iter().zip(columns) {
        let (Some(name), Some(below)) = (&written.stands_on, column.stands_on) else {
            continue;
        };
        let below = &columns[below];
        let missing = reports(raw, &column.frequencies).find(|f| !belongs(&below.frequencies, *f));
        // A plan of the next year is in half-year reports too, which have no estimate: there the rule is undecided.
        let never = !meet(raw, &column.frequencies, &below.frequencies);
        let report = sample(
            raw.frequencies
                .first()
                .copied()
                .unwrap_or(Frequency::Annual),
        );
        if below.period.of(report).end() >= column.period.of(report).end() {
            let message = format!(
                "the column `{}` stands on `{}`, which is not of an earlier period",
                column.id, below.id
            );
            wrong.at(
                name,
                message,
                "name the column with the figures of the period before",
            );
        } else if let (Some(frequency), true) = (missing, never) {
            let message = format!(
                "the column `{}` stands on `{}`, which {frequency} reports do not have",
                column.id, below.id
            );
            wrong.at(name, message, "name a column of the same reports");
        }
    }
}

/// Checks that a comparison is of two columns of its reports, in the order of the years in its heads.
pub(super) fn check_comparisons(
    raw: &RawForm,
    columns: &[ValueColumn],
    comparisons: &[ComparisonColumn],
    wrong: &mut FileErrors<'_>,
) {
    for (i, (written, comparison)) in raw.comparisons.iter().zip(comparisons).enumerate() {
        check_frequencies(raw, &written.of, &comparison.frequencies, wrong);
        let (of, to) = (&columns[comparison.of], &columns[comparison.to]);
        let all = |column: &ValueColumn| {
            reports(raw, &comparison.frequencies).all(|f| belongs(&column.frequencies, f))
        };
        let after = |column: &ValueColumn| column.period.years().map(HeadYear::After);
        let years = [after(of), after(to)];
        let other = |head: &HeadPattern| match head.years() {
            [first, second] => [Some(*first), Some(*second)] != years,
            _ => false,
        };
        let twin = comparisons[..i].iter().any(|earlier| {
            (earlier.of, earlier.to) == (comparison.of, comparison.to)
                && meet(raw, &earlier.frequencies, &comparison.frequencies)
        });
        let message = if comparison.of == comparison.to {
            format!("the column `{}` is compared with itself", of.id)
        } else if !all(of) || !all(to) {
            format!(
                "`{}` and `{}` are not in all reports that have their comparison",
                of.id, to.id
            )
        } else if comparison.heads.iter().any(other) {
            format!(
                "the heads of the comparison of `{}` with `{}` speak of other years",
                of.id, to.id
            )
        } else if twin {
            format!("`{}` and `{}` are compared twice", of.id, to.id)
        } else {
            continue;
        };
        let remedy = "name the two columns that the head compares, the first as `of`, and limit `frequencies` to reports that have both";
        wrong.at(&written.of, message, remedy);
    }
}

/// Checks that a column has an id to be named by.
pub(super) fn check_id(column: &RawValueColumn, wrong: &mut FileErrors<'_>) {
    let id = column.id.get_ref();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if id.is_empty() || !id.chars().all(plain) {
        wrong.at(
            &column.id,
            format!("`{id}` cannot be the id of a column"),
            "use letters, digits, - and _",
        );
    }
}
