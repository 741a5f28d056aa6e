//! Where the bytes of a package come from.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::Path;

use bytes::Bytes;

/// Where a package is read from.
pub(crate) enum PackageSource {
    /// The file itself.
    File(BufReader<File>),
    /// The copy in memory.
    Memory(Cursor<Bytes>),
}

impl PackageSource {
    /// Opens the file of a package.
    pub(super) fn file(path: &Path) -> io::Result<Self> {
        Ok(Self::File(BufReader::new(File::open(path)?)))
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
