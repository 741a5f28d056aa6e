//! How each column of a table writes its numbers, and what proves it.
//!
//! `1.234` alone proves nothing. Proof is a number that can be read in one way only, a count (which must be whole), a
//! total that adds up in one locale only, or a percentage that compares two cells. The proofs of a column decide; if it
//! has none, those of the sheet. Proofs that contradict each other prove nothing.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::number::{Locale, ParsedNumber};
use crate::extract::{ColumnRef, Form};
use crate::read::Address;

/// Why a cell proves a locale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProofReason {
    /// It can be read in one way only.
    Form,
    /// It counts, so it must be whole.
    Whole,
    /// A total adds up in this locale only.
    Total,
    /// A percentage of the sheet agrees with this locale only.
    Comparison,
}

/// A cell that proves how numbers are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocaleProof {
    /// What it proves.
    pub locale: Locale,
    /// Why.
    pub reason: ProofReason,
    /// Its address.
    pub at: Address,
    /// Its content, as read.
    pub raw: String,
}

/// What is known about how a column writes numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LocaleVerdict {
    /// There is no proof, or none is needed.
    Open,
    /// A cell of the column proves it.
    Proven(LocaleProof),
    /// Other columns of the sheet prove it.
    ProvenBySheet(LocaleProof),
    /// Two cells prove different things.
    Contradiction(LocaleProof, LocaleProof),
}

impl LocaleVerdict {
    /// The proof that counts, if there is one.
    #[must_use]
    pub fn proof(&self) -> Option<&LocaleProof> {
        match self {
            Self::Proven(proof) | Self::ProvenBySheet(proof) => Some(proof),
            Self::Open | Self::Contradiction(..) => None,
        }
    }
}

/// A number of the table, as far as the locale matters.
#[derive(Debug, Clone)]
pub(super) struct Clue {
    pub at: Address,
    pub row: usize,
    pub column: ColumnRef,
    pub raw: String,
    pub value: ParsedNumber,
    /// The locale that the text alone proves.
    pub evidence: Option<Locale>,
    /// Whether it counts something in the unit of the catalogue, and so must be whole.
    pub whole: bool,
    /// The unit of measure that its row states: only numbers in one unit add up.
    pub measure: Option<String>,
}

/// The verdict on every column that has a clue.
pub(super) fn verdicts(form: &Form, clues: &[Clue]) -> BTreeMap<ColumnRef, LocaleVerdict> {
    let mut proofs: BTreeMap<ColumnRef, Vec<LocaleProof>> = BTreeMap::new();
    for clue in clues {
        let of = proofs.entry(clue.column).or_default();
        let mut prove = |locale, reason| {
            of.push(LocaleProof {
                locale,
                reason,
                at: clue.at,
                raw: clue.raw.clone(),
            });
        };
        match (clue.evidence, clue.value) {
            (Some(locale), _) => prove(locale, ProofReason::Form),
            (None, ParsedNumber::Doubtful { groups_in, .. }) if clue.whole => {
                prove(groups_in, ProofReason::Whole);
            }
            _ => {}
        }
        if let Some(locale) = total_adds_up_in(form, clue, clues) {
            prove(locale, ProofReason::Total);
        }
    }
    for (column, proof) in compared(form, clues) {
        proofs.entry(column).or_default().push(proof);
    }
    let of_sheet = verdict_of(proofs.values().flatten());
    proofs
        .into_iter()
        .map(|(column, own)| {
            let verdict = match (verdict_of(own.iter()), &of_sheet) {
                (LocaleVerdict::Open, LocaleVerdict::Proven(proof)) => {
                    LocaleVerdict::ProvenBySheet(proof.clone())
                }
                (own, _) => own,
            };
            (column, verdict)
        })
        .collect()
}

/// The verdict of some proofs.
fn verdict_of<'a>(mut proofs: impl Iterator<Item = &'a LocaleProof>) -> LocaleVerdict {
    let Some(first) = proofs.next() else {
        return LocaleVerdict::Open;
    };
    match proofs.find(|proof| proof.locale != first.locale) {
        Some(other) => LocaleVerdict::Contradiction(first.clone(), other.clone()),
        None => LocaleVerdict::Proven(first.clone()),
    }
}

/// The locale in which a total is the sum of its parts; none if that holds in both or in neither.
fn total_adds_up_in(form: &Form, total: &Clue, clues: &[Clue]) -> Option<Locale> {
    let parts = &form.rows[total.row].parts;
    if parts.is_empty() {
        return None;
    }
    let beside: Vec<&Clue> = clues
        .iter()
        .filter(|clue| clue.column == total.column && parts.contains(&clue.row))
        .collect();
    let is_doubtful = |clue: &Clue| matches!(clue.value, ParsedNumber::Doubtful { .. });
    if beside.len() != parts.len()
        || beside.iter().any(|part| part.measure != total.measure)
        || !(is_doubtful(total) || beside.iter().any(|part| is_doubtful(part)))
    {
        return None;
    }
    only_locale(|locale| {
        let sum: Decimal = beside.iter().map(|part| part.value.in_locale(locale)).sum();
        sum == total.value.in_locale(locale)
    })
}

/// What the percentages of the sheet prove about the cells that they compare.
fn compared(form: &Form, clues: &[Clue]) -> Vec<(ColumnRef, LocaleProof)> {
    let find = |row: usize, column: usize| {
        clues
            .iter()
            .find(|clue| clue.row == row && clue.column == ColumnRef::Value(column))
    };
    let mut proofs = Vec::new();
    for stated in clues {
        let (ColumnRef::Comparison(i), ParsedNumber::Sure(percent)) = (stated.column, stated.value)
        else {
            continue;
        };
        let comparison = &form.comparisons[i];
        let (Some(of), Some(to)) = (
            find(stated.row, comparison.of),
            find(stated.row, comparison.to),
        ) else {
            continue;
        };
        let doubtful = match (of.value, to.value) {
            (ParsedNumber::Doubtful { .. }, ParsedNumber::Sure(_)) => of,
            (ParsedNumber::Sure(_), ParsedNumber::Doubtful { .. }) => to,
            _ => continue,
        };
        let locale = only_locale(|locale| {
            let agrees = of
                .value
                .in_locale(locale)
                .checked_mul(Decimal::ONE_HUNDRED)
                .and_then(|above| above.checked_div(to.value.in_locale(locale)))
                .map(|ratio| (ratio - percent).abs());
            agrees.is_some_and(|off| off <= Decimal::new(5, 1))
        });
        if let Some(locale) = locale {
            let proof = LocaleProof {
                locale,
                reason: ProofReason::Comparison,
                at: stated.at,
                raw: stated.raw.clone(),
            };
            proofs.push((doubtful.column, proof));
        }
    }
    proofs
}

/// The locale in which something holds; none if it holds in both or in neither.
fn only_locale(holds: impl Fn(Locale) -> bool) -> Option<Locale> {
    match (holds(Locale::CommaDecimal), holds(Locale::PointDecimal)) {
        (true, false) => Some(Locale::CommaDecimal),
        (false, true) => Some(Locale::PointDecimal),
        _ => None,
    }
}
