//! What came in: the files of the inboxes, their hashes and formats, the members of archives.
//!
//! Nothing here reads a cell or changes the files of the provinces.

mod apart;
mod archive;
mod faults;
mod guard;
mod hash;
mod inbox;
mod limits;
mod media;
mod open;
mod ours;
mod received;
mod seen;
mod settle;
mod skipped;
mod sniff;
mod walk;

pub use apart::{FolderError, FolderUse, check_apart, check_inboxes};
pub use archive::{Member, Unpacked, lies_in_archive, refused_as_nested, refused_by_name, unpack};
pub use faults::not_copied;
pub(crate) use guard::guarded;
pub use hash::{hash_file, hex};
pub use inbox::{Arrival, Intake, Scan, look_at, look_into};
pub use limits::Limits;
pub use media::{FileFormat, MediaType};
pub use open::{Special, open_file, read_bytes, read_text};
pub use ours::{MARKER, is_ours};
pub use received::ReceivedTimes;
pub use seen::Seen;
pub use sniff::{NotAccepted, Sniffed, sniff, sniff_package};
