//! Licences, banned and doubled packages, where packages come from, and known advisories.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::program::{cargo, run, succeeds};
use crate::setup::cargo_subcommand;
use crate::task::root;

/// The version that `deny.toml` was written for.
const VERSION: &str = "0.20.2";

/// Longest time to look for the advisory database, in seconds.
const PATIENCE: &str = "30";

pub(crate) fn deny() -> Result<()> {
    cargo_subcommand("deny", VERSION)?;
    let root = root()?;
    let quiet = ["--locked", "--log-level", "error"];
    run(cargo()
        .current_dir(&root)
        .arg("deny")
        .args(quiet)
        .args(["check", "licenses", "bans", "sources"]))?;
    if reachable(&root) {
        run(cargo().current_dir(&root).arg("deny").args(quiet).args([
            "check",
            "--disable-fetch",
            "advisories",
        ]))
    } else {
        println!("advisories: not looked up, their database cannot be reached from here");
        Ok(())
    }
}

/// Fetches the advisory database, within bounds.
fn reachable(root: &Path) -> bool {
    let mut command = Command::new("timeout");
    command.current_dir(root).args([PATIENCE, "cargo", "deny", "fetch", "db"]);
    succeeds(&mut command)
}
