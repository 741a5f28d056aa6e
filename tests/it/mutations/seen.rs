//! Changes of one cell that a person sees.

use proptest::prelude::*;
use proptest::sample::select;

use super::draft::{Draft, Form};

/// A change of one cell that a person sees.
#[derive(Debug, Clone)]
pub(super) enum Seen {
    StruckOut,
    StruckOutAsText,
    Raised,
    Lowered,
    Under,
    Format(&'static str),
    Error(&'static str),
    NeverComputed,
    Typed(&'static str),
}

/// Formats that show something else than the number, by what they do.
const FORMATS: [(&str, &[&str]); 6] = [
    ("scaled", &["#,##0.0,", "0,", "#,##0.00,,"]),
    ("per cent", &["0%", "0.00%"]),
    ("shows nothing", &[";;;", "\"\""]),
    ("a date", &["yyyy", "dd/mm/yyyy"]),
    ("other digits", &["0\"00\"", "#,##0\".000\"", "\"1\"0"]),
    ("words", &["0\" nghìn\"", "\"-\"0", "\"không có\""]),
];

/// All kinds of changes.
pub(super) fn seen() -> Vec<(&'static str, BoxedStrategy<Seen>)> {
    let mut all = vec![
        ("struck out", Just(Seen::StruckOut).boxed()),
        ("struck out as text", Just(Seen::StruckOutAsText).boxed()),
        ("raised", Just(Seen::Raised).boxed()),
        ("lowered", Just(Seen::Lowered).boxed()),
        ("under a merged range", Just(Seen::Under).boxed()),
        (
            "an error",
            select(vec!["#REF!", "#N/A", "#SPILL!", "#LOCAL!"])
                .prop_map(Seen::Error)
                .boxed(),
        ),
        ("never computed", Just(Seen::NeverComputed).boxed()),
        (
            "typed over",
            select(vec!["", "-", "x", "abc", "77", "\"1\\n2\"", "1<sup>2</>3"])
                .prop_map(Seen::Typed)
                .boxed(),
        ),
    ];
    for (kind, formats) in FORMATS {
        let change = select(formats.to_vec()).prop_map(Seen::Format);
        all.push((kind, change.boxed()));
    }
    all
}

impl Seen {
    /// Whether the cell shows a sign for no value, or nothing.
    pub(super) fn may_be_nil(&self) -> bool {
        matches!(self, Self::Typed("" | "-" | "x"))
    }
}

impl Seen {
    /// Changes the cell of a figure. Gives the values that the sheet shows in it, none if it shows no value.
    pub(super) fn change(&self, form: &Form, n: usize, draft: &mut Draft) -> Vec<f64> {
        let at = form.cell(n);
        let address = draft.address(at);
        let cell = &mut draft.rows[at.0][at.1];
        let stored: f64 = cell.parse().expect("a number");
        match self {
            Self::StruckOut => {
                draft.sheet.push(format!("struck = [{address:?}]"));
                Vec::new()
            }
            Self::StruckOutAsText => {
                *cell = format!("<s>{}</>", cell.replace('.', ","));
                Vec::new()
            }
            Self::Raised | Self::Lowered => {
                let look = if matches!(self, Self::Raised) {
                    "sup"
                } else {
                    "sub"
                };
                let shown = stored;
                *cell = format!("{}<{look}>7</>", cell.replace('.', ","));
                vec![shown]
            }
            Self::Under => {
                draft.merged.push(((at.0, at.1 - 1), at));
                Vec::new()
            }
            Self::Format(format) => {
                draft.formats.push(((*format).to_owned(), address));
                match *format {
                    "#,##0.0," | "0," => vec![stored / 1e3],
                    "#,##0.00,," => vec![stored / 1e6],
                    // Words that name a factor are a unit, if they are believed.
                    "0\" nghìn\"" => vec![stored, stored * 1e3],
                    _ => Vec::new(),
                }
            }
            Self::Error(error) => {
                (*error).clone_into(cell);
                Vec::new()
            }
            Self::NeverComputed if draft.format != "ods" => {
                "=A1+B1 -> 0".clone_into(cell);
                draft.workbook.push("never_computed = true".to_owned());
                Vec::new()
            }
            Self::NeverComputed => vec![stored],
            Self::Typed(text) => {
                (*text).clone_into(cell);
                if *text == "77" {
                    vec![77.0]
                } else {
                    Vec::new()
                }
            }
        }
    }
}
