//! The uncompressed copy of a small package in memory: its parts are then read without unpacking them again.

use std::io::{self, Cursor, Write};

use bytes::Bytes;
use zip::write::{SimpleFileOptions, ZipWriter};
use zip::{CompressionMethod, ZipArchive};

use super::source::PackageSource;

/// Packages that unpack to at most this many bytes are kept in memory.
const SMALL: u64 = 1 << 26;

/// The uncompressed copy of a package in memory; none as soon as the copy fails or grows too large.
pub(super) struct MemoryCopy(Option<ZipWriter<Cursor<Vec<u8>>>>);

impl MemoryCopy {
    /// A copy to be filled; none if the package states that it is large.
    pub(super) fn of(zip: &mut ZipArchive<PackageSource>) -> Self {
        // Not every package states its size where this looks.
        let size = zip.decompressed_size().unwrap_or(0);
        let room = usize::try_from(size).ok().filter(|_| size <= SMALL.into());
        Self(room.map(|room| ZipWriter::new(Cursor::new(Vec::with_capacity(room + (1 << 12))))))
    }

    /// Begins a part.
    pub(super) fn begin(&mut self, name: &str) {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        self.attempt(|copy| Ok(copy.start_file(name, options)?));
    }

    /// Adds to the current part. `unpacked` counts the bytes of the package so far.
    pub(super) fn add(&mut self, bytes: &[u8], unpacked: u64) {
        if unpacked > SMALL {
            self.0 = None;
        }
        self.attempt(|copy| copy.write_all(bytes));
    }

    fn attempt(&mut self, step: impl FnOnce(&mut ZipWriter<Cursor<Vec<u8>>>) -> io::Result<()>) {
        if self.0.as_mut().is_some_and(|copy| step(copy).is_err()) {
            self.0 = None;
        }
    }

    /// The bytes of the copy and an archive over them, if the copy is complete.
    pub(super) fn finish(self) -> Option<(Bytes, ZipArchive<PackageSource>)> {
        let bytes = Bytes::from(self.0?.finish().ok()?.into_inner());
        let zip = ZipArchive::new(PackageSource::Memory(Cursor::new(bytes.clone()))).ok()?;
        Some((bytes, zip))
    }
}
