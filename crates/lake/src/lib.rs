//! The repository of facts: Delta tables, evidence packs, one visible state.

pub mod error;
pub mod evidence;
mod fail;
#[cfg(any(test, feature = "faults"))]
pub mod faults;
pub mod lease;
pub mod manifest;
pub mod store;

pub use error::LakeError;
pub use fail::fail_point;
