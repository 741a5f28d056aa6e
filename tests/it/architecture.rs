//! Data flows one way: a stage may know those before it, never those after it.

use std::fs;
use std::path::{Path, PathBuf};

/// The house, from the ground up: a module may import what stands before it in this list.
const ORDER: [&str; 16] = [
    "text",
    "period",
    "diagnostic",
    "engine",
    "intake",
    "read",
    "extract",
    "normalize",
    "geography",
    "validate",
    "lake",
    "query",
    "tables",
    "publish",
    "pipeline",
    "cli",
];

/// The Rust sources below a directory.
pub(crate) fn sources(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, files);
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
}

/// The modules of this crate that a source names: `crate::name`, also within `use crate::{name, …}`.
fn imports(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        let list = match rest.strip_prefix('{') {
            Some(inner) => inner.split('}').next().unwrap_or(""),
            None => rest,
        };
        let parts: Vec<&str> = if rest.starts_with('{') {
            list.split(',').collect()
        } else {
            vec![list]
        };
        for part in parts {
            let name: String = part
                .trim()
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            names.push(name);
        }
    }
    names
}

#[test]
fn no_stage_knows_a_later_one() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 30, "the sources were not found");
    let rank = |name: &str| ORDER.iter().position(|m| *m == name);
    let mut against = Vec::new();
    for file in files {
        let relative = file.strip_prefix(&root).expect("under src");
        let module = relative
            .components()
            .next()
            .expect("a name")
            .as_os_str()
            .to_string_lossy()
            .replace(".rs", "");
        if module == "main" || module == "lib" {
            continue;
        }
        let own = rank(&module)
            .unwrap_or_else(|| panic!("`{module}` has no place in the order of the house"));
        let text = fs::read_to_string(&file).expect("a source");
        for name in imports(&text) {
            if rank(&name).is_some_and(|other| other > own) {
                against.push(format!("{} imports {name}", relative.display()));
            }
        }
    }
    assert!(
        against.is_empty(),
        "imports against the stream:\n{}",
        against.join("\n")
    );
}

#[test]
fn only_the_command_line_prints() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    for file in files.iter().filter(|f| !f.starts_with(root.join("cli"))) {
        let text = fs::read_to_string(file).expect("a source");
        for word in [
            "println!",
            "eprintln!",
            "print!(",
            "io::stdout",
            "io::stderr",
        ] {
            assert!(
                !text.contains(word),
                "{} prints with {word}",
                file.display()
            );
        }
    }
}

/// The subject is in `pipelines/`: outside of tests and of text encodings no Vietnamese word, no indicator,
/// form or rule stands in the program.
#[test]
fn the_subject_is_not_in_the_program() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    sources(&root.join("src"), &mut files);
    let catalogue =
        fs::read_to_string(root.join("pipelines/kttt/indicators.csv")).expect("the catalogue");
    let indicators: Vec<&str> = catalogue
        .lines()
        .skip(1)
        .filter_map(|line| line.split(',').next())
        .collect();
    assert!(indicators.len() > 40);
    let is_test = |file: &Path| file.file_name().is_some_and(|name| name == "tests.rs");
    for file in files.iter().filter(|file| !is_test(file)) {
        let text = fs::read_to_string(file).expect("a source");
        // Tests stand at the end of a file, or in one of their own.
        let program = text
            .split("#[cfg(test)]\nmod tests {")
            .next()
            .expect("a program");
        for (n, line) in program
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
        {
            let vietnamese = line
                .chars()
                .any(|c| ('\u{1ea0}'..='\u{1ef9}').contains(&c) || "ăâđêôơưĂÂĐÊÔƠƯ".contains(c));
            assert!(
                !vietnamese,
                "{}:{} has a Vietnamese word: {line}",
                file.display(),
                n + 1
            );
            let subject = indicators
                .iter()
                .find(|i| line.contains(&format!("\"{i}\"")))
                .copied();
            assert_eq!(
                subject,
                None,
                "{}:{} names an indicator",
                file.display(),
                n + 1
            );
        }
    }
}
