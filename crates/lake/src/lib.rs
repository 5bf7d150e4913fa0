//! The repository of facts: Delta tables, evidence packs, one visible state.

pub mod backup;
mod cell;
mod changes;
pub mod check;
pub mod compact;
mod content;
mod delta;
mod derived;
mod encode;
mod ended;
pub mod error;
pub mod evidence;
pub mod export;
mod fail;
#[cfg(any(test, feature = "faults"))]
pub mod faults;
mod index;
pub mod keys;
mod lake;
pub mod lease;
pub mod manifest;
pub mod masters;
pub mod parts;
mod places;
mod provider;
pub mod query;
pub mod repair;
pub mod retention;
pub mod row;
pub mod rows;
pub mod scan;
pub mod scores;
mod snapshot;
mod stands;
pub mod stats;
pub mod store;
mod superseded;
pub mod table;
#[cfg(test)]
mod testing;
mod transaction;
mod vacuum;
pub mod views;
mod writer;

pub use changes::{Changes, Packed};
pub use content::{ContentDigest, FileSet};
pub use derived::Derived;
pub use error::LakeError;
pub use fail::fail_point;
pub use lake::Lake;
pub use snapshot::{FileEntry, Lost, Snapshot};
pub use transaction::{Ahead, Fetched, Transaction};
pub use vacuum::{Vacuum, Vacuumed};
pub use writer::Writer;
