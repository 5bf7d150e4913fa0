//! What the tests of several crates share: the laws every reader keeps, our fixtures, and a sink
//! that keeps all it is given.

pub mod fixtures;
pub mod kept;
pub mod laws;
