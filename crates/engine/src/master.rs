//! Master records (マスターレコード): which of the values that sources say of an asset stands.
//!
//! The rule is `baseline`'s; here it meets the lake. `witness` knows whose record a subject is and
//! when its source last looked, `hearing` gathers what they say of assets, `settle` settles it for all;
//! `register` knows which subject is which asset, `looked` who looked at a few, `called` what a few are
//! called. All who need one value of several ask here: the list and the record of assets, the score, the views.

mod by_subject;
mod called;
mod hearing;
mod looked;
mod register;
mod restated;
mod settle;
#[cfg(test)]
mod tests;
mod witness;

pub(crate) use by_subject::BySubject;
pub(crate) use called::called;
pub(crate) use hearing::{Heard, Hearing, Settled};
pub(crate) use looked::looked;
pub(crate) use register::Register;
pub(crate) use restated::says_no_class;
pub(crate) use settle::settle_all;
pub(crate) use witness::Witnesses;
