//! Feedback: each unit gets its own files back as it sent them. Cells with findings are coloured and have a note that
//! says what is wrong and what to do, and an added sheet lists everything.
//!
//! A workbook in Office Open XML is not saved anew: a few of its parts are added to, and all others keep their bytes.
//! A file in another format is rebuilt as a workbook from what was read. For a file that could not be read, the
//! workbook has the list alone.

mod earlier;
mod error;
mod index;
mod letter;
mod list;
mod mark;
mod names;
mod notes;
mod package;
mod rebuild;
mod sheet;
mod styles;
mod words;
mod workbook;
mod write;
mod xml;

pub use index::INDEX;
pub use letter::{Letter, Remark, SentFile};
pub use words::{FeedbackWords, ListHeads, NoteWords, SeverityWords};
pub use workbook::{How, ReadSettings};
pub use write::{FeedbackPlace, Written, write};
