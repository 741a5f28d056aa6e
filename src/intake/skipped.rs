//! Files that are never submissions, by their names.

/// Whether a file of this name is never a submission. `also` are further such names.
pub(super) fn is_skipped(name: &str, also: &[String]) -> bool {
    name.starts_with('.')
        || name.starts_with("~$")
        || ["received.csv", "Thumbs.db", "desktop.ini"].contains(&name)
        || also.iter().any(|other| other == name)
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
