//! Opens files that somebody else put there. Only a regular file is ever opened: a pipe would wait for a writer that never
//! comes, and to open a device may do something.

use std::fs::{self, File, FileType};
use std::io::{self, Read};
use std::os::unix::fs::FileTypeExt;
use std::path::Path;

use rustix::fs::{Mode, OFlags};

use crate::diagnostic::findings::th138;
use crate::text::Bilingual;

/// What a path leads to that is not a regular file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Special {
    /// A folder.
    Folder,
    /// A named pipe (FIFO).
    Pipe,
    /// A socket.
    Socket,
    /// A device.
    Device,
}

impl Special {
    /// What a type of file is; none if it is a regular file or a link.
    pub(super) fn of(kind: FileType) -> Option<Self> {
        if kind.is_file() || kind.is_symlink() {
            None
        } else if kind.is_dir() {
            Some(Self::Folder)
        } else if kind.is_fifo() {
            Some(Self::Pipe)
        } else if kind.is_socket() {
            Some(Self::Socket)
        } else {
            Some(Self::Device)
        }
    }

    /// The word for it in both languages.
    pub(super) fn words(self) -> Bilingual {
        match self {
            Self::Folder => th138::Folder.words(),
            Self::Pipe => th138::Pipe.words(),
            Self::Socket => th138::Socket.words(),
            Self::Device => th138::Device.words(),
        }
    }
}

/// Opens a regular file for reading; links to one are followed.
///
/// # Errors
/// If it cannot be opened, or is anything else: it is then not opened at all, or closed unread if it was exchanged in
/// this moment.
pub fn open_file(path: &Path) -> io::Result<File> {
    refuse_special(fs::metadata(path)?.file_type())?;
    // Another program may put a pipe in its place now. Then opening does not wait.
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty())?);
    refuse_special(file.metadata()?.file_type())?;
    Ok(file)
}

/// The bytes of a regular file.
///
/// # Errors
/// See [`open_file`].
pub fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open_file(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The text of a regular file in UTF-8.
///
/// # Errors
/// See [`open_file`]; also if it is not UTF-8.
pub fn read_text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    open_file(path)?.read_to_string(&mut text)?;
    Ok(text)
}

fn refuse_special(kind: FileType) -> io::Result<()> {
    match Special::of(kind) {
        None => Ok(()),
        Some(special) => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("it is a {}, not a file", special.words().en),
        )),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    use rustix::fs::{CWD, FileType, mknodat};

    use super::*;

    #[test]
    fn nothing_but_a_regular_file_is_opened() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        mknodat(CWD, at("pipe"), FileType::Fifo, Mode::RUSR, 0).expect("a pipe");
        let _socket = UnixListener::bind(at("socket")).expect("a socket");
        symlink("nowhere", at("dangling")).expect("a link");
        symlink("loop", at("loop")).expect("a link");
        symlink("pipe", at("to-pipe")).expect("a link");
        fs::write(at("file"), "a").expect("a file");
        symlink("file", at("to-file")).expect("a link");
        let why = |name: &str| open_file(&at(name)).expect_err(name).to_string();
        for name in ["pipe", "to-pipe"] {
            assert_eq!(why(name), "it is a named pipe (FIFO), not a file");
        }
        assert_eq!(why("socket"), "it is a socket, not a file");
        assert_eq!(why("."), "it is a folder, not a file");
        assert_eq!(
            open_file(Path::new("/dev/null"))
                .expect_err("a device")
                .to_string(),
            "it is a device, not a file"
        );
        why("dangling");
        why("loop");
        for name in ["file", "to-file"] {
            assert_eq!(read_text(&at(name)).expect("readable"), "a");
        }
    }
}
