//! What one commit leaves to the next one of the same process: what all reports share need not be
//! read again as long as nobody else wrote.

use yagura_lake::Snapshot;

use super::known::Known;

/// What was known after a commit, for the one that follows it.
#[derive(Debug, Default)]
pub struct Remembered {
    /// The manifest that has all of it, and nothing else.
    manifest: u64,
    known: Known,
}

impl Remembered {
    /// What is known of a state; nothing if it is another one. Whoever adds to it keeps it again when
    /// that is durable.
    pub(super) fn recall(&mut self, state: &Snapshot) -> Known {
        let known = std::mem::take(&mut self.known);
        if self.manifest == state.manifest().number { known } else { Known::default() }
    }

    /// Keeps what is known of a state.
    pub(super) fn keep(&mut self, state: &Snapshot, mut known: Known) {
        known.forget_life_records();
        *self = Self { manifest: state.manifest().number, known };
    }
}
