//! Results of formulas that were never calculated. Some programs save 0 or nothing for each formula and leave it to the
//! next program to calculate; a reader that takes it reads what nobody saw.

use super::texts::TextCoding;
use crate::read::biff::Fields;

/// What the formulas of a workbook say of the program that wrote them.
#[derive(Debug, Clone, Copy)]
pub(super) struct FormulaResults {
    /// Whether references in formulas are written as in BIFF8.
    is_biff8: bool,
    /// Whether any has a result other than 0 and nothing: then the program calculates.
    any: bool,
    /// Whether any has one of those that ask to be calculated when the workbook is opened.
    of_unfinished: bool,
    empty: EmptyResults,
}

/// The formulas that are saved with an empty text.
#[derive(Debug, Clone, Copy, Default)]
struct EmptyResults {
    /// Whether any of them must give a number.
    of_number: bool,
    /// Whether any of them may give a text.
    of_text: bool,
}

/// The flag of a formula that is to be calculated again and again, as of one that names the day.
const ALWAYS: u16 = 1;
/// The flag of a formula that is to be calculated when the workbook is opened.
const ON_LOAD: u16 = 2;

/// What a formula can result in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// A number or an error.
    Number,
    /// What another cell holds.
    OfCell,
    /// Text, among others.
    Any,
}

impl FormulaResults {
    pub(super) fn new(coding: TextCoding) -> Self {
        Self {
            is_biff8: matches!(coding, TextCoding::Unicode),
            any: false,
            of_unfinished: false,
            empty: EmptyResults::default(),
        }
    }

    /// Takes the body of a formula into account.
    pub(super) fn see(&mut self, formula: &[u8]) {
        match saved(formula) {
            Saved::Result => {
                self.any = true;
                self.of_unfinished |= flags(formula) & ON_LOAD != 0;
            }
            Saved::Empty => match outcome(formula, self.is_biff8) {
                Outcome::Number => self.empty.of_number = true,
                Outcome::Any => self.empty.of_text = true,
                Outcome::OfCell => {}
            },
            Saved::Zero => {}
        }
    }

    /// Whether the saved result of a formula, by its body, is that of a program which does not calculate. A zero among
    /// results is a result too.
    pub(super) fn lack(self, formula: &[u8]) -> bool {
        let saved = saved(formula);
        if saved == Saved::Result {
            return false;
        }
        let flags = flags(formula);
        let is_unfinished = flags & ON_LOAD != 0 && !self.of_unfinished;
        let is_volatile = flags & ALWAYS != 0 && !self.any;
        if is_unfinished || is_volatile {
            return true;
        }
        // No sum is an empty text. If a workbook says so of one, its other empty texts are none either; nor are they if
        // there is no formula that an empty text could come from.
        saved == Saved::Empty
            && (outcome(formula, self.is_biff8) == Outcome::Number
                || (!self.any && (self.empty.of_number || !self.empty.of_text)))
    }
}

fn flags(formula: &[u8]) -> u16 {
    formula.u16_at(14).unwrap_or(0)
}

/// What is saved as the result of a formula.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Saved {
    Zero,
    Empty,
    Result,
}

fn saved(formula: &[u8]) -> Saved {
    match formula.get(6..).and_then(|rest| rest.first_chunk::<8>()) {
        Some([3, .., 0xff, 0xff]) => Saved::Empty,
        Some(result) if f64::from_le_bytes(*result) == 0.0 => Saved::Zero,
        _ => Saved::Result,
    }
}

/// Functions that give numbers: COUNT, SUM, AVERAGE, MIN, MAX, ABS, INT, ROUND, COUNTA, PRODUCT, ROUNDUP, ROUNDDOWN,
/// SUMPRODUCT, SUBTOTAL, SUMIF, COUNTIF.
const NUMERIC: [u16; 16] = [
    0, 4, 5, 6, 7, 24, 25, 27, 169, 183, 212, 213, 228, 344, 345, 346,
];

/// What a formula can result in, by the last of its tokens: that is what is done last.
fn outcome(formula: &[u8], is_biff8: bool) -> Outcome {
    let length = usize::from(formula.u16_at(20).unwrap_or(0));
    let mut tokens = formula.get(22..).unwrap_or_default();
    tokens = tokens.get(..length).unwrap_or(tokens);
    let mut last = Outcome::Any;
    while let Some(token) = tokens.first() {
        let Some(size) = size_of(tokens, is_biff8) else {
            return Outcome::Any;
        };
        last = match plain(*token) {
            // Brackets, and what only says how the formula is written.
            0x15 => last,
            0x19 if tokens.get(1).is_some_and(|kind| kind & 0x10 == 0) => last,
            // Arithmetic, a sum, a number.
            0x03..=0x07 | 0x12..=0x14 | 0x19 | 0x1e | 0x1f => Outcome::Number,
            0x21 | 0x22 => {
                let at = size - 2;
                let function = tokens.u16_at(at).unwrap_or(u16::MAX);
                if NUMERIC.contains(&function) {
                    Outcome::Number
                } else {
                    Outcome::Any
                }
            }
            0x24 | 0x3a => Outcome::OfCell,
            _ => Outcome::Any,
        };
        tokens = tokens.get(size..).unwrap_or_default();
    }
    last
}

/// A token without the class of its value.
fn plain(token: u8) -> u8 {
    match token {
        0x40.. => token & 0x1f | 0x20,
        _ => token,
    }
}

/// Bytes of the first of these tokens; none if it is not known. Source: [MS-XLS], 2.5.198; for BIFF5, OpenOffice.org's
/// documentation, 3.
fn size_of(tokens: &[u8], is_biff8: bool) -> Option<usize> {
    let either = |biff8: usize, biff5: usize| if is_biff8 { biff8 } else { biff5 };
    Some(match plain(*tokens.first()?) {
        0x03..=0x16 => 1,
        0x17 => {
            let letters = usize::from(*tokens.get(1)?);
            let is_wide = is_biff8 && tokens.get(2)? & 1 != 0;
            let bytes = if is_wide { 2 * letters } else { letters };
            either(3, 2) + bytes
        }
        // A choice has a table behind it.
        0x19 if tokens.get(1)? & 0x04 != 0 => 6 + 2 * usize::from(tokens.u16_at(2)?),
        0x19 | 0x22 => 4,
        0x1c | 0x1d => 2,
        0x1e | 0x21 | 0x29 => 3,
        0x1f => 9,
        0x20 => 8,
        0x23 => either(5, 15),
        0x24 | 0x2a | 0x2c => either(5, 4),
        0x25 | 0x2b | 0x2d => either(9, 7),
        0x26..=0x28 => 7,
        0x39 => either(7, 25),
        0x3a | 0x3c => either(7, 18),
        0x3b | 0x3d => either(11, 21),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZERO: [u8; 8] = [0; 8];
    const EMPTY: [u8; 8] = [3, 0, 0, 0, 0, 0, 0xff, 0xff];
    /// `A1+A2`, `A1` and `IF(A1,"")`, with what Excel adds to it.
    const SUM: &[u8] = b"\x44\0\0\0\xc0\x44\x01\0\0\xc0\x03\x15";
    const CELL: &[u8] = b"\x44\0\0\0\xc0";
    const IF: &[u8] = b"\x44\0\0\0\xc0\x19\x02\x0a\0\x17\0\0\x19\x08\x03\0\x42\x02\x01\0";

    fn formula(result: [u8; 8], flags: u8, tokens: &[u8]) -> Vec<u8> {
        let head = [&[0; 6][..], &result, &[flags, 0, 0, 0, 0, 0]].concat();
        [&head, &(tokens.len() as u16).to_le_bytes()[..], tokens].concat()
    }

    fn lacking(formulas: &[Vec<u8>]) -> Vec<bool> {
        let mut results = FormulaResults::new(TextCoding::Unicode);
        for body in formulas {
            results.see(body);
        }
        formulas.iter().map(|body| results.lack(body)).collect()
    }

    #[test]
    fn a_zero_is_no_result_where_none_of_its_kind_has_one() {
        let five = formula(5_f64.to_le_bytes(), 0, SUM);
        let zero = |flags| formula(ZERO, flags, SUM);
        assert_eq!(lacking(&[zero(1), zero(3), zero(0)]), [true, true, false]);
        // A formula that names the day, in a workbook whose program calculates.
        assert_eq!(lacking(&[zero(1), five.clone()]), [false, false]);
        // Formulas that another program added to a workbook of Excel.
        assert_eq!(lacking(&[zero(2), five]), [true, false]);
        // A program that calculates, and asks for more.
        let six = formula(6_f64.to_le_bytes(), 2, SUM);
        assert_eq!(lacking(&[zero(2), six]), [false, false]);
    }

    #[test]
    fn an_empty_text_is_no_result_of_a_sum() {
        let five = formula(5_f64.to_le_bytes(), 0, SUM);
        let [sum, cell, choice] = [SUM, CELL, IF].map(|tokens| formula(EMPTY, 0, tokens));
        assert_eq!(lacking(&[sum.clone(), five.clone()]), [true, false]);
        assert_eq!(lacking(&[choice.clone(), cell.clone()]), [false, false]);
        assert_eq!(lacking(&[choice.clone(), sum.clone()]), [true, true]);
        assert_eq!(lacking(std::slice::from_ref(&cell)), [true]);
        assert_eq!(lacking(&[cell, choice, five]), [false, false, false]);
    }

    #[test]
    fn the_last_token_tells_what_a_formula_gives() {
        let of = |tokens: &[u8], is_biff8| outcome(&formula(ZERO, 0, tokens), is_biff8);
        assert_eq!(of(SUM, true), Outcome::Number);
        assert_eq!(of(CELL, true), Outcome::OfCell);
        assert_eq!(of(IF, true), Outcome::Any);
        let sum = b"\x25\0\0\x01\0\0\xc0\0\xc0\x19\x10\0\0";
        assert_eq!(of(sum, true), Outcome::Number);
        assert_eq!(of(b"\x44\0\0\0\x44\x01\0\0\x03", false), Outcome::Number);
        assert_eq!(of(b"\x1e\x01\0\x17\x02\0ab\x08", true), Outcome::Any);
        assert_eq!(of(b"\x18\0", true), Outcome::Any);
        assert_eq!(of(b"\x17", true), Outcome::Any);
    }
}
