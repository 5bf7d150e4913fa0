//! Short content hashes: the first 64 bits of a SHA-256.

use sha2::{Digest, Sha256};

/// The hash of some parts, each told apart from the next by its length.
pub(super) fn short(parts: &[&[u8]]) -> i64 {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    first(&hash.finalize())
}

/// The hash of some numbers in order.
pub(super) fn of_numbers(numbers: &[i32]) -> i64 {
    let mut hash = Sha256::new();
    for number in numbers {
        hash.update(number.to_le_bytes());
    }
    first(&hash.finalize())
}

fn first(digest: &[u8]) -> i64 {
    let mut bytes = [0; 8];
    for (target, source) in bytes.iter_mut().zip(digest) {
        *target = *source;
    }
    i64::from_le_bytes(bytes)
}
