//! Names of cells and ranges, as formulas and attributes write them.

use crate::read::address::{Address, CellRange};

/// A range by its name, such as `A4:B5`.
pub(super) fn range(name: &str) -> Option<CellRange> {
    let (start, end) = name.trim().split_once(':')?;
    let (start, end) = (address(start)?, address(end)?);
    Some(CellRange {
        start: Address::new(start.row.min(end.row), start.column.min(end.column)),
        end: Address::new(start.row.max(end.row), start.column.max(end.column)),
    })
}

/// The address of a cell by its name, such as `B12`.
pub(super) fn address(name: &str) -> Option<Address> {
    let digits = name.bytes().position(|c| c.is_ascii_digit())?;
    let (letters, digits) = name.split_at_checked(digits)?;
    let mut column = 0_u32;
    for letter in letters.bytes() {
        let letter = letter.to_ascii_uppercase();
        let digit = letter.checked_sub(b'A').filter(|d| *d < 26)?;
        column = column.checked_mul(26)?.checked_add(u32::from(digit) + 1)?;
    }
    let row = digits.parse::<u32>().ok()?.checked_sub(1)?;
    Some(Address::new(row, column.checked_sub(1)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_cells_are_read() {
        assert_eq!(address("B12"), Some(Address::new(11, 1)));
        assert_eq!(address("XFD1048576"), Some(Address::new(1_048_575, 16_383)));
        assert_eq!(address("12"), None);
        assert_eq!(address("A0"), None);
        let back = range("C5:B4").map(|r| (r.start, r.end));
        assert_eq!(back, Some((Address::new(3, 1), Address::new(4, 2))));
    }
}
