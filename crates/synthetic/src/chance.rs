//! Chance that is always the same: numbers computed from a seed and from what they are for.
//!
//! Counter-based, so that nothing is carried from one thing to the next: the chance of device
//! 999,999 is found without that of the devices before it. The mixing is that of SplitMix64
//! (Steele, Lea, Flood 2014), in integers only, hence alike on every machine.

/// Where numbers are drawn from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chance(u64);

impl Chance {
    /// The chance of a seed.
    pub fn new(seed: u64) -> Self {
        Self(0).at(seed)
    }

    /// The chance of the `number`th thing below this one, or of one of its sides.
    #[must_use]
    pub fn at(self, number: u64) -> Self {
        let step = number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0.wrapping_add(step);
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        Self(bits ^ (bits >> 31))
    }

    /// 64 bits.
    pub fn bits(self) -> u64 {
        self.0
    }

    /// A number from 0 to `end`, without it; 0 if `end` is 0.
    pub fn below(self, end: u64) -> u64 {
        ((u128::from(self.0) * u128::from(end)) >> 64) as u64
    }

    /// Yes in `rate` of a thousand cases.
    pub fn happens(self, rate: u32) -> bool {
        self.below(1000) < u64::from(rate)
    }

    /// One of several; the default of none.
    pub fn pick<T: Copy + Default>(self, from: &[T]) -> T {
        from.get(self.below(from.len() as u64) as usize).copied().unwrap_or_default()
    }
}

/// Draws ranks of which the rth is met about as often as 1/(r + offset) (Zipf and Mandelbrot).
#[derive(Debug, Clone)]
pub struct Ranks {
    /// Where the share of each rank ends.
    ends: Vec<u64>,
}

impl Ranks {
    /// So many ranks; a greater offset makes the first ranks more alike.
    pub fn new(count: usize, offset: u64) -> Self {
        let mut end = 0;
        let ends = (0..count as u64).map(|rank| {
            end += (1 << 32) / (rank + offset.max(1));
            end
        });
        Self { ends: ends.collect() }
    }

    /// A rank, from 0.
    pub fn draw(&self, chance: Chance) -> usize {
        let point = chance.below(self.ends.last().copied().unwrap_or_default());
        self.ends.partition_point(|end| *end <= point)
    }

    /// The share of the ranks before `rank` in a whole of `of`.
    pub fn before(&self, rank: usize, of: u64) -> u64 {
        let all = self.ends.last().copied().unwrap_or(1);
        let end = rank.checked_sub(1).and_then(|last| self.ends.get(last)).copied();
        (u128::from(end.unwrap_or_default()) * u128::from(of) / u128::from(all)) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::{Chance, Ranks};

    #[test]
    fn chance_is_always_the_same() {
        // SplitMix64 of seed 0 gives these first.
        assert_eq!(Chance(0).at(0).bits(), 0xE220_A839_7B1D_CDAF);
        assert_eq!(Chance(0).at(1).bits(), 0x6E78_9E6A_A1B9_65F4);
        assert_ne!(Chance::new(1).at(2), Chance::new(2).at(1));
        assert_eq!(Chance::new(1).pick::<u8>(&[]), 0);
    }

    #[test]
    fn first_ranks_are_met_most() {
        let ranks = Ranks::new(100, 1);
        let mut met = [0_u32; 100];
        for number in 0..100_000 {
            met[ranks.draw(Chance::new(7).at(number))] += 1;
        }
        // 1 of the 5.187 that the harmonic series of 100 members adds up to.
        assert!((18_500..20_000).contains(&met[0]), "{}", met[0]);
        assert!((9_000..10_200).contains(&met[1]), "{}", met[1]);
        assert!(met[99] > 100);
        assert_eq!((ranks.before(0, 1000), ranks.before(100, 1000)), (0, 1000));
    }
}
