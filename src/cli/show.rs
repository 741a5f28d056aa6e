//! Printing: the gate to the two output streams.

use std::io::{self, Write};
use std::process::ExitCode;

/// Writes data to standard output; a reader that has gone away is no error.
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

/// Says why a command could not run.
pub(super) fn failure(message: &str) -> ExitCode {
    note(&format!("error: {message}"));
    ExitCode::from(super::FAILED)
}

/// Says what is wrong in a pipeline's definitions, and gives the exit code `code`.
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
