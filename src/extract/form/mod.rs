//! Forms: which texts stand above and beside the values of a table.
//!
//! [`RawForm`] mirrors `forms/*.toml`; [`Form`] is the same, folded and checked, ready to be matched.

mod compiled;
mod head;
mod period;
mod raw;
mod register;

pub use compiled::{
    CodeShape, ComparisonColumn, Form, FormRow, ListTotal, RecordField, RecordShape, RegisterField,
    RowUnit, Section, StateField, Stub, TotalBy, UnitCodes, ValueColumn, belongs,
};
pub(super) use head::{BareHead, Implied};
pub use head::{HeadPattern, HeadYear};
pub use period::RelativePeriod;
pub use raw::{
    Dimension, FieldKind, RawForm, RawLine, RawRecordField, RawTotal, RawValueColumn, Scenario,
    SenderKind,
};
pub use register::{EntryTexts, Register, RegisterEntry, RegisterSection};
pub(crate) use register::{numbers_of, words_of};
