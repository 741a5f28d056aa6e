//! Resolves the imports of a crate: for each name that a file takes from another, the file that defines it.
//!
//! Names come from `use` declarations and from paths in code. Each is followed through `mod` declarations and
//! re-exports. A re-export alone is no import, but the use of a re-exported name in the same file is one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::tokens::{Kind, Token, closing, tokens, without_tests};

/// A name that one file takes from another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Import {
    /// The file that names it, relative to the root of the crate.
    pub(super) from: String,
    /// The file that defines it.
    pub(super) to: String,
    pub(super) name: String,
}

/// What a crate's files import.
#[derive(Debug, Default)]
pub(super) struct Imports {
    /// Each with the files of the modules through which the name was found.
    pub(super) found: BTreeMap<Import, BTreeSet<String>>,
    /// Paths of the crate that lead nowhere: there are none unless the resolver is wrong.
    pub(super) unresolved: Vec<String>,
}

impl Imports {
    /// The names that one file takes from another.
    pub(super) fn names(&self, from: &str, to: &str) -> Vec<&str> {
        let between = self.found.keys().filter(|i| i.from == from && i.to == to);
        between.map(|i| i.name.as_str()).collect()
    }

    /// The files that each file imports.
    pub(super) fn graph(&self) -> BTreeMap<String, Vec<String>> {
        let mut graph: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for import in self.found.keys() {
            let files = graph.entry(import.from.clone()).or_default();
            if files.last() != Some(&import.to) {
                files.push(import.to.clone());
            }
        }
        graph
    }
}

/// What a name stands for in a module.
#[derive(Debug, Clone)]
enum Meaning {
    Item,
    Module(usize),
    Import(Vec<String>),
}

/// A `use` declaration or a path in code.
#[derive(Debug)]
struct Mention {
    path: Vec<String>,
    /// Whether the crate must have it: it begins with `crate`, `super` or `self`.
    rooted: bool,
}

#[derive(Debug)]
struct Module {
    /// Path of modules from the root of the crate.
    path: Vec<String>,
    parent: Option<usize>,
    file: String,
    names: BTreeMap<String, Vec<Meaning>>,
    globs: Vec<Vec<String>>,
    mentions: Vec<Mention>,
    /// Single words of the code, with whether each is called.
    words: BTreeSet<(String, bool)>,
    reexported: BTreeSet<String>,
    /// Whether a macro at the level of items adds some that are not in the source: then any name may be one of them.
    generated: bool,
}

/// Where a path leads.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Target {
    Item { module: usize, name: String },
    Module(usize),
}

/// The modules of a crate, read from `lib.rs` on.
pub(super) struct Crate {
    modules: Vec<Module>,
    root: PathBuf,
}

const ITEMS: [&str; 9] = [
    "struct",
    "enum",
    "trait",
    "type",
    "fn",
    "const",
    "static",
    "union",
    "macro_rules",
];

impl Crate {
    /// Reads the crate whose `lib.rs` is in this directory.
    pub(super) fn read(root: &Path) -> Self {
        let mut this = Self {
            modules: Vec::new(),
            root: root.to_owned(),
        };
        this.read_file(Vec::new(), None, "lib.rs");
        this
    }

    /// The files that were read, relative to the root.
    pub(super) fn files(&self) -> BTreeSet<String> {
        self.modules.iter().map(|m| m.file.clone()).collect()
    }

    fn read_file(&mut self, path: Vec<String>, parent: Option<usize>, file: &str) -> usize {
        let text = fs::read_to_string(self.root.join(file)).expect("a source");
        let code = without_tests(&tokens(&text));
        self.read_module(path, parent, file, &code)
    }

    fn read_module(
        &mut self,
        path: Vec<String>,
        parent: Option<usize>,
        file: &str,
        code: &[Token],
    ) -> usize {
        let id = self.modules.len();
        self.modules.push(Module {
            path,
            parent,
            file: file.to_owned(),
            names: BTreeMap::new(),
            globs: Vec::new(),
            mentions: Vec::new(),
            words: BTreeSet::new(),
            reexported: BTreeSet::new(),
            generated: code
                .windows(2)
                .any(|t| t[0].is_word("include") && t[1].is('!')),
        });
        let mut at = 0;
        let mut depth = 0;
        let mut public = false;
        while at < code.len() {
            let token = &code[at];
            match &token.kind {
                Kind::Mark('{' | '(' | '[') => depth += 1,
                Kind::Mark('}' | ')' | ']') => depth -= 1,
                Kind::Word(word) if word == "pub" => {
                    public = true;
                    at += 1;
                    // `pub(in crate::a)` names no import.
                    let restricted = code.get(at).is_some_and(|t| t.is('('))
                        && code.get(at + 1).is_some_and(|t| {
                            ["crate", "super", "self", "in"]
                                .iter()
                                .any(|w| t.is_word(w))
                        });
                    if restricted {
                        at = closing(code, at) + 1;
                    }
                    continue;
                }
                Kind::Word(word) if word == "mod" => {
                    at = self.read_mod(id, code, at);
                    continue;
                }
                Kind::Word(word) if word == "use" && !code[at + 1].is('<') => {
                    at = self.read_use(id, code, at + 1, public);
                    public = false;
                    continue;
                }
                Kind::Word(word) if depth == 0 && ITEMS.contains(&word.as_str()) => {
                    let ahead = if word == "macro_rules" || code[at + 1].is_word("mut") {
                        2
                    } else {
                        1
                    };
                    if let Some(name) = code.get(at + ahead).and_then(Token::word)
                        && !ITEMS.contains(&name)
                    {
                        let names = &mut self.modules[id].names;
                        names
                            .entry(name.to_owned())
                            .or_default()
                            .push(Meaning::Item);
                        at += ahead;
                    }
                }
                Kind::Word(_) => {
                    let is_macro = depth == 0 && code.get(at + 1).is_some_and(|t| t.is('!'));
                    self.modules[id].generated |= is_macro;
                    at = self.read_path(id, code, at);
                    public = false;
                    continue;
                }
                _ => {}
            }
            public = false;
            at += 1;
        }
        id
    }

    /// `mod name;` or `mod name { … }`; gives the index after it.
    fn read_mod(&mut self, id: usize, code: &[Token], at: usize) -> usize {
        let name = code[at + 1].word().expect("a name after mod").to_owned();
        let mut path = self.modules[id].path.clone();
        path.push(name.clone());
        let file = self.modules[id].file.clone();
        let (child, after) = if code[at + 2].is('{') {
            let end = closing(code, at + 2);
            let child = self.read_module(path, Some(id), &file, &code[at + 3..end]);
            (child, end + 1)
        } else {
            let below = path.join("/");
            let flat = format!("{below}.rs");
            let file = if self.root.join(&flat).is_file() {
                flat
            } else {
                format!("{below}/mod.rs")
            };
            (self.read_file(path, Some(id), &file), at + 3)
        };
        let names = &mut self.modules[id].names;
        names.entry(name).or_default().push(Meaning::Module(child));
        after
    }

    /// The tree after `use`; gives the index after its `;`.
    fn read_use(&mut self, id: usize, code: &[Token], at: usize, public: bool) -> usize {
        let end = (at..code.len())
            .find(|&n| code[n].is(';'))
            .unwrap_or(code.len());
        let mut leaves = Vec::new();
        use_leaves(&code[at..end], &[], &mut leaves);
        let module = &mut self.modules[id];
        for (path, name) in leaves {
            if name == "*" {
                module.globs.push(path);
                continue;
            }
            if public {
                module.reexported.insert(name.clone());
            } else {
                module.mentions.push(Mention {
                    rooted: is_rooted(&path),
                    path: path.clone(),
                });
            }
            if name != "_" {
                let names = module.names.entry(name).or_default();
                names.push(Meaning::Import(path));
            }
        }
        end + 1
    }

    /// A word or a path in code; gives the index after it.
    fn read_path(&mut self, id: usize, code: &[Token], at: usize) -> usize {
        let mut path = vec![code[at].word().expect("a word").to_owned()];
        let mut end = at + 1;
        while code.get(end).is_some_and(|t| t.kind == Kind::Path) {
            let Some(word) = code.get(end + 1).and_then(Token::word) else {
                break;
            };
            path.push(word.to_owned());
            end += 2;
        }
        let before = at.checked_sub(1).map(|n| &code[n]);
        if before.is_some_and(|t| t.is('.') || t.kind == Kind::Path) {
            return end;
        }
        let called = code.get(end).is_some_and(|t| t.is('(') || t.is('!'));
        let module = &mut self.modules[id];
        if path.len() == 1 {
            module.words.insert((path.remove(0), called));
        } else {
            module.words.insert((path[0].clone(), false));
            module.mentions.push(Mention {
                rooted: is_rooted(&path),
                path,
            });
        }
        end
    }

    /// Where a path leads that is written in a module.
    fn resolve(&self, module: usize, path: &[String], walk: &mut Walk) -> Vec<Target> {
        let Some((first, rest)) = path.split_first() else {
            return vec![Target::Module(module)];
        };
        let start = match first.as_str() {
            "crate" => Some(0),
            "self" => Some(module),
            "super" => self.modules[module].parent,
            _ => None,
        };
        if let Some(start) = start {
            return self.resolve(start, rest, walk);
        }
        let mut found = Vec::new();
        for target in self.lookup(module, first, walk) {
            match target {
                Target::Module(child) => found.extend(self.resolve(child, rest, walk)),
                // What follows an item is a variant or an associated item.
                item @ Target::Item { .. } => found.push(item),
            }
        }
        found
    }

    /// What a name stands for in a module, imports followed to their ends.
    fn lookup(&self, module: usize, name: &str, walk: &mut Walk) -> Vec<Target> {
        if !walk.busy.insert((module, name.to_owned())) {
            return Vec::new();
        }
        walk.through.insert(self.modules[module].file.clone());
        let mut found = Vec::new();
        for meaning in self.modules[module].names.get(name).into_iter().flatten() {
            match meaning {
                Meaning::Item => found.push(Target::Item {
                    module,
                    name: name.to_owned(),
                }),
                Meaning::Module(child) => found.push(Target::Module(*child)),
                Meaning::Import(path) => found.extend(self.resolve(module, path, walk)),
            }
        }
        if found.is_empty() {
            for glob in &self.modules[module].globs {
                for target in self.resolve(module, glob, walk) {
                    if let Target::Module(from) = target {
                        found.extend(self.lookup(from, name, walk));
                    }
                }
            }
        }
        walk.busy.remove(&(module, name.to_owned()));
        let is_name = name.starts_with(char::is_alphabetic);
        if found.is_empty() && self.modules[module].generated && is_name {
            found.push(Target::Item {
                module,
                name: name.to_owned(),
            });
        }
        found
    }

    /// The imports of all files.
    pub(super) fn imports(&self) -> Imports {
        let mut imports = Imports::default();
        for (id, module) in self.modules.iter().enumerate() {
            for mention in &module.mentions {
                let found = self.note(id, &mention.path, &mut imports);
                if !found && mention.rooted {
                    let path = mention.path.join("::");
                    imports.unresolved.push(format!("{}: {path}", module.file));
                }
            }
            for (word, called) in &module.words {
                let capital = word.starts_with(char::is_uppercase);
                let indirect = module.reexported.contains(word)
                    || (!module.globs.is_empty() && !module.names.contains_key(word));
                // A word in lower case may be a field or a variable; one that is called is a function.
                if indirect && (capital || *called) {
                    self.note(id, std::slice::from_ref(word), &mut imports);
                }
            }
        }
        imports
    }

    /// Adds the imports that a path makes; false where it leads nowhere.
    fn note(&self, id: usize, path: &[String], imports: &mut Imports) -> bool {
        let mut walk = Walk::default();
        let from = &self.modules[id].file;
        let targets = self.resolve(id, path, &mut walk);
        for target in &targets {
            // A module by itself is only a way to the items in it.
            let Target::Item { module, name } = target else {
                continue;
            };
            let to = &self.modules[*module].file;
            if to != from {
                let import = Import {
                    from: from.clone(),
                    to: to.clone(),
                    name: name.clone(),
                };
                let through = imports.found.entry(import).or_default();
                through.extend(walk.through.iter().cloned());
            }
        }
        !targets.is_empty()
    }
}

#[derive(Default)]
struct Walk {
    /// Lookups under way: two globs may lead to each other.
    busy: BTreeSet<(usize, String)>,
    through: BTreeSet<String>,
}

fn is_rooted(path: &[String]) -> bool {
    ["crate", "super", "self"].contains(&path[0].as_str())
}

/// The leaves of a `use` tree: the full path, and the name it gets.
fn use_leaves(tree: &[Token], above: &[String], leaves: &mut Vec<(Vec<String>, String)>) {
    let mut path = above.to_vec();
    let mut at = 0;
    while at < tree.len() {
        match &tree[at].kind {
            Kind::Word(word) if word == "as" => {
                let name = tree[at + 1].word().unwrap_or("_").to_owned();
                leaves.push((path, name));
                return;
            }
            // `a::{self}` is `a`.
            Kind::Word(word) if word == "self" && !path.is_empty() => {}
            Kind::Word(word) => path.push(word.clone()),
            Kind::Mark('*') => {
                leaves.push((path, "*".to_owned()));
                return;
            }
            Kind::Mark('{') => {
                let inner = &tree[at + 1..closing(tree, at)];
                let mut start = 0;
                while start < inner.len() {
                    let end = end_of_branch(inner, start);
                    use_leaves(&inner[start..end], &path, leaves);
                    start = end + 1;
                }
                return;
            }
            _ => {}
        }
        at += 1;
    }
    if let Some(name) = path.last().cloned() {
        leaves.push((path, name));
    }
}

/// The index of the comma after a branch of a `use` tree, or the end.
fn end_of_branch(tree: &[Token], start: usize) -> usize {
    let mut at = start;
    while at < tree.len() {
        match tree[at].kind {
            Kind::Mark(',') => return at,
            Kind::Mark('{') => at = closing(tree, at) + 1,
            _ => at += 1,
        }
    }
    at
}

#[test]
fn imports_are_resolved_to_the_files_that_define_them() {
    let place = tempfile::TempDir::new().unwrap();
    for (file, text) in [
        (
            "lib.rs",
            "pub mod low; pub mod high; #[cfg(test)] mod tests;",
        ),
        (
            "low/mod.rs",
            "mod a; mod b; pub use a::{One, two as deux}; pub use b::*; pub(in crate::low) struct Own(One);
             mod inner { pub(super) const DEPTH: usize = 1; }",
        ),
        (
            "low/a.rs",
            "use super::Own; pub struct One; pub fn two(_: Own) { let x = 'a'; r#\"use crate::high::Top;\"#; }",
        ),
        (
            "low/b.rs",
            "pub enum Three { A } impl Three { fn own() -> usize { super::inner::DEPTH } }",
        ),
        (
            "high.rs",
            "use crate::{low::{self, deux, One as First}, high::below::{Deep as _, Made as _}}; mod below;
             /* use crate::nowhere::X; /* nested */ */
             pub struct Top; fn f<'a>() { low::Three::A; use low::*; Three::A; csv::read(\"\\\"\"); }
             #[cfg(test)] mod tests { use crate::nowhere::Y; }",
        ),
        ("high/below.rs", "macro_rules! make { ($n:ident) => { pub struct $n; } } make!(Made); pub trait Deep { const C: u8 = b'\\''; fn g(_: super::Top) {} }"),
    ] {
        let path = place.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let imports = Crate::read(place.path()).imports();
    assert_eq!(imports.unresolved, Vec::<String>::new());
    let lines: Vec<String> = imports
        .found
        .keys()
        .map(|i| format!("{} takes {} from {}", i.from, i.name, i.to))
        .collect();
    assert_eq!(
        lines,
        [
            "high.rs takes Deep from high/below.rs",
            "high.rs takes Made from high/below.rs",
            "high.rs takes One from low/a.rs",
            "high.rs takes two from low/a.rs",
            "high.rs takes Three from low/b.rs",
            "high/below.rs takes Top from high.rs",
            "low/a.rs takes Own from low/mod.rs",
            "low/b.rs takes DEPTH from low/mod.rs",
            "low/mod.rs takes One from low/a.rs",
        ]
    );
    let circles = super::circles::circles(&imports.graph());
    assert_eq!(
        circles,
        [["high.rs", "high/below.rs"], ["low/a.rs", "low/mod.rs"]]
    );
}
