//! Forms: which texts stand above and beside the values of a table.
//!
//! [`RawForm`] mirrors `forms/*.toml`; [`Form`] is the same, folded and checked, ready to be matched.

mod compiled;
mod head;
mod period;
mod raw;

pub use compiled::{
    CodeShape, ComparisonColumn, Form, FormRow, ListTotal, RecordField, RecordShape, RowUnit,
    Section, Stub, TotalBy, UnitCodes, ValueColumn, belongs,
};
pub(super) use head::BareHead;
pub use head::HeadPattern;
pub use period::RelativePeriod;
pub use raw::{Dimension, FieldKind, RawForm, RawRecordField, RawTotal, RawValueColumn, Scenario};
