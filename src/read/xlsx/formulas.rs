//! Results of formulas that were never calculated. Some programs save 0 for each formula and leave it to the next program
//! to calculate; a reader that takes the 0 reads what nobody saw.

use std::collections::BTreeSet;
use std::io::BufRead;

use quick_xml::events::Event;

use super::address::{address, range};
use crate::read::address::{Address, CellRange};
use crate::read::content::{CellContent, StoredValue};
use crate::read::sheet::Sheet;
use crate::read::xml::xml_reader;

/// The most cells that are looked at to check the sums of a sheet.
const MOST_OPERANDS: usize = 1_000_000;

/// The most cells of array formulas that are looked at in a sheet.
const MOST_ARRAY_CELLS: usize = 10_000;

/// Whether a formula of a sheet's part has a result other than 0. Then its program calculates, and a 0 is a result too.
pub(super) fn has_results(part: impl BufRead) -> bool {
    let mut reader = xml_reader(part);
    let mut buffer = Vec::new();
    let (mut has_formula, mut in_value) = (false, false);
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer) {
            Ok(Event::Start(e)) => match e.local_name().as_ref() {
                "c" => has_formula = false,
                "f" => has_formula = true,
                "v" => in_value = true,
                _ => {}
            },
            Ok(Event::Text(text)) if has_formula && in_value => {
                let value = text.trim();
                if !value.is_empty() && value.parse() != Ok(0.0) {
                    return true;
                }
            }
            Ok(Event::End(e)) => match e.local_name().as_ref() {
                "v" => in_value = false,
                "sheetData" => return false,
                _ => {}
            },
            // What is damaged is said where the cells are read.
            Ok(Event::Eof) | Err(_) => return false,
            Ok(_) => {}
        }
    }
}

/// The cells whose saved 0 cannot be: the formula is a plain sum, its operands are not negative, and one is more than 0 or
/// cannot be 0 itself.
pub(super) fn contradicted(sheet: &Sheet, zeros: &[(Address, String)]) -> BTreeSet<Address> {
    let mut sums: Vec<(Address, Vec<CellRange>)> = zeros
        .iter()
        // Where the 0 is withheld or in a list, the sheet does not hold it.
        .filter(|(at, _)| matches!(sheet.get(*at), Some(CellContent::Number(_))))
        .filter_map(|(at, formula)| Some((*at, operands(formula)?)))
        .collect();
    let mut wrong = BTreeSet::new();
    let mut looked_at = 0;
    loop {
        let before = sums.len();
        sums.retain(|(at, operands)| {
            let cannot_be = cannot_be_zero(sheet, operands, &wrong, &mut looked_at);
            if cannot_be {
                wrong.insert(*at);
            }
            !cannot_be
        });
        if sums.len() == before || looked_at > MOST_OPERANDS {
            return wrong;
        }
    }
}

/// The blank cells of array formulas that were never calculated: only the first cell of such a formula has it.
pub(super) fn without_results(sheet: &Sheet, arrays: &[CellRange]) -> Vec<Address> {
    let cells = arrays.iter().flat_map(|array| {
        let columns = array.start.column..=array.end.column;
        (array.start.row..=array.end.row)
            .flat_map(move |row| columns.clone().map(move |column| Address::new(row, column)))
    });
    cells
        .take(MOST_ARRAY_CELLS)
        .filter(|at| sheet.get(*at).is_none() && sheet.withheld(*at).is_none())
        .collect()
}

fn cannot_be_zero(
    sheet: &Sheet,
    operands: &[CellRange],
    wrong: &BTreeSet<Address>,
    looked_at: &mut usize,
) -> bool {
    let mut is_more = false;
    for range in operands {
        let rows = sheet.rows_from(range.start.row);
        for row in rows.take_while(|row| *row <= range.end.row) {
            for (at, content) in sheet.row(row).filter(|(at, _)| range.holds(*at)) {
                *looked_at += 1;
                if *looked_at > MOST_OPERANDS {
                    return false;
                }
                let n = match content {
                    CellContent::Number(n) => *n,
                    CellContent::Shown(shown) => match shown.stored {
                        StoredValue::Number(n) => n,
                        StoredValue::Date(_) => return false,
                    },
                    CellContent::Text(_) => 0.0,
                    _ => return false,
                };
                if n < 0.0 {
                    return false;
                }
                is_more |= n > 0.0 || wrong.contains(&at);
            }
        }
    }
    is_more
}

/// The cells that a plain sum adds up: `SUM(F9:F20)` or `F9+F10`; none for any other formula.
fn operands(formula: &str) -> Option<Vec<CellRange>> {
    let plain: String = formula
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '$')
        .collect::<String>()
        .to_uppercase();
    let plain = plain.trim_start_matches('=');
    let (inner, between) = match plain.strip_prefix("SUM(").and_then(|p| p.strip_suffix(')')) {
        Some(inner) => (inner, ','),
        None => (plain, '+'),
    };
    inner.split(between).map(range_or_cell).collect()
}

fn range_or_cell(name: &str) -> Option<CellRange> {
    range(name).or_else(|| address(name).map(|at| CellRange { start: at, end: at }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_of_more_than_nothing_is_not_nothing() {
        let mut sheet = Sheet::new(None, true);
        let at = |name: &str| address(name).expect("a cell");
        for (name, n) in [
            ("A1", 0.0),
            ("A2", 5.0),
            ("A3", 0.0),
            ("B1", -5.0),
            ("B2", 5.0),
            ("A9", 0.0),
            ("C1", 0.0),
            ("C2", 0.0),
            ("C3", 0.0),
        ] {
            sheet.put(at(name), CellContent::Number(n));
        }
        let zeros: Vec<(Address, String)> = [
            ("A9", "A3+A3"),
            ("A3", "SUM(A1:$A$2)"),
            ("C1", "SUM(B1:B2)"),
            ("C2", "A2-A2"),
            ("C3", "A1 + A1"),
        ]
        .map(|(name, formula)| (at(name), formula.to_owned()))
        .into();
        let wrong = contradicted(&sheet, &zeros);
        assert_eq!(wrong, BTreeSet::from([at("A3"), at("A9")]));
    }

    #[test]
    fn an_array_formula_without_results_has_none_in_any_cell() {
        let mut sheet = Sheet::new(None, true);
        let at = |name: &str| address(name).expect("a cell");
        sheet.put(at("B1"), CellContent::NoCachedValue);
        sheet.put(at("B2"), CellContent::Number(3.0));
        let array = range("B1:B3").expect("a range");
        assert_eq!(without_results(&sheet, &[array]), [at("B3")]);
    }

    #[test]
    fn one_result_shows_that_formulas_are_calculated() {
        let part = |cells: &str| format!("<sheetData><row>{cells}</row></sheetData>");
        let zeros = r#"<c><v>5</v></c><c><f>A1</f><v>0</v></c><c t="str"><f>A1</f><v></v></c>"#;
        assert!(!has_results(part(zeros).as_bytes()));
        assert!(has_results(
            part(&format!("{zeros}<c><f>A1</f><v>5</v></c>")).as_bytes()
        ));
        assert!(has_results(
            part(r#"<c t="str"><f>A1</f><v>x</v></c>"#).as_bytes()
        ));
    }
}
