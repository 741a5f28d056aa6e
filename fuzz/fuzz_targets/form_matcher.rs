//! Small sheets made of the forms' real words: whatever stands where, no number of a table is lost without a
//! finding, used twice or read otherwise than it stands.
//!
//! Inputs are sheets written as text (`tonghop_fuzz::grid`); most mutations change one cell, row or column.

#![no_main]

use fastrand::Rng;
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use tonghop_fuzz::{grid, prove_tables};

fuzz_target!(|data: &[u8]| {
    prove_tables(&grid::sheet(&String::from_utf8_lossy(data)));
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let mut rng = Rng::with_seed(u64::from(seed));
    let edited = grid::edited(&String::from_utf8_lossy(&data[..size]), &mut rng);
    if edited.len() > max_size || rng.u8(..8) == 0 {
        return fuzzer_mutate(data, size, max_size);
    }
    data[..edited.len()].copy_from_slice(edited.as_bytes());
    edited.len()
});
