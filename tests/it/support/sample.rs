//! One run over the committed sample, for all tests of this binary. They only read what it made.

use std::path::PathBuf;
use std::process::Output;
use std::sync::{LazyLock, Mutex};

use tempfile::TempDir;

use super::program::{sql, tonghop};

/// The sample's lake and tables, and what the run said.
pub(crate) struct Sample {
    pub(crate) directory: TempDir,
    pub(crate) output: Output,
}

impl Sample {
    pub(crate) fn lake(&self) -> PathBuf {
        self.directory.path().join("lake")
    }

    pub(crate) fn out(&self) -> PathBuf {
        self.directory.path().join("out")
    }

    /// The answer to a query, as CSV without its header.
    pub(crate) fn sql(&self, query: &str) -> Vec<String> {
        sql(&self.lake(), query)
    }
}

/// The run.
pub(crate) static SAMPLE: LazyLock<Sample> = LazyLock::new(|| {
    let directory = TempDir::new().expect("a directory");
    let lake = directory.path().join("lake");
    let out = directory.path().join("out");
    let (lake, out) = (lake.to_string_lossy(), out.to_string_lossy());
    let output = tonghop(&["run", "--lake", &lake, "--out", &out, "--at", "2026-06-30"]);
    Sample { directory, output }
});

/// Held while a book is made from the sample's lake: each takes the lake's lock.
pub(crate) static BOOKS: Mutex<()> = Mutex::new(());
