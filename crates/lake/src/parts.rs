//! Parts of a whole, such as shards, side by side, on as many threads as there are cores.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::error::LakeError;

/// Does some work for each part and gives what each gave, in the order of the parts.
pub fn each<P: Copy + Ord + Send + Sync, T: Send>(
    parts: &[P],
    work: impl Fn(P) -> Result<T, LakeError> + Sync,
) -> Result<Vec<T>, LakeError> {
    let next = AtomicUsize::new(0);
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(parts.len());
    let worker = || {
        let mut done = Vec::new();
        while let Some(part) = parts.get(next.fetch_add(1, Ordering::Relaxed)) {
            done.push((*part, work(*part)?));
        }
        Ok::<_, LakeError>(done)
    };
    let mut done = Vec::with_capacity(parts.len());
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        for worker in workers {
            let part = worker.join();
            done.extend(part.map_err(|_| LakeError::Task("a thread panicked".to_owned()))??);
        }
        Ok::<_, LakeError>(())
    })?;
    done.sort_by_key(|(part, _)| *part);
    Ok(done.into_iter().map(|(_, value)| value).collect())
}
