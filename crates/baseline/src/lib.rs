//! What must be: score models, due dates, identity rules, rules of master records as files; pure.
//!
//! A score model is a file ([`model::Model::from_toml`]); the one that is shipped stands in
//! `baselines/models`. So are the identity rules ([`identity::Rules`], `baselines/identity`) and the
//! rules of master records ([`master::Master`], `baselines/master`) and of retention
//! ([`retention::Retention`], `baselines/retention`). Arithmetic is exact: factors are
//! [`ratio::Ratio`]s, a problem is rounded once to integer micro-points, and everything above is
//! integer addition.

pub mod age;
pub mod choice;
pub mod file;
pub mod identity;
pub mod inputs;
pub mod life;
pub mod master;
pub mod model;
pub mod observation;
pub mod problem;
pub mod ratio;
pub mod remedy;
pub mod retention;
pub mod unknown;
pub mod vector;

mod identity_file;
mod identity_normal;
mod master_choice;
mod master_file;
mod model_file;
mod model_schema;
mod network;

#[cfg(test)]
mod tests;
