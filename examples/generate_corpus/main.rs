//! Writes the files of `tests/corpus` from the grids in their manifests.
//!
//! `cargo run --example generate_corpus [FOLDER]` writes every file that a manifest describes; the same
//! manifest gives the same bytes. Without FOLDER it is `tests/corpus` of this package.

use std::env;
use std::error::Error;
use std::path::PathBuf;

#[path = "lib.rs"]
mod corpus;

#[allow(clippy::print_stderr, reason = "a program tells what it did")]
fn main() -> Result<(), Box<dyn Error>> {
    let root = env::args_os()
        .nth(1)
        .map_or_else(corpus::committed, PathBuf::from);
    let cases = corpus::cases(&root)?;
    let mut written = 0;
    for case in &cases {
        for (file, bytes) in corpus::make(&root, case)? {
            std::fs::write(file, bytes)?;
            written += 1;
        }
    }
    eprintln!("{written} files in {}", root.display());
    Ok(())
}
