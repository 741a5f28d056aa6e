//! Exit codes.

use clap::ValueEnum;

/// Success.
pub(super) const CLEAN: u8 = 0;

/// Done, with findings that matter.
pub(super) const FINDINGS: u8 = 1;

/// Could not run.
pub(super) const FAILED: u8 = 2;

/// The least severity that makes the exit code 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    Error,
    Warning,
    Never,
}
