//! Pseudo-random numbers: `SplitMix64`, started from a seed and a topic.
//!
//! Each question ("which layout does Sơn La use?") has its own stream, so that a new question
//! never changes the answers to the old ones.

/// A stream of numbers that depends on nothing but its seed and topic.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    /// The stream for a topic, such as `["14", "2023", "estimate"]`.
    pub(crate) fn of(seed: u64, topic: &[&str]) -> Self {
        let mut state = seed ^ 0xcbf2_9ce4_8422_2325;
        for word in topic {
            for byte in word.bytes().chain([0xff]) {
                state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
        let mut random = Self(state);
        random.next();
        random
    }

    /// The next 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A whole number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = high.abs_diff(low) + 1;
        low.saturating_add_unsigned(self.next() % span)
    }

    /// True in so many of a hundred cases.
    pub(crate) fn chance(&mut self, percent: i64) -> bool {
        self.between(1, 100) <= percent
    }

    /// One of the choices; a choice listed twice is twice as likely.
    pub(crate) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        let count = i64::try_from(choices.len()).unwrap_or(1);
        let index = usize::try_from(self.between(0, count - 1)).unwrap_or(0);
        choices[index]
    }
}
