//! Workbooks that are zip packages (.xlsx, .xlsb, .ods). Every part is unpacked once and measured before a parser sees it.

mod copy;
mod part;
mod reader;
mod source;

pub(super) use reader::{FOREIGN, PackageReader};
pub(super) use source::Packed;
