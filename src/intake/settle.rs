//! Files that are still being written: they wait.
//!
//! Nothing tells whether a copy is complete. But half a workbook or half an archive has no end, and a text that was cut off
//! seldom ends with the end of a line. A run waits some seconds for such a file if it has just changed. A pipeline
//! may state a stricter rule: every file that changed in its last seconds waits for the next run.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, SystemTime};

use super::media::FileFormat;
use super::open::open_file;
use super::sniff::sniff;

/// Seconds that a file which looks cut off must have rested, unless the pipeline states a number.
const REST: u32 = 5;

/// The files that are not settled, and the seconds within which they changed.
pub(super) struct Unsettled {
    pub(super) files: BTreeSet<PathBuf>,
    pub(super) seconds: u32,
}

/// The files that wait for the next run. `stated` is `settle_seconds` of the pipeline. Without it this call takes some
/// seconds if a file has just changed and looks cut off: until it is complete or has rested.
pub(super) fn unsettled(files: &[PathBuf], stated: Option<u32>) -> Unsettled {
    let seconds = stated.unwrap_or(REST);
    let fresh = files.iter().filter(|path| is_fresh(path, seconds));
    let files = match stated {
        Some(_) => fresh.cloned().collect(),
        None => {
            let mut cut: BTreeSet<PathBuf> = fresh.filter(|p| looks_cut_off(p)).cloned().collect();
            let end = SystemTime::now() + Duration::from_secs(u64::from(REST));
            while !cut.is_empty() && SystemTime::now() < end {
                sleep(Duration::from_millis(100));
                cut.retain(|path| is_fresh(path, REST) && looks_cut_off(path));
            }
            cut
        }
    };
    Unsettled { files, seconds }
}

/// Whether a file changed in the last seconds. One whose time lies far in the future tells nothing.
fn is_fresh(path: &Path, seconds: u32) -> bool {
    let Ok(changed) = fs::metadata(path).and_then(|m| m.modified()) else {
        return false;
    };
    let now = SystemTime::now();
    let apart = now
        .duration_since(changed)
        .or_else(|_| changed.duration_since(now));
    apart.is_ok_and(|apart| apart < Duration::from_secs(u64::from(seconds)))
}

/// Whether a file seems to lack its end. One that cannot be read does not: that is told elsewhere.
fn looks_cut_off(path: &Path) -> bool {
    cut_off(path).unwrap_or(false)
}

fn cut_off(path: &Path) -> io::Result<bool> {
    let mut file = open_file(path)?;
    let size = file.metadata()?.len();
    let head = bytes_at(&mut file, 0, 512)?;
    if head.starts_with(b"PK") {
        return Ok(!has_end_of_zip(&mut file, size)?);
    }
    if head.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return compound_is_cut_off(&mut file, &head, size);
    }
    if size == 0 {
        return Ok(true);
    }
    if !matches!(sniff(path)?, Ok(FileFormat::Csv | FileFormat::Tsv)) {
        return Ok(false);
    }
    let end = bytes_at(&mut file, size.saturating_sub(2), 2)?;
    // In UTF-16 the end of a line has two bytes, and the second may be zero.
    let last = match end.as_slice() {
        [last @ (b'\n' | b'\r'), 0] => last,
        [.., last] => last,
        [] => return Ok(true),
    };
    Ok(!matches!(last, b'\n' | b'\r' | 0x1a))
}

/// Whether the record that ends a zip file stands at its end.
fn has_end_of_zip(file: &mut File, size: u64) -> io::Result<bool> {
    /// The record and the longest comment behind it.
    const LONGEST: u64 = 22 + 65_535;
    let from = size.saturating_sub(LONGEST);
    let tail = bytes_at(file, from, LONGEST)?;
    Ok(memchr::memmem::rfind(&tail, b"PK\x05\x06").is_some_and(|at| tail.len() >= at + 22))
}

/// Whether sectors that the table of a compound file (.xls) counts are not in it.
fn compound_is_cut_off(file: &mut File, head: &[u8], size: u64) -> io::Result<bool> {
    /// Sectors of the table that the header itself names.
    const NAMED: usize = 109;
    const FREE: u32 = u32::MAX;
    let number = |bytes: &[u8], at: usize| {
        let four = bytes.get(at..at + 4)?;
        Some(u32::from_le_bytes(four.try_into().ok()?))
    };
    let shift = head.get(0x1e).copied().unwrap_or(0);
    if head.len() < 512 || !(9..=12).contains(&shift) {
        return Ok(head.len() < 512);
    }
    let sector = 1_u64 << shift;
    let start = |id: u32| (u64::from(id) + 1) * sector;
    let of_table = (0..NAMED).filter_map(|i| number(head, 0x4c + 4 * i));
    let mut before = 0;
    for id in of_table.filter(|id| *id < FREE - 5) {
        if start(id) + sector > size {
            return Ok(true);
        }
        let table = bytes_at(file, start(id), sector)?;
        let used = table
            .chunks_exact(4)
            .rposition(|entry| entry != FREE.to_le_bytes());
        if used.is_some_and(|last| start(before + last as u32) + sector > size) {
            return Ok(true);
        }
        before += (sector / 4) as u32;
    }
    Ok(false)
}

/// At most `count` bytes of a file from an offset.
fn bytes_at(file: &mut File, offset: u64, count: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(offset))?;
    file.take(count).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::time::Instant;

    use super::*;

    #[test]
    fn a_file_without_its_end_looks_cut_off() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        let looks = |bytes: &[u8]| {
            fs::write(&path, bytes).expect("written");
            looks_cut_off(&path)
        };
        let mut zip = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        zip.start_file("a", zip::write::SimpleFileOptions::default())
            .expect("begun");
        zip.write_all(&[7; 3000]).expect("written");
        let zip = zip.finish().expect("finished").into_inner();
        assert!(!looks(&zip));
        for cut in [4, zip.len() / 2, zip.len() - 1] {
            assert!(looks(&zip[..cut]), "zip, {cut} bytes");
        }
        let mut compound = cfb::create(folder.path().join("c")).expect("created");
        let mut stream = compound.create_stream("/Workbook").expect("a stream");
        stream.write_all(&vec![7; 90_000]).expect("written");
        drop(stream);
        compound.flush().expect("written");
        drop(compound);
        let compound = fs::read(folder.path().join("c")).expect("read");
        assert!(!looks(&compound));
        for cut in [8, 600, compound.len() / 2, compound.len() - 600] {
            assert!(looks(&compound[..cut]), "compound file, {cut} bytes");
        }
        let utf16 = |text: &str| -> Vec<u8> {
            let units = std::iter::once(0xfeff).chain(text.encode_utf16());
            units.flat_map(u16::to_le_bytes).collect()
        };
        for whole in [
            b"a;1\n".to_vec(),
            b"a;1\r\n".to_vec(),
            utf16("a;1\n"),
            b"%PDF-1.7".to_vec(),
        ] {
            assert!(!looks(&whole));
        }
        for cut in [Vec::new(), b"a;1\nb;2".to_vec(), utf16("a;1\nb;2")] {
            assert!(looks(&cut));
        }
    }

    #[test]
    fn only_a_fresh_file_that_looks_cut_off_is_waited_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let files: Vec<PathBuf> = ["whole.csv", "cut.csv", "old.csv"]
            .map(|n| folder.path().join(n))
            .into();
        for (path, text) in files.iter().zip(["a;1\n", "a;1", "a;1"]) {
            fs::write(path, text).expect("written");
        }
        let hour_ago = SystemTime::now() - Duration::from_hours(1);
        let old = File::options().write(true).open(&files[2]).expect("open");
        old.set_modified(hour_ago).expect("set");

        let stated = unsettled(&files, Some(60)).files;
        assert!(stated.iter().eq([&files[1], &files[0]]));
        assert!(unsettled(&files, Some(0)).files.is_empty());

        let finish = files[1].clone();
        let began = Instant::now();
        let writer = std::thread::spawn(move || {
            sleep(Duration::from_millis(300));
            fs::write(finish, "a;1\nb;2\n").expect("written");
        });
        assert!(unsettled(&files, None).files.is_empty());
        assert!((300..4000).contains(&began.elapsed().as_millis()));
        writer.join().expect("written");
    }
}
