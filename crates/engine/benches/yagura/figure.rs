//! Figures, and how they are shown.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::{machine::machine, run::Run};

/// Which side of its bar a value must be on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    AtLeast,
    AtMost,
}

/// One figure.
#[derive(Debug, Clone)]
pub(crate) struct Figure {
    pub(crate) name: String,
    /// Size of the input in bytes; 0 if it is not a file.
    pub(crate) input: u64,
    pub(crate) value: f64,
    pub(crate) unit: &'static str,
    /// The value promised, if one is.
    pub(crate) bar: Option<(Side, f64)>,
}

impl Figure {
    fn holds(&self) -> Option<bool> {
        self.bar.map(|(side, bar)| match side {
            Side::AtLeast => self.value >= bar,
            Side::AtMost => self.value <= bar,
        })
    }
}

/// The databases that are asked the same.
pub(crate) const PEERS: [&str; 3] = ["duckdb", "postgres", "sqlite"];

/// How often as long as DuckDB a query may take, and how often as long as Yagura PostgreSQL.
const GOALS: [Option<f64>; 3] = [Some(1.5), Some(8.0), None];

/// How long a query took, in milliseconds.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) name: String,
    pub(crate) yagura: f64,
    /// Those of [`PEERS`].
    pub(crate) peers: Vec<Option<f64>>,
    /// How long processors worked for it: for Yagura and for DuckDB.
    pub(crate) processor: [Option<f64>; 2],
}

impl Asked {
    /// Yagura by DuckDB, the others by Yagura; and whether that is as it should be.
    fn ratios(&self) -> impl Iterator<Item = (Option<f64>, Option<f64>, Option<bool>)> + '_ {
        self.peers.iter().zip(GOALS).zip(PEERS).map(|((took, goal), peer)| {
            let duckdb = peer == "duckdb";
            let ratio =
                took.map(|took| if duckdb { self.yagura / took } else { took / self.yagura });
            let holds = ratio.zip(goal);
            let holds =
                holds.map(|(ratio, goal)| if duckdb { ratio <= goal } else { ratio >= goal });
            (*took, ratio, holds)
        })
    }

    /// A line of a table.
    pub(crate) fn line(&self) -> String {
        let mut line = format!("{:49}  {:>9.1}", self.name, self.yagura);
        for (took, ratio, holds) in self.ratios() {
            let mark = if holds == Some(false) { " NO" } else { "" };
            match took.zip(ratio) {
                Some((took, ratio)) => {
                    line.push_str(&format!("  {took:>9.1} {:>9}", format!("{ratio:.2}{mark}")));
                }
                None => line.push_str(&format!("  {:>9} {:>9}", "", "")),
            }
        }
        for worked in self.processor {
            let worked = worked.map(|worked| format!("{worked:.0}")).unwrap_or_default();
            line.push_str(&format!("  {worked:>9}"));
        }
        line
    }

    fn json(&self) -> Value {
        let mut object = serde_json::Map::new();
        object.insert("name".to_owned(), json!(self.name));
        object.insert("yagura_ms".to_owned(), json!(self.yagura));
        for (peer, (_, ratio, _)) in PEERS.iter().zip(self.ratios()) {
            object.insert(format!("{peer}_ratio"), json!(ratio));
        }
        let [yagura, duckdb] = self.processor;
        object.insert("yagura_processor_ms".to_owned(), json!(yagura));
        object.insert("duckdb_processor_ms".to_owned(), json!(duckdb));
        object.into()
    }
}

/// Tables for people.
pub(crate) fn table(run: &Run) -> String {
    let figures = &run.figures;
    let width = figures.iter().map(|figure| figure.name.len()).max().unwrap_or_default();
    let mut text = format!(
        "{:width$}  {:>11}  {:>11} {:5}  {:>13}  holds",
        "name", "input MB", "value", "unit", "bar"
    );
    for figure in figures {
        let bar = figure.bar.map_or(String::new(), |(side, bar)| {
            let sign = if side == Side::AtLeast { "≥" } else { "≤" };
            format!("{sign} {bar:.2}")
        });
        let input = match figure.input {
            0 => String::new(),
            bytes => format!("{:.1}", bytes as f64 / 1e6),
        };
        let holds = figure.holds().map_or("", |holds| if holds { "yes" } else { "NO" });
        let written = write!(
            text,
            "\n{:width$}  {input:>11}  {:>11.2} {:5}  {bar:>13}  {holds}",
            figure.name, figure.value, figure.unit,
        );
        debug_assert!(written.is_ok(), "a string takes what is written");
    }
    if !run.asked.is_empty() {
        text.push_str(&format!("\n\n{:49}  {:>9}", "query, milliseconds", "yagura"));
        for (peer, ratio) in PEERS.iter().zip(["is ×", "× slower", "× slower"]) {
            text.push_str(&format!("  {peer:>9} {ratio:>9}"));
        }
        text.push_str(&format!("  {:>9}  {:>9}", "work", "of duckdb"));
    }
    for asked in &run.asked {
        text.push_str(&format!("\n{}", asked.line()));
    }
    for note in &run.notes {
        text.push_str(&format!("\n{note}"));
    }
    if cfg!(debug_assertions) {
        text.push_str("\nnot optimised: the bars are for a release build");
    }
    if run.scale != 1.0 {
        text.push_str("\nscaled: the bars are for the whole input, `--scale 1`");
    }
    text
}

/// The figures of several scales beside each other.
pub(crate) fn growth(runs: &[Run]) -> String {
    let mut names: Vec<(&str, &str)> = Vec::new();
    for figure in runs.iter().flat_map(|run| &run.figures) {
        if !names.contains(&(&figure.name, figure.unit)) {
            names.push((&figure.name, figure.unit));
        }
    }
    let width = names.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let mut text = format!("{:width$}  {:4}", "how it grows", "unit");
    for run in runs {
        text.push_str(&format!("  {:>13}", run.scale));
    }
    for (name, unit) in names {
        text.push_str(&format!("\n{name:width$}  {unit:4}"));
        for run in runs {
            let figure = run.figures.iter().find(|figure| figure.name == name);
            let value = figure.map(|figure| format!("{:.2}", figure.value));
            text.push_str(&format!("  {:>13}", value.unwrap_or_default()));
        }
    }
    text
}

/// One object for programs.
pub(crate) fn json(run: &Run) -> String {
    let one = |figure: &Figure| {
        json!({
            "name": figure.name,
            "input_bytes": figure.input,
            "value": figure.value,
            "unit": figure.unit,
            "bar": figure.bar.map(|(_, bar)| bar),
            "side": figure.bar.map(|(side, _)| match side {
                Side::AtLeast => "at_least",
                Side::AtMost => "at_most",
            }),
            "holds": figure.holds(),
        })
    };
    let work: Vec<_> = run.figures.iter().map(one).collect();
    let queries: Vec<_> = run.asked.iter().map(Asked::json).collect();
    json!({
        "version": 2,
        "machine": machine(),
        "input": {
            "scale": run.scale,
            "optimised": !cfg!(debug_assertions),
            "of": run.input,
        },
        "work": work,
        "queries": queries,
        "notes": run.notes,
        "failures": run.failures,
    })
    .to_string()
}
