//! The package in an encrypted container: .xlsx, .xlsm and .xlsb files are zip files, and a compound file holds the
//! encrypted one.

use std::io::{self, BufReader, Write};
use std::path::Path;

use bytes::Bytes;
use msoffice_crypto::{IntegrityPolicy, classify_from, decrypt_ooxml_to};

use super::PASSWORD;
use crate::intake::{Limits, open_file};
use crate::read::document::ReadError;

/// The most rounds of hashing that a key may take: office programs ask for 100,000. A million take less than a second.
const MAX_ROUNDS: u32 = 1_000_000;

/// Decrypts the package in a container.
///
/// # Errors
/// When it has a password of its own, is damaged, or exceeds a limit.
pub(in crate::read) fn decrypted_package(path: &Path, limits: &Limits) -> Result<Bytes, ReadError> {
    let open = || open_file(path).map(BufReader::new);
    let key = classify_from(open()?).password_key;
    let rounds = key.and_then(|key| key.spin_count).unwrap_or(0);
    if rounds > MAX_ROUNDS {
        return Err(ReadError::Damaged(format!(
            "its key takes {rounds} rounds of hashing; no office program asks for more than {MAX_ROUNDS}"
        )));
    }
    let mut package = Bounded {
        bytes: Vec::new(),
        most: limits.max_file_bytes,
        is_full: false,
    };
    // Everyone knows the password, so a seal proves nothing; damage shows in the checksums of the zip file.
    let seal = IntegrityPolicy::Skip;
    let decrypted = decrypt_ooxml_to(open()?, &mut package, PASSWORD, seal);
    if package.is_full {
        return Err(ReadError::over("max_file_bytes", limits.max_file_bytes));
    }
    decrypted?;
    Ok(package.bytes.into())
}

/// Bytes in memory, up to a limit.
struct Bounded {
    bytes: Vec<u8>,
    most: u64,
    /// Whether there were more.
    is_full: bool,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.is_full = (self.bytes.len() + bytes.len()) as u64 > self.most;
        if self.is_full {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use msoffice_crypto::{
        EncryptParams, encrypt_ooxml, encrypt_ooxml_standard, encrypt_ooxml_with_params,
    };

    use super::*;

    /// The least that is taken for a zip file.
    const PACKAGE: &[u8] = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

    fn decrypted(container: &[u8], limits: &Limits) -> Result<Bytes, ReadError> {
        let file = tempfile::NamedTempFile::new()?;
        std::fs::write(file.path(), container)?;
        decrypted_package(file.path(), limits)
    }

    #[test]
    fn both_encryptions_open_with_the_password_that_everyone_knows() {
        let limits = Limits::default();
        for container in [
            encrypt_ooxml(PACKAGE, PASSWORD),
            encrypt_ooxml_standard(PACKAGE, PASSWORD),
        ] {
            let package = decrypted(&container.expect("encrypted"), &limits);
            assert_eq!(package.expect("decrypted"), PACKAGE);
        }
    }

    #[test]
    fn another_password_is_not_tried() {
        for container in [
            encrypt_ooxml(PACKAGE, "another"),
            encrypt_ooxml_standard(PACKAGE, "another"),
        ] {
            let package = decrypted(&container.expect("encrypted"), &Limits::default());
            assert!(matches!(package, Err(ReadError::Encrypted)), "{package:?}");
        }
    }

    #[test]
    fn neither_the_key_nor_the_size_may_grow_without_end() {
        let slow = EncryptParams {
            spin_count: MAX_ROUNDS + 1,
            ..EncryptParams::default()
        };
        let slow = encrypt_ooxml_with_params(PACKAGE, PASSWORD, slow).expect("encrypted");
        let refused = decrypted(&slow, &Limits::default());
        assert!(matches!(refused, Err(ReadError::Damaged(why)) if why.contains("rounds")));

        let small = Limits {
            max_file_bytes: 10,
            ..Limits::default()
        };
        let large = encrypt_ooxml(PACKAGE, PASSWORD).expect("encrypted");
        let refused = decrypted(&large, &small);
        assert!(
            matches!(refused, Err(ReadError::TooLarge(limit)) if limit == "max_file_bytes = 10")
        );
    }

    #[test]
    fn a_cut_container_is_damaged() {
        let container = encrypt_ooxml(PACKAGE, PASSWORD).expect("encrypted");
        for end in [0, 8, 600, container.len() / 2] {
            let refused = decrypted(&container[..end], &Limits::default());
            assert!(matches!(refused, Err(ReadError::Damaged(_))), "{refused:?}");
        }
    }
}
