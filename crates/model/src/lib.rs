//! The nouns of Yagura.
//!
//! Everything here is a value: no I/O, no clock, no SQL, no HTTP.
//! A reader in `formats` turns the bytes of a report into these values, the engine merges them,
//! the lake keeps them. Types that end in `Seen` are one source's statement, borrowed from the
//! bytes of a report where possible; the other types are what Yagura itself holds.

pub mod asset;
pub mod attribute;
pub mod check;
pub mod coverage;
pub mod decision;
pub mod domain;
pub mod finding;
pub mod id;
pub mod identifier;
pub mod kinds;
pub mod life_cycle;
pub mod organisation;
pub mod points;
pub mod ports;
pub mod record;
pub mod report;
pub mod severity;
pub mod sink;
pub mod software;
pub mod warning;
pub mod width;

/// A point in time, UTC, as every table and every report of Yagura carries it.
pub use jiff::Timestamp;
