//! Archives whose bytes depend only on their members.

use std::error::Error;
use std::io::{Cursor, Read as _, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// A member of an archive: its name and its bytes.
pub(crate) type Member = (String, Vec<u8>);

/// Packs members in order; a first one called `mimetype` is stored as it is, as `OpenDocument` wants.
pub(crate) fn pack(members: &[Member]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let plain = SimpleFileOptions::default().last_modified_time(DateTime::default());
    for (name, bytes) in members {
        let method = if name == "mimetype" {
            CompressionMethod::Stored
        } else {
            CompressionMethod::Deflated
        };
        zip.start_file(name.as_str(), plain.compression_method(method))?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// The members of an archive, in order.
pub(crate) fn unpack(bytes: Vec<u8>) -> Result<Vec<Member>, Box<dyn Error>> {
    let mut zip = ZipArchive::new(Cursor::new(bytes))?;
    let mut members = Vec::new();
    for index in 0..zip.len() {
        let mut member = zip.by_index(index)?;
        let mut bytes = Vec::new();
        member.read_to_end(&mut bytes)?;
        let name = member.name()?.into_owned();
        members.push((name, bytes));
    }
    Ok(members)
}
