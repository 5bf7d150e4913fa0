//! `cargo xtask bench`: the figures of speed and memory.

use anyhow::{Context, Result, ensure};

use crate::program::{cargo, run};
use crate::task::{Task, root};
use crate::{python, setup, tidy};

pub(crate) const TASK: Task = Task {
    name: "bench",
    line: "figures of speed and memory, in release: [NAME…] [--scale F] [--json] [--folder DIR]",
    run: measure,
};

/// The bench that asks other databases the same.
const BESIDE_OTHERS: &str = "repository";

/// The engine has the bench program, since xtask knows nothing of what the engine is made of.
#[expect(clippy::print_stderr, reason = "standard output has the figures")]
fn measure(arguments: &[String]) -> Result<()> {
    setup::make()?;
    let root = root()?;
    let words = ["bench", "--quiet", "--locked", "--workspace", "--bench", "yagura"];
    let mut bench = cargo();
    bench.current_dir(&root).args(words).arg("--").args(arguments);
    if arguments.iter().any(|argument| argument == BESIDE_OTHERS) {
        match python::environment(&root, &tidy::target_folder(&root)?) {
            Ok(python) => {
                bench.env(python::VARIABLE, python);
            }
            // What is missing is said beside the figures.
            Err(error) => eprintln!("the Python packages of the peers: {error:#}"),
        }
    }
    if !arguments.iter().any(|argument| argument == "--json") {
        return run(&mut bench);
    }
    // Nothing but the object on standard output.
    let status = bench.status().context("cannot start cargo")?;
    ensure!(status.success(), "the bench failed ({status})");
    Ok(())
}
