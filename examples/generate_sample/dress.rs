//! Rewrites a sheet as a clerk would type it: figures as text, marks, spaces, letters of old fonts.

use super::grid::{Content, Grid, Look};
use super::habits::Habits;
use super::letters::Typewriter;
use super::senders::Manner;

/// Rewrites the cells of a sheet the way a province types.
pub(crate) fn dress(grid: &mut Grid, habits: &Habits, typewriter: &Typewriter) {
    for (turn, (&(row, column), cell)) in (0_u32..).zip(&mut grid.cells) {
        let figure = matches!(cell.look, Look::Integer | Look::Tenths | Look::General);
        if figure {
            cell.content = figures(&cell.content, habits, turn);
            continue;
        }
        let Content::Text(text) = &mut cell.content else {
            continue;
        };
        if habits.has(Manner::Spaced) {
            *text = spaced(text, cell.look, row + u32::from(column));
        }
        if let Some(letters) = habits.letters() {
            (*text, cell.font) = typewriter.typed(text, letters, turn);
        }
    }
}

/// A figure as it is typed.
fn figures(content: &Content, habits: &Habits, turn: u32) -> Content {
    let (Content::Number(mantissa, decimals) | Content::Formula(_, mantissa, decimals)) = *content
    else {
        return content.clone();
    };
    if mantissa == 0 && habits.has(Manner::Dashes) {
        return Content::Text("-".to_owned());
    }
    let Some(hand) = habits.hand() else {
        return content.clone();
    };
    let thousand = 1_000 * 10_u64.pow(decimals);
    if habits.has(Manner::LargeOnly) && mantissa.unsigned_abs() < thousand {
        return Content::Number(mantissa, decimals);
    }
    let mut text = hand.write(mantissa, decimals);
    if habits.has(Manner::Asterisks) && turn.is_multiple_of(97) {
        text.push_str(" (*)");
    }
    Content::Text(text)
}

/// A text with the spaces of a careless typist.
fn spaced(text: &str, look: Look, place: u32) -> String {
    if look == Look::Head {
        return text
            .replacen(" năm ", "\nnăm ", 1)
            .replace(" hợp ", "\u{a0}hợp ");
    }
    match place % 4 {
        0 => text.replacen(' ', "  ", 1),
        1 => text.replacen(' ', "\u{a0}", 1),
        2 => format!("{text}\u{a0}"),
        _ => text.to_owned(),
    }
}
