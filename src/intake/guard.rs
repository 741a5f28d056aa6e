//! A guard around parsers of foreign files: one that panics or recurses deeply ends its file, not the run.

use std::thread;

/// Stack of a guarded parser, in bytes. Calamine recurses into nested formulas: up to 65,535 bytes, three for each level.
const STACK: usize = 128 << 20;

/// Runs a parser on a thread with a stack of its own; none if it panicked.
pub(crate) fn guarded<T: Send>(parser: impl FnOnce() -> T + Send) -> Option<T> {
    thread::scope(|scope| {
        thread::Builder::new()
            .name("parser".to_owned())
            .stack_size(STACK)
            .spawn_scoped(scope, parser)
            .ok()?
            .join()
            .ok()
    })
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
