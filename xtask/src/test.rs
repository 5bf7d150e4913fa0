//! `cargo xtask test`: all tests, after their set-up.

use anyhow::Result;

use crate::program::{cargo, run};
use crate::setup::{self, has_cargo_subcommand};
use crate::task::{Task, in_ci, no_arguments, root};
use crate::{python, tidy};

pub(crate) const TASK: Task = Task {
    name: "test",
    line: "all tests: sets up what they need, then documentation tests, then the rest",
    run: all,
};

/// Documentation tests come first, so that the last thing printed is the summary of the runner
/// that ran nearly all. Both build the same packages with the same features: one build.
fn all(arguments: &[String]) -> Result<()> {
    no_arguments(arguments)?;
    setup::make()?;
    let root = root()?;
    let python = python::environment(&root, &tidy::target_folder(&root)?)?;
    run(cargo().current_dir(&root).args(["test", "--doc", "--workspace", "--quiet", "--locked"]))?;
    let mut rest = cargo();
    rest.current_dir(&root).env(python::VARIABLE, python);
    if has_cargo_subcommand("nextest") {
        rest.args(["nextest", "run", "--workspace", "--locked"]);
        if in_ci() {
            rest.args(["--profile", "ci"]);
        }
    } else {
        rest.args(["test", "--workspace", "--lib", "--bins", "--tests", "--locked"]);
    }
    run(&mut rest)
}
