//! The program as a person runs it: [`program`] runs it and compares what it prints, [`verbs`] are
//! the tests. One binary, since each links DataFusion again.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets what it does not expect has failed"
)]

mod program;
mod verbs;
