//! `forms/*.toml`: the forms of a pipeline, checked against its code lists.

mod columns;
mod read;
mod records;
mod rows;

pub(super) use read::read_forms;
