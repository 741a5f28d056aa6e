//! One submission through intake, extraction and normalization: what it holds, as reports.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use arrow::array::RecordBatch;
use jiff::Timestamp;

use super::Plan;
use super::asked::Asked;
use super::decided::{Decided, period_evidence};
use super::identify::{claim_of, identify, identify_by_rows};
use crate::diagnostic::{Finding, Place};
use crate::extract::{
    ColumnRef, Dimension, PeriodClaim, SheetTable, SheetTables, Title, find_tables, nearest_form,
};
use crate::geography::{Docket, Known, Report, UnitKey};
use crate::intake::{Limits, MediaType, NotAccepted, sniff};
use crate::lake::{CachedRecords, own_columns};
use crate::normalize::{ListReader, LocaleVerdict, Normalized, RecordList, normalize};
use crate::period::Period;
use crate::read::{Address, Carried, CellContent, CellRange, ReadError, Sheet, read_with_records};
use crate::text::FileEncoding;

/// A file that was taken in.
#[derive(Debug, Clone)]
pub(super) struct Submission {
    pub submission_id: String,
    pub file_name: String,
    pub sha256: String,
    pub size_bytes: u64,
    pub received_at: Timestamp,
    /// Another file of the same content came before.
    pub duplicate: bool,
    /// Why it is refused before anything of it is read; empty if it is not.
    pub refused: Vec<Finding>,
}

/// What was read from a submission.
#[derive(Debug, Default)]
pub(super) struct Contents {
    pub media_type: Option<MediaType>,
    pub reports: Vec<Report>,
    /// Findings of the file as a whole.
    pub findings: Vec<Finding>,
    /// Nothing in it could be used.
    pub rejected: bool,
    /// How each report was read, in their order.
    pub tables: Vec<TableReading>,
    /// The encoding of a text file.
    pub encoding: Option<FileEncoding>,
    /// What the file carries and is never run or followed.
    pub carried: Vec<Carried>,
    /// The records of its lists.
    pub records: Vec<Records>,
    /// What reading it asked of forms and names.
    pub asked: Asked,
}

/// The records of a report.
#[derive(Debug, Clone)]
pub(super) struct Records {
    pub report_id: String,
    /// The lake's table.
    pub table: String,
    pub rows: RecordsAt,
}

/// Where records are.
#[derive(Debug, Clone)]
pub(super) enum RecordsAt {
    Memory(RecordBatch),
    Cache(CachedRecords),
}

/// How a report was read: the evidence, for those who ask.
#[derive(Debug, Clone)]
pub struct TableReading {
    /// Where the table stands in its sheet.
    pub ranges: Vec<CellRange>,
    /// What stands above it.
    pub title: Title,
    /// What it says of its period.
    pub period: PeriodClaim,
    /// How its columns write numbers, where they hold numbers as text.
    pub locales: BTreeMap<ColumnRef, LocaleVerdict>,
}

impl Submission {
    pub(super) fn place(&self) -> Place {
        Place {
            file_name: Some(self.file_name.clone()),
            submission_id: Some(self.submission_id.clone()),
            ..Place::default()
        }
    }

    /// As decisions know it.
    pub(super) fn known(&self) -> Known<'_> {
        Known {
            submission_id: &self.submission_id,
            file_name: &self.file_name,
            received_at: self.received_at,
        }
    }
}

/// Reads one submission from its original, as far as people decided about it by their decisions.
pub(super) fn read_submission(
    plan: &Plan,
    docket: &Docket,
    submission: &Submission,
    original: &Path,
) -> Contents {
    let mut contents = Contents::default();
    let finding = |code: &str, args: &[(&str, &str)]| Finding::new(code, submission.place(), args);
    let reject = |media_type: Option<MediaType>, finding: Finding| Contents {
        media_type,
        findings: vec![finding],
        rejected: true,
        ..Contents::default()
    };
    let most = plan.limits.max_file_bytes;
    if submission.size_bytes > most {
        let limit = Limits::stated("max_file_bytes", most);
        return reject(None, finding("TH105", &[("limit", &limit)]));
    }
    let format = match sniff(original) {
        Ok(sniffed) => sniffed,
        Err(e) => return reject(None, finding("TH101", &[("reason", &e.to_string())])),
    };
    let media_type =
        format.map_or_else(NotAccepted::media_type, |format| Some(format.media_type()));
    if !submission.refused.is_empty() {
        return Contents {
            media_type,
            findings: submission.refused.clone(),
            rejected: true,
            ..Contents::default()
        };
    }
    let format = match format {
        Ok(format) => format,
        Err(why) => {
            let finding = match why {
                NotAccepted::Empty => finding("TH102", &[]),
                NotAccepted::Encrypted => finding("TH109", &[]),
                NotAccepted::Known(kind) => finding("TH103", &[("kind", kind.as_str())]),
                // The members of an archive are submissions of their own: only an archive within another comes here.
                NotAccepted::Archive => finding("TH116", &[]),
                NotAccepted::Unknown => finding("TH104", &[]),
            };
            return reject(media_type, finding);
        }
    };
    contents.media_type = media_type;
    let mut lists = ListReader::new(&plan.vocabulary, &plan.conventions);
    let encodings = &plan.vocabulary.encodings;
    let document = match read_with_records(original, format, plan.limits, encodings, &mut lists) {
        Ok(document) => document,
        Err(e) => {
            let why = match e {
                ReadError::Encrypted => finding("TH109", &[]),
                ReadError::TooLarge(limit) => finding("TH105", &[("limit", &limit)]),
                ReadError::UnknownEncoding => finding("TH110", &[]),
                other @ (ReadError::Damaged(_) | ReadError::Io(_)) => {
                    finding("TH106", &[("reason", &other.to_string())])
                }
            };
            return reject(contents.media_type, why);
        }
    };
    for carried in &document.carried {
        let code = match carried {
            Carried::Macros => "TH117",
            Carried::ExternalLinks => "TH118",
            Carried::Dde => "TH119",
        };
        contents.findings.push(finding(code, &[]));
    }
    let sheets = &document.sheets;
    read_sheets(plan, docket, submission, sheets, lists, &mut contents);
    if let Some(encoding) = document.encoding.as_ref().filter(|e| !e.is_unicode()) {
        let args = [
            ("encoding", encoding.name.as_str()),
            ("evidence", encoding.evidence.as_str()),
        ];
        contents.findings.push(finding("TH120", &args));
    }
    contents.encoding = document.encoding;
    contents.carried = document.carried;
    contents
}

fn read_sheets(
    plan: &Plan,
    docket: &Docket,
    submission: &Submission,
    sheets: &[Sheet],
    mut lists: ListReader<'_>,
    contents: &mut Contents,
) {
    let mut tables: Vec<(bool, SheetTable, Option<RecordList>)> = Vec::new();
    for (index, sheet) in sheets
        .iter()
        .enumerate()
        .filter(|(_, sheet)| !sheet.is_empty())
    {
        if !lists.has_seen(index) {
            lists.read_sheet(index, sheet);
        }
        let list = lists.lists.iter().position(|list| list.sheet == index);
        let list = list.map(|i| lists.lists.swap_remove(i));
        let mut found = match &list {
            None => find_tables(sheet, &plan.vocabulary),
            Some(list) => SheetTables {
                tables: vec![list.table.clone()],
                findings: Vec::new(),
            },
        };
        let list_head = list.as_ref().map(|list| list.head_ends);
        contents
            .asked
            .texts
            .add(sheet, &found.tables, list_head, &plan.vocabulary);
        let place = Place {
            sheet: sheet.name.clone(),
            ..submission.place()
        };
        contents
            .findings
            .extend(
                std::mem::take(&mut found.findings)
                    .into_iter()
                    .map(|f| Finding {
                        place: place.clone(),
                        ..f
                    }),
            );
        contents.findings.extend(notes_on_reading(
            sheet,
            &found.tables,
            list.as_ref(),
            &place,
        ));
        if found.tables.is_empty() {
            contents.findings.extend(like_a_form(plan, sheet, &place));
        }
        if found.tables.is_empty() && sheet.name.is_some() {
            contents.findings.push(Finding::new(
                "TH202",
                place.clone(),
                &[("cells", &sheet.len().to_string())],
            ));
        }
        let mut list = list;
        let found = std::mem::take(&mut found.tables).into_iter();
        tables.extend(found.map(|table| (sheet.visible, table, list.take())));
    }
    // A hidden sheet counts only where no visible one holds the same form for the same period.
    let shown: Vec<(usize, PeriodClaim)> = tables
        .iter()
        .filter(|(visible, ..)| *visible)
        .map(|(_, t, _)| (t.form, t.period.clone()))
        .collect();
    tables.retain(|(visible, table, _)| {
        if *visible {
            return true;
        }
        let place = Place {
            sheet: table.sheet.clone(),
            ..submission.place()
        };
        let shadowed = shown.contains(&(table.form, table.period.clone()));
        contents.findings.push(Finding::new(
            if shadowed { "TH213" } else { "TH212" },
            place,
            &[],
        ));
        !shadowed
    });
    if tables.is_empty() {
        contents.findings.push(Finding::new(
            "TH201",
            submission.place(),
            &[("forms", &known_forms(plan))],
        ));
        contents.asked.texts.found_nothing();
        contents.rejected = true;
        return;
    }
    let agreed: BTreeSet<Period> = tables
        .iter()
        .filter_map(|(_, t, _)| match t.period {
            PeriodClaim::Agreed(period) => Some(period),
            _ => None,
        })
        .collect();
    let (tables, mut read): (Vec<SheetTable>, Vec<Option<RecordList>>) = tables
        .into_iter()
        .map(|(_, table, list)| (table, list))
        .unzip();
    let claimed: Vec<BTreeSet<UnitKey>> = tables
        .iter()
        .map(|t| {
            plan.geography
                .identify(&claim_of(t), &plan.reporters, &plan.vocabulary.folder)
                .units
        })
        .collect();
    for (n, table) in tables.iter().enumerate() {
        contents.asked.unit_of(table);
        let siblings: Vec<&BTreeSet<UnitKey>> = claimed
            .iter()
            .enumerate()
            .filter(|(i, units)| *i != n && !units.is_empty())
            .map(|(_, units)| units)
            .collect();
        let (mut report, locales) =
            assemble(plan, docket, submission, n + 1, table, &agreed, &siblings);
        if let Some(list) = read[n].take() {
            contents.records.extend(take_list(plan, &list, &mut report));
        }
        contents.reports.push(report);
        contents.tables.push(TableReading {
            ranges: table.ranges.clone(),
            title: table.title.clone(),
            period: table.period.clone(),
            locales,
        });
    }
}

/// Gives a report the counts of its list; the records themselves, unless it is held back.
fn take_list(plan: &Plan, list: &RecordList, report: &mut Report) -> Option<Records> {
    report.cells_total = list.cells_total;
    report.cells_explained = list.cells_explained;
    report.cells_loaded = list.cells_loaded;
    report.records = list.records.num_rows() as i64;
    let shape = plan.vocabulary.forms[list.table.form].records.as_ref()?;
    let table = crate::lake::table(&shape.table)?;
    let rows = own_columns(table, &list.records).ok()?;
    Some(Records {
        report_id: report.report_id.clone(),
        table: shape.table.clone(),
        rows: RecordsAt::Memory(rows),
    })
}

/// What a sheet without a form has of one, if it looks like one.
fn like_a_form(plan: &Plan, sheet: &Sheet, place: &Place) -> Option<Finding> {
    let near = nearest_form(sheet, &plan.vocabulary)?;
    let heads: Vec<String> = near.heads.iter().map(Address::to_string).collect();
    let or_none = |text: String| {
        if text.is_empty() {
            "-".to_owned()
        } else {
            text
        }
    };
    let label_head = near.label_head.map(|at| at.to_string()).unwrap_or_default();
    let place = Place {
        form: Some(near.form.clone()),
        cell: near
            .label_head
            .or(near.heads.first().copied())
            .map(|at| at.to_string()),
        ..place.clone()
    };
    let args = [
        ("form", near.form.clone()),
        ("label_head", or_none(label_head)),
        ("heads", or_none(heads.join(", "))),
        ("rows", near.rows.to_string()),
    ];
    let args = args.each_ref().map(|(name, value)| (*name, value.as_str()));
    Some(Finding::new("TH222", place, &args))
}

/// What a sheet was read in spite of: old encodings, hidden rows and columns.
fn notes_on_reading(
    sheet: &Sheet,
    tables: &[SheetTable],
    list: Option<&RecordList>,
    place: &Place,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some((at, first)) = sheet.all_undecoded().next() {
        let count = sheet.all_undecoded().count().to_string();
        let encodings: BTreeSet<&str> = sheet
            .all_undecoded()
            .map(|(_, undecoded)| undecoded.encoding.as_str())
            .collect();
        let encodings = Vec::from_iter(encodings).join(", ");
        let decoded = sheet.get(at).map(CellContent::as_read).unwrap_or_default();
        let place = Place {
            cell: Some(at.to_string()),
            ..place.clone()
        };
        let args = [
            ("encoding", encodings.as_str()),
            ("count", count.as_str()),
            ("read", first.text.as_str()),
            ("decoded", decoded.as_str()),
        ];
        findings.push(Finding::new("TH215", place, &args));
    }
    let hidden = |at: &Address| {
        sheet.hides(*at) && tables.iter().any(|t| t.ranges.iter().any(|r| r.holds(*at)))
    };
    let cells: Vec<Address> = sheet.cells().map(|(at, _)| at).filter(hidden).collect();
    let of_rows = cells.iter().filter(|at| sheet.hides_row(at.row));
    let mut rows: BTreeSet<u32> = of_rows.map(|at| at.row + 1).collect();
    let of_columns = cells.iter().filter(|at| sheet.hides_column(at.column));
    let mut columns: BTreeSet<u32> = of_columns.map(|at| at.column).collect();
    let mut count = cells.len();
    if let Some(list) = list {
        // The cells of a list may be in no grid.
        (rows, columns, count) = list.filled.hidden_by(sheet);
    }
    if count > 0 {
        let columns: BTreeSet<String> = columns.into_iter().map(Address::column_name).collect();
        let columns = match columns.len() {
            0 => "-".to_owned(),
            _ => Vec::from_iter(columns).join(", "),
        };
        let args = [
            ("rows", in_runs(&rows)),
            ("columns", columns),
            ("count", count.to_string()),
        ];
        let args = args.each_ref().map(|(name, value)| (*name, value.as_str()));
        findings.push(Finding::new("TH214", place.clone(), &args));
    }
    findings
}

/// Numbers as `3, 5-9`.
fn in_runs(numbers: &BTreeSet<u32>) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for n in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *n => *last = *n,
            _ => runs.push((*n, *n)),
        }
    }
    let runs: Vec<String> = runs
        .into_iter()
        .map(|(a, b)| {
            if a == b {
                a.to_string()
            } else {
                format!("{a}-{b}")
            }
        })
        .collect();
    if runs.is_empty() {
        "-".to_owned()
    } else {
        runs.join(", ")
    }
}

fn known_forms(plan: &Plan) -> String {
    plan.vocabulary
        .forms
        .iter()
        .map(|f| f.code.as_str())
        .collect::<Vec<_>>()
        .join(", ")
}

/// One report from one table.
fn assemble(
    plan: &Plan,
    docket: &Docket,
    submission: &Submission,
    n: usize,
    table: &SheetTable,
    agreed: &BTreeSet<Period>,
    siblings: &[&BTreeSet<UnitKey>],
) -> (Report, BTreeMap<ColumnRef, LocaleVerdict>) {
    let form = &plan.vocabulary.forms[table.form];
    let title = &table.title;
    let unit_cell = title
        .reporter
        .as_ref()
        .or(title.unit_code.as_ref())
        .map(|s| s.at.to_string());
    let mut report = Report {
        report_id: format!("{}-{n}", submission.submission_id),
        submission_id: submission.submission_id.clone(),
        file_name: submission.file_name.clone(),
        received_at: submission.received_at,
        sheet: table.sheet.clone(),
        form: form.code.clone(),
        period: None,
        candidates: BTreeSet::new(),
        stated_vintage: title
            .geography
            .as_ref()
            .and_then(|(_, vintage)| vintage.clone()),
        by_unit: form.dimension == Dimension::Unit,
        unit_cell,
        unit: None,
        vintage_evidence: None,
        reporter: None,
        sending: title
            .sending
            .as_ref()
            .and_then(|(_, n)| *n)
            .unwrap_or(1)
            .max(1),
        revision: 1,
        is_current: false,
        outranked: false,
        held: false,
        observations: Vec::new(),
        records: 0,
        held_values: Vec::new(),
        comparisons: Vec::new(),
        cells_total: 0,
        cells_loaded: 0,
        cells_explained: 0,
        findings: table.findings.clone(),
        evidence: Vec::new(),
        decided: BTreeMap::new(),
        decided_vintage: None,
        accepted: None,
        waived: BTreeMap::new(),
    };
    let decided = Decided::of(&mut report, docket);
    let values = table
        .cells
        .iter()
        .filter(|c| matches!(c.column, ColumnRef::Value(_)))
        .count() as i64;
    let compared = table
        .cells
        .iter()
        .filter(|c| matches!(c.column, ColumnRef::Comparison(_)) && c.content.is_some())
        .count() as i64;
    report.cells_total = values + compared + table.cells_held;
    let mut locales = BTreeMap::new();
    if let Some((stated, None)) = &title.geography {
        let place = Place {
            cell: Some(stated.at.to_string()),
            ..report.place()
        };
        report
            .findings
            .push(Finding::new("TH414", place, &[("text", &stated.text)]));
    }
    let claimed = settle_period(table, agreed, form.frequencies.as_slice());
    match decided.period(&mut report, docket, claimed, form) {
        Ok((period, basis)) => {
            report.period = Some(period);
            if basis == "other-form-of-the-file" {
                let finding =
                    Finding::new("TH314", report.place(), &[("period", &period.to_string())]);
                report.findings.push(finding);
            }
            let mut normalized = normalize(table, period.year, &plan.vocabulary, &plan.conventions);
            locales = std::mem::take(&mut normalized.locales);
            load(&mut report, normalized, compared + table.cells_held);
            report.evidence.push(period_evidence(table, period, basis));
        }
        Err(finding) => {
            let place = Place {
                cell: finding.place.cell.clone(),
                ..report.place()
            };
            report.hold(Finding { place, ..*finding });
        }
    }
    let by_words = if report.by_unit {
        identify_by_rows(plan, table, &mut report)
    } else {
        identify(plan, submission, table, siblings, &mut report)
    };
    decided.unit(&mut report, docket, by_words);
    if let Some(decision) = decided.withdraw {
        report.hold_withdrawn(docket, decision);
    }
    (report, locales)
}

/// The period of a table, and how it is told: its own, else that of the other forms of the file.
fn settle_period(
    table: &SheetTable,
    agreed: &BTreeSet<Period>,
    frequencies: &[crate::period::Frequency],
) -> Result<(Period, &'static str), Box<Finding>> {
    match &table.period {
        PeriodClaim::Agreed(period) => {
            let in_title = table.title.periods.iter().any(|(_, p)| p == period);
            Ok((*period, if in_title { "title" } else { "heads" }))
        }
        PeriodClaim::Unstated => {
            let mut fitting = agreed.iter().filter(|p| frequencies.contains(&p.frequency));
            match (fitting.next(), fitting.next()) {
                (Some(only), None) => Ok((*only, "other-form-of-the-file")),
                _ => Err(Box::new(Finding::new("TH312", Place::default(), &[]))),
            }
        }
        PeriodClaim::Contradiction(first, second) => {
            let place = Place {
                cell: Some(second.at.to_string()),
                ..Place::default()
            };
            let args = [
                ("first", first.text.as_str()),
                ("first_cell", &first.at.to_string()),
                ("second", second.text.as_str()),
            ];
            Err(Box::new(Finding::new("TH313", place, &args)))
        }
    }
}

fn load(report: &mut Report, normalized: Normalized, explained: i64) {
    report.cells_loaded = normalized.observations.len() as i64;
    report.cells_explained = explained + normalized.held;
    report.observations = normalized.observations;
    report.comparisons = normalized.comparisons;
    report.findings.extend(normalized.findings);
    let unaccounted = report.cells_total - report.cells_loaded - report.cells_explained;
    if unaccounted != 0 {
        let finding = Finding::new(
            "TH299",
            report.place(),
            &[("count", &unaccounted.to_string())],
        );
        report.findings.push(finding);
    }
}
