//! `kill -9` at random fail points of each step.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use yagura_lake::faults::{self, Chance, Tried, seeds};

use super::{Step, Undisturbed, carry_out, disturbed, open};

const FOLDER: &str = "YAGURA_TEST_FOLDER";
const STEP: &str = "YAGURA_TEST_STEP";

/// How many fail points of a step are tried.
fn points(step: &Step) -> u64 {
    match step {
        Step::Take(_) | Step::Undo | Step::Split => 1,
        Step::Merge | Step::Backup => 3,
        Step::Compact | Step::Vacuum => 2,
        Step::Idle(_) => 0,
    }
}

/// The process that is killed; nothing when run as a test of its own.
#[tokio::test(flavor = "multi_thread")]
async fn child_carries_out_a_step_and_says_so() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let number = std::env::var(STEP).unwrap().parse().unwrap();
    let folder = Path::new(&folder);
    carry_out(open(folder), folder, number).await.unwrap();
    writeln!(std::io::stderr(), "acknowledged after {}", faults::passed()).unwrap();
}

/// Carries a step out; gives how many fail points there were, or that it was killed.
async fn child(folder: PathBuf, number: usize, point: u64) -> Option<u64> {
    let run = move || {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "faults::kill::child_carries_out_a_step_and_says_so", "--nocapture"])
            .env("YAGURA_FAIL_POINT", format!("*:{point}"))
            .env(FOLDER, folder)
            .env(STEP, number.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .output()
            .unwrap()
    };
    let output = tokio::task::spawn_blocking(run).await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let line = said.lines().find(|line| line.starts_with("acknowledged "));
    line.map(|line| line.rsplit(' ').next().unwrap().parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_killed_anywhere_leaves_no_half_and_is_simply_done_again() {
    let kept = Undisturbed::new().await;
    for (number, count) in disturbed(points) {
        let undisturbed = tempfile::tempdir().unwrap();
        kept.before(number, undisturbed.path());
        let points = child(undisturbed.path().to_path_buf(), number, 0).await.unwrap();
        assert!(points > 10, "step {number} has only {points} fail points");
        for seed in seeds(count) {
            let point = 1 + Chance::new(seed).below(points);
            let tried = format!("step {number}, killed at point {point} of {points}");
            let _tried = Tried::new(seed, tried);
            let folder = tempfile::tempdir().unwrap();
            kept.before(number, folder.path());
            let acknowledged = child(folder.path().to_path_buf(), number, point).await;
            assert!(acknowledged.is_none(), "not killed");
            kept.goes_on(&open(folder.path()), folder.path(), number, seed, false).await;
        }
    }
}
