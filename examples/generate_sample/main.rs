//! Writes `sample-data/`: a ministry's inbox after four rounds of annual reports.
//!
//! `cargo run --example generate_sample [FOLDER]` writes the committed sample again; the same
//! seed gives the same bytes. Without FOLDER it is `sample-data/` of this package.

use std::env;
use std::error::Error;
use std::path::PathBuf;

#[path = "lib.rs"]
mod sample;

#[allow(clippy::print_stderr, reason = "a program tells what it did")]
fn main() -> Result<(), Box<dyn Error>> {
    let root = env::args_os().nth(1).map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("sample-data"),
        PathBuf::from,
    );
    let summary = sample::write_inbox(&root, &sample::COMMITTED)?;
    eprint!("{}", summary.describe());
    eprintln!("{} files in {}", summary.files.len(), root.display());
    Ok(())
}
