//! Score: findings → problems → remedies → points, by the model in force.
//!
//! `facts` reads one state of the lake, `profile` says what each asset is, `worth` what its attributes make it worth,
//! `problems` counts each problem once, `unknowns` finds what nobody looked at, `run` makes
//! the points and `references` what its estimates are held against, `some` scores a few assets of a
//! large lake, `sweep` all of them without their parts, `totals` adds up, `stored` keeps the sums, `trend` counts what came and
//! went over time. Everything above a problem is integer addition, and the
//! same inputs give the same points in any order.

mod facts;
mod names;
mod problems;
mod profile;
mod references;
mod run;
mod some;
mod stored;
mod sweep;
mod totals;
pub mod trend;
mod unknowns;
mod worth;

#[cfg(test)]
mod tests;

pub use facts::{Evidence, Facts};
pub use names::Names;
pub use problems::{Problem, ProblemKey};
pub use profile::Profile;
pub use references::References;
pub use run::{AssetScore, Item, ItemKind, Remedy, ScoreRun};
pub use stored::Recalled;
pub use sweep::{AssetSum, Sweep, name_assets};
pub use totals::{By, Total};
pub use worth::Worth;
