use std::{
    sync::{
        Arc, Barrier,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use jiff::Timestamp;

use super::{Lease, LeaseError};
use crate::store::Store;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn fresh() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    (folder, store)
}

#[test]
fn one_writer_at_a_time_and_the_next_when_it_ends() {
    let (_folder, store) = fresh();
    let lease = Lease::acquire(&store, Duration::ZERO, NOW).unwrap();
    for wait in [Duration::ZERO, Duration::from_millis(20)] {
        let error = Lease::acquire(&store, wait, NOW).unwrap_err();
        let LeaseError::Held { holder, .. } = &error else { panic!("{error}") };
        assert_eq!(*holder, format!("process {} since 1970-01-01T00:00:00Z", std::process::id()));
    }
    drop(lease);
    // The one that gave up waiting gives back what it gets.
    drop(Lease::acquire(&store, Duration::from_secs(60), NOW).unwrap());
}

#[test]
fn who_waits_gets_the_lease_when_it_is_free() {
    let (_folder, store) = fresh();
    let lease = Lease::acquire(&store, Duration::ZERO, NOW).unwrap();
    let waiting = thread::spawn(move || Lease::acquire(&store, Duration::from_secs(60), NOW));
    drop(lease);
    waiting.join().unwrap().unwrap();
}

#[test]
fn a_busy_writer_does_not_starve_the_others() {
    let (_folder, store) = fresh();
    let lease = Lease::acquire(&store, Duration::ZERO, NOW).unwrap();
    let (turns, started) = (Arc::new(AtomicUsize::new(0)), Arc::new(Barrier::new(2)));
    let waiting = {
        let (store, turns, started) = (store.clone(), Arc::clone(&turns), Arc::clone(&started));
        thread::spawn(move || {
            started.wait();
            let _lease = Lease::acquire(&store, Duration::from_secs(60), NOW).unwrap();
            turns.load(Ordering::SeqCst)
        })
    };
    started.wait();
    // Until the other stands in the queue, asking without waiting may still succeed.
    while turns.load(Ordering::SeqCst) < 10_000 && queue_is_free(&store) {
        thread::yield_now();
    }
    drop(lease);
    for _ in 0..20 {
        drop(Lease::acquire(&store, Duration::from_secs(60), NOW).unwrap());
        turns.fetch_add(1, Ordering::SeqCst);
    }
    assert_eq!(waiting.join().unwrap(), 0);
}

fn queue_is_free(store: &Store) -> bool {
    let queue = std::fs::File::open(store.folder().join("_yagura/writer.queue")).unwrap();
    queue.try_lock().is_ok()
}

/// Between fork and exec a child has a copy of everything open, the lock's file too.
#[test]
fn a_lease_ends_though_a_child_has_a_copy_of_its_file() {
    let (_folder, store) = fresh();
    let lease = Lease::acquire(&store, Duration::ZERO, NOW).unwrap();
    let copy = lease.lock.file.try_clone().unwrap();
    drop(lease);
    drop(Lease::acquire(&store, Duration::ZERO, NOW).unwrap());
    drop(copy);
}
