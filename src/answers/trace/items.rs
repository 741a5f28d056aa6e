//! The records behind a cell that counts entries of a register.

use std::collections::BTreeSet;

use arrow::array::AsArray;
use arrow::datatypes::TimestampMicrosecondType;

use super::line_source::LineSource;
use super::node::{TracedItem, TracedLine};
use super::tracer::Tracer;
use crate::engine::{Engine, TextColumn};
use crate::geography::UnitKey;
use crate::reading::RunError;
use crate::tables::{ItemKey, Origin, Table};

/// The entries that a printed cell counts; none if it counts none.
pub(super) fn items_of(table: &Table, row: usize, column: usize) -> &[ItemKey] {
    let at = table.rows.get(row).and_then(|r| r.cells.get(column));
    match at {
        Some(Some(cell)) => match &cell.origin {
            Origin::Items(items) => items,
            _ => &[],
        },
        _ => &[],
    }
}

impl Tracer<'_> {
    /// Loads the reports whose records stand behind entries.
    pub(super) async fn know_lines(
        &mut self,
        engine: &Engine,
        items: &[ItemKey],
    ) -> Result<(), RunError> {
        let wanted: BTreeSet<&str> = items
            .iter()
            .flat_map(|item| item.records.iter().map(|(report, _)| report.as_str()))
            .collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let sql = "SELECT r.report_id, r.sheet, r.form, r.period, r.unit_vintage, r.unit_code, s.file_name, s.received_at \
                   FROM reports r JOIN submissions s ON s.submission_id = r.submission_id AND s.outcome <> 'duplicate' \
                   ORDER BY r.report_id, s.file_name";
        let (_, batches) = engine.query(sql).await?;
        for batch in &batches {
            let names = [
                "report_id",
                "sheet",
                "form",
                "period",
                "unit_vintage",
                "unit_code",
                "file_name",
            ];
            let [id, sheet, form, period, vintage, code, file_name] =
                names.map(|name| TextColumn::read(batch, name));
            let times = batch.column(7).as_primitive::<TimestampMicrosecondType>();
            for row in (0..batch.num_rows()).filter(|row| wanted.contains(id.text(*row))) {
                let unit = vintage.owned(row).zip(code.owned(row));
                let source = LineSource {
                    file_name: file_name.text(row).to_owned(),
                    sheet: sheet.owned(row),
                    form: form.text(row).to_owned(),
                    period: period.owned(row),
                    unit: unit.map(|(vintage, code)| UnitKey { vintage, code }),
                    received_at: jiff::Timestamp::from_microsecond(times.value(row)).ok(),
                };
                self.lines.entry(id.text(row).to_owned()).or_insert(source);
            }
        }
        Ok(())
    }

    /// An entry that a cell counts, with the records that say how far it is.
    pub(super) fn item(&self, item: &ItemKey) -> TracedItem {
        let line = |(report_id, row): &(String, i64)| {
            let source = self.lines.get(report_id)?;
            let end = source.period.as_ref().and_then(|p| p.parse().ok());
            let end = end.map_or(jiff::civil::Date::MAX, crate::period::Period::end);
            let geography = &self.plan.geography;
            Some(TracedLine {
                report_id: report_id.clone(),
                row: *row,
                sheet: source.sheet.clone(),
                file_name: source.file_name.clone(),
                form: source.form.clone(),
                period: source.period.clone(),
                unit: source
                    .unit
                    .as_ref()
                    .map(|u| format!("{}:{}", u.vintage, u.code)),
                sender: source
                    .unit
                    .as_ref()
                    .map(|u| geography.name(u, end).to_owned()),
                received_at: source.received_at,
            })
        };
        TracedItem {
            id: item.id.clone(),
            lines: item.records.iter().filter_map(line).collect(),
        }
    }
}
