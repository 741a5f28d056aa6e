//! How each column of a table writes its numbers, and what proves it.
//!
//! `1.234` alone proves nothing. Proof is a number that can be read in one way only, a count (which must be whole), a
//! total that adds up in one locale only, or a percentage that compares two cells. The proofs of a column decide; if it
//! has none, those of the sheet. Proofs that contradict each other prove nothing.
//!
//! A count such as `412.000` is whole in both readings: it is a weak proof that its mark groups thousands. Programs that
//! export databases write every figure with three decimals, `412.000` beside `18450.000`. So a number with three
//! decimals that cannot be grouped outweighs the weak proofs against it; any other proof against them is a contradiction.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::number::{Locale, ParsedNumber, TextNumber};
use crate::diagnostic::{Message, findings};
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

/// What a proof weighs against others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProofWeight {
    /// A count that would be whole in the other locale too.
    Weak,
    /// Any other proof.
    Full,
    /// A number with exactly three decimals that cannot be grouped.
    ThreeDecimals,
}

/// A cell that proves how numbers are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocaleProof {
    /// What it weighs.
    pub weight: ProofWeight,
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
    pub number: TextNumber,
    /// Whether it counts something in the unit of the catalogue, and so must be whole.
    pub whole: bool,
    /// The unit of measure that its row states: only numbers in one unit add up.
    pub measure: Option<String>,
}

/// What a number alone proves; `whole` says that it counts something. Gives the locale, the reason and the weight.
pub(super) fn proof_in(
    number: &TextNumber,
    whole: bool,
) -> Option<(Locale, ProofReason, ProofWeight)> {
    match (number.evidence, number.value) {
        (Some(locale), _) if number.three_decimals => {
            Some((locale, ProofReason::Form, ProofWeight::ThreeDecimals))
        }
        (Some(locale), _) => Some((locale, ProofReason::Form, ProofWeight::Full)),
        (
            None,
            ParsedNumber::Doubtful {
                fraction,
                groups_in,
                ..
            },
        ) if whole => {
            let weight = if fraction.fract().is_zero() {
                ProofWeight::Weak
            } else {
                ProofWeight::Full
            };
            Some((groups_in, ProofReason::Whole, weight))
        }
        (None, _) => None,
    }
}

/// Numbers of a sheet that all could be counts of thousands before they are taken for figures with three decimals.
pub(super) const SUSPICIOUS: usize = 4;

/// The verdict on every column that has a clue.
pub(super) fn verdicts(form: &Form, clues: &[Clue]) -> BTreeMap<ColumnRef, LocaleVerdict> {
    let mut proofs: BTreeMap<ColumnRef, Vec<LocaleProof>> = BTreeMap::new();
    for clue in clues {
        let of = proofs.entry(clue.column).or_default();
        let mut prove = |locale, reason, weight| {
            of.push(LocaleProof {
                weight,
                locale,
                reason,
                at: clue.at,
                raw: clue.raw.clone(),
            });
        };
        if let Some((locale, reason, weight)) = proof_in(&clue.number, clue.whole) {
            prove(locale, reason, weight);
        }
        if let Some(locale) = total_adds_up_in(form, clue, clues) {
            prove(locale, ProofReason::Total, ProofWeight::Full);
        }
    }
    for (column, proof) in compared(form, clues) {
        proofs.entry(column).or_default().push(proof);
    }
    let mut values = clues
        .iter()
        .filter(|clue| matches!(clue.column, ColumnRef::Value(_)));
    let all_doubtful = values.clone().count() >= SUSPICIOUS && values.all(is_doubtful);
    settle(proofs, all_doubtful)
}

/// The verdict on every column by its proofs and those of the others. If all numbers of the sheet are doubtful
/// (`412.000`, and none without a mark), weak proofs prove nothing: an export may have written three decimals.
pub(super) fn settle<C: Ord>(
    mut proofs: BTreeMap<C, Vec<LocaleProof>>,
    all_doubtful: bool,
) -> BTreeMap<C, LocaleVerdict> {
    if all_doubtful {
        for own in proofs.values_mut() {
            own.retain(|proof| proof.weight != ProofWeight::Weak);
        }
    }
    let of_sheet = verdict_of(&proofs.values().flatten());
    proofs
        .into_iter()
        .map(|(column, own)| {
            let verdict = match (verdict_of(&own.iter()), &of_sheet) {
                (LocaleVerdict::Open, LocaleVerdict::Proven(proof)) => {
                    LocaleVerdict::ProvenBySheet(proof.clone())
                }
                (LocaleVerdict::Proven(own), LocaleVerdict::Proven(proof))
                    if own.weight == ProofWeight::Weak && own.locale != proof.locale =>
                {
                    LocaleVerdict::ProvenBySheet(proof.clone())
                }
                (own, _) => own,
            };
            (column, verdict)
        })
        .collect()
}

/// The verdict of some proofs.
fn verdict_of<'a>(proofs: &(impl Iterator<Item = &'a LocaleProof> + Clone)) -> LocaleVerdict {
    let of_weight = |weight| proofs.clone().filter(move |proof| proof.weight == weight);
    let mut all = of_weight(ProofWeight::ThreeDecimals)
        .chain(of_weight(ProofWeight::Full))
        .chain(of_weight(ProofWeight::Weak));
    let Some(first) = all.next() else {
        return LocaleVerdict::Open;
    };
    let outweighs_weak = first.weight == ProofWeight::ThreeDecimals;
    let against = all.find(|proof| {
        proof.locale != first.locale && !(outweighs_weak && proof.weight == ProofWeight::Weak)
    });
    match against {
        Some(other) => LocaleVerdict::Contradiction(first.clone(), other.clone()),
        None => LocaleVerdict::Proven(first.clone()),
    }
}

fn is_doubtful(clue: &Clue) -> bool {
    matches!(clue.number.value, ParsedNumber::Doubtful { .. })
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
    if beside.len() != parts.len()
        || beside.iter().any(|part| part.measure != total.measure)
        || !(is_doubtful(total) || beside.iter().any(|part| is_doubtful(part)))
    {
        return None;
    }
    only_locale(|locale| {
        let sum: Decimal = beside
            .iter()
            .map(|part| part.number.value.in_locale(locale))
            .sum();
        sum == total.number.value.in_locale(locale)
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
        let (ColumnRef::Comparison(i), ParsedNumber::Sure(percent)) =
            (stated.column, stated.number.value)
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
        let doubtful = match (of.number.value, to.number.value) {
            (ParsedNumber::Doubtful { .. }, ParsedNumber::Sure(_)) => of,
            (ParsedNumber::Sure(_), ParsedNumber::Doubtful { .. }) => to,
            _ => continue,
        };
        let locale = only_locale(|locale| {
            let agrees = of
                .number
                .value
                .in_locale(locale)
                .checked_mul(Decimal::ONE_HUNDRED)
                .and_then(|above| above.checked_div(to.number.value.in_locale(locale)))
                .map(|ratio| (ratio - percent).abs());
            agrees.is_some_and(|off| off <= Decimal::new(5, 1))
        });
        if let Some(locale) = locale {
            let proof = LocaleProof {
                weight: ProofWeight::Full,
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

/// Why a number that can be read in two ways is held back.
pub(super) fn doubt(
    raw: &str,
    grouped: Decimal,
    fraction: Decimal,
    verdict: Option<&LocaleVerdict>,
) -> Message {
    let (grouped, fraction) = (grouped.to_string(), fraction.to_string());
    match verdict {
        Some(LocaleVerdict::Contradiction(first, second)) => findings::TH330 {
            raw,
            grouped,
            fraction,
            first: &first.raw,
            first_cell: first.at.to_string(),
            second: &second.raw,
            second_cell: second.at.to_string(),
        }
        .into(),
        _ => findings::TH302 {
            raw,
            grouped,
            fraction,
        }
        .into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalize::number::read_text;

    /// The verdicts on columns of counts.
    fn of_counts(columns: &[&[&str]]) -> Vec<LocaleVerdict> {
        let mut proofs = BTreeMap::new();
        let mut all_doubtful = true;
        for (column, texts) in columns.iter().enumerate() {
            let own: &mut Vec<LocaleProof> = proofs.entry(column).or_default();
            for (row, text) in texts.iter().enumerate() {
                let number = read_text(text, &[]).expect("a number");
                all_doubtful &= matches!(number.value, ParsedNumber::Doubtful { .. });
                if let Some((locale, reason, weight)) = proof_in(&number, true) {
                    own.push(LocaleProof {
                        weight,
                        locale,
                        reason,
                        at: Address::new(row as u32, column as u32),
                        raw: (*text).to_owned(),
                    });
                }
            }
        }
        settle(proofs, all_doubtful).into_values().collect()
    }

    fn proof(verdict: &LocaleVerdict) -> Option<(&str, bool)> {
        match verdict {
            LocaleVerdict::Proven(p) => Some((p.raw.as_str(), true)),
            LocaleVerdict::ProvenBySheet(p) => Some((p.raw.as_str(), false)),
            LocaleVerdict::Open | LocaleVerdict::Contradiction(..) => None,
        }
    }

    #[test]
    fn three_decimals_outweigh_counts_of_thousands() {
        for whole in ["18450.000", "0.500", "1250.500", "18,450.000"] {
            let verdicts = of_counts(&[&["412.000", whole], &["7.000"]]);
            assert_eq!(proof(&verdicts[0]), Some((whole, true)));
            assert_eq!(
                proof(&verdicts[1]),
                Some((whole, false)),
                "the sheet decides"
            );
        }
        let verdicts = of_counts(&[&["412,000", "18450,000"]]);
        assert_eq!(proof(&verdicts[0]), Some(("18450,000", true)));
    }

    #[test]
    fn what_contradicts_itself_proves_nothing() {
        for against in ["1250.5", "1,234.5", "30,000"] {
            let verdicts = of_counts(&[&["25.000", against, "7"]]);
            assert!(
                matches!(verdicts[0], LocaleVerdict::Contradiction(..)),
                "{against}"
            );
        }
        // `1.234` cannot be a fraction of a count.
        let verdicts = of_counts(&[&["1.234", "18450.000"]]);
        assert!(matches!(verdicts[0], LocaleVerdict::Contradiction(..)));
    }

    #[test]
    fn counts_of_thousands_need_one_number_of_another_shape() {
        let verdicts = of_counts(&[&["412.000", "25.000", "7"]]);
        assert_eq!(proof(&verdicts[0]), Some(("412.000", true)));
        let verdicts = of_counts(&[&["412.000", "25.000", "7.000"]]);
        assert_eq!(verdicts[0], LocaleVerdict::Open);
    }
}
