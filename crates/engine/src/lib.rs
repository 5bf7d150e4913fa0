//! The use cases: intake, inspect, ingest, score, explain.
//!
//! [`intake`] turns what a user names into the members to parse, [`inspect`] parses them without
//! keeping anything, [`clock`] is the only place that asks what time it is.

pub mod clock;
pub mod inspect;
pub mod intake;

/// The readers, so that the layers above need not depend on them.
pub use yagura_formats as formats;
