//! All integration tests, in one binary.

mod architecture;
mod check;
mod golden;
mod reading;
