//! Record lists: rows to records, straight into the columns of an Arrow table. A cell becomes a value or gets a finding;
//! personal data are counted and dropped.

mod code;
mod column;
mod date;
mod deadline;
mod entry_match;
mod faults;
mod list;
mod list_reader;
mod marks;
mod neighbours;
mod record_list;
mod repeats;
mod standing;
mod value;

pub(crate) use faults::in_runs;
pub use list_reader::ListReader;
pub use marks::{Overlap, RecordMarks};
pub use record_list::{FilledCells, RecordList};
pub use repeats::repeated_keys;
