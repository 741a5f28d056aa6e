//! Texts: folding for comparison, old encodings, texts in two languages, and how figures are written.

mod bilingual;
mod breakdown_columns;
mod encoding;
mod figure;
mod fill;
mod fold;
mod lines;
mod marks;
mod members;
mod spreadsheet;

pub use bilingual::Bilingual;
pub use breakdown_columns::BreakdownColumns;
pub(crate) use encoding::without_padding;
pub use encoding::{
    Encodings, FileEncoding, FontEncoding, RawEncoding, RawEncodings, RawFileEncodings,
};
pub use figure::{format_value, rounded};
pub use fill::{fill, fill_with};
pub use fold::Folder;
pub(crate) use fold::{composed, has_marks, without_marks};
pub use lines::{line_at, listed, one_line};
pub use marks::{breaks_line, is_blank, is_invisible, is_raised, literal, narrow, visible};
pub use members::{Members, TOTAL, code_in, members_sql};
pub use spreadsheet::spreadsheet_safe;
