//! What came in: the files of the inboxes, their hashes and formats, the members of archives.
//!
//! Nothing here reads a cell or changes the files of the provinces.

mod archive;
mod guard;
mod hash;
mod inbox;
mod limits;
mod media;
mod received;
mod seen;
mod skipped;
mod sniff;

pub use archive::{Member, Unpacked, lies_in_archive, refused_as_nested, refused_by_name, unpack};
pub(crate) use guard::guarded;
pub use hash::{hash_file, hex};
pub use inbox::{Arrival, Intake, look_at, look_into};
pub use limits::Limits;
pub use media::{FileFormat, MediaType};
pub use received::ReceivedTimes;
pub use seen::Seen;
pub use sniff::{NotAccepted, Sniffed, sniff, sniff_package};
