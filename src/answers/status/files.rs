//! Files that came and have no place of their own: reports whose period stays open, and files that count nowhere.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::answer::{OtherFile, StatusQuestion};
use crate::answers::came::{CameFile, FileState, likely_period, unit_in_force};
use crate::answers::delivered::DeliveredReport;
use crate::geography::{AGENCY, UnitKey, owing_vintage};
use crate::period::Period;
use crate::plan::Plan;

/// The files of `left` that count nowhere, of units and collections that are asked for.
pub(super) fn other_files(
    plan: &Plan,
    left: &[&CameFile],
    question: &StatusQuestion,
    units: Option<&BTreeSet<UnitKey>>,
) -> Vec<OtherFile> {
    // What a file does not say may be what is asked for.
    let may_be = |asked: Option<&String>, own: Option<&String>| {
        asked.is_none_or(|asked| own.is_none_or(|own| own == asked))
    };
    let others = left.iter().filter(|file| {
        let counts = matches!(file.state, FileState::Counts | FileState::Superseded);
        !counts
            && may_be(question.form.as_ref(), file.form.as_ref())
            && may_be(question.period.as_ref(), file.period.as_ref())
    });
    others
        .filter_map(|file| {
            let unit = unit_in_force(plan, &file.units, file.received)?;
            let is_asked = units.is_none_or(|asked| !asked.is_disjoint(&file.units));
            is_asked.then(|| OtherFile {
                name: plan.geography.name(&unit, Date::MAX).to_owned(),
                vintage: unit.vintage,
                code: unit.code,
                file: (*file).clone(),
            })
        })
        .collect()
}

/// Gives each held report whose period or vintage is open to the collection that it most likely is for, and returns what
/// that is for the units it may be of.
pub(super) fn place_open_reports(
    plan: &Plan,
    collections: &BTreeSet<(String, Period, String)>,
    came: &mut [CameFile],
) -> Vec<DeliveredReport> {
    let mut placed = Vec::new();
    for file in came.iter_mut().filter(|c| c.state == FileState::Held) {
        let Some(form) = file.form.clone() else {
            continue;
        };
        let known: Option<Period> = file.period.as_ref().and_then(|p| p.parse().ok());
        let periods = collections.iter().filter(|(of, ..)| *of == form);
        let periods = periods.map(|(_, period, _)| *period);
        let Some(period) = known.or_else(|| likely_period(plan, &form, file, periods)) else {
            continue;
        };
        let is_settled = file.period.is_some() && file.units.len() == 1;
        file.collection = Some(period.to_string());
        if is_settled {
            continue;
        }
        let vintage = owing_vintage(&form, period, &plan.duties, &plan.geography);
        for unit in file
            .units
            .iter()
            .filter(|unit| unit.vintage == vintage || unit.vintage == AGENCY)
        {
            placed.push(DeliveredReport {
                form: form.clone(),
                period: period.to_string(),
                unit: unit.clone(),
                is_current: false,
                is_held: true,
                received_at: file.received,
                file_name: file.file_name.clone(),
                revision: None,
                reporter: None,
                errors: i64::try_from(file.why.len()).unwrap_or(i64::MAX),
                warnings: 0,
            });
        }
    }
    placed
}
