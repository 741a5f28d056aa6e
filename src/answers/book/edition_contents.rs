//! The tables and chapters of an edition, with the submissions they come from.

use super::left_out::ReceivedForms;
use super::locked::LockedSubmission;
use crate::lake::Snapshot;
use crate::plan::Plan;
use crate::reading::{RunError, taken_by};
use crate::tables::{Book, LeftOut, ProseError, Table, Text, written};

/// The book of an edition, made from a snapshot.
#[derive(Debug)]
pub struct EditionContents {
    /// The snapshot.
    pub snapshot: Snapshot,
    /// Whether the snapshot was made with other definitions than the pipeline has now.
    pub other_definitions: bool,
    /// The book.
    pub book: Book,
    /// Submissions in the snapshot.
    pub submissions: Vec<LockedSubmission>,
    /// Collections that were open from the start: form and period.
    pub collections: Vec<(String, String)>,
}

/// Puts tables into the chapters of the plan's edition. Tables without a single figure, and tables whose forms have not
/// come, are left out.
pub(super) fn compose(
    plan: &Plan,
    tables: Vec<Table>,
    received: &ReceivedForms,
    imprint: Vec<Text>,
) -> Result<Book, ProseError> {
    let edition = &plan.edition;
    let in_edition = |id: &str| {
        let chapters = &plan.edition.chapters;
        chapters.is_empty() || chapters.iter().any(|c| c.tables.iter().any(|t| t == id))
    };
    // The text may still mention tables that are left out.
    let all = tables;
    let (tables, empty): (Vec<Table>, Vec<Table>) = all
        .iter()
        .filter(|table| in_edition(&table.id))
        .cloned()
        .partition(Table::has_figures);
    let forms = |id: &str| {
        let definition = plan.tables.iter().find(|t| t.id == id);
        definition.map_or(&[] as &[String], |t| t.forms())
    };
    let mut left_out: Vec<LeftOut> = empty
        .into_iter()
        .map(|table| LeftOut {
            reason: received.reason(forms(&table.id), true, edition),
            id: table.id,
            title: table.title,
        })
        .collect();
    left_out.extend(plan.edition.awaited.iter().map(|table| LeftOut {
        id: table.id.clone(),
        title: table.title.clone(),
        reason: received.reason(&table.forms, false, edition),
    }));
    left_out.sort_by(|a, b| a.id.cmp(&b.id));
    let mut book = if plan.edition.chapters.is_empty() {
        Book::of_tables(tables)
    } else {
        let mut chapters = Vec::new();
        for (of_edition, definition) in plan.edition.chapters.iter().zip(&plan.chapters) {
            let of = |id: &String| tables.iter().find(|t| t.id == *id).cloned();
            let own: Vec<Table> = of_edition.tables.iter().filter_map(of).collect();
            if !own.is_empty() {
                chapters.push(definition.build(own, &all, &plan.edition)?);
            }
        }
        Book {
            chapters,
            left_out: Vec::new(),
            imprint: Vec::new(),
        }
    };
    book.left_out = left_out;
    book.imprint = imprint;
    Ok(book)
}

/// Lines for readers about how the edition was made.
pub(super) fn imprint(
    plan: &Plan,
    snapshot: &Snapshot,
    submissions: &[LockedSubmission],
) -> Vec<Text> {
    let phrases = &plan.edition.words.phrases;
    let mut lines = Vec::new();
    if let Some(day) = plan.edition.as_of {
        lines.push(phrases.closed_on.filled(&[("date", written(day))]));
    }
    if let Some(last) = submissions.iter().map(|s| s.received_at).max() {
        let day = last.to_zoned(plan.zone.clone()).date();
        lines.push(phrases.received_until.filled(&[("date", written(day))]));
    }
    let tool = concat!("tonghop ", env!("CARGO_PKG_VERSION"));
    lines.push(phrases.made_with.filled(&[
        ("snapshot", Text::same(&snapshot.id)),
        ("tool", Text::same(tool)),
    ]));
    lines
}

/// The submissions in a snapshot, by time and name.
pub(super) fn submissions(snapshot: &Snapshot) -> Result<Vec<LockedSubmission>, RunError> {
    let mut all: Vec<LockedSubmission> = taken_by(snapshot)?
        .into_iter()
        .map(|((sha256, file_name), entry)| LockedSubmission {
            file_name,
            sha256,
            received_at: entry.received_at,
            size_bytes: entry.size_bytes,
        })
        .collect();
    all.sort();
    Ok(all)
}
