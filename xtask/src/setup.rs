//! What a task needs from outside: installs it when it may, else names what is missing.

use std::process::Command;

use anyhow::{Result, bail};

use crate::program::{cargo, output, run, succeeds};
use crate::task::in_ci;

/// Whether packages may be installed: by root, or in continuous integration.
pub(crate) fn may_install() -> bool {
    in_ci() || output(Command::new("id").arg("-u")).is_ok_and(|user| user.trim() == "0")
}

/// Installs Debian packages that are missing.
pub(crate) fn debian(packages: &[&str], why: &str) -> Result<()> {
    let names = packages.join(" ");
    if !may_install() || !succeeds(Command::new("apt-get").arg("--version")) {
        bail!("{why} is missing: install it with `apt-get install {names}`");
    }
    run(Command::new("apt-get").args(["update", "-qq"]))?;
    run(Command::new("apt-get")
        .args(["install", "--yes", "--no-install-recommends", "-qq"])
        .args(packages)
        .env("DEBIAN_FRONTEND", "noninteractive"))
}

/// What parts written in C are built with, beside the compiler that Rust links with.
pub(crate) fn make() -> Result<()> {
    if succeeds(Command::new("make").arg("--version")) {
        return Ok(());
    }
    debian(&["make"], "make")
}

/// Installs a cargo subcommand that is missing, into cargo's usual folder, where it stays.
pub(crate) fn cargo_subcommand(name: &str, version: &str) -> Result<()> {
    if has_cargo_subcommand(name) {
        return Ok(());
    }
    let package = format!("cargo-{name}");
    if !may_install() {
        bail!(
            "`{package}` is missing: install it with `cargo install --locked {package}@{version}`"
        );
    }
    run(cargo()
        .args(["install", "--locked", &format!("{package}@{version}")])
        .env_remove("CARGO_TARGET_DIR"))
}

/// Whether cargo has a subcommand.
pub(crate) fn has_cargo_subcommand(name: &str) -> bool {
    succeeds(cargo().args([name, "--version"]))
}
