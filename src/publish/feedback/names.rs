//! Names that are free, and names that file systems accept.

/// The first of names numbered from 1 that is not taken.
pub(super) fn first_free(name: impl Fn(u32) -> String, taken: impl Fn(&str) -> bool) -> String {
    let mut n = 1;
    loop {
        let name = name(n);
        if !taken(&name) {
            return name;
        }
        n += 1;
    }
}

/// A name in which characters that file systems reject are replaced, of at most 100 characters.
pub(super) fn safe(name: &str) -> String {
    let kept: String = name
        .chars()
        .map(|c| match c {
            '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '-',
            c if c.is_control() => '-',
            c => c,
        })
        .collect();
    let kept = kept.trim().trim_matches('.').trim();
    if kept.is_empty() {
        "-".to_owned()
    } else {
        kept.chars().take(100).collect()
    }
}
