//! The Python packages that tests read the lake with.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::program::{run, succeeds};
use crate::setup::debian;

/// The environment variable that tells tests which Python has the packages.
pub(crate) const VARIABLE: &str = "YAGURA_PYTHON";

/// Makes the environment under `target/` that `tests/python/requirements.txt` describes, unless it
/// is there, and gives the path of its Python.
pub(crate) fn environment(root: &Path, target: &Path) -> Result<PathBuf> {
    let requirements = root.join("tests/python/requirements.txt");
    let wanted = std::fs::read_to_string(&requirements)
        .with_context(|| format!("cannot read `{}`", requirements.display()))?;
    let folder = target.join("python");
    let python = folder.join("bin/python");
    let stamp = folder.join("requirements.txt");
    if python.exists() && std::fs::read_to_string(&stamp).is_ok_and(|present| present == wanted) {
        return Ok(python);
    }
    if !succeeds(Command::new("python3").args(["-c", "import venv, ensurepip"])) {
        debian(&["python3", "python3-venv"], "Python 3 with `venv`")?;
    }
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    run(Command::new(&python)
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"])
        .arg(&requirements))?;
    std::fs::write(&stamp, wanted)
        .with_context(|| format!("cannot write `{}`", stamp.display()))?;
    Ok(python)
}
