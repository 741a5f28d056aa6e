//! Workbooks whose structure is protected. Office programs encrypt them with a password that the formats publish
//! ([MS-OFFCRYPTO], [MS-XLS] 2.2.10) and open them without a question; so does this. No other password is tried.
//!
//! What is decrypted stays in memory, and goes through the same checks as a file that came as it is.

mod package;
mod stream;

use msoffice_crypto::Error;

use super::document::ReadError;

pub(super) use package::decrypted_package;
pub(super) use stream::decrypted_stream;

/// The password of workbooks that ask for none.
const PASSWORD: &str = "VelvetSweatshop";

impl From<Error> for ReadError {
    fn from(error: Error) -> Self {
        match error {
            // Another password, or a certificate or a server that holds the key.
            Error::WrongPassword
            | Error::UnsupportedAlgorithm { .. }
            | Error::UnsupportedEncryptionVersion(..) => Self::Encrypted,
            other => Self::Damaged(other.to_string()),
        }
    }
}
