//! Limits for a single file. A file beyond them is refused, so that none can stop a run.

use serde::Deserialize;

/// The limits of `[limits]` in pipeline.toml. With the defaults any file takes less than 1.5 GB of memory and a minute,
/// whatever it claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Bytes of a file, as received; for a member of an archive, unpacked.
    pub max_file_bytes: u64,
    /// Bytes that a workbook or an archive unpacks to. They are counted while unpacking: declared sizes are not trusted.
    pub max_unpacked_bytes: u64,
    /// Unpacked bytes for each packed byte; the first million are always allowed.
    pub max_ratio: u64,
    /// Members of an archive, or parts of a workbook.
    pub max_members: usize,
    /// Elements open at one time in a part of a workbook.
    pub max_xml_depth: usize,
    /// Bytes of text: of all cells together, and of the table of texts that the cells of a workbook share.
    pub max_text_bytes: usize,
    /// Sheets of a workbook.
    pub max_sheets: usize,
    /// Filled cells of all sheets together.
    pub max_cells: usize,
    /// Not used any more: no reader makes room for the cells between those that are filled. It may still be stated.
    pub max_area: usize,
    /// Bytes of the stream that holds the cells of a BIFF workbook (.xls).
    pub max_stream_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_file_bytes: 200_000_000,
            max_unpacked_bytes: 300_000_000,
            max_ratio: 300,
            max_members: 5_000,
            max_xml_depth: 256,
            max_text_bytes: 50_000_000,
            max_sheets: 200,
            max_cells: 2_000_000,
            max_area: 4_000_000,
            max_stream_bytes: 80_000_000,
        }
    }
}

impl Limits {
    /// The most bytes that `packed` bytes may unpack to.
    #[must_use]
    pub fn fair_size(&self, packed: u64) -> u64 {
        packed.saturating_mul(self.max_ratio).max(1_000_000)
    }

    /// A limit as pipeline.toml states it: `max_cells = 2000000`.
    #[must_use]
    pub fn stated(key: &str, value: impl std::fmt::Display) -> String {
        format!("{key} = {value}")
    }
}
