//! All integration tests, in one binary.

mod architecture;
mod check;
mod documents;
mod golden;
mod hard_files;
mod reading;
mod sample_truth;
