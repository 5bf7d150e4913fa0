//! Faults on purpose, for the tests of the lake and of what stands on it.

mod point;

pub(crate) use point::pass;
