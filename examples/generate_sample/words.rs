//! Vietnamese as offices write it: old and new tone marks, short and long names, plain letters.

use super::facts::Unit;
use super::habits::{Habits, Wording};

/// New and old places of the tone mark in open syllables.
const TONES: [(&str, &str); 15] = [
    ("òa", "oà"),
    ("óa", "oá"),
    ("ỏa", "oả"),
    ("õa", "oã"),
    ("ọa", "oạ"),
    ("òe", "oè"),
    ("óe", "oé"),
    ("ỏe", "oẻ"),
    ("õe", "oẽ"),
    ("ọe", "oẹ"),
    ("ùy", "uỳ"),
    ("úy", "uý"),
    ("ủy", "uỷ"),
    ("ũy", "uỹ"),
    ("ụy", "uỵ"),
];

/// A text with its tone marks where the province puts them.
pub(crate) fn toned(text: &str, habits: &Habits) -> String {
    if !habits.old_tones {
        return text.to_owned();
    }
    let mut out = text.to_owned();
    for (new, old) in TONES {
        out = out
            .replace(new, old)
            .replace(&new.to_uppercase(), &old.to_uppercase());
    }
    out.replace("Ủy", "Uỷ")
}

/// A row's label in the province's words.
pub(crate) fn label(text: &str, habits: &Habits) -> String {
    let worded = match habits.wording {
        Wording::Catalogue => text.to_owned(),
        Wording::Long => text
            .replace("LHHTX", "liên hiệp hợp tác xã")
            .replace("THT", "tổ hợp tác")
            .replace("HTX", "hợp tác xã"),
        Wording::Short => text
            .replace("liên hiệp hợp tác xã", "LHHTX")
            .replace("hợp tác xã", "HTX")
            .replace("tổ hợp tác", "THT"),
    };
    toned(&worded, habits)
}

/// `tỉnh Sơn La`, `thành phố Huế`.
pub(crate) fn full_name(unit: &Unit) -> String {
    let kind = if unit.is_city {
        "thành phố"
    } else {
        "tỉnh"
    };
    format!("{kind} {}", unit.name)
}

/// `Ba-Ria-Vung-Tau`.
pub(crate) fn plain_name(unit: &Unit, separator: &str) -> String {
    unit.name_en
        .trim_end_matches(" City")
        .split([' ', '-'])
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(separator)
}
