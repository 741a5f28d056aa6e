//! Where the bytes of a package come from.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::PathBuf;

use bytes::Bytes;

use crate::intake::open_file;

/// A package before it is opened.
#[derive(Debug, Clone)]
pub(crate) enum Packed {
    /// A file.
    File(PathBuf),
    /// The bytes of what would be a file.
    Memory(Bytes),
}

/// Where a package is read from.
pub(crate) enum PackageSource {
    /// The file itself.
    File(BufReader<File>),
    /// Bytes in memory.
    Memory(Cursor<Bytes>),
}

impl PackageSource {
    /// Opens a package.
    pub(super) fn of(packed: &Packed) -> io::Result<Self> {
        Ok(match packed {
            Packed::File(path) => Self::File(BufReader::new(open_file(path)?)),
            Packed::Memory(bytes) => Self::Memory(Cursor::new(bytes.clone())),
        })
    }

    /// How many bytes it has.
    pub(super) fn len(&self) -> io::Result<u64> {
        Ok(match self {
            Self::File(file) => file.get_ref().metadata()?.len(),
            Self::Memory(bytes) => bytes.get_ref().len() as u64,
        })
    }
}

impl Read for PackageSource {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read(buffer),
            Self::Memory(bytes) => bytes.read(buffer),
        }
    }
}

impl Seek for PackageSource {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Self::File(file) => file.seek(to),
            Self::Memory(bytes) => bytes.seek(to),
        }
    }
}
