//! A full disk, on a medium that has no room when bytes are to be made durable: the error says so,
//! nothing is half there, what is there is read, and with room the same is done.

use std::{path::Path, sync::Arc};

use yagura_lake::{
    Lake, LakeError,
    error::Hindrance,
    faults::{Chance, LossyMedium, Tried, seeds},
    store::{Medium, Store, StoreError},
};

use super::{Step, Undisturbed, carry_out, disturbed, lake, state};
use crate::ingest::IngestError;

/// How many points of a step are tried.
fn points(step: &Step) -> u64 {
    match step {
        Step::Take(_) | Step::Merge | Step::Compact => 2,
        Step::Undo | Step::Split | Step::Idle(_) | Step::Vacuum | Step::Backup => 0,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_costs_only_what_was_begun() {
    let kept = Undisturbed::new().await;
    for (number, count) in disturbed(points) {
        let disk_before = || {
            let base = tempfile::tempdir().unwrap();
            kept.before(number, &base.path().join("disk"));
            let medium = Arc::new(LossyMedium::new(base.path()).unwrap());
            (base, medium)
        };
        let open = |base: &Path, medium: &Arc<LossyMedium>| -> Lake {
            let medium = Arc::clone(medium) as Arc<dyn Medium>;
            lake(Store::with_medium(&base.join("disk/data"), medium).unwrap())
        };
        let (base, medium) = disk_before();
        let disk = base.path().join("disk");
        carry_out(open(base.path(), &medium), &disk, number).await.unwrap();
        let points = medium.synced();
        let (base, medium) = disk_before();
        let disk = base.path().join("disk");
        // On the same disk, which fills with what was left of those before.
        for seed in seeds(count) {
            let point = Chance::new(seed).below(points);
            let tried = format!("step {number}, full after {point} of {points} syncs");
            let _tried = Tried::new(seed, tried);
            medium.full_after(point);
            let done = carry_out(open(base.path(), &medium), &disk, number).await;
            medium.make_room();
            let left = state(&open(base.path(), &medium)).await;
            let mut may_be = vec![kept.states.get(number + 1)];
            if let Err(refused) = done {
                let text = std::io::Error::from(std::io::ErrorKind::StorageFull).to_string();
                assert!(refused.contains(&text), "{refused}");
                // The manifest is there before the last syncs, and the error says so.
                let certain = !refused.contains("is not certain");
                may_be.truncate(usize::from(!certain));
                may_be.push(kept.states.get(number));
            }
            assert!(may_be.contains(&Some(&left)), "part of a step");
            if kept.states.get(number) != Some(&left) {
                break;
            }
        }
        kept.goes_on(&open(base.path(), &medium), &disk, number, 0, false).await;
    }
}

#[test]
fn a_full_disk_has_its_own_code() {
    let source = std::io::Error::from(std::io::ErrorKind::StorageFull);
    let full = StoreError::Io { doing: "write", path: "x".to_owned(), source };
    let full = LakeError::from(full);
    assert_eq!(full.hindrance(), Hindrance::Full);
    assert_eq!(IngestError::from(full).code(), "full");
    let overtaken = LakeError::Overtaken { table: "findings" };
    assert_eq!(IngestError::from(overtaken).code(), "overtaken");
}
