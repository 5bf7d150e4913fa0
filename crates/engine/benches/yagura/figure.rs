//! Figures, and how they are shown.

use std::fmt::Write as _;

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

/// A table for people.
pub(crate) fn table(figures: &[Figure], scale: f64) -> String {
    let width = figures.iter().map(|figure| figure.name.len()).max().unwrap_or_default();
    let mut text = format!(
        "{:width$}  {:>11}  {:>9} {:5}  {:>11}  holds",
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
            "\n{:width$}  {input:>11}  {:>9.2} {:5}  {bar:>11}  {holds}",
            figure.name, figure.value, figure.unit,
        );
        debug_assert!(written.is_ok(), "a string takes what is written");
    }
    if cfg!(debug_assertions) {
        text.push_str("\nnot optimised: the bars are for a release build");
    }
    if scale != 1.0 {
        text.push_str("\nscaled: the bars are for the whole input, `--scale 1`");
    }
    text
}

/// One object for programs.
pub(crate) fn json(figures: &[Figure], scale: f64) -> String {
    let one = |figure: &Figure| {
        serde_json::json!({
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
    let figures: Vec<_> = figures.iter().map(one).collect();
    serde_json::json!({"version": 1, "scale": scale, "optimised": !cfg!(debug_assertions), "figures": figures})
        .to_string()
}
