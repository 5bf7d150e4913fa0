//! Numbers that look random, the same for the same seed (SplitMix64), and the seeds of tests.

use std::{io::Write as _, ops::Range};

/// Chooses other seeds.
const SEED: &str = "YAGURA_FAULT_SEED";

/// Chooses so many times as many of them.
const TIMES: &str = "YAGURA_FAULT_TIMES";

/// A seed for each point that a test tries: so many, and `YAGURA_FAULT_TIMES` as many of them. The
/// first is that of `YAGURA_FAULT_SEED`, else always the same.
pub fn seeds(count: u64) -> Range<u64> {
    let given = |name| std::env::var(name).ok().and_then(|text: String| text.parse::<u64>().ok());
    let first = given(SEED).unwrap_or(20_261_122);
    first..first.saturating_add(count.saturating_mul(given(TIMES).unwrap_or(1)))
}

/// A point that is tried: if the test fails meanwhile, this says how to try the same again.
#[derive(Debug)]
pub struct Tried {
    seed: u64,
    point: String,
}

impl Tried {
    /// The point of a seed.
    pub fn new(seed: u64, point: String) -> Self {
        Self { seed, point }
    }
}

impl std::fmt::Display for Tried {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{SEED}={}: {}", self.seed, self.point)
    }
}

impl Drop for Tried {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // Where it cannot be written there is nobody to read it.
            drop(writeln!(std::io::stderr(), "failed at {self}"));
        }
    }
}

/// See the module.
#[derive(Debug)]
pub struct Chance {
    state: u64,
    /// Of 8 changes, how many are kept.
    kept: u64,
}

impl Chance {
    /// Numbers of a seed.
    pub fn new(seed: u64) -> Self {
        let mut chance = Self { state: seed, kept: 4 };
        chance.kept = chance.below(9);
        chance
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below a bound; 0 if the bound is.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.next().checked_rem(bound).unwrap_or(0)
    }

    pub(super) fn keeps(&mut self) -> bool {
        self.below(8) < self.kept
    }
}
