//! All integration tests, in one binary.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::too_many_lines, reason = "a test tells a whole story")]

mod agencies;
mod architecture;
mod book;
mod breakdowns;
mod by_unit;
mod chain;
mod check;
mod combinations;
mod consolidate;
mod contract;
mod corpus;
mod crash;
mod custom;
mod decisions;
mod diff;
mod documents;
mod encodings;
mod feedback;
mod golden;
mod graphs;
mod hard_files;
mod inbox;
mod keeping;
mod list_totals;
mod lists;
mod mutations;
mod nightly;
mod own_tables;
mod privacy;
mod properties;
mod quick_report;
mod readers;
mod reading;
mod records;
mod reference;
mod sample_files;
mod sample_programme;
mod sample_targets;
mod sample_truth;
mod senders;
mod shorter_periods;
mod soundness;
mod statistics;
mod support;
mod tasks;
mod template;
mod third_breakdown;
mod tiling;
mod trace;
mod verify;
mod white_book;
mod writing;
mod xls;
