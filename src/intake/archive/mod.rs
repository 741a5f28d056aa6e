//! Archives: their members become files of their own, named `outer.zip/inner.xlsx`.

mod names;
mod unpack;

pub use names::{lies_in_archive, refused_as_nested, refused_by_name};
pub use unpack::{Member, Unpacked, unpack};
