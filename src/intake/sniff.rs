//! What a file is, told by its content and not by its name.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// A kind of file that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaType {
    /// Office Open XML workbook.
    Xlsx,
    /// Delimited text.
    Csv,
}

impl MediaType {
    /// The registered media type.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Csv => "text/csv",
        }
    }
}

/// Why a file is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAccepted {
    /// Nothing is in it.
    Empty,
    /// A kind of file that is known and not read; its media type.
    Known(&'static str),
    /// Nothing that is known.
    Unknown,
}

/// Tells what a file is.
///
/// # Errors
/// When it cannot be read.
pub fn sniff(path: &Path) -> io::Result<Result<MediaType, NotAccepted>> {
    let mut head = Vec::new();
    File::open(path)?.take(8192).read_to_end(&mut head)?;
    Ok(told_by(&head))
}

fn told_by(head: &[u8]) -> Result<MediaType, NotAccepted> {
    if head.is_empty() {
        return Err(NotAccepted::Empty);
    }
    if head.starts_with(b"PK\x03\x04") {
        // The first member of an OpenDocument file is always called `mimetype`.
        return match head.get(30..38) {
            Some(b"mimetype") => Err(NotAccepted::Known(
                "application/vnd.oasis.opendocument.spreadsheet",
            )),
            _ => Ok(MediaType::Xlsx),
        };
    }
    if head.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return Err(NotAccepted::Known("application/vnd.ms-excel"));
    }
    if head.starts_with(b"%PDF") {
        return Err(NotAccepted::Known("application/pdf"));
    }
    if head.contains(&0) {
        return Err(NotAccepted::Unknown);
    }
    Ok(MediaType::Csv)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_tells_not_the_name() {
        assert_eq!(told_by(b""), Err(NotAccepted::Empty));
        assert_eq!(told_by("Biểu số;1".as_bytes()), Ok(MediaType::Csv));
        assert_eq!(
            told_by(b"%PDF-1.7"),
            Err(NotAccepted::Known("application/pdf"))
        );
        assert_eq!(told_by(b"\x00\x01\x02"), Err(NotAccepted::Unknown));
    }
}
