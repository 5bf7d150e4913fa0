//! The use cases: intake, inspect, ingest, score, explain, browse, decisions.
//!
//! [`intake`] turns what a user names into the members to parse, [`inspect`] parses them without
//! keeping anything, [`ingest`] takes them into the lake, [`stream`] those that go on coming, [`score`] makes points of what the lake
//! holds, [`explain`] leads points back to the bytes of a report, [`browse`] shows what is kept,
//! [`decisions`] are what persons say of which records are one asset, [`reorganisation`] what they say
//! of organisations.
//! [`query`] answers SQL over it; `master` chooses among what several sources say, for all of them;
//! [`tree`] says which organisation stands under which, [`life`] in which state an asset is.
//! [`clock`] is the only place that asks what time it is.

pub mod browse;
pub mod clock;
pub mod decisions;
pub mod explain;
pub mod ingest;
pub mod inspect;
pub mod intake;
pub mod life;
mod links;
mod master;
mod order;
pub mod query;
pub mod reorganisation;
pub mod retention;
pub mod score;
pub mod stream;
pub mod tree;

#[cfg(test)]
mod faults;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod times;
#[cfg(test)]
mod views;

/// What must be, so that the layers above need not depend on it.
pub use yagura_baseline as baseline;
/// The readers, so that the layers above need not depend on them.
pub use yagura_formats as formats;
/// The repository of facts, so that the layers above need not depend on it.
pub use yagura_lake as lake;

/// An error with all that caused it, for technicians: `cannot open the table: no such file`.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let said = cause.to_string();
        if !text.ends_with(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        next = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::chain;

    #[test]
    fn an_error_is_told_with_its_causes_each_once() {
        #[derive(Debug, thiserror::Error)]
        #[error("cannot read `x`")]
        struct Outer(#[source] std::io::Error);
        let error = Outer(std::io::Error::other("the disk is gone"));
        assert_eq!(chain(&error), "cannot read `x`: the disk is gone");
    }
}
