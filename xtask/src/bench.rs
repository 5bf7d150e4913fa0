//! `cargo xtask bench`: the figures of speed and memory.

use anyhow::Result;

use crate::program::{cargo, run};
use crate::task::{Task, root};

pub(crate) const TASK: Task = Task {
    name: "bench",
    line: "figures of speed and memory, in release: [NAME…] [--scale F] [--json] [--folder DIR]",
    run: measure,
};

/// The engine has the bench program, since xtask knows nothing of what the engine is made of.
fn measure(arguments: &[String]) -> Result<()> {
    let words = ["bench", "--quiet", "--locked", "--workspace", "--bench", "yagura"];
    run(cargo().current_dir(root()?).args(words).arg("--").args(arguments))
}
