//! Texts: folding for comparison, old encodings, texts in two languages, and how figures are written.

mod bilingual;
mod encoding;
mod figure;
mod fill;
mod fold;
mod line;

pub use bilingual::Bilingual;
pub use encoding::{
    Encodings, FileEncoding, FontEncoding, RawEncoding, RawEncodings, RawFileEncodings,
};
pub use figure::{format_value, rounded};
pub use fill::fill;
pub use fold::Folder;
pub(crate) use fold::composed;
pub use line::one_line;
