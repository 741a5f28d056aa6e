//! Prints to standard output and standard error. All other files of the command line print through this one.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
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

/// Writes data to standard output. A closed pipe, as of `| head`, is not an error; a full disk is.
pub(super) fn data(text: &str) -> io::Result<()> {
    bytes(text.as_bytes())
}

/// The same for bytes. They are flushed: what stays in the buffer at the end of the program is lost without an error.
pub(super) fn bytes(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(e) => Err(io::Error::new(e.kind(), format!("standard output: {e}"))),
        Ok(()) => Ok(()),
    }
}

/// Writes a file aside and renames it, so that it is never half there. A pipe or a device is written to as it is, and the
/// target of a link is replaced, not the link.
///
/// # Errors
/// If the file cannot be written; the error names it. A file that was there before is then unchanged.
pub(super) fn file(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let named = |e: io::Error| format!("{}: {e}", path.display());
    match fs::metadata(path) {
        Ok(there) if there.is_dir() => {
            return Err(format!("{}: it is a directory", path.display()));
        }
        Ok(there) if !there.is_file() => {
            let file = fs::OpenOptions::new().write(true).open(path);
            return file
                .and_then(|mut file| file.write_all(bytes))
                .map_err(named);
        }
        _ => {}
    }
    // The target of a link, also of one whose target is not there yet.
    let target = fs::canonicalize(path)
        .or_else(|_| fs::read_link(path).map(|to| path.with_file_name("").join(to)))
        .unwrap_or_else(|_| path.to_owned());
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    fs::metadata(folder).map_err(named)?;
    let permissions = fs::metadata(&target).map(|there| there.permissions());
    let mut aside = tempfile::Builder::new()
        .prefix(".tonghop-")
        .permissions(permissions.unwrap_or_else(|_| fs::Permissions::from_mode(0o666)))
        .tempfile_in(folder)
        .map_err(|e| named(e.kind().into()))?;
    aside
        .write_all(bytes)
        .and_then(|()| aside.as_file().sync_all())
        .map_err(named)?;
    aside.persist(&target).map_err(|e| named(e.error))?;
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_an_error_names_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.csv");
        for content in ["one", "two"] {
            file(&path, content.as_bytes()).expect("written");
            assert_eq!(fs::read_to_string(&path).expect("read"), content);
        }
        let link = folder.path().join("link.csv");
        std::os::unix::fs::symlink("a.csv", &link).expect("a link");
        file(&link, b"three").expect("written");
        assert_eq!(fs::read_to_string(&path).expect("read"), "three");
        assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
        assert_eq!(fs::read_dir(folder.path()).expect("read").count(), 2);
        for path in [folder.path().join("none/a.csv"), folder.path().to_owned()] {
            let said = file(&path, b"x").expect_err("refused");
            assert!(said.contains(&path.display().to_string()), "{said}");
        }
        // A device stays a device, and a full one is an error.
        let said = file(Path::new("/dev/full"), b"x").expect_err("it is full");
        assert!(said.starts_with("/dev/full: "), "{said}");
        file(Path::new("/dev/null"), b"x").expect("written");
    }
}
