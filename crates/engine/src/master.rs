//! Master records (マスターレコード): which of the values that sources say of an asset stands.
//!
//! The rule is `baseline`'s; here it meets the lake. `witness` knows whose record a subject is and
//! when its source last looked, `hearing` gathers what they say of many assets and settles it;
//! `register` knows which subject is which asset. All
//! who need one value of several ask here: the list and the record of assets, the score, the views.

mod by_subject;
mod hearing;
mod register;
#[cfg(test)]
mod tests;
mod witness;

pub(crate) use by_subject::BySubject;
pub(crate) use hearing::{Heard, Hearing, Settled, settle_all};
pub(crate) use register::Register;
pub(crate) use witness::Witnesses;
