//! The records of lists as tables that models, rules and totals read.

use std::collections::BTreeMap;

use arrow::array::{ArrayRef, RecordBatch, StringArray, new_null_array};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::error::ArrowError;
use std::sync::Arc;

use crate::engine::{Engine, ListFile};
use crate::geography::{JudgedReport, ReportStanding};
use crate::lake::{Lake, SHARED, TableSchema};
use crate::plan::Plan;
use crate::reading::{Records, RecordsAt, RunError};

/// The records of all lists that were read. Without a lake they are in memory.
#[derive(Clone, Copy)]
pub(crate) struct Lists<'a> {
    pub(crate) records: &'a [Records],
    pub(crate) lake: Option<&'a Lake>,
}

impl Lists<'_> {
    /// Registers the tables of records with the rows of the current reports. Nothing is read until a query needs it.
    ///
    /// # Errors
    /// When the engine refuses a table.
    pub(crate) fn register(
        self,
        engine: &Engine,
        plan: &Plan,
        reports: &[JudgedReport],
    ) -> Result<(), RunError> {
        let counts = |report: &JudgedReport| report.standing == ReportStanding::Current;
        for table in plan.lake.of_records() {
            self.register_table(engine, &table.name, table, (reports, counts))?;
        }
        Ok(())
    }

    /// Registers the rows of the reports that `counts` chooses under a name.
    pub(super) fn register_table(
        self,
        engine: &Engine,
        name: &str,
        table: &TableSchema,
        (reports, counts): (&[JudgedReport], impl Fn(&JudgedReport) -> bool),
    ) -> Result<(), RunError> {
        let chosen: BTreeMap<&str, &JudgedReport> = reports
            .iter()
            .filter(|report| counts(report) && !report.dossier().content.list_replaced)
            .map(|report| (report.id(), report))
            .collect();
        let (mut files, mut batches) = (Vec::new(), Vec::new());
        for records in self.records.iter().filter(|r| r.table == table.name) {
            let Some(report) = chosen.get(records.report_id.as_str()) else {
                continue;
            };
            let shared = shared_by(report, records);
            match &records.rows {
                RecordsAt::Memory(rows) => batches.push(whole(table, rows, &shared)?),
                RecordsAt::Cache(at) => {
                    // Files that are gone are told when the snapshot is written.
                    let path = self.lake.and_then(|lake| lake.path_of_records(at));
                    files.extend(path.map(|path| ListFile {
                        path,
                        shared: shared.into(),
                    }));
                }
            }
        }
        if files.is_empty() {
            engine.register(name, table.schema.clone(), batches)?;
        } else {
            engine.register_list(name, &own(table), &SHARED, files)?;
        }
        Ok(())
    }
}

/// What all records of a report share, in the order of [`SHARED`].
pub(super) fn shared_by(report: &JudgedReport, records: &Records) -> [Option<String>; 5] {
    let placed = &report.report;
    [
        Some(records.report_id.clone()),
        Some(placed.unit.vintage.clone()),
        Some(placed.unit.code.clone()),
        Some(placed.period.to_string()),
        records.sheet.clone(),
    ]
}

/// The columns of a table of records that its reports do not share.
fn own(table: &TableSchema) -> Schema {
    let fields = table.schema.fields().iter();
    let own = fields.filter(|field| !SHARED.contains(&field.name().as_str()));
    Schema::new(own.cloned().collect::<Vec<_>>())
}

/// Records in memory with what they share.
fn whole(
    table: &TableSchema,
    rows: &RecordBatch,
    shared: &[Option<String>; 5],
) -> Result<RecordBatch, ArrowError> {
    let column = |field: &Arc<Field>| -> ArrayRef {
        match SHARED.iter().position(|name| name == field.name()) {
            Some(at) => match &shared[at] {
                Some(text) => Arc::new(StringArray::from(vec![text.as_str(); rows.num_rows()])),
                None => new_null_array(&DataType::Utf8, rows.num_rows()),
            },
            None => match rows.column_by_name(field.name()) {
                Some(column) => Arc::clone(column),
                None => new_null_array(field.data_type(), rows.num_rows()),
            },
        }
    };
    let columns = table.schema.fields().iter().map(column).collect();
    RecordBatch::try_new(table.schema.clone(), columns)
}
