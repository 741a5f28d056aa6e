//! Turns `src/diagnostic/findings.toml` into types, one for each code, so that the compiler checks the arguments of every
//! finding.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use toml::{Table, Value};

const CATALOGUE: &str = "src/diagnostic/findings.toml";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={CATALOGUE}");
    let catalogue: Table = fs::read_to_string(CATALOGUE)?.parse()?;
    let mut source = String::new();
    for (code, entry) in &catalogue {
        source += &finding(code, entry)?;
        if let Some(phrases) = entry.get("phrases").and_then(Value::as_table) {
            source += &phrases_of(code, phrases, &own_names(entry))?;
        }
    }
    let out = env::var("OUT_DIR")?;
    fs::write(Path::new(&out).join("findings.rs"), source)?;
    Ok(())
}

/// The type of one code.
fn finding(code: &str, entry: &Value) -> Result<String, Box<dyn Error>> {
    let names = names_in(&[text(entry, "message_vi")?, text(entry, "message_en")?]);
    let own = own_names(entry);
    check_own(code, entry, &names, &own)?;
    let doc = format!(
        "{code} `{}`: {}.",
        text(entry, "name")?,
        text(entry, "title_en")?
    );
    let Shape {
        generics, bounds, ..
    } = Shape::of(&names);
    let mut source = type_of(code, &doc, &names);
    write!(
        source,
        "impl{bounds} {code}{generics} {{\n    \
             /// The finding at `place`.\n    \
             #[must_use]\n    \
             pub fn at(self, place: Place) -> Finding {{\n        \
                 Message::from(self).at(place)\n    \
             }}\n\
         }}\n\n\
         impl{bounds} From<{code}{generics}> for Message {{\n    \
             fn from({}: {code}{generics}) -> Self {{\n        \
                 Self::new(\"{code}\", vec![{}])\n    \
             }}\n\
         }}\n\n",
        if names.is_empty() { "_" } else { "said" },
        arguments(&names, "said", &own),
    )?;
    Ok(source)
}

/// The phrases of one code, as types of a module that is named after it.
fn phrases_of(code: &str, phrases: &Table, own: &[String]) -> Result<String, Box<dyn Error>> {
    let mut source = String::new();
    writeln!(
        source,
        "/// The phrases that the messages of {code} are made of.\npub mod {} {{",
        code.to_lowercase()
    )?;
    source += "use super::{Argument, Bilingual, phrase, unmarked};\n\n";
    for (phrase, texts) in phrases {
        let names = names_in(&[text(texts, "vi")?, text(texts, "en")?]);
        let name = camel_case(phrase);
        let Shape {
            generics, bounds, ..
        } = Shape::of(&names);
        source += &type_of(&name, &format!("The phrase `{phrase}`."), &names);
        write!(
            source,
            "impl{bounds} {name}{generics} {{\n    \
                 /// The phrase in both languages.\n    \
                 #[must_use]\n    \
                 pub fn words(self) -> Bilingual {{\n        \
                     Argument::from(self).said().clone()\n    \
                 }}\n\
             }}\n\n\
             impl{bounds} From<{name}{generics}> for Argument {{\n    \
                 fn from({}: {name}{generics}) -> Self {{\n        \
                     let args: Vec<(&'static str, Argument)> = vec![{}];\n        \
                     let of = |value: fn(&Argument) -> Bilingual| -> Vec<(&str, Bilingual)> {{\n            \
                         args.iter().map(|(name, arg)| (*name, value(arg))).collect()\n        \
                     }};\n        \
                     let template = phrase(\"{code}\", \"{phrase}\");\n        \
                     let unquoted = unmarked(&template, &args).filled(&of(Argument::unquoted));\n        \
                     Argument::phrase(template.filled(&of(|arg| arg.said().clone())), unquoted)\n    \
                 }}\n\
             }}\n\n",
            if names.is_empty() { "_" } else { "said" },
            arguments(&names, "said", own),
        )?;
    }
    source += "}\n\n";
    Ok(source)
}

/// A struct with one field for each name.
fn type_of(name: &str, doc: &str, fields: &[String]) -> String {
    let shape = Shape::of(fields);
    let mut source = format!("/// {doc}\n#[derive(Debug, Clone)]\npub struct {name}");
    if fields.is_empty() {
        return source + ";\n\n";
    }
    source += &format!("{} {{\n", shape.generics);
    for (field, letter) in fields.iter().zip(&shape.letters) {
        source += &format!("    /// Fills `{{{field}}}`.\n    pub {field}: {letter},\n");
    }
    source + "}\n\n"
}

/// The fields as a list of names and arguments.
fn arguments(names: &[String], of: &str, own: &[String]) -> String {
    let pairs = names.iter().map(|name| {
        let own = if own.contains(name) { ".own()" } else { "" };
        format!("(\"{name}\", Into::<Argument>::into({of}.{name}){own})")
    });
    pairs.collect::<Vec<_>>().join(", ")
}

/// The arguments of a code that are never quoted from a file.
fn own_names(entry: &Value) -> Vec<String> {
    let own = entry.get("own").and_then(Value::as_array);
    let names = own.into_iter().flatten().filter_map(Value::as_str);
    names.map(str::to_owned).collect()
}

/// Checks that each argument under `own` is one of the messages or phrases of its code.
fn check_own(
    code: &str,
    entry: &Value,
    names: &[String],
    own: &[String],
) -> Result<(), Box<dyn Error>> {
    let phrases = entry
        .get("phrases")
        .map(Value::to_string)
        .unwrap_or_default();
    let unknown = own
        .iter()
        .find(|name| !names.contains(name) && !phrases.contains(&format!("{{{name}}}")));
    match unknown {
        Some(name) => Err(format!("{CATALOGUE}: {code} has no argument `{name}`").into()),
        None => Ok(()),
    }
}

/// The type parameters of a struct: one for each field.
struct Shape {
    letters: Vec<char>,
    generics: String,
    bounds: String,
}

impl Shape {
    fn of(fields: &[String]) -> Self {
        let letters: Vec<char> = ('A'..='Z').take(fields.len()).collect();
        let listed = |bound: &str| match letters.as_slice() {
            [] => String::new(),
            letters => {
                let all = letters.iter().map(|letter| format!("{letter}{bound}"));
                format!("<{}>", all.collect::<Vec<_>>().join(", "))
            }
        };
        Self {
            generics: listed(""),
            bounds: listed(": Into<Argument>"),
            letters,
        }
    }
}

/// The names in braces, without repetition, in the order of the alphabet.
fn names_in(templates: &[&str]) -> Vec<String> {
    let mut names = BTreeSet::new();
    for template in templates {
        for part in template.split('{').skip(1) {
            if let Some((name, _)) = part.split_once('}') {
                names.insert(name.to_owned());
            }
        }
    }
    names.into_iter().collect()
}

fn text<'v>(entry: &'v Value, key: &str) -> Result<&'v str, Box<dyn Error>> {
    let text = entry.get(key).and_then(Value::as_str);
    text.ok_or_else(|| format!("{CATALOGUE}: `{key}` is missing in {entry}").into())
}

/// `in_form` as `InForm`.
fn camel_case(name: &str) -> String {
    name.split('_')
        .map(|word| {
            let (first, rest) = word.split_at(word.len().min(1));
            first.to_uppercase() + rest
        })
        .collect()
}
