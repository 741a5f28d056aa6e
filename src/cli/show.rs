//! Prints to standard output and standard error. All other files of the command line print through this one.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::ValueEnum;

use super::exit::FAILED;

/// The output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Text for people.
    Human,
    /// JSON for programs.
    Json,
}

/// Writes data to standard output. A closed pipe is not an error.
pub(super) fn data(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Writes a note to standard error.
pub(super) fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Prints why a command could not run.
pub(super) fn failure(message: &str) -> ExitCode {
    note(&format!("error: {message}"));
    ExitCode::from(FAILED)
}

/// Prints the errors in a pipeline's definitions and returns the exit code `code`.
pub(super) fn definition_errors(
    errors: &crate::diagnostic::DefinitionErrors,
    code: u8,
) -> ExitCode {
    note(&errors.to_string());
    let n = errors.0.len();
    note(&format!(
        "\n{n} {} in the definitions",
        if n == 1 { "error" } else { "errors" }
    ));
    ExitCode::from(code)
}
