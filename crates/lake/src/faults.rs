//! Faults on purpose, for the tests of the lake and of what stands on it: a medium that loses what
//! was not synced, and places where the process ends.

mod chance;
mod lossy;
mod point;

pub use chance::{Chance, Tried, seeds};
pub use lossy::LossyMedium;
pub(crate) use point::pass;
pub use point::passed;

#[cfg(test)]
mod lake_tests;
#[cfg(test)]
mod lost_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod verb_tests;
