//! `tonghop status`: the state of every expected report of every open collection, from the lake alone.

mod answer;
mod files;
mod ledger;

use std::collections::BTreeSet;
use std::path::Path;

use jiff::Timestamp;

pub use self::answer::{CollectionStatus, OtherFile, Owed, State, Status, StatusQuestion};
use self::files::{other_files, place_open_reports};
use self::ledger::{Ledger, OpenCollection};
use super::asked::QuestionError;
use super::came::{FileState, files_that_came};
use super::delivered::{DeliveredReport, lacking, sent};
use crate::geography::{UnitKey, owing};
use crate::lake::{Snapshot, check_owner};
use crate::period::Period;
use crate::plan::Plan;
use crate::query::open_engine;
use crate::run::read_findings;

/// Reads the state of all open collections from the current snapshot of a lake. Needs no lock on the lake.
///
/// # Errors
/// If there is no lake, it belongs to another pipeline, it cannot be read, or a name in the question is unknown.
pub async fn status(
    plan: &Plan,
    lake: &Path,
    at: Timestamp,
    question: &StatusQuestion,
) -> Result<Status, QuestionError> {
    let (question, units) = question.checked(plan)?;
    let snapshot = Snapshot::current(lake)?;
    check_owner(lake, &plan.id)?;
    let engine = open_engine(&snapshot)?;
    let mut sent = sent(&engine).await?;
    let lacking = lacking(&engine).await?;
    let listed = snapshot.about()?.map(|about| about.collections);
    let all = open_collections(&sent, &lacking, &listed.unwrap_or_default());
    let mut came = files_that_came(plan, &snapshot, &read_findings(&snapshot)?)?;
    sent.extend(place_open_reports(plan, &all, &mut came));
    let is_asked = |form: &String, period: &String| {
        question.form.as_ref().is_none_or(|asked| asked == form)
            && question.period.as_ref().is_none_or(|asked| asked == period)
    };
    let (open, also_open): (Vec<_>, Vec<_>) = all
        .into_iter()
        .partition(|(form, _, period)| is_asked(form, period));

    let mut book = Ledger::new(plan, at, &came);
    let mut collections = Vec::new();
    for (form, period, written) in open {
        for owing in owing(&form, period, &plan.duties, &plan.geography) {
            let collection = OpenCollection {
                owing,
                sent: sent
                    .iter()
                    .filter(|s| s.form == form && s.period == written)
                    .collect(),
                lacking: &lacking,
                form: form.clone(),
                period,
                written: written.clone(),
            };
            collections.extend(book.enter(&collection, units.as_ref()));
        }
    }
    let left = book.left();
    let other_files = other_files(plan, &left, &question, units.as_ref());
    let named: BTreeSet<&str> = other_files
        .iter()
        .map(|o| o.file.file_name.as_str())
        .collect();
    // A file of no known unit is nothing about one unit.
    let nobodys = left.iter().filter(|file| {
        let is_useless = file.form.is_none() && file.state == FileState::Rejected;
        units.is_none() && is_useless && !named.contains(file.file_name.as_str())
    });
    let rejected = nobodys.map(|file| file.file_name.clone()).collect();
    Ok(Status {
        snapshot: snapshot.id,
        at: at.to_string(),
        collections,
        owed: book.owed,
        rejected,
        other_files,
        also_open: also_open
            .into_iter()
            .map(|(form, _, period)| (form, period))
            .collect(),
    })
}

/// The open collections: form, period, and the period as text. A collection is open if a current report,
/// a missing report or the list of collections names it.
fn open_collections(
    sent: &[DeliveredReport],
    lacking: &BTreeSet<(String, String, UnitKey)>,
    listed: &[(String, String)],
) -> BTreeSet<(String, Period, String)> {
    let current = sent.iter().filter(|s| s.is_current);
    let current = current.map(|s| (&s.form, &s.period));
    let missing = lacking.iter().map(|(form, period, _)| (form, period));
    let listed = listed.iter().map(|(form, period)| (form, period));
    current
        .chain(missing)
        .chain(listed)
        .filter_map(|(form, period)| Some((form.clone(), period.parse().ok()?, period.clone())))
        .collect()
}
