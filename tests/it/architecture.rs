//! What holds the program together: data flows one way, no two files import each other, files and functions stay short,
//! and the subject is not in the program.

mod circles;
mod functions;
mod imports;
mod tokens;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use crate::support::files::root;
use imports::{Crate, Imports};

/// The rooms of the house, from the ground up. A room may import from those before it in this list.
const ORDER: [&str; 19] = [
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
    "plan",
    "reading",
    "run",
    "answers",
    "cli",
];

/// Lines that a file may have without giving a reason in its head.
const MOST_LINES: usize = 600;
/// The words that give the reason.
const REASON: &str = "over 600 lines because";

/// The imports of all files of `src/`.
static IMPORTS: LazyLock<Imports> = LazyLock::new(|| {
    let program = Crate::read(&src());
    let read = program.files();
    let unread: Vec<String> = files_of_src()
        .into_iter()
        .filter(|file| !read.contains(file) && file != "main.rs" && !is_test(file))
        .collect();
    assert!(unread.is_empty(), "no module declares {unread:?}");
    let imports = program.imports();
    assert!(
        imports.unresolved.is_empty(),
        "paths that lead nowhere:\n{}",
        imports.unresolved.join("\n")
    );
    imports
});

fn src() -> PathBuf {
    root().join("src")
}

/// All files of `src/`, relative to it.
fn files_of_src() -> BTreeSet<String> {
    let mut files = Vec::new();
    sources(&src(), &mut files);
    let relative = |file: &PathBuf| file.strip_prefix(src()).expect("in it").to_owned();
    let name = |file| relative(file).to_string_lossy().into_owned();
    files.iter().map(name).collect()
}

/// Whether a file holds tests alone.
fn is_test(file: &str) -> bool {
    file == "tests.rs" || file.ends_with("/tests.rs") || file.contains("/tests/")
}

/// The room that a file belongs to: its first folder, or the file itself.
fn room(file: &str) -> &str {
    let first = file.split('/').next().unwrap_or(file);
    first.strip_suffix(".rs").unwrap_or(first)
}

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

#[test]
fn no_room_imports_from_a_later_one() {
    let rank = |file: &str| match room(file) {
        "lib" => 0,
        name => ORDER
            .iter()
            .position(|room| *room == name)
            .unwrap_or_else(|| panic!("`{name}` has no place in the order of the house")),
    };
    let mut against = Vec::new();
    for (import, through) in &IMPORTS.found {
        let own = rank(&import.from);
        // A lower room's item counts as the upper room's where an upper room's re-export was named.
        let mut named = through.iter().chain([&import.to]);
        if let Some(later) = named.rfind(|file| rank(file) > own) {
            against.push(format!(
                "{} imports {} from {later}",
                import.from, import.name
            ));
        }
    }
    assert!(
        against.is_empty(),
        "imports against the stream:\n{}",
        against.join("\n")
    );
}

/// A circle is told with the names that tie it, so that one sees which to move.
#[test]
fn no_files_import_each_other_in_a_circle() {
    let circles = circles::circles(&IMPORTS.graph());
    let told: Vec<String> = circles.iter().map(|circle| tell(circle)).collect();
    assert!(
        circles.is_empty(),
        "{} circles of files:\n{}",
        circles.len(),
        told.join("\n")
    );
}

/// A circle: its files, and what each takes from the others.
fn tell(circle: &[String]) -> String {
    let mut lines = vec![format!("{} files: {}", circle.len(), circle.join(", "))];
    for from in circle {
        for to in circle {
            let names = IMPORTS.names(from, to);
            if !names.is_empty() {
                lines.push(format!("  {from} -> {to}: {}", names.join(", ")));
            }
        }
    }
    lines.join("\n")
}

#[test]
fn a_long_file_gives_its_reason() {
    for file in files_of_src() {
        let text = fs::read_to_string(src().join(&file)).expect("a source");
        let lines = text.lines().count();
        let head: Vec<&str> = text
            .lines()
            .map_while(|line| line.strip_prefix("//!"))
            .flat_map(str::split_whitespace)
            .collect();
        assert!(
            lines <= MOST_LINES || head.join(" ").contains(REASON),
            "src/{file} has {lines} lines: split it, or give the reason in its head with the words `{REASON}`"
        );
    }
}

/// Prints the imports between rooms and files, the circles, the longest functions and the largest rooms:
/// `cargo test --test it the_house_at_a_glance -- --nocapture`.
#[test]
#[expect(clippy::print_stdout, reason = "it is run to be read")]
fn the_house_at_a_glance() {
    let mut arrows: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for import in IMPORTS.found.keys() {
        let ends = (room(&import.from), room(&import.to));
        if ends.0 != ends.1 {
            arrows.entry(ends).or_default().insert(&import.name);
        }
    }
    println!("IMPORTS BETWEEN ROOMS");
    for ((from, to), names) in &arrows {
        println!("{from} -> {to}: {} names", names.len());
    }
    println!("\nIMPORTS BETWEEN FILES");
    for (from, files) in IMPORTS.graph() {
        println!("{from} -> {}", files.join(", "));
    }
    let circles = circles::circles(&IMPORTS.graph());
    println!("\nCIRCLES OF FILES: {}", circles.len());
    for circle in &circles {
        println!("{}", tell(circle));
    }
    let mut longest = Vec::new();
    let mut rooms: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for file in files_of_src() {
        let text = fs::read_to_string(src().join(&file)).expect("a source");
        let size = rooms.entry(room(&file).to_owned()).or_default();
        *size = (size.0 + text.lines().count(), size.1 + 1);
        if !is_test(&file) {
            let functions = functions::functions(&text).into_iter();
            longest.extend(functions.map(|function| (function, file.clone())));
        }
    }
    longest.sort();
    println!("\nLONGEST FUNCTIONS, in lines of code");
    for (function, file) in longest.iter().rev().take(10) {
        println!(
            "{} in src/{file}:{}: {}",
            function.name, function.line, function.lines
        );
    }
    let mut rooms: Vec<_> = rooms.into_iter().collect();
    rooms.sort_by_key(|(_, size)| usize::MAX - size.0);
    println!("\nLARGEST ROOMS");
    for (room, (lines, files)) in rooms {
        println!("{room}: {lines} lines in {files} files");
    }
}

#[test]
fn only_the_command_line_prints() {
    let root = src();
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

/// The subject is in `pipelines/`. Outside of tests the program has no Vietnamese word and names no indicator.
#[test]
fn the_subject_is_not_in_the_program() {
    let root = root();
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
    for file in files
        .iter()
        .filter(|file| !is_test(&file.to_string_lossy()))
    {
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
