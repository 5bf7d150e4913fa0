//! What the tests of several crates share: the laws every reader keeps, and our fixtures.

pub mod fixtures;
pub mod laws;
