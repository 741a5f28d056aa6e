//! A guard around parsers of foreign files: one that panics or recurses deeply ends its file, not the run.
//!
//! A finding says what became of the file, so the panic itself is not printed: whoever reads it would think that the
//! program broke. Panics everywhere else are printed as always.

use std::cell::Cell;
use std::panic;
use std::sync::Once;
use std::thread;

/// Stack of a guarded parser, in bytes. Calamine recurses into nested formulas: up to 65,535 bytes, three for each level.
const STACK: usize = 128 << 20;

thread_local! {
    /// Whether this thread runs a guarded parser.
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Runs a parser on a thread with a stack of its own; none if it panicked.
pub(crate) fn guarded<T: Send>(parser: impl FnOnce() -> T + Send) -> Option<T> {
    silence_guarded_threads();
    thread::scope(|scope| {
        thread::Builder::new()
            .name("parser".to_owned())
            .stack_size(STACK)
            .spawn_scoped(scope, || {
                IS_GUARDED.set(true);
                parser()
            })
            .ok()?
            .join()
            .ok()
    })
}

/// Lets what prints panics pass over those of guarded parsers.
fn silence_guarded_threads() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let print = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !IS_GUARDED.get() {
                print(panic);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_ends_the_parser_only() {
        assert_eq!(guarded(|| 1), Some(1));
        assert_eq!(guarded(|| -> i32 { panic!("damaged") }), None);
    }

    #[test]
    fn deep_recursion_has_room() {
        fn descend(level: usize) -> usize {
            let frame = std::hint::black_box([0_u8; 1024]);
            if level == 0 {
                return usize::from(frame[0]);
            }
            descend(level - 1) + 1
        }
        assert_eq!(guarded(|| descend(21_845)), Some(21_845));
    }
}
