//! How much may come out of what comes in.

use super::error::{IntakeCode, IntakeError};

/// Bounds on what is received and on what containers expand to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes taken from a stream, and most bytes decompressed from one thing received, all its
    /// entries and layers together.
    pub total: u64,
    /// Most bytes decompressed for each compressed byte: of one compressed stream beyond `free`,
    /// of the whole thing received beyond `free_total`.
    pub ratio: u64,
    /// Decompressed bytes of one stream to which the ratio does not apply.
    pub free: u64,
    /// Decompressed bytes of one thing received to which the ratio does not apply; larger, so that
    /// one bad entry does not use up what the others need.
    pub free_total: u64,
    /// Most entries of one container.
    pub entries: usize,
    /// Most containers around one member.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            total: 64 << 30,
            ratio: 2000,
            free: 64 << 20,
            free_total: 1 << 30,
            entries: 100_000,
            depth: 2,
        }
    }
}

/// What one thing received has expanded to so far. It only grows, also by what is thrown away
/// again, so that the work is bounded as well as the space.
#[derive(Debug)]
pub(crate) struct Budget {
    limits: Limits,
    received: u64,
    produced: u64,
}

impl Budget {
    pub(crate) fn new(limits: Limits, received: u64) -> Self {
        Self { limits, received, produced: 0 }
    }

    /// Allows `more` bytes out of a compressed stream of `compressed` bytes that has given `so_far`
    /// bytes before.
    pub(crate) fn spend(
        &mut self,
        more: u64,
        so_far: u64,
        compressed: u64,
        at: &str,
    ) -> Result<(), IntakeError> {
        self.produced = self.produced.saturating_add(more);
        let refuse =
            |message: String| IntakeError::new(IntakeCode::DecompressionLimit, at, message);
        if self.spent() {
            return Err(refuse(format!("expands to more than {} bytes", self.limits.total)));
        }
        let Limits { ratio, free, free_total, .. } = self.limits;
        let over = |produced: u64, free: u64, from: u64| {
            produced > free && produced > from.saturating_mul(ratio)
        };
        if over(so_far.saturating_add(more), free, compressed)
            || over(self.produced, free_total, self.received)
        {
            return Err(refuse(format!("expands to more than {ratio} times its compressed size")));
        }
        Ok(())
    }

    /// Whether nothing more may come out at all.
    pub(crate) fn spent(&self) -> bool {
        self.produced > self.limits.total
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Limits {
        Limits { total: 10_000, ratio: 10, free: 100, free_total: 200, ..Limits::default() }
    }

    #[test]
    fn the_ratio_counts_only_beyond_the_free_part() {
        let mut budget = Budget::new(limits(), 20);
        assert!(budget.spend(100, 0, 1, "gzip").is_ok());
        let error = budget.spend(1, 100, 1, "gzip").unwrap_err();
        assert_eq!((error.code, error.at.as_str()), (IntakeCode::DecompressionLimit, "gzip"));
        assert!(!budget.spent());
    }

    #[test]
    fn many_entries_are_measured_together_against_what_was_received() {
        let mut budget = Budget::new(limits(), 20);
        assert!(budget.spend(90, 0, 20, "entry 1").is_ok());
        assert!(budget.spend(90, 0, 20, "entry 2").is_ok());
        assert!(budget.spend(90, 0, 20, "entry 3").is_err());
    }

    #[test]
    fn the_total_is_never_passed() {
        let mut budget = Budget::new(limits(), u64::MAX);
        assert!(budget.spend(10_000, 0, u64::MAX, "-").is_ok());
        assert!(budget.spend(1, 0, u64::MAX, "-").is_err());
        assert!(budget.spent());
    }
}
