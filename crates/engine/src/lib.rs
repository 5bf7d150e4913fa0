//! The use cases: intake, inspect, ingest, score, explain.
//!
//! [`intake`] turns what a user names into the members to parse, [`inspect`] parses them without
//! keeping anything, [`ingest`] takes them into the lake, [`score`] makes points of what the lake
//! holds, [`explain`] leads points back to the bytes of a report. [`clock`] is the only place that
//! asks what time it is.

pub mod clock;
pub mod explain;
pub mod ingest;
pub mod inspect;
pub mod intake;
pub mod score;

#[cfg(test)]
mod testing;

/// The readers, so that the layers above need not depend on them.
pub use yagura_formats as formats;
