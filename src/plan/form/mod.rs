//! `forms/*.toml`: the forms of a pipeline, checked against its code lists.

mod cells;
mod columns;
mod read;
mod record_tables;
mod records;
mod register;
mod rows;
mod sound_columns;
mod sound_words;
mod totals;

pub(super) use read::read_forms;
pub(super) use record_tables::record_tables;
