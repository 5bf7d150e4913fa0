//! Loss of power: what was not synced is lost, or half of it, at random points of each step.

use std::{path::Path, sync::Arc};

use yagura_lake::{
    Lake,
    faults::{Chance, LossyMedium, Tried, seeds},
    store::{Medium, Store},
};

use super::{Step, Undisturbed, carry_out, disturbed, lake};

/// How many points of a step are tried. A backup writes past the medium of the lake; the lake's own
/// tests have one for it.
fn points(step: &Step) -> u64 {
    match step {
        Step::Take(_) => 2,
        Step::Merge => 5,
        Step::Compact | Step::Vacuum => 4,
        Step::Undo | Step::Split => 2,
        Step::Idle(_) | Step::Backup => 0,
    }
}

fn open(base: &Path, medium: &Arc<LossyMedium>) -> Lake {
    let medium = Arc::clone(medium) as Arc<dyn Medium>;
    lake(Store::with_medium(&base.join("disk/data"), medium).unwrap())
}

/// A disk with the lake before a step.
fn before(kept: &Undisturbed, number: usize) -> (tempfile::TempDir, Arc<LossyMedium>) {
    let base = tempfile::tempdir().unwrap();
    kept.before(number, &base.path().join("disk"));
    let medium = Arc::new(LossyMedium::new(base.path()).unwrap());
    (base, medium)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_without_power_leaves_no_half_and_is_simply_done_again() {
    let kept = Undisturbed::new().await;
    for (number, count) in disturbed(points) {
        let (base, medium) = before(&kept, number);
        let disk = base.path().join("disk");
        carry_out(open(base.path(), &medium), &disk, number).await.unwrap();
        let points = medium.synced();
        for seed in seeds(count) {
            let point = Chance::new(seed).below(points);
            let tried = format!("step {number}, power lost after {point} of {points} syncs");
            let _tried = Tried::new(seed, tried);
            let (base, medium) = before(&kept, number);
            let disk = base.path().join("disk");
            medium.power_off_after(point);
            let done = carry_out(open(base.path(), &medium), &disk, number).await;
            medium.crash(seed.wrapping_mul(31)).unwrap();
            let lake = open(base.path(), &medium);
            kept.goes_on(&lake, &disk, number, seed, done.is_ok()).await;
        }
    }
}
