//! From sheets to located cells: which form a sheet holds, and which of its values each cell states.
//!
//! A form is found by its own words: the head of its label column, the heads of its value columns, the labels of its
//! rows. Nothing is read by position.

mod body;
mod cell;
mod concern;
mod form;
mod head_meaning;
mod head_path;
mod head_signs;
mod header;
mod heading_row;
mod label;
mod layout;
mod list_layout;
mod nearest;
mod period_claim;
mod personal;
mod raw_words;
mod record_head;
mod row;
mod row_kind;
mod sender_words;
mod sending;
mod slip;
mod sub_columns;
mod sub_head;
mod table;
mod title;
mod unfit;
mod unit_row;
mod vocabulary;
mod words;

pub use cell::{ColumnRef, LocatedCell};
pub use concern::FormTexts;
pub use form::{
    CodeShape, ComparisonColumn, Dimension, EntryTexts, FieldKind, Form, FormRow, HeadPattern,
    HeadYear, ListTotal, RawForm, RawLine, RawRecordField, RawTotal, RawValueColumn, RecordField,
    RecordShape, Register, RegisterEntry, RegisterField, RegisterSection, RelativePeriod, RowUnit,
    Scenario, Section, SenderKind, StateField, Stub, TotalBy, UnitCodes, ValueColumn, belongs,
};
pub(crate) use form::{numbers_of, words_of};
pub use head_signs::{HeadSigns, names_a_form};
pub use list_layout::{ListLayout, ListPlace, lay_out_lists};
pub use nearest::{NearestForm, nearest_form};
pub use period_claim::PeriodClaim;
pub use personal::may_be_personal;
pub use raw_words::RawDocumentWords;
pub use record_head::{FieldColumn, HeadContext, RecordHead, has_sub_heads, record_head};
pub(crate) use sender_words::{SenderWord, SenderWords};
pub use sending::Sending;
pub use table::{SheetTable, SheetTables, find_tables, find_tables_in};
pub use title::{Stated, Title};
pub use vocabulary::Vocabulary;
pub use words::DocumentWords;
