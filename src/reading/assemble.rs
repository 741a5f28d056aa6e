//! Reads one submission into reports: sniffs its format, extracts its tables, and normalizes their values.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::list_sheets::{continue_list, mark_continued};
use super::privacy::{PersonalSheets, close};
use super::report::{ReportContext, complete_with_list, read_report, take_list};
use super::sheet_notes::{like_a_form, notes_of_reader, notes_on_layout, notes_on_reading};
use super::submission::{Submission, SubmissionContents, TableReading};
use crate::diagnostic::{Finding, Message, Place, findings};
use crate::extract::{Form, ListLayout, PeriodClaim, SheetTable, find_tables, find_tables_in};
use crate::geography::{Aspect, Docket, Identified, ReporterClaim};
use crate::intake::{FileFormat, Limits, MediaType, NotAccepted, sniff};
use crate::normalize::{ListReader, RecordList, RecordMarks, repeated_keys};
use crate::period::Period;
use crate::plan::Plan;
use crate::read::{Carried, Document, ReadError, Sheet, read_with_records};

/// Reads a submission from its original, and applies the decisions about its reports.
pub(crate) fn read_submission(
    plan: &Plan,
    docket: &Docket,
    submission: &Submission,
    original: &Path,
) -> SubmissionContents {
    let format = match accepted_format(plan, submission, original) {
        Ok(format) => format,
        Err(rejected) => return *rejected,
    };
    let mut lists = ListReader::new(&plan.vocabulary, &plan.conventions);
    let encodings = &plan.vocabulary.encodings;
    let document = match read_with_records(original, format, plan.limits, encodings, &mut lists) {
        Ok(document) => document,
        Err(error) => {
            return rejected(submission, format.media_type(), unreadable(error));
        }
    };
    let mut contents = SubmissionContents {
        media_type: document.protects.unwrap_or(format).media_type(),
        ..SubmissionContents::default()
    };
    for carried in &document.carried {
        let message: Message = match carried {
            Carried::Macros => findings::TH117.into(),
            Carried::ExternalLinks => findings::TH118.into(),
            Carried::Dde => findings::TH119.into(),
        };
        contents.findings.push(message.at(submission.place()));
    }
    for (name, reason) in &document.unreadable {
        let place = Place {
            sheet: Some(name.clone()),
            ..submission.place()
        };
        let finding = findings::TH132 { name, reason }.at(place);
        contents.findings.push(finding);
    }
    let sheets = &document.sheets;
    let mut personal = PersonalSheets::default();
    let tables = read_sheets(
        plan,
        submission,
        sheets,
        lists,
        &mut personal,
        &mut contents,
    );
    read_tables(plan, docket, submission, &tables, &mut contents);
    if let Some(encoding) = document.encoding.as_ref().filter(|e| !e.is_unicode()) {
        let (known, words) = encoding.words.unwrap_or_default();
        let decoded = findings::TH120 {
            encoding: encoding.name.as_str(),
            known,
            words,
        };
        contents.findings.push(decoded.at(submission.place()));
    }
    contents
        .findings
        .extend(notes_on_text(&document, submission));
    contents.encoding = document.encoding;
    contents.carried = document.carried;
    close(plan, submission, &personal, &mut contents);
    contents
}

/// Findings about what a text file held beside its cells: bytes that are no text, quotation marks that nothing closes.
fn notes_on_text(document: &Document, submission: &Submission) -> Vec<Finding> {
    let mut notes = Vec::new();
    let dropped = document.encoding.as_ref().map_or(0, |e| e.dropped);
    if dropped > 0 {
        notes.push(findings::TH133 { count: dropped }.at(submission.place()));
    }
    if let Some(first) = document.stray_quotes.first() {
        let place = Place {
            cell: Some(first.to_string()),
            ..submission.place()
        };
        let count = document.stray_quotes.len();
        notes.push(findings::TH134 { count }.at(place));
    }
    notes
}

/// The contents of a submission that is rejected, with the reason.
fn rejected(
    submission: &Submission,
    media_type: Option<MediaType>,
    why: Message,
) -> SubmissionContents {
    SubmissionContents {
        media_type,
        findings: vec![why.at(submission.place())],
        rejected: true,
        ..SubmissionContents::default()
    }
}

/// The format of a file.
///
/// # Errors
/// The contents of a rejected submission, if the file is not read at all.
fn accepted_format(
    plan: &Plan,
    submission: &Submission,
    original: &Path,
) -> Result<FileFormat, Box<SubmissionContents>> {
    let reject = |media_type, why| Box::new(rejected(submission, media_type, why));
    let most = plan.limits.max_file_bytes;
    if submission.size_bytes > most {
        let limit = Limits::stated("max_file_bytes", most);
        return Err(reject(None, findings::TH105 { limit }.into()));
    }
    let format = sniff(original).map_err(|error| {
        let reason = error.to_string();
        reject(None, findings::TH101 { reason }.into())
    })?;
    let media_type = format.map_or_else(NotAccepted::media_type, FileFormat::media_type);
    if !submission.refused.is_empty() {
        return Err(Box::new(SubmissionContents {
            media_type,
            findings: submission.refused.clone(),
            rejected: true,
            ..SubmissionContents::default()
        }));
    }
    format.map_err(|why| {
        let message: Message = match why {
            NotAccepted::Empty => findings::TH102.into(),
            NotAccepted::Known(kind) => {
                let kind = kind.as_str();
                findings::TH103 { kind }.into()
            }
            // The members of an archive are submissions of their own: only an archive within another gets here.
            NotAccepted::Archive => findings::TH116.into(),
            NotAccepted::Unknown => findings::TH104.into(),
        };
        reject(media_type, message)
    })
}

/// Why a file of a known kind could not be read.
fn unreadable(error: ReadError) -> Message {
    match error {
        ReadError::Encrypted => findings::TH109.into(),
        ReadError::TooLarge(limit) => findings::TH105 { limit }.into(),
        ReadError::UnknownEncoding => findings::TH110.into(),
        other @ (ReadError::Damaged(_) | ReadError::Io(_)) => {
            let reason = other.to_string();
            findings::TH106 { reason }.into()
        }
    }
}

/// A table that was found in a sheet, with its records if it is a list.
struct FoundTable {
    table: SheetTable,
    list: Option<RecordList>,
    /// Whether its sheet is visible.
    visible: bool,
    /// Whether nothing of its sheet is quoted.
    personal: bool,
    /// Questions about it that an earlier sheet of the same list answers.
    continued: Vec<Aspect>,
}

/// Finds the tables of all sheets.
fn read_sheets(
    plan: &Plan,
    submission: &Submission,
    sheets: &[Sheet],
    mut lists: ListReader<'_>,
    personal: &mut PersonalSheets,
    contents: &mut SubmissionContents,
) -> Vec<FoundTable> {
    let mut tables: Vec<FoundTable> = Vec::new();
    for (index, sheet) in sheets.iter().enumerate() {
        if sheet.is_empty() {
            // Damage may be why it is empty.
            let place = Place {
                sheet: sheet.name.clone(),
                ..submission.place()
            };
            contents
                .findings
                .extend(notes_of_reader(sheet, &[], &place));
            continue;
        }
        if !lists.has_seen(index) {
            lists.read_sheet(index, sheet);
        }
        let (own, others) = std::mem::take(&mut lists.lists)
            .into_iter()
            .partition(|list| list.sheet == index);
        lists.lists = others;
        let found = SheetLists {
            lists: own,
            layout: lists.layout(index),
        };
        tables.extend(read_sheet(
            plan, submission, sheet, found, personal, contents,
        ));
    }
    keep_visible(&mut tables, submission, contents);
    if tables.is_empty() {
        let forms = plan.vocabulary.forms.iter().map(|f| f.code.as_str());
        let forms = forms.collect::<Vec<_>>().join(", ");
        let nothing = findings::TH201 { forms }.at(submission.place());
        contents.findings.push(nothing);
        contents.used_definitions.texts.found_nothing();
        contents.rejected = true;
    }
    join_lists(plan, &mut tables);
    tables
}

/// Compares the lists of the file, which may be one list over several sheets. A list without a block of its own is under
/// that of an earlier list of its form, or of a table on its sheet.
fn join_lists(plan: &Plan, tables: &mut [FoundTable]) {
    let places: Vec<usize> = (0..tables.len())
        .filter(|n| tables[*n].list.is_some())
        .collect();
    let lists: Vec<&RecordList> = tables.iter().filter_map(|t| t.list.as_ref()).collect();
    if lists.len() > 1 {
        let repeated = repeated_keys(&lists, &plan.vocabulary);
        for (n, found) in places.iter().zip(repeated) {
            tables[*n].table.findings.extend(found);
        }
    }
    for n in places {
        let (before, rest) = tables.split_at_mut(n);
        let this = &mut rest[0];
        let names_sender = |found: &&FoundTable| {
            let title = &found.table.title;
            title.reporter.is_some() || title.unit_code.is_some()
        };
        let speaks = |found: &&FoundTable| {
            let is_list = found.list.is_some() && found.table.form == this.table.form;
            is_list || found.table.sheet == this.table.sheet
        };
        let earlier = before.iter().filter(names_sender);
        if let Some(first) = earlier.clone().find(speaks) {
            let names = plan.name_lookup();
            let frequencies = &plan.vocabulary.forms[this.table.form].frequencies;
            this.continued = continue_list(&mut this.table, &first.table, names, frequencies);
        }
    }
}

/// The record lists of a sheet.
struct SheetLists<'a> {
    lists: Vec<RecordList>,
    /// What was noticed of their layout, if the sheet was read as a whole.
    layout: Option<&'a ListLayout>,
}

/// Finds the tables of a sheet, and adds the findings about the sheet. Lists come behind tables of values.
fn read_sheet(
    plan: &Plan,
    submission: &Submission,
    sheet: &Sheet,
    SheetLists { lists, layout }: SheetLists<'_>,
    personal: &mut PersonalSheets,
    contents: &mut SubmissionContents,
) -> Vec<FoundTable> {
    let mut found = if lists.is_empty() {
        find_tables(sheet, &plan.vocabulary)
    } else {
        let rest = sheet.filtered(|at| !lists.iter().any(|list| list.place.holds(at)));
        find_tables_in(&rest, sheet, &plan.vocabulary)
    };
    let values = found.tables.len();
    found
        .tables
        .extend(lists.iter().map(|list| list.table.clone()));
    // Where a list is alone, nothing below its head is looked at for forms.
    let list_head = match &lists[..] {
        [list] if values == 0 || list.place.columns == (0..=u32::MAX) => Some(list.head_ends),
        _ => None,
    };
    let is_personal = personal.note(plan, sheet, &found.tables);
    let texts = &mut contents.used_definitions.texts;
    if is_personal {
        texts.add_personal(named_list(plan, &found.tables));
    } else {
        texts.add(sheet, &found.tables, list_head, &plan.vocabulary);
    }
    let place = Place {
        sheet: sheet.name.clone(),
        ..submission.place()
    };
    let said = found.findings.into_iter().map(|finding| Finding {
        place: place.clone(),
        ..finding
    });
    contents.findings.extend(said);
    let layout = layout.into_iter();
    let notes = layout.flat_map(|layout| notes_on_layout(layout, &place));
    contents.findings.extend(notes);
    let notes = notes_on_reading(sheet, (&found.tables, values), &lists, &place);
    contents.findings.extend(notes);
    if found.tables.is_empty() {
        contents.findings.extend(like_a_form(plan, sheet, &place));
        if sheet.name.is_some() {
            let cells = sheet.len();
            contents.findings.push(findings::TH202 { cells }.at(place));
        }
    }
    let none = std::iter::repeat_with(|| None).take(values);
    let lists = none.chain(lists.into_iter().map(Some));
    let tables = found.tables.into_iter().zip(lists);
    tables
        .map(|(table, list)| FoundTable {
            list,
            table,
            visible: sheet.visible,
            personal: is_personal,
            continued: Vec::new(),
        })
        .collect()
}

/// Whether the form of a list has a table of values too.
fn has_values(forms: &[Form], list: usize) -> bool {
    let same = forms.iter().filter(|form| form.code == forms[list].code);
    same.clone().count() > 1
}

/// The report of the same file that a list completes: that of the table of values of its form.
fn completed_by(plan: &Plan, tables: &[FoundTable], n: usize) -> Option<usize> {
    let forms = &plan.vocabulary.forms;
    let FoundTable { table, list, .. } = &tables[n];
    list.as_ref().filter(|_| has_values(forms, table.form))?;
    let is_values = |other: &FoundTable| {
        other.list.is_none() && forms[other.table.form].code == forms[table.form].code
    };
    let own_sender = table.title.reporter.is_some() || table.title.unit_code.is_some();
    let on_sheet = |other: &FoundTable| other.table.sheet == table.sheet;
    let places = || (0..tables.len()).filter(|i| is_values(&tables[*i]));
    let here = places().find(|i| on_sheet(&tables[*i]));
    // On another sheet, a list that names its sender is a report of its own unless there is one table of values alone.
    here.or_else(|| {
        places()
            .next()
            .filter(|_| !own_sender || places().count() == 1)
    })
}

/// The form of the only table of a sheet, if the title names it.
fn named_list<'a>(plan: &'a Plan, tables: &[SheetTable]) -> Option<&'a Form> {
    let [table] = tables else { return None };
    let is_named = table.title.named_form(&plan.vocabulary) == Some(table.form);
    is_named.then(|| &plan.vocabulary.forms[table.form])
}

/// Drops tables of hidden sheets if a visible sheet has the same form for the same period; of lists, only those whose
/// records the visible sheets have too.
fn keep_visible(
    tables: &mut Vec<FoundTable>,
    submission: &Submission,
    contents: &mut SubmissionContents,
) {
    let shown: Vec<(usize, PeriodClaim)> = tables
        .iter()
        .filter(|found| found.visible)
        .map(|found| (found.table.form, found.table.period.clone()))
        .collect();
    let mut listed = RecordMarks::default();
    for found in tables.iter().filter(|found| found.visible) {
        if let Some(list) = &found.list {
            listed.extend(&list.marks);
        }
    }
    tables.retain(
        |FoundTable {
             table,
             list,
             visible,
             ..
         }| {
            if *visible {
                return true;
            }
            let place = Place {
                sheet: table.sheet.clone(),
                ..submission.place()
            };
            // A hidden list may have records that no visible one has: then it is a part of the list.
            let adds_records =
                |list: &RecordList| !list.marks.is_empty() && !list.marks.is_version_of(&listed);
            let is_repeated = shown.contains(&(table.form, table.period.clone()))
                && !list.as_ref().is_some_and(adds_records);
            contents.findings.push(if is_repeated {
                findings::TH213.at(place)
            } else {
                findings::TH212.at(place)
            });
            !is_repeated
        },
    );
}

/// Reads each table into a report.
fn read_tables(
    plan: &Plan,
    docket: &Docket,
    submission: &Submission,
    tables: &[FoundTable],
    contents: &mut SubmissionContents,
) {
    let periods: BTreeSet<Period> = tables
        .iter()
        .filter_map(|found| match found.table.period {
            PeriodClaim::Agreed(period) => Some(period),
            _ => None,
        })
        .collect();
    let names = plan.name_lookup();
    let received_on = submission.received_on(&plan.zone);
    let claimed: Vec<(Identified, String)> = tables
        .iter()
        .map(|found| {
            let claim = ReporterClaim::of(&found.table.title);
            let identified = names.identify(&claim, received_on);
            // What a report takes from another sheet must not quote a sheet that may be personal.
            let line = if found.personal {
                let sheet = found.table.sheet.as_ref();
                sheet.unwrap_or(&submission.file_name).clone()
            } else {
                claim.line()
            };
            (identified, line)
        })
        .collect();
    let context = ReportContext {
        plan,
        docket,
        submission,
        periods: &periods,
    };
    // Lists that complete a report of the file, each with the place of its table.
    let mut completing: Vec<(usize, usize)> = Vec::new();
    let mut report_of: BTreeMap<usize, usize> = BTreeMap::new();
    for (n, found) in tables.iter().enumerate() {
        let FoundTable { table, list, .. } = found;
        if let Some(whole) = completed_by(plan, tables, n) {
            // A report has one list: the cells of its records are known by the heads of that. A further one is a part of it.
            let is_first = !completing.iter().any(|(_, other)| *other == whole);
            if is_first {
                completing.push((n, whole));
                continue;
            }
        }
        report_of.insert(n, contents.reports.len());
        let used = &mut contents.used_definitions;
        used.record_lookup(table, found.personal);
        let siblings: Vec<(&Identified, String)> = claimed
            .iter()
            .enumerate()
            .filter(|(i, _)| *i != n)
            .map(|(_, (identified, line))| (identified, line.clone()))
            .collect();
        let (mut report, locales) = read_report(context, n + 1, table, &siblings);
        mark_continued(&mut report, &found.continued);
        let records = list
            .as_ref()
            .and_then(|list| take_list(plan, list, &mut report));
        contents.records.extend(records);
        contents.reports.push(report);
        contents.tables.push(TableReading {
            ranges: table.ranges.clone(),
            title: table.title.clone(),
            period: table.period.clone(),
            locales,
        });
    }
    for (n, whole) in completing {
        let report = report_of
            .get(&whole)
            .and_then(|at| contents.reports.get_mut(*at));
        if let (Some(list), Some(report)) = (&tables[n].list, report) {
            let records = complete_with_list(plan, list, report);
            contents.records.extend(records);
            let reading = report_of
                .get(&whole)
                .and_then(|at| contents.tables.get_mut(*at));
            if let Some(reading) =
                reading.filter(|_| tables[n].table.sheet == tables[whole].table.sheet)
            {
                reading
                    .ranges
                    .extend(tables[n].table.ranges.iter().copied());
            }
        }
    }
}
