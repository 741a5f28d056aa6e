//! Codes of digits and other texts: what a spreadsheet program did to them is repaired or held back.

use super::cells::OwnedValue;
use super::open_list::{MendedCodes, OpenList};
use crate::diagnostic::findings;
use crate::extract::{CodeShape, RecordField};
use crate::normalize::records::code::{ReadCode, is_scientific, read_code};
use crate::read::{Address, BorrowedContent, StoredValue};

impl OpenList<'_> {
    /// The value of a cell of a field whose codes have a shape; none if the cell is held back with a finding.
    pub(super) fn shaped_code<'t>(
        &mut self,
        shape: &CodeShape,
        cell: BorrowedContent<'t>,
        at: Address,
    ) -> Option<OwnedValue<'t>> {
        if let BorrowedContent::Text(text) = cell
            && self.conventions.symbols.status(text).is_some()
        {
            return Some(OwnedValue::None);
        }
        match read_code(cell, shape) {
            ReadCode::Is(code) => Some(OwnedValue::of_text(code)),
            ReadCode::Mended(code) => {
                let mended = MendedCodes { at, count: 0 };
                self.mended.entry(at.column).or_insert(mended).count += 1;
                Some(OwnedValue::String(code))
            }
            ReadCode::DigitsLost => self.refuse(at, findings::TH382),
            ReadCode::Unfit(digits) => {
                let has = digits.map_or_else(|| "?".to_owned(), |n| n.to_string());
                let wanted = shape.written();
                self.refuse(at, findings::TH381 { wanted, has })
            }
        }
    }

    /// The text of a cell; none if a spreadsheet program made a date or a rounded number of it.
    pub(super) fn plain_text<'t>(
        &mut self,
        facts: &RecordField,
        cell: BorrowedContent<'t>,
        at: Address,
    ) -> Option<OwnedValue<'t>> {
        match cell {
            BorrowedContent::Date(_) => self.refuse(at, findings::TH387),
            BorrowedContent::Shown(shown) if matches!(shown.stored, StoredValue::Date(_)) => {
                self.refuse(at, findings::TH387)
            }
            BorrowedContent::Text(text) if is_scientific(text.trim()) => {
                self.refuse(at, findings::TH382)
            }
            _ => {
                let text = self.text(cell, at);
                let fits = facts.matches.as_ref().is_none_or(|pattern| {
                    text.trim().is_empty()
                        || self.conventions.symbols.status(&text).is_some()
                        || pattern.is_match(&text)
                        || pattern.is_match(&self.vocabulary.folder.fold(&text))
                });
                if fits {
                    Some(OwnedValue::of_text(text))
                } else {
                    self.refuse(at, findings::TH346)
                }
            }
        }
    }

    /// Notes the columns whose codes were mended.
    pub(super) fn note_mended(&mut self) {
        for MendedCodes { at, count } in std::mem::take(&mut self.mended).into_values() {
            self.faults.once(at, findings::TH383 { count });
        }
    }
}
