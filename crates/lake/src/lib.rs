//! The repository of facts: Delta tables, evidence packs, one visible state.

mod cell;
mod changes;
pub mod compact;
mod delta;
mod derived;
mod encode;
pub mod error;
pub mod evidence;
mod fail;
#[cfg(any(test, feature = "faults"))]
pub mod faults;
mod index;
pub mod keys;
mod lake;
pub mod lease;
pub mod manifest;
pub mod masters;
mod provider;
pub mod query;
pub mod row;
pub mod rows;
pub mod scan;
mod snapshot;
pub mod store;
pub mod table;
mod transaction;
mod vacuum;
pub mod views;

pub use changes::Changes;
pub use derived::Derived;
pub use error::LakeError;
pub use fail::fail_point;
pub use lake::{Lake, Writer};
pub use snapshot::{FileEntry, Snapshot};
pub use transaction::Transaction;
pub use vacuum::Vacuumed;
