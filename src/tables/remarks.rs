//! Notes about single rows, which the query of a table asks for.

use super::definition::TableDefinition;
use crate::text::Bilingual;

/// Remarks with the order of their rows.
#[derive(Default)]
pub(super) struct Remarks(Vec<(i64, Bilingual)>);

impl Remarks {
    /// Adds a remark of a row: the text of the definition with `{row}` and `{what}` filled in.
    ///
    /// # Errors
    /// If the definition has no such remark.
    pub(super) fn add(
        &mut self,
        definition: &TableDefinition,
        (order, label): (i64, &Bilingual),
        (code, what): (&str, Bilingual),
    ) -> Result<(), String> {
        let remark = definition
            .remarks
            .iter()
            .find(|(known, _)| known == code)
            .ok_or_else(|| format!("the remark `{code}` has no text; add [[remarks]]"))?;
        let names = [("row", label.clone()), ("what", what)];
        self.0.push((order, remark.1.filled(&names)));
        Ok(())
    }

    /// The remarks in the order of their rows, each once.
    pub(super) fn in_order(mut self) -> Vec<Bilingual> {
        self.0.sort_by(|a, b| (a.0, &a.1.vi).cmp(&(b.0, &b.1.vi)));
        let mut notes: Vec<Bilingual> = Vec::new();
        for (_, note) in self.0 {
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
        notes
    }
}
