//! What the tests share: the program and its runs, files and directories, the reference data, descriptions of reports.

pub(crate) mod catalogue;
pub(crate) mod definitions;
pub(crate) mod files;
pub(crate) mod inbox;
pub(crate) mod lake;
pub(crate) mod office;
pub(crate) mod printed;
pub(crate) mod program;
pub(crate) mod programme;
pub(crate) mod registers;
pub(crate) mod sample;
pub(crate) mod sheet;
pub(crate) mod truth;
pub(crate) mod workbooks;
