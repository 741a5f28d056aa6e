//! Files that are never submissions, by their names.

use std::path::Path;

/// Whether a file of this name is never a submission. `also` are further such names.
pub(super) fn is_skipped(name: &str, also: &[String]) -> bool {
    name.starts_with('.')
        || name.starts_with("~$")
        || ["received.csv", "Thumbs.db", "desktop.ini"].contains(&name)
        || also.iter().any(|other| other == name)
}

/// Whether a name is hidden.
pub(super) fn is_hidden(name: &str) -> bool {
    name.starts_with('.')
}

/// Whether a file that is passed over for its name could be a report all the same: its extension is that of a table or an
/// archive, and it is not one of the small files that programs keep beside an open or a copied one. `size` is its size
/// in bytes.
pub(super) fn hides_a_table(name: &str, size: impl Fn() -> u64) -> bool {
    const TABLES: [&str; 8] = ["xlsx", "xlsm", "xlsb", "xls", "ods", "csv", "tsv", "zip"];
    /// Bytes that the file of a program which has a workbook open never reaches.
    const OWNER: u64 = 1024;
    let extension = Path::new(name).extension().and_then(|e| e.to_str());
    let is_table = extension.is_some_and(|e| TABLES.iter().any(|t| t.eq_ignore_ascii_case(e)));
    let is_ours_to_tell = if name.starts_with("~$") {
        size() > OWNER
    } else {
        is_hidden(name) && !name.starts_with("._")
    };
    is_table && is_ours_to_tell
}

/// Whether a member of an archive that is passed over could be a report. `name` is its path within the archive.
pub(super) fn hides_a_table_in_archive(name: &str, size: u64) -> bool {
    let (folders, base) = name.rsplit_once('/').unwrap_or(("", name));
    let in_hidden_folder = folders.split('/').any(is_hidden);
    !folders.split('/').any(|f| f == "__MACOSX")
        && (hides_a_table(base, || size)
            || (in_hidden_folder && hides_a_table(&format!(".{base}"), || size)))
}

/// Whether a member of an archive is never a submission. `name` is its path within the archive.
pub(super) fn is_skipped_in_archive(name: &str, also: &[String]) -> bool {
    let (folders, base) = name.rsplit_once('/').unwrap_or(("", name));
    is_skipped(base, also)
        || folders
            .split('/')
            .any(|f| f == "__MACOSX" || (f.starts_with('.') && f != ".." && f != "."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archives_skip_what_folders_skip() {
        for name in [
            "__MACOSX/._a.xlsx",
            "a/~$b.xlsx",
            "Thumbs.db",
            "a/.git/x",
            "README.md",
        ] {
            assert!(
                is_skipped_in_archive(name, &["README.md".to_owned()]),
                "{name}"
            );
        }
        assert!(!is_skipped_in_archive("../a.csv", &[]));
    }
}
