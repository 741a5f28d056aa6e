//! The reference tables of a geography, read from CSV and checked.

mod check;
mod check_days;
mod check_names;
mod csv;
mod read;
mod tables;

pub(crate) use csv::{Csv, CsvRow};
pub use tables::{RegionMember, Tables, UnitChange, UnitName};
