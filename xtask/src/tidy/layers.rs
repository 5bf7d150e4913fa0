//! The layers of the house: which crate may know which.
//!
//! `ARCHITECTURE.md` says the same in words. A new crate needs a row here and a sentence there.

/// A crate and what it may depend on.
#[derive(Debug)]
pub(crate) struct Row {
    /// Its name, without `yagura-`.
    pub(crate) name: &'static str,
    /// Its layer.
    pub(crate) layer: Layer,
    /// The crates of the workspace it may depend on.
    pub(crate) may_know: &'static [&'static str],
}

/// How far up a crate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Layer {
    /// Nouns.
    Nouns,
    /// Values in, values out: no clock, environment, files, network, randomness, async.
    Pure,
    /// Storage and the outside world.
    Store,
    /// Use cases.
    UseCases,
    /// HTTP.
    Http,
    /// The program.
    Program,
    /// Development only: nothing that ships depends on it.
    Development,
}

/// The table.
pub(crate) const TABLE: &[Row] = &[
    Row { name: "model", layer: Layer::Nouns, may_know: &[] },
    Row { name: "access", layer: Layer::Pure, may_know: &["model"] },
    Row { name: "api", layer: Layer::Pure, may_know: &["model"] },
    Row { name: "baseline", layer: Layer::Pure, may_know: &["model"] },
    Row { name: "federation", layer: Layer::Pure, may_know: &["model"] },
    Row { name: "formats", layer: Layer::Pure, may_know: &["model"] },
    Row { name: "synthetic", layer: Layer::Pure, may_know: &["model"] },
    Row { name: "feeds", layer: Layer::Store, may_know: &["model"] },
    Row { name: "lake", layer: Layer::Store, may_know: &["model"] },
    Row { name: "ledger", layer: Layer::Store, may_know: &["model"] },
    Row {
        name: "engine",
        layer: Layer::UseCases,
        may_know: &[
            "access",
            "baseline",
            "federation",
            "feeds",
            "formats",
            "lake",
            "ledger",
            "model",
            // Its tests and benches take in what a synthetic government reports.
            "synthetic",
        ],
    },
    Row { name: "server", layer: Layer::Http, may_know: &["api", "engine", "model"] },
    Row {
        name: "cli",
        layer: Layer::Program,
        may_know: &["api", "engine", "model", "server", "synthetic"],
    },
    Row { name: "testkit", layer: Layer::Development, may_know: ANY },
    Row { name: "xtask", layer: Layer::Development, may_know: ANY },
];

/// Any crate of the workspace.
pub(crate) const ANY: &[&str] = &["*"];

/// Packages from outside that only one crate, or only some, may know.
#[derive(Debug)]
pub(crate) struct Home {
    /// The package, or its family: `arrow` is `arrow` and `arrow-*`.
    pub(crate) family: &'static str,
    /// Where it may be used.
    pub(crate) at: &'static [&'static str],
    /// Whether any crate's tests may use it.
    pub(crate) in_tests: bool,
    /// Why.
    pub(crate) why: &'static str,
}

const FACTS: &str = "only `lake` knows how facts are stored";
const RECORDS: &str = "only `ledger` knows a relational database";
const WEB: &str = "only `server` knows HTTP";
const UNTYPED: &str = "errors of a library are typed";

/// The table of homes.
pub(crate) const HOMES: &[Home] = &[
    Home { family: "arrow", at: &["lake"], in_tests: false, why: FACTS },
    Home { family: "ballista", at: &["lake"], in_tests: false, why: FACTS },
    Home { family: "datafusion", at: &["lake"], in_tests: false, why: FACTS },
    Home { family: "deltalake", at: &["lake"], in_tests: false, why: FACTS },
    Home { family: "parquet", at: &["lake"], in_tests: false, why: FACTS },
    Home { family: "rusqlite", at: &["ledger"], in_tests: false, why: RECORDS },
    Home { family: "sea-orm", at: &["ledger"], in_tests: false, why: RECORDS },
    Home { family: "sqlx", at: &["ledger"], in_tests: false, why: RECORDS },
    Home { family: "axum", at: &["server"], in_tests: false, why: WEB },
    Home { family: "tower-http", at: &["server"], in_tests: false, why: WEB },
    Home { family: "anyhow", at: &["cli", "testkit", "xtask"], in_tests: true, why: UNTYPED },
];

/// Packages that the pure layers do without.
pub(crate) const IMPURE: &[&str] =
    &["async-trait", "futures", "hyper", "object_store", "rand", "reqwest", "tokio", "tracing"];

/// The row of a crate.
pub(crate) fn row(name: &str) -> Option<&'static Row> {
    TABLE.iter().find(|row| row.name == name)
}

/// Whether a package is of a family.
pub(crate) fn is_of(package: &str, family: &str) -> bool {
    package
        .strip_prefix(family)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('-') || rest.starts_with('_'))
}
