//! The country that national totals are made for.

/// A country as the tables name it.
#[derive(Debug, Clone)]
pub struct Country {
    /// Code.
    pub code: String,
    /// Name in Vietnamese.
    pub name_vi: String,
    /// Name in English.
    pub name_en: String,
}
